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
/// The message of a [`Reason`](crate::Reason) if `path` cannot be opened or is not a regular file,
/// and the system error if reading fails.
pub fn file_hash(path: &Path) -> io::Result<u64> {
    let opened = open::regular(path);
    let (mut file, _) = opened.map_err(|reason| io::Error::other(reason.to_string()))?;
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
