//! Errors of files of corpus statistics.

use std::io;
use std::path::PathBuf;

/// Why a file of corpus statistics could not be read, merged or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyFileError {
    /// The system refused.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was attempted: "read" or "write".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is something else.
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
    /// The file is not as it was written.
    #[error("{} is damaged: copy it again, or run `wensou survey` again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Two files were made in different ways.
    #[error(
        "{} and {} were made with different options ({what}): survey every part with the same program \
         and options", .paths[0].display(), .paths[1].display()
    )]
    OtherReading {
        /// The files.
        paths: [PathBuf; 2],
        /// What differs.
        what: &'static str,
    },
    /// Two files have surveyed some files of the archive both.
    #[error(
        "{} and {} overlap: one has surveyed {}, the other {}; give each file of the archive to one \
         survey only", .paths[0].display(), .paths[1].display(), named(&.parts[0]), named(&.parts[1])
    )]
    Overlap {
        /// The files.
        paths: [PathBuf; 2],
        /// A part of each, as paths below the base.
        parts: [String; 2],
    },
}

/// A path below the base, for a message.
fn named(path: &str) -> String {
    match path {
        "" => "the whole archive".to_owned(),
        path => format!("`{}`", path.escape_debug()),
    }
}
