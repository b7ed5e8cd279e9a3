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
use std::path::Path;

use tantivy::SegmentReader;
use wensou_ingest::{Options, Progress, Record};

use crate::build::fingerprint;
use crate::document::{Encoded, civil_seconds, moment_start, tie};
use crate::error::Error;
use crate::generation::{self, Sum};
use crate::meta::Meta;
use crate::open::Index;
use crate::{Kind, RecordExt};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing needs it: it only takes room.
    Litter,
    /// The index is sound but not up to date.
    Stale,
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
            Severity::Damage => "damaged",
        }
    }

    /// The command that mends it.
    #[must_use]
    pub fn cure(self) -> &'static str {
        match self {
            Severity::Stale => "wensou index",
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

    /// Whether anything is not what was written.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Damage)
    }
}

/// Compares every file of the index with its checksum.
///
/// # Errors
///
/// [`Error::Missing`] if there is no index, and [`Error::Io`] if the folder cannot be listed.
pub fn check_files(dir: &Path) -> Result<Checked, Error> {
    let mut checked = Checked::default();
    files(dir, &mut checked)?;
    Ok(checked)
}

/// Compares every file of the index with its checksum, then every record with its columns, counts and
/// dates, and with what the archive says now.
///
/// # Errors
///
/// As [`check_files`]. What is wrong with the index is no error but a finding.
pub fn check(dir: &Path, options: &Options, progress: &dyn Progress) -> Result<Checked, Error> {
    let mut checked = Checked::default();
    // What lies in damaged files need not be looked at: it cannot be trusted.
    let Some(meta) = files(dir, &mut checked)? else { return Ok(checked) };
    match contents::opened(dir, &meta) {
        Ok(index) => {
            contents::contents(&index, &mut checked);
            // An archive that cannot be told from a damaged index tells nothing.
            if !checked.is_damaged() {
                if let Err(error) = records(&index, &mut checked) {
                    checked.find(Severity::Damage, error.to_string());
                } else {
                    archive(&index, options, progress, &mut checked)?;
                }
            }
        }
        Err(what) => checked.find(Severity::Damage, what),
    }
    if let Some(stale) = meta.stale() {
        checked.find(Severity::Stale, format!("{stale}: build it with --rebuild"));
    }
    Ok(checked)
}

/// Returns the description if all is well with the files.
fn files(dir: &Path, checked: &mut Checked) -> Result<Option<Meta>, Error> {
    let current = match generation::current(dir) {
        Ok(current) => current,
        Err(error @ Error::Unreadable { .. }) => {
            checked.find(Severity::Damage, described(&error));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let folder = &current.folder;
    let name = folder.file_name().unwrap_or_default().display();
    let meta = match Meta::read(dir, &current) {
        Ok(meta) => meta,
        Err(error) => {
            let what = format!("{name}/{}: {}", generation::DESCRIPTION, described(&error));
            checked.find(Severity::Damage, what);
            return Ok(None);
        }
    };
    checked.files += 1;
    for (file, sum) in &meta.files {
        match Sum::of(&folder.join(file)) {
            Ok(found) if found == *sum => {
                checked.files += 1;
                checked.bytes += sum.bytes;
            }
            Ok(found) if found.bytes != sum.bytes => {
                let what = format!("{name}/{file} has {} bytes, not {}", found.bytes, sum.bytes);
                checked.find(Severity::Damage, what);
            }
            Ok(_) => {
                checked.find(Severity::Damage, format!("{name}/{file} is not as it was written"));
            }
            Err(error) => checked.find(Severity::Damage, format!("{name}/{file}: {error}")),
        }
    }
    for (file, _) in generation::entries(folder)? {
        let known = file == generation::DESCRIPTION || meta.files.contains_key(&file);
        if !known && !file.ends_with(generation::ENGINE_LOCK) {
            checked.find(Severity::Litter, format!("{name}/{file} belongs to nothing"));
        }
    }
    // What another process writes just now is no litter.
    if generation::lock(dir, false).is_ok() {
        for path in generation::litter(dir)? {
            let file = path.file_name().unwrap_or_default().display();
            checked.find(Severity::Litter, format!("{file} was left by a build that was stopped"));
        }
    }
    Ok((!checked.is_damaged()).then_some(meta))
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
    let Ok(now) = fingerprint(&meta.roots) else {
        let what = "the archive is not where it was: stored texts were not compared with it";
        checked.find(Severity::Stale, what);
        return Ok(());
    };
    let mut stored: HashMap<(u64, u64), u64> = HashMap::new();
    for reader in index.searcher().segment_readers() {
        let columns = reader.fast_fields();
        let (ties, digests) = (columns.u64("tie")?, columns.u64("digest")?);
        for doc in reader.doc_ids_alive() {
            let key = (ties.first(doc).unwrap_or(0), digests.first(doc).unwrap_or(0));
            *stored.entry(key).or_default() += 1;
        }
    }
    let mut options = options.clone();
    options.encoding.clone_from(&meta.encoding);
    let mut fresh = 0_u64;
    let mut order = order::Order::of(index)?;
    let read = wensou_ingest::ingest(&meta.roots, &options, progress, &mut |mut record| {
        paths(&mut record, &mut |path| as_given(meta, path));
        let record = Encoded::new(record)?;
        order.next_is(&record);
        match stored.get_mut(&(record.tie(), record.digest)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => fresh += 1,
        }
        Ok::<(), Error>(())
    });
    read.map_err(|error| Error::Archive(Box::new(error)))?;
    checked.archive = true;
    let gone: u64 = stored.values().sum();
    if fresh + gone > 0 {
        let what = format!(
            "{fresh} records of the archive are not stored, {gone} stored ones are not there"
        );
        match now == meta.archive {
            true => checked.find(Severity::Damage, format!("{what}, and no file has changed")),
            false => checked.find(Severity::Stale, what),
        }
    } else if now == meta.archive {
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

/// Every path in a record.
fn paths(record: &mut Record, each: &mut dyn FnMut(&mut String)) {
    match record {
        Record::Article(article) => each(&mut article.path),
        Record::Flash(flash) => {
            let others = flash.writings.iter_mut().flat_map(|writing| &mut writing.seen_in);
            flash.seen_in.iter_mut().chain(others).for_each(|sighting| each(&mut sighting.path));
        }
    }
}
