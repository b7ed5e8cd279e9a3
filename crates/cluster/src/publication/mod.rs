//! The steps by which an index on a cluster is completed and published at an address, under the
//! lock of the address. Both [`copy`](crate::copy()) and [`send_share`](crate::send_share) take
//! these steps.
//!
//! - `published`: the index that is published already, whether another one may replace it, and how
//!   that one is spread over the cluster.
//! - `cleanup`: deletes the other indexes that were written for an address.

mod cleanup;
mod published;

use std::time::Duration;

use serde_json::{Value, json};
use wensou_index::Index;

use self::cleanup::{MARK_PATHS, has_mark, remove_others};
use crate::address::ClusterAddress;
use crate::bulk::{BulkOptions, BulkSummary, BulkWriter, Operation};
use crate::client::Client;
use crate::copy::options::CopyOptions;
use crate::error::{Error, Result};
use crate::lock::Lock;
use crate::physical_index::{CHANGE_TIMEOUT, Health, REPLICAS_WAIT};
use crate::request::{Request, encode_segment};
use crate::schema::{self, ShardLayout, statistics_name};
use crate::source::Source;
use crate::statistics::{Description, StatisticsBuilder};
pub(crate) use cleanup::Publisher;
pub use published::replaceable_roots;
pub(crate) use published::{check_replaceable, new_layout, published_index, roots};

/// How long a shard of an index may be missing before the shard counts as lost. A replica, if there
/// is one, takes the place of a missing shard within some seconds.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// The publication of an index at an address, which is locked until this is dropped. The index is a
/// copy of an index in a folder, or several machines have sent their shares to it.
pub(crate) struct Publication<'a> {
    /// The index in a folder: the one that is copied, or the share of this machine.
    pub(crate) index: &'a Index,
    pub(crate) client: &'a Client,
    pub(crate) address: &'a ClusterAddress,
    pub(crate) options: CopyOptions,
    pub(crate) lock: Lock,
    /// The name of the index that the alias led to when the address was locked; `None` if there was
    /// no alias.
    replaced: Option<String>,
}

impl<'a> Publication<'a> {
    /// Locks the address.
    pub(crate) fn begin(
        index: &'a Index,
        client: &'a Client,
        address: &'a ClusterAddress,
        options: &'a CopyOptions,
    ) -> Result<Self> {
        let lock = Lock::acquire(client, address, options.wait)?;
        let replaced = client.alias_targets(address.alias())?.into_iter().next();
        Ok(Self { index, client, address, options: *options, lock, replaced })
    }

    /// How the index of documents is spread over the cluster, if this process creates it.
    pub(crate) fn layout(&self) -> Result<ShardLayout> {
        new_layout(self.client, self.replaced.as_deref(), self.options.layout)
    }

    /// Sets the number of replicas of an index, if the options state another than it has.
    pub(crate) fn set_replicas(&self, name: &str) -> Result<()> {
        match self.options.layout.replicas {
            Some(replicas) => self.set_replicas_to(name, replicas),
            None => Ok(()),
        }
    }

    /// Sets the number of replicas of an index that a copy which was interrupted has begun: to what
    /// the options state, or to what the index has that it will replace.
    pub(crate) fn set_replicas_of_begun(&self, name: &str) -> Result<()> {
        if self.replaced.is_none() {
            return self.set_replicas(name);
        }
        self.set_replicas_to(name, self.layout()?.replicas)
    }

    fn set_replicas_to(&self, name: &str, replicas: u32) -> Result<()> {
        match self.client.layout_of(name)? {
            Some(layout) if layout.replicas != replicas => {
                self.put_to(name, "_settings", &json!({ "index.number_of_replicas": replicas }))
            }
            _ => Ok(()),
        }
    }

