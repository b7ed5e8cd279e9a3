//! The files of an index folder and of its generations.
//!
//! - `names` has the names and length limits of files, and the texts of markers.
//! - `folder` opens files through the handle of their folder and never follows a link.
//! - `sum` has the checksums of whole files. `page_sums` has those of the 4 KiB pages of files that
//!   may become large: a search verifies only the pages that it reads.

mod folder;
mod names;
mod page_sums;
mod sum;

pub(crate) use folder::{Entry, EntryKind, Folder};
pub(crate) use names::{
    ABANDONED, CURRENT, DESCRIPTION, DESCRIPTION_LIMIT, DUPLICATES, FILES, FOLDER_MARKER,
    FOLDER_MARKER_TEXT, GENERATION_MARKER, LOCK, MARKER_LIMIT, SEAL, SETTINGS,
    generation_marker_text, generation_name, generation_number, is_build_file, is_damaged_copy,
    is_plain_name, is_tantivy_lock,
};
pub(crate) use page_sums::{PAGE_SUMS, PAGE_SUMS_LIMIT, PageSums, has_page_sums};
pub use sum::{Sum, Sums};
