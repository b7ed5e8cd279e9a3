//! Scans an archive: lists its files. Opens only ignore files (`.wensouignore`).

use std::io;
use std::path::PathBuf;

use crate::error::Error;
use crate::file_table::FileStamp;
use crate::input::file_list::{FileList, FileListWriter};
use crate::input::fingerprint::Fingerprint;
use crate::input::walk::{RootPolicy, Walk, walk};
use crate::options::Options;
use crate::report::{Reason, Skipped};

/// Lists the files in `roots`. Opens only ignore files (`.wensouignore`). The only options that
/// matter are those that exclude or select files, and `pre`, because its command may read files of
/// other kinds.
///
/// # Errors
///
/// [`Error::Root`], [`Error::RootExcluded`], [`Error::FileExcluded`], [`Error::NotAFile`] and
/// [`Error::TemporaryFile`], as [`ingest`](crate::ingest()).
pub fn scan<E>(roots: &[PathBuf], options: &Options) -> Result<ScannedArchive, Error<E>> {
    scan_roots(roots, options, RootPolicy::MustBeReadable)
}

/// Does the same as [`scan`], but an unreadable root is not an error: it is reported as
/// [`Reason::Unreadable`], and [`ingest_scanned`](crate::ingest_scanned()) keeps its records.
///
/// # Errors
///
/// As [`scan`], without [`Error::Root`].
pub fn scan_tolerant<E>(roots: &[PathBuf], options: &Options) -> Result<ScannedArchive, Error<E>> {
    scan_roots(roots, options, RootPolicy::MayBeUnreadable)
}

fn scan_roots<E>(
    roots: &[PathBuf],
    options: &Options,
    policy: RootPolicy,
) -> Result<ScannedArchive, Error<E>> {
    let mut files = FileListWriter::new(roots).map_err(Error::TemporaryFile)?;
    let mut fingerprint = Fingerprint::default();
    let mut file_counts_by_root = vec![0; roots.len()];
    let walk = walk(roots, options, policy, &mut |root, source, metadata| {
        fingerprint.add(&source, metadata);
        file_counts_by_root[root] += 1;
        files.push(root, source).map_err(Error::TemporaryFile)
    })?;
    Ok(ScannedArchive {
        file_list: files.finish().map_err(Error::TemporaryFile)?,
        walk,
        fingerprint,
        file_counts_by_root,
    })
}

/// The files of an archive, as [`scan`] found them.
pub struct ScannedArchive {
    pub(crate) file_list: FileList,
    pub(crate) walk: Walk,
    pub(crate) fingerprint: Fingerprint,
    /// The number of files found below each root.
    pub(crate) file_counts_by_root: Vec<u64>,
}

impl ScannedArchive {
    /// The fingerprint of the archive, as [`fingerprint`](crate::fingerprint()) computes it. Like
    /// that function, it waits for a moment if a file has just been written.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.number()
    }

    /// The number of files found below each root, in the order of the roots.
    #[must_use]
    pub fn file_counts_by_root(&self) -> &[u64] {
        &self.file_counts_by_root
    }

    /// The files in the order of the walk, with their metadata.
    pub fn files(&self) -> impl Iterator<Item = io::Result<(PathBuf, FileStamp)>> {
        self.file_list.iter().map(|source| source.map(|source| (source.path, source.stamp)))
    }

    /// The files and folders that could not be accessed or that are left out for a reason worth
    /// reporting, and mistakes in ignore patterns.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.walk.skipped
    }

    /// The files and folders that are left out without being reported as skipped: they are
    /// excluded or hidden, they are links to what is read anyway, or their names are not those of
    /// files that can be read.
    #[must_use]
    pub fn ignored(&self) -> &[PathBuf] {
        &self.walk.ignored
    }

    /// Declares a file or folder unreadable; `why` is the reason for the report. The records that
    /// the earlier index has of the file or folder are kept, except those of files that can be
    /// read.
    pub fn declare_unreadable(&mut self, path: PathBuf, why: String) {
        self.walk.skip(&path, Reason::Unreadable(why));
        // After all files of the walk.
        let position = usize::MAX;
        self.walk.refused.push((position, path));
    }
}
