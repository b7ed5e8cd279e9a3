//! From the syntax tree to engine queries.
//!
//! Two things are made of a query and kept apart: what *matches* (unscored, exact) and what is
//! *scored* (the units of every word that is wanted, required or not). NOT and parentheses act on
//! the first alone, so an expansion inside a leaf never changes what they mean.

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

/// How much of a query's text must be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every word; of a long question, any.
    Strict,
    /// Any word, those with the most first.
    Relaxed,
    /// As strict, but undated documents in place of those that a date filter asks for.
    Undated,
}

/// A compiled query.
pub(crate) struct Plan {
    /// What matches.
    pub(crate) matched: Box<dyn TantivyQuery>,
    /// What is scored, unit by unit.
    pub(crate) scored: Vec<ScoredTerm>,
    /// In relaxed mode: what a hit gains for each word that it has.
    pub(crate) bonus: Vec<(Box<dyn TantivyQuery>, f32)>,
    /// What to highlight.
    pub(crate) needles: Vec<Needle>,
    /// The words wanted, by term number; a hit may lack some of them.
    pub(crate) words: Vec<QueryWord>,
    /// All text that is scored; if there is none, hits are sorted by date.
    pub(crate) texts: Vec<AnalysedText>,
    /// Whether a hit may lack words that were typed.
    pub(crate) partial: bool,
    /// Whether dates are filtered.
    pub(crate) dated: bool,
}

/// Compiles a query.
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
        scored: Vec::new(),
        bonus: Vec::new(),
        needles: Vec::new(),
        words: Vec::new(),
        texts: Vec::new(),
        partial: mode == Mode::Relaxed,
        dated: false,
        alternatives: Vec::new(),
        punctuation_only: None,
        errors: Vec::new(),
    };
    let context = ClauseContext { fields: &Part::ALL, positive: true, required: true };
    let matched = compiler.compile_and(std::slice::from_ref(&query.root), context)?;
    if let Some(span) = compiler.punctuation_only
        && matched.is_none()
        && compiler.texts.is_empty()
    {
        compiler.errors.push(Diagnostic::nothing_searchable(&query.text, span));
    }
    if !compiler.errors.is_empty() {
        return Err(Error::Query(compiler.errors));
    }
    let Compiler { scored, bonus, needles, words, texts, partial, dated, .. } = compiler;
    let matched = matched.unwrap_or_else(|| Box::new(AllQuery));
    Ok(Plan { matched, scored, bonus, needles, words, texts, partial, dated })
}

impl Plan {
    /// What [`crate::exec::top_k::TopK`] looks for.
    pub(crate) fn ranked_query(&self) -> RankedQuery<'_> {
        RankedQuery { matched: self.matched.as_ref(), scored: &self.scored, bonus: &self.bonus }
    }
}
