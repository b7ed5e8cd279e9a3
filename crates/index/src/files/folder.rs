//! An open folder. Its files are opened by plain names, relative to its handle, and links are not
//! followed.
//!
//! An index folder may come from anybody. A name in it can be a link to another folder, a pipe
//! without a writer or a device without an end. So every file of an index is opened relative to the
//! handle of its folder, must be a regular file, and is read only up to a stated length.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use super::names::is_plain_name;
use crate::error::Error;

/// The kind of an entry of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Folder,
    /// A link, pipe, socket or device. wensou makes none of these.
    Other,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: EntryKind,
}

/// An open folder. It stays the same folder if its path is renamed or replaced.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: Dir,
    /// The path that the folder was opened by, for messages only.
    path: PathBuf,
}

impl Folder {
    /// Opens the folder at `path`. Links are followed, because the user gave the path.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        Ok(Self { dir, path: path.to_path_buf() })
    }

    /// Opens an index folder for reading.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is no such folder, [`Error::Denied`] if this user may not read
    /// it, and [`Error::Unreadable`] if it cannot be opened for another reason.
    pub(crate) fn of_index(dir: &Path) -> Result<Self, Error> {
        Self::open(dir).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::Missing { dir: dir.to_path_buf() },
            _ => Error::unopened(dir, ".", &error),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of an entry of this folder, for messages.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { dir: self.dir.try_clone()?, path: self.path.clone() })
    }

    /// Opens a folder that is in this one. A link is an error.
    pub(crate) fn folder(&self, name: &str) -> io::Result<Self> {
        check_plain(name)?;
        Ok(Self { dir: self.dir.open_dir_nofollow(name)?, path: self.path_of(name) })
    }

    /// Opens a regular file for reading, and returns it with its length. Links, pipes and devices
    /// are errors; opening never blocks.
    pub(crate) fn file(&self, name: &str) -> io::Result<(File, u64)> {
        self.open_regular(name, OpenOptions::new().read(true))
    }

    /// Opens an existing regular file for reading and writing.
    pub(crate) fn file_to_write(&self, name: &str) -> io::Result<File> {
        let (file, _) = self.open_regular(name, OpenOptions::new().read(true).write(true))?;
        Ok(file)
    }

    /// Opens a regular file with these options, and returns it with its length.
    fn open_regular(&self, name: &str, options: &mut OpenOptions) -> io::Result<(File, u64)> {
        check_plain(name)?;
        let options = options.follow(FollowSymlinks::No).nonblock(true);
        let file = match self.dir.open_with(name, options) {
            Ok(file) => file.into_std(),
            // Operating systems report a link that is not followed in different ways.
            Err(_) if self.kind(name).is_some_and(|kind| kind != EntryKind::File) => {
                return Err(not_regular());
            }
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        match metadata.is_file() {
            true => Ok((file, metadata.len())),
            false => Err(not_regular()),
        }
    }

    /// Reads a whole regular file. A file of more than `limit` bytes is an error.
    pub(crate) fn read(&self, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        let check_limit = |length: u64| -> io::Result<()> {
            if length <= limit {
                return Ok(());
            }
            let what = format!("has more than the {limit} bytes allowed");
            Err(io::Error::new(io::ErrorKind::InvalidData, what))
        };
        let (file, length) = self.file(name)?;
        check_limit(length)?;
        let mut bytes = Vec::with_capacity(length as usize);
        // The file may grow while it is read, so read one byte more than is allowed.
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        check_limit(bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Creates a file for reading and writing. An existing entry of this name is an error.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        check_plain(name)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).follow(FollowSymlinks::No);
        Ok(self.dir.open_with(name, &options)?.into_std())
    }

    /// Creates a file with this content, and waits until it is on the disk.
    pub(crate) fn write_durably(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.create(name)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Creates a folder and opens it. If it cannot be opened, it is removed again.
    pub(crate) fn create_folder(&self, name: &str) -> io::Result<Self> {
        check_plain(name)?;
        self.dir.create_dir(name)?;
        self.folder(name).inspect_err(|_| {
            let _ = self.dir.remove_dir(name);
        })
    }

    /// Makes a hard link to a file of this folder in the folder `to`, under the same name.
    pub(crate) fn hard_link(&self, name: &str, to: &Folder) -> io::Result<()> {
        check_plain(name)?;
        self.dir.hard_link(name, &to.dir, name)
    }

    /// Moves a file or folder of this folder into `to` under the name `new`, atomically. An
    /// existing file of that name is replaced.
    pub(crate) fn rename(&self, name: &str, to: &Folder, new: &str) -> io::Result<()> {
        check_plain(name)?;
        check_plain(new)?;
        self.dir.rename(name, &to.dir, new)
    }

    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        check_plain(name)?;
        self.dir.remove_file(name)
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&self, name: &str) -> io::Result<()> {
        check_plain(name)?;
        self.dir.remove_dir(name)
    }

    /// The kind of an entry, without following a link; `None` if there is none of this name.
    pub(crate) fn kind(&self, name: &str) -> Option<EntryKind> {
        check_plain(name).ok()?;
        Some(kind_of(self.dir.symlink_metadata(name).ok()?.file_type()))
    }

    /// All entries, in the order of names. Names that are not UTF-8 appear with replacement
    /// characters; wensou makes no such names.
    pub(crate) fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in self.dir.entries()? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push(Entry { name, kind: kind_of(entry.file_type()?) });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Waits until the entries of the folder are on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        // Only Unix can sync a folder.
        if cfg!(unix) { self.dir.open(".")?.sync_all() } else { Ok(()) }
    }

    /// Lets everybody who may read the folder also read `file`, which is in it. tantivy creates
    /// some files that only their owner may read.
    pub(crate) fn make_readable(&self, file: &File) -> io::Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;

            // cap-std has a type of its own for permissions, so its own trait reads the mode.
            let mode = cap_std::fs::PermissionsExt::mode(&self.dir.dir_metadata()?.permissions());
            // Copy only the read bits: the execute bits of a folder make no sense for a file.
            file.set_permissions(std::fs::Permissions::from_mode(0o600 | (mode & 0o044)))?;
        }
        #[cfg(not(unix))]
        let _ = file;
        Ok(())
    }
}

