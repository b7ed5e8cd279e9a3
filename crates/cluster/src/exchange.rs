//! Which request to which node an error is about.

use std::fmt;

/// A request to a node, for messages: `POST /news/_search at https://host:9200`.
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
