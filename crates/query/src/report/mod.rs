//! What is told about a query and its hits besides the hits themselves.

pub(crate) mod clauses;
pub(crate) mod explain;
pub(crate) mod facet;
pub(crate) mod highlight;
pub(crate) mod overview;
pub(crate) mod similar;
pub(crate) mod snippet;
pub(crate) mod tags;
pub(crate) mod timeline;
pub(crate) mod warnings;
