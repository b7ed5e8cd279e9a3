//! Whether an index is what was written, and whether that is what the archive says.

mod archive;
mod columns;
mod contents;
mod documents;
mod findings;
mod footers;
mod inverted;
mod lists;
mod order;
mod page_sums;
mod postings;
mod report;
mod sections;
#[cfg(test)]
mod tests;
mod totals;

use std::path::Path;

use tantivy::SegmentReader;
use wensou_ingest::{Options, Progress};

pub use self::report::{Checked, Finding, Severity};
use crate::Kind;
use crate::build::excluding;
use crate::error::Error;
use crate::generation::{
    self, Current, DESCRIPTION, FOLDER_MARKER, Folder, MARKER, MARKER_LIMIT, SEAL, Sum, current,
    has_whole_marker, marker_text, may_be_building,
};
use crate::meta::Meta;
use crate::open::Index;
use crate::record::{RecordExt, civil_seconds, moment_start, tie_breaker};

/// Compares every file of the index with its checksum. Takes no lock and writes nothing.
///
/// # Errors
///
/// [`Error::Missing`] if there is no index, and [`Error::Io`] if the folder cannot be listed.
pub fn check_files(dir: &Path) -> Result<Checked, Error> {
    while_unchanged(dir, |folder, checked| files(folder, checked).map(drop))
}

/// Compares every file of the index with its checksum, then every record with its columns, counts
/// and dates, and with what the archive says now. Takes no lock and writes nothing.
///
/// # Errors
///
/// As [`check_files`]. What is wrong with the index is no error but a finding.
pub fn check(dir: &Path, options: &Options, progress: &dyn Progress) -> Result<Checked, Error> {
    let options = excluding(options, dir);
    while_unchanged(dir, |folder, checked| {
        // What lies in damaged files need not be looked at: it cannot be trusted.
        let Some((current, meta)) = files(folder, checked)? else { return Ok(()) };
        match contents::opened(folder, &current, &meta) {
            Ok(index) => {
                contents::contents(&index, checked);
                // An archive that cannot be told from a damaged index tells nothing.
                if !checked.is_damaged() {
                    if let Err(error) = records(&index, checked) {
                        checked.find(Severity::Damage, error.to_string());
                    } else {
                        archive::archive(&index, &options, progress, checked)?;
                    }
                }
            }
            Err(what) => checked.find(Severity::Damage, what),
        }
        if let Some(stale) = meta.stale() {
            checked.find(Severity::Stale, format!("{stale}: build it with --rebuild"));
        }
        Ok(())
    })
}

/// Times that a check begins anew because the index that it looked at was replaced meanwhile.
const ATTEMPTS: usize = 20;

/// Checks, with builds going on meanwhile. If the index was replaced and its files went while they
/// were looked at, begins anew. If it was replaced and is intact, it is no longer the index that
/// could be out of date.
fn while_unchanged(
    dir: &Path,
    mut check: impl FnMut(&Folder, &mut Checked) -> Result<(), Error>,
) -> Result<Checked, Error> {
    let folder = Folder::of_index(dir)?;
    let mut attempts = 1..=ATTEMPTS;
    loop {
        let before = current(&folder).ok();
        let mut checked = Checked::default();
        let outcome = check(&folder, &mut checked);
        if outcome.is_ok() && checked.findings.is_empty() || current(&folder).ok() == before {
            return outcome.map(|()| checked);
        }
        if (outcome.is_err() || checked.is_damaged()) && attempts.next().is_some() {
            continue;
        }
        checked.findings.retain(|finding| finding.severity == Severity::Damage);
        return outcome.map(|()| checked);
    }
}

