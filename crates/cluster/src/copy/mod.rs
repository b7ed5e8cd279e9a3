//! Copies an index in a folder to a cluster.
//!
//! A copy is written into a new index, beside the one that is searched. When the copy is whole, the
//! alias is switched to it. If the alias leads to another copy, with the same format and analysis,
//! the cluster clones that copy first, and only the documents that differ are sent; unless the
//! options ask for all documents. The name of the new index is computed from what is copied, so a
//! copy that was interrupted continues where it stopped.
//!
//! - `write`: writes a copy before it is published. The steps that a copy and the index of several
//!   machines have in common are in [`publication`](crate::publication).
//! - `documents`: the documents of an index, as they are sent.
//! - `sums`: the sums by which equal documents are recognised.
//! - `options`: options, progress and outcome.

pub(crate) mod documents;
pub(crate) mod options;
pub(crate) mod sums;
mod write;

use wensou_index::Index;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::error::Result;
use crate::index::ClusterIndex;
use crate::publication::{Publication, Publisher, check_replaceable, is_lost, published_index};
use crate::schema::statistics_name;
use crate::verify;
pub use options::{Copied, CopyOptions, CopyProgress, DocumentsToSend, RootsHash};

/// Which documents are sent beside a published copy: those whose stated sums differ, if the copy is
/// whole. If shards of it are lost, all, because it cannot be cloned.
fn to_send_beside(published: &ClusterIndex, client: &Client) -> Result<DocumentsToSend> {
    let documents = published.documents_index();
    match verify::is_whole(published) {
        Ok(true) => Ok(DocumentsToSend::StatedSumDiffers),
        Ok(false) => Ok(DocumentsToSend::ComputedSumDiffers),
        Err(_) if is_lost(client, documents) || is_lost(client, &statistics_name(documents)) => {
            Ok(DocumentsToSend::All)
        }
        Err(error) => Err(error),
    }
}

/// Copies an index to a cluster. If documents or statistics of the published copy are missing, no
/// sum that it states is trusted, and a new copy is written even if the index has not changed.
///
/// # Errors
///
/// Errors of the index and of the cluster; [`Refused`](crate::Error::Refused) if the cluster
/// refuses documents; [`Locked`](crate::Error::Locked) if another process copies to the same
/// address. After an error in writing the copy, the alias still leads to the index that it led to
/// before.
pub fn copy(
    index: &Index,
    client: &Client,
    address: &ClusterAddress,
    options: &CopyOptions,
    progress: CopyProgress<'_>,
) -> Result<Copied> {
    let published = published_index(client, address)?;
    if let Some(published) = &published {
        check_replaceable(index, published, options)?;
    }
    let mut publication = Publication::begin(index, client, address, options)?;
    // Another copy may have been published before this one took the lock.
    let published = published_index(client, address)?;
    if let Some(published) = &published {
        check_replaceable(index, published, options)?;
        if options.to_send == DocumentsToSend::StatedSumDiffers {
            publication.options.to_send = to_send_beside(published, client)?;
        }
    }
    let name = publication.documents_name(published.as_ref())?;
    if let Some(same) = published.as_ref().filter(|published| published.documents_index() == name) {
        // The same copy is published already, but the process that published it may have been
        // killed before it had deleted the indexes that it replaced.
        for index in [&name, &statistics_name(&name)] {
            publication.set_replicas(index)?;
        }
        let kept = publication.remove_others(&name, Publisher::Copy)?;
        let [articles, flashes] = same.description().documents;
        return Ok(Copied { documents: articles + flashes, kept, ..Copied::default() });
    }
    let copied = publication.write_with_retry(published.as_ref(), &name, progress)?;
    let kept = publication.publish(&name, Publisher::Copy)?;
    Ok(Copied { kept, ..copied })
}
