//! The counts in the description, against the records.

use tantivy::{DocId, SegmentReader};
use wensou_ingest::Record;

use super::findings::Findings;
use crate::engine::segment_postings;
use crate::files::DESCRIPTION;
use crate::meta::Base;
use crate::open::Index;
use crate::record::RecordExt;

/// Sums over the records of all segments.
#[derive(Debug, Default)]
pub(super) struct Totals {
    articles: u64,
    flashes_distinct: u64,
    flash_occurrences: u64,
    undated: u64,
    unsplit_tags: u64,
    deleted: segment_postings::Totals,
    /// Whether this program counts characters as the build did, so that those of deleted documents
    /// can be compared.
    can_compare_characters: bool,
}

impl Totals {
    /// Adds the record of a document.
    pub(super) fn add(
        &mut self,
        reader: &SegmentReader,
        doc: DocId,
        record: &Record,
        can_compare_characters: bool,
    ) {
        self.can_compare_characters = can_compare_characters;
        if reader.is_deleted(doc) {
            self.deleted.add(record);
            return;
        }
        match record {
            Record::Article(article) => {
                self.articles += 1;
                self.undated += u64::from(article.date.value.is_none());
                self.unsplit_tags += u64::from(article.unsplit_tags.is_some());
            }
            Record::Flash(_) => {
                self.flashes_distinct += 1;
                self.flash_occurrences += record.occurrences() as u64;
            }
        }
    }

    /// Compares them with the description.
    pub(super) fn compare(&self, index: &Index, findings: &mut Findings<'_>) {
        let meta = index.meta();
        let report = &meta.report;
        for (name, stated, found) in [
            ("articles", report.articles, self.articles),
            ("flashes_distinct", report.flashes_distinct, self.flashes_distinct),
            ("flash_occurrences", report.flash_occurrences, self.flash_occurrences),
            ("undated", report.undated, self.undated),
            ("unsplit_tags", report.unsplit_tags, self.unsplit_tags),
        ] {
            if stated != found {
                let what = format!("it states {stated} {name}, but the records have {found}");
                findings.damage(DESCRIPTION, what);
            }
        }
        let stated = meta.base.as_ref().map(|base| base.deleted).unwrap_or_default();
        if stated.documents != self.deleted.documents {
            let what = "its number of deleted documents differs from that of the segment";
            findings.damage(DESCRIPTION, what);
        } else if self.can_compare_characters && stated.characters != self.deleted.characters {
            let what = "its number of characters of deleted documents differs from their records";
            findings.damage(DESCRIPTION, what);
        }
        let mut segments = index.searcher().segment_readers().iter();
        let exists =
            |base: &Base| segments.any(|reader| reader.segment_id().uuid_string() == base.segment);
        let empty = index.searcher().segment_readers().is_empty();
        if !meta.base.as_ref().map_or(empty, exists) {
            findings.damage(DESCRIPTION, "its base is not one of the segments");
        }
    }
}
