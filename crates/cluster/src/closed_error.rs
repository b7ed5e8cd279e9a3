//! The error of a request to an index that is closed.

use thiserror::Error;

use crate::exchange::Exchange;

/// An operator has closed the index, so it can neither be searched nor written until it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the index {index} on {at} is closed: let its operator open it with `POST /{index}/_open`")]
pub struct IndexClosed {
    /// The request, and the node that it was sent to.
    pub at: Exchange,
    /// The name of the index.
    pub index: String,
}
