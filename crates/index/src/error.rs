//! The errors of this crate. Each message says what is wrong and what to do about it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::error::OpenReadError;
use thiserror::Error;
use wensou_ingest::{Reason, Report};

/// An error of the index. The message says what is wrong and how to fix it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder contains no index.
    #[error("no index in {}: build one with `wensou index PATH…`", .dir.display())]
    Missing {
        /// The folder.
        dir: PathBuf,
    },
    /// There is an index, but it cannot be read.
    #[error("the index in {} cannot be read: `wensou check --repair` rebuilds it, as does `wensou index --rebuild PATH…`", .dir.display())]
    Unreadable {
        /// The index folder.
        dir: PathBuf,
        /// Why it cannot be read.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The user may not read the index.
    #[error("the index in {} cannot be opened by this user: give this user the right to read it", .dir.display())]
    Denied {
        /// The index folder.
        dir: PathBuf,
        /// Why it cannot be read.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The index was written in another format.
    #[error(
        "the index in {} has format {found}, this program reads format {expected}: \
         rebuild it with `wensou index` (or `wensou index --rebuild PATH…`)", .dir.display()
    )]
    Format {
        /// The index folder.
        dir: PathBuf,
        /// The format number of the index.
        found: u32,
        /// The format number that this program reads.
        expected: u32,
    },
    /// Another build, backup or repair has the lock of the index folder.
    #[error("the index in {} is being written by another process{}: wait until it ends, or use `--wait`", .dir.display(), process_in_message(*.holder))]
    Busy {
        /// The index folder.
        dir: PathBuf,
        /// The id of that process, if it is known.
        holder: Option<u32>,
    },
    /// The folder is not an index folder and cannot become one, because it contains other files.
    #[error(
        "{} is not an index folder and contains other files, such as `{}`: nothing was changed; \
         choose an empty or new folder with `--index DIR`", .dir.display(), .name.escape_debug()
    )]
    NotAnIndex {
        /// The folder.
        dir: PathBuf,
        /// One of the files.
        name: String,
    },
    /// Something that wensou did not make has the name of a file of the index.
    #[error("{} was not made by wensou: move it away, or choose another folder with `--index DIR`", .path.display())]
    Foreign {
        /// Its path.
        path: PathBuf,
    },
    /// The folder of a backup is the index itself.
    #[error("{} is the index itself: choose another folder for the backup", .dir.display())]
    BackupIntoItself {
        /// The index folder.
        dir: PathBuf,
    },
    /// A root has no files, although the index has records of it.
    #[error(
        "{} has no files, but the index has {records} {} of it: nothing was changed; if it is not \
         mounted, mount it; if it is meant to be empty, use `--allow-empty`",
        .root.display(), if *.records == 1 { "record" } else { "records" }
    )]
    EmptyRoot {
        /// The file or folder, as it was given.
        root: PathBuf,
        /// The number of articles and flash items that the index has of it.
        records: u64,
    },
    /// A root that the index has records of exists, but cannot be read.
    #[error(
        "cannot read {}: nothing was changed, and the index keeps its records; give this user the \
         right to read it", .root.display()
    )]
    UnreadableRoot {
        /// The folder, as it was given.
        root: PathBuf,
        /// Why it cannot be read.
        #[source]
        source: io::Error,
    },
    /// Records would be lost: they can be read neither from the damaged index nor from the archive.
    #[error(
        "{records} {} of the damaged index cannot be read, and {files} {} of the archive cannot be \
         read either: nothing was changed; make the archive readable, or use `--allow-empty` to \
         continue without them",
        if *.records == 1 { "record" } else { "records" },
        if *.files == 1 { "file or folder" } else { "files or folders" }
    )]
    WouldLose {
        /// The number of records that would be lost, at least.
        records: u64,
        /// The number of files and folders of the archive that cannot be read.
        files: u64,
    },
    /// A file or folder of the index, or a table of the user, could not be read or written.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was attempted, such as "create" or "write".
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A table of the user (words, synonyms or labels) has a mistake.
    #[error("{}:{line}: {reason}", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// tantivy failed while the index was built or searched.
    #[error(
        "tantivy failed: `wensou check` says whether the index is damaged, `wensou check --repair` repairs it"
    )]
    Engine(#[from] tantivy::TantivyError),
    /// A stored record is damaged, or a record cannot be encoded. The source is the error of
    /// decoding or encoding it; `None` if it was not decoded, because its hash differs or a
    /// structure by which it is found is damaged.
    #[error(
        "a stored record is damaged: `wensou check` lists all damage, `wensou check --repair` repairs it"
    )]
    Record(#[source] Option<postcard::Error>),
    /// The index has no such segment: the address of a document comes from another index, or from
    /// another generation of this one.
    #[error("the index has no segment {segment}: look up the document in this index again")]
    NoSegment {
        /// The ordinal or the name of the segment.
        segment: String,
    },
    /// Something in the archive (a page, another file, a member or a line) was skipped in a strict
    /// build.
    #[error("{} could not be indexed and `--strict` was given: correct or move them", count_skipped(.report))]
    Strict {
        /// The report of the build, with everything that was skipped and the reasons.
        report: Box<Report>,
    },
    /// The path of a root is not UTF-8, so the description cannot contain it.
    #[error("the path `{}` is not UTF-8: index a folder above it, or a link to it with another name", .path.display())]
    NonUtf8Root {
        /// The canonical path of the root.
        path: PathBuf,
    },
    /// Temporary files cannot be written.
    #[error(
        "temporary files cannot be written in {}: free some space there, or set TMPDIR to another \
         folder", .dir.display()
    )]
    Temporary {
        /// The folder of temporary files.
        dir: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// A check could not build the postings of a segment again to compare them. This says nothing
    /// about the index.
    #[error("the postings could not be built again: a thread was refused, or the builder failed")]
    NotRebuilt,
    /// The statistics of a survey do not fit the options or the files of the archive.
    #[error(transparent)]
    Survey(Box<dyn std::error::Error + Send + Sync>),
    /// The archive cannot be read, or not to its end. The source says why.
    #[error("the archive cannot be read")]
    Archive(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The numbers of skipped files (or folders, or members of containers) and of skipped lines, for a
/// message, without a number that is 0.
fn count_skipped(report: &Report) -> String {
    let (mut files, mut lines) = (0, 0);
    for skipped in &report.skipped {
        match (&skipped.reason, skipped.line) {
            // Further lines of a file that are too many to list.
            (Reason::More { count }, _) => lines += count,
            (_, Some(_)) => lines += 1,
            (_, None) => files += 1,
        }
    }
    let counts = [(files, "file", "files"), (lines, "line", "lines")];
    let counts = counts.iter().filter(|(count, ..)| *count > 0);
    let counts = counts.map(|(count, one, more)| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {more}"),
    });
    counts.collect::<Vec<_>>().join(" and ")
}

/// The process that has the lock, for a message; empty if it is not known.
fn process_in_message(holder: Option<u32>) -> String {
    holder.map_or(String::new(), |holder| format!(" (pid {holder})"))
}

impl Error {
    /// Makes an [`Error::Io`] of a system error, as an argument of `map_err`. `what` says what was
    /// attempted, such as "write".
    pub(crate) fn io(
        what: &'static str,
        path: &Path,
    ) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Io { what, path, source }
    }

    /// An [`Error::Unreadable`] for damage that is found after opening. `what` names the file and
    /// what is wrong with it.
    #[must_use]
    pub fn damaged(dir: &Path, what: String) -> Self {
        Self::unreadable(dir, what)
    }

    pub(crate) fn format(dir: &Path, found: u32) -> Self {
        Self::Format { dir: dir.to_path_buf(), found, expected: wensou_postings::FORMAT_VERSION }
    }

    /// The error for an index that cannot be read because of `source`: [`Error::Denied`] if this
    /// user may not read one of its files, otherwise [`Error::Unreadable`].
    pub(crate) fn unreadable(
        dir: &Path,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source: Box<dyn std::error::Error + Send + Sync> = source.into();
        let dir = dir.to_path_buf();
        match is_denied(&*source) {
            true => Self::Denied { dir, source },
            false => Self::Unreadable { dir, source },
        }
    }

    /// The error for the file or folder `name` of the index that could not be opened or read:
    /// [`Error::Denied`] if this user may not read it, otherwise [`Error::Unreadable`].
    pub(crate) fn unopened(dir: &Path, name: &str, source: &io::Error) -> Self {
        Self::unreadable(dir, io::Error::new(source.kind(), format!("{name}: {source}")))
    }

    /// Converts an error of reading the archive.
    pub(crate) fn of_ingest<E: std::error::Error + Send + Sync + 'static>(
        error: wensou_ingest::Error<E>,
    ) -> Self {
        match error {
            wensou_ingest::Error::TemporaryFile(source) => {
                Self::Temporary { dir: std::env::temp_dir(), source }
            }
            error @ (wensou_ingest::Error::DifferentOptions { .. }
            | wensou_ingest::Error::ChangedSinceSurvey { .. }) => Self::Survey(Box::new(error)),
            error => Self::Archive(Box::new(error)),
        }
    }
}

