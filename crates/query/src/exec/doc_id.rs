//! The numbers by which documents are known inside an index.

/// A document of an index: the ordinal of its segment, and its id there.
pub(crate) use tantivy::DocAddress;
/// The id of a document in its segment.
pub(crate) use tantivy::DocId;
/// The id after the last that a document can have.
pub(crate) use tantivy::TERMINATED;
