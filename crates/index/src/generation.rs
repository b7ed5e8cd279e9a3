//! Generations: every build writes a folder of its own, and one rename makes it the index.
//!
//! ```text
//! index/
//!   CURRENT          the name of the generation in use and the checksum of its description, one line
//!   LOCK             held (flock) by the one process that builds; its process number
//!   gen-000007/      the engine's files and wensou.json, which has the checksums of all of them
//! ```
//!
//! A reader resolves `CURRENT` once and keeps its files open, so a rebuild never pulls them away
//! from under it. A build that dies leaves a folder that `CURRENT` does not name; the next build
//! removes it. No file of a generation ever changes, so the next one may share files with it.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::error::Error;

const CURRENT: &str = "CURRENT";
const LOCK: &str = "LOCK";
const PREFIX: &str = "gen-";
/// Name of the description in a generation's folder.
pub(crate) const DESCRIPTION: &str = "wensou.json";

/// How the names of the engine's lock files end: readers make them too, and they say nothing.
pub(crate) const ENGINE_LOCK: &str = ".lock";

/// The drafts of this process. Locked while one of them becomes the index or goes, and for good by
/// [`abandon`]: of the three only one can happen.
static DRAFTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn drafts() -> MutexGuard<'static, Vec<PathBuf>> {
    DRAFTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A generation that `CURRENT` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) folder: PathBuf,
    /// What the description hashes to.
    pub(crate) checksum: u64,
}

/// The length of a file and what it hashes to (XXH3, 64 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Bytes.
    pub bytes: u64,
    /// The hash of all of them.
    #[serde(with = "hexadecimal")]
    pub xxh3: u64,
}

/// The files of a generation but for its description, by name.
pub type Sums = BTreeMap<String, Sum>;

/// A number that JSON readers could not hold exactly.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{number:016x}"))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

impl Sum {
    /// Of a file as it is.
    pub(crate) fn of(path: &Path) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        let mut hash = Xxh3::new();
        let mut buffer = vec![0; 1 << 18];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(Self { bytes, xxh3: hash.digest() });
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
        }
    }
}

/// The generation in use.
pub(crate) fn current(dir: &Path) -> Result<Current, Error> {
    let line = match fs::read_to_string(dir.join(CURRENT)) {
        Ok(line) => line,
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound) => {
            return Err(Error::Missing { dir: dir.to_path_buf() });
        }
        Err(error) => return Err(Error::unreadable(dir, error)),
    };
    let named = line.split_once(' ');
    let checksum = named.and_then(|(_, sum)| u64::from_str_radix(sum.trim_end(), 16).ok());
    match (named, checksum) {
        // To the letter: no bit of it may change unnoticed.
        (Some((name, _)), Some(checksum))
            if number(name).is_some() && line == pointer(name, checksum) =>
        {
            Ok(Current { folder: dir.join(name), checksum })
        }
        _ => Err(Error::unreadable(dir, format!("{CURRENT} does not name a generation"))),
    }
}

