//! The files of an archive in the order of the walk, stored in a temporary file. Each
//! thread of a pass reads the list once, in order.

use std::io;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::file_table::FileStamp;
use crate::input::FileFormat;
use crate::temporary::front_coding::FrontCoded;
use crate::temporary::record_log::{FinishedLog, LogReader, RecordLog};

/// One file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    /// Path relative to the root, with `/` as separator; article ids are derived from it.
    pub(crate) relative: String,
    pub(crate) format: FileFormat,
    /// Length, modification time and inode of the file.
    pub(crate) stamp: FileStamp,
    /// Whether the file itself is a root.
    pub(crate) is_root: bool,
}

/// How a file's full path is stored.
#[derive(Serialize, Deserialize)]
enum PathOrigin {
    /// The path consists of the root with this number and the relative path.
    BelowRoot(usize),
    /// The path is the one with this number in [`KnownPaths::explicit`], because the file is a
    /// root itself or its path is not UTF-8.
    Explicit(usize),
}

/// A file as stored: its relative path is front-coded against that of the previous file.
#[derive(Serialize, Deserialize)]
struct StoredFile<'a> {
    origin: PathOrigin,
    #[serde(borrow)]
    relative: FrontCoded<'a>,
    format: FileFormat,
    stamp: FileStamp,
}

/// Size in bytes of the buffer of each reading thread.
const READ_BYTES: usize = 1 << 14;

/// Writes the list of files.
pub(crate) struct FileListWriter {
    log: RecordLog,
    roots: Vec<PathBuf>,
    explicit: Vec<PathBuf>,
    /// The relative path of the previous file.
    previous: String,
    count: usize,
    /// Total bytes of the files so far.
    bytes: u64,
}

/// The complete list of files.
pub(crate) struct FileList {
    log: FinishedLog,
    paths: Arc<KnownPaths>,
    count: usize,
    bytes: u64,
}

/// The paths from which the full paths of files are made.
struct KnownPaths {
    roots: Vec<PathBuf>,
    /// Full paths that are stored as they are, see [`PathOrigin::Explicit`].
    explicit: Vec<PathBuf>,
}

impl FileListWriter {
    pub(crate) fn new(roots: &[PathBuf]) -> io::Result<Self> {
        let (explicit, previous) = (Vec::new(), String::new());
        Ok(Self {
            log: RecordLog::new()?,
            roots: roots.to_vec(),
            explicit,
            previous,
            count: 0,
            bytes: 0,
        })
    }

    /// Adds a file found in the root with this number.
    pub(crate) fn push(&mut self, root: usize, source: SourceFile) -> io::Result<()> {
        let SourceFile { path, relative, format, stamp, .. } = source;
        // Compare bytes, because `Path` takes `a//b` and `a/b` for equal.
        let is_below = |root: &PathBuf| full_path(root, &relative).as_os_str() == path.as_os_str();
        let origin = if self.roots.get(root).is_some_and(is_below) {
            PathOrigin::BelowRoot(root)
        } else {
            self.explicit.push(path);
            PathOrigin::Explicit(self.explicit.len() - 1)
        };
        let coded = FrontCoded::new(&self.previous, &relative);
        let stored = StoredFile { origin, relative: coded, format, stamp };
        self.log.push(&postcard::to_stdvec(&stored).map_err(io::Error::other)?)?;
        self.previous = relative;
        self.count += 1;
        self.bytes += stamp.bytes;
        Ok(())
    }

    pub(crate) fn finish(self) -> io::Result<FileList> {
        let Self { log, roots, explicit, count, bytes, .. } = self;
        Ok(FileList {
            log: log.finish()?,
            paths: Arc::new(KnownPaths { roots, explicit }),
            count,
            bytes,
        })
    }
}

impl FileList {
    /// Total bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the archive has only one root.
    pub(crate) fn has_one_root(&self) -> bool {
        self.paths.roots.len() == 1
    }

    /// Iterates over the files; several threads may do so at once.
    pub(crate) fn iter(&self) -> FileListIter {
        let (reader, paths) = (self.log.reader(READ_BYTES), Arc::clone(&self.paths));
        FileListIter {
            reader,
            paths,
            next_offset: 0,
            remaining: self.count,
            relative: String::new(),
        }
    }
}

/// Iterates over a [`FileList`]. Skipping files is cheap.
#[derive(Clone)]
pub(crate) struct FileListIter {
    reader: LogReader,
    paths: Arc<KnownPaths>,
    /// Where the next file begins in the log.
    next_offset: u64,
    /// The number of files that are left.
    remaining: usize,
    /// The relative path of the last file.
    relative: String,
}

