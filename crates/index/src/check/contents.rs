//! Whether what the files of a generation say is what its stored records say.
//!
//! The sums in the description find a file that changed on the disk. They say nothing about a file
//! that was written wrong, or was changed by something that then summed it up again. This
//! comparison does: it reads every stored record, deleted documents included, analyses it as a
//! build does, and compares the outcome with every other structure of the segment.
//!
//! | structure | compared with | how |
//! |---|---|---|
//! | tantivy's files | their footers | CRC-32, version |
//! | `meta.json`, `.managed.json`, tables | what is written for these segments and hashes | bytes |
//! | stored records | the `digest` column | XXH3 of the bytes |
//! | columns | the analysed record | every value of every document |
//! | tantivy's term dictionaries and posting lists | the analysed record | count and hash of the doc ids of each term |
//! | postings | the analysed records | the file is built again and compared byte for byte |
//! | deleted documents, counts | the records | sums |
//!
//! Memory does not grow with the text: a batch of records, a run of postings and 24 bytes for each
//! distinct term of tantivy's fields are held at a time.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::SegmentReader;
use tantivy::index::SegmentId;

use super::columns::Columns;
use super::inverted::Inverted;
use super::postings::Rebuilt;
use super::totals::Totals;
use super::{Checked, Severity, documents, footers, lists};
use crate::document::Documents;
use crate::error::Error;
use crate::generation::{Current, Folder};
use crate::meta::{Meta, Stale};
use crate::open::Index;

/// Findings of one kind that are named one by one; further ones are counted.
const NAMED: u64 = 8;
/// Why text is not compared.
const OTHERWISE_ANALYSED: &str = "it was built by another version of the text analysis";
/// Characters of an error that are shown.
const SAID: usize = 200;

/// Compares every structure of the index with its stored records.
pub(super) fn contents(index: &Index, checked: &mut Checked) {
    let mut findings = Findings::new(index, checked);
    guarded(&mut findings, "the footers", |findings| footers::compare(index, findings));
    guarded(&mut findings, "the lists of files", |findings| lists::compare(index, findings));
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
    let analyse = Documents { fields: index.fields(), segmenter: analysis.segmenter() };
    let mut columns = Columns::open(index, reader, comparable, findings)?;
    let mut inverted = Inverted::new(index);
    let mut rebuilt = match comparable {
        true => Rebuilt::new(),
        false => Err(OTHERWISE_ANALYSED.to_owned()),
    };
    let whole =
        documents::each(reader, &analyse, findings, &mut |doc, analysed, record, findings| {
            totals.add(reader, doc, record, comparable);
            columns.compare(doc, &analysed.document, record, findings);
            if comparable {
                inverted.add(doc, &analysed.document);
            }
            if let Ok(it) = &mut rebuilt
                && let Err(error) = it.add(analysed)
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
        Ok(Some(difference)) => findings.damage(&file(id, "pairs"), difference),
        Err(why) => findings.not_compared(&file(id, "pairs"), &why),
    }
    Ok(())
}

/// The name of a segment's file.
pub(super) fn file(segment: SegmentId, extension: &str) -> String {
    format!("{}.{extension}", segment.uuid_string())
}

/// Runs a comparison. An error of it, or a panic of a library that does not expect damage, is a
/// finding.
pub(super) fn guarded<'c>(
    findings: &mut Findings<'c>,
    what: &str,
    compare: impl FnOnce(&mut Findings<'c>) -> Result<(), Error>,
) {
    let outcome = catch_unwind(AssertUnwindSafe(|| compare(findings)));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => findings.damage(what, format!("cannot be read: {}", cause(&error))),
        Err(_) => findings.damage(what, "cannot be read: what it holds makes no sense"),
    }
}

/// What lies at the root of an error.
pub(super) fn cause(error: &Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    // Tantivy shows the whole of a list that it cannot read.
    let mut said = deepest.to_string();
    if let Some((end, _)) = said.char_indices().nth(SAID) {
        said.truncate(end);
        said.push('…');
    }
    said.replace(char::is_control, "\u{FFFD}")
}

/// Findings of the comparison; of too many of one kind only the first are named.
pub(super) struct Findings<'c> {
    checked: &'c mut Checked,
    /// The folder of the generation.
    generation: String,
    /// What the last findings are about, and how many there were.
    last: (String, u64),
}

impl<'c> Findings<'c> {
    fn new(index: &Index, checked: &'c mut Checked) -> Self {
        let name = index.generation().path().file_name().unwrap_or_default();
        let generation = name.display().to_string();
        Self { checked, generation, last: (String::new(), 0) }
    }

    /// Something in the file (or about) `what` that is not what the records say.
    pub(super) fn damage(&mut self, what: &str, difference: impl Display) {
        if self.last.0 != what {
            self.last = (what.to_owned(), 0);
        }
        self.last.1 += 1;
        let generation = &self.generation;
        match self.last.1 {
            ..=NAMED => {
                let what = format!("{generation}/{what}: {difference}");
                self.checked.find(Severity::Damage, what);
            }
            count => {
                let what = format!("{generation}/{what}: and {} more", count - NAMED);
                match self.checked.findings.last_mut().filter(|_| count > NAMED + 1) {
                    Some(last) => last.what = what,
                    None => self.checked.find(Severity::Damage, what),
                }
            }
        }
    }

    /// A file that could not be compared, and why.
    pub(super) fn not_compared(&mut self, what: &str, why: &str) {
        self.last = Default::default();
        let what = format!("{}/{what}: not compared with the records: {why}", self.generation);
        self.checked.find(Severity::Stale, what);
    }
}
