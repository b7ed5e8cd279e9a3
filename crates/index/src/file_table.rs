//! `files`: the table of the files of an archive, with what each contributed to the corpus
//! statistics.
//!
//! The next build compares its files with this table, and takes from it what an unreadable file
//! contributed. A search looks up the files of the hits that it shows, so the table is in blocks
//! that are read one by one. Each block has two parts, because a search never needs the
//! contributions.
//!
//! ```text
//! block = entries | contributions
//! ```
//!
//! Entries and contributions are each a [part](crate::parts) of the file. A block has consecutive
//! files of the walk, in the order of [`sort_key`]. The ranges of blocks can overlap: files of a
//! folder that cannot be read come last, with the entries that the previous table had of them.

use std::io;

use serde::{Deserialize, Serialize};
use wensou_ingest::{FileEntry, FileStamp};

use crate::files::{FILES, Folder};
use crate::parts::{Magic, Part, Parts, PartsFile, PartsWriter, damaged};

const MAGIC: &Magic = b"WSFILES1";
/// The maximum number of files in a block. For each hit that it shows, a search reads all entries
/// of one block, which takes 20 µs.
const BLOCK_FILES: usize = 256;
/// A block ends once its contributions have more than this many bytes. So at most one of them, the
/// last one, can be larger than this by itself, such as that of a large dump.
const BLOCK_BYTES: usize = 4 << 20;

/// A path in a form that sorts in the order of the walk: `a/b` before `a.txt`. It keeps the whole
/// path of a member of a container, which `wensou_ingest::walk_key` does not.
pub(crate) fn sort_key(path: &str) -> String {
    path.trim_end_matches('/').replace('/', "\0")
}

/// Whether `path` is the file or folder `folder`, a file below it, or a member of it
/// (`archive.zip!/page.txt`). Both are [`sort_key`]s.
pub(crate) fn is_under(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|remaining| {
        remaining.is_empty()
            || folder.is_empty()
            || remaining.starts_with('\0')
            || remaining.starts_with("!\0")
    })
}

/// A block, as the directory at the end of the file lists it.
#[derive(Debug, Serialize, Deserialize)]
struct Block {
    /// The [`sort_key`] of its first file.
    first: String,
    /// The [`sort_key`] of its last file.
    last: String,
    entries: Part,
    contributions: Part,
}

/// An entry as stored; its contribution is in the other part of the block.
#[derive(Debug, Serialize, Deserialize)]
struct StoredEntry {
    path: String,
    stamp: FileStamp,
    content_hash: u64,
    records: u64,
    unreadable: bool,
}

/// Writes the table.
pub(crate) struct FileTableWriter {
    parts: PartsWriter,
    /// The blocks that are written already.
    blocks: Vec<Block>,
    /// The entries of the current block.
    entries: Vec<StoredEntry>,
    /// The contributions of the same files.
    contributions: Vec<Vec<u8>>,
    /// The size of these contributions in bytes.
    contribution_bytes: usize,
    /// The [`sort_key`] of the last file of the current block; empty if the block is empty.
    last: String,
}

impl FileTableWriter {
    pub(crate) fn create(folder: &Folder) -> io::Result<Self> {
        Ok(Self {
            parts: PartsWriter::create(folder, FILES)?,
            blocks: Vec::new(),
            entries: Vec::new(),
            contributions: Vec::new(),
            contribution_bytes: 0,
            last: String::new(),
        })
    }

    /// Adds the entry of the next file.
    pub(crate) fn push(&mut self, entry: FileEntry) -> io::Result<()> {
        let key = sort_key(&entry.path);
        let FileEntry { path, stamp, content_hash, records, unreadable, contribution } = entry;
        let is_full = self.entries.len() == BLOCK_FILES || self.contribution_bytes > BLOCK_BYTES;
        if is_full || key < self.last {
            self.end_block()?;
        }
        self.contribution_bytes += contribution.len();
        self.contributions.push(contribution);
        self.entries.push(StoredEntry { path, stamp, content_hash, records, unreadable });
        self.last = key;
        Ok(())
    }

