//! What a list of `browse` shows.

use wensou_index::RecordExt;
use wensou_ingest::Record;
use wensou_query::{Hit, Snippet};

/// One item of the list: a hit, or a record that is related to one.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) record: Record,
    pub(crate) title: Snippet,
    pub(crate) snippet: Snippet,
    /// The words of the query that the record lacks.
    pub(crate) missing: Vec<String>,
    /// The ids of its near-duplicates, which the list does not show.
    pub(crate) near_duplicates: Vec<String>,
}

impl From<Hit> for Item {
    fn from(hit: Hit) -> Self {
        let Hit { record, title, snippet, missing, near_duplicates, .. } = hit;
        Self { record, title, snippet, missing, near_duplicates }
    }
}

impl Item {
    /// The number of pages in which the record stands, itself or a near-duplicate of it.
    pub(crate) fn pages(&self) -> usize {
        self.record.occurrences() + self.near_duplicates.len()
    }
}
