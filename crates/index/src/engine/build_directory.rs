//! The files of a generation that is being written, as tantivy's `Directory`.
//!
//! Segments are merged at the end of a build. If their files were mapped, every part of them that
//! is read would count as memory of the process: 124 MB for an archive of 400 thousand pages, and
//! more for larger ones. So the files are read into small buffers instead, except postings files,
//! which are mapped because merging them needs all their bytes at once. A build seldom reads any:
//! it writes one postings file for all its segments instead of merging several (`plugin`). On
//! systems other than Unix, all files are mapped.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{Directory, HasLen};

use crate::error::Error;

/// The folder of a generation that is being written. It remembers the first failure of the file
/// system, see [`FirstFailure`].
#[derive(Debug, Clone)]
pub(crate) struct BuildDirectory {
    folder: PathBuf,
    /// tantivy's own directory of the same folder. It writes all files and maps postings files.
    mapped: MmapDirectory,
    failure: FirstFailure,
}

impl BuildDirectory {
    pub(crate) fn open(folder: &Path, failure: FirstFailure) -> tantivy::Result<Self> {
        Ok(Self { folder: folder.to_path_buf(), mapped: MmapDirectory::open(folder)?, failure })
    }

    /// Renames a file, and replaces an existing file of the new name.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let [from, to] = [from, to].map(|path| self.folder.join(path));
        let renamed = std::fs::rename(&from, &to);
        renamed.inspect_err(|error| self.failure.remember("rename", &from, error))
    }
}

/// The first error of the file system during a build, if there was one. Clones share it.
///
/// When a thread of tantivy fails, tantivy's error says only that it failed; the first error of the
/// file system is the cause.
///
/// Failures to open, create, read, write, rename and sync files are recorded. Those to delete a
/// file are not, because tantivy ignores them; nor those to look for a file or to take a lock. If a
/// page of a mapped file cannot be read, the system sends a signal instead of an error.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstFailure(Arc<Mutex<Option<Failure>>>);

#[derive(Debug)]
struct Failure {
    /// What was attempted, such as "write".
    what: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FirstFailure {
    /// Records a failure, unless an earlier one is recorded already.
    fn remember(&self, what: &'static str, path: &Path, error: &io::Error) {
        // `io::Error` cannot be cloned, so make one with the same number or the same text.
        let source = match error.raw_os_error() {
            Some(number) => io::Error::from_raw_os_error(number),
            None => io::Error::new(error.kind(), error.to_string()),
        };
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| Failure { what, path: path.to_path_buf(), source });
    }

    /// Replaces tantivy's error by the failure of the file system that caused it, if one was
    /// recorded. Returns any other error as it is.
    pub(crate) fn cause_of(&self, error: Error) -> Error {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (error, first.take()) {
            (Error::Engine(_), Some(Failure { what, path, source })) => {
                Error::Io { what, path, source }
            }
            (error, _) => error,
        }
    }
}

/// A file that is being written. The first failure to write it is recorded in `failure`.
struct FailureRecordingFile {
    file: Box<dyn TerminatingWrite + Send + Sync>,
    path: PathBuf,
    failure: FirstFailure,
}

impl FailureRecordingFile {
    fn record_failure<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.inspect_err(|error| self.failure.remember("write", &self.path, error))
    }
}

impl io::Write for FailureRecordingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let outcome = self.file.write(bytes);
        self.record_failure(outcome)
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = self.file.flush();
        self.record_failure(outcome)
    }
}

impl TerminatingWrite for FailureRecordingFile {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        let outcome = self.file.terminate_ref(token);
        self.record_failure(outcome)
    }
}

/// The size of the buffer, in bytes. Most of tantivy's reads are small, and begin where the
/// previous read ended.
#[cfg(unix)]
const BUFFER: usize = 64 << 10;

/// A file that is read through a buffer. The first failure to read it is recorded in `failure`.
#[cfg(unix)]
#[derive(Debug)]
struct BufferedFile {
    file: File,
    path: PathBuf,
    length: usize,
    buffer: Mutex<Buffer>,
    failure: FirstFailure,
}

/// The bytes that were read last, and their offset in the file.
#[cfg(unix)]
#[derive(Debug, Default)]
struct Buffer {
    start: usize,
    bytes: Vec<u8>,
}

