//! How a long read tells how far it is.

/// One of the two passes over the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Collecting the archive's own evidence: pairs of tags, starts of flash items.
    Survey,
    /// Parsing with that evidence and handing records on.
    Read,
}

/// Receives progress; called from several threads at once.
///
/// The order of calls is `start`, then for each phase `phase` and any number of `advance`.
/// In each phase the sums of `advance` reach the totals of `start`.
pub trait Progress: Sync {
    /// The walk is over: so many files and bytes will be read, in each phase.
    fn start(&self, _files: u64, _bytes: u64) {}
    /// A phase begins.
    fn phase(&self, _phase: Phase) {}
    /// So many more files and bytes have been dealt with in this phase.
    fn advance(&self, _files: u64, _bytes: u64) {}
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
