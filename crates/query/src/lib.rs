//! From a typed query to ranked hits.
//!
//! - [`lang`] parses what a person types; its grammar is in `GRAAR.md`.
//! - `plan` turns the syntax tree into engine queries: what matches, exactly, and what is scored.
//! - `collect`, `rank` and `stats` order the matches; `snippet` and `needle` show why they match.
//!
//! Pages are never opened here: everything comes out of the index.

mod clauses;
mod collect;
mod error;
pub mod eval;
mod expand;
mod explain;
mod facet;
mod filter;
pub mod lang;
mod listed;
mod lists;
mod matching;
mod near;
mod needle;
mod overview;
mod pinyin;
mod plain;
mod plan;
mod rank;
mod score;
mod search;
mod similar;
mod snippet;
mod stats;
mod stop;
mod tags;
mod terms;
mod timeline;
mod warnings;
mod window;

pub use clauses::{Clause, clauses};
pub use collect::{Recency, Sort};
pub use error::Error;
pub use explain::{
    ExplainedHit, ExplainedTerm, ExplainedVariant, ExplainedWord, Explanation, TermScore, explain,
};
pub use facet::{Facet, FacetValue, facet};
pub use overview::{Overview, date_bounds, overview};
pub use pinyin::Reading;
pub use plain::plain;
pub use search::{Highlighter, Hit, Options, Results, Session, ids, search};
pub use similar::similar;
pub use snippet::Snippet;
pub use terms::Origin;
pub use timeline::{Bar, Step, Timeline, timeline};