    /// Writes the statistics of the index of documents named `documents_index`, and its
    /// description, which makes the index whole. `shares` is the number of shares that the index
    /// was sent in; 0 for a copy.
    pub(crate) fn describe(
        &self,
        documents_index: &str,
        statistics: StatisticsBuilder,
        shares: u64,
    ) -> Result<()> {
        let Self { index, client, .. } = self;
        // Without the lock, another process may have published the index, and the statistics that
        // are deleted here would be in use.
        self.lock.confirm()?;
        let statistics_index = statistics_name(documents_index);
        client.delete_index(&statistics_index)?;
        // The statistics have as many replicas as the documents, whoever has created their index.
        let layout = client.layout_of(documents_index)?.unwrap_or_default();
        let body = schema::statistics_or_parts_index_body(layout.replicas, self.address.alias());
        let created = client.create_index(&statistics_index, &body);
        self.created_or_already_ours(&statistics_index, created)?;
        client.wait_for_replicas(&statistics_index, REPLICAS_WAIT)?;
        let expected: u64 = statistics.documents().iter().sum();
        let description = Description { shares, ..new_description(index, self.address.alias())? };
        let description = send_statistics(client, &statistics_index, statistics, description)?;
        for name in [documents_index, statistics_index.as_str()] {
            refresh(client, name)?;
        }
        self.lock.confirm()?;
        let is_marked = is_marked(client, documents_index, self.address.alias())?;
        let count = client.count(documents_index, &json!({ "query": { "match_all": {} } }))?;
        if !is_marked || count != expected {
            if !is_marked {
                // Our index was deleted, and the cluster made this one from the documents that came
                // later.
                client.delete_index(documents_index)?;
            }
            return Err(Error::Disturbed { index: documents_index.to_owned() });
        }
        self.put_to(documents_index, "_mapping", &json!({ "_meta": { "wensou": description } }))
    }

    /// Blocks writes to the index of documents named `documents_index` and to its statistics, lets
    /// the alias lead to it, and deletes the other indexes that were written for the address.
    /// Returns the names of the indexes that stay, although their names are like those of copies.
    pub(crate) fn publish(
        &self,
        documents_index: &str,
        publisher: Publisher,
    ) -> Result<Vec<String>> {
        let Self { client, address, options, .. } = self;
        for name in [documents_index, &statistics_name(documents_index)] {
            // The cluster clones only an index to which writes are blocked, and the next copy may
            // clone this one.
            self.put_to(name, "_settings", &json!({ "index.blocks.write": true }))?;
            client.wait_for_health(name, Health::Yellow, options.patience)?;
        }
        self.lock.confirm()?;
        match client.swap_alias(address.alias(), self.replaced.as_deref(), documents_index) {
            Err(Error::Conflict { reason, .. }) => {
                return Err(Error::AliasMoved { address: address.to_string(), reason });
            }
            swapped => swapped?,
        }
        client.wait_for_alias(address.alias(), documents_index, options.patience)?;
        self.remove_others(documents_index, publisher)
    }

    /// Deletes the indexes that were written for the address, except the published one, whose name
    /// is `documents_index`. Returns the names of the indexes that stay, although their names are
    /// like those of copies.
    pub(crate) fn remove_others(
        &self,
        documents_index: &str,
        publisher: Publisher,
    ) -> Result<Vec<String>> {
        remove_others(self.client, self.address, documents_index, publisher, self.options.grace)
    }

    /// Allows writes to an index that [`publish`](Self::publish) has blocked.
    pub(crate) fn unblock(&self, documents_index: &str) -> Result<()> {
        self.put_to(documents_index, "_settings", &json!({ "index.blocks.write": null }))
    }

    /// Turns the outcome `created` of creating the index `name` into success if the name is taken
    /// by an index with our mark, and returns any other outcome as it is. An index that was just
    /// created can be reported as existing: if the elected cluster manager is lost, the cluster
    /// repeats the request by itself, and then answers that the index exists.
    pub(crate) fn created_or_already_ours(&self, name: &str, created: Result<()>) -> Result<()> {
        match created {
            Err(Error::NameTaken { .. }) if is_marked(self.client, name, self.address.alias())? => {
                Ok(())
            }
            created => created,
        }
    }

    /// Puts `body` to an endpoint of an index, such as `_settings`.
    pub(crate) fn put_to(&self, name: &str, endpoint: &str, body: &Value) -> Result<()> {
        let path = format!("/{}/{endpoint}", encode_segment(name));
        let request =
            Request::put(path).json(body)?.min_timeout(CHANGE_TIMEOUT).by_cluster_manager();
        self.client.send(&request).map(drop)
    }
}

/// Whether an index has the mark that wensou gives to the indexes of an alias, or is a clone of a
/// copy for that alias and has no mappings yet, see [`has_mark`]. If somebody deletes
/// an index while documents are sent to it, the cluster makes another index from the documents that
/// come later, with mappings of its own and without the mark.
pub(crate) fn is_marked(client: &Client, name: &str, alias: &str) -> Result<bool> {
    let request = Request::get(format!("/{}", encode_segment(name)))
        .query("filter_path", MARK_PATHS)
        .by_cluster_manager();
    let found: Value = client.send(&request)?.json()?;
    Ok(has_mark(&found[name]["mappings"], &found[name]["settings"], alias))
}

