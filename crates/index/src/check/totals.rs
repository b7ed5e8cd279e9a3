//! Compares the counts in the description with sums over the stored records.

use tantivy::{DocId, SegmentReader};
use wensou_ingest::Record;

use super::findings::Findings;
use crate::engine::segment_postings;
use crate::files::DESCRIPTION;
use crate::meta::Base;
use crate::open::Index;
use crate::record::RecordExt;

/// Sums over the stored records of all segments. Those of deleted documents are summed separately.
#[derive(Debug, Default)]
pub(super) struct RecordTotals {
    articles: u64,
    flashes_distinct: u64,
    flash_occurrences: u64,
    undated: u64,
    unsplit_tags: u64,
    /// The sums over deleted documents.
    deleted: segment_postings::Totals,
    /// Whether this program analyses text as the build did. If not, it may count another number of
    /// key characters, so these are not compared.
    same_analysis: bool,
}

impl RecordTotals {
    /// Adds the record of a document. `same_analysis` says whether this program analyses text as
    /// the build did.
    pub(super) fn add(
        &mut self,
        reader: &SegmentReader,
        doc: DocId,
        record: &Record,
        same_analysis: bool,
    ) {
        self.same_analysis = same_analysis;
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

    /// Compares the sums with the counts in the description, and checks that the base that the
    /// description names is one of the segments.
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
        } else if self.same_analysis && stated.characters != self.deleted.characters {
            let what = "its number of characters of deleted documents differs from their records";
            findings.damage(DESCRIPTION, what);
        }
        let segments = index.searcher().segment_readers();
        let is_segment = |base: &Base| {
            segments.iter().any(|reader| reader.segment_id().uuid_string() == base.segment)
        };
        // An index has no base only if it has no segments.
        if !meta.base.as_ref().map_or(segments.is_empty(), is_segment) {
            findings.damage(DESCRIPTION, "its base is not one of the segments");
        }
    }
}
