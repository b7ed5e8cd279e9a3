//! The tantivy index: its fields and documents, the postings plugin, and the directories that it
//! reads and writes. Outside this folder, `check` (which compares tantivy's files) and `stored`
//! (which reads document stores whatever else is damaged), nothing of this crate names tantivy.

pub(crate) mod build_directory;
pub(crate) mod deletion;
pub(crate) mod document;
pub(crate) mod generation_directory;
pub(crate) mod plugin;
pub(crate) mod schema;
pub(crate) mod segment_postings;
pub(crate) mod stored_document;
pub(crate) mod writer;
