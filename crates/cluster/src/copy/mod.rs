//! Copies an index of this machine to a cluster.
//!
//! A copy is written into an index of its own, beside the one that is searched, and an alias is
//! swapped when it is whole. If the alias leads to an index of the same format and analysis, the
//! cluster clones that one first, and only what differs is sent. The name of the new index follows
//! from what is copied, so a copy that was interrupted goes on where it was.

mod cleanup;
pub(crate) mod documents;
mod job;
pub(crate) mod sums;

use std::time::Duration;

use serde_json::Value;
use wensou_index::Index;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::request::{Request, encode_segment};
use crate::schema::Layout;
pub(crate) use cleanup::Writer;
pub(crate) use job::{COPIES, Job, accepted, is_marked};

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

/// Copies an index to a cluster.
///
/// # Errors
///
/// Errors of the index and of the cluster; [`Error::Refused`] if the cluster refuses documents;
/// [`Error::Locked`] if another process copies to the same address. The index that the alias leads
/// to stays as it is then.
pub fn copy(
    index: &Index,
    client: &Client,
    address: &ClusterAddress,
    options: &CopyOptions,
    progress: CopyProgress<'_>,
) -> Result<Copied> {
    let before = published(client, address)?;
    if let Some(before) = &before {
        check_before(index, before, options)?;
    }
    let job = Job::begin(index, client, address, options)?;
    // Another copy may have been published meanwhile.
    let before = published(client, address)?;
    if let Some(before) = &before {
        check_before(index, before, options)?;
    }
    let documents = job.documents_name(before.as_ref())?;
    if let Some(before) = before.as_ref().filter(|before| before.documents() == documents) {
        // Nothing has changed since, but that copy may have been killed before it was done.
        let kept = job.remove_others(&documents, Writer::Copy)?;
        let [articles, flashes] = before.description().documents;
        return Ok(Copied { documents: articles + flashes, kept, ..Copied::default() });
    }
    let copied = job.write_again(before.as_ref(), &documents, progress)?;
    let kept = job.publish(&documents, Writer::Copy)?;
    Ok(Copied { kept, ..copied })
}

/// Refuses to replace what must stay as it is.
pub(crate) fn check_before(
    index: &Index,
    before: &ClusterIndex,
    options: &CopyOptions,
) -> Result<()> {
    if !options.replace && before.description().roots != roots(index) {
        return Err(Error::OtherRoots {
            address: before.address().to_string(),
            there: before.description().roots.join(", "),
            here: roots(index).join(", "),
        });
    }
    check_writable(before.client(), before.documents())
}

/// Settings of an index that block writes, and are not those of a copy.
const BLOCKS: [&str; 3] = ["read_only_allow_delete", "read_only", "metadata"];

/// Fails if the cluster or an operator has blocked an index: its alias cannot be changed.
fn check_writable(client: &Client, name: &str) -> Result<()> {
    let request = Request::get(format!("/{}/_settings", encode_segment(name)))
        .query("filter_path", "*.settings.index.blocks")
        .of_elected_node();
    let found: Value = client.send(&request)?.json()?;
    let blocks = &found[name]["settings"]["index"]["blocks"];
    match BLOCKS.into_iter().find(|block| blocks[*block] == "true" || blocks[*block] == true) {
        Some(block) => {
            let block = format!("index.blocks.{block}");
            Err(Error::ReadOnly { index: name.to_owned(), block })
        }
        None => Ok(()),
    }
}

/// The index that the alias leads to, if it is one of ours.
pub(crate) fn published(client: &Client, address: &ClusterAddress) -> Result<Option<ClusterIndex>> {
    match ClusterIndex::open_with(client.clone(), address) {
        Ok(index) => Ok(Some(index)),
        // What is no use is replaced by a whole copy.
        Err(Error::NoIndex { .. } | Error::Format { .. } | Error::Unfinished { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What an index covers, as it was given.
pub(crate) fn roots(index: &Index) -> Vec<String> {
    index.meta().given.iter().map(|root| root.display().to_string()).collect()
}
