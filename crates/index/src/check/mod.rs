//! Whether an index is what was written, and whether that is what the archive says.

mod columns;
mod contents;
mod documents;
mod footers;
mod inverted;
mod lists;
mod order;
mod postings;
mod sections;
#[cfg(test)]
mod tests;
mod totals;

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;

use tantivy::SegmentReader;
use wensou_ingest::{Options, Progress, Report};

use crate::build::{excluding, is_unreadable};
use crate::document::{Encoded, civil_seconds, moment_start, tie};
use crate::error::Error;
use crate::generation::{
    self, Current, DESCRIPTION, FOLDER_MARKER, Folder, MARKER, MARKER_LIMIT, SEAL, Sum, current,
    has_whole_marker, marker_text, may_be_building,
};
use crate::meta::{Meta, Settings};
use crate::open::Index;
use crate::stored::{Stored, each_path};
use crate::{Kind, RecordExt};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing needs it: it only takes room.
    Litter,
    /// The index is sound but not up to date.
    Stale,
    /// Files of the archive cannot be read now: what the index has of them was not compared.
    Unreadable,
    /// The index is not what was written.
    Damage,
}

impl Severity {
    /// One word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Litter => "litter",
            Severity::Stale => "stale",
            Severity::Unreadable => "unreadable",
            Severity::Damage => "damaged",
        }
    }

    /// The command that mends it; for what cannot be read, the one to run when it can.
    #[must_use]
    pub fn cure(self) -> &'static str {
        match self {
            Severity::Stale | Severity::Unreadable => "wensou index",
            Severity::Litter | Severity::Damage => "wensou check --repair",
        }
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, with the file or document.
    pub what: String,
}

/// What a check looked at and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Files whose sums were compared.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Records that were decoded and compared.
    pub records: u64,
    /// Whether the archive was read again.
    pub archive: bool,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

impl Checked {
    fn find(&mut self, severity: Severity, what: impl Into<String>) {
        self.findings.push(Finding { severity, what: what.into() });
    }

    /// The worst that was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether anything is not what was written.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Damage)
    }
}

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
                        archive(&index, &options, progress, checked)?;
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
    // Once a segment: opening a column takes longer than reading a value from it.
    let mut columns = Vec::with_capacity(readers.len());
    for reader in readers {
        let fast = reader.fast_fields();
        columns.push((fast.u64("kind")?, fast.u64("tie")?, fast.i64("date")?));
    }
    for address in index.in_order()? {
        let record = index.record(address)?;
        counts[record.kind() as usize] += 1;
        checked.records += 1;
        let (kinds, ties, dates) = &columns[address.segment_ord as usize];
        let doc = address.doc_id;
        let kind = kinds.first(doc) == Some(record.kind() as u64);
        let id = index.id(address)? == record.id() && ties.first(doc) == Some(tie(record.id()));
        let moment = record.date().value.map(|moment| civil_seconds(moment_start(moment)));
        let date = dates.first(doc) == moment;
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
        let postings = readers.iter().filter_map(of).map(|postings| postings.documents_of(kind));
        let inverted = postings.sum::<u64>().saturating_sub(deleted.documents[kind as usize]);
        if there != told || there != inverted {
            let name = kind.name();
            let what = format!("{there} records of {name}s, {told} reported, {inverted} inverted");
            checked.find(Severity::Damage, what);
        }
    }
    Ok(())
}

