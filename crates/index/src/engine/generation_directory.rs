//! The files of a finished generation, as tantivy's `Directory`: only the files that the
//! description lists exist, with the lengths that it states, and nothing is written or locked.
//!
//! tantivy's own directory creates a lock file when an index is opened, so that no file is removed
//! meanwhile. That is not needed, because no file of the generation in use is ever removed; and it
//! is not possible in a folder that this process cannot write to, where an index must also open.
//!
//! Everything that is read is verified. Files of up to 1 MiB, and lists of deleted documents, are
//! hashed when they are opened. Larger files are [mapped](Mapping), because hashing them would take
//! longer than a search. A page of one of tantivy's own files is then verified when it is read; a
//! reader of postings verifies the pages of its file itself.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, OwnedBytes, WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{Directory, HasLen};

use wensou_postings::PageBytes;

use crate::files::{Folder, PAGE_SUMS, PAGE_SUMS_LIMIT, PageSums, Sum, Sums, has_page_sums};
use crate::mapping::Mapping;

/// The largest file, in bytes, that is hashed when it is opened. Hashing it takes 0.1 ms.
const MAX_HASHED: u64 = 1 << 20;
/// The largest file, in bytes, that is read rather than mapped: copying it costs less than a
/// mapping.
const MAX_COPIED: u64 = 16 << 10;
/// The largest file, in bytes, that `atomic_read` accepts. tantivy reads its lists of segments and
/// of files in this way.
const MAX_ATOMIC: u64 = 16 << 20;

/// The files of a generation. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct GenerationDirectory {
    folder: Arc<Folder>,
    /// The files that the description lists.
    sums: Arc<Sums>,
    /// Read when they are first needed, for example when a large file of tantivy's is opened.
    page_sums: Arc<OnceLock<PageSums>>,
}

impl GenerationDirectory {
    /// The files of an intact generation.
    pub(crate) fn new(folder: Folder, sums: Sums) -> Self {
        Self { folder: Arc::new(folder), sums: Arc::new(sums), page_sums: Arc::default() }
    }

    /// The folder of the generation.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The page checksums of large files, read when they are first needed.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or are damaged.
    pub(crate) fn page_sums(&self) -> io::Result<&PageSums> {
        if let Some(sums) = self.page_sums.get() {
            return Ok(sums);
        }
        let bytes = self.read_verified(PAGE_SUMS, PAGE_SUMS_LIMIT)?;
        let sums = PageSums::parse(OwnedBytes::new(bytes));
        let sums = sums.ok_or_else(|| damaged(format!("{PAGE_SUMS} is damaged")))?;
        Ok(self.page_sums.get_or_init(|| sums))
    }

    /// Opens a file. Verifies it at once, or returns a file whose pages are verified when they are
    /// read.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn FileHandle>> {
        let name = path.to_str().ok_or(io::ErrorKind::InvalidInput)?;
        let sum = self.sums.get(name).ok_or(io::ErrorKind::NotFound)?;
        let (mut file, length) = self.folder.file(name)?;
        if length != sum.bytes {
            return Err(damaged(format!("{name} has {length} bytes, not {}", sum.bytes)));
        }
        let path = self.folder.path_of(name);
        // A list of deleted documents has no page checksums, so it is hashed whatever its length.
        let is_hashed = length <= MAX_HASHED || name.ends_with(".del");
        let bytes = if length <= MAX_COPIED {
            let mut bytes = Vec::with_capacity(length as usize);
            Read::by_ref(&mut file).take(MAX_COPIED).read_to_end(&mut bytes)?;
            OwnedBytes::new(bytes)
        } else if is_hashed {
            OwnedBytes::new(Mapping::populated(&file, &path)?)
        } else {
            return self.verified_by_page(name, OwnedBytes::new(Mapping::new(&file, &path)?));
        };
        match Sum::of_bytes(&bytes) == *sum {
            true => Ok(Arc::new(bytes)),
            false => Err(damaged(format!("checksum mismatch in {name}"))),
        }
    }

    /// A large file whose pages are verified when they are read. A postings file has its own page
    /// checksums, not in `page-sums`, and is returned as it is.
    fn verified_by_page(&self, name: &str, bytes: OwnedBytes) -> io::Result<Arc<dyn FileHandle>> {
        if !has_page_sums(name) {
            return Ok(Arc::new(bytes));
        }
        let sums = self.page_sums()?.of(name).cloned();
        let pages = sums
            .and_then(|sums| PageBytes::new(bytes, sums))
            .ok_or_else(|| damaged(format!("{PAGE_SUMS} does not have the checksums of {name}")))?;
        Ok(Arc::new(PagedFile { name: name.to_owned(), pages }))
    }

    /// Reads a whole file of at most `limit` bytes, and verifies it.
    fn read_verified(&self, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        let bytes = self.folder.read(name, limit)?;
        match self.sums.get(name) == Some(&Sum::of_bytes(&bytes)) {
            true => Ok(bytes),
            false => Err(damaged(format!("checksum mismatch in {name}"))),
        }
    }
}

/// A large file whose pages are verified when they are read.
#[derive(Debug)]
struct PagedFile {
    name: String,
    pages: PageBytes,
}

impl HasLen for PagedFile {
    fn len(&self) -> usize {
        self.pages.len()
    }
}

impl FileHandle for PagedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        self.pages.slice(range).ok_or_else(|| {
            let page = self.pages.damaged_page().unwrap_or_default();
            damaged(format!("checksum mismatch in page {page} of {}", self.name))
        })
    }
}

fn damaged(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The error of an attempt to write or remove a file.
fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "a finished generation cannot be changed")
}

impl Directory for GenerationDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        match self.open(path) {
            Ok(file) => Ok(file),
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
        self.read_verified(name, MAX_ATOMIC).map_err(failed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_sums_of_a_file_of_17_gib_are_read() {
        let dir = tempfile::tempdir().unwrap();
        // Four bytes for each page of 4 KiB: more bytes than `MAX_ATOMIC`, which is no limit here.
        let mut page_sums = PageSums::default();
        page_sums.insert("a.store", vec![7; 17 << 20]);
        let bytes = page_sums.to_bytes();
        std::fs::write(dir.path().join(PAGE_SUMS), &bytes).unwrap();
        let sums = Sums::from([(PAGE_SUMS.to_owned(), Sum::of_bytes(&bytes))]);
        let directory = GenerationDirectory::new(Folder::open(dir.path()).unwrap(), sums);
        let read = directory.page_sums().unwrap();
        assert_eq!(read.of("a.store").map(OwnedBytes::len), Some(17 << 20));
    }
}
