//! Every stored record, against its columns, and their number against the counts of the index.

use wensou_postings::Kind;

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;
use crate::record::{RecordExt, civil_seconds, moment_start, tie_breaker};

/// Decodes every record and compares it with its columns. Then compares the number of records of
/// each kind with the report and with the postings.
///
/// # Errors
///
/// If a record cannot be read.
pub(super) fn compare(index: &Index, checked: &mut Checked) -> Result<(), Error> {
    let mut counts = [0_u64; 2];
    let readers = index.searcher().segment_readers();
    // One column for each segment: opening it takes longer than reading a value from it.
    let mut kinds = Vec::with_capacity(readers.len());
    for reader in readers {
        kinds.push(reader.fast_fields().u64("kind")?);
    }
    for address in index.in_order()? {
        let record = index.record(address)?;
        counts[record.kind() as usize] += 1;
        checked.records += 1;
        let columns = index.columns(address.segment_ord)?;
        let doc = address.doc_id;
        let kind = kinds[address.segment_ord as usize].first(doc) == Some(record.kind() as u64);
        let tie_breaker = columns.tie_breaker(doc) == Some(tie_breaker(record.id()));
        let id = index.id(address)? == record.id() && tie_breaker;
        let moment = record.date().value.map(|moment| civil_seconds(moment_start(moment)));
        let date = columns.date(doc) == moment;
        for (matches, column) in [(kind, "kind"), (id, "id"), (date, "date")] {
            if !matches {
                let what = format!("the {column} of {} differs from its record", record.id());
                checked.add(Severity::Damage, what);
            }
        }
    }
    compare_counts(index, counts, checked);
    Ok(())
}

/// Compares the number of stored records of each kind with the report and with the postings.
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
        let postings = (0..segments).filter_map(|segment| index.postings().at(segment));
        let inverted = postings.map(|postings| postings.num_docs_of(kind));
        let inverted = inverted.sum::<u64>().saturating_sub(deleted.documents[kind as usize]);
        if stored != reported || stored != inverted {
            let name = kind.name();
            let what = format!(
                "the index stores {stored} {name} records, its report counts {reported}, and its \
                 postings {inverted}"
            );
            checked.add(Severity::Damage, what);
        }
    }
}
