//! Copies an index of this machine to a cluster.
//!
//! A copy is written into an index of its own, beside the one that is searched, and an alias is
//! swapped when it is whole. If the alias leads to an index of the same format and analysis, the
//! cluster clones that one first, and only what differs is sent. The name of the new index follows
//! from what is copied, so a copy that was interrupted goes on where it was.

mod cleanup;
pub(crate) mod documents;
pub(crate) mod sums;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wensou_index::Index;
use xxhash_rust::xxh3::xxh3_64;

use crate::address::ClusterAddress;
use crate::alias::{CHANGE, Health};
use crate::bulk::{BulkOptions, BulkSummary, BulkWriter, Operation};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::lock::Lock;
use crate::request::{Request, encode_segment};
use crate::schema::{self, Layout, statistics_name};
use crate::statistics::{Description, StatisticsBuilder};
use cleanup::remove_others;
use documents::for_each_document;

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

/// How long the first copies of a new index are waited for: without them, its documents are lost
/// with a node.
const COPIES: Duration = Duration::from_secs(10);

/// How long a part of an index may be missing before it counts as lost. Another copy of the part
/// takes its place within some seconds.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// What took longer is not written again by itself: the nodes may come back.
const REPEATED_WITHIN: Duration = Duration::from_secs(180);

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
    /// copy to this address, or an alias leads to them.
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
        let kept = remove_others(client, address, &documents, options.grace)?;
        let [articles, flashes] = before.description().documents;
        return Ok(Copied { documents: articles + flashes, kept, ..Copied::default() });
    }
    let copied = job.write_again(before.as_ref(), &documents, progress)?;
    let kept = job.publish(&documents)?;
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

/// An index that is being written for an address, which is locked meanwhile.
pub(crate) struct Job<'a> {
    index: &'a Index,
    client: &'a Client,
    address: &'a ClusterAddress,
    options: &'a CopyOptions,
    lock: Lock,
    /// The index that the alias led to before.
    replaced: Option<String>,
}

impl<'a> Job<'a> {
    /// Locks the address.
    pub(crate) fn begin(
        index: &'a Index,
        client: &'a Client,
        address: &'a ClusterAddress,
        options: &'a CopyOptions,
    ) -> Result<Self> {
        let lock = Lock::acquire(client, address, options.wait)?;
        let replaced = client.alias_targets(address.index())?.into_iter().next();
        Ok(Self { index, client, address, options, lock, replaced })
    }

    /// The name of the index of documents. It ends with a stamp: the same for the same generation
    /// of an index, and the same index that it replaces as a whole.
    fn documents_name(&self, before: Option<&ClusterIndex>) -> Result<String> {
        // What is sent whole, or compared as a whole, goes to an index of another name.
        let replaced = match self.options.sent {
            Sent::Changed => "",
            Sent::Different | Sent::All => before.map_or("", ClusterIndex::documents),
        };
        let meta = self.index.meta();
        let sums: Vec<String> = meta.files.iter().map(|file| format!("{file:?}")).collect();
        let versions = format!("{} {} {}", schema::FORMAT, meta.analysis, meta.built);
        let about = format!("{versions} {}{replaced}", sums.concat());
        Ok(self.address.physical_name(&format!("{:016x}", xxh3_64(about.as_bytes())))?)
    }

    /// Writes both indexes. If a part of one is lost, because a node was lost before the part had a
    /// second copy, writes both once more, unless that took long.
    fn write_again(
        &self,
        before: Option<&ClusterIndex>,
        documents: &str,
        progress: CopyProgress<'_>,
    ) -> Result<Copied> {
        let started = Instant::now();
        match self.write(before, documents, progress) {
            Err(error) if error.is_passing() && started.elapsed() < REPEATED_WITHIN => {
                let names = [documents.to_owned(), statistics_name(documents)];
                if !names.iter().any(|name| is_lost(self.client, name)) {
                    return Err(error);
                }
                if is_marked(self.client, documents, self.address.index())? {
                    self.client.delete_index(documents)?;
                }
                self.write(before, documents, progress)
            }
            written => written,
        }
    }

