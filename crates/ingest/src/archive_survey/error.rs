//! Errors of survey files, which messages call files of corpus statistics.

use std::io;
use std::path::PathBuf;

/// Why a survey file could not be read, merged or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyFileError {
    /// The operating system reported an error.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was attempted: `read` or `write`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is not a survey file.
    #[error("{} is not a file of corpus statistics: `wensou survey` makes one", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file has another format.
    #[error(
        "{} has format {found}, this program reads format {expected}: run `wensou survey` again with \
         this program", .path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The format number in the file.
        found: u32,
        /// The format number that this program reads.
        expected: u32,
    },
    /// The content does not fit its checksum or cannot be parsed, or the file is cut off.
    #[error("{} is damaged: copy it again, or run `wensou survey` again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Two surveys read pages with different options, or by different versions of the program.
    #[error(
        "{} and {} were made with different options ({what}): survey every part with the same program \
         and options", .paths[0].display(), .paths[1].display()
    )]
    DifferentOptions {
        /// The files.
        paths: [PathBuf; 2],
        /// What differs, such as `--encoding`.
        what: &'static str,
    },
    /// Two surveys have some files of the archive in common.
    #[error(
        "{} and {} overlap: one has surveyed {}, the other {}; give each file of the archive to one \
         survey only", .paths[0].display(), .paths[1].display(), named(&.overlapping[0]), named(&.overlapping[1])
    )]
    Overlap {
        /// The files.
        paths: [PathBuf; 2],
        /// For each file, a path below the root to which its survey was limited. One of the two
        /// paths contains the other; an empty path is the whole archive.
        overlapping: [String; 2],
    },
}

/// A path below the root, for a message.
fn named(path: &str) -> String {
    match path {
        "" => "the whole archive".to_owned(),
        path => format!("`{}`", path.escape_debug()),
    }
}
