//! Errors of the shares of several machines.

use thiserror::Error;

/// Why an index cannot be sent as the share of one of several machines.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ShareError {
    /// The index is not the share of one of several machines.
    #[error(
        "the index is no share of a surveyed archive: build it with `wensou index PATH --base DIR --stats FILE`"
    )]
    None,
    /// Two shares have the same files.
    #[error(
        "{path} is in the share of another machine, too: index each file on one machine, and survey \
         the archive again after another division"
    )]
    Overlap {
        /// A path of both, below the base; empty for the whole archive.
        path: String,
    },
    /// The shares have other files than the survey.
    #[error(
        "the machines have sent {files} files, and {surveyed} were surveyed, or some have changed \
         since: survey the archive again, and build the shares with the new statistics"
    )]
    Differ {
        /// The number of files of the shares.
        files: u64,
        /// The number of files of the survey.
        surveyed: u64,
    },
}
