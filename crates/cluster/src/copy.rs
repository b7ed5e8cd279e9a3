//! Copies an index of this machine to a cluster.
//!
//! A copy is written into an index of its own, beside the one that is searched, and an alias is
//! swapped when it is whole. If the alias leads to an index of the same format and analysis, the
//! cluster clones that one first, and only what differs is sent. The name of the new index follows
//! from what is copied, so a copy that was interrupted goes on where it was.

use std::collections::hash_map::Entry;
use std::time::Duration;

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::{Value, json};
use wensou_index::{Index, RecordExt, analyse_record};
use xxhash_rust::xxh3::xxh3_64;

use crate::address::ClusterAddress;
use crate::alias::Health;
use crate::bulk::{BulkOptions, BulkSummary, BulkWriter, Operation};
use crate::client::Client;
use crate::document::document;
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::pages::PageOptions;
use crate::request::encode_segment;
use crate::schema::{self, Layout, field, parts_name, statistics_name};
use crate::statistics::{Description, StatisticsBuilder};

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
    /// Whether every document is sent, even if the cluster seems to have it: somebody else may have
    /// changed what is there.
    pub whole: bool,
    /// The time that the cluster has to make all shards available.
    pub patience: Duration,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            layout: Layout::default(),
            grace: Duration::from_secs(5),
            replace: false,
            whole: false,
            patience: Duration::from_secs(120),
        }
    }
}

/// What a copy did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    /// Documents of the index.
    pub documents: u64,
    /// Documents that were sent, because the cluster had none like them.
    pub sent: u64,
    /// Documents that were deleted, because the index does not have them.
    pub deleted: u64,
}

/// Is told how far a copy is: the documents that were looked at, of how many.
pub type CopyProgress<'p> = &'p dyn Fn(u64, u64);

/// Copies an index to a cluster.
///
/// # Errors
///
/// Errors of the index and of the cluster; [`Error::Refused`] if the cluster refuses documents. The
/// index that the alias leads to stays as it is then.
pub fn copy(
    index: &Index,
    client: &Client,
    address: &ClusterAddress,
    options: &CopyOptions,
    progress: CopyProgress<'_>,
) -> Result<Copied> {
    let before = published(client, address)?;
    refuse_other_roots(index, before.as_ref(), address, options)?;
    // Every document is sent to an index of another name than that of the one before.
    let [cloned, replaced] = match options.whole {
        true => [None, before.as_ref()],
        // What several machines have written has fields that a copy does not have.
        false => [before.as_ref().filter(|before| before.description().shares == 0), None],
    };
    let stamp = stamp(index, replaced.map_or("", ClusterIndex::documents));
    let documents = address.physical_name(&stamp)?;
    if let Some(before) = before.as_ref().filter(|before| before.documents() == documents) {
        // Nothing has changed since, but that copy may have been killed before it was done.
        remove_others(client, address, &documents, options.grace)?;
        let [articles, flashes] = before.description().documents;
        return Ok(Copied { documents: articles + flashes, ..Copied::default() });
    }
    let statistics = statistics_name(&documents);
    let analysis = index.meta().analysis.as_str();
    create(client, &documents, cloned, analysis, options)?;
    client.delete_index(&statistics)?;
    client.create_index(&statistics, &schema::statistics_index(options.layout.replicas))?;
    let (copied, counted) = send_documents(index, client, &documents, progress)?;
    let description = describe(index)?;
    let description = send_statistics(client, &statistics, counted, description)?;
    client.refresh(&documents)?;
    if client.count(&documents, &json!({ "query": { "match_all": {} } }))? != copied.documents
        || !is_ours(client, &documents)?
    {
        return Err(Error::Disturbed { index: documents });
    }
    publish(client, address, &documents, &description, options)?;
    Ok(copied)
}

