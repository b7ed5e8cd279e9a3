//! Compares every file of the index with its stored records.
//!
//! The checksums in the description reveal a file that changed on the disk. They do not reveal a
//! file that was written wrong, or that was changed together with its checksum. This comparison
//! does: it reads every stored record, deleted documents included, analyses it as a build does, and
//! compares the outcome with every other structure of the segments. A file that belongs to no
//! segment is compared with what a build writes, or verified by checksums of its own.
//!
//! | structure | module | compared with |
//! |---|---|---|
//! | footers of tantivy's files | `footers` | CRC-32 of the file, other footers of the segment |
//! | `page-sums` | `page_sums` | the page checksums, computed again |
//! | `meta.json`, `.managed.json` | `generation_files` | what a build writes, byte for byte |
//! | settings, tables | `generation_files` | the description |
//! | `files` | `generation_files` | its own checksums, the number of files in the description |
//! | `duplicates` | `generation_files` | its own checksums, the documents of the segments |
//! | stored records | `documents` | their content hashes (XXH3) |
//! | tantivy's columns | `columns` | every value of every analysed record |
//! | terms, posting lists of `term`, `idx` | `inverted` | number and hash of each term's doc ids |
//! | other bytes of these; `pos`, `fieldnorm` | `sections` | what tantivy writes, byte for byte |
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
use super::{footers, generation_files, page_sums, postings};
use crate::engine::component::POST;
use crate::engine::document::to_document;
use crate::error::Error;
use crate::files::Folder;
use crate::generation::Current;
use crate::meta::{Meta, Stale};
use crate::open::Index;

/// Why terms and postings are not compared.
const OTHER_ANALYSIS: &str = "it was built by another version of the text analysis";

/// Compares every structure of the index with its stored records. Fails if this machine prevents a
/// comparison; then all other comparisons have been made.
pub(super) fn compare(index: &Index, checked: &mut Checked) -> Result<(), Error> {
    let mut findings = Findings::new(index, checked);
    guarded(&mut findings, "the footers", |findings| footers::compare(index, findings));
    guarded(&mut findings, "the files outside the segments", |findings| {
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
    findings.finish()
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
    let mut rebuilder = same_analysis.then(PostingsRebuilder::new);
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
            if let Some(Ok(postings)) = &mut rebuilder
                && let Err(error) = postings.add(&analysed.terms)
            {
                rebuilder = Some(Err(error));
            }
        },
    )?;
    columns.finish(findings);
    // The other structures can be compared only with all records. Those that cannot be read were
    // reported.
    if !all_read {
        return Ok(());
    }
    let [terms, posting_lists] = ["term", POST].map(|extension| file_name(id, extension));
    match rebuilder {
        Some(rebuilder) => {
            guarded(findings, &terms, |findings| {
                inverted.compare(index, ordinal, reader, findings)
            });
            guarded(findings, &posting_lists, |findings| {
                postings::compare(index, id, rebuilder, findings)
            });
        }
        None => {
            findings.not_compared(&terms, OTHER_ANALYSIS);
            findings.not_compared(&posting_lists, OTHER_ANALYSIS);
        }
    }
    Ok(())
}
