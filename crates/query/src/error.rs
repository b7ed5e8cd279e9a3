//! What can go wrong with a search.

use thiserror::Error;

use crate::lang::Diagnostic;

/// An error of a search.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The query parses but cannot be answered as it stands.
    #[error("the query cannot be answered")]
    Query(Vec<Diagnostic>),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] wensou_index::Error),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error.into())
    }
}
