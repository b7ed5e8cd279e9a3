//! The error of a search whose query is too long for the cluster.

use thiserror::Error;

use crate::exchange::Exchange;

/// The query of a search has more clauses than the cluster accepts: 1024, unless an operator has
/// changed `indices.query.bool.max_clause_count`. The clauses of nested queries count as well.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the query is too long for {at}: {reason}; shorten the query, or let the operator of the cluster \
     raise `indices.query.bool.max_clause_count`"
)]
pub struct TooManyClauses {
    /// The request, and the node that it was sent to.
    pub at: Exchange,
    /// What the server said.
    pub reason: String,
}
