//! Several machines index one archive: each has an index of its share, and sends the documents.
//!
//! The index of a share was built with the corpus statistics of all shares, see
//! [`wensou_index::Share`]. All machines write into one index of the cluster, at the same time or
//! one after another, in any order and again after a crash. The machine that sends the last share
//! completes the index and publishes it. The outcome is that of a [`copy`](crate::copy()) of one
//! index of the whole archive: the same records, hits and order.
//!
//! # How a document is sent
//!
//! Several machines may have a document under the same id: each has a part of the occurrences of a
//! flash item, or ids of different records collide. These are the words for it:
//!
//! - An **own** document is one of the share that this machine sends. A **stored** document is the
//!   one that the cluster has under the same id, read with its version.
//! - An own document is **pending** until it is **resolved** against the stored one. If no document
//!   is stored, the own document is written. If the stored document has all that the own document
//!   has, nothing is written.
//! - If both have the same flash item, they are **merged** into one document, which replaces the
//!   stored one.
//! - If they have different records, their ids **collide**. The record that comes first in the walk
//!   keeps the id. The other record takes the next free id. If the other record is the stored one,
//!   it is **displaced**, that is, sent again under its new id.
//! - The **placement** of an own record says under which id it is stored in the end, and whether
//!   this machine counts the record in its statistics. A flash item is counted by the machine that
//!   sent it first.
//!
//! Every write names the version of the document that it replaces, so the cluster refuses the write
//! if another machine was quicker. The own document then stays pending.
//!
//! # Modules
//!
//! - `shared_indexes`: the indexes that the machines write; reads and writes documents there with
//!   their versions.
//! - `registry`: which shares are registered and sent, in a document that machines change with
//!   optimistic concurrency.
//! - `sender`: sends the documents of a share as described above.
//! - `shared_document`: a document, with what is needed to merge it with those of other machines.
//! - `parts`: what each machine has counted, the sketches of its articles, and the new ids of
//!   displaced records.
//! - `complete`: completes the index: adds up the statistics, corrects references to merged items,
//!   finds near-duplicates.

mod complete;
mod parts;
mod registry;
mod sender;
mod shared_document;
mod shared_indexes;

use wensou_index::{Index, Share, analyse_record};
use xxhash_rust::xxh3::xxh3_64;

use self::parts::PartsWriter;
use self::registry::{RegisteredShare, key_of};
use self::sender::{OwnDocument, ShareSender};
use self::shared_document::SharedDocument;
use self::shared_indexes::SharedIndexes;
use crate::address::ClusterAddress;
use crate::client::Client;
use crate::copy::{CopyOptions, CopyProgress};
use crate::error::{Error, Result};
use crate::physical_index::REPLICAS_WAIT;
use crate::publication::{
    Publication, Publisher, check_replaceable, is_marked, new_layout, published_index, roots,
};
use crate::request::encode_segment;
use crate::schema::{self, parts_name};
use crate::share_error::ShareError;

/// The number of documents that are sent and resolved at a time.
const SENT_AT_ONCE: usize = 1000;

/// The outcome of [`send_share`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareSent {
    /// Documents of the share that were sent; 0 if the share had been sent before.
    pub documents: u64,
    /// How many of these documents are flash items that other shares have, too.
    pub merged: u64,
    /// The number of files of all shares that have been sent.
    pub files: u64,
    /// The number of files of the whole archive.
    pub all_files: u64,
    /// Whether the index is published.
    pub state: ShareState,
}

/// Whether the index that a share was sent to is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareState {
    /// The index is not published, because other shares are missing.
    Waiting,
    /// The index is published, because all shares have been sent.
    Published,
    /// The index was published before this call, so the share was not sent again.
    PublishedBefore,
}

