//! Documents that our own lists find, as a query of the engine.

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, Score, SegmentReader, TantivyError};
use wensou_index::{Part, Postings, SegmentPostings};

use crate::exec::cache::OpenedPostings;
use crate::exec::matcher::{ConfirmedDocs, Matcher};

/// Matches documents that have something in one of the parts, or stand somewhere. Scores nothing.
#[derive(Debug, Clone)]
pub(crate) struct PostingsQuery {
    pub(crate) postings: SegmentPostings,
    pub(crate) fields: Vec<Part>,
    pub(crate) leaf: Leaf,
}

/// What documents have.
#[derive(Debug, Clone)]
pub(crate) enum Leaf {
    /// Key characters in sequence.
    Sequence(Vec<char>),
    /// A word of the index.
    Word(String),
    /// A word of the index that begins so.
    Prefix(String),
    /// In none of the parts: a file or folder of this name or path where it stands, or one whose name begins so.
    Path { name: String, whole: bool },
}

impl PostingsQuery {
    pub(crate) fn of_segment(&self, reader: &SegmentReader) -> tantivy::Result<&Postings> {
        let segment = reader.segment_id();
        self.postings.of(segment).ok_or_else(|| {
            let cause = format!("no postings of the segment {}", segment.short_uuid_string());
            TantivyError::InternalError(cause)
        })
    }
}

impl Query for PostingsQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(PostingsWeight(self.clone())))
    }
}

struct PostingsWeight(PostingsQuery);

impl Weight for PostingsWeight {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let PostingsQuery { fields, leaf, .. } = &self.0;
        let matcher =
            Matcher::leaf(self.0.of_segment(reader)?, fields, leaf, &OpenedPostings::from_file);
        Ok(Box::new(ConfirmedDocs::new(matcher)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        // What a hit is worth is explained by `crate::report::explain`.
        Ok(Explanation::new("postings", 0.0))
    }
}
