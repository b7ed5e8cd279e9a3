//! The hash by which a file is recognised as unchanged.

use std::io::{self, Read};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::open;

/// Bytes to read at a time.
const READ_BYTES: usize = 1 << 16;

/// XXH3 of the bytes of a regular file, as [`FileEntry::content_hash`](crate::FileEntry) has it.
///
/// # Errors
///
/// The system error if `path` cannot be opened or read, and the message of
/// [`Reason::Special`](crate::Reason::Special) if it is not a regular file.
pub fn file_hash(path: &Path) -> io::Result<u64> {
    let (mut file, _) = open::regular_or_error(path)?;
    let (mut hash, mut buffer) = (Xxh3::new(), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hash.digest()),
            Ok(length) => hash.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_kind_and_the_number_of_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let error = file_hash(&folder.path().join("missing")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.raw_os_error().is_some());
        assert_eq!(file_hash(folder.path()).unwrap_err().to_string(), "not a regular file");
    }
}
