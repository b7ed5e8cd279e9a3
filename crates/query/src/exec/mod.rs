//! Runs a plan: which documents match, what they score, and the best of them in order.
//!
//! [`Executor`] is the entry point. Of `plan`, only the data types are used here.

mod boolean;
mod cache;
mod candidates;
mod collector;
pub(crate) mod columns;
mod coverage;
mod date_range;
pub(crate) mod doc_id;
pub(crate) mod document;
mod executor;
mod filter;
pub(crate) mod groups;
mod matcher;
mod min_mass;
mod min_should_match;
mod near;
mod phrase;
pub(crate) mod repeats;
pub(crate) mod rerank;
pub(crate) mod segment;
mod segment_scorer;
mod statistics;
mod term_scorer;
pub(crate) mod top_k;
mod verified;
pub(crate) mod window;
mod window_scores;

pub(crate) use executor::Executor;
pub(crate) use min_mass::MAX_COMBINED;
pub(crate) use statistics::FIRST_HAN;
#[cfg(test)]
pub(crate) use statistics::IndexStatistics;
