//! Ids that dumps give.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::corpus::shared_text::{as_text, shared_text};

/// The id that a dump gives to a flash item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DumpId {
    pub(crate) id: String,
    /// Where the item stands: the position of the file in the walk, and of the record in the file.
    pub(crate) at: (u64, u64),
    /// The dump's path below its root.
    #[serde(serialize_with = "as_text", deserialize_with = "shared_text")]
    pub(crate) dump: Arc<str>,
}
