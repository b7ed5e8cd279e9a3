//! Compares the stored records with their columns, and the number of records with the counts that
//! the index keeps.

use wensou_postings::Kind;

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;
use crate::record::{RecordExt, civil_seconds, moment_start, tie_breaker};

/// Decodes every record and compares it with its columns. Then compares the number of records of
/// each kind with the counts of the index.
///
/// # Errors
///
/// If a record cannot be read.
pub(super) fn compare(index: &Index, checked: &mut Checked) -> Result<(), Error> {
    // The number of records of each kind, indexed by `Kind`. Deleted documents are not among them.
    let mut counts = [0_u64; 2];
    let readers = index.searcher().segment_readers();
    // The column `kind` of each segment. Opening one takes longer than reading a value from it, so
    // each is opened once.
    let mut kinds = Vec::with_capacity(readers.len());
    for reader in readers {
        kinds.push(reader.fast_fields().u64("kind")?);
    }
    for address in index.in_walk_order()? {
        let record = index.record(address)?;
        counts[record.kind() as usize] += 1;
        checked.records += 1;
        let columns = index.columns(address.segment_ord)?;
        let doc = address.doc_id;
        let kind = kinds[address.segment_ord as usize].first(doc);
        let same_kind = kind == Some(record.kind() as u64);
        // The tie breaker is computed from the id.
        let same_id = index.id(address)? == record.id()
            && columns.tie_breaker(doc) == Some(tie_breaker(record.id()));
        let seconds = record.date().value.map(|moment| civil_seconds(moment_start(moment)));
        let same_date = columns.date(doc) == seconds;
        for (is_same, column) in [(same_kind, "kind"), (same_id, "id"), (same_date, "date")] {
            if !is_same {
                let finding = format!("the {column} of {} differs from its record", record.id());
                checked.add(Severity::Damage, finding);
            }
        }
    }
    compare_counts(index, counts, checked);
    Ok(())
}

/// Compares the number of stored records of each kind with the report of the build, and with the
/// count of the postings. The latter includes deleted documents, so their number is subtracted.
fn compare_counts(index: &Index, counts: [u64; 2], checked: &mut Checked) {
    let report = &index.meta().report;
    let deleted = index.meta().base.as_ref().map(|base| base.deleted).unwrap_or_default();
    let segments = index.searcher().segment_readers().len() as u32;
    for kind in Kind::ALL {
        let stored = counts[kind as usize];
        let reported = match kind {
            Kind::Article => report.articles,
            Kind::Flash => report.flashes_distinct,
        };
        let postings = (0..segments).filter_map(|segment| index.postings().of_segment(segment));
        let in_postings = postings.map(|postings| postings.num_docs_of(kind)).sum::<u64>();
        let in_postings = in_postings.saturating_sub(deleted.documents[kind as usize]);
        if stored != reported || stored != in_postings {
            let name = kind.name();
            let finding = format!(
                "the index stores {stored} {name} records, its report counts {reported}, and its \
                 postings {in_postings}"
            );
            checked.add(Severity::Damage, finding);
        }
    }
}
