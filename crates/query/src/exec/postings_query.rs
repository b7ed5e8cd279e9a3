//! What our own postings find, as a tantivy query.

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};
use wensou_index::{Part, Postings, SegmentPostings};

use crate::exec::cache::OpenedPostings;
use crate::exec::matcher::Matcher;

/// Matches documents that have `leaf` in one of the fields, or at a path. Scores nothing.
#[derive(Debug, Clone)]
pub(crate) struct PostingsQuery {
    pub(crate) postings: SegmentPostings,
    pub(crate) fields: Vec<Part>,
    pub(crate) leaf: Leaf,
}

/// What a document must have.
#[derive(Debug, Clone)]
pub(crate) enum Leaf {
    /// These key characters in sequence.
    Sequence(Vec<char>),
    /// This word of the index.
    Word(String),
    /// A word of the index that starts with this.
    Prefix(String),
    /// Not in a field: a page whose path has a file or folder of this name, or a path of its own
    /// like this. Unless `whole`, the name may go on.
    Path { name: String, whole: bool },
}

impl PostingsQuery {
    pub(crate) fn segment_postings(&self, reader: &SegmentReader) -> tantivy::Result<&Postings> {
        let segment = reader.segment_id();
        self.postings.of(segment).ok_or_else(|| {
            let cause = format!(
                "segment {} has no postings: rebuild the index",
                segment.short_uuid_string()
            );
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
        let matcher = Matcher::leaf(
            self.0.segment_postings(reader)?,
            fields,
            leaf,
            &OpenedPostings::from_file,
        );
        Ok(Box::new(ConfirmedDocs::new(matcher)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        // The score of a hit is explained by `crate::report::explain`.
        Ok(Explanation::new("postings", 0.0))
    }
}

/// The documents of a [`Matcher`] that are confirmed to match, as tantivy iterates over them. They
/// score nothing.
pub(crate) struct ConfirmedDocs {
    matcher: Matcher,
    doc: DocId,
}

impl ConfirmedDocs {
    pub(crate) fn new(matcher: Matcher) -> Self {
        let mut confirmed = Self { matcher, doc: 0 };
        confirmed.advance_to(0);
        confirmed
    }

    fn advance_to(&mut self, target: DocId) -> DocId {
        let mut doc = self.matcher.seek(target);
        while doc != TERMINATED && !self.matcher.confirm(doc) {
            doc = self.matcher.seek(doc + 1);
        }
        self.doc = doc;
        doc
    }
}

impl DocSet for ConfirmedDocs {
    fn advance(&mut self) -> DocId {
        match self.doc {
            TERMINATED => TERMINATED,
            doc => self.advance_to(doc + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target { self.advance_to(target) } else { self.doc }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.matcher.size_hint()
    }
}

impl Scorer for ConfirmedDocs {
    fn score(&mut self) -> Score {
        0.0
    }
}
