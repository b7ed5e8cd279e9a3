//! Counts the documents of a segment by the values of a facet.

use foldhash::HashMap;
use jiff::civil::DateTime;
use wensou_index::Kind;

use super::Facet;
use crate::error::Error;
use crate::exec::columns::{Dates, NumberColumn, StringColumn, civil_time};
use crate::exec::doc_id::DocId;
use crate::exec::segment::Segment;

/// Counts the values of a facet in one segment.
pub(super) struct FacetCounter<'i> {
    values: FacetColumn<'i>,
    /// For each value, the number of documents that have it. A value is the ordinal of a text, the
    /// number of a kind, or a month as [`months_from_year_0`] counts it.
    counts: HashMap<u64, u64>,
    /// The number of documents without a date, if months are counted.
    undated: u64,
}

/// The column that has the values of a facet.
enum FacetColumn<'i> {
    Text(StringColumn),
    Kind(NumberColumn),
    Month(Dates<'i>),
}

impl<'i> FacetCounter<'i> {
    pub(super) fn new(facet: Facet, segment: &Segment<'i>) -> Result<Self, Error> {
        let values = match facet {
            Facet::Kind => FacetColumn::Kind(segment.numbers("kind")?),
            Facet::Month => FacetColumn::Month(segment.dates()?),
            Facet::Tag => FacetColumn::Text(segment.texts("tag_facet")?),
            Facet::Source => FacetColumn::Text(segment.texts("source_facet")?),
            Facet::Category => FacetColumn::Text(segment.texts("category_facet")?),
        };
        Ok(Self { values, counts: HashMap::default(), undated: 0 })
    }

    /// Counts the values of one document.
    pub(super) fn add(&mut self, doc: DocId) {
        let mut count = |value| *self.counts.entry(value).or_default() += 1;
        match &self.values {
            FacetColumn::Text(texts) => texts.ordinals(doc).for_each(count),
            FacetColumn::Kind(kinds) => kinds.of(doc).into_iter().for_each(count),
            FacetColumn::Month(dates) => match dates.of(doc).and_then(civil_time) {
                Some(at) => count(months_from_year_0(at)),
                None => self.undated += 1,
            },
        }
    }

    /// Adds the counts of the segment to those of all segments.
    pub(super) fn add_to(self, all: &mut HashMap<String, u64>) {
        for (number, count) in self.counts {
            let value = match &self.values {
                FacetColumn::Text(texts) => texts.text(number),
                FacetColumn::Kind(_) => {
                    let kind = Kind::ALL.into_iter().find(|kind| *kind as u64 == number);
                    Some(kind.map_or("unknown", Kind::name).to_owned())
                }
                FacetColumn::Month(_) => Some(format!("{:04}-{:02}", number / 12, number % 12 + 1)),
            };
            // An ordinal without a text comes from a damaged column.
            if let Some(value) = value {
                *all.entry(value).or_default() += count;
            }
        }
        if self.undated > 0 {
            *all.entry("none".to_owned()).or_default() += self.undated;
        }
    }
}

/// The number of months from year 0 to a date.
fn months_from_year_0(at: DateTime) -> u64 {
    u64::try_from(at.year()).unwrap_or(0) * 12 + u64::try_from(at.month() - 1).unwrap_or(0)
}
