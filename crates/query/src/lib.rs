//! Turns a typed query into ranked hits.
//!
//! - [`lang`] parses what a person types; `GRAMMAR.md` specifies the language.
//! - `plan` turns the syntax tree into a plan: what must match exactly, and which terms are scored.
//!   A plan is plain data; making it needs only the tables and the statistics of an index.
//! - `engine` is the interface of what runs a plan: `exec` for an index in a folder, `remote` for
//!   an index on a cluster.
//! - `exec` finds candidates, confirms matches, scores them and keeps the k best.
//! - `rank` has BM25, the weights, coverage, the proximity score and newness.
//! - `runner` plans queries and runs the plans.
//! - `report` makes what is shown about hits: snippets, explanations, facets, timelines.
//! - `haystack` finds in a text what a query searches for, for snippets and missing words.
//! - [`Session`] ties them together: `backfill` adds documents that lack words, and `collapse`
//!   leaves one hit of each group of near-duplicates.
//! - [`eval`] measures a ranking by judged queries.
//!
//! Pages are never opened here: everything is read from the index.
//!
//! # Searching from another program
//!
//! Open an index, parse a query, and search. `examples/` has two complete programs.
//!
//! ```
//! use wensou_query::lang::{Clock, parse};
//!
//! # use std::path::Path;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let dir = folder.path().join("index");
//! # let archive = Path::new("../../data/archive").to_owned();
//! # let options = wensou_index::BuildOptions::default();
//! # wensou_index::build(&dir, &[archive], &options, &wensou_ingest::Silent)?;
//! let index = wensou_index::Index::open(&dir)?;
//! // Relative dates such as `date:7d` start from this day.
//! let clock = Clock { today: jiff::civil::date(2024, 5, 1) };
//! let query = parse("比特幣 -以太坊 date:2020..", &clock).expect("no mistake in the query");
//! let results = wensou_query::search(&index, &query, &wensou_query::Options::default())?;
//! for hit in &results.hits {
//!     println!("{:6.2}  {}", hit.score, hit.title.text);
//! }
//! # assert!(results.total > 0 && !results.hits.is_empty());
//! # Ok(())
//! # }
//! ```

mod backfill;
mod collapse;
mod engine;
mod error;
pub mod eval;
mod exec;
mod graphemes;
mod haystack;
mod index_ref;
pub mod lang;
mod missing_words;
mod options;
mod plan;
mod rank;
#[cfg(feature = "cluster")]
mod remote;
mod report;
mod runner;
mod session;
#[cfg(test)]
mod test_support;

pub use engine::Facet;
pub use error::Error;
pub use exec::top_k::{Recency, Sort};
pub use index_ref::{IndexRef, RecordLookup};
pub use lang::plain::plain;
pub use options::Options;
pub use plan::pinyin::Reading;
pub use plan::variant::Origin;
pub use report::clauses::{Clause, clauses};
pub use report::explain::{
    ExplainedHit, ExplainedTerm, ExplainedVariant, ExplainedWord, Explanation, TermScore, explain,
};
pub use report::facet::{FacetValue, facet, strict_facet};
pub use report::highlight::Highlighter;
pub use report::hits::{Hit, Results};
pub use report::overview::{Overview, date_bounds, overview};
pub use report::similar::similar;
pub use report::snippet::Snippet;
pub use report::spelling::similar_words;
pub use report::timeline::{Bar, Step, Timeline, timeline};
pub use session::{Reread, Session, ids, read_pinyin, search};
