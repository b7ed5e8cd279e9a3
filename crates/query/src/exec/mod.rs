//! Runs a plan: which documents match, what they score, and the best of them in order.

pub(crate) mod cache;
pub(crate) mod coverage;
pub(crate) mod filter;
pub(crate) mod matcher;
pub(crate) mod near;
pub(crate) mod phrase;
pub(crate) mod postings_query;
pub(crate) mod segment_scorer;
pub(crate) mod term_scorer;
pub(crate) mod top_k;
pub(crate) mod window;
mod window_scores;
