//! Repairs that need no build: removing litter, and making `CURRENT` name an intact generation
//! again.

use std::path::Path;

use super::cleanup::{KeepComplete, litter};
use super::lock::{self, WhenBusy};
use super::locked::Locked;
use super::ownership::{Ownership, ownership};
use super::salvage::adopt;
use crate::error::Error;
use crate::files::Folder;

/// Removes generations that are no longer needed, such as what a killed build left. Writes nothing
/// if there are none and the note in the lock file lists no unfinished generation.
///
/// # Errors
///
/// [`Error::Busy`] if another process is building, [`Error::NotAnIndex`] if the folder is no index
/// folder and contains other files, [`Error::Foreign`] if something that wensou did not make has
/// the name of one of its files, and [`Error::Io`] if the folder cannot be written.
pub fn remove_litter(dir: &Path) -> Result<(), Error> {
    if has_litter(dir) {
        Locked::take(dir, WhenBusy::Fail)?.clean_up(KeepComplete::IfNeeded);
    }
    Ok(())
}

/// If `CURRENT` is missing or damaged, or names a generation that is missing or whose description
/// is damaged, makes `CURRENT` name the newest complete generation that is intact. Returns whether
/// `CURRENT` was changed.
///
/// # Errors
///
/// As for [`remove_litter`], and [`Error::Denied`] if this user may not read `CURRENT` or the
/// description of the generation that it names.
pub fn restore_current(dir: &Path) -> Result<bool, Error> {
    if !Folder::open(dir).is_ok_and(|folder| matches!(ownership(&folder), Ok(Ownership::Ours))) {
        return Ok(false);
    }
    let locked = Locked::take(dir, WhenBusy::Fail)?;
    Ok(adopt(&locked.folder)?.is_some())
}

fn has_litter(dir: &Path) -> bool {
    let Ok(folder) = Folder::open(dir) else { return false };
    let unfinished = || lock::read_note(&folder).is_some_and(|note| !note.unfinished.is_empty());
    unfinished() || litter(&folder).is_ok_and(|litter| !litter.is_empty())
}
