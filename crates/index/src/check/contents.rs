//! Whether what the files of a generation say is what its stored records say.
//!
//! The sums in the description find a file that changed on the disk. They say nothing about a file
//! that was written wrong, or was changed by something that then summed it up again. This
//! comparison does: it reads every stored record, deleted documents included, analyses it as a
//! build does, and compares the outcome with every other structure of the segment.
//!
//! | structure | compared with | how |
//! |---|---|---|
//! | tantivy's files, postings files | their footers | CRC-32, version |
//! | `page-sums` | the files | built again, compared byte for byte |
//! | `meta.json`, `.managed.json`, tables | what is written for these segments and hashes | bytes |
//! | stored records | their content hashes | XXH3 of the bytes |
//! | columns | the analysed record | every value of every document |
//! | tantivy's term dictionaries and posting lists | the analysed record | count and hash of the doc ids of each term |
//! | postings | the analysed records | the file is built again and compared byte for byte |
//! | deleted documents, counts | the records | sums |
//!
//! Memory does not grow with the text: a batch of records, a run of postings and 24 bytes for each
//! distinct term of tantivy's fields are held at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::SegmentReader;

use super::columns::Columns;
use super::findings::{Findings, cause, file, guarded};
use super::inverted::Inverted;
use super::postings::Rebuilt;
use super::report::Checked;
use super::totals::Totals;
use super::{documents, footers, lists, page_sums};
use crate::engine::document::to_document;
use crate::engine::plugin::POST;
use crate::error::Error;
use crate::generation::{Current, Folder};
use crate::meta::{Meta, Stale};
use crate::open::Index;

/// Why text is not compared.
const OTHERWISE_ANALYSED: &str = "it was built by another version of the text analysis";

/// Compares every structure of the index with its stored records.
pub(super) fn contents(index: &Index, checked: &mut Checked) {
    let mut findings = Findings::new(index, checked);
    guarded(&mut findings, "the footers", |findings| footers::compare(index, findings));
    guarded(&mut findings, "the lists of files", |findings| lists::compare(index, findings));
    guarded(&mut findings, "the page checksums", |findings| page_sums::compare(index, findings));
    let mut totals = Totals::default();
    for (ordinal, reader) in (0..).zip(index.searcher().segment_readers()) {
        let name = reader.segment_id().uuid_string();
        guarded(&mut findings, &name, |findings| {
            segment(index, ordinal, reader, &mut totals, findings)
        });
    }
    totals.compare(index, &mut findings);
}

/// Opens an index. Text that says what is wrong if it cannot be opened: tantivy may panic where its
/// files make no sense.
pub(super) fn opened(folder: &Folder, current: &Current, meta: &Meta) -> Result<Index, String> {
    match catch_unwind(AssertUnwindSafe(|| Index::open_generation(folder, current))) {
        Ok(Ok(index)) => Ok(index),
        Ok(Err(error)) => Err(cause(&error)),
        Err(_) => Err(footers::first_damaged(folder, current, meta).unwrap_or_else(|| {
            "the index cannot be opened: what its files hold makes no sense".to_owned()
        })),
    }
}

/// Whether text can be analysed as it was when the index was built: with the same program, and with
/// the copies of the user's tables that the index has.
fn is_comparable(index: &Index) -> bool {
    !matches!(index.meta().stale(), Some(Stale::Program))
}

fn segment(
    index: &Index,
    ordinal: u32,
    reader: &SegmentReader,
    totals: &mut Totals,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let id = reader.segment_id();
    let analysis = index.analysis()?;
    let comparable = is_comparable(index);
    let mut columns = Columns::open(index, reader, comparable, findings)?;
    let mut inverted = Inverted::new(index);
    let mut rebuilt = match comparable {
        true => Rebuilt::new(),
        false => Err(OTHERWISE_ANALYSED.to_owned()),
    };
    let whole =
        documents::each(index, ordinal, analysis.segmenter(), findings, &mut |found, findings| {
            let documents::Found { doc, encoded, analysed } = found;
            let document = to_document(index.fields(), &analysed, &encoded.bytes);
            totals.add(reader, doc, &encoded.record, comparable);
            columns.compare(doc, &document, &encoded.record, findings);
            if comparable {
                inverted.add(doc, &document);
            }
            if let Ok(it) = &mut rebuilt
                && let Err(error) = it.add(&analysed.terms)
            {
                rebuilt = Err(error);
            }
        })?;
    columns.finish(findings);
    // Without every record nothing more can be compared, and the one that is missing was named.
    if !whole {
        return Ok(());
    }
    guarded(findings, &file(id, "term"), |findings| match comparable {
        true => inverted.compare(index, ordinal, reader, findings),
        false => {
            findings.not_compared(&file(id, "term"), OTHERWISE_ANALYSED);
            Ok(())
        }
    });
    let outcome = rebuilt.and_then(Rebuilt::finish);
    match outcome.and_then(|rebuilt| rebuilt.difference(index, id)) {
        Ok(None) => {}
        Ok(Some(difference)) => findings.damage(&file(id, POST), difference),
        Err(why) => findings.not_compared(&file(id, POST), &why),
    }
    Ok(())
}
