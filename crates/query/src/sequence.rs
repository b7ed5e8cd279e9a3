//! Documents that have key characters in sequence, as a query of the engine.

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, Score, SegmentReader, TantivyError};
use wensou_index::{Part, Postings, SegmentPostings};

use crate::matching::{Confirmed, Matcher};

/// Matches documents that have the characters in sequence in one of the parts. Scores nothing.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    pub(crate) postings: SegmentPostings,
    pub(crate) parts: Vec<Part>,
    pub(crate) key: Vec<char>,
}

impl Sequence {
    pub(crate) fn of_segment(&self, reader: &SegmentReader) -> tantivy::Result<&Postings> {
        let segment = reader.segment_id();
        self.postings.of(segment).ok_or_else(|| {
            let cause = format!("no postings of the segment {}", segment.short_uuid_string());
            TantivyError::InternalError(cause)
        })
    }
}

impl Query for Sequence {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(SequenceWeight(self.clone())))
    }
}

struct SequenceWeight(Sequence);

impl Weight for SequenceWeight {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Sequence { parts, key, .. } = &self.0;
        let matcher = Matcher::sequence(self.0.of_segment(reader)?, parts, key, |_| None);
        Ok(Box::new(Confirmed::new(matcher)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        // What a hit is worth is explained by `crate::explain`.
        Ok(Explanation::new("characters in sequence", 0.0))
    }
}
