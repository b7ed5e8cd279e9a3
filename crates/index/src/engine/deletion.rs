//! Deletes chosen documents of one segment.
//!
//! tantivy deletes the documents that a query matches. A query for an id would also match the new
//! document that replaces the old one, so the query here names a segment and its doc ids.

use tantivy::index::SegmentId;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};

/// A query that matches these documents of this segment, and no document of any other segment.
#[derive(Debug, Clone)]
pub(crate) struct Deletion {
    pub(crate) segment: SegmentId,
    /// The doc ids, ascending.
    pub(crate) documents: Vec<DocId>,
}

impl Query for Deletion {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Deletion {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let documents = match reader.segment_id() == self.segment {
            true => self.documents.clone(),
            false => Vec::new(),
        };
        Ok(Box::new(Documents { documents, at: 0 }))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("deleted", 0.0))
    }
}

/// Iterates over a list of documents.
struct Documents {
    documents: Vec<DocId>,
    at: usize,
}

impl DocSet for Documents {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.documents.len() as u32
    }
}

impl Scorer for Documents {
    fn score(&mut self) -> Score {
        0.0
    }
}
