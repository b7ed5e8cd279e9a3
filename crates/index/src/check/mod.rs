//! Checks an index: its files against their checksums, then against each other, then against the
//! archive.
//!
//! - `files` compares files with the checksums in the description.
//! - `contents` reads every stored record, analyses it again and compares the outcome with every
//!   other file; its header has a table of what is compared, how, and by which module.
//! - `records` compares stored records with their columns and counts, and `archive` with the
//!   archive as it is now.
//! - `report` has the findings, in the form that callers see them.

mod archive;
mod columns;
mod contents;
mod documents;
mod files;
mod findings;
mod footers;
mod generation_files;
mod inverted;
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
use crate::files::Folder;
use crate::generation::current;

/// Compares every file of the index with its checksum. Takes no lock and writes nothing. Reads the
/// whole index once.
///
/// # Errors
///
/// [`Error::Missing`] if there is no index, [`Error::Format`] if it is of another format,
/// [`Error::Denied`] if this user may not read the folder or a file of the index,
/// [`Error::Unreadable`] if the folder cannot be opened, and [`Error::Io`] if it cannot be listed.
pub fn check_files(dir: &Path) -> Result<Checked, Error> {
    restarting_if_replaced(dir, |folder, checked| check_sums(folder, checked).map(drop))
}

/// Compares every file of the index with its checksum, every structure with the stored records, and
/// the stored records with the archive. Takes no lock and writes nothing, except nameless temporary
/// files in the system's folder for these. Takes about as long as building the index.
///
/// # Errors
///
/// As for [`check_files`], those of reading the archive, and [`Error::Temporary`] or [`Error::Io`]
/// if this machine prevents a comparison, for example because temporary files cannot be written.
/// What is wrong with the index is a finding, not an error.
pub fn check(dir: &Path, options: &Options, progress: &dyn Progress) -> Result<Checked, Error> {
    let options = excluding(options, dir);
    restarting_if_replaced(dir, |folder, checked| {
        // The content of damaged files cannot be trusted, so it is not compared.
        let Some((current, meta)) = check_sums(folder, checked)? else { return Ok(()) };
        match contents::open(folder, &current, &meta) {
            Ok(index) => {
                let compared = contents::compare(&index, checked);
                // Records of a damaged index may differ from the archive because of the damage. An
                // error of this machine does not hide the damage that was found.
                if !checked.is_damaged() {
                    compared?;
                    if let Err(error) = records::compare(&index, checked) {
                        checked.add(Severity::Damage, error.to_string());
                    } else {
                        archive::compare(&index, &options, progress, checked)?;
                    }
                }
            }
            Err(what) => checked.add(Severity::Damage, what),
        }
        if let Some(stale) = meta.stale() {
            checked.add(Severity::Stale, stale.to_string());
        }
        Ok(())
    })
}

/// The maximum number of times that a check starts again because the index was replaced meanwhile.
const MAX_RESTARTS: usize = 20;

/// Runs a check, during which builds may replace the index. If one did, and the check failed or
/// found damage, the build may merely have removed the files, so the check starts again. If the
/// index was replaced and nothing is damaged, the findings are dropped: they are about an index
/// that is no longer in use.
fn restarting_if_replaced(
    dir: &Path,
    mut check: impl FnMut(&Folder, &mut Checked) -> Result<(), Error>,
) -> Result<Checked, Error> {
    let folder = Folder::of_index(dir)?;
    let mut restarts = 0..MAX_RESTARTS;
    loop {
        let before = current(&folder).ok();
        let mut checked = Checked::default();
        let outcome = check(&folder, &mut checked);
        if outcome.is_ok() && checked.findings.is_empty() || current(&folder).ok() == before {
            return outcome.map(|()| checked);
        }
        if (outcome.is_err() || checked.is_damaged()) && restarts.next().is_some() {
            continue;
        }
        checked.findings.retain(|finding| finding.severity == Severity::Damage);
        return outcome.map(|()| checked);
    }
}
