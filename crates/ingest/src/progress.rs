//! Progress reports of a long run.

/// A pass over the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Collecting corpus statistics, such as tags with their keywords, and lines that recur.
    Survey,
    /// Parsing with these statistics and emitting records.
    Read,
}

/// Receives progress; called from several threads at once.
///
/// Calls come in this order: `start`, then for each phase `phase` and any number of `advance`. At
/// the end of each phase the sums of `advance` have reached the totals of `start`, unless the run
/// ends with an error.
pub trait Progress: Sync {
    /// The scan is over: each phase will process this many files, with this many bytes on disk.
    fn start(&self, _files: u64, _bytes: u64) {}
    /// A phase begins.
    fn phase(&self, _phase: Phase) {}
    /// This many more files and bytes have been processed in the current phase.
    fn advance(&self, _files: u64, _bytes: u64) {}
}

/// Ignores all progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