    /// Writes the current block, unless it is empty, and begins the next one.
    fn end_block(&mut self) -> io::Result<()> {
        let (entries, contributions) =
            (std::mem::take(&mut self.entries), std::mem::take(&mut self.contributions));
        self.contribution_bytes = 0;
        let Some(first) = entries.first().map(|entry| sort_key(&entry.path)) else {
            return Ok(());
        };
        let last = std::mem::take(&mut self.last);
        let (entries, contributions) =
            (self.parts.push(&entries)?, self.parts.push(&contributions)?);
        self.blocks.push(Block { first, last, entries, contributions });
        Ok(())
    }

    /// Writes the directory and ends the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.end_block()?;
        self.parts.finish(&self.blocks, MAGIC)
    }
}

/// Reads the table. Every part is compared with its checksum.
#[derive(Debug)]
pub(crate) struct FileTable {
    parts: Parts,
    blocks: Vec<Block>,
}

impl FileTable {
    /// Opens the table of a generation.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] if the generation has none, and
    /// [`io::ErrorKind::InvalidData`] if it is damaged.
    pub(crate) fn open(generation: &Folder) -> io::Result<Self> {
        Self::of(PartsFile::open(generation, FILES)?)
    }

    /// The table in an open file.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] if the file is damaged.
    pub(crate) fn of(file: PartsFile) -> io::Result<Self> {
        let (parts, blocks) = Parts::of(file, MAGIC)?;
        Ok(Self { parts, blocks })
    }

    /// The entry of a file, without its contribution.
    pub(crate) fn entry(&self, path: &str) -> io::Result<Option<FileEntry>> {
        let key = sort_key(path);
        for block in self.blocks.iter().filter(|block| block.first <= key && key <= block.last) {
            let entries: Vec<StoredEntry> = self.parts.read(block.entries)?;
            if let Some(entry) = entries.into_iter().find(|entry| sort_key(&entry.path) == key) {
                return Ok(Some(entry.into_entry(Vec::new())));
            }
        }
        Ok(None)
    }

    /// The entry of a file, or the entries of all files below a folder, with their contributions.
    /// Entries come in the order of the table, which is that of the walk, except that files of an
    /// unreadable folder may come last.
    pub(crate) fn entries_under(&self, path: &str) -> io::Result<Vec<FileEntry>> {
        let folder = sort_key(path);
        let mut found = Vec::new();
        let may_have_files = |block: &&Block| {
            block.last >= folder && (block.first <= folder || block.first.starts_with(&folder))
        };
        for block in self.blocks.iter().filter(may_have_files) {
            let entries: Vec<StoredEntry> = self.parts.read(block.entries)?;
            if !entries.iter().any(|entry| is_under(&sort_key(&entry.path), &folder)) {
                continue;
            }
            let contributions: Vec<Vec<u8>> = self.parts.read(block.contributions)?;
            for (entry, contribution) in entries.into_iter().zip(contributions) {
                if is_under(&sort_key(&entry.path), &folder) {
                    found.push(entry.into_entry(contribution));
                }
            }
        }
        Ok(found)
    }

    /// Reads every part, and fails if any of them is damaged or the directory does not fit them.
    /// Returns the number of files.
    pub(crate) fn verify(&self) -> io::Result<u64> {
        let mut files = 0;
        for block in &self.blocks {
            let entries: Vec<StoredEntry> = self.parts.read(block.entries)?;
            let contributions: Vec<Vec<u8>> = self.parts.read(block.contributions)?;
            let key = |entry: Option<&StoredEntry>| entry.map(|entry| sort_key(&entry.path));
            let bounds = (key(entries.first()), key(entries.last()));
            if entries.len() != contributions.len()
                || bounds != (Some(block.first.clone()), Some(block.last.clone()))
            {
                return Err(damaged(FILES));
            }
            files += entries.len() as u64;
        }
        Ok(files)
    }

