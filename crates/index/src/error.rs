//! What can go wrong with an index, why, and what to do about it.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// An error of the index. The text says what is wrong and what cures it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder holds no index.
    #[error("no index in {}: build one with `wensou index PATH…`", .dir.display())]
    Missing {
        /// The folder looked in.
        dir: PathBuf,
    },
    /// There is an index, but it cannot be read.
    #[error("the index in {} cannot be read: `wensou check --repair` builds it anew, or `wensou index --rebuild PATH…`", .dir.display())]
    Unreadable {
        /// The index folder.
        dir: PathBuf,
        /// What reading it said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The index was written in another format.
    #[error(
        "the index in {} has format {found}, this program reads format {expected}: \
         build it anew with `wensou index` (or `wensou index --rebuild PATH…`)", .dir.display()
    )]
    Format {
        /// The index folder.
        dir: PathBuf,
        /// The format number of the index.
        found: u32,
        /// The format number that this program reads.
        expected: u32,
    },
    /// Another process is writing to the index.
    #[error("the index in {} is being written by another process{}: wait for it to end, or give `--wait`", .dir.display(), named(*.holder))]
    Busy {
        /// The index folder.
        dir: PathBuf,
        /// The number of that process, where it could be read.
        holder: Option<u32>,
    },
    /// The folder is no index folder and cannot become one: it contains other things.
    #[error(
        "{} is not an index folder and contains other files, `{}` for one: nothing was changed; \
         give an empty or a new folder with `--index DIR`", .dir.display(), .name.escape_debug()
    )]
    NotAnIndex {
        /// The folder.
        dir: PathBuf,
        /// Something that it contains.
        name: String,
    },
    /// Something that wensou did not make stands in the place of a file of the index.
    #[error("{} was not made by wensou: move it away, or give another folder with `--index DIR`", .path.display())]
    Foreign {
        /// What stands there.
        path: PathBuf,
    },
    /// A backup must not be made of an index into itself.
    #[error("{} is the index itself: give another folder for the backup", .dir.display())]
    BackupIntoItself {
        /// The index folder.
        dir: PathBuf,
    },
    /// A file or folder of which the index has records has no files now, or cannot be read.
    #[error(
        "{} has no files now, but the index has {records} {} of it: nothing was changed; if it is not \
         mounted, mount it, and if it is meant to be empty, give `--allow-empty`",
        .root.display(), if *.records == 1 { "record" } else { "records" }
    )]
    EmptyRoot {
        /// The file or folder, as it was given.
        root: PathBuf,
        /// Articles and flash items that the index has of it.
        records: u64,
    },
    /// Records would be lost that are in the index, but for its damage, and nowhere else now.
    #[error(
        "{records} {} of the damaged index cannot be read, and {files} {} of the archive cannot be \
         read either: nothing was changed; make the archive readable, or give `--allow-empty` to \
         go on without them",
        if *.records == 1 { "record" } else { "records" },
        if *.files == 1 { "file or folder" } else { "files or folders" }
    )]
    WouldLose {
        /// Records that would be lost.
        records: u64,
        /// Files and folders that cannot be read.
        files: u64,
    },
    /// A file or folder of the index could not be read or written.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was tried, as a verb: "create", "write".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A table of words or synonyms cannot be read as one.
    #[error("{}:{line}: {reason}", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What a line must be.
        reason: &'static str,
    },
    /// tantivy failed while the index was built or searched.
    #[error(
        "tantivy failed: `wensou check` says whether the index is damaged, `wensou check --repair` repairs it"
    )]
    Engine(#[from] tantivy::TantivyError),
    /// A stored record is not what was written.
    #[error(
        "a stored record is damaged: `wensou check` says what else is, `wensou check --repair` mends it"
    )]
    Record(#[source] Option<postcard::Error>),
    /// Pages were skipped in a strict build.
    #[error("{} pages could not be indexed and `--strict` was given: mend or move them", .report.skipped.len())]
    Strict {
        /// What the walk found, with every skipped page and its reason.
        report: Box<wensou_ingest::Report>,
    },
    /// The name of an input cannot be kept in the description, so the index could not be updated.
    #[error("the path `{}` is not UTF-8: index a folder above it, or a link to it with another name", .path.display())]
    Name {
        /// The input, absolute.
        path: PathBuf,
    },
    /// Reading the archive failed as a whole.
    #[error("the archive cannot be read")]
    Archive(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn named(holder: Option<u32>) -> String {
    holder.map_or(String::new(), |holder| format!(" (pid {holder})"))
}

impl Error {
    pub(crate) fn io(
        what: &'static str,
        path: &Path,
    ) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Io { what, path, source }
    }

    /// [`Error::Unreadable`] of an index that turned out to be damaged; `what` names the file.
    #[must_use]
    pub fn damaged(dir: &Path, what: String) -> Self {
        Self::unreadable(dir, what)
    }

    pub(crate) fn format(dir: &Path, found: u32) -> Self {
        Self::Format { dir: dir.to_path_buf(), found, expected: wensou_postings::FORMAT_VERSION }
    }

    pub(crate) fn unreadable(
        dir: &Path,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unreadable { dir: dir.to_path_buf(), source: source.into() }
    }
}
