//! Generations: every build writes a folder of its own, and one rename makes it the index in use.
//!
//! ```text
//! index/
//!   WENSOU           marks the folder as an index folder
//!   CURRENT          the name of the generation in use and the hash of its description, one line
//!   LOCK             locked (flock) by the one process that builds; its note says what it makes
//!   gen-000007/
//!     GENERATION     marks the folder as a generation
//!     wensou.json    the description, with the checksums of all files but GENERATION, SEAL and
//!                    itself
//!     settings       roots, encoding, tables, … again, in case the description is damaged
//!     files          the table of the files of the archive
//!     duplicates     the groups of near-duplicates
//!     page-sums      checksums of the pages of tantivy's large files
//!     …              the files of the tantivy index, and copies of the user's tables
//!     SEAL           the same line as CURRENT, written last: this generation is complete
//! ```
//!
//! A reader resolves `CURRENT` once and keeps its files open, so a later build cannot take them
//! away. A build that is killed leaves a generation that `CURRENT` does not name, and the next
//! build removes it. No file of a generation ever changes, so generations can share files.
//!
//! - `current` reads `CURRENT`; `lock` has the build lock; `folder_marker` and `ownership` tell
//!   index folders from foreign ones.
//! - `locked` is an index folder that this process may change; `draft` writes a generation into it
//!   and publishes it; `cleanup` removes generations that are no longer needed.
//! - `salvage` finds the generation to use when `CURRENT` is lost, and the one whose records a
//!   build can still read; `recover` repairs a folder without a build; `backup` copies an index.

mod backup;
mod cleanup;
mod current;
mod draft;
mod folder_marker;
mod lock;
mod locked;
mod ownership;
mod recover;
mod salvage;

pub use backup::{CopiedFiles, backup};
pub(crate) use cleanup::{KeepComplete, litter};
pub use current::current_generation;
pub(crate) use current::{Current, current};
pub(crate) use draft::Draft;
pub use draft::abandon_drafts;
pub(crate) use folder_marker::has_whole_marker;
pub(crate) use lock::{WhenBusy, may_be_building};
pub use ownership::is_index_folder;
pub use recover::{remove_litter, restore_current};
pub use salvage::settings;
pub(crate) use salvage::{Salvageable, find_salvageable, first_damaged};

#[cfg(test)]
mod tests;
