//! Errors that end a whole run. A file that cannot be read is not an error by itself: it goes into
//! the report. It ends the run only if its records in the earlier index cannot be read either
//! ([`Error::Stored`]).

use std::io;
use std::path::PathBuf;

/// Why an archive could not be read. `E` is the error of the caller's sink.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// A root, which the caller named, does not exist or cannot be opened.
    #[error("cannot read `{}`: check that the path exists and is readable", .path.display())]
    Root {
        /// The root as given.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A root is neither a file nor a folder.
    #[error("`{}` is neither a file nor a folder: give a page, a JSONL dump or a folder of them", .path.display())]
    NotAFile {
        /// The root as given.
        path: PathBuf,
    },
    /// A root is an excluded folder, or lies inside one
    /// ([`Options::exclude`](crate::Options::exclude),
    /// [`Options::exclude_folder`](crate::Options::exclude_folder)). The message speaks of the
    /// index folder, because wensou excludes no folders but those of indexes.
    #[error(
        "`{}` is the index folder or lies inside it, and an index cannot be its own archive: give the folder of the pages, or put the index elsewhere",
        .path.display()
    )]
    RootExcluded {
        /// The root as given.
        path: PathBuf,
    },
    /// A root is an excluded file ([`Options::exclude`](crate::Options::exclude)). The message
    /// speaks of the files that wensou excludes.
    #[error(
        "`{}` is the log of this command or has the statistics of a survey, so it cannot be indexed: give the folder of the pages, or another file for the log or the statistics",
        .path.display()
    )]
    FileExcluded {
        /// The root as given.
        path: PathBuf,
    },
    /// [`Options::encoding`](crate::Options::encoding) is not the name of an encoding.
    #[error("`{label}` is not the name of an encoding: try utf-8, gb18030, big5 or utf-16le")]
    Encoding {
        /// The name as given.
        label: String,
    },
    /// A temporary file, such as the list of files, the flash items or the survey cache, cannot be
    /// written or read.
    #[error(
        "a temporary file failed: check the space and permissions of the temporary folder (TMPDIR)"
    )]
    TemporaryFile(#[source] io::Error),
    /// A file cannot be read, and neither can its records in the earlier index.
    #[error(
        "neither `{}` nor its records in the index can be read: make the file readable, or check the index",
        .path.display()
    )]
    Stored {
        /// The file or folder in the archive.
        path: PathBuf,
        /// Why the records could not be read.
        source: io::Error,
    },
    /// The statistics in [`Options::survey`](crate::Options::survey) were made with other options,
    /// or by another version of the program.
    #[error(
        "the statistics were made with different options ({what}): give the options of `wensou \
         survey`, or survey the archive again with these"
    )]
    DifferentOptions {
        /// What differs, such as `--encoding`.
        what: &'static str,
    },
    /// Files of a part of an archive have changed since `wensou survey` surveyed this part.
    #[error(
        "files below {} have changed since the survey{}: survey this part again, and merge all parts \
         again", first_paths(.paths), difference(*.before, *.files)
    )]
    ChangedSinceSurvey {
        /// The paths of the part below the root; empty for the whole archive.
        paths: Vec<String>,
        /// Number of files in the part when it was surveyed.
        before: u64,
        /// Number of files in the part now.
        files: u64,
    },
    /// The caller's sink failed.
    #[error("the receiver of the records failed")]
    Sink(#[source] E),
}

/// The first three of some paths below the root, and how many more there are, for a message. An
/// empty list stands for the whole archive, whose root is the option `--base` of `wensou`.
fn first_paths(paths: &[String]) -> String {
    const MAX_PATHS: usize = 3;
    let names = paths.iter().take(MAX_PATHS).map(|path| format!("`{}`", path.escape_debug()));
    let names = names.collect::<Vec<_>>().join(", ");
    match paths.len() {
        0 => "the base".to_owned(),
        count if count > MAX_PATHS => format!("{names} and {} more", count - MAX_PATHS),
        _ => names,
    }
}

/// How the number of files has changed since the survey, for a message; empty if it has not.
fn difference(surveyed: u64, current: u64) -> String {
    match surveyed == current {
        true => String::new(),
        false => format!(" (number of files: {surveyed} then, {current} now)"),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_changed_number_of_files_is_named_as_such() {
        let message = |before, files| {
            let paths = vec!["news".to_owned()];
            Error::<Infallible>::ChangedSinceSurvey { paths, before, files }.to_string()
        };
        let survey_again = ": survey this part again, and merge all parts again";
        assert_eq!(
            message(5, 1),
            format!(
                "files below `news` have changed since the survey (number of files: 5 then, 1 \
                 now){survey_again}"
            )
        );
        assert_eq!(
            message(5, 5),
            format!("files below `news` have changed since the survey{survey_again}")
        );
    }
}
