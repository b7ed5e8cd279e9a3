//! The files of a generation that is being written, as the engine sees them.
//!
//! At the end the engine copies the stored records of all segments into one. Mapped, every page that it
//! copies counts as memory of the process: at 200 thousand pages 320 MB. Read, it is a segment at a time.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, WatchCallback, WatchHandle,
    WritePtr,
};
use tantivy::{Directory, HasLen};

/// How the files of stored records end.
const STORE: &str = "store";

/// A folder whose stored records are read, and whose other files are mapped.
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

/// A file that is read where it is asked for.
#[derive(Debug)]
struct Plain {
    file: File,
    length: usize,
}

impl HasLen for Plain {
    fn len(&self) -> usize {
        self.length
    }
}

#[cfg(unix)]
impl FileHandle for Plain {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut bytes = vec![0; range.len()];
        std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut bytes, range.start as u64)?;
        Ok(OwnedBytes::new(bytes))
    }
}

impl Directory for Building {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        #[cfg(unix)]
        if path.extension().is_some_and(|extension| extension == STORE) {
            let failed = |error| OpenReadError::wrap_io_error(error, path.to_path_buf());
            let file = File::open(self.folder.join(path)).map_err(failed)?;
            let length = file.metadata().map_err(failed)?.len() as usize;
            return Ok(Arc::new(Plain { file, length }));
        }
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
