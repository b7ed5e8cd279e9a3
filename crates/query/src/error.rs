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
    /// No document, or more than one, has an id that begins so.
    #[error("no single article or flash item has the id {id}")]
    NoSuchId {
        /// The id asked for.
        id: String,
    },
    /// The index failed.
    #[error(transparent)]
    Index(#[from] wensou_index::Error),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error.into())
    }
}
