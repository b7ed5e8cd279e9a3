//! Answers queries with an index on a cluster.
//!
//! The cluster finds candidates. This machine scores them, with the code that ranks the documents
//! of a local index, so that the order is the same.
//!
//! - `cluster_engine` has the state of [`ClusterEngine`]: the index, and a cache of the documents
//!   that the cluster has sent. `engine` implements [`Engine`](crate::engine::Engine) for it.
//! - `find` finds the first documents of a plan, `fetch_ahead` those of a strict plan and a relaxed
//!   one together; `counts` counts facets, days and values.
//! - `members` lists which documents of a group of near-duplicates match; `known_members` is what
//!   searches have told about them.
//! - `request` makes the bodies of searches, and `response` reads the responses to them; `dsl` and
//!   `alternatives` translate expressions to the query language of the cluster; `levels` and
//!   `additive_scores` say how much a coverage adds to a score, so that the cluster orders
//!   documents by coverage.
//! - `prefetched` keeps the responses to searches that were sent ahead of time.
//! - `statistics` reads the term statistics that the build has left on the cluster.

mod additive_scores;
mod alternatives;
mod cluster_engine;
mod counts;
mod dsl;
mod engine;
mod fetch_ahead;
mod find;
mod known_members;
mod levels;
mod members;
mod prefetched;
mod request;
mod response;
mod statistics;
#[cfg(test)]
mod tests;

pub(crate) use cluster_engine::ClusterEngine;
