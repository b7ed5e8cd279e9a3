//! What a user's configuration says of clusters.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::client_options::ClientOptions;
use crate::credentials::{CredentialSettings, Credentials};
use crate::error::Result;

/// The variable that names a CA file.
const CA_FILE: &str = "WENSOU_CLUSTER_CA_FILE";

/// The table `[cluster]` of a configuration.
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
    /// What the settings and the environment have to prove an identity with, without any secret:
    /// the names of the keys that are set.
    #[must_use]
    pub fn credentials(&self) -> Vec<&'static str> {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let given = [
            ("user", self.user.is_some() || set("WENSOU_CLUSTER_USER")),
            ("api_key", self.api_key.is_some() || set("WENSOU_CLUSTER_API_KEY")),
            ("token", self.token.is_some() || set("WENSOU_CLUSTER_TOKEN")),
            ("credentials_file", self.credentials_file.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }

    /// Connects to the cluster of an address. What the environment says comes before the settings.
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
