//! How an index is copied, and what a copy did.

use std::time::Duration;

use crate::schema::LayoutOptions;

/// A hash of the files and folders that a copy covers.
pub type RootsHash = u64;

/// How an index is copied, or a share sent.
#[derive(Debug, Clone, Copy)]
pub struct CopyOptions {
    /// How a new index is spread over the cluster.
    pub layout: LayoutOptions,
    /// How long the replaced index is kept after the alias has been switched, for searches that
    /// began earlier and still read it.
    pub grace: Duration,
    /// Whether to replace an index that covers other files and folders. If not, such an index is an
    /// error.
    pub replace: bool,
    /// The [`RootsHash`] of another archive whose copy may be replaced, too.
    pub replaced_roots: Option<RootsHash>,
    /// Which documents are sent.
    pub to_send: DocumentsToSend,
    /// Whether to wait while another process holds the lock of the address. If not, a held lock is
    /// an error.
    pub wait: bool,
    /// The time that the cluster has to make all shards available.
    pub patience: Duration,
}

/// Which documents a copy sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DocumentsToSend {
    /// Documents whose sums differ from the sums that the documents on the cluster state in their
    /// field [`SUM`](crate::field::SUM).
    #[default]
    StatedSumDiffers,
    /// Documents whose sums differ from the sums that are computed from the documents on the
    /// cluster, all of which are read for that. Also sends documents that somebody else has changed
    /// on the cluster without changing the sums that they state.
    ComputedSumDiffers,
    /// All documents. The index that they are sent to is never a clone. It is empty at first,
    /// unless an interrupted copy has begun it: then only documents that are missing there, or
    /// state another sum, are sent.
    All,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            layout: LayoutOptions::default(),
            grace: Duration::from_secs(5),
            replace: false,
            replaced_roots: None,
            to_send: DocumentsToSend::StatedSumDiffers,
            wait: false,
            patience: Duration::from_secs(120),
        }
    }
}

/// What [`copy()`](crate::copy()) did. If the same copy is published already, it only deletes other
/// indexes, and changes the number of replicas if the options say so: no documents are sent or
/// deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copied {
    /// Documents of the index in the folder.
    pub documents: u64,
    /// Documents that were sent, because the index on the cluster did not have them, or had
    /// different documents with their ids.
    pub sent: u64,
    /// Documents that were deleted on the cluster, because the index in the folder does not have
    /// them.
    pub deleted: u64,
    /// Indexes that have names like those of copies to this address, but were not deleted: they
    /// have no mark of such a copy, an alias leads to them, or several machines are writing them.
    pub kept: Vec<String>,
}

/// A function that is called with the number of documents that were processed so far, and the
/// number of all documents.
pub type CopyProgress<'p> = &'p dyn Fn(u64, u64);