/// What `CURRENT` holds.
fn pointer(name: &str, checksum: u64) -> String {
    format!("{name} {checksum:016x}\n")
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
    /// Takes the build lock of the index folder (created if need be) and opens a new generation. If
    /// another process has the lock, waits for it or says so.
    pub(crate) fn create(dir: &Path, wait: bool) -> Result<Self, Error> {
        fs::create_dir_all(dir).map_err(Error::io("create the folder", dir))?;
        let lock = lock(dir, wait)?;
        collect(dir);
        let last = generations(dir)?.into_iter().map(|(number, _)| number).max().unwrap_or(0);
        let name = format!("{PREFIX}{:06}", last + 1);
        let folder = dir.join(&name);
        let mut drafts = drafts();
        fs::create_dir(&folder).map_err(Error::io("create the folder", &folder))?;
        drafts.push(folder);
        Ok(Self { dir: dir.to_path_buf(), name, _lock: lock, published: false })
    }

    /// The folder to write into.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.join(&self.name)
    }

    /// The engine says that a thread of its own has failed, and not why. What would stop it from
    /// writing, a full disk for one, stops others too: so it is tried.
    pub(crate) fn cause_of(&self, error: Error) -> Error {
        if !matches!(error, Error::Engine(_)) {
            return error;
        }
        let path = self.folder().join("trial");
        match write_durably(&path, &[0; 1 << 16]) {
            Ok(()) => error,
            Err(cause) => cause,
        }
    }

    /// Gives the draft a file of an earlier generation, which then is a file of both.
    pub(crate) fn share(&self, path: &Path) -> Result<(), Error> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let here = self.folder().join(name);
        // Not every file system can do that.
        fs::hard_link(path, &here)
            .or_else(|_| fs::copy(path, &here).map(drop))
            .map_err(Error::io("share", path))
    }

    /// Waits until every file is on the disk, and sums them up. What is `known` is there already.
    pub(crate) fn seal(&self, known: &Sums) -> Result<Sums, Error> {
        let files = entries(&self.folder())?;
        // A disk writes several at once, and there are two dozen at most.
        thread::scope(|scope| {
            let sums: Vec<_> = files
                .iter()
                .filter(|(name, _)| !name.ends_with(ENGINE_LOCK))
                .map(|(name, path)| (name, scope.spawn(|| sealed(path, known.get(name)))))
                .collect();
            let sums = sums.into_iter().map(|(name, sum)| {
                let sum = sum.join().unwrap_or_else(|panic| resume_unwind(panic));
                Ok((name.clone(), sum?))
            });
            sums.collect()
        })
    }

    /// Makes this generation, with its description, the index in one step and removes the others.
    pub(crate) fn publish(mut self, description: &[u8]) -> Result<(), Error> {
        let folder = self.folder();
        let path = folder.join(DESCRIPTION);
        write_durably(&path, description)?;
        make_readable(&path)?;
        sync_folder(&folder)?;
        // The folder is in the index's by now, whatever happens to what names it.
        sync_folder(&self.dir)?;
        let draft = self.dir.join(format!("{CURRENT}.new"));
        let line = pointer(&self.name, xxh3_64(description));
        write_durably(&draft, line.as_bytes())?;
        let current = self.dir.join(CURRENT);
        let mut drafts = drafts();
        fs::rename(&draft, &current).map_err(Error::io("replace", &current))?;
        self.published = true;
        drafts.retain(|draft| *draft != folder);
        drop(drafts);
        sync_folder(&self.dir)?;
        collect(&self.dir);
        Ok(())
    }
}

/// Brings a file to the disk, for anybody to read, unless it is known, and sums it up.
fn sealed(path: &Path, known: Option<&Sum>) -> Result<Sum, Error> {
    let bytes = fs::metadata(path).map_err(Error::io("look at", path))?.len();
    if let Some(sum) = known.filter(|sum| sum.bytes == bytes) {
        return Ok(*sum);
    }
    make_readable(path)?;
    let file = File::open(path).map_err(Error::io("open", path))?;
    file.sync_all().map_err(Error::io("sync", path))?;
    Sum::of(path).map_err(Error::io("read", path))
}

/// Takes the build lock of an index folder.
///
/// The lock is the system's, on the open file: it goes when its process goes, so it is never stale.
/// The process number is in the file for people to read.
pub(crate) fn lock(dir: &Path, wait: bool) -> Result<File, Error> {
    let path = dir.join(LOCK);
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(Error::io("create", &path))?;
    let mut taken = match wait {
        true => file.lock().map_err(TryLockError::Error),
        false => file.try_lock(),
    };
    // A process that this one is just starting has our files open until it is another program.
    let mut tries = 0..25;
    while matches!(taken, Err(TryLockError::WouldBlock))
        && holder(&mut file) == Some(std::process::id())
        && tries.next().is_some()
    {
        thread::sleep(Duration::from_millis(10));
        taken = file.try_lock();
    }
    match taken {
        Ok(()) => {
            file.set_len(0).map_err(Error::io("write", &path))?;
            writeln!(file, "{}", std::process::id()).map_err(Error::io("write", &path))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            Err(Error::Busy { dir: dir.to_path_buf(), holder: holder(&mut file) })
        }
        Err(TryLockError::Error(source)) => Err(Error::Io { what: "lock", path, source }),
    }
}

