//! The stored records, against what the archive says.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;

use wensou_ingest::{Options, Progress, Report};

use super::order::Order;
use super::report::{Checked, Severity};
use crate::build::is_unreadable;
use crate::error::Error;
use crate::meta::{Meta, Settings};
use crate::open::Index;
use crate::record::Encoded;
use crate::stored::{Stored, each_path};

/// Compares the stored records with those of the archive.
pub(super) fn archive(
    index: &Index,
    options: &Options,
    progress: &dyn Progress,
    checked: &mut Checked,
) -> Result<(), Error> {
    let meta = index.meta();
    let mut options = options.clone();
    options.encoding.clone_from(&meta.encoding);
    let scanned = wensou_ingest::scan_tolerant::<Infallible>(&meta.roots, &options);
    let mut scanned = scanned.map_err(|error| Error::Archive(Box::new(error)))?;
    let generation = index.generation().try_clone();
    let generation = generation.map_err(Error::io("open", index.generation().path()))?;
    let mut kept = Stored::new(generation, &Settings::from(meta), None, &meta.roots);
    let files = scanned.files_by_root().to_vec();
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
            scanned.declare_unreadable(root.clone(), "has no files now".to_owned());
        }
    }
    let now = crate::build::format_fingerprint(scanned.fingerprint());
    // Of files that could not be read when the index was built it has what it had of them before.
    let had_unreadable = meta.report.skipped.iter().any(is_unreadable);
    let mut unchanged = now == meta.archive && !had_unreadable;
    let mut stored: HashMap<(u64, u64), u64> = HashMap::new();
    for (ordinal, reader) in (0..).zip(index.searcher().segment_readers()) {
        let columns = index.columns(ordinal)?;
        for doc in reader.doc_ids_alive() {
            *stored.entry(index.identity(columns, doc)?).or_default() += 1;
        }
    }
    let mut fresh = 0_u64;
    let mut order = Order::of(index)?;
    let mut compare = |mut record| {
        each_path(&mut record, &mut |path| as_given(meta, path));
        let record = Encoded::new(record)?;
        order.next_is(&record);
        match stored.get_mut(&record.identity()) {
            Some(left) if *left > 0 => *left -= 1,
            _ => fresh += 1,
        }
        Ok::<(), Error>(())
    };
    let read =
        wensou_ingest::ingest_scanned(scanned, &options, progress, Some(&mut kept), &mut compare);
    let report = read.map_err(|error| Error::Archive(Box::new(error)))?;
    checked.archive = true;
    unchanged &= !report.skipped.iter().any(is_unreadable);
    unreadable(&report, checked);
    let gone: u64 = stored.values().sum();
    // Files that change while they are read are no damage of the index.
    let still =
        || wensou_ingest::fingerprint(&meta.roots, &options).map(crate::build::format_fingerprint);
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
