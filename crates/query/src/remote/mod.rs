//! Answers queries with an index on a cluster.
//!
//! - `engine` answers the questions of a query.
//! - `cluster_engine` is its state: the index, and the documents that the cluster has sent.
//! - `find` finds the first documents of a plan, `counts` has facets, days and values.
//! - `prefetched` has the answers to searches that were sent together.
//! - `dsl` translates expressions to the query language of the cluster.
//! - `levels` are the coverages by which the cluster orders documents.
//! - `request` has the searches that are sent, and what they return.
//! - `statistics` are those that the build has left on the cluster.
//!
//! The cluster finds candidates. What they score is decided here, with the code that ranks the
//! documents of a local index, so that the order is the same.

mod cluster_engine;
mod counts;
mod dsl;
mod engine;
mod find;
mod levels;
mod prefetched;
mod request;
mod statistics;
#[cfg(test)]
mod tests;

pub(crate) use cluster_engine::ClusterEngine;
