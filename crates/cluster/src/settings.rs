//! The table `[cluster]` of the user's config file.

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::client_options::ClientOptions;
use crate::credentials::{CredentialSettings, Credentials};
use crate::error::{Error, Result};

/// The environment variable with the path of a CA file.
const CA_FILE: &str = "WENSOU_CLUSTER_CA_FILE";

/// The environment variable with the time limit of a request, in seconds.
const TIMEOUT: &str = "WENSOU_CLUSTER_TIMEOUT";

/// The table `[cluster]`: how to connect to clusters and to copy to them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterSettings {
    /// See [`CredentialSettings::user`].
    pub user: Option<String>,
    /// See [`CredentialSettings::password`].
    pub password: Option<SecretString>,
    /// See [`CredentialSettings::api_key`].
    pub api_key: Option<SecretString>,
    /// See [`CredentialSettings::token`].
    pub token: Option<SecretString>,
    /// See [`CredentialSettings::credentials_file`].
    pub credentials_file: Option<PathBuf>,
    /// See [`ClientOptions::ca_file`].
    pub ca_file: Option<PathBuf>,
    /// See [`ClientOptions::insecure_http`].
    pub insecure_http: bool,
    /// See [`ClientOptions::timeout`], in seconds.
    pub timeout: Option<NonZeroU64>,
    /// See [`CopyOptions::grace`](crate::CopyOptions::grace), in seconds.
    pub grace: Option<u64>,
}

impl ClusterSettings {
    /// The kinds of credentials in the settings, by the names of their keys, to be shown without
    /// any secret. `user` stands for a user and a password.
    #[must_use]
    pub fn credential_kinds(&self) -> Vec<&'static str> {
        let kinds = [
            ("user", self.user.is_some()),
            // A password without a user: no cluster can be connected to with it.
            ("password", self.password.is_some() && self.user.is_none()),
            ("api_key", self.api_key.is_some()),
            ("token", self.token.is_some()),
            ("credentials_file", self.credentials_file.is_some()),
        ];
        kinds.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
    }

    /// The kinds of credentials in the environment, each with its variable. If there are any,
    /// [`connect`](Self::connect) does not use those of the settings.
    #[must_use]
    pub fn credential_kinds_in_environment() -> Vec<(&'static str, &'static str)> {
        let kinds = [
            ("user", "WENSOU_CLUSTER_USER"),
            ("api_key", "WENSOU_CLUSTER_API_KEY"),
            ("token", "WENSOU_CLUSTER_TOKEN"),
        ];
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        kinds.into_iter().filter(|&(_, variable)| is_set(variable)).collect()
    }

    /// The file with certificate authorities that the environment names, with its variable. It
    /// comes before that of the settings.
    #[must_use]
    pub fn ca_file_in_environment() -> Option<(PathBuf, &'static str)> {
        let value = std::env::var_os(CA_FILE).filter(|value| !value.is_empty())?;
        Some((value.into(), CA_FILE))
    }

    /// The time limit of a request as the environment has it, with its variable. It comes before
    /// that of the settings. It may be no number: then [`connect`](Self::connect) fails.
    #[must_use]
    pub fn timeout_in_environment() -> Option<(String, &'static str)> {
        let value = std::env::var_os(TIMEOUT).filter(|value| !value.is_empty())?;
        Some((value.to_string_lossy().into_owned(), TIMEOUT))
    }

    /// The file with certificate authorities: that of the environment, whose variables `variable`
    /// returns, or else that of the settings. An empty variable counts as unset.
    fn ca_file_with(&self, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
        let in_environment = variable(CA_FILE).filter(|value| !value.is_empty());
        in_environment.map(PathBuf::from).or_else(|| self.ca_file.clone())
    }

    /// The time limit of a request: that of the environment, whose variables `variable` returns, or
    /// else that of the settings, or else the default. An empty variable counts as unset.
    fn timeout_with(&self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Duration> {
        let in_environment = variable(TIMEOUT).filter(|value| !value.is_empty());
        let number = |value: OsString| {
            let number = value.to_str().and_then(|text| text.parse().ok());
            number.ok_or_else(|| Error::TimeLimit(value.to_string_lossy().into_owned()))
        };
        let seconds = in_environment.map(number).transpose()?.or(self.timeout);
        let default = ClientOptions::default().timeout;
        Ok(seconds.map_or(default, |seconds| Duration::from_secs(seconds.get())))
    }

    /// Connects to the cluster of an address. The environment takes precedence over the settings.
    ///
    /// # Errors
    ///
    /// As [`Credentials::find`] and [`Client::connect`], and if the environment has a time limit
    /// that is not a whole number of seconds.
    pub fn connect(&self, address: &ClusterAddress) -> Result<Client> {
        let credentials = Credentials::find(&CredentialSettings {
            user: self.user.clone(),
            password: self.password.clone(),
            api_key: self.api_key.clone(),
            token: self.token.clone(),
            credentials_file: self.credentials_file.clone(),
        })?;
        let options = ClientOptions {
            ca_file: self.ca_file_with(|name| std::env::var_os(name)),
            insecure_http: self.insecure_http,
            timeout: self.timeout_with(|name| std::env::var_os(name))?,
            ..ClientOptions::default()
        };
        Client::connect(address, &credentials, &options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variables of an environment that has only `name`, with this value.
    fn environment(name: &str, value: &str) -> impl Fn(&str) -> Option<OsString> {
        move |asked| (asked == name).then(|| OsString::from(value))
    }

    #[test]
    fn an_empty_variable_with_a_ca_file_counts_as_unset() {
        let settings = ClusterSettings { ca_file: Some("a".into()), ..ClusterSettings::default() };
        assert_eq!(settings.ca_file_with(environment(CA_FILE, "")), Some("a".into()));
        assert_eq!(settings.ca_file_with(environment(CA_FILE, "b")), Some("b".into()));
        let settings = ClusterSettings::default();
        assert_eq!(settings.ca_file_with(environment(CA_FILE, "")), None);
    }

    #[test]
    fn a_time_limit_is_a_number_of_seconds_above_zero() {
        let seconds = |settings: &ClusterSettings, value: &str| {
            settings.timeout_with(environment(TIMEOUT, value)).map(|time| time.as_secs())
        };
        let settings: ClusterSettings = toml::from_str("timeout = 30").unwrap();
        assert_eq!(seconds(&ClusterSettings::default(), "").unwrap(), 10);
        assert_eq!(seconds(&settings, "").unwrap(), 30);
        assert_eq!(seconds(&settings, "45").unwrap(), 45);
        for wrong in ["0", "-1", "10s", "ten"] {
            let message = seconds(&settings, wrong).unwrap_err().to_string();
            assert!(message.starts_with("WENSOU_CLUSTER_TIMEOUT is "), "{message}");
        }
        assert!(toml::from_str::<ClusterSettings>("timeout = 0").is_err());
    }
}