#[cfg(unix)]
impl BufferedFile {
    /// Fills `bytes` with those of the file from the offset `start` on.
    fn read(&self, start: usize, bytes: &mut [u8]) -> io::Result<()> {
        let read = std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, start as u64);
        read.inspect_err(|error| self.failure.remember("read", &self.path, error))
    }
}

#[cfg(unix)]
impl HasLen for BufferedFile {
    fn len(&self) -> usize {
        self.length
    }
}

#[cfg(unix)]
impl FileHandle for BufferedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        // A long range is read without the buffer.
        if range.len() > BUFFER / 4 {
            let mut bytes = vec![0; range.len()];
            self.read(range.start, &mut bytes)?;
            return Ok(OwnedBytes::new(bytes));
        }
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        let Buffer { start, bytes } = &mut *buffer;
        if range.start < *start || range.end > *start + bytes.len() {
            // Empty the buffer before reading, so that it has no old bytes if reading fails.
            let wanted = BUFFER.min(self.length.saturating_sub(range.start)).max(range.len());
            let mut read = vec![0; wanted];
            bytes.clear();
            self.read(range.start, &mut read)?;
            (*start, *bytes) = (range.start, read);
        }
        let in_buffer = range.start - *start..range.end - *start;
        Ok(OwnedBytes::new(bytes[in_buffer].to_vec()))
    }
}

impl Directory for BuildDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let full = self.folder.join(path);
        #[cfg(unix)]
        if path.extension().is_none_or(|extension| extension != super::component::POST) {
            let failed = |error| {
                self.failure.remember("open", &full, &error);
                OpenReadError::wrap_io_error(error, path.to_path_buf())
            };
            let file = File::open(&full).map_err(failed)?;
            let length = file.metadata().map_err(failed)?.len() as usize;
            let (buffer, failure) = (Mutex::default(), self.failure.clone());
            return Ok(Arc::new(BufferedFile { file, path: full, length, buffer, failure }));
        }
        self.mapped.get_file_handle(path).inspect_err(|error| {
            if let OpenReadError::IoError { io_error, .. } = error {
                self.failure.remember("open", &full, io_error);
            }
        })
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.mapped.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let full = self.folder.join(path);
        let opened = self.mapped.open_write(path).inspect_err(|error| {
            if let OpenWriteError::IoError { io_error, .. } = error {
                self.failure.remember("create", &full, io_error);
            }
        })?;
        let failure = self.failure.clone();
        let file = opened.into_inner().map_err(|error| {
            OpenWriteError::wrap_io_error(error.into_error(), path.to_path_buf())
        })?;
        Ok(WritePtr::new(Box::new(FailureRecordingFile { file, path: full, failure })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.mapped.atomic_read(path).inspect_err(|error| {
            if let OpenReadError::IoError { io_error, .. } = error {
                self.failure.remember("read", &self.folder.join(path), io_error);
            }
        })
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let written = self.mapped.atomic_write(path, data);
        written.inspect_err(|error| self.failure.remember("write", &self.folder.join(path), error))
    }

    fn sync_directory(&self) -> io::Result<()> {
        let synced = self.mapped.sync_directory();
        synced.inspect_err(|error| self.failure.remember("sync", &self.folder, error))
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.mapped.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mapped.watch(callback)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use tantivy::TantivyError;

    use super::*;

    #[test]
    fn a_failure_to_read_a_file_is_the_cause_of_an_error_of_tantivy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.store");
        std::fs::write(&path, [7_u8; 100]).unwrap();
        let failure = FirstFailure::default();
        let directory = BuildDirectory::open(folder.path(), failure.clone()).unwrap();
        let file = directory.get_file_handle(Path::new("a.store")).unwrap();
        // The file is cut short after it was opened.
        std::fs::write(&path, [7_u8; 10]).unwrap();
        assert!(file.read_bytes(0..100).is_err());
        let failed = Error::Engine(TantivyError::InternalError("a thread failed".to_owned()));
        let cause = failure.cause_of(failed);
        let is_named =
            matches!(&cause, Error::Io { what: "read", path: named, .. } if *named == path);
        assert!(is_named, "{cause:?}");
    }
}
