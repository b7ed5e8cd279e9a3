//! The ids that dumps give to flash items.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::corpus::shared_text::{as_text, shared_text};

/// The id that a dump gives to a flash item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DumpId {
    pub(crate) id: String,
    pub(crate) at: DumpPosition,
    /// The dump's path below its root.
    #[serde(serialize_with = "as_text", deserialize_with = "shared_text")]
    pub(crate) dump: Arc<str>,
}

/// Where in the archive a flash item with an id is. If several items have the same id, the first of
/// them keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct DumpPosition {
    /// The number of the file in the walk. In an [`ArchiveSurvey`](crate::ArchiveSurvey), the index
    /// of the file in the list of its dumps.
    pub(crate) file: u64,
    /// The number of the item among the flash items with ids in this file.
    pub(crate) item: u64,
}
