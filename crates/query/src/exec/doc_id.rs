//! The numbers by which documents are known inside an index.

/// A document of an index: the ordinal of its segment, and its id there.
pub(crate) use tantivy::DocAddress;
/// The id of a document in its segment.
pub(crate) use tantivy::DocId;
/// Stands for "no further document". It is greater than the id of every document.
pub(crate) use tantivy::TERMINATED;
