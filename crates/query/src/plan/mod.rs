//! From the syntax tree to a plan.
//!
//! A plan keeps two things apart: what *matches*, exactly and unscored, and what is *scored*, which
//! is every term of the wanted words, required or not. NOT and parentheses affect only what
//! matches, so an expansion inside a leaf never changes their meaning.
//!
//! A plan is made in two steps. `compile` turns the tree into match expressions and words; `weigh`
//! asks for the document frequencies of all terms in one batch and fills in the weights. Nothing
//! here reads an index: tables and statistics are given to the [`Planner`].

pub(crate) mod analyze;
mod compile;
mod dates;
pub(crate) mod expand;
pub(crate) mod expr;
mod field;
pub(crate) mod needle;
mod outline;
pub(crate) mod pinyin;
mod planner;
mod query_plan;
pub(crate) mod stop_words;
pub(crate) mod text;
mod weigh;

pub(crate) use expr::MatchExpr;
pub(crate) use planner::{Matching, Planner};
pub(crate) use query_plan::{Mode, Plan, ScoredTerm};
