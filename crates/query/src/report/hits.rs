//! What a search returns.

use wensou_ingest::Record;

use super::snippet::Snippet;
use crate::lang::{Diagnostic, Query};
use crate::plan::pinyin::Reading;

/// One hit.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Hit {
    /// The whole record.
    pub record: Record,
    /// The score that ranked it; 0 if nothing is scored.
    pub score: f32,
    /// The title with its matches marked.
    pub title: Snippet,
    /// The best passage of the body, or its start if nothing in it matched.
    pub snippet: Snippet,
    /// Words of the query that the document lacks, as typed.
    pub missing: Vec<String>,
    /// Whether the hit lacks words of the query, and follows the hits with all words because these
    /// are fewer than were asked for. [`Results::total`] does not count such hits.
    pub backfilled: bool,
    /// The ids of the other matching articles with the same text, or nearly the same. Empty with
    /// [`Options::all`](crate::Options::all).
    pub near_duplicates: Vec<String>,
    /// The key terms that the hit shares with the document given to [`crate::similar`], as that
    /// document writes them, highest weight first. Empty for the hits of a search.
    pub shared_terms: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Results {
    /// The number of documents that match.
    pub total: usize,
    /// The number of hits that these documents are shown as: near-duplicates are one hit, unless
    /// [`Options::all`](crate::Options::all) is set.
    pub total_hits: usize,
    /// The hits that were asked for, in order.
    pub hits: Vec<Hit>,
    /// Whether no document has every word, so that the hits are documents that lack words.
    pub relaxed: bool,
    /// How Latin letters of the query were read as pinyin. Empty if the hits are those of the query
    /// as typed.
    pub readings: Vec<Reading>,
    /// The query that was answered instead of the typed one: it searches for the words of
    /// `readings` in place of the letters. `None` if there are no readings.
    pub reread: Option<Query>,
    /// For a hint to the user: the number of documents that match if any word will do. `None`
    /// unless one or two documents have every word, no documents that lack words follow them, and
    /// the number is greater than [`Results::total`].
    pub partial: Option<usize>,
    /// What the user should know.
    pub warnings: Vec<Diagnostic>,
}
