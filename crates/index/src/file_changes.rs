//! What has changed between the files of two builds.

use serde::{Deserialize, Serialize};
use wensou_ingest::{FileEntry, FileStamp};
use xxhash_rust::xxh3::xxh3_64;

/// The files of a build, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileCounts {
    /// All files that the build looked into or kept.
    pub files: u64,
    /// Files that could not be read, whose earlier records were kept.
    pub unreadable: u64,
    /// Compared with the index before; `None` if there was none, or if it had no table of files.
    pub changes: Option<FileChanges>,
}

/// The difference between the files of two builds. Files without records, before and after, do not
/// count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileChanges {
    /// Files that the index before did not have.
    pub added: u64,
    /// Files with other content.
    pub changed: u64,
    /// Files that are gone, or no longer covered.
    pub removed: u64,
}

/// A file of the index before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileBefore {
    pub(crate) stamp: FileStamp,
    pub(crate) content_hash: u64,
    pub(crate) has_records: bool,
}

impl FileChanges {
    /// Compares a file with the same file of the index before, if that has it.
    pub(crate) fn note(&mut self, before: Option<FileBefore>, now: &FileEntry) {
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

/// The hash by which the files of two builds are matched.
pub(crate) fn path_hash(path: &str) -> u64 {
    xxh3_64(path.as_bytes())
}
