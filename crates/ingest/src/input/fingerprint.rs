//! Detects changes of an archive by one number over the metadata of its files.

use std::convert::Infallible;
use std::fs::Metadata;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xxhash_rust::xxh3::Xxh3;

use crate::error::Error;
use crate::input::file_list::SourceFile;
use crate::input::walk::{RootPolicy, walk};
use crate::options::Options;

/// Resolution of file system clocks: two writes within this time may leave the same timestamps.
const TICK: Duration = Duration::from_millis(20);

/// Hashes path (below its root), length, timestamps and identity of every file that the walk of
/// `roots` finds. `options` decide which files it finds.
///
/// Opens no file except ignore files (`.wensouignore`). A file that is rewritten with the same
/// length and given its old modification time is still detected on Unix by its change time, which
/// programs cannot set. Waits a moment if a file has just been written, so that any later write
/// gives another number.
///
/// # Errors
///
/// [`Error::Root`], [`Error::RootExcluded`], [`Error::FileExcluded`] and [`Error::NotAFile`], as
/// [`ingest`](crate::ingest()).
pub fn fingerprint(roots: &[PathBuf], options: &Options) -> Result<u64, Error<Infallible>> {
    let mut files = Fingerprint::default();
    walk(roots, options, RootPolicy::MustBeReadable, &mut |_, source, metadata| {
        files.add(&source, metadata);
        Ok(())
    })?;
    Ok(files.number())
}

/// A fingerprint under construction.
pub(crate) struct Fingerprint {
    hash: Xxh3,
    /// The latest modification time of a file.
    newest: SystemTime,
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self { hash: Xxh3::new(), newest: UNIX_EPOCH }
    }
}

impl Fingerprint {
    /// Adds the next file of the walk.
    pub(crate) fn add(&mut self, source: &SourceFile, metadata: &Metadata) {
        let change = LastChange::of(metadata);
        self.hash.update(source.relative.as_bytes());
        self.hash.update(&[0]);
        self.hash.update(&source.stamp.bytes.to_le_bytes());
        self.hash.update(&change.hash.to_le_bytes());
        self.newest = self.newest.max(change.modified);
    }

    /// The fingerprint of the files so far. Waits a moment if a file has just been written, see
    /// [`fingerprint`].
    pub(crate) fn number(&self) -> u64 {
        if SystemTime::now().duration_since(self.newest).is_ok_and(|age| age < TICK) {
            std::thread::sleep(TICK);
        }
        self.hash.digest()
    }
}

/// When a file last changed, and which file it is.
#[derive(Debug, Clone, Copy)]
struct LastChange {
    modified: SystemTime,
    /// A hash of `modified` and of what [`hash_identity`] adds.
    hash: u64,
}

impl LastChange {
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut hash = Xxh3::new();
        hash.update(&since.as_nanos().to_le_bytes());
        hash_identity(metadata, &mut hash);
        Self { modified, hash: hash.digest() }
    }
}

/// Hashes the device, the inode and the change time of a file.
#[cfg(unix)]
fn hash_identity(metadata: &Metadata, hash: &mut Xxh3) {
    use std::os::unix::fs::MetadataExt;

    for number in [metadata.dev(), metadata.ino()] {
        hash.update(&number.to_le_bytes());
    }
    for number in [metadata.ctime(), metadata.ctime_nsec()] {
        hash.update(&number.to_le_bytes());
    }
}

#[cfg(not(unix))]
fn hash_identity(_: &Metadata, _: &mut Xxh3) {}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_rewritten_file_is_detected_despite_its_old_length_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("page.txt");
        fs::write(&page, "甲").unwrap();
        let (roots, options) = ([folder.path().to_path_buf()], Options::default());
        let before = fingerprint(&roots, &options).unwrap();
        // The scan with which a build begins gives the same number.
        assert_eq!(crate::scan::<Infallible>(&roots, &options).unwrap().fingerprint(), before);
        assert_eq!(fingerprint(&roots, &options).unwrap(), before);
        let time = fs::metadata(&page).unwrap().modified().unwrap();
        fs::write(&page, "乙").unwrap();
        fs::File::options().write(true).open(&page).unwrap().set_modified(time).unwrap();
        assert_ne!(fingerprint(&roots, &options).unwrap(), before);
    }
}
