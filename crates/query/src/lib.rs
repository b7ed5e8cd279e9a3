//! From a typed query to ranked hits.
//!
//! - [`lang`] parses what a person types; its grammar is in `GRAAR.md`.
//! - `plan` turns the syntax tree into engine queries: what matches, exactly, and what is scored.
//! - `collect`, `rank` and `stats` order the matches; `snippet` and `needle` show why they match.
//!
//! Pages are never opened here: everything comes out of the index.

mod error;
pub mod eval;
mod exec;
pub mod lang;
mod plan;
mod rank;
mod report;
mod session;

pub use error::Error;
pub use exec::top_k::{Recency, Sort};
pub use lang::plain::plain;
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
pub use session::{Hit, Options, Results, Session, ids, search};
