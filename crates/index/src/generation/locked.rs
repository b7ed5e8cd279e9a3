//! An index folder whose build lock this process holds.

use std::path::Path;

use super::cleanup::{KeepComplete, clean_up, remove_unmarked};
use super::current::{Pointer, is_replaceable, pointer};
use super::folder_marker::{is_marked, write_marker};
use super::lock::{Lock, WhenBusy};
use super::ownership::{Ownership, ownership};
use crate::error::Error;
use crate::files::{
    ABANDONED, CURRENT, EntryKind, FOLDER_MARKER, Folder, LOCK, generation_name, generation_number,
};

/// An index folder whose build lock this process holds until the value is dropped.
#[derive(Debug)]
pub(crate) struct Locked {
    pub(crate) folder: Folder,
    lock: Lock,
}

impl Locked {
    /// Opens the index folder at `dir`, creates it if it is missing, and takes its build lock.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnIndex`] if the folder contains other files and no marker of ours,
    /// [`Error::Foreign`] if an entry that is not ours has the name of one of our files, and
    /// [`Error::Busy`] if another process has the lock and `when_busy` says to fail.
    pub(crate) fn take(dir: &Path, when_busy: WhenBusy) -> Result<Self, Error> {
        create_durably(dir)?;
        let folder = Folder::open(dir).map_err(Error::io("open", dir))?;
        // Check before writing anything, and again once no other build can change the folder.
        check_ownership(&folder)?;
        let lock = Lock::take(&folder, when_busy)?;
        check_ownership(&folder)?;
        write_marker(&folder)?;
        // The marker must survive a power cut if anything else of this build does.
        folder.sync().map_err(Error::io("sync", dir))?;
        let mut locked = Self { folder, lock };
        // A killed build may have left the folder of a generation without a whole marker. The note
        // says that such a folder is ours.
        for name in locked.lock.last_note().unfinished {
            remove_unmarked(&locked.folder, &name);
        }
        locked.lock.write_note(&[]);
        Ok(locked)
    }

    /// The name of the next generation. Its number is higher than that of every generation name in
    /// the folder, even if the entry is not ours.
    pub(super) fn next_name(&self) -> Result<String, Error> {
        let entries = self.folder.entries().map_err(Error::io("list", self.folder.path()))?;
        let numbers = entries.iter().filter_map(|entry| {
            generation_number(entry.name.strip_suffix(ABANDONED).unwrap_or(&entry.name))
        });
        Ok(generation_name(numbers.max().unwrap_or(0) + 1))
    }

    /// Notes in the lock file that this process is making the generation `name`.
    pub(super) fn note_unfinished(&mut self, name: &str) {
        self.lock.write_note(&[name.to_owned()]);
    }

    /// Removes generations that are no longer needed, see [`clean_up`]. Errors are ignored: the
    /// next build tries again.
    pub(crate) fn clean_up(&mut self, keep_complete: KeepComplete) {
        let Self { folder, lock } = self;
        clean_up(folder, keep_complete, &mut |names| lock.write_note(names));
        self.lock.write_note(&[]);
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.lock.write_idle();
    }
}

/// Fails unless the folder is an index folder or can become one. Also fails if an entry that is not
/// ours has the name of one of our files.
fn check_ownership(folder: &Folder) -> Result<(), Error> {
    if let Ownership::Foreign(name) = ownership(folder)? {
        return Err(Error::NotAnIndex { dir: folder.path().to_path_buf(), name });
    }
    let foreign = |name| Error::Foreign { path: folder.path_of(name) };
    for name in [LOCK, FOLDER_MARKER] {
        if !matches!(folder.kind(name), None | Some(EntryKind::File)) {
            return Err(foreign(name));
        }
    }
    if !is_replaceable(folder) {
        return Err(foreign(CURRENT));
    }
    // In a folder with our marker, a `CURRENT` that names no generation is damaged, not foreign.
    let unknown = matches!(pointer(folder), Pointer::Unknown);
    if unknown && !is_marked(folder) {
        return Err(foreign(CURRENT));
    }
    Ok(())
}

/// Creates a folder and its missing parents, and waits until all of them are on the disk.
fn create_durably(dir: &Path) -> Result<(), Error> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = dir.ancestors().take_while(is_missing).collect();
    std::fs::create_dir_all(dir).map_err(Error::io("create the folder", dir))?;
    for folder in missing {
        let above = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let synced = Folder::open(above).and_then(|above| above.sync());
        synced.map_err(Error::io("sync", above))?;
    }
    Ok(())
}
