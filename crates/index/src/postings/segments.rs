//! The postings of every segment of an index.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::index::SegmentId;
use tantivy::{Directory, DocId, DocSet, Searcher};

use super::{Postings, UnitKey};
use crate::schema::{Kind, Part, Unit};

/// The file that lies beside a segment's.
pub(crate) fn postings_file(segment: SegmentId) -> PathBuf {
    PathBuf::from(format!("{}.pairs", segment.uuid_string()))
}

/// Documents of each kind, and the key characters of their parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// By [`Kind`].
    pub documents: [u64; 2],
    /// By [`Kind`] and [`Part`].
    pub characters: [[u64; 3]; 2],
}

/// The postings of all segments; clones share them.
#[derive(Debug, Clone, Default)]
pub struct SegmentPostings(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    segments: Vec<OfSegment>,
    /// What the deleted documents of all segments hold.
    deleted: Totals,
}

#[derive(Debug)]
struct OfSegment {
    id: SegmentId,
    postings: Postings,
    /// Documents that are no more, ascending: the lists have them still.
    deleted: Vec<DocId>,
}

impl SegmentPostings {
    /// Opens the file of each segment; text that says which one is missing or damaged, if one is.
    pub(crate) fn open(
        directory: &dyn Directory,
        searcher: &Searcher,
        deleted: Totals,
    ) -> Result<Self, String> {
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let path = postings_file(segment.segment_id());
            let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let file = directory.open_read(&path).map_err(|error| named(&error))?;
            let bytes = file.read_bytes().map_err(|error| named(&error))?;
            let postings = Postings::open(bytes).map_err(|error| named(&error))?;
            if postings.documents() != segment.max_doc() as usize {
                return Err(named(&"it has not as many documents as its segment"));
            }
            let deleted = match segment.alive_bitset() {
                None => Vec::new(),
                Some(alive) => (0..segment.max_doc()).filter(|d| alive.is_deleted(*d)).collect(),
            };
            segments.push(OfSegment { id: segment.segment_id(), postings, deleted });
        }
        Ok(Self(Arc::new(Shared { segments, deleted })))
    }

    /// Those of one segment.
    #[must_use]
    pub fn of(&self, segment: SegmentId) -> Option<&Postings> {
        let found = self.0.segments.iter().find(|of| of.id == segment);
        found.map(|of| &of.postings)
    }

    /// Documents that have a unit; those that are no more are not counted.
    #[must_use]
    pub fn count(&self, part: Part, unit: Unit, text: &str) -> u64 {
        let key = |of: &OfSegment| of.postings.key(part, unit, text);
        self.0.segments.iter().filter_map(|of| Some(of.count(key(of)?))).sum()
    }

    /// Says every word of a part with the documents that have it there, by segment, in the order of
    /// bytes.
    pub fn words(&self, part: Part, mut each: impl FnMut(&str, u64)) {
        for of in &self.0.segments {
            of.postings.words(part, "", |word, key| match of.count(key) {
                0 => {}
                count => each(word, count),
            });
        }
    }

    /// Key characters that a part of a document of this kind has on average.
    #[must_use]
    pub fn average_length(&self, kind: Kind, part: Part) -> f64 {
        let sum = |of: &dyn Fn(&Postings) -> u64, deleted: u64| -> u64 {
            let all: u64 = self.0.segments.iter().map(|segment| of(&segment.postings)).sum();
            all.saturating_sub(deleted)
        };
        let Totals { documents, characters } = self.0.deleted;
        let characters = sum(
            &|postings| postings.characters_of(kind, part),
            characters[kind as usize][part as usize],
        );
        let documents = sum(&|postings| postings.documents_of(kind), documents[kind as usize]);
        characters as f64 / documents.max(1) as f64
    }
}

impl OfSegment {
    fn count(&self, key: UnitKey) -> u64 {
        let count = u64::from(self.postings.count(key));
        if self.deleted.is_empty() || count == 0 {
            return count;
        }
        let Some(mut list) = self.postings.list(key) else { return 0 };
        let gone = self.deleted.iter().filter(|document| list.seek(**document) == **document);
        count.saturating_sub(gone.count() as u64)
    }
}
