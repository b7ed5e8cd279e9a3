//! An index folder whose build lock this process holds.

use std::path::Path;

use super::current::{Pointer, is_replaceable, pointer};
use super::folder::{EntryKind, Folder};
use super::folder_marker::{is_marked, mark};
use super::lock::Lock;
use super::names::{CURRENT, FOLDER_MARKER, GONE, LOCK, generation_name, generation_number};
use super::ownership::{Ownership, ownership};
use super::sweep::sweep;
use crate::error::Error;

/// An index folder that this process may change, until it is dropped.
#[derive(Debug)]
pub(crate) struct Locked {
    pub(crate) folder: Folder,
    lock: Lock,
}

impl Locked {
    /// Opens the index folder at `dir`, made if it is missing, and takes its build lock.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnIndex`] if the folder has other things in it and no marker of ours,
    /// [`Error::Foreign`] if something else stands in the place of a file of ours, and
    /// [`Error::Busy`].
    pub(crate) fn take(dir: &Path, wait: bool) -> Result<Self, Error> {
        create_durably(dir)?;
        let folder = Folder::open(dir).map_err(Error::io("open", dir))?;
        // Before anything is written into it, and again when nobody else can change it.
        check_ours(&folder)?;
        let lock = Lock::take(&folder, wait)?;
        check_ours(&folder)?;
        mark(&folder)?;
        // Whatever else a power cut leaves of this build, it leaves it in a folder that is ours.
        folder.sync().map_err(Error::io("sync", dir))?;
        let mut locked = Self { folder, lock };
        // What a killed build was making or removing had perhaps no marker yet, or no more.
        for name in locked.lock.last_note().unfinished {
            let emptied = locked.folder.folder(&name).and_then(|it| it.entries());
            if emptied.is_ok_and(|entries| entries.is_empty()) {
                let _ = locked.folder.remove_folder(&name);
            }
        }
        locked.lock.note(&[]);
        Ok(locked)
    }

    /// The name of the next generation: its number is higher than any that a name in the folder
    /// has, whoever made that.
    pub(super) fn next_name(&self) -> Result<String, Error> {
        let entries = self.folder.entries().map_err(Error::io("list", self.folder.path()))?;
        let numbers = entries.iter().filter_map(|entry| {
            generation_number(entry.name.strip_suffix(GONE).unwrap_or(&entry.name))
        });
        Ok(generation_name(numbers.max().unwrap_or(0) + 1))
    }

    /// Notes that this generation is being made.
    pub(super) fn note(&mut self, name: &str) {
        self.lock.note(&[name.to_owned()]);
    }

    /// Removes what lies in the folder and belongs to no index. What cannot be removed is the next
    /// build's to remove.
    pub(crate) fn sweep(&mut self, known_enough: Option<bool>) {
        let Self { folder, lock } = self;
        sweep(folder, known_enough, &mut |names| lock.note(names));
        self.lock.note(&[]);
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.lock.note_idle();
    }
}

/// An error unless the folder is an index folder or can become one.
fn check_ours(folder: &Folder) -> Result<(), Error> {
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
    // A pointer that names nothing is damaged, if the folder says that it is ours.
    let unknown = matches!(pointer(folder), Pointer::Unknown(_));
    if unknown && !is_marked(folder) {
        return Err(foreign(CURRENT));
    }
    Ok(())
}

/// Makes a folder with those above it, and waits until all of them are on the disk.
fn create_durably(dir: &Path) -> Result<(), Error> {
    let missing: Vec<&Path> =
        dir.ancestors().take_while(|it| !it.as_os_str().is_empty() && !it.exists()).collect();
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
