//! Repairs that need no build: removing litter, and finding a lost index again.

use std::path::Path;

use super::folder::Folder;
use super::lock;
use super::locked::Locked;
use super::ownership::{Ownership, ownership};
use super::salvage::adopt;
use super::sweep::litter;
use crate::error::Error;

/// Removes what lies in an index folder and belongs to no index, such as what a killed build left.
/// Where nothing does, nothing is written.
///
/// # Errors
///
/// [`Error::Busy`] if another process is building, [`Error::NotAnIndex`] for a folder of somebody
/// else.
pub fn remove_litter(dir: &Path) -> Result<(), Error> {
    if has_litter(dir) {
        Locked::take(dir, false)?.sweep(None);
    }
    Ok(())
}

/// Where `CURRENT` is missing or damaged, or names a generation that is damaged or not there: makes
/// it name the newest complete generation that is intact. Returns whether there was one.
///
/// # Errors
///
/// As [`remove_litter`].
pub fn recover(dir: &Path) -> Result<bool, Error> {
    if !Folder::open(dir).is_ok_and(|folder| matches!(ownership(&folder), Ok(Ownership::Ours))) {
        return Ok(false);
    }
    let locked = Locked::take(dir, false)?;
    Ok(adopt(&locked.folder)?.is_some())
}

fn has_litter(dir: &Path) -> bool {
    let Ok(folder) = Folder::open(dir) else { return false };
    let unfinished = || lock::note(&folder).is_some_and(|note| !note.unfinished.is_empty());
    unfinished() || litter(&folder).is_ok_and(|litter| !litter.is_empty())
}
