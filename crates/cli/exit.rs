//! How a run ends, and the exit code of each outcome and error. A run that must end at once exits
//! with the same codes by itself: in `allocator`, `browse`, `out::terminal` and
//! `cmd::index::signals`.

use std::fmt;
use std::process::ExitCode;

#[cfg(feature = "cluster")]
use wensou_cluster::Error as ClusterError;
use wensou_index::Error as IndexError;

/// The outcome of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There are hits, or the verb did its work.
    Done,
    /// Nothing was found: no hits, or no record with the given id.
    Nothing,
    /// The command line or the query is wrong. The message is already printed.
    Refused,
    /// The index is intact, but out of date. The message is already printed.
    OutOfDate,
    /// The index is damaged. The message is already printed.
    Damaged,
    /// A signal of this number ended the run, or the key that sends that signal in other programs.
    Signalled(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::Nothing => 1,
            Outcome::Refused => 2,
            Outcome::Damaged => 3,
            Outcome::OutOfDate => 4,
            // Shells give this code to a program that a signal ended.
            Outcome::Signalled(signal) => 128 + signal,
        })
    }
}

/// The exit code of an error.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Defect>() {
        // The exit code of every Rust program that panics.
        return 101;
    }
    #[cfg(feature = "cluster")]
    if let Some(
        ClusterError::NoIndex { .. }
        | ClusterError::NotFound { .. }
        | ClusterError::NotOurs { .. }
        | ClusterError::Unfinished { .. }
        | ClusterError::MultipleIndexes { .. }
        | ClusterError::Format { .. },
    ) = cluster_error(error)
    {
        return 3;
    }
    match index_error(error) {
        Some(
            IndexError::Missing { .. }
            | IndexError::Unreadable { .. }
            | IndexError::Denied { .. }
            | IndexError::Format { .. }
            | IndexError::Record(_),
        ) => 3,
        _ => 2,
    }
}

/// The error of the index in the chain of causes, if there is one.
pub(crate) fn index_error(error: &anyhow::Error) -> Option<&IndexError> {
    error.chain().find_map(|cause| match cause.downcast_ref::<wensou_query::Error>() {
        Some(wensou_query::Error::Index(error)) => Some(error),
        _ => index_cause(cause),
    })
}

#[cfg(feature = "cluster")]
fn index_cause<'e>(cause: &'e (dyn std::error::Error + 'static)) -> Option<&'e IndexError> {
    match cause.downcast_ref::<ClusterError>() {
        Some(ClusterError::Index(error)) => Some(error),
        _ => cause.downcast_ref::<IndexError>(),
    }
}

#[cfg(not(feature = "cluster"))]
fn index_cause<'e>(cause: &'e (dyn std::error::Error + 'static)) -> Option<&'e IndexError> {
    cause.downcast_ref::<IndexError>()
}

/// The error of the cluster in the chain of causes, if there is one.
#[cfg(feature = "cluster")]
pub(crate) fn cluster_error(error: &anyhow::Error) -> Option<&ClusterError> {
    error.chain().find_map(|cause| match cause.downcast_ref::<wensou_query::Error>() {
        Some(wensou_query::Error::Cluster(error)) => Some(error),
        _ => cause.downcast_ref::<ClusterError>(),
    })
}

/// Whether the error only means that the reader of a pipe has closed it.
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

/// A panic of the program, with its message, that no damage of the index explains.
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
