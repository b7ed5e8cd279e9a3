//! The ids that dumps give to flash items.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The id that a dump gives to a flash item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdFromDump {
    pub(crate) id: String,
    /// Where the item is.
    pub(crate) at: ItemPosition,
    /// The path of the dump below its root.
    #[serde(with = "crate::corpus::serde_arc_str")]
    pub(crate) dump: Arc<str>,
}

/// The position in the archive of a flash item that has its id from a dump. If several items have
/// the same id, the first of them keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ItemPosition {
    /// The number of the file in the walk, from 1; 0 for the records of an earlier index. In an
    /// [`ArchiveSurvey`](crate::ArchiveSurvey), the index of the file in `dump_files`.
    pub(crate) file: u64,
    /// The number of the item, from 1, among the flash items with ids in this file; 0 for the
    /// records of an earlier index.
    pub(crate) item: u64,
}
