//! The postings of an index: the postings files of all its segments. Document frequencies and
//! average lengths leave out deleted documents, which posting lists still contain.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentOrdinal};
use wensou_ingest::Record;
use wensou_postings::{Kind, Postings, TermKey, TermKind, TextField};
use wensou_text::key_of;

use super::component::{POST, component};
use crate::record::RecordExt;

/// The number of documents of each kind, and the number of key characters in each field of all
/// documents of a kind together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The number of documents, by [`Kind`].
    pub documents: [u64; 2],
    /// The number of key characters, by [`Kind`] and [`TextField`].
    pub characters: [[u64; 3]; 2],
}

impl Totals {
    /// Adds the document of a record, and the lengths of its fields.
    pub(crate) fn add(&mut self, record: &Record) {
        let kind = record.kind() as usize;
        let texts = record.texts();
        self.documents[kind] += 1;
        let tags = texts.tags.iter().map(|tag| key_of(tag).len()).sum();
        let lengths = [key_of(&texts.title).len(), key_of(&texts.body).len(), tags];
        for (total, length) in self.characters[kind].iter_mut().zip(lengths) {
            *total += length as u64;
        }
    }
}

/// The postings of all segments of an index. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SegmentPostings(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    segments: Vec<Segment>,
    /// Totals of the deleted documents of all segments.
    deleted: Totals,
}

#[derive(Debug)]
struct Segment {
    id: SegmentId,
    postings: Postings,
    /// Deleted documents, ascending. Posting lists still contain them.
    deleted: Vec<DocId>,
}

impl SegmentPostings {
    /// Opens the postings file of each segment. `deleted` has the totals of all deleted documents.
    ///
    /// # Errors
    ///
    /// If a postings file cannot be read, or is missing or damaged. The message names the file.
    pub(crate) fn open(
        searcher: &Searcher,
        deleted: Totals,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            let message =
                |what: &dyn std::fmt::Display| format!("{}.{POST}: {what}", id.uuid_string());
            let file = segment.open_read(component())?;
            let bytes = file.read_bytes().map_err(|error| message(&error))?;
            let postings = Postings::open(bytes).map_err(|what| message(&what))?;
            if postings.num_docs() != segment.max_doc() as usize {
                let what = "the number of its documents differs from that of its segment";
                return Err(message(&what).into());
            }
            let deleted = match segment.alive_bitset() {
                None => Vec::new(),
                Some(alive) => {
                    (0..segment.max_doc()).filter(|doc| alive.is_deleted(*doc)).collect()
                }
            };
            segments.push(Segment { id, postings, deleted });
        }
        Ok(Self(Arc::new(Shared { segments, deleted })))
    }

    /// The postings of the segment with this ordinal.
    #[must_use]
    pub fn of_segment(&self, segment: SegmentOrdinal) -> Option<&Postings> {
        self.0.segments.get(segment as usize).map(|segment| &segment.postings)
    }

    /// Names the file and the page of the first damage that was found while reading; `None` if all
    /// pages read so far are intact. Call this after a query, and discard the results of the query
    /// if there is damage.
    #[must_use]
    pub fn damage(&self) -> Option<String> {
        self.0.segments.iter().find_map(|segment| {
            let page = segment.postings.damage()?;
            Some(format!("checksum mismatch in page {page} of {}.{POST}", segment.id.uuid_string()))
        })
    }

    /// The number of documents that contain a term, without deleted ones. Takes about half a
    /// microsecond for each segment, and more for a segment with deleted documents: each of these
    /// is looked up in the posting list.
    #[must_use]
    pub fn doc_freq(&self, field: TextField, kind: TermKind, text: &str) -> u64 {
        let key = |segment: &Segment| segment.postings.term_key(field, kind, text);
        let segments = self.0.segments.iter();
        segments.filter_map(|segment| Some(segment.doc_freq(key(segment)?))).sum()
    }

    /// Calls `each` with every word that is not less than `from`, until `each` returns `false`: one
    /// segment after another, and the words of each segment in the order of bytes. The second
    /// argument of `each` is a function that counts the documents of the segment that contain the
    /// word in a field, without deleted ones.
    pub fn for_each_word_from(
        &self,
        from: &str,
        mut each: impl FnMut(&str, &dyn Fn(TextField) -> u64) -> bool,
    ) {
        let mut continues = true;
        for segment in &self.0.segments {
            segment.postings.for_each_word_from(from, |word, key| {
                continues = each(word, &|field| segment.doc_freq(key(field)));
                continues
            });
            if !continues {
                return;
            }
        }
    }

    /// The average length of a field in key characters, over the documents of a kind that are not
    /// deleted.
    #[must_use]
    pub fn average_length(&self, kind: Kind, field: TextField) -> f64 {
        let sum = |count: &dyn Fn(&Postings) -> u64, deleted: u64| -> u64 {
            let all: u64 = self.0.segments.iter().map(|segment| count(&segment.postings)).sum();
            all.saturating_sub(deleted)
        };
        let Totals { documents, characters } = self.0.deleted;
        let deleted = characters[kind as usize][field as usize];
        let characters = sum(&|postings| postings.total_length(kind, field), deleted);
        let documents = sum(&|postings| postings.num_docs_of(kind), documents[kind as usize]);
        characters as f64 / documents.max(1) as f64
    }
}

impl Segment {
    /// The number of documents that contain a term, without deleted ones.
    fn doc_freq(&self, key: TermKey) -> u64 {
        let count = u64::from(self.postings.doc_freq(key));
        if self.deleted.is_empty() || count == 0 {
            return count;
        }
        let Some(mut list) = self.postings.cursor(key) else { return 0 };
        let deleted = self.deleted.iter().filter(|doc| list.seek(**doc) == **doc);
        count.saturating_sub(deleted.count() as u64)
    }
}
