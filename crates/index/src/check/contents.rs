//! Compares every file of the index with its stored records.
//!
//! The checksums in the description reveal a file that changed on the disk. They do not reveal a
//! file that was written wrong, or that was changed together with its checksum. This comparison
//! does: it reads every stored record, deleted documents included, analyses it as a build does, and
//! compares the outcome with every other structure of the segment.
//!
//! | structure | module | compared with |
//! |---|---|---|
//! | footers of tantivy's files | `footers` | CRC-32 of the file, other footers of the segment |
//! | `page-sums` | `page_sums` | the page checksums, computed again |
//! | `meta.json`, `.managed.json` | `generation_files` | what a build writes, byte for byte |
//! | settings, tables | `generation_files` | the description |
//! | `files`, `duplicates` | `generation_files` | their own checksums, and counts |
//! | stored records | `documents` | their content hashes (XXH3) |
//! | tantivy's columns | `columns` | every value of every analysed record |
//! | term dictionaries, posting lists | `inverted` | number and hash of the doc ids of each term |
//! | the rest of these files | `sections` | what tantivy writes, byte for byte |
//! | postings | `postings` | the file, built again, byte for byte |
//! | counts, deleted documents | `totals` | sums over the records |
//!
//! Memory does not grow with the text. It holds a batch of records, a run of postings, and 24 bytes
//! for each distinct term of tantivy's fields.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::SegmentReader;

use super::columns::ColumnComparison;
use super::documents::{AnalysedDocument, for_each_document};
use super::findings::{Findings, cause, file_name, guarded};
use super::inverted::InvertedTerms;
use super::postings::PostingsRebuilder;
use super::report::Checked;
use super::totals::RecordTotals;
use super::{footers, generation_files, page_sums};
use crate::engine::component::POST;
use crate::engine::document::to_document;
use crate::error::Error;
use crate::files::Folder;
use crate::generation::Current;
use crate::meta::{Meta, Stale};
use crate::open::Index;

/// Why terms and postings are not compared.
const OTHER_ANALYSIS: &str = "it was built by another version of the text analysis";

/// Compares every structure of the index with its stored records.
pub(super) fn compare(index: &Index, checked: &mut Checked) {
    let mut findings = Findings::new(index, checked);
    guarded(&mut findings, "the footers", |findings| footers::compare(index, findings));
    guarded(&mut findings, "the lists of files", |findings| {
        generation_files::compare(index, findings)
    });
    guarded(&mut findings, "the page checksums", |findings| page_sums::compare(index, findings));
    let mut totals = RecordTotals::default();
    for (ordinal, reader) in (0..).zip(index.searcher().segment_readers()) {
        let name = reader.segment_id().uuid_string();
        guarded(&mut findings, &name, |findings| {
            compare_segment(index, ordinal, reader, &mut totals, findings)
        });
    }
    totals.compare(index, &mut findings);
}

/// Opens an index. If that fails, or if tantivy panics on invalid files, the error is a message
/// that says what is wrong.
pub(super) fn open(folder: &Folder, current: &Current, meta: &Meta) -> Result<Index, String> {
    match catch_unwind(AssertUnwindSafe(|| Index::open_generation(folder, current))) {
        Ok(Ok(index)) => Ok(index),
        Ok(Err(error)) => Err(cause(&error)),
        Err(_) => Err(footers::first_damaged(folder, current, meta).unwrap_or_else(|| {
            "the index cannot be opened: the content of its files is invalid".to_owned()
        })),
    }
}

/// Whether this program analyses text as the build did. Changes of the user's tables do not matter,
/// because the check reads the copies of the tables in the index.
fn is_same_analysis(index: &Index) -> bool {
    !matches!(index.meta().stale(), Some(Stale::Program))
}

/// Compares the files of one segment with its stored records.
fn compare_segment(
    index: &Index,
    ordinal: u32,
    reader: &SegmentReader,
    totals: &mut RecordTotals,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let id = reader.segment_id();
    let analysis = index.analysis()?;
    let same_analysis = is_same_analysis(index);
    let mut columns = ColumnComparison::open(index, reader, same_analysis, findings)?;
    let mut inverted = InvertedTerms::new(index);
    let mut rebuilder = match same_analysis {
        true => PostingsRebuilder::new(),
        false => Err(OTHER_ANALYSIS.to_owned()),
    };
    let all_read = for_each_document(
        index,
        ordinal,
        analysis.segmenter(),
        findings,
        &mut |found, findings| {
            let AnalysedDocument { doc, encoded, analysed } = found;
            let document = to_document(index.fields(), &analysed, &encoded.bytes);
            totals.add(reader, doc, &encoded.record, same_analysis);
            columns.compare(doc, &document, &encoded.record, findings);
            if same_analysis {
                inverted.add(doc, &document);
            }
            if let Ok(postings) = &mut rebuilder
                && let Err(error) = postings.add(&analysed.terms)
            {
                rebuilder = Err(error);
            }
        },
    )?;
    columns.finish(findings);
    // The other structures can be compared only with all records. Those that cannot be read were
    // reported.
    if !all_read {
        return Ok(());
    }
    guarded(findings, &file_name(id, "term"), |findings| match same_analysis {
        true => inverted.compare(index, ordinal, reader, findings),
        false => {
            findings.not_compared(&file_name(id, "term"), OTHER_ANALYSIS);
            Ok(())
        }
    });
    let rebuilt = rebuilder.and_then(PostingsRebuilder::finish);
    match rebuilt.and_then(|rebuilt| rebuilt.difference(index, id)) {
        Ok(None) => {}
        Ok(Some(difference)) => findings.damage(&file_name(id, POST), difference),
        Err(why) => findings.not_compared(&file_name(id, POST), &why),
    }
    Ok(())
}