fn kind_of(kind: cap_std::fs::FileType) -> EntryKind {
    if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Folder
    } else {
        EntryKind::Other
    }
}

/// The error for an entry that is opened as a file and is none.
fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file")
}

/// Fails unless a name is plain, see [`is_plain_name`].
fn check_plain(name: &str) -> io::Result<()> {
    if is_plain_name(name) {
        return Ok(());
    }
    let what = format!("`{}` is not a plain file name", name.escape_debug());
    Err(io::Error::new(io::ErrorKind::InvalidInput, what))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_of_the_folder_itself_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("ix")).unwrap();
        fs::write(at("secret"), "secret").unwrap();
        symlink("../secret", at("ix/link")).unwrap();
        symlink(dir.path(), at("ix/gen-000001")).unwrap();
        symlink("/dev/zero", at("ix/zero")).unwrap();
        fs::create_dir(at("ix/folder")).unwrap();
        fs::write(at("ix/long"), "0123456789").unwrap();
        let status = std::process::Command::new("mkfifo").arg(at("ix/pipe")).status();
        assert!(status.is_ok_and(|status| status.success()));

        let folder = Folder::open(&at("ix")).unwrap();
        for name in ["link", "zero", "pipe", "folder", "../secret", "", ".", "..", "a/b", "a\0b"] {
            assert!(folder.read(name, 1 << 20).is_err(), "{name:?}");
            assert!(folder.create(name).is_err(), "{name:?}");
            assert!(folder.file_to_write(name).is_err(), "{name:?}");
        }
        assert!(folder.create(at("secret").to_str().unwrap()).is_err());
        assert!(folder.folder("gen-000001").is_err(), "a folder behind a link");
        assert!(folder.read("long", 9).is_err());
        assert_eq!(folder.read("long", 10).unwrap(), b"0123456789");
        assert_eq!(fs::read(at("secret")).unwrap(), b"secret");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_longer_than_it_said_is_read_only_up_to_the_limit() {
        // Files of /proc say that they have no bytes.
        let folder = Folder::open(Path::new("/proc/self")).unwrap();
        assert_eq!(folder.file("status").unwrap().1, 0);
        assert!(folder.read("status", 10).is_err());
        assert!(folder.read("status", 1 << 20).unwrap().len() > 10);
    }
}
