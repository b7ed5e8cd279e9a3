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
    NotAShare,
    /// Two shares have the same files.
    #[error(
        "{path} is in another share, too: give each file to one share; if that share was a mistake, \
         or the archive is divided otherwise than before, delete the indexes {index} and \
         {index}.parts on the cluster, and send every share again"
    )]
    Overlap {
        /// A path below the base that both shares have, or the words `the whole archive`.
        path: String,
        /// The index that the shares are sent to.
        index: String,
    },
    /// The share was sent before with other files.
    #[error(
        "this share was sent before with other files: delete the indexes {index} and {index}.parts \
         on the cluster, and send every share again"
    )]
    Changed {
        /// The index that the shares are sent to.
        index: String,
    },
    /// The shares that were sent do not have the same files as the survey.
    #[error(
        "the {files} files of the shares are not the {surveyed} files that were surveyed: survey \
         the archive again, and index every share with the new statistics"
    )]
    Differ {
        /// The number of files of the shares.
        files: u64,
        /// The number of files of the survey.
        surveyed: u64,
    },
}