/// Returns what `CURRENT` says and the description if all is well with the files.
fn files(folder: &Folder, checked: &mut Checked) -> Result<Option<(Current, Meta)>, Error> {
    let building = may_be_building(folder);
    let current = match current(folder) {
        Ok(current) => current,
        Err(error @ Error::Unreadable { .. }) => {
            checked.find(Severity::Damage, described(&error));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let name = &current.name;
    if !has_whole_marker(folder) {
        let what = format!("{FOLDER_MARKER}, which marks the folder, is missing or damaged");
        checked.find(Severity::Damage, what);
    }
    let generation = match folder.folder(name) {
        Ok(generation) => generation,
        Err(error) => {
            checked.find(Severity::Damage, format!("{name}: {error}"));
            return Ok(None);
        }
    };
    for (file, expected) in [(MARKER, marker_text(name)), (SEAL, current.line())] {
        match generation.read(file, MARKER_LIMIT) {
            Ok(content) if content == expected.as_bytes() => checked.files += 1,
            Ok(_) => checked.find(Severity::Damage, not_as_written(name, file)),
            Err(error) => checked.find(Severity::Damage, format!("{name}/{file}: {error}")),
        }
    }
    let meta = match Meta::read(folder.path(), &generation, current.checksum) {
        Ok(meta) => meta,
        Err(error @ Error::Format { .. }) => return Err(error),
        Err(error) => {
            let what = format!("{name}/{DESCRIPTION}: {}", described(&error));
            checked.find(Severity::Damage, what);
            return Ok(None);
        }
    };
    checked.files += 1;
    for (file, sum) in &meta.files {
        let length = generation.file(file).map(|(_, length)| length);
        match length.and_then(|length| match length == sum.bytes {
            // What has another length need not be read.
            false => Ok(Sum { bytes: length, xxh3: 0 }),
            true => Sum::of(&generation, file),
        }) {
            Ok(found) if found == *sum => {
                checked.files += 1;
                checked.bytes += sum.bytes;
            }
            Ok(found) if found.bytes != sum.bytes => {
                let what = format!("{name}/{file} has {} bytes, not {}", found.bytes, sum.bytes);
                checked.find(Severity::Damage, what);
            }
            Ok(_) => checked.find(Severity::Damage, not_as_written(name, file)),
            Err(error) => checked.find(Severity::Damage, format!("{name}/{file}: {error}")),
        }
    }
    // What another process writes just now is no litter, and what it removes is none for long.
    for left in generation::litter(folder)? {
        if !building && !may_be_building(folder) && folder.kind(&left).is_some() {
            let what = format!("{left} was left by a build that was stopped");
            checked.find(Severity::Litter, what);
        }
    }
    Ok((!checked.is_damaged()).then_some((current, meta)))
}

fn not_as_written(generation: &str, file: &str) -> String {
    format!("{generation}/{file} is not as it was written")
}

fn described(error: &Error) -> String {
    match error {
        Error::Unreadable { source, .. } => source.to_string(),
        error => error.to_string(),
    }
}

/// Every record can be read, is what its columns say, and counts are those of the report.
fn records(index: &Index, checked: &mut Checked) -> Result<(), Error> {
    let mut counts = [0_u64; 2];
    let readers = index.searcher().segment_readers();
    // Once for each segment: to open a column takes longer than to read a value from it.
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
        let tie = columns.tie_breaker(doc) == Some(tie_breaker(record.id()));
        let id = index.id(address)? == record.id() && tie;
        let moment = record.date().value.map(|moment| civil_seconds(moment_start(moment)));
        let date = columns.date(doc) == moment;
        for (right, what) in [(kind, "kind"), (id, "id"), (date, "date")] {
            if !right {
                let what = format!("the {what} of {} is not that of its record", record.id());
                checked.find(Severity::Damage, what);
            }
        }
    }
    let report = &index.meta().report;
    let deleted = index.meta().base.as_ref().map(|base| base.deleted).unwrap_or_default();
    for kind in Kind::ALL {
        let there = counts[kind as usize];
        let told = match kind {
            Kind::Article => report.articles,
            Kind::Flash => report.flashes_distinct,
        };
        let of = |reader: &SegmentReader| index.postings().of(reader.segment_id());
        let postings = readers.iter().filter_map(of).map(|postings| postings.num_docs_of(kind));
        let inverted = postings.sum::<u64>().saturating_sub(deleted.documents[kind as usize]);
        if there != told || there != inverted {
            let name = kind.name();
            let what = format!("{there} records of {name}s, {told} reported, {inverted} inverted");
            checked.find(Severity::Damage, what);
        }
    }
    Ok(())
}
