//! The steps by which an index is written to an address and published, under its lock.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wensou_index::Index;
use xxhash_rust::xxh3::xxh3_64;

use super::cleanup::{MARK_PATHS, Publisher, has_mark, remove_others};
use super::documents::for_each_document;
use super::options::{Copied, CopyOptions, CopyProgress, Sent};
use super::published::roots;
use super::sums;
use crate::address::ClusterAddress;
use crate::alias::{CHANGE_TIMEOUT, Health};
use crate::bulk::{BulkOptions, BulkSummary, BulkWriter, Operation};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::lock::Lock;
use crate::request::{Request, encode_segment};
use crate::schema::{self, statistics_name};
use crate::statistics::{Description, StatisticsBuilder};

/// How long to wait until the shards of a new index have their replicas. Without them, the loss of
/// a node loses documents.
pub(crate) const REPLICAS_WAIT: Duration = Duration::from_secs(10);

/// How long a shard of an index may be missing before it counts as lost. A replica takes its place
/// within some seconds.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// How long writing may take and still be repeated at once after a shard was lost. After a longer
/// time, the user decides: the nodes may come back.
const RETRY_WITHIN: Duration = Duration::from_secs(180);

/// An index that is being written for an address, which is locked meanwhile.
pub(crate) struct Job<'a> {
    index: &'a Index,
    client: &'a Client,
    address: &'a ClusterAddress,
    options: &'a CopyOptions,
    lock: Lock,
    /// The name of the index that the alias led to when the address was locked.
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

    /// The name of the index of documents. Its stamp is a hash of the format, the analysis and the
    /// generation of the local index, so the same copy has the same name.
    pub(super) fn documents_name(&self, published: Option<&ClusterIndex>) -> Result<String> {
        // These options are for a published index that cannot be trusted. Its name is part of the
        // hash, so that the new index has another one even if the generation is the same.
        let distrusted = match self.options.sent {
            Sent::Changed => "",
            Sent::Different | Sent::All => published.map_or("", ClusterIndex::documents),
        };
        let meta = self.index.meta();
        let sums: Vec<String> = meta.files.iter().map(|file| format!("{file:?}")).collect();
        let versions = format!("{} {} {}", schema::FORMAT, meta.analysis, meta.built);
        let about = format!("{versions} {}{distrusted}", sums.concat());
        Ok(self.address.physical_name(&format!("{:016x}", xxh3_64(about.as_bytes())))?)
    }

    /// Writes both indexes. If a shard is lost, because a node was lost before the shard had a
    /// replica, writes both once more, unless the first time took longer than [`RETRY_WITHIN`].
    pub(super) fn write_with_retry(
        &self,
        published: Option<&ClusterIndex>,
        documents: &str,
        progress: CopyProgress<'_>,
    ) -> Result<Copied> {
        let started = Instant::now();
        let may_pass =
            |error: &Error| error.is_transient() || matches!(error, Error::Waited { .. });
        match self.write(published, documents, progress) {
            Err(error) if may_pass(&error) && started.elapsed() < RETRY_WITHIN => {
                let names = [documents.to_owned(), statistics_name(documents)];
                if !names.iter().any(|name| is_lost(self.client, name)) {
                    return Err(error);
                }
                if is_marked(self.client, documents, self.address.index())? {
                    self.client.delete_index(documents)?;
                }
                self.write(published, documents, progress)
            }
            written => written,
        }
    }

    /// Writes both indexes, and at last the description that makes them whole.
    fn write(
        &self,
        published: Option<&ClusterIndex>,
        documents: &str,
        progress: CopyProgress<'_>,
    ) -> Result<Copied> {
        // The documents of an index that several machines have written have fields that those of a
        // copy do not have, so such an index is not cloned.
        let cloned = published.filter(|published| {
            published.description().shares == 0 && self.options.sent != Sent::All
        });
        self.create_or_clone(documents, cloned)?;
        let (copied, counted) = self.send_documents(documents, progress)?;
        self.describe(documents, counted, 0)?;
        Ok(copied)
    }

    /// Writes the statistics of an index of documents, and its description, which makes it whole.
    /// `shares` is the number of shares that it was sent in, or 0.
    pub(crate) fn describe(
        &self,
        documents: &str,
        counted: StatisticsBuilder,
        shares: u64,
    ) -> Result<()> {
        let Self { index, client, options, .. } = self;
        // Without the lock, another process may have published the index, and the statistics that
        // are deleted here would be in use.
        self.lock.confirm()?;
        let statistics = statistics_name(documents);
        client.delete_index(&statistics)?;
        let body = schema::statistics_index(options.layout.replicas, self.address.index());
        self.accept_if_created(&statistics, client.create_index(&statistics, &body))?;
        client.wait_for_replicas(&statistics, REPLICAS_WAIT)?;
        let expected: u64 = counted.documents().iter().sum();
        let description = Description { shares, ..new_description(index, self.address.index())? };
        let description = send_statistics(client, &statistics, counted, description)?;
        for name in [documents, statistics.as_str()] {
            refresh(client, name)?;
        }
        self.lock.confirm()?;
        let is_marked = is_marked(client, documents, self.address.index())?;
        let count = client.count(documents, &json!({ "query": { "match_all": {} } }))?;
        if !is_marked || count != expected {
            if !is_marked {
                // Our index was deleted, and the cluster made this one of documents that came
                // later.
                client.delete_index(documents)?;
            }
            return Err(Error::Disturbed { index: documents.to_owned() });
        }
        self.change(documents, "_mapping", &json!({ "_meta": { "wensou": description } }))
    }

    /// Lets the alias lead to an index of documents, and deletes the other indexes that were
    /// written for the address. Returns the names of those that look like copies and stay.
    pub(crate) fn publish(&self, documents: &str, publisher: Publisher) -> Result<Vec<String>> {
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
        self.remove_others(documents, publisher)
    }

    /// Deletes the other indexes that were written for the address, beside the published index.
    /// Returns the names of those that look like copies and stay.
    pub(crate) fn remove_others(
        &self,
        documents: &str,
        publisher: Publisher,
    ) -> Result<Vec<String>> {
        remove_others(self.client, self.address, documents, publisher, self.options.grace)
    }

    /// Allows writes to an index that [`publish`](Self::publish) has blocked.
    pub(crate) fn unblock(&self, documents: &str) -> Result<()> {
        self.change(documents, "_settings", &json!({ "index.blocks.write": null }))
    }

    /// Creates the index of documents, unless an interrupted copy has done so: a clone of
    /// `original` if its documents were analysed in the same way, else an empty index.
    fn create_or_clone(&self, name: &str, original: Option<&ClusterIndex>) -> Result<()> {
        let Self { client, options, .. } = self;
        let (alias, analysis) = (self.address.index(), self.index.meta().analysis.as_str());
        let unblocked = json!({
            "index.blocks.write": null,
            "index.blocks.read_only_allow_delete": null,
        });
        let request = Request::head(format!("/{}", encode_segment(name)));
        if client.send(&request.by_cluster_manager().accept(404))?.status() != 404 {
            if !is_marked(client, name, alias)? {
                return Err(Error::NotMarked { index: name.to_owned() });
            }
            if !is_lost(client, name) {
                return self.change(name, "_settings", &unblocked);
            }
            client.delete_index(name)?;
        }
        let create = || {
            let body = schema::documents_index(options.layout, analysis, alias);
            self.accept_if_created(name, client.create_index(name, &body))?;
            client.wait_for_replicas(name, REPLICAS_WAIT)
        };
        let original = original.filter(|original| original.description().analysis == analysis);
        let Some(original) = original else { return create() };
        let endpoint = format!("_clone/{}", encode_segment(name));
        let cloned =
            self.change(original.documents(), &endpoint, &json!({ "settings": unblocked }));
        self.accept_if_created(name, cloned)?;
        match client.wait_for_health(name, Health::Yellow, options.patience) {
            // The nodes of the original may hold no further shards, such as when their disks are
            // nearly full. Those of a new index can be on other nodes.
            Err(Error::Waited { .. }) => {
                client.delete_index(name)?;
                return create();
            }
            health => health?,
        };
        client.wait_for_replicas(name, REPLICAS_WAIT)?;
        // The clone has the description of the original. It must not count as whole before it has
        // one of its own.
        self.change(name, "_mapping", &json!({ "_meta": schema::unfinished(analysis, alias) }))
    }

    /// The outcome of creating an index, but success if the name is taken by an index of ours: if
    /// the elected node is lost, the cluster repeats the request by itself, and then answers that
    /// the index exists.
    fn accept_if_created(&self, name: &str, created: Result<()>) -> Result<()> {
        match created {
            Err(Error::NameTaken { .. }) if is_marked(self.client, name, self.address.index())? => {
                Ok(())
            }
            created => created,
        }
    }

    /// Puts `body` to an endpoint of an index, such as `_settings`.
    fn change(&self, name: &str, endpoint: &str, body: &Value) -> Result<()> {
        let path = format!("/{}/{endpoint}", encode_segment(name));
        let request = Request::put(path).json(body)?.timeout(CHANGE_TIMEOUT).by_cluster_manager();
        self.client.send(&request).map(drop)
    }

    /// Sends the documents that differ, and deletes those that the local index does not have.
    /// Returns the statistics of all documents.
    fn send_documents(
        &self,
        name: &str,
        progress: CopyProgress<'_>,
    ) -> Result<(Copied, StatisticsBuilder)> {
        let Self { index, client, options, lock, .. } = self;
        refresh(client, name)?;
        let mut sums_there = match options.sent {
            Sent::Different => sums::computed_sums(client, name)?,
            Sent::Changed | Sent::All => sums::stated_sums(client, name)?,
        };
        let mut writer = BulkWriter::new(client, name, bulk_options())?;
        let mut copied = Copied::default();
        let statistics = for_each_document(index, |document| {
            copied.documents += 1;
            if sums_there.remove(document.id).as_deref() != Some(document.sum) {
                copied.sent += 1;
                writer.push(&Operation::index(document.id, document.json))?;
            }
            lock.check()?;
            let [done, all] = document.progress;
            progress(done, all);
            Ok(())
        })?;
        for id in sums_there.keys() {
            copied.deleted += 1;
            writer.push(&Operation::delete(id))?;
        }
        accepted(writer.finish()?)?;
        Ok((copied, statistics))
    }
}