/// Deletes an index if it has our mark, see [`is_marked`]. Does nothing if there is no such index.
pub(crate) fn delete_if_marked(client: &Client, name: &str, alias: &str) -> Result<()> {
    match is_marked(client, name, alias) {
        Err(Error::NotFound { .. }) | Ok(false) => Ok(()),
        Ok(true) => client.delete_index(name).map(drop),
        Err(error) => Err(error),
    }
}

/// How to write to an index that is not published: waits for a missing shard only for
/// [`LOST_AFTER`], because a shard without a replica is lost for good.
pub(crate) fn bulk_options() -> BulkOptions {
    BulkOptions { patience_without_shards: LOST_AFTER, ..BulkOptions::default() }
}

/// Makes the documents of an index visible to searches. First looks for lost shards, because a
/// refresh would wait for them until its time is over.
pub(crate) fn refresh(client: &Client, name: &str) -> Result<()> {
    client.wait_for_health(name, Health::Yellow, LOST_AFTER)?;
    client.refresh(name)
}

/// Whether shards of an index stay missing for [`LOST_AFTER`]. If the cluster cannot be asked, the
/// answer is no.
pub(crate) fn is_lost(client: &Client, name: &str) -> bool {
    matches!(
        client.wait_for_health(name, Health::Yellow, LOST_AFTER),
        Err(Error::StateNotReached { .. })
    )
}

/// As [`is_lost`], but the answer is also yes if there is no such index.
pub(crate) fn is_lost_or_missing(client: &Client, name: &str) -> bool {
    matches!(
        client.wait_for_health(name, Health::Yellow, LOST_AFTER),
        Err(Error::StateNotReached { .. } | Error::NotFound { .. })
    )
}

/// The description of an index on the cluster before its documents are counted. `index` is the
/// index in a folder: the one that is copied, or the share of this machine.
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
        source: Some(Source::of(index)),
    })
}

/// Writes the documents of the statistics index `name`. Returns the description with the totals of
/// the statistics.
fn send_statistics(
    client: &Client,
    name: &str,
    statistics: StatisticsBuilder,
    description: Description,
) -> Result<Description> {
    let mut writer = BulkWriter::new(client, name, bulk_options())?;
    let description = statistics.write(description, |id, json| -> Result<()> {
        writer.push(&Operation::index(id, &json))
    })?;
    check_none_refused(writer.finish()?)?;
    Ok(description)
}

/// Fails if the cluster refused a document.
pub(crate) fn check_none_refused(summary: BulkSummary) -> Result<()> {
    if summary.failed == 0 {
        return Ok(());
    }
    let (id, reason) = match summary.errors.first() {
        Some(error) => (error.id.clone(), error.reason.clone()),
        None => (String::new(), String::new()),
    };
    Err(Error::Refused { count: summary.failed, id, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::{Mock, Reply, SeenRequest};

    #[test]
    fn only_an_index_with_our_mark_is_deleted() {
        // The answer about the index, and whether the index is deleted.
        let marked = r#"{"n-1":{"mappings":{"_meta":{"wensou":{"alias":"n"}}}}}"#;
        let missing = Reply::exception(404, "index_not_found_exception", "no such index [n-1]");
        for (answer, expected) in
            [(Reply::ok(marked), true), (Reply::ok(r#"{"n-1":{}}"#), false), (missing, false)]
        {
            let mock = Mock::new(move |_, seen| match seen.line.starts_with("DELETE") {
                true => Reply::ok("{}"),
                false => answer.clone(),
            });
            delete_if_marked(&mock.client(), "n-1", "n").unwrap();
            let deletes = |seen: &SeenRequest| seen.line.starts_with("DELETE /n-1");
            assert_eq!(mock.requests().iter().any(deletes), expected, "{:?}", mock.requests());
        }
    }

    #[test]
    fn lost_shards_are_looked_for_before_a_refresh() {
        let mock = Mock::new(|_, seen| match seen.line.contains("_cluster/health") {
            true => Reply::ok(r#"{"status":"yellow","timed_out":false}"#),
            false => Reply::ok("{}"),
        });
        refresh(&mock.client(), "n-1").unwrap();
        let lines: Vec<String> = mock.requests().into_iter().map(|seen| seen.line).collect();
        assert!(lines[0].starts_with("GET /_cluster/health/n-1?"), "{lines:?}");
        assert_eq!(lines[1..], ["POST /n-1/_refresh"]);
    }
}
