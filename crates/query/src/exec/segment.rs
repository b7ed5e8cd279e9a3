//! One segment of an index, as the executor reads it.
//!
//! The executor reads tantivy's segments only in this module, `columns` and `filter`; the other
//! modules use no types of tantivy except those that `doc_id` re-exports.

use tantivy::SegmentReader;
use tantivy::directory::OwnedBytes;
use wensou_index::{Index, Postings, TextField};
use wensou_ingest::Record;

use super::doc_id::{DocAddress, DocId};
use super::window::DocWindow;
use crate::error::Error;

/// One segment of an index.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'i> {
    index: &'i Index,
    ordinal: u32,
    reader: &'i SegmentReader,
    postings: &'i Postings,
}

impl<'i> Segment<'i> {
    /// All segments of an index, in order.
    pub(crate) fn all(index: &'i Index) -> impl Iterator<Item = Result<Self, Error>> + 'i {
        let count = index.searcher().segment_readers().len() as u32;
        (0..count).map(move |ordinal| Self::at(index, ordinal))
    }

    /// The segment of an index with this ordinal.
    pub(crate) fn at(index: &'i Index, ordinal: u32) -> Result<Self, Error> {
        let reader = index.searcher().segment_reader(ordinal);
        let postings = index.postings().of_segment(ordinal).ok_or_else(|| {
            let cause = "a segment has no postings: rebuild the index".to_owned();
            wensou_index::Error::from(tantivy::TantivyError::InternalError(cause))
        })?;
        Ok(Self { index, ordinal, reader, postings })
    }

    pub(crate) fn index(&self) -> &'i Index {
        self.index
    }

    pub(crate) fn ordinal(&self) -> u32 {
        self.ordinal
    }

    pub(super) fn reader(&self) -> &'i SegmentReader {
        self.reader
    }

    pub(crate) fn postings(&self) -> &'i Postings {
        self.postings
    }

    /// The number of documents of the segment, deleted ones included.
    pub(crate) fn documents(&self) -> u32 {
        self.reader.max_doc()
    }

    /// The address of a document of the segment.
    pub(crate) fn address(&self, doc: DocId) -> DocAddress {
        DocAddress::new(self.ordinal, doc)
    }

    /// The documents that are not deleted.
    pub(crate) fn alive_docs(&self) -> impl Iterator<Item = DocId> + 'i {
        self.reader.doc_ids_alive()
    }

    /// Removes deleted documents from a window.
    pub(crate) fn retain_alive(&self, window: &mut DocWindow) {
        if let Some(alive) = self.reader.alive_bitset() {
            window.retain(|doc| alive.is_alive(doc));
        }
    }

    /// The length of a field of every document.
    pub(crate) fn lengths(&self, field: TextField) -> FieldLengths {
        // If the lengths are damaged, every code reads as 0. The postings record the damage, and
        // the query fails when it calls `verify_reads` at its end.
        FieldLengths(self.postings.length_codes(field).unwrap_or(OwnedBytes::empty()))
    }

    /// The record of a document.
    pub(crate) fn record(&self, doc: DocId) -> Result<Record, Error> {
        Ok(self.index.record(self.address(doc))?)
    }
}

/// The length of a field of every document of a segment.
pub(crate) struct FieldLengths(OwnedBytes);

impl FieldLengths {
    /// The byte that encodes the length of the field in a document, see
    /// [`wensou_index::decode_length`].
    #[inline]
    pub(crate) fn code(&self, doc: DocId) -> u8 {
        self.0.get(doc as usize).copied().unwrap_or_default()
    }
}
