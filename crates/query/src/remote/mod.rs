//! Answers queries with an index on a cluster.
//!
//! - `engine` is the engine that queries run on. It keeps the documents that the cluster has sent.
//! - `find` finds the first documents of a plan, `counts` has facets, days and values.
//! - `dsl` translates expressions to the query language of the cluster.
//! - `levels` are the coverages by which the cluster orders documents.
//! - `request` has the searches that are sent, and what they return.
//! - `statistics` are those that the build has left on the cluster.
//!
//! The cluster finds candidates. What they score is decided here, with the code that ranks the
//! documents of a local index, so that the order is the same.

mod counts;
mod dsl;
mod engine;
mod find;
mod levels;
mod request;
mod statistics;
#[cfg(test)]
mod tests;

pub(crate) use engine::ClusterEngine;