    /// Calls `each` with every entry, without contributions.
    pub(crate) fn for_each(&self, mut each: impl FnMut(FileEntry)) -> io::Result<()> {
        for block in &self.blocks {
            let entries: Vec<StoredEntry> = self.parts.read(block.entries)?;
            entries.into_iter().for_each(|entry| each(entry.into_entry(Vec::new())));
        }
        Ok(())
    }
}

impl StoredEntry {
    fn into_entry(self, contribution: Vec<u8>) -> FileEntry {
        let Self { path, stamp, content_hash, records, unreadable } = self;
        FileEntry { path, stamp, content_hash, records, unreadable, contribution }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: usize) -> FileEntry {
        FileEntry {
            path: format!("pages/{:03}/{number:04}.txt", number / 100),
            stamp: FileStamp { bytes: number as u64, modified: -1, inode: 3 },
            content_hash: number as u64 * 7,
            records: 2,
            unreadable: number.is_multiple_of(9),
            contribution: vec![number as u8; number % 5],
        }
    }

    fn table(entries: &[FileEntry]) -> (tempfile::TempDir, FileTable) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut writer = FileTableWriter::create(&folder).unwrap();
        entries.iter().for_each(|entry| writer.push(entry.clone()).unwrap());
        writer.finish().unwrap();
        let table = FileTable::open(&folder).unwrap();
        (dir, table)
    }

    #[test]
    fn files_are_found_by_path_and_by_folder() {
        // The last files are out of order, as those of an unreadable folder may be.
        let numbers: Vec<usize> = (100..1000).chain(20..60).collect();
        let entries: Vec<FileEntry> = numbers.iter().map(|number| entry(*number)).collect();
        let (_dir, table) = table(&entries);
        for wanted in &entries {
            let found = table.entry(&wanted.path).unwrap().unwrap();
            assert_eq!(found, FileEntry { contribution: Vec::new(), ..wanted.clone() });
        }
        assert_eq!(table.entry("pages/000/0001.txt").unwrap(), None);
        for (folder, wanted) in
            [("pages", 0..1000_usize), ("pages/000", 0..100), ("pages/004/", 400..500)]
        {
            let found = table.entries_under(folder).unwrap();
            let wanted: Vec<FileEntry> = numbers
                .iter()
                .filter(|number| wanted.contains(*number))
                .map(|number| entry(*number))
                .collect();
            assert_eq!(found, wanted, "{folder}");
        }
        assert_eq!(table.entries_under("pages/002/0203.txt").unwrap(), [entry(203)]);
        assert_eq!(table.entries_under("page").unwrap(), []);
        let mut count = 0;
        table.for_each(|_| count += 1).unwrap();
        assert_eq!(count, entries.len());
    }

    #[test]
    fn a_folder_contains_paths_that_start_with_its_whole_name() {
        let under = |path: &str, folder: &str| is_under(&sort_key(path), &sort_key(folder));
        for path in ["a/b", "a/b/c.txt", "a/b!/c.txt"] {
            assert!(under(path, "a/b"), "{path}");
            assert!(under(path, "a/b/"), "{path}");
        }
        for path in ["a/bc", "a", "a/b.txt", "a/b!c"] {
            assert!(!under(path, "a/b"), "{path}");
        }
    }

    #[test]
    fn an_empty_table_has_no_files() {
        let (_dir, table) = table(&[]);
        assert_eq!(table.entry("a").unwrap(), None);
    }

    #[test]
    fn a_flipped_bit_never_gives_other_entries() {
        let entries: Vec<FileEntry> = (0..300).map(entry).collect();
        let (dir, _) = table(&entries);
        let path = dir.path().join(FILES);
        let bytes = std::fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(7) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            std::fs::write(&path, &damaged).unwrap();
            let read = || {
                let table = FileTable::open(&Folder::open(dir.path()).unwrap())?;
                table.entries_under("pages")
            };
            match read() {
                Err(_) => {}
                Ok(found) => assert_eq!(found, entries, "byte {at}"),
            }
        }
    }
}
