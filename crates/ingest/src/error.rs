//! What ends a read as a whole. A page that cannot be read never does: it is named in the report.

use std::io;
use std::path::PathBuf;

/// Why an archive could not be read. `E` is the error of the caller's sink.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// An input named by the caller is not there or may not be opened.
    #[error("cannot read `{}`: check that the path is right and readable", .path.display())]
    Root {
        /// The input as it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An input named by the caller is neither a file nor a folder.
    #[error("`{}` is neither a file nor a folder: give a page, a JSONL dump or a folder of them", .path.display())]
    NotAFile {
        /// The input as it was given.
        path: PathBuf,
    },
    /// An input named by the caller is excluded, or lies inside a folder that is.
    #[error(
        "`{}` is the index folder or lies inside it, and an index cannot be its own archive: give the folder of the pages, or put the index elsewhere",
        .path.display()
    )]
    RootExcluded {
        /// The input as it was given.
        path: PathBuf,
    },
    /// [`Options::encoding`](crate::Options::encoding) names no encoding.
    #[error("`{label}` is not the name of an encoding: try utf-8, gb18030, big5 or utf-16le")]
    Encoding {
        /// The name as it was given.
        label: String,
    },
    /// A temporary file failed: of the list of files, or of flash items.
    #[error(
        "cannot keep the list of files and flash items in a temporary file: look at the folder for temporary files (TMPDIR)"
    )]
    TemporaryFile(#[source] io::Error),
    /// A file cannot be read, and neither can the records that an earlier index has of it.
    #[error(
        "`{}` cannot be read now, and neither can its records in the index: make the file readable or check the index",
        .path.display()
    )]
    Stored {
        /// The file or folder of the archive.
        path: PathBuf,
        /// Why the records could not be read.
        source: io::Error,
    },
    /// The receiver of the records failed.
    #[error("the records could not be taken")]
    Sink(#[source] E),
}
