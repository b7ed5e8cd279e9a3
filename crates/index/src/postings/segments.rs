//! The postings of every segment of an index.

use std::path::PathBuf;
use std::sync::Arc;

use tantivy::index::SegmentId;
use tantivy::{Directory, Searcher};

use super::{PairKey, Postings};
use crate::schema::{Kind, Part};

/// The file that lies beside a segment's.
pub(crate) fn postings_file(segment: SegmentId) -> PathBuf {
    PathBuf::from(format!("{}.pairs", segment.uuid_string()))
}

/// The postings of all segments; clones share them.
#[derive(Debug, Clone, Default)]
pub struct SegmentPostings(Arc<Vec<(SegmentId, Postings)>>);

impl SegmentPostings {
    /// Opens the file of each segment; text that says which one is missing or damaged, if one is.
    pub(crate) fn open(directory: &dyn Directory, searcher: &Searcher) -> Result<Self, String> {
        let mut all = Vec::new();
        for segment in searcher.segment_readers() {
            let path = postings_file(segment.segment_id());
            let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let file = directory.open_read(&path).map_err(|error| named(&error))?;
            let bytes = file.read_bytes().map_err(|error| named(&error))?;
            let postings = Postings::open(bytes).map_err(|error| named(&error))?;
            if postings.documents() != segment.max_doc() as usize {
                return Err(named(&"it has not as many documents as its segment"));
            }
            all.push((segment.segment_id(), postings));
        }
        Ok(Self(Arc::new(all)))
    }

    /// Those of one segment.
    #[must_use]
    pub fn of(&self, segment: SegmentId) -> Option<&Postings> {
        self.0.iter().find(|(id, _)| *id == segment).map(|(_, postings)| postings)
    }

    /// Documents that have a unit.
    #[must_use]
    pub fn count(&self, key: PairKey) -> u64 {
        self.0.iter().map(|(_, postings)| u64::from(postings.count(key))).sum()
    }

    /// Key characters that a part of a document of this kind has on average.
    #[must_use]
    pub fn average_length(&self, kind: Kind, part: Part) -> f64 {
        let sum = |of: &dyn Fn(&Postings) -> u64| -> u64 {
            self.0.iter().map(|(_, postings)| of(postings)).sum()
        };
        let characters = sum(&|postings| postings.characters_of(kind, part));
        characters as f64 / sum(&|postings| postings.documents_of(kind)).max(1) as f64
    }
}
