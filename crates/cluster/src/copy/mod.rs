//! Copies an index of this machine to a cluster.
//!
//! A copy is written into an index of its own, beside the one that is searched, and an alias is
//! swapped when it is whole. If the alias leads to an index of the same format and analysis, the
//! cluster clones that one first, and only what differs is sent. The name of the new index follows
//! from what is copied, so a copy that was interrupted goes on where it was.

mod before;
mod cleanup;
pub(crate) mod documents;
mod job;
mod options;
pub(crate) mod sums;

use wensou_index::Index;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::error::Result;
pub(crate) use before::{check_before, published, roots};
pub(crate) use cleanup::Writer;
pub(crate) use job::{COPIES, Job, accepted, is_marked};
pub use options::{Copied, CopyOptions, CopyProgress, Sent};

/// Copies an index to a cluster.
///
/// # Errors
///
/// Errors of the index and of the cluster; [`Refused`](crate::Error::Refused) if the cluster
/// refuses documents; [`Locked`](crate::Error::Locked) if another process copies to the same
/// address. The index that the alias leads to stays as it is then.
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
