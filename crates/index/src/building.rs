//! The files of a generation that is being written, as the engine sees them.
//!
//! At the end the engine makes one segment of all. Mapped, every page of the files that it reads counts as memory of
//! the process: at 400 thousand pages 124 MB, and more with more. Read, it is what is at hand.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, WatchCallback, WatchHandle,
    WritePtr,
};
use tantivy::{Directory, HasLen};

/// A folder whose files are read and not mapped.
#[derive(Debug, Clone)]
pub(crate) struct Building {
    folder: PathBuf,
    mapped: MmapDirectory,
}

impl Building {
    pub(crate) fn open(folder: &Path) -> tantivy::Result<Self> {
        Ok(Self { folder: folder.to_path_buf(), mapped: MmapDirectory::open(folder)? })
    }
}

/// Bytes that are read at once: most of what is asked for is small, and stands behind what was asked for before.
#[cfg(unix)]
const WINDOW: usize = 64 << 10;

/// A file that is read where it is asked for.
#[cfg(unix)]
#[derive(Debug)]
struct Plain {
    file: File,
    length: usize,
    window: Mutex<Window>,
}

/// The bytes that were read last, and where they stand.
#[cfg(unix)]
#[derive(Debug, Default)]
struct Window {
    start: usize,
    bytes: Vec<u8>,
}

#[cfg(unix)]
impl Plain {
    fn read(&self, start: usize, bytes: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, start as u64)
    }
}

#[cfg(unix)]
impl HasLen for Plain {
    fn len(&self) -> usize {
        self.length
    }
}

#[cfg(unix)]
impl FileHandle for Plain {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.len() > WINDOW / 4 {
            let mut bytes = vec![0; range.len()];
            self.read(range.start, &mut bytes)?;
            return Ok(OwnedBytes::new(bytes));
        }
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let Window { start, bytes } = &mut *window;
        if range.start < *start || range.end > *start + bytes.len() {
            // Should reading fail, the window has nothing.
            let wanted = WINDOW.min(self.length.saturating_sub(range.start)).max(range.len());
            let mut read = vec![0; wanted];
            bytes.clear();
            self.read(range.start, &mut read)?;
            (*start, *bytes) = (range.start, read);
        }
        let here = range.start - *start..range.end - *start;
        Ok(OwnedBytes::new(bytes[here].to_vec()))
    }
}

impl Directory for Building {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        #[cfg(unix)]
        {
            let failed = |error| OpenReadError::wrap_io_error(error, path.to_path_buf());
            let file = File::open(self.folder.join(path)).map_err(failed)?;
            let length = file.metadata().map_err(failed)?.len() as usize;
            Ok(Arc::new(Plain { file, length, window: Mutex::default() }))
        }
        #[cfg(not(unix))]
        self.mapped.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.mapped.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.mapped.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.mapped.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.mapped.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.mapped.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.mapped.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mapped.watch(callback)
    }
}