/// Lets the alias lead to an index that is whole, and deletes the one before.
pub(crate) fn publish(
    client: &Client,
    address: &ClusterAddress,
    documents: &str,
    description: &Description,
    options: &CopyOptions,
) -> Result<()> {
    let statistics = statistics_name(documents);
    for name in [documents, &statistics] {
        client.refresh(name)?;
    }
    let path = format!("/{}/_mapping", encode_segment(documents));
    client.put(&path, &[], &json!({ "_meta": { "wensou": description } }))?;
    for name in [documents, &statistics] {
        let path = format!("/{}/_settings", encode_segment(name));
        client.put(&path, &[], &json!({ "index.blocks.write": true }))?;
        client.wait_for_health(name, Health::Yellow, options.patience)?;
    }
    let targets = client.alias_targets(address.index())?;
    client.swap_alias(address.index(), targets.first().map(String::as_str), documents)?;
    client.wait_for_alias(address.index(), documents, options.patience)?;
    remove_others(client, address, documents, options.grace)
}

/// Fails if an index covers other files and folders than the one that the alias leads to.
pub(crate) fn refuse_other_roots(
    index: &Index,
    before: Option<&ClusterIndex>,
    address: &ClusterAddress,
    options: &CopyOptions,
) -> Result<()> {
    match before.filter(|before| !options.replace && before.description().roots != roots(index)) {
        None => Ok(()),
        Some(before) => Err(Error::OtherRoots {
            address: address.to_string(),
            there: before.description().roots.join(", "),
            here: roots(index).join(", "),
        }),
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

/// The end of the name of a copy: the same for the same generation of an index, and the same index
/// that it replaces as a whole.
fn stamp(index: &Index, replaced: &str) -> String {
    let meta = index.meta();
    let sums: Vec<String> = meta.files.iter().map(|file| format!("{file:?}")).collect();
    let versions = format!("{} {} {}", schema::FORMAT, meta.analysis, meta.built);
    let about = format!("{versions} {}{replaced}", sums.concat());
    format!("{:016x}", xxh3_64(about.as_bytes()))
}

/// Makes the index of documents, unless an interrupted copy has done so: a clone of the one before
/// if its documents were analysed in the same way, else an empty one.
fn create(
    client: &Client,
    name: &str,
    before: Option<&ClusterIndex>,
    analysis: &str,
    options: &CopyOptions,
) -> Result<()> {
    if client.exists(&format!("/{}", encode_segment(name)))? {
        if is_ours(client, name)? {
            let path = format!("/{}/_settings", encode_segment(name));
            client.put(&path, &[], &json!({ "index.blocks.write": null }))?;
            return Ok(());
        }
        client.delete_index(name)?;
    }
    let alike = before.filter(|before| before.description().analysis == analysis);
    let Some(before) = alike else {
        return client.create_index(name, &schema::documents_index(options.layout, analysis));
    };
    let source = encode_segment(before.documents());
    let path = format!("/{source}/_clone/{}", encode_segment(name));
    client.put(&path, &[], &json!({ "settings": { "index.blocks.write": null } }))?;
    client.wait_for_health(name, Health::Yellow, options.patience)?;
    // It is not whole before it has a description of its own.
    let path = format!("/{}/_mapping", encode_segment(name));
    client.put(&path, &[], &json!({ "_meta": schema::unfinished(analysis) }))?;
    Ok(())
}

/// Whether a copy has created an index. If it is deleted while it is written, the cluster makes
/// another one of the documents that come later, with mappings of its own.
pub(crate) fn is_ours(client: &Client, name: &str) -> Result<bool> {
    let path = format!("/{}/_mapping", encode_segment(name));
    let found: Value = client.get(&path, &[("filter_path", "*.mappings._meta")])?.json()?;
    Ok(found[name]["mappings"]["_meta"]["wensou"].is_object())
}

/// Sends the documents that differ, and deletes those that the index does not have.
fn send_documents(
    index: &Index,
    client: &Client,
    name: &str,
    progress: CopyProgress<'_>,
) -> Result<(Copied, StatisticsBuilder)> {
    client.refresh(name)?;
    let mut present = sums(client, name)?;
    let mut writer = BulkWriter::new(client, name, BulkOptions::default())?;
    let mut copied = Copied::default();
    let mut statistics = StatisticsBuilder::default();
    let mut groups = Groups::default();
    let segmenter = index.analysis()?.segmenter();
    let addresses = index.in_order()?;
    for (ordinal, address) in addresses.iter().enumerate() {
        let record = index.record(*address)?;
        let (values, terms) = analyse_record(ordinal as u64, &record, segmenter)?;
        statistics.add(&values, &terms);
        let group = groups.least_id(index, *address)?;
        let (sum, json) = document(&record, &values, &terms, group)?;
        copied.documents += 1;
        if present.remove(record.id()).as_ref() != Some(&sum) {
            copied.sent += 1;
            writer.push(&Operation::index(record.id(), &json))?;
        }
        progress(copied.documents, addresses.len() as u64);
    }
    for id in present.keys() {
        copied.deleted += 1;
        writer.push(&Operation::delete(id))?;
    }
    accepted(writer.finish()?)?;
    Ok((copied, statistics))
}

/// The sum of every document that an index has, by id.
fn sums(client: &Client, name: &str) -> Result<HashMap<String, String>> {
    #[derive(Deserialize)]
    struct Fields {
        sum: [String; 1],
    }
    let body = json!({
        "query": { "match_all": {} },
        "_source": false,
        "docvalue_fields": [field::SUM],
        "sort": [{ (field::TIE): "asc" }],
    });
    let mut sums = HashMap::default();
    let options = PageOptions { size: 10_000, ..PageOptions::default() };
    for hit in client.pages(name, body, options)? {
        let hit = hit?;
        let fields = hit.fields.as_ref().map(|fields| serde_json::from_str(fields.get()));
        let sum = fields.transpose()?.map_or(String::new(), |Fields { sum: [sum] }| sum);
        sums.insert(hit.id, sum);
    }
    Ok(sums)
}

/// The groups of near-duplicates by the least id of each.
#[derive(Default)]
struct Groups {
    least: HashMap<u32, String>,
}

impl Groups {
    fn least_id(
        &mut self,
        index: &Index,
        address: wensou_index::DocAddress,
    ) -> Result<Option<&str>> {
        let Some(group) = index.duplicates()?.group_of(address) else { return Ok(None) };
        let least = match self.least.entry(group) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => {
                let members = index.near_duplicates(address)?;
                let ids = members.into_iter().map(|member| index.id(member));
                let ids = ids.collect::<std::result::Result<Vec<_>, _>>()?;
                vacant.insert(ids.into_iter().min().unwrap_or_default())
            }
        };
        Ok(Some(least))
    }
}

/// What an index covers, as it was given.
pub(crate) fn roots(index: &Index) -> Vec<String> {
    index.meta().given.iter().map(|root| root.display().to_string()).collect()
}

pub(crate) fn describe(index: &Index) -> Result<Description> {
    let meta = index.meta();
    let [words, synonyms] = index.table_texts()?;
    Ok(Description {
        format: schema::FORMAT,
        analysis: meta.analysis.clone(),
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

pub(crate) fn send_statistics(
    client: &Client,
    name: &str,
    counted: StatisticsBuilder,
    description: Description,
) -> Result<Description> {
    let mut writer = BulkWriter::new(client, name, BulkOptions::default())?;
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

/// Deletes the indexes of this name that no alias leads to: the one before, and what interrupted
/// copies have left.
fn remove_others(
    client: &Client,
    address: &ClusterAddress,
    current: &str,
    grace: Duration,
) -> Result<()> {
    let pattern = format!("{}-*", address.index());
    let ours = |name: &str| {
        let stamp = name.strip_prefix(address.index()).and_then(|end| end.strip_prefix('-'));
        let stamp = stamp.map(|stamp| {
            let short = [".terms", ".parts"].into_iter().find_map(|end| stamp.strip_suffix(end));
            short.unwrap_or(stamp)
        });
        stamp.is_some_and(|stamp| {
            stamp.len() == 16 && stamp.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    let keep = [current.to_owned(), statistics_name(current), parts_name(current)];
    let others = client.indexes(&pattern)?.into_iter().map(|index| index.name);
    let others: Vec<String> = others.filter(|name| ours(name) && !keep.contains(name)).collect();
    if others.is_empty() {
        return Ok(());
    }
    std::thread::sleep(grace);
    for name in others {
        client.delete_index(&name)?;
    }
    Ok(())
}
