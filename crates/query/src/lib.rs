//! From a typed query to ranked hits.
//!
//! - [`lang`] parses what a person types; its grammar is in `GRAMMAR.md`.
//! - `plan` turns the syntax tree into engine queries: what matches, exactly, and what is scored.
//! - `collect`, `rank` and `stats` order the matches; `snippet` and `needle` show why they match.
//!
//! Pages are never opened here: everything comes out of the index.

mod collect;
mod error;
pub mod eval;
mod filter;
pub mod lang;
mod near;
mod needle;
mod overview;
mod plain;
mod plan;
mod rank;
mod search;
mod snippet;
mod stats;
mod stop;
mod tags;
mod terms;
mod warnings;

pub use collect::Sort;
pub use error::Error;
pub use overview::{Overview, date_bounds, overview};
pub use plain::plain;
pub use search::{Highlighter, Hit, Options, Results, ids, search};
pub use snippet::Snippet;
pub use tags::{TagCount, tags};