/// What the archive says now is what is stored.
fn archive(
    index: &Index,
    options: &Options,
    progress: &dyn Progress,
    checked: &mut Checked,
) -> Result<(), Error> {
    let meta = index.meta();
    let mut options = options.clone();
    options.encoding.clone_from(&meta.encoding);
    let looked = wensou_ingest::scan_tolerant::<Infallible>(&meta.roots, &options);
    let mut looked = looked.map_err(|error| Error::Archive(Box::new(error)))?;
    let generation = index.generation().try_clone();
    let generation = generation.map_err(Error::io("open", index.generation().path()))?;
    let mut kept = Stored::new(generation, &Settings::from(meta), None, &meta.roots);
    let files = looked.files_by_root().to_vec();
    if files.iter().all(|files| *files == 0) && checked.records > 0 {
        let what = "the archive is not where it was: stored texts were not compared with it";
        checked.find(Severity::Unreadable, what);
        return Ok(());
    }
    for (root, _) in meta.roots.iter().zip(files).filter(|(_, files)| *files == 0) {
        let records = kept.count_under(root);
        if records > 0 {
            let root_path = root.display();
            let what = format!("{root_path} has no files now: its records were not compared");
            checked.find(Severity::Unreadable, what);
            looked.declare_unreadable(root.clone(), "has no files now".to_owned());
        }
    }
    let now = crate::build::written(looked.fingerprint());
    // Of files that could not be read when the index was built it has what it had of them before.
    let had_unreadable = meta.report.skipped.iter().any(is_unreadable);
    let mut unchanged = now == meta.archive && !had_unreadable;
    let mut stored: HashMap<(u64, u64), u64> = HashMap::new();
    for reader in index.searcher().segment_readers() {
        let columns = reader.fast_fields();
        let (ties, digests) = (columns.u64("tie")?, columns.u64("digest")?);
        for doc in reader.doc_ids_alive() {
            let key = (ties.first(doc).unwrap_or(0), digests.first(doc).unwrap_or(0));
            *stored.entry(key).or_default() += 1;
        }
    }
    let mut fresh = 0_u64;
    let mut order = order::Order::of(index)?;
    let mut compare = |mut record| {
        each_path(&mut record, &mut |path| as_given(meta, path));
        let record = Encoded::new(record)?;
        order.next_is(&record);
        match stored.get_mut(&(record.tie(), record.digest)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => fresh += 1,
        }
        Ok::<(), Error>(())
    };
    let read =
        wensou_ingest::ingest_scanned(looked, &options, progress, Some(&mut kept), &mut compare);
    let report = read.map_err(|error| Error::Archive(Box::new(error)))?;
    checked.archive = true;
    unchanged &= !report.skipped.iter().any(is_unreadable);
    unreadable(&report, checked);
    let gone: u64 = stored.values().sum();
    // What changes while it is read is no damage of the index.
    let still = || wensou_ingest::fingerprint(&meta.roots, &options).map(crate::build::written);
    unchanged = unchanged && still().is_ok_and(|still| still == now);
    if fresh + gone > 0 {
        let what = format!(
            "{fresh} records of the archive are not stored, {gone} stored ones are not there"
        );
        match unchanged {
            true => checked.find(Severity::Damage, format!("{what}, and no file has changed")),
            false => checked.find(Severity::Stale, what),
        }
    } else if unchanged {
        order.compare(checked);
    }
    Ok(())
}

/// A path below an absolute root as it was stored: below the root as it was given.
fn as_given(meta: &Meta, path: &mut String) {
    let pairs = meta.roots.iter().zip(&meta.given);
    for (root, given) in pairs {
        if let Ok(below) = Path::new(&*path).strip_prefix(root) {
            // A root that is a file has nothing below it.
            let stored = if below == Path::new("") { given.clone() } else { given.join(below) };
            *path = stored.to_string_lossy().into_owned();
            return;
        }
    }
}

/// Files that are named one by one; the rest is counted.
const NAMED: usize = 20;

/// Names the files that could not be read.
fn unreadable(report: &Report, checked: &mut Checked) {
    let skipped = report.skipped.iter().filter(|skipped| is_unreadable(skipped));
    let mut more = 0;
    for (number, skipped) in skipped.enumerate() {
        match number < NAMED {
            true => checked.find(Severity::Unreadable, format!("{skipped}: not compared")),
            false => more += 1,
        }
    }
    if more > 0 {
        let files = if more == 1 { "file" } else { "files" };
        checked.find(Severity::Unreadable, format!("{more} more {files}: not compared"));
    }
}
