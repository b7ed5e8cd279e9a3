//! From the syntax tree to a plan.
//!
//! A plan keeps two things apart: what *matches*, exactly and unscored, and what is *scored*, which
//! is every term of the wanted words, required or not. NOT and parentheses affect only what
//! matches, so an expansion inside a leaf never changes their meaning.

pub(crate) mod analyze;
mod compile;
mod describe;
pub(crate) mod expand;
mod field;
pub(crate) mod needle;
pub(crate) mod pinyin;
pub(crate) mod queries;
pub(crate) mod stop_words;

use tantivy::query::{AllQuery, Query as TantivyQuery};
use wensou_index::{Index, Part};

use crate::error::Error;
use crate::exec::top_k::RankedQuery;
use crate::lang::{Diagnostic, Query};
use crate::plan::analyze::{AnalysedText, QueryWord};
use crate::plan::compile::{ClauseContext, Compiler};
use crate::plan::needle::Needle;
use crate::plan::queries::ScoredTerm;
use crate::rank::bm25::Statistics;

pub(crate) use describe::describe;

/// How much of a query's text a hit must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every word; for a long question, any word.
    Strict,
    /// Any word. Hits with the most words come first.
    Relaxed,
    /// As [`Mode::Strict`], but date filters match undated documents instead of their range.
    Undated,
}

/// A compiled query.
pub(crate) struct Plan {
    /// Which documents match.
    pub(crate) match_query: Box<dyn TantivyQuery>,
    /// The terms that are scored.
    pub(crate) scored_terms: Vec<ScoredTerm>,
    /// In relaxed mode: a query for each word. Hits are ordered by how many of them match.
    pub(crate) covering: Vec<Box<dyn TantivyQuery>>,
    /// What to highlight.
    pub(crate) needles: Vec<Needle>,
    /// The words to be found; [`Needle::word`] is an index into them. A hit may lack some.
    pub(crate) words: Vec<QueryWord>,
    /// All text that is scored. Without any, hits are sorted by date.
    pub(crate) texts: Vec<AnalysedText>,
    /// Whether a hit may lack words that were typed.
    pub(crate) may_lack_words: bool,
    /// Whether the query filters by date.
    pub(crate) has_date_filter: bool,
}

/// Compiles a query.
///
/// # Errors
///
/// [`Error::Query`] if nothing in the query can be searched for; index errors.
pub(crate) fn plan(
    index: &Index,
    statistics: &Statistics<'_>,
    query: &Query,
    mode: Mode,
) -> Result<Plan, Error> {
    let mut compiler = Compiler {
        index,
        typed: &query.text,
        analysis: None,
        statistics,
        mode,
        scored_terms: Vec::new(),
        covering: Vec::new(),
        needles: Vec::new(),
        words: Vec::new(),
        texts: Vec::new(),
        may_lack_words: mode == Mode::Relaxed,
        has_date_filter: false,
        alternatives: Vec::new(),
        punctuation_only: None,
        errors: Vec::new(),
    };
    let context = ClauseContext { fields: &Part::ALL, positive: true, required: true };
    let match_query = compiler.compile_and(std::slice::from_ref(&query.root), context)?;
    if let Some(span) = compiler.punctuation_only
        && match_query.is_none()
        && compiler.texts.is_empty()
    {
        compiler.errors.push(Diagnostic::nothing_searchable(&query.text, span));
    }
    if !compiler.errors.is_empty() {
        return Err(Error::Query(compiler.errors));
    }
    let Compiler {
        scored_terms,
        covering,
        needles,
        words,
        texts,
        may_lack_words,
        has_date_filter,
        ..
    } = compiler;
    let match_query = match_query.unwrap_or_else(|| Box::new(AllQuery));
    Ok(Plan {
        match_query,
        scored_terms,
        covering,
        needles,
        words,
        texts,
        may_lack_words,
        has_date_filter,
    })
}

impl Plan {
    /// The part of the plan that [`crate::exec::top_k::TopK`] runs.
    pub(crate) fn ranked_query(&self) -> RankedQuery<'_> {
        RankedQuery {
            match_query: self.match_query.as_ref(),
            scored_terms: &self.scored_terms,
            covering: &self.covering,
        }
    }
}
