//! Generations: every build writes a folder of its own, and one rename makes it the index.
//!
//! ```text
//! index/
//!   CURRENT          the name of the generation in use, one line
//!   LOCK             held (flock) by the one process that builds
//!   gen-000007/      the engine's files and wensou.json
//! ```
//!
//! A reader resolves `CURRENT` once and keeps its files open, so a rebuild never pulls them away
//! from under it. A build that dies leaves a folder that `CURRENT` does not name; the next build
//! removes it.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::Error;

const CURRENT: &str = "CURRENT";
const LOCK: &str = "LOCK";
const PREFIX: &str = "gen-";

/// The folder of the generation in use.
pub(crate) fn current(dir: &Path) -> Result<PathBuf, Error> {
    let name = match fs::read_to_string(dir.join(CURRENT)) {
        Ok(name) => name,
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound) => {
            return Err(Error::Missing { dir: dir.to_path_buf() });
        }
        Err(error) => return Err(Error::unreadable(dir, error)),
    };
    let name = name.trim_end();
    if number(name).is_none() {
        return Err(Error::unreadable(dir, format!("{CURRENT} does not name a generation")));
    }
    Ok(dir.join(name))
}

fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Writes a file and waits until it is on the disk.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = File::create(path).map_err(Error::io("create", path))?;
    file.write_all(bytes).map_err(Error::io("write", path))?;
    file.sync_all().map_err(Error::io("write", path))
}

/// Lets whoever may read the folder read the file: the engine creates some for its owner alone.
fn make_readable(path: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let folder = path.parent().unwrap_or(path);
        let about = fs::metadata(folder).map_err(Error::io("look at", folder))?;
        // The bits of the folder, which the user's mask made, without the right to enter.
        let mode = 0o600 | (about.permissions().mode() & 0o044);
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(path, permissions).map_err(Error::io("set the rights of", path))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn sync_folder(path: &Path) -> Result<(), Error> {
    // Only Unix can open a folder to sync it; elsewhere the rename is as durable as it gets.
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::io("sync", path))?;
    }
    Ok(())
}

/// A generation that is being written. Dropped before [`Draft::publish`], it is removed.
#[derive(Debug)]
pub(crate) struct Draft {
    dir: PathBuf,
    name: String,
    /// Held until the draft is dropped; the lock dies with the process, so it is never stale.
    _lock: File,
    published: bool,
}

impl Draft {
    /// Takes the build lock of the index folder (created if need be) and opens a new generation.
    pub(crate) fn create(dir: &Path) -> Result<Self, Error> {
        fs::create_dir_all(dir).map_err(Error::io("create the folder", dir))?;
        let lock_path = dir.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(Error::io("create", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { dir: dir.to_path_buf() }),
            Err(TryLockError::Error(source)) => {
                return Err(Error::Io { what: "lock", path: lock_path, source });
            }
        }
        let last = generations(dir)?.into_iter().map(|(number, _)| number).max().unwrap_or(0);
        let name = format!("{PREFIX}{:06}", last + 1);
        let folder = dir.join(&name);
        fs::create_dir(&folder).map_err(Error::io("create the folder", &folder))?;
        Ok(Self { dir: dir.to_path_buf(), name, _lock: lock, published: false })
    }

    /// The folder to write into.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.join(&self.name)
    }

    /// Makes this generation the index in one step and removes the others.
    pub(crate) fn publish(mut self) -> Result<(), Error> {
        let folder = self.folder();
        for (_, path) in entries(&folder)? {
            make_readable(&path)?;
            File::open(&path).and_then(|f| f.sync_all()).map_err(Error::io("sync", &path))?;
        }
        sync_folder(&folder)?;
        let draft = self.dir.join(format!("{CURRENT}.new"));
        write_durably(&draft, format!("{}\n", self.name).as_bytes())?;
        let current = self.dir.join(CURRENT);
        fs::rename(&draft, &current).map_err(Error::io("replace", &current))?;
        self.published = true;
        sync_folder(&self.dir)?;
        // The swap is done: what cannot be removed now is litter, and the next build's to remove.
        for (_, other) in generations(&self.dir)? {
            if other != folder {
                let _ = fs::remove_dir_all(other);
            }
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_dir_all(self.folder());
        }
    }
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let list = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    list.map(|entry| {
        let entry = entry.map_err(Error::io("list", folder))?;
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.path()))
    })
    .collect()
}

fn generations(dir: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let names = entries(dir)?;
    Ok(names.into_iter().filter_map(|(name, path)| Some((number(&name)?, path))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_becomes_the_index_only_when_published() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(current(dir.path()), Err(Error::Missing { .. })));

        let draft = Draft::create(dir.path()).unwrap();
        let folder = draft.folder();
        drop(draft);
        assert!(!folder.exists(), "an abandoned draft leaves no litter");

        let draft = Draft::create(dir.path()).unwrap();
        let first = draft.folder();
        draft.publish().unwrap();
        assert_eq!(current(dir.path()).unwrap(), first);

        let draft = Draft::create(dir.path()).unwrap();
        let second = draft.folder();
        assert_eq!(current(dir.path()).unwrap(), first, "readers see the old one until the swap");
        draft.publish().unwrap();
        assert_eq!(current(dir.path()).unwrap(), second);
        assert!(!first.exists());
    }

    #[test]
    fn a_second_writer_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let _draft = Draft::create(dir.path()).unwrap();
        assert!(matches!(Draft::create(dir.path()), Err(Error::Busy { .. })));
    }

    #[test]
    fn a_damaged_pointer_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(CURRENT), "../elsewhere\n").unwrap();
        assert!(matches!(current(dir.path()), Err(Error::Unreadable { .. })));
    }
}
