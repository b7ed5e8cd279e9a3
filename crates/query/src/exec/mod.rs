//! Runs a plan: which documents match, what they score, and the best of them in order.
//!
//! [`Executor`] is the entry point: it runs a plan segment by segment. Of `plan`, only the data
//! types are used here, and the function that says which bigrams cover a sequence of characters.
//!
//! | modules | what they do |
//! |---|---|
//! | `segment`, `columns`, `doc_id` | read a segment: postings, values of documents, ids |
//! | `cache` | keeps posting lists in memory for later queries |
//! | `matcher`, `candidates` | find the documents that match; the rules for iterating over them |
//! | `boolean`, `min_should_match`, `min_mass` | combine the candidates of several conditions |
//! | `phrase`, `near`, `verified` | conditions on positions, and on the stored text |
//! | `filter`, `date_range` | conditions on whole values and on dates |
//! | `segment_scorer`, `term_scorer`, `coverage` | score the documents that match |
//! | `window`, `window_scores` | the doc-id window in which candidates are found and scored |
//! | `collector`, `top_k` | keep the best documents in order, and count all that match |
//! | `rerank` | ranks the first hits again, by proximity and by newness or the words of each hit |
//! | `groups`, `repeats` | the groups of near-duplicates; counts hits if a group is shown as one |
//! | `matched_docs` | the documents that a search has found to match, kept for later steps |
//! | `statistics` | document frequencies and average lengths, for the plan |
//! | `document` | matches and scores a single record, as a cluster's engine needs |

mod boolean;
mod cache;
mod candidates;
mod collector;
pub(crate) mod columns;
mod coverage;
mod date_range;
pub(crate) mod doc_id;
#[cfg(feature = "cluster")]
pub(crate) mod document;
mod executor;
mod filter;
pub(crate) mod groups;
pub(crate) mod matched_docs;
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
// For more words than this, no search computes which combinations of them have enough mass.
pub(crate) use min_mass::MAX_COMBINED_MEMBERS;
// In the order of bytes, words that start with a Han character come after this.
pub(crate) use statistics::FIRST_HAN;
#[cfg(all(test, feature = "cluster"))]
pub(crate) use statistics::IndexStatistics;