    /// Writes both indexes, up to the description that makes them whole.
    fn write(
        &self,
        before: Option<&ClusterIndex>,
        documents: &str,
        progress: CopyProgress<'_>,
    ) -> Result<Copied> {
        // What several machines have written has fields that a copy does not have.
        let cloned = before.filter(|before| before.description().shares == 0);
        self.create(documents, cloned.filter(|_| self.options.sent != Sent::All))?;
        let (copied, counted) = self.send_documents(documents, progress)?;
        self.describe(documents, counted, 0)?;
        Ok(copied)
    }

    /// Writes the statistics of an index of documents, and its description, which makes it whole.
    /// `shares` is the number of machines that have written it.
    pub(crate) fn describe(
        &self,
        documents: &str,
        counted: StatisticsBuilder,
        shares: u64,
    ) -> Result<()> {
        let Self { index, client, options, .. } = self;
        let statistics = statistics_name(documents);
        client.delete_index(&statistics)?;
        let body = schema::statistics_index(options.layout.replicas, self.address.index());
        self.unless_there(&statistics, client.create_index(&statistics, &body))?;
        client.wait_for_copies(&statistics, COPIES)?;
        let expected: u64 = counted.documents().iter().sum();
        let description = Description { shares, ..describe(index, self.address.index())? };
        let description = send_statistics(client, &statistics, counted, description)?;
        for name in [documents, statistics.as_str()] {
            client.refresh(name)?;
        }
        self.lock.confirm()?;
        let is_marked = is_marked(client, documents, self.address.index())?;
        let count = client.count(documents, &json!({ "query": { "match_all": {} } }))?;
        if !is_marked || count != expected {
            if !is_marked {
                // The cluster made it of documents that came after the index was deleted.
                client.delete_index(documents)?;
            }
            return Err(Error::Disturbed { index: documents.to_owned() });
        }
        self.change(documents, "_mapping", &json!({ "_meta": { "wensou": description } }))
    }

    /// Lets the alias lead to what was written, and deletes what is of no use. Returns the names of
    /// the indexes that look like copies and stay.
    pub(crate) fn publish(&self, documents: &str) -> Result<Vec<String>> {
        let Self { client, address, options, .. } = self;
        for name in [documents, &statistics_name(documents)] {
            self.change(name, "_settings", &json!({ "index.blocks.write": true }))?;
            client.wait_for_health(name, Health::Yellow, options.patience)?;
        }
        self.lock.confirm()?;
        match client.swap_alias(address.index(), self.replaced.as_deref(), documents) {
            Err(Error::Conflict { reason, .. }) => {
                return Err(Error::AliasMoved { address: address.to_string(), reason });
            }
            swapped => swapped?,
        }
        client.wait_for_alias(address.index(), documents, options.patience)?;
        remove_others(client, address, documents, options.grace)
    }

    /// Makes the index of documents, unless an interrupted copy has done so: a clone of the one
    /// before if its documents were analysed in the same way, else an empty one.
    fn create(&self, name: &str, before: Option<&ClusterIndex>) -> Result<()> {
        let Self { client, options, .. } = self;
        let (alias, analysis) = (self.address.index(), self.index.meta().analysis.as_str());
        let settings = json!({
            "index.blocks.write": null,
            "index.blocks.read_only_allow_delete": null,
        });
        let request = Request::head(format!("/{}", encode_segment(name)));
        if client.send(&request.of_elected_node().accept(404))?.status() != 404 {
            if !is_marked(client, name, alias)? {
                return Err(Error::NotMarked { index: name.to_owned() });
            }
            if !is_lost(client, name) {
                return self.change(name, "_settings", &settings);
            }
            client.delete_index(name)?;
        }
        let alike = before.filter(|before| before.description().analysis == analysis);
        let Some(before) = alike else {
            let body = schema::documents_index(options.layout, analysis, alias);
            self.unless_there(name, client.create_index(name, &body))?;
            return client.wait_for_copies(name, COPIES);
        };
        let end = format!("_clone/{}", encode_segment(name));
        let cloned = self.change(before.documents(), &end, &json!({ "settings": settings }));
        self.unless_there(name, cloned)?;
        client.wait_for_health(name, Health::Yellow, options.patience)?;
        client.wait_for_copies(name, COPIES)?;
        // It is not whole before it has a description of its own.
        self.change(name, "_mapping", &json!({ "_meta": schema::unfinished(analysis, alias) }))
    }

