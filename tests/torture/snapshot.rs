//! Snapshots of a folder with contents, permissions and times, and the differences from a later
//! state.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The length, in bytes, up to which the content of a file is compared. Of longer files, only the
/// metadata is compared.
const MAX_COMPARED_LENGTH: u64 = 4 << 20;

/// A file, folder, link or other entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Type and permissions.
    mode: u32,
    inode: u64,
    length: u64,
    /// The time of the last change of the content, in seconds and nanoseconds.
    modified: (i64, i64),
    /// The time of the last change of content or metadata (a rename, a new hard link, other
    /// permissions), in seconds and nanoseconds.
    changed: (i64, i64),
    /// The content of a file of at most [`MAX_COMPARED_LENGTH`], or the target of a link; empty for
    /// anything else.
    content: Vec<u8>,
}

/// A folder and everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot(BTreeMap<PathBuf, Entry>);

impl Snapshot {
    /// The present state of a folder, or of a single file.
    pub(super) fn of(folder: &Path) -> Self {
        let mut entries = BTreeMap::new();
        add(folder, &mut entries);
        Self(entries)
    }

    /// Keeps the paths that `wanted` selects.
    pub(super) fn retain(&mut self, wanted: impl Fn(&Path) -> bool) {
        self.0.retain(|path, _| wanted(path));
    }

    /// Adds the entries of another snapshot.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// A message for each entry of this snapshot that has changed since. New entries in folders are
    /// allowed, so the times of folders may differ.
    pub(super) fn changes(&self) -> Vec<String> {
        self.0
            .iter()
            .filter_map(|(path, before)| change_since(path, before, FolderTimes::Ignored))
            .collect()
    }

    /// A message for each difference of `folder` from this snapshot, an earlier state of the same
    /// folder. New entries count as differences, too.
    pub(super) fn differences(&self, folder: &Path) -> Vec<String> {
        let now = Self::of(folder);
        let added = now.0.keys().filter(|path| !self.0.contains_key(*path));
        let added = added.map(|path| format!("{} was added", path.display()));
        let changed = self
            .0
            .iter()
            .filter_map(|(path, before)| change_since(path, before, FolderTimes::Compared));
        changed.chain(added).collect()
    }
}

/// Adds an entry and everything below it.
fn add(path: &Path, to: &mut BTreeMap<PathBuf, Entry>) {
    let Some(entry) = entry_at(path) else { return };
    to.insert(path.to_path_buf(), entry);
    if let (true, Ok(list)) = (is_folder(path), fs::read_dir(path)) {
        list.for_each(|entry| add(&entry.unwrap().path(), to));
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn entry_at(path: &Path) -> Option<Entry> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let kind = metadata.file_type();
    let content = match () {
        () if kind.is_symlink() => {
            fs::read_link(path).unwrap().into_os_string().into_encoded_bytes()
        }
        () if kind.is_fifo() || kind.is_dir() || kind.is_socket() => Vec::new(),
        () if kind.is_file() && metadata.len() <= MAX_COMPARED_LENGTH => {
            fs::read(path).unwrap_or_default()
        }
        () => Vec::new(),
    };
    Some(Entry {
        mode: metadata.mode(),
        inode: metadata.ino(),
        length: if kind.is_dir() { 0 } else { metadata.len() },
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
        content,
    })
}

/// Whether the times of folders are compared. They change with every new entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FolderTimes {
    Ignored,
    Compared,
}

/// How an entry has changed since it was as in `before`; `None` if it has not.
fn change_since(path: &Path, before: &Entry, folder_times: FolderTimes) -> Option<String> {
    let name = path.display();
    let Some(now) = entry_at(path) else { return Some(format!("{name} is gone")) };
    let folder = is_folder(path);
    let what = match () {
        () if now.inode != before.inode => "is another file",
        () if now.mode != before.mode => "has other permissions",
        () if now.content != before.content || now.length != before.length => "has other content",
        () if folder && folder_times == FolderTimes::Ignored => return None,
        () if now.modified != before.modified => "has another time of modification",
        () if now.changed != before.changed => "was renamed, linked or given other permissions",
        () => return None,
    };
    Some(format!("{name} {what}"))
}
