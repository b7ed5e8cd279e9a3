//! A document that the cluster stores and does not index.

use serde::{Deserialize, Serialize};

/// A document of the index of statistics or of the index of parts, as its `_source` has it. The
/// mapping of these indexes has `data` as an object that is not indexed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UnindexedDocument<T> {
    /// The content.
    pub(crate) data: T,
}

impl<T: Serialize> UnindexedDocument<T> {
    /// A document with this content, as JSON.
    pub(crate) fn to_json(data: T) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Self { data })
    }
}
