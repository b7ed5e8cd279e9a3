//! Several machines index one archive: each has an index of its share, and sends it.
//!
//! A share is an index that was built with the corpus statistics of all shares, see
//! [`wensou_index::Share`]. All machines write into one index of the cluster, at the same time or
//! one after another, in any order and again after a crash. The machine that sends the last share
//! completes the index and publishes it. The outcome is that of a [`copy`](crate::copy()) of one
//! index of the whole archive: the same records, hits and order.
//!
//! - `build`: the indexes that they write.
//! - `state`: which shares there are, in a document that machines change with optimistic
//!   concurrency.
//! - `place`: puts a record where the cluster may have one of the same id. Flash items of several
//!   machines are merged into one, and ids that collide get the next free one.
//! - `shared_document`: a document, with what is needed to merge it with those of other machines.
//! - `read_write`: reads and writes documents with their versions.
//! - `parts`: what each machine has counted, the sketches of its articles, and the new ids of
//!   records that had to give up theirs.
//! - `complete`: the statistics of the whole, references to merged items, near-duplicates.

mod build;
mod complete;
mod parts;
mod place;
mod read_write;
mod shared_document;
mod state;

use wensou_index::{Index, Share, analyse_record};
use xxhash_rust::xxh3::xxh3_64;

use self::build::Build;
use self::parts::PartsWriter;
use self::place::{NewDocument, Placement};
use self::shared_document::SharedDocument;
use self::state::{SentShare, key_of};
use crate::address::ClusterAddress;
use crate::client::Client;
use crate::copy::{
    COPIES, CopyOptions, CopyProgress, Job, Publisher, check_replaceable, is_marked,
    published_index, roots,
};
use crate::error::{Error, Result};
use crate::request::encode_segment;
use crate::schema::{self, parts_name};
use crate::share_error::ShareError;

/// Documents that are sent, and whose conflicts are resolved, at a time.
const WINDOW: usize = 1000;

/// What the sending of a share did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareSent {
    /// Documents of the share.
    pub documents: u64,
    /// Flash items among these that other shares had sent before.
    pub merged: u64,
    /// Files of the shares that were sent so far.
    pub files: u64,
    /// Files of all shares.
    pub all_files: u64,
    /// What became of the index.
    pub state: ShareState,
}

/// What became of an index to which a share was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareState {
    /// Other shares are missing.
    Waiting,
    /// All shares are there, and searches find them.
    Published,
    /// The same, before this share was sent, so it was not sent again.
    PublishedBefore,
}

/// Sends the share of an archive that an index has. When all shares were sent, the index on the
/// cluster is completed and published; until then, searches find the one before.
///
/// # Errors
///
/// [`ShareError::None`] if the index is no share; [`ShareError::Overlap`] and
/// [`ShareError::Differ`] if the shares are not those that were surveyed; and those of
/// [`copy`](crate::copy()).
pub fn send_share(
    index: &Index,
    client: &Client,
    address: &ClusterAddress,
    options: &CopyOptions,
    progress: CopyProgress<'_>,
) -> Result<ShareSent> {
    let share = index.meta().share.as_ref().filter(|share| !share.survey.identity.is_empty());
    let share = share.ok_or(ShareError::None)?;
    let documents = address.physical_name(&stamp(index, share))?;
    let before = published_index(client, address)?;
    let all_files = share.survey.files;
    let options = CopyOptions { wait: true, ..*options };
    if before.as_ref().is_some_and(|before| before.documents() == documents) {
        // The machine that has published it may have been stopped before it was done.
        let job = Job::begin(index, client, address, &options)?;
        job.remove_others(&documents, Publisher::Shares)?;
        let state = ShareState::PublishedBefore;
        return Ok(ShareSent { documents: 0, merged: 0, files: all_files, all_files, state });
    }
    if let Some(before) = &before {
        check_replaceable(index, before, &options)?;
    }
    let alias = address.index();
    create(client, &documents, index, (alias, &options))?;
    let build = Build { client, alias, documents: &documents, parts: parts_name(&documents) };
    let key = key_of(&share.paths);
    let mut state = build.register(&key, &SentShare::of(share), &share.survey)?;
    let [mut placed, mut merged] = [0, 0];
    if !state.is_sent(&key) {
        let Placement { documents, merged: present, statistics, articles, .. } =
            send_documents(&build, index, &key, progress)?;
        [placed, merged] = [documents, present];
        let written = PartsWriter { build: &build, key: &key }.write(statistics, &articles)?;
        state = build.note_sent(&key, written)?;
    }
    let sent = |state, files| ShareSent { documents: placed, merged, files, all_files, state };
    if !state.is_complete()? {
        return Ok(sent(ShareState::Waiting, state.files_sent()));
    }
    // Another machine may complete the index at the same time.
    let job = Job::begin(index, client, address, &options)?;
    if client.alias_targets(alias)? != [documents.as_str()] {
        complete::complete(&build, index, &state, &job)?;
    }
    Ok(sent(ShareState::Published, all_files))
}

/// The end of the name of the index: the same on all machines that index the same archive in the
/// same way.
fn stamp(index: &Index, share: &Share) -> String {
    let meta = index.meta();
    let roots = roots(index).join("\n");
    let about = format!("{} {} {} {roots}", schema::FORMAT, meta.analysis, share.survey.identity);
    format!("{:016x}", xxh3_64(about.as_bytes()))
}

/// Makes the indexes, unless another machine has done so.
fn create(
    client: &Client,
    documents: &str,
    index: &Index,
    (alias, options): (&str, &CopyOptions),
) -> Result<()> {
    let (layout, analysis) = (options.layout, index.meta().analysis.as_str());
    let wanted = [
        (documents.to_owned(), schema::documents_index(layout, analysis, alias)),
        (parts_name(documents), schema::statistics_index(layout.replicas, alias)),
    ];
    for (name, body) in wanted {
        if !client.exists(&format!("/{}", encode_segment(&name)))? {
            // Without copies, what is sent is lost with a node.
            client.create_index_if_missing(&name, &body, COPIES)?;
        }
    }
    for name in [documents, &parts_name(documents)] {
        if !is_marked(client, name, alias)? {
            return Err(Error::NotMarked { index: name.to_owned() });
        }
    }
    Ok(())
}

/// Sends the documents of a share, window by window.
fn send_documents<'b>(
    build: &'b Build<'b>,
    index: &'b Index,
    key: &'b str,
    progress: CopyProgress<'_>,
) -> Result<Placement<'b>> {
    let base = roots(index).join("\n");
    let segmenter = index.analysis()?.segmenter();
    let mut placement = Placement::new(build, key, base, segmenter);
    let addresses = index.in_order()?;
    let mut window = Vec::new();
    for (ordinal, address) in addresses.iter().enumerate() {
        let record = index.record(*address)?;
        let (values, terms) = analyse_record(ordinal as u64, &record, segmenter)?;
        let stored = SharedDocument::new(record, ordinal as u64, key);
        window.push(NewDocument::new(stored, values, terms)?);
        if window.len() == WINDOW {
            placement.place(std::mem::take(&mut window))?;
        }
        progress(ordinal as u64 + 1, addresses.len() as u64);
    }
    placement.place(window)?;
    // What was deleted while it was written was made anew by the cluster, without our mappings.
    if is_marked(build.client, build.documents, build.alias)? {
        return Ok(placement);
    }
    build.client.delete_index(build.documents)?;
    Err(Error::Disturbed { index: build.documents.to_owned() })
}
