//! How an index is copied, and what a copy did.

use std::time::Duration;

use crate::schema::Layout;

/// How an index is copied.
#[derive(Debug, Clone, Copy)]
pub struct CopyOptions {
    /// How a new index is spread over the cluster. A clone is spread as its original.
    pub layout: Layout,
    /// How long the index before is kept after nothing refers to it: searches that began before
    /// still read it.
    pub grace: Duration,
    /// Whether an index that covers other files and folders is replaced.
    pub replace: bool,
    /// Which documents are sent.
    pub sent: Sent,
    /// Whether to wait while another process copies to the same address. Otherwise, that is an
    /// error.
    pub wait: bool,
    /// The time that the cluster has to make all shards available.
    pub patience: Duration,
}

/// Which documents a copy sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sent {
    /// Those whose sums are not on the cluster.
    #[default]
    Changed,
    /// Those that are different from the ones on the cluster, whatever the sums there say: somebody
    /// else may have changed a document. Every document is read from the cluster.
    Different,
    /// All, to an empty index.
    All,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            layout: Layout::default(),
            grace: Duration::from_secs(5),
            replace: false,
            sent: Sent::Changed,
            wait: false,
            patience: Duration::from_secs(120),
        }
    }
}

/// What a copy did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copied {
    /// Documents of the index.
    pub documents: u64,
    /// Documents that were sent, because the cluster had none like them.
    pub sent: u64,
    /// Documents that were deleted, because the index does not have them.
    pub deleted: u64,
    /// Indexes that have names like earlier copies, and were not deleted: they have no mark of a
    /// copy to this address, an alias leads to them, or several machines write them.
    pub kept: Vec<String>,
}

/// Is told how far a copy is: the documents that were looked at, of how many.
pub type CopyProgress<'p> = &'p dyn Fn(u64, u64);
