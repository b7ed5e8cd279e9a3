//! The errors of a search.

use thiserror::Error;

use crate::lang::Diagnostic;

/// An error of a search.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The query parses but cannot be answered as it stands.
    #[error("the query cannot be answered")]
    Query(Vec<Diagnostic>),
    /// No document has an id that starts with `id`, or more than one document has.
    #[error("the id {id} belongs to no article or flash item, or to more than one")]
    IdMissingOrAmbiguous {
        /// The id that was asked for.
        id: String,
    },
    /// The index failed.
    #[error(transparent)]
    Index(#[from] wensou_index::Error),
    /// The cluster that has the index failed.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Cluster(#[from] wensou_cluster::Error),
    /// A document was read after the engine of the cluster had dropped it from its cache.
    #[cfg(feature = "cluster")]
    #[error(
        "document {number} is not in the cache of the cluster's documents, which is a bug in wensou"
    )]
    StaleAddress {
        /// The number that the document had in the cache.
        number: u32,
    },
    /// The cluster sent an answer of an unexpected form.
    #[cfg(feature = "cluster")]
    #[error("the answer of the cluster cannot be understood: {0}")]
    Answer(#[from] serde_json::Error),
}
