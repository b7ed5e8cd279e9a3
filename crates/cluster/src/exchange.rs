//! A request and the node that it was sent to, which an error is about.

use std::fmt;

/// A request and the node it was sent to, as error messages show them:
/// `https://host:9200 (POST /news/_search)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The method and the path.
    pub request: String,
    /// The base URL of the node.
    pub node: String,
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.node, self.request)
    }
}
