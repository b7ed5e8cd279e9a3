//! The options of a search.

use crate::exec::top_k::{Recency, Sort};

/// How to search: which hits to return, in what order, and with how long a snippet.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Return at most this many hits.
    pub limit: usize,
    /// Skip this many hits first.
    pub offset: usize,
    /// The order; `None` means by rank if the query searches for text, else newest first.
    pub sort: Option<Sort>,
    /// Prefer newer documents: see [`Recency`]. Off by default.
    pub recency: Option<Recency>,
    /// Return only hits that have every word. If no document has, there are no hits. (The hits of a
    /// question may lack words all the same.)
    pub strict: bool,
    /// If fewer hits than were asked for have every word, documents that lack words follow them,
    /// those with the highest coverage first. Has no effect if hits are sorted by date, or with
    /// `strict`.
    pub backfill: bool,
    /// Return near-duplicates as hits of their own, and not as one hit.
    pub all: bool,
    /// If no document has every word, read Latin words that no document contains as pinyin: see
    /// [`crate::Reading`].
    pub pinyin: bool,
    /// The maximum length of a snippet in characters.
    pub snippet: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: 10,
            offset: 0,
            sort: None,
            recency: None,
            strict: false,
            backfill: true,
            all: false,
            pinyin: false,
            snippet: 120,
        }
    }
}