    /// The outcome of creating an index. If the elected node is lost, another node repeats the
    /// request by itself, and answers that the index exists.
    fn unless_there(&self, name: &str, created: Result<()>) -> Result<()> {
        match created {
            Err(Error::NameTaken { .. }) if is_marked(self.client, name, self.address.index())? => {
                Ok(())
            }
            created => created,
        }
    }

    /// Changes what the cluster knows of an index.
    fn change(&self, name: &str, what: &str, body: &Value) -> Result<()> {
        let path = format!("/{}/{what}", encode_segment(name));
        let request = Request::put(path).json(body)?.timeout(CHANGE).of_elected_node();
        self.client.send(&request).map(drop)
    }

    /// Sends the documents that differ, and deletes those that the index does not have.
    fn send_documents(
        &self,
        name: &str,
        progress: CopyProgress<'_>,
    ) -> Result<(Copied, StatisticsBuilder)> {
        let Self { index, client, options, lock, .. } = self;
        client.refresh(name)?;
        let mut present = match options.sent {
            Sent::Different => sums::computed(client, name)?,
            Sent::Changed | Sent::All => sums::said(client, name)?,
        };
        let mut writer = BulkWriter::new(client, name, bulk_options())?;
        let mut copied = Copied::default();
        let statistics = for_each_document(index, |document| {
            copied.documents += 1;
            if present.remove(document.id).as_deref() != Some(document.sum) {
                copied.sent += 1;
                writer.push(&Operation::index(document.id, document.json))?;
            }
            lock.check()?;
            let [done, all] = document.progress;
            progress(done, all);
            Ok(())
        })?;
        for id in present.keys() {
            copied.deleted += 1;
            writer.push(&Operation::delete(id))?;
        }
        accepted(writer.finish()?)?;
        Ok((copied, statistics))
    }
}

/// Whether we have created an index for an alias. If it is deleted while it is written, the cluster
/// makes another one of the documents that come later, with mappings of its own.
pub(crate) fn is_marked(client: &Client, name: &str, alias: &str) -> Result<bool> {
    let request = Request::get(format!("/{}/_mapping", encode_segment(name)))
        .query("filter_path", "*.mappings._meta")
        .of_elected_node();
    let found: Value = client.send(&request)?.json()?;
    Ok(found[name]["mappings"]["_meta"]["wensou"]["alias"] == alias)
}

fn bulk_options() -> BulkOptions {
    BulkOptions { patience_without_shards: LOST_AFTER * 3, ..BulkOptions::default() }
}

/// Whether parts of an index that is being written are lost.
fn is_lost(client: &Client, name: &str) -> bool {
    matches!(client.wait_for_health(name, Health::Yellow, LOST_AFTER), Err(Error::Waited { .. }))
}

/// What an index covers, as it was given.
pub(crate) fn roots(index: &Index) -> Vec<String> {
    index.meta().given.iter().map(|root| root.display().to_string()).collect()
}

fn describe(index: &Index, alias: &str) -> Result<Description> {
    let meta = index.meta();
    let [words, synonyms] = index.table_texts()?;
    Ok(Description {
        format: schema::FORMAT,
        analysis: meta.analysis.clone(),
        alias: alias.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        built: meta.built.clone(),
        roots: roots(index),
        documents: [0; 2],
        lengths: [[0; 3]; 2],
        with_field: [[0; 3]; 2],
        buckets: 0,
        name_chunks: 0,
        word_chunks: 0,
        words,
        synonyms,
        shares: 0,
    })
}

fn send_statistics(
    client: &Client,
    name: &str,
    counted: StatisticsBuilder,
    description: Description,
) -> Result<Description> {
    let mut writer = BulkWriter::new(client, name, bulk_options())?;
    let description = counted.write(description, |id, json| -> Result<()> {
        writer.push(&Operation::index(id, &json))
    })?;
    accepted(writer.finish()?)?;
    Ok(description)
}

/// Fails if a document was refused.
pub(crate) fn accepted(summary: BulkSummary) -> Result<()> {
    if summary.failed == 0 {
        return Ok(());
    }
    let (id, reason) = match summary.errors.first() {
        Some(error) => (error.id.clone(), error.reason.clone()),
        None => (String::new(), String::new()),
    };
    Err(Error::Refused { count: summary.failed, id, reason })
}
