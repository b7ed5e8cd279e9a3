//! Scores matches: BM25, the weights of fields and terms, coverage, the proximity of words, and
//! newness. Nothing here reads an index: its statistics come through the trait [`TermStatistics`].
//! The factor for age that a user can ask for is [`Recency`](crate::Recency) in `exec::top_k`.

pub(crate) mod bm25;
mod coverage;
mod newness;
pub(crate) mod proximity;
mod statistics;
mod weights;

pub(crate) use coverage::{Coverage, CoverageScale, IdfMass};
pub(crate) use newness::newness;
pub(crate) use statistics::{CachedStatistics, FieldTerm, TermCollector, TermStatistics};
pub(crate) use weights::{
    COVERAGE_WEIGHT, EXPANSION_WEIGHT, LATIN_WEIGHT, SHORT_WORD_WEIGHT, STOP_WEIGHT, kind_weight,
    weight,
};
