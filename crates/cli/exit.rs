//! How a run ends: the one place that knows exit codes.

use std::fmt;
use std::process::ExitCode;

use wensou_index::Error as IndexError;

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There were hits, or the verb did its work.
    Done,
    /// There were no hits.
    Nothing,
    /// What was typed, or what was asked for, is wrong. It has been said.
    Refused,
    /// The index is not what was written. It has been said.
    Damaged,
    /// A signal of this number, or the key that stands for it, ended the run.
    Signalled(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::Nothing => 1,
            Outcome::Refused => 2,
            Outcome::Damaged => 3,
            // As a shell reports it.
            Outcome::Signalled(signal) => 128 + signal,
        })
    }
}

/// The exit code of an error.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Defect>() {
        // As every Rust program that panics.
        return 101;
    }
    match of_index(error) {
        Some(
            IndexError::Missing { .. }
            | IndexError::Unreadable { .. }
            | IndexError::Format { .. }
            | IndexError::Record(_),
        ) => 3,
        _ => 2,
    }
}

/// The error of the index that is behind an error, if one is.
pub(crate) fn of_index(error: &anyhow::Error) -> Option<&IndexError> {
    error.chain().find_map(|cause| match cause.downcast_ref::<wensou_query::Error>() {
        Some(wensou_query::Error::Index(error)) => Some(error),
        _ => cause.downcast_ref::<IndexError>(),
    })
}

/// Whether an error only says that nobody reads the output any more.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(std::io::ErrorKind::BrokenPipe))
    })
}

/// The program panicked, and the index is not to blame.
#[derive(Debug)]
pub(crate) struct Defect(pub(crate) String);

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\nthis is a bug in wensou, not a mistake in what you typed: please report it",
            self.0
        )
    }
}

impl std::error::Error for Defect {}