/// The process number in a lock's file.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// What lies in an index folder and belongs to no index: left by builds that were killed, or too
/// busy to be removed when their time was over.
pub(crate) fn litter(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let current = match current(dir) {
        Ok(current) => Some(current.folder),
        Err(Error::Missing { .. }) => None,
        // What a damaged pointer pointed to may be all that there is.
        Err(_) => return Ok(Vec::new()),
    };
    let unwanted = entries(dir)?.into_iter().filter(|(name, path)| {
        let ours = name.starts_with(PREFIX) || *name == format!("{CURRENT}.new");
        ours && Some(path) != current.as_ref()
    });
    Ok(unwanted.map(|(_, path)| path).collect())
}

/// Removes the litter, for which the lock must be held. What cannot be removed is the next build's
/// to remove.
pub(crate) fn collect(dir: &Path) {
    for path in litter(dir).unwrap_or_default() {
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// Removes what lies in an index folder and belongs to no index, such as what a killed build left.
///
/// # Errors
///
/// [`Error::Busy`] if another process is building.
pub fn sweep(dir: &Path) -> Result<(), Error> {
    let _lock = lock(dir, false)?;
    collect(dir);
    Ok(())
}

/// Removes what this process has written for generations that are not the index yet. None becomes
/// the index after that, and builds do not return: the process must end.
pub fn abandon() {
    let drafts = drafts();
    for draft in &*drafts {
        // Renamed first: other threads still write into the folder, and find it no more.
        let gone = draft.with_extension("gone");
        let renamed = fs::rename(draft, &gone).is_ok();
        let _ = fs::remove_dir_all(if renamed { &gone } else { draft });
        let _ = fs::remove_file(draft.with_file_name(format!("{CURRENT}.new")));
    }
    std::mem::forget(drafts);
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let folder = self.folder();
            let mut drafts = drafts();
            let _ = fs::remove_dir_all(&folder);
            let _ = fs::remove_file(self.dir.join(format!("{CURRENT}.new")));
            drafts.retain(|draft| *draft != folder);
        }
    }
}

/// Names and paths of what lies in a folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let list = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    list.map(|entry| {
        let entry = entry.map_err(Error::io("list", folder))?;
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.path()))
    })
    .collect()
}

/// Every generation, the one in use among them, with its number.
pub(crate) fn generations(dir: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
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

        let draft = Draft::create(dir.path(), false).unwrap();
        let folder = draft.folder();
        drop(draft);
        assert!(!folder.exists(), "an abandoned draft leaves no litter");

        let draft = Draft::create(dir.path(), false).unwrap();
        let first = draft.folder();
        draft.publish(b"{}").unwrap();
        assert_eq!(current(dir.path()).unwrap().folder, first);

        let draft = Draft::create(dir.path(), false).unwrap();
        let second = draft.folder();
        assert_eq!(
            current(dir.path()).unwrap().folder,
            first,
            "readers see the old one until the swap"
        );
        draft.publish(b"{}").unwrap();
        assert_eq!(current(dir.path()).unwrap().folder, second);
        assert!(!first.exists());
    }

    #[test]
    fn a_second_writer_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let _draft = Draft::create(dir.path(), false).unwrap();
        let this = Some(std::process::id());
        let refused = Draft::create(dir.path(), false);
        assert!(matches!(refused, Err(Error::Busy { holder, .. }) if holder == this));
    }

    #[test]
    fn a_damaged_pointer_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        for line in ["../elsewhere 0123456789abcdef\n", "gen-000001\n", "gen-000001 xyz\n", ""] {
            fs::write(dir.path().join(CURRENT), line).unwrap();
            assert!(matches!(current(dir.path()), Err(Error::Unreadable { .. })), "{line}");
        }
    }

    #[test]
    fn what_died_is_collected() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft::create(dir.path(), false).unwrap();
        std::mem::forget(draft);
        // As after a kill: the lock went with its process.
        fs::remove_file(dir.path().join(LOCK)).unwrap();
        fs::write(dir.path().join("CURRENT.new"), "gen-0").unwrap();
        fs::write(dir.path().join("README.md"), "not ours").unwrap();
        assert_eq!(litter(dir.path()).unwrap().len(), 2);
        Draft::create(dir.path(), false).unwrap().publish(b"{}").unwrap();
        assert_eq!(litter(dir.path()).unwrap(), Vec::<PathBuf>::new());
        assert!(dir.path().join("README.md").exists());
    }
}
