//! Generations: every build writes a folder of its own, and one rename makes it the index.
//!
//! ```text
//! index/
//!   WENSOU           marks the folder as an index folder
//!   CURRENT          the name of the generation in use and the hash of its description, one line
//!   LOCK             held (flock) by the one process that builds; its note says what it does
//!   gen-000007/
//!     GENERATION     marks the folder as a generation of ours
//!     wensou.json    the description, which has the sums of all other files
//!     settings       what is needed to build the index anew, a second time
//!     SEAL           the same line as CURRENT: this generation is complete
//!     page-sums      checksums of the pages of tantivy's files
//!     …              the files of the tantivy index
//! ```
//!
//! A reader resolves `CURRENT` once and keeps its files open, so a rebuild never pulls them away
//! from under it. A build that dies leaves a generation that `CURRENT` does not name; the next
//! build removes it. No file of a generation ever changes, so the next one may share files with it.
//!
//! - `folder` opens files through a handle, without links; `names` has the names and markers;
//! - `current` reads the pointer, `lock` has the build lock, `ownership` tells whose a folder is;
//! - `draft` writes a generation and publishes it; `sweep` removes what is needed no more;
//! - `page_sums` has checksums of parts of files; `salvage` finds the generation to use when the pointer is lost; `backup` copies one.

mod backup;
mod current;
mod draft;
mod folder;
mod folder_marker;
mod lock;
mod locked;
mod names;
mod ownership;
mod page_sums;
mod recover;
mod salvage;
mod sum;
mod sweep;

pub use backup::backup;
pub(crate) use current::{Current, DESCRIPTION_LIMIT, current};
pub(crate) use draft::Draft;
pub use draft::abandon;
pub(crate) use folder::Folder;
pub(crate) use folder_marker::has_whole_marker;
pub(crate) use lock::may_be_building;
pub(crate) use names::{
    DESCRIPTION, FOLDER_MARKER, MARKER, MARKER_LIMIT, SEAL, SETTINGS, is_plain_name, marker_text,
};
pub use ownership::is_index_folder;
pub(crate) use page_sums::{PAGE_SUMS, PageSums, has_page_sums};
pub use recover::{recover, remove_litter};
pub use salvage::settings;
pub(crate) use salvage::{find_remains, first_damaged};
pub use sum::{Sum, Sums};
pub(crate) use sweep::litter;

#[cfg(test)]
mod tests;
