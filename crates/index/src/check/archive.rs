//! Compares the stored records with those of the archive.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use wensou_ingest::{Options, Progress, Record, Report, ScannedArchive, Skipped};

use super::order::OrderComparison;
use super::report::{Checked, Severity};
use crate::analysis::labels_of_generation;
use crate::build::{declare_empty_root_unreadable, format_fingerprint, is_unreadable};
use crate::error::Error;
use crate::meta::{Meta, Settings};
use crate::open::Index;
use crate::record::Encoded;
use crate::share::select_share;
use crate::stored::{Stored, for_each_path};

/// Reads the archive again and compares its records, and their order, with the stored ones.
///
/// A file that cannot be read is a finding, and its records are not compared. If the build and this
/// check could read all files, and none has changed in between, a difference means that the index
/// is damaged. Otherwise it means that the index is out of date.
///
/// # Errors
///
/// If the archive cannot be read at all, or if the columns or the copy of the user's labels cannot
/// be read.
pub(super) fn compare(
    index: &Index,
    options: &Options,
    progress: &dyn Progress,
    checked: &mut Checked,
) -> Result<(), Error> {
    let meta = index.meta();
    let mut options = options.clone();
    options.encoding.clone_from(&meta.encoding);
    options.labels = labels_of_generation(index.generation(), &meta.tables)?.map(Arc::new);
    options.exclude_globs.clone_from(&meta.exclude);
    options.map.clone_from(&meta.map);
    if let Err(why) = select_share(&mut options, meta.share.as_ref(), meta.stats.as_deref()) {
        let what = format!("{why}: stored texts were not compared with the archive");
        checked.add(Severity::Unreadable, what);
        return Ok(());
    }
    let scanned = wensou_ingest::scan_tolerant::<Infallible>(&meta.roots, &options);
    let mut scanned = scanned.map_err(Error::of_ingest)?;
    let generation = index.generation().try_clone();
    let generation = generation.map_err(Error::io("open", index.generation().path()))?;
    // A build needs this number to count the records that are lost, and a check does not.
    let expected_records = None;
    let settings = Settings::from(meta);
    let mut stored = Stored::new(generation, &settings, expected_records, &meta.roots);
    let Some(missing_roots) = declare_missing_roots(meta, &mut scanned, &mut stored, checked)
    else {
        return Ok(());
    };
    let fingerprint = format_fingerprint(scanned.fingerprint());
    let mut comparison = Comparison::new(index)?;
    let mut compare = |record| comparison.compare(record);
    let read =
        wensou_ingest::ingest_scanned(scanned, &options, progress, Some(&mut stored), &mut compare);
    if let Err(changed @ wensou_ingest::Error::ChangedSinceSurvey { .. }) = &read {
        checked.add(Severity::Stale, format!("{changed}: stored texts were not compared with it"));
        return Ok(());
    }
    let report = read.map_err(Error::of_ingest)?.report;
    checked.archive_compared = true;
    report_unreadable(&report, &missing_roots, checked);
    // If the build could not read a file, the index has older records of it or none. If this check
    // cannot read a file, the records of it are not compared. Then a difference proves no damage.
    let all_read =
        [&report, &meta.report].iter().all(|report| !report.skipped.iter().any(is_unreadable));
    // Compute the fingerprint again: files may also change while this check reads them.
    let compute_again =
        || wensou_ingest::fingerprint(&meta.roots, &options).map(format_fingerprint);
    let unchanged = all_read
        && fingerprint == meta.archive
        && compute_again().is_ok_and(|now| now == fingerprint);
    comparison.finish(unchanged, checked);
    Ok(())
}

