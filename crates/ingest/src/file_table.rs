//! What a build remembers about each file that it reads, so that the next build can tell what has
//! changed, and can keep what a file contributed while the file cannot be read.

use std::fs::Metadata;
use std::io;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use xxhash_rust::xxh3::xxh3_64;

use crate::temporary::record_log::{FinishedLog, LogReader, RecordLog};

/// Size, modification time and identity of a file, as its metadata state them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileStamp {
    /// Length in bytes.
    pub bytes: u64,
    /// Modification time in nanoseconds since 1970, UTC.
    pub modified: i64,
    /// Inode number; 0 on systems without one.
    pub inode: u64,
}

impl FileStamp {
    /// The stamp of a file with these metadata.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let nanoseconds = match modified.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |n| -n),
        };
        Self { bytes: metadata.len(), modified: nanoseconds, inode: inode(metadata) }
    }

    /// A hash of the stamp.
    pub(crate) fn hash(self) -> u64 {
        let Self { bytes, modified, inode } = self;
        let parts = [bytes.to_le_bytes(), modified.to_le_bytes(), inode.to_le_bytes()];
        xxh3_64(&parts.concat())
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// One file of an archive, as a build found it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path, spelled as in the records.
    pub path: String,
    /// Its metadata, taken before it was read.
    pub stamp: FileStamp,
    /// XXH3 of the file's bytes; of its stamp, if the file or a member of it was skipped for being
    /// too large; 0 if the file could not be read.
    pub content_hash: u64,
    /// Number of its articles plus number of occurrences of flash items in it.
    pub records: u64,
    /// Whether the build could not read it, and kept its earlier entry and records.
    pub unreadable: bool,
    /// What it contributed to the corpus statistics, encoded.
    #[serde(with = "in_one_piece")]
    pub contribution: Vec<u8>,
}

/// The files of a build, in the order of the walk. Files that are kept because their folder cannot
/// be read may come last.
pub struct FileEntries {
    reader: LogReader,
    /// Offset of the next entry.
    next_offset: u64,
    /// Number of entries from that offset on.
    remaining: u64,
}

impl Iterator for FileEntries {
    type Item = io::Result<FileEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.remaining = self.remaining.checked_sub(1)?;
        let mut read = || {
            let (record, next_offset) = self.reader.record(self.next_offset)?;
            self.next_offset = next_offset;
            postcard::from_bytes(record).map_err(io::Error::other)
        };
        Some(read())
    }
}

/// Bytes to read at a time.
const READ_BYTES: usize = 1 << 16;

/// Collects the entries of a build in a temporary file.
pub(crate) struct FileEntryLog {
    log: RecordLog,
    count: u64,
}

impl FileEntryLog {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { log: RecordLog::new()?, count: 0 })
    }

    pub(crate) fn push(&mut self, entry: &FileEntry) -> io::Result<()> {
        // Reserve everything at once: the path and the contribution, which are nearly all of the
        // entry, and 64 bytes for the other fields.
        let capacity = entry.path.len() + entry.contribution.len() + 64;
        let bytes = postcard::to_extend(entry, Vec::with_capacity(capacity));
        self.log.push(&bytes.map_err(io::Error::other)?)?;
        self.count += 1;
        Ok(())
    }

    pub(crate) fn finish(self) -> io::Result<FileEntries> {
        let log: FinishedLog = self.log.finish()?;
        Ok(FileEntries { reader: log.reader(READ_BYTES), next_offset: 0, remaining: self.count })
    }
}

/// What the survey found out about a file, apart from the drafts of its pages.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SurveyedFile {
    /// See [`FileEntry::content_hash`].
    pub(crate) content_hash: u64,
    /// Whether the file, or a part of it, cannot be read for now, see
    /// [`Reason::keeps_records`](crate::Reason::keeps_records).
    pub(crate) refused: bool,
    /// What this file contributed to the corpus statistics, encoded.
    #[serde(with = "in_one_piece")]
    pub(crate) contribution: Vec<u8>,
}

/// Serialises a vector of bytes as one piece, which is faster than byte by byte. The encoding is
/// the same.
mod in_one_piece {
    use std::fmt;

    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        from.deserialize_bytes(Bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_in_order() {
        let entries = ["a", "b"].map(|path| FileEntry {
            path: path.to_owned(),
            stamp: FileStamp { bytes: 3, modified: -5, inode: 7 },
            contribution: vec![1, 2],
            ..FileEntry::default()
        });
        let mut log = FileEntryLog::new().unwrap();
        entries.iter().for_each(|entry| log.push(entry).unwrap());
        let read: Vec<FileEntry> = log.finish().unwrap().map(Result::unwrap).collect();
        assert_eq!(read, entries);
    }
}
