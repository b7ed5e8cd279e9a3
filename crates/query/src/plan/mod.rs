//! From the syntax tree to a plan.
//!
//! A plan keeps two things apart: which documents *match*, exactly and without a score, and what is
//! *scored*. The operators of the query decide which documents match. All words outside NOT are
//! scored by their terms, including words that a document need not have. An expansion is an
//! alternative to the words that it expands, at their place in the match expression, so that NOT
//! and parentheses keep their meaning.
//!
//! A plan is made in two steps. `compile` turns the tree into match expressions and words; `weigh`
//! asks for the document frequencies of all terms in one batch and fills in the weights. Nothing
//! here reads an index: tables and statistics are given to the [`Planner`].

pub(crate) mod analyze;
mod clause_context;
mod compile;
mod compile_text;
mod dates;
pub(crate) mod expand;
mod expand_numbers;
pub(crate) mod expr;
mod field_expr;
pub(crate) mod needle;
mod numeral_words;
mod ordinal_numerals;
mod outline;
pub(crate) mod pinyin;
pub(crate) mod pinyin_letters;
mod planner;
mod query_plan;
pub(crate) mod questions;
pub(crate) mod stop_words;
pub(crate) mod text_expr;
mod typed_words;
pub(crate) mod variant;
mod weigh;

pub(crate) use expr::MatchExpr;
pub(crate) use planner::{Matching, Planner};
#[cfg(feature = "cluster")]
pub(crate) use query_plan::CoveringUnit;
pub(crate) use query_plan::{Covering, Mode, Plan, PlannedWord, ScoredTerm};
