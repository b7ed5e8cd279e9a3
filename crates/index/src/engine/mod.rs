//! The tantivy index: its fields and documents, the postings plugin, and the directories that
//! tantivy reads and writes.
//!
//! The rest of the crate does not use tantivy, with four exceptions: `check` compares tantivy's
//! files byte by byte, `stored` reads document stores although other files are damaged, `error`
//! wraps tantivy's error, and `lib` exports tantivy's `DocAddress`. Other modules import tantivy's
//! types for fields and addresses of documents from here.

pub(crate) mod build_directory;
pub(crate) mod component;
pub(crate) mod deletion;
pub(crate) mod document;
pub(crate) mod generation_directory;
pub(crate) mod plugin;
mod postings_file_thread;
pub(crate) mod record_store;
pub(crate) mod schema;
pub(crate) mod segment_postings;
pub(crate) mod segments;
pub(crate) mod stored_document;
pub(crate) mod writer;

pub(crate) use tantivy::schema::Field;
pub(crate) use tantivy::{DocAddress, DocId, Searcher, SegmentOrdinal, TantivyError};

/// The error of a thread of a build that panicked.
pub(crate) fn panicked() -> TantivyError {
    TantivyError::InternalError("a thread panicked".to_owned())
}
