//! Whether an index is what was written, and whether that is what the archive says.

mod archive;
mod columns;
mod contents;
mod documents;
mod files;
mod findings;
mod footers;
mod inverted;
mod lists;
mod order;
mod page_sums;
mod postings;
mod records;
mod report;
mod sections;
#[cfg(test)]
mod tests;
mod totals;

use std::path::Path;

use wensou_ingest::{Options, Progress};

use self::files::check_sums;
pub use self::report::{Checked, Finding, Severity};
use crate::build::excluding;
use crate::error::Error;
use crate::generation::{Folder, current};

/// Compares every file of the index with its checksum. Takes no lock and writes nothing.
///
/// # Errors
///
/// [`Error::Missing`] if there is no index, and [`Error::Io`] if the folder cannot be listed.
pub fn check_files(dir: &Path) -> Result<Checked, Error> {
    while_unchanged(dir, |folder, checked| check_sums(folder, checked).map(drop))
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
        let Some((current, meta)) = check_sums(folder, checked)? else { return Ok(()) };
        match contents::opened(folder, &current, &meta) {
            Ok(index) => {
                contents::contents(&index, checked);
                // An archive that cannot be told from a damaged index tells nothing.
                if !checked.is_damaged() {
                    if let Err(error) = records::compare(&index, checked) {
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