/// Declares unreadable each root that has no files although the index has records of it: these
/// records are not compared, and this is a finding. Returns these roots. Returns `None` if no root
/// has files, although the index has records: then there is nothing to compare with, and this is a
/// finding.
fn declare_missing_roots<'m>(
    meta: &'m Meta,
    scanned: &mut ScannedArchive,
    stored: &mut Stored,
    checked: &mut Checked,
) -> Option<Vec<&'m Path>> {
    let files = scanned.file_counts_by_root().to_vec();
    if files.iter().all(|files| *files == 0) && checked.records > 0 {
        let what = "the archive is not where it was: stored texts were not compared with it";
        checked.add(Severity::Unreadable, what);
        return None;
    }
    let mut missing = Vec::new();
    for (root, _) in meta.roots.iter().zip(files).filter(|(_, files)| *files == 0) {
        if stored.count_under(root) == 0 {
            continue;
        }
        declare_empty_root_unreadable(scanned, root);
        let names_root = |skipped: &&Skipped| skipped.path == *root && is_unreadable(skipped);
        for skipped in scanned.skipped().iter().filter(names_root) {
            checked.add(Severity::Unreadable, not_compared(skipped));
        }
        missing.push(root.as_path());
    }
    Some(missing)
}

/// Compares the stored records with those of the archive, one by one.
struct Comparison<'i> {
    meta: &'i Meta,
    /// For each [`Encoded::identity`], the number of stored records that have it and have not been
    /// found in the archive.
    stored: HashMap<(u64, u64), u64>,
    order: OrderComparison,
    /// The number of records of the archive that are not stored.
    missing: u64,
}

impl<'i> Comparison<'i> {
    fn new(index: &'i Index) -> Result<Self, Error> {
        let mut stored = HashMap::new();
        for (ordinal, reader) in (0..).zip(index.searcher().segment_readers()) {
            let columns = index.columns(ordinal)?;
            for doc in reader.doc_ids_alive() {
                *stored.entry(index.identity(columns, doc)?).or_default() += 1;
            }
        }
        Ok(Self { meta: index.meta(), stored, order: OrderComparison::of(index)?, missing: 0 })
    }

    /// Compares the next record of the archive.
    fn compare(&mut self, mut record: Record) -> Result<(), Error> {
        for_each_path(&mut record, &mut |path| use_given_root(self.meta, path));
        let record = Encoded::new(record)?;
        self.order.compare(&record);
        match self.stored.get_mut(&record.identity()) {
            Some(not_found) if *not_found > 0 => *not_found -= 1,
            _ => self.missing += 1,
        }
        Ok(())
    }

    /// Reports the differences. `unchanged` says that the archive is known not to have changed
    /// since the index was built, so that any difference is damage.
    fn finish(self, unchanged: bool, checked: &mut Checked) {
        let (missing, extra) = (self.missing, self.stored.values().sum::<u64>());
        if missing + extra > 0 {
            let what = format!(
                "{missing} records of the archive are not stored, and {extra} stored records are \
                 not in the archive"
            );
            match unchanged {
                true => {
                    checked.add(Severity::Damage, format!("{what}, although no file has changed"));
                }
                false => checked.add(Severity::Stale, what),
            }
        } else if unchanged {
            self.order.report(checked);
        }
    }
}

/// Replaces the absolute root that a path starts with by the root as the user gave it, because the
/// paths in stored records start with the root that the user gave.
fn use_given_root(meta: &Meta, path: &mut String) {
    for (root, given) in meta.roots.iter().zip(&meta.given) {
        if let Ok(below) = Path::new(&*path).strip_prefix(root) {
            // A root that is a file has nothing below it.
            let stored = if below == Path::new("") { given.clone() } else { given.join(below) };
            *path = stored.to_string_lossy().into_owned();
            return;
        }
    }
}

/// The maximum number of unreadable files that are named. Any others are only counted.
const MAX_NAMED: usize = 20;

/// Adds a finding for each file that could not be read, except `missing_roots`, which have findings
/// already.
fn report_unreadable(report: &Report, missing_roots: &[&Path], checked: &mut Checked) {
    let is_new = |skipped: &&Skipped| !missing_roots.contains(&skipped.path.as_path());
    let skipped = report.skipped.iter().filter(|skipped| is_unreadable(skipped)).filter(is_new);
    let mut more = 0;
    for (number, skipped) in skipped.enumerate() {
        match number < MAX_NAMED {
            true => checked.add(Severity::Unreadable, not_compared(skipped)),
            false => more += 1,
        }
    }
    if more > 0 {
        let files = if more == 1 { "file" } else { "files" };
        checked.add(Severity::Unreadable, format!("{more} more {files}: not compared"));
    }
}

/// The finding about a file or root that cannot be read.
fn not_compared(skipped: &Skipped) -> String {
    format!("{skipped}: not compared")
}
