//! Finds the documents of a segment whose date is in a range.

use super::candidates::Candidates;
use super::columns::Dates;
use super::doc_id::{DocId, TERMINATED};
use super::segment::Segment;
use super::window::DocWindow;
use crate::error::Error;

/// The documents dated from `from` (inclusive) to `until` (exclusive). Both are seconds of civil
/// time since 1970, as in [`Dates`].
pub(crate) struct DateRange<'i> {
    dates: Dates<'i>,
    documents: u32,
    from: i64,
    until: i64,
}

impl<'i> DateRange<'i> {
    /// A range of dates in a segment. It is open at an end that is `None`; undated documents are in
    /// no range, not even in one that is open at both ends.
    pub(crate) fn new(
        segment: &Segment<'i>,
        from: Option<i64>,
        until: Option<i64>,
    ) -> Result<Self, Error> {
        let (from, until) = (from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
        Ok(Self { dates: segment.dates()?, documents: segment.documents(), from, until })
    }

    /// Whether the date of a document is in the range.
    pub(crate) fn contains(&self, doc: DocId) -> bool {
        self.dates.of(doc).is_some_and(|date| self.from <= date && date < self.until)
    }
}

impl Candidates for DateRange<'_> {
    fn cost(&self) -> u64 {
        // Only reading all dates would tell how many documents are in the range. With the highest
        // cost, the range follows in an intersection, and reads only the dates of the leader's
        // candidates.
        u64::from(self.documents)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        (target..self.documents).find(|doc| self.contains(*doc)).unwrap_or(TERMINATED)
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        if self.contains(doc) { Ok(()) } else { Err(doc + 1) }
    }

    fn fill(&mut self, window: &mut DocWindow) {
        for doc in window.start()..window.end().min(self.documents) {
            if self.contains(doc) {
                window.insert(doc);
            }
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        window.retain(|doc| self.contains(doc));
    }

    fn is_postings_only(&self) -> bool {
        false
    }

    fn is_exact(&self) -> bool {
        true
    }

    fn confirm(&mut self, _: DocId) -> bool {
        true
    }
}