/// Whether an error, or one that caused it, says that this user may not read a file.
fn is_denied(error: &(dyn std::error::Error + 'static)) -> bool {
    // tantivy's errors do not return the system's error as their source.
    let of_system = if let Some(OpenReadError::IoError { io_error, .. }) = error.downcast_ref() {
        Some(&**io_error)
    } else if let Some(TantivyError::IoError(io_error)) = error.downcast_ref() {
        Some(&**io_error)
    } else {
        error.downcast_ref::<io::Error>()
    };
    of_system.is_some_and(|error| error.kind() == ErrorKind::PermissionDenied)
        || error.source().is_some_and(is_denied)
}

/// Separates a lack of permission from damage. `outcome` is what opening or reading the file or
/// folder `name` of the index in `dir` has returned. Unless permission is lacking, `outcome` is
/// returned as it is: an error in it means that `name` is missing or damaged.
///
/// # Errors
///
/// [`Error::Denied`] if this user may not read `name`, which may then be intact.
pub(crate) fn permitted<T>(
    dir: &Path,
    name: &str,
    outcome: io::Result<T>,
) -> Result<io::Result<T>, Error> {
    match outcome {
        Err(source) if source.kind() == ErrorKind::PermissionDenied => {
            Err(Error::unopened(dir, name, &source))
        }
        outcome => Ok(outcome),
    }
}

#[cfg(test)]
mod tests {
    use wensou_ingest::Skipped;

    use super::*;

    #[test]
    fn a_strict_build_counts_skipped_lines_apart_from_skipped_files() {
        let skip = |line, reason| Skipped { path: "a.jsonl".into(), line, reason };
        let message = |skipped: &[Skipped]| {
            let mut report = Box::new(Report::default());
            report.skipped = skipped.to_vec();
            Error::Strict { report }.to_string()
        };
        let file = || skip(None, Reason::Empty);
        let line = |number| skip(Some(number), Reason::Empty);
        let more = |count| skip(None, Reason::More { count });
        assert!(message(&[file()]).starts_with("1 file could not"));
        assert!(message(&[line(1)]).starts_with("1 line could not"));
        let mixed = [line(1), file(), line(2)];
        assert!(message(&mixed).starts_with("1 file and 2 lines could not"));
        assert!(message(&[line(1), more(5)]).starts_with("6 lines could not"));
    }

    #[test]
    fn lack_of_permission_is_not_damage_whatever_error_reports_it() {
        let dir = Path::new("index");
        let system = || io::Error::from(ErrorKind::PermissionDenied);
        let of_tantivy = OpenReadError::wrap_io_error(system(), "a.store".into());
        let denied = [
            Error::unreadable(dir, system()),
            Error::unreadable(dir, TantivyError::from(system())),
            Error::unreadable(dir, of_tantivy.clone()),
            Error::unreadable(dir, TantivyError::from(of_tantivy)),
            Error::unreadable(dir, Error::io("read", dir)(system())),
            Error::unopened(dir, "CURRENT", &system()),
        ];
        for error in denied {
            assert!(matches!(error, Error::Denied { .. }), "{error:?}");
        }
        let absent = io::Error::from(ErrorKind::NotFound);
        assert!(matches!(Error::unopened(dir, "CURRENT", &absent), Error::Unreadable { .. }));
        assert!(matches!(permitted(dir, "CURRENT", Err::<(), _>(absent)), Ok(Err(_))));
        let denied = permitted(dir, "CURRENT", Err::<(), _>(system()));
        assert!(matches!(denied, Err(Error::Denied { .. })));
    }
}
