//! Counts the files of a root and their records.

use std::fs;
use std::io;
use std::path::Path;

use wensou_ingest::FileEntry;

use crate::file_table::{is_under, sort_key};
use crate::open::Index;

/// The files of a root, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RootTotals {
    /// The number of files.
    pub files: u64,
    /// The number of articles and of occurrences of flash items in them.
    pub records: u64,
}

impl Index {
    /// Counts the files of a root. `root` is spelled as it was given. `None` if the table of files
    /// cannot be read.
    #[must_use]
    pub fn root_totals(&self, root: &Path) -> Option<RootTotals> {
        self.totals_of(root, |_| true)
    }

    /// Counts the files of a root that have records and do not exist below `new`, the path that the
    /// root is said to have now. Takes one look at the disk for each file. `root` is spelled as it
    /// was given. `None` if the table of files cannot be read.
    #[must_use]
    pub fn totals_not_moved(&self, root: &Path, new: &Path) -> Option<RootTotals> {
        self.totals_of(root, |entry| {
            let below = Path::new(&entry.path).strip_prefix(root).ok();
            let now = below.map(|below| match below.as_os_str().is_empty() {
                true => new.to_path_buf(),
                false => new.join(below),
            });
            entry.records > 0 && now.is_none_or(|path| is_missing(&path))
        })
    }

    fn totals_of(
        &self,
        root: &Path,
        is_counted: impl Fn(&FileEntry) -> bool,
    ) -> Option<RootTotals> {
        let root = sort_key(&root.to_string_lossy());
        let mut totals = RootTotals::default();
        let counted = self.file_table()?.for_each(|entry| {
            if is_under(&sort_key(&entry.path), &root) && is_counted(&entry) {
                totals.files += 1;
                totals.records += entry.records;
            }
        });
        counted.ok().map(|()| totals)
    }
}

/// Whether nothing is at a path. If the system does not say, for example because this user may not
/// look there, that is not known.
pub(crate) fn is_missing(path: &Path) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    let error = fs::symlink_metadata(path).err();
    error.is_some_and(|error| matches!(error.kind(), NotFound | NotADirectory))
}
