//! The table `[cluster]` of the user's config file.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::client_options::ClientOptions;
use crate::credentials::{CredentialSettings, Credentials};
use crate::error::Result;

/// The environment variable with the path of a CA file.
const CA_FILE: &str = "WENSOU_CLUSTER_CA_FILE";

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

    /// Connects to the cluster of an address. The environment takes precedence over the settings.
    ///
    /// # Errors
    ///
    /// As [`Credentials::find`] and [`Client::connect`].
    pub fn connect(&self, address: &ClusterAddress) -> Result<Client> {
        let credentials = Credentials::find(&CredentialSettings {
            user: self.user.clone(),
            password: self.password.clone(),
            api_key: self.api_key.clone(),
            token: self.token.clone(),
            credentials_file: self.credentials_file.clone(),
        })?;
        let ca_file = std::env::var_os(CA_FILE).map(PathBuf::from).or(self.ca_file.clone());
        let insecure_http = self.insecure_http;
        let options = ClientOptions { ca_file, insecure_http, ..ClientOptions::default() };
        Client::connect(address, &credentials, &options)
    }
}