/// Whether an index has the mark that we give to the indexes of an alias. An index that is deleted
/// while it is written loses it: the cluster makes another one of the documents that come later,
/// with mappings of its own.
pub(crate) fn is_marked(client: &Client, name: &str, alias: &str) -> Result<bool> {
    let request = Request::get(format!("/{}", encode_segment(name)))
        .query("filter_path", MARK_PATHS)
        .by_cluster_manager();
    let found: Value = client.send(&request)?.json()?;
    Ok(has_mark(&found[name]["mappings"], &found[name]["settings"], alias))
}

fn bulk_options() -> BulkOptions {
    BulkOptions { patience_without_shards: LOST_AFTER, ..BulkOptions::default() }
}

/// Makes the documents of an index visible to searches. A refresh waits for lost shards until its
/// time is over, so they are noticed before.
fn refresh(client: &Client, name: &str) -> Result<()> {
    client.wait_for_health(name, Health::Yellow, LOST_AFTER)?;
    client.refresh(name)
}

/// Whether shards of an index that is being written are lost.
fn is_lost(client: &Client, name: &str) -> bool {
    matches!(client.wait_for_health(name, Health::Yellow, LOST_AFTER), Err(Error::Waited { .. }))
}

/// The description of a copy of an index before its documents are counted.
fn new_description(index: &Index, alias: &str) -> Result<Description> {
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

/// Writes the documents of the statistics index. Returns the description with what was counted.
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
