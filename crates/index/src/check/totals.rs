//! Counts of the description, against the records.

use tantivy::{DocId, SegmentReader};
use wensou_ingest::Record;

use super::findings::Findings;
use crate::engine::segment_postings;
use crate::generation::DESCRIPTION;
use crate::meta::Base;
use crate::open::Index;
use crate::record::RecordExt;

/// What the records of all segments add up to.
#[derive(Debug, Default)]
pub(super) struct Totals {
    articles: u64,
    flashes_distinct: u64,
    flash_occurrences: u64,
    undated: u64,
    unsplit_tags: u64,
    deleted: segment_postings::Totals,
    /// Whether the characters of deleted documents were counted as they were when the index was
    /// built.
    characters: bool,
}

impl Totals {
    /// Adds the record of a document.
    pub(super) fn add(
        &mut self,
        reader: &SegmentReader,
        doc: DocId,
        record: &Record,
        comparable: bool,
    ) {
        self.characters = comparable;
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
        for (name, said, found) in [
            ("articles", report.articles, self.articles),
            ("flashes_distinct", report.flashes_distinct, self.flashes_distinct),
            ("flash_occurrences", report.flash_occurrences, self.flash_occurrences),
            ("undated", report.undated, self.undated),
            ("unsplit_tags", report.unsplit_tags, self.unsplit_tags),
        ] {
            if said != found {
                let what = format!("it says {said} {name}, the records say {found}");
                findings.damage(DESCRIPTION, what);
            }
        }
        let said = meta.base.as_ref().map(|base| base.deleted).unwrap_or_default();
        if said.documents != self.deleted.documents {
            let what = "its deleted documents are not as many as the segment has";
            findings.damage(DESCRIPTION, what);
        } else if self.characters && said.characters != self.deleted.characters {
            findings.damage(DESCRIPTION, "its deleted documents are not as long as their records");
        }
        let mut segments = index.searcher().segment_readers().iter();
        let is_there =
            |base: &Base| segments.any(|reader| reader.segment_id().uuid_string() == base.segment);
        let empty = index.searcher().segment_readers().is_empty();
        if !meta.base.as_ref().map_or(empty, is_there) {
            findings.damage(DESCRIPTION, "its base is none of the segments");
        }
    }
}