impl FileListIter {
    /// Advances to the next file, and restores its relative path.
    fn step(&mut self) -> io::Result<(PathOrigin, FileFormat, FileStamp)> {
        let (record, next_offset) = self.reader.record(self.next_offset)?;
        let StoredFile { origin, relative, format, stamp } =
            postcard::from_bytes(record).map_err(io::Error::other)?;
        relative.restore(&mut self.relative);
        self.next_offset = next_offset;
        self.remaining -= 1;
        Ok((origin, format, stamp))
    }

    /// The next file.
    fn next_source(&mut self) -> io::Result<SourceFile> {
        let (origin, format, stamp) = self.step()?;
        let path = match origin {
            PathOrigin::BelowRoot(root) => {
                self.paths.roots.get(root).map(|root| full_path(root, &self.relative))
            }
            PathOrigin::Explicit(number) => self.paths.explicit.get(number).cloned(),
        };
        let path = path.ok_or(io::ErrorKind::InvalidData)?;
        let is_root = self.paths.roots.contains(&path);
        Ok(SourceFile { path, relative: self.relative.clone(), format, stamp, is_root })
    }
}

impl Iterator for FileListIter {
    type Item = io::Result<SourceFile>;

    fn next(&mut self) -> Option<Self::Item> {
        self.nth(0)
    }

    fn nth(&mut self, skipped: usize) -> Option<Self::Item> {
        let failure = (0..skipped.min(self.remaining)).find_map(|_| self.step().err());
        if self.remaining == 0 {
            return None;
        }
        let source = failure.map_or_else(|| self.next_source(), Err);
        if source.is_err() {
            // Nothing can be read after an error.
            self.remaining = 0;
        }
        Some(source)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
    }
}

impl ExactSizeIterator for FileListIter {}

/// The full path of a file below a root, as the walk spells it.
fn full_path(root: &Path, relative: &str) -> PathBuf {
    // Allocate only once.
    let mut path = PathBuf::with_capacity(root.as_os_str().len() + 1 + relative.len());
    path.push(root);
    if MAIN_SEPARATOR == '/' && !relative.starts_with('/') {
        path.push(relative);
    } else {
        path.extend(relative.split('/'));
    }
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn format(name: &str) -> FileFormat {
        FileFormat::of(name).unwrap_or(FileFormat::PAGE)
    }

    proptest! {
        #[test]
        fn files_are_read_back_as_they_were_written(
            names in prop::collection::vec((0..3_usize, "[ab甲乙]{1,3}(/[ab甲丙]{1,4}){0,3}(\\.html\\.gz|\\.txt|)"), 0..40),
            step in 1..5_usize,
        ) {
            let roots = [PathBuf::from("a/root"), PathBuf::from("."), PathBuf::from("/甲//b/")];
            let file_list: Vec<SourceFile> = names
                .iter()
                .map(|(root, name)| SourceFile {
                    // A name of one byte stands for a root that is itself a file.
                    path: if name.len() == 1 { roots[*root].clone() } else { roots[*root].join(name) },
                    relative: name.clone(),
                    format: format(name),
                    stamp: FileStamp { bytes: name.len() as u64 * 1000, modified: -1, inode: 9 },
                    is_root: name.len() == 1,
                })
                .collect();
            let mut writer = FileListWriter::new(&roots).unwrap();
            for ((root, _), source) in names.iter().zip(&file_list) {
                writer.push(*root, source.clone()).unwrap();
            }
            let list = writer.finish().unwrap();
            prop_assert_eq!(list.iter().len(), file_list.len());
            prop_assert_eq!(list.bytes(), file_list.iter().map(|source| source.stamp.bytes).sum::<u64>());
            let all: Vec<SourceFile> = list.iter().map(Result::unwrap).collect();
            prop_assert_eq!(&all, &file_list);
            // The files are also right if others before them are skipped, as `step_by` does.
            for first in 0..step {
                let some: Vec<SourceFile> =
                    list.iter().skip(first).step_by(step).map(Result::unwrap).collect();
                let wanted: Vec<SourceFile> =
                    file_list.iter().skip(first).step_by(step).cloned().collect();
                prop_assert_eq!(some, wanted);
            }
        }
    }

    #[test]
    fn a_list_that_cannot_be_read_ends_with_its_error() {
        let mut writer = FileListWriter::new(&[PathBuf::from("a")]).unwrap();
        for name in ["b.txt", "c.txt"] {
            let source = SourceFile {
                path: PathBuf::from("a").join(name),
                relative: name.to_owned(),
                format: format(name),
                stamp: FileStamp::default(),
                is_root: false,
            };
            let root = 0;
            writer.push(root, source).unwrap();
        }
        let mut list = writer.finish().unwrap();
        // More files than the list has.
        list.count = 5;
        let read: Vec<bool> = list.iter().map(|source| source.is_ok()).collect();
        assert_eq!(read, [true, true, false]);
        assert!(list.iter().nth(4).is_some_and(|source| source.is_err()));
    }
}
