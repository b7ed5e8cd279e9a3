//! From a typed query to ranked hits.
//!
//! - [`lang`] parses what a person types; `GRAMMAR.md` specifies the language.
//! - `plan` turns the syntax tree into a plan: what must match exactly, and which terms are scored.
//!   A plan is plain data, made without reading the index.
//! - `exec` runs the plan: it finds candidates, confirms matches, scores them and keeps the k best.
//! - `rank` has BM25, the weights, coverage and the proximity score.
//! - `runner` plans queries and runs the plans.
//! - `report` has what is shown about hits: snippets, explanations, facets, timelines.
//! - [`Session`] ties them together.
//!
//! Pages are never opened here: everything is read from the index.

mod error;
pub mod eval;
mod exec;
mod haystack;
mod hits;
pub mod lang;
mod options;
mod plan;
mod rank;
mod report;
mod runner;
mod session;

pub use error::Error;
pub use exec::top_k::{Recency, Sort};
pub use hits::{Hit, Results};
pub use lang::plain::plain;
pub use options::Options;
pub use plan::analyze::Origin;
pub use plan::pinyin::Reading;
pub use report::clauses::{Clause, clauses};
pub use report::explain::{
    ExplainedHit, ExplainedTerm, ExplainedVariant, ExplainedWord, Explanation, TermScore, explain,
};
pub use report::facet::{Facet, FacetValue, facet};
pub use report::highlight::Highlighter;
pub use report::overview::{Overview, date_bounds, overview};
pub use report::similar::similar;
pub use report::snippet::Snippet;
pub use report::timeline::{Bar, Step, Timeline, timeline};
pub use session::{Session, ids, search};
