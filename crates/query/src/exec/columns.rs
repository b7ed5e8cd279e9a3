//! The columns of a segment, which map document ids to values. Dates, tie breakers and content
//! hashes are read from the segment's postings file, all other columns from tantivy's fast fields.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use tantivy::columnar::{Column, StrColumn};
use wensou_index::Columns;

use super::doc_id::DocId;
use super::segment::Segment;
use crate::error::Error;

/// The dates of documents: seconds of civil time, without a time zone, since 1970-01-01T00:00:00.
#[derive(Clone, Copy)]
pub(crate) struct Dates<'i>(&'i Columns);

impl Dates<'_> {
    /// The date of a document; `None` if it has none.
    pub(crate) fn of(self, doc: DocId) -> Option<i64> {
        self.0.date(doc)
    }
}

/// The tie breakers of documents: hashes of their ids, which order documents of equal rank.
#[derive(Clone, Copy)]
pub(crate) struct TieBreakers<'i>(&'i Columns);

impl TieBreakers<'_> {
    /// The tie breaker of a document; 0 if it cannot be read.
    pub(crate) fn of(self, doc: DocId) -> u64 {
        self.0.tie_breaker(doc).unwrap_or_default()
    }
}

/// A column of numbers, one of tantivy's fast fields.
pub(crate) struct NumberColumn(Column<u64>);

impl NumberColumn {
    /// The number of a document; `None` if it has none.
    pub(crate) fn of(&self, doc: DocId) -> Option<u64> {
        self.0.first(doc)
    }
}

/// A column of texts, one of tantivy's fast fields. Each distinct text has an ordinal. The column
/// is `None` in a segment where no document has a value.
pub(crate) struct StringColumn(Option<StrColumn>);

impl StringColumn {
    /// The ordinals of the texts of a document.
    pub(crate) fn ordinals(&self, doc: DocId) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(move |column| column.term_ords(doc))
    }

    /// The text with this ordinal.
    pub(crate) fn text(&self, ordinal: u64) -> Option<String> {
        let mut text = String::new();
        let read = self.0.as_ref()?.ord_to_str(ordinal, &mut text);
        matches!(read, Ok(true)).then_some(text)
    }
}

impl<'i> Segment<'i> {
    /// The hash of the stored record of a document; `None` if it cannot be read.
    pub(crate) fn content_hash(&self, doc: DocId) -> Option<u64> {
        self.index().columns(self.ordinal()).ok()?.content_hash(doc)
    }

    /// The dates of the documents.
    pub(crate) fn dates(&self) -> Result<Dates<'i>, Error> {
        Ok(Dates(self.index().columns(self.ordinal())?))
    }

    /// The tie breakers of the documents.
    pub(crate) fn tie_breakers(&self) -> Result<TieBreakers<'i>, Error> {
        Ok(TieBreakers(self.index().columns(self.ordinal())?))
    }

    /// The column of numbers with this name.
    pub(crate) fn numbers(&self, name: &str) -> Result<NumberColumn, Error> {
        let column = self.reader().fast_fields().u64(name).map_err(wensou_index::Error::from)?;
        Ok(NumberColumn(column))
    }

    /// The column of texts with this name.
    pub(crate) fn texts(&self, name: &str) -> Result<StringColumn, Error> {
        let column = self.reader().fast_fields().str(name).map_err(wensou_index::Error::from)?;
        Ok(StringColumn(column))
    }

    /// The oldest and the newest date; `None` if all documents are undated. The segment stores both
    /// dates. The column is read only if documents were deleted, because the stored dates may be
    /// those of deleted documents.
    pub(crate) fn date_bounds(&self) -> Result<Option<[i64; 2]>, Error> {
        if !self.reader().has_deletes() {
            return Ok(self.postings().date_bounds());
        }
        let dates = self.dates()?;
        let alive = self.reader().doc_ids_alive().filter_map(|doc| dates.of(doc));
        let bounds = alive.fold(None, |bounds, at| {
            let [oldest, newest] = bounds.unwrap_or([at, at]);
            Some([at.min(oldest), at.max(newest)])
        });
        // A damaged page of the file reads as if its documents had no dates, so fail if such a page
        // was read.
        self.index().verify_reads()?;
        Ok(bounds)
    }
}

/// The civil time of a stored date, which is in seconds since 1970-01-01T00:00:00.
pub(crate) fn civil_time(seconds: i64) -> Option<DateTime> {
    date(1970, 1, 1).at(0, 0, 0, 0).checked_add(seconds.seconds()).ok()
}
