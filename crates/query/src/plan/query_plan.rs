//! The plan of a query: all that the executor, the reports and the highlighter need to know of it,
//! as plain data without reference to an index.

use serde::{Deserialize, Serialize};
use wensou_index::{TermKind, TextField};

use super::analyze::{AnalysedText, Origin, QueryWord};
use super::expr::MatchExpr;
use super::needle::Needle;
use crate::rank::proximity::QueryBigrams;
use crate::rank::{CoverageScale, IdfMass};

/// How much of a query's text a hit must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every word but stop words; of a question, any part of it.
    Strict,
    /// Any part of the text outside quotes, except where `+`, `title:` or `body:` require all
    /// words. Hits with the best coverage come first.
    Relaxed,
    /// As [`Mode::Strict`], but date filters match undated documents instead of their range.
    Undated,
}

/// A planned query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Which documents match.
    pub(crate) match_expr: MatchExpr,
    /// The terms that are scored.
    pub(crate) scored_terms: Vec<ScoredTerm>,
    /// The words to be found, in order. A hit may lack some.
    pub(crate) words: Vec<PlannedWord>,
    /// What to highlight; [`Needle::word`] is an index into `words`.
    pub(crate) needles: Vec<Needle>,
    /// All texts that are scored. If there are none, hits are sorted by date by default.
    pub(crate) texts: Vec<AnalysedText>,
    /// The bigrams of the texts, for the proximity score.
    pub(crate) bigrams: QueryBigrams,
    /// What adds to the coverage of a document. If nothing does, hits are not sorted by coverage.
    pub(crate) covering: Covering,
    /// Whether a hit may lack words that were typed.
    pub(crate) may_lack_words: bool,
    /// Whether the query filters by a range of dates, which leaves out undated documents.
    pub(crate) has_date_filter: bool,
}

/// What adds to the coverage of a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Covering {
    /// The part of [`Plan::match_expr`] that every document with one of the `units` matches. `None`
    /// if there is no such part.
    pub(crate) any_word: Option<MatchExpr>,
    pub(crate) units: Vec<CoveringUnit>,
    /// The coverage of a document, given the summed mass of the units that it matches.
    pub(crate) scale: CoverageScale,
}

/// A word of a relaxed query, or all words of a date together. A document that has it gains its
/// mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CoveringUnit {
    /// Documents that have the word, or the words of the date.
    pub(crate) expr: MatchExpr,
    /// What a document that matches `expr` gains.
    pub(crate) mass: IdfMass,
}

/// A word of the query and how documents match it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlannedWord {
    /// The word with its variants.
    pub(crate) word: QueryWord,
    /// Documents that have one of the variants.
    pub(crate) expr: MatchExpr,
    /// Whether a document gains coverage by matching `expr`. It does for the words of a relaxed
    /// query that a document may lack.
    pub(crate) covers: bool,
    /// The idf of the word as typed: the highest idf among its terms in the body.
    pub(crate) idf: f32,
}

/// A term that is scored in one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScoredTerm {
    pub(crate) field: TextField,
    pub(crate) kind: TermKind,
    pub(crate) text: String,
    /// The weight of the term in the query, times the weight of its kind and field.
    pub(crate) weight: f32,
    /// The inverse document frequency of the term in its field.
    pub(crate) idf: f32,
    pub(crate) origin: Origin,
}
