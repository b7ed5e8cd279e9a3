//! The files of a finished generation, as tantivy sees them: nothing is written, nothing is locked,
//! and only the files that the description lists are there, with the lengths that it states.
//!
//! tantivy makes a lock file wherever it opens an index, against files that vanish meanwhile. In a
//! generation none does, and an index in a folder that may only be read must open, too.
//!
//! Files of up to 1 MiB are verified when they are opened. Large ones are mapped, see [`Mapping`],
//! and not verified: to hash them would cost more than a search.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, OwnedBytes, WatchCallback, WatchHandle, WritePtr,
};

use crate::generation::{Folder, Sum, Sums};
use crate::mapping::Mapping;

/// Bytes of a file that is verified when it is opened, at most: hashing so many takes 0.1 ms.
const VERIFIED: u64 = 1 << 20;
/// Bytes of a file that is read rather than mapped, at most: a copy of so few costs less than a
/// mapping.
const READ: u64 = 16 << 10;
/// Bytes of the files that tantivy reads whole, its lists of files, at most.
const WHOLE: u64 = 16 << 20;

/// A generation that is only read. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct GenerationDirectory {
    folder: Arc<Folder>,
    /// The files that there are, as they were written.
    sums: Arc<Sums>,
}

impl GenerationDirectory {
    /// The files of an intact generation.
    pub(crate) fn new(folder: Folder, sums: Sums) -> Self {
        Self { folder: Arc::new(folder), sums: Arc::new(sums) }
    }

    /// The folder that it reads from.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Opens a file and looks whether it can be what was written.
    fn open(&self, path: &Path) -> io::Result<OwnedBytes> {
        let name = path.to_str().ok_or(io::ErrorKind::InvalidInput)?;
        let sum = self.sums.get(name).ok_or(io::ErrorKind::NotFound)?;
        let (mut file, length) = self.folder.file(name)?;
        if length != sum.bytes {
            return Err(damaged(format!("{name} has {length} bytes, not {}", sum.bytes)));
        }
        let path = self.folder.path_of(name);
        let bytes = if length <= READ {
            let mut bytes = Vec::with_capacity(length as usize);
            Read::by_ref(&mut file).take(READ).read_to_end(&mut bytes)?;
            OwnedBytes::new(bytes)
        } else if length <= VERIFIED {
            OwnedBytes::new(Mapping::populated(&file, &path)?)
        } else {
            return Ok(OwnedBytes::new(Mapping::new(&file, &path)?));
        };
        let found = Sum { bytes: bytes.len() as u64, xxh3: xxhash_rust::xxh3::xxh3_64(&bytes) };
        match found != *sum {
            true => Err(damaged(format!("{name} is not as it was written"))),
            false => Ok(bytes),
        }
    }
}

fn damaged(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "a finished generation is only read")
}

impl Directory for GenerationDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        match self.open(path) {
            Ok(bytes) => Ok(Arc::new(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(OpenReadError::FileDoesNotExist(path.to_path_buf()))
            }
            Err(error) => Err(OpenReadError::wrap_io_error(error, path.to_path_buf())),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(path.to_str().is_some_and(|name| self.sums.contains_key(name)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let failed = |error| OpenReadError::wrap_io_error(error, path.to_path_buf());
        let name = path.to_str().filter(|name| self.sums.contains_key(*name));
        let name = name.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_path_buf()))?;
        let bytes = self.folder.read(name, WHOLE).map_err(failed)?;
        let found = Sum { bytes: bytes.len() as u64, xxh3: xxhash_rust::xxh3::xxh3_64(&bytes) };
        match self.sums.get(name) != Some(&found) {
            true => Err(failed(damaged(format!("{name} is not as it was written")))),
            false => Ok(bytes),
        }
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(refused()), filepath: path.to_path_buf() })
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), path.to_path_buf()))
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(refused())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
