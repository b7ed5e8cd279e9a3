//! What has changed between the files of two builds.

use serde::{Deserialize, Serialize};
use wensou_ingest::{FileEntry, FileStamp};
use xxhash_rust::xxh3::xxh3_64;

/// The files of a build, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileCounts {
    /// All files that the build looked into, and those whose earlier records it kept.
    pub files: u64,
    /// Files that could not be read, whose earlier records were kept.
    pub unreadable: u64,
    /// The changes since the previous index; `None` if there was none, or if it had no table of
    /// files.
    pub changes: Option<FileChanges>,
}

/// The difference between the files of two builds. A file that had no records before and has none
/// now does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileChanges {
    /// Files that the previous index did not have.
    pub added: u64,
    /// Files with other content.
    pub changed: u64,
    /// Files that are gone, or that the roots and options of the build leave out now.
    pub removed: u64,
}

/// A file, as the previous index has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileBefore {
    pub(crate) stamp: FileStamp,
    pub(crate) content_hash: u64,
    pub(crate) has_records: bool,
}

impl FileChanges {
    /// Counts a file if it was added or changed. `before` is the same file in the previous index;
    /// `None` if that index does not have it. The caller counts the files that were removed.
    pub(crate) fn count(&mut self, before: Option<FileBefore>, now: &FileEntry) {
        match before {
            None => self.added += u64::from(now.records > 0),
            Some(before) => {
                let has_records = before.has_records || now.records > 0;
                let is_changed = before.content_hash != now.content_hash;
                self.changed += u64::from(has_records && is_changed);
            }
        }
    }
}

/// The hash of a path, by which the files of two builds are matched.
pub(crate) fn path_hash(path: &str) -> u64 {
    xxh3_64(path.as_bytes())
}
