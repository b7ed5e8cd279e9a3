//! How a client connects.

use std::path::PathBuf;
use std::time::Duration;

/// How a client connects.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// A PEM file with the certificates of the authorities that sign those of the cluster. Without
    /// it, the authorities of the system are trusted; with it, only those in the file.
    pub ca_file: Option<PathBuf>,
    /// The time limit of a request with all its repetitions. Default: 10 s.
    pub timeout: Duration,
    /// The time to open a connection. Default: 1 s.
    pub connect_timeout: Duration,
    /// Allows `http://` to other machines.
    pub insecure_http: bool,
    /// The most times that one request is sent. Default: 6.
    pub attempts: u32,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            ca_file: None,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(1),
            insecure_http: false,
            attempts: 6,
        }
    }
}
