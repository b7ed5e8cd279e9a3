//! Whether an archive is as it was: one number over what a look at its files shows.

use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use xxhash_rust::xxh3::Xxh3;

use crate::error::Error;
use crate::walk::walk;

/// A number over the path, the length and the time of change of every file below `roots`.
///
/// Opens no file. A file rewritten with as many bytes and its old time is taken for unchanged.
///
/// # Errors
///
/// [`Error::Root`] and [`Error::NotAFile`], as [`ingest`](crate::ingest()).
pub fn fingerprint(roots: &[PathBuf]) -> Result<u64, Error<Infallible>> {
    let mut hash = Xxh3::new();
    for source in walk(roots)?.sources {
        let changed = fs::metadata(&source.path).and_then(|about| about.modified()).ok();
        let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        hash.update(source.path.as_os_str().as_encoded_bytes());
        hash.update(&[0]);
        hash.update(&source.bytes.to_le_bytes());
        hash.update(&changed.map_or(0, |time| time.as_nanos()).to_le_bytes());
    }
    Ok(hash.digest())
}