/// Sends the share of an archive from which an index was built. If all other shares have been sent,
/// completes and publishes the index on the cluster. Until then, searches find the index that was
/// published before.
///
/// # Errors
///
/// [`ShareError::NotAShare`] if the index is no share; [`ShareError::Overlap`],
/// [`ShareError::Changed`] and [`ShareError::Differ`] if the shares do not fit together or are not
/// what was surveyed; and those of [`copy`](crate::copy()).
pub fn send_share(
    index: &Index,
    client: &Client,
    address: &ClusterAddress,
    options: &CopyOptions,
    progress: CopyProgress<'_>,
) -> Result<ShareSent> {
    // Without an identity, the share was built with statistics of its own.
    let share = index.meta().share.as_ref().filter(|share| !share.survey.identity.is_empty());
    let share = share.ok_or(ShareError::NotAShare)?;
    let documents_index = address.physical_name(&stamp(index, share))?;
    let published = published_index(client, address)?;
    let all_files = share.survey.files;
    // The machines of an archive take the lock one after the other, so none fails because of it.
    let options = CopyOptions { wait: true, ..*options };
    if published.as_ref().is_some_and(|published| published.documents_index() == documents_index) {
        // The machine that published the index may have stopped before it had deleted the other
        // indexes.
        let publication = Publication::begin(index, client, address, &options)?;
        publication.remove_others(&documents_index, Publisher::Shares)?;
        for name in [documents_index.as_str(), &schema::statistics_name(&documents_index)] {
            publication.set_replicas(name)?;
        }
        let state = ShareState::PublishedBefore;
        return Ok(ShareSent { documents: 0, merged: 0, files: all_files, all_files, state });
    }
    if let Some(published) = &published {
        check_replaceable(index, published, &options)?;
    }
    let alias = address.alias();
    create_indexes(client, &documents_index, index, (alias, &options))?;
    let indexes = SharedIndexes {
        client,
        alias,
        documents_index: &documents_index,
        parts_index: parts_name(&documents_index),
    };
    let key = key_of(&share.paths);
    let mut registry = indexes.register(&key, &RegisteredShare::of(share), &share.survey)?;
    let [mut sent, mut merged] = [0, 0];
    if !registry.is_sent(&key) {
        let sender = send_documents(&indexes, index, &key, progress)?;
        [sent, merged] = [sender.documents, sender.merged];
        let writer = PartsWriter { indexes: &indexes, key: &key };
        let parts = writer.write(sender.statistics, &sender.articles)?;
        registry = indexes.note_sent(&key, parts)?;
    }
    let outcome = |state, files| ShareSent { documents: sent, merged, files, all_files, state };
    if !registry.is_complete()? {
        return Ok(outcome(ShareState::Waiting, registry.files_sent()));
    }
    // Another machine may complete the index at the same time.
    let publication = Publication::begin(index, client, address, &options)?;
    if client.alias_targets(alias)? != [documents_index.as_str()] {
        // The statistics get as many replicas as the documents.
        publication.set_replicas(&documents_index)?;
        complete::complete(&indexes, index, &registry, &publication)?;
    }
    Ok(outcome(ShareState::Published, all_files))
}

/// The stamp at the end of the name of the index of documents. It is the same on all machines that
/// index the same archive in the same way.
fn stamp(index: &Index, share: &Share) -> String {
    let meta = index.meta();
    let roots = roots(index).join("\n");
    let hashed = format!("{} {} {} {roots}", schema::FORMAT, meta.analysis, share.survey.identity);
    format!("{:016x}", xxh3_64(hashed.as_bytes()))
}

/// Creates the indexes of documents and of parts, unless another machine has done so.
fn create_indexes(
    client: &Client,
    documents_index: &str,
    index: &Index,
    (alias, options): (&str, &CopyOptions),
) -> Result<()> {
    let replaced = client.alias_targets(alias)?.into_iter().next();
    let layout = new_layout(client, replaced.as_deref(), options.layout)?;
    let analysis = index.meta().analysis.as_str();
    let wanted = [
        (documents_index.to_owned(), schema::documents_index_body(layout, analysis, alias)),
        (
            parts_name(documents_index),
            schema::statistics_or_parts_index_body(layout.replicas, alias),
        ),
    ];
    for (name, body) in wanted {
        if !client.exists(&format!("/{}", encode_segment(&name)))? {
            // This also waits for the replicas of the shards: without them, the loss of a node
            // would lose what was sent.
            client.create_index_if_missing(&name, &body, REPLICAS_WAIT)?;
        }
    }
    for name in [documents_index, &parts_name(documents_index)] {
        if !is_marked(client, name, alias)? {
            return Err(Error::NotMarked { index: name.to_owned() });
        }
    }
    Ok(())
}

/// Sends the documents of a share, some at a time. Returns the sender, which has counted them.
fn send_documents<'b>(
    indexes: &'b SharedIndexes<'b>,
    index: &'b Index,
    key: &'b str,
    progress: CopyProgress<'_>,
) -> Result<ShareSender<'b>> {
    // The index of a share has one root: the folder of the whole archive.
    let base = roots(index).join("\n");
    let segmenter = index.analysis()?.segmenter();
    let mut sender = ShareSender::new(indexes, key, base, segmenter);
    let addresses = index.in_walk_order()?;
    let mut chunk = Vec::new();
    for (ordinal, address) in addresses.iter().enumerate() {
        let record = index.record(*address)?;
        let (values, terms) = analyse_record(ordinal as u64, &record, segmenter)?;
        let document = SharedDocument::new(record, ordinal as u64, key);
        chunk.push(OwnDocument::new(document, values, terms)?);
        if chunk.len() == SENT_AT_ONCE {
            sender.send(std::mem::take(&mut chunk))?;
        }
        progress(ordinal as u64 + 1, addresses.len() as u64);
    }
    sender.send(chunk)?;
    // If somebody has deleted the index meanwhile, the cluster has made another index from the
    // documents that came later, without our mappings.
    if is_marked(indexes.client, indexes.documents_index, indexes.alias)? {
        return Ok(sender);
    }
    indexes.client.delete_index(indexes.documents_index)?;
    Err(Error::Disturbed { index: indexes.documents_index.to_owned() })
}
