//! An open index on a cluster.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wensou_index::{Kind, TextField};

use crate::address::ClusterAddress;
use crate::bucket::Bucket;
use crate::client::Client;
use crate::client_options::ClientOptions;
use crate::credentials::Credentials;
use crate::document::TermHash;
use crate::error::{Error, Result};
use crate::request::{Request, encode_segment};
use crate::schema::{FORMAT, statistics_name};
use crate::statistics::{Description, NameCounts, bucket_id, names_id, words_id};
use crate::unindexed_document::UnindexedDocument;

/// An open index on a cluster: the one that the alias led to when this was opened. It stays the
/// same when another index is published.
#[derive(Debug)]
pub struct ClusterIndex {
    client: Client,
    address: ClusterAddress,
    /// The name of the index of documents that the alias led to when this was opened.
    documents_index: String,
    description: Description,
    /// A cache: how many articles, and how many flash items, have each term that was asked for.
    term_counts: Mutex<HashMap<TermHash, [u64; 2]>>,
}

impl ClusterIndex {
    /// Opens the index that an address names.
    ///
    /// # Errors
    ///
    /// [`Error::NoIndex`] if there is none; [`Error::NotOurs`], [`Error::Format`],
    /// [`Error::Unfinished`] or [`Error::MultipleIndexes`] if it cannot be used; and as
    /// [`Client::connect`].
    pub fn open(
        address: &ClusterAddress,
        credentials: &Credentials,
        options: &ClientOptions,
    ) -> Result<Self> {
        let client = Client::connect(address, credentials, options)?;
        Self::open_with(client, address)
    }

    /// As [`ClusterIndex::open`], with a client that is connected already.
    ///
    /// # Errors
    ///
    /// As [`ClusterIndex::open`].
    pub fn open_with(client: Client, address: &ClusterAddress) -> Result<Self> {
        let (documents_index, description) = resolve_alias(&client, address)?;
        let address = address.clone();
        Ok(Self { client, address, documents_index, description, term_counts: Mutex::default() })
    }

    /// The address by which the index was opened.
    #[must_use]
    pub fn address(&self) -> &ClusterAddress {
        &self.address
    }

    /// What the index says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The connection to the cluster.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The name of the index of documents.
    #[must_use]
    pub fn documents_index(&self) -> &str {
        &self.documents_index
    }

    /// Searches the documents.
    ///
    /// # Errors
    ///
    /// As [`Client::search`].
    pub fn search<T: DeserializeOwned>(&self, body: &Value) -> Result<T> {
        let response = self.client.search(&self.documents_index, &[GLOBAL_STATISTICS], body)?;
        response.json()
    }

    /// The number of documents that match a query.
    ///
    /// # Errors
    ///
    /// As [`Client::count`].
    pub fn count(&self, query: &Value) -> Result<u64> {
        self.client.count(&self.documents_index, &json!({ "query": query }))
    }

    /// For each of `terms`, which are tokens with their fields: the number of articles and the
    /// number of flash items that have it. The order is that of `terms`.
    ///
    /// # Errors
    ///
    /// If the statistics cannot be fetched.
    pub fn doc_freqs_by_kind(&self, terms: &[(TextField, String)]) -> Result<Vec<[u64; 2]>> {
        let hashes: Vec<TermHash> =
            terms.iter().map(|(field, token)| TermHash::new(*field, token)).collect();
        let counts = self.fetch_counts(self.buckets_of_unknown(&hashes))?;
        let mut known = self.known_counts();
        let counts = hashes.iter().map(|hash| {
            let fetched = || counts.get(hash).copied().unwrap_or_default();
            *known.entry(*hash).or_insert_with(fetched)
        });
        Ok(counts.collect())
    }

    /// The cache of counts. The cluster must not be asked while the cache is locked, because
    /// queries of other threads would wait.
    fn known_counts(&self) -> MutexGuard<'_, HashMap<TermHash, [u64; 2]>> {
        self.term_counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The buckets of those terms that the cache does not have.
    fn buckets_of_unknown(&self, hashes: &[TermHash]) -> BTreeSet<u64> {
        let known = self.known_counts();
        let unknown = hashes.iter().filter(|hash| !known.contains_key(hash));
        unknown.map(|hash| self.description.bucket_of(*hash)).collect()
    }

    /// Fetches the counts of all terms in these buckets.
    fn fetch_counts(&self, buckets: BTreeSet<u64>) -> Result<HashMap<TermHash, [u64; 2]>> {
        let ids: Vec<String> = buckets.into_iter().map(bucket_id).collect();
        let fetched: Vec<Option<Bucket>> = self.fetch_statistics(&ids)?;
        let mut counts: HashMap<TermHash, [u64; 2]> = HashMap::default();
        for (bucket, id) in fetched.iter().zip(&ids) {
            // A bucket without terms has no document.
            let Some(bucket) = bucket else { continue };
            let damaged = |problem: base64::DecodeError| Error::DamagedStatistics {
                index: statistics_name(&self.documents_index),
                id: id.clone(),
                problem: problem.to_string(),
            };
            counts.extend(bucket.decode().map_err(damaged)?);
        }
        Ok(counts)
    }

    /// The names, each with the number of documents that have it: first the folded tags, in the
    /// order of bytes; then the folded sources, outlets, authors, translators and editors, all in
    /// one list, in the order of bytes again.
    ///
    /// # Errors
    ///
    /// If the names cannot be fetched.
    pub fn names(&self) -> Result<Vec<(String, u64)>> {
        self.fetch_chunks(self.description.name_chunks, names_id)
    }

    /// The words of titles and tags, in the order of bytes, each with the number of documents that
    /// have it in the title plus the number of those that have it in the tags.
    ///
    /// # Errors
    ///
    /// If the words cannot be fetched.
    pub fn words(&self) -> Result<Vec<(String, u64)>> {
        self.fetch_chunks(self.description.word_chunks, words_id)
    }

    /// Fetches a list that is divided over `count` documents of the statistics. `id` returns the id
    /// of each of them by its number.
    fn fetch_chunks(&self, count: usize, id: fn(usize) -> String) -> Result<Vec<(String, u64)>> {
        let ids: Vec<String> = (0..count).map(id).collect();
        let chunks: Vec<Option<NameCounts>> = self.fetch_statistics(&ids)?;
        Ok(chunks.into_iter().flatten().flat_map(|chunk| chunk.names).collect())
    }

    /// Fetches documents of the statistics, in the order of `ids`; `None` for those that are
    /// missing.
    pub(crate) fn fetch_statistics<T: DeserializeOwned>(
        &self,
        ids: &[String],
    ) -> Result<Vec<Option<T>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let request = Request::multi_get(&statistics_name(&self.documents_index));
        let found = self.client.get_documents::<UnindexedDocument<T>>(request, ids)?;
        Ok(found.into_iter().map(|found| found.map(|(_, document)| document.data)).collect())
    }

    /// The number of key characters that a field has on average in the documents of this kind. A
    /// document without the field counts with length 0.
    #[must_use]
    pub fn average_length(&self, kind: Kind, field: TextField) -> f64 {
        self.description.average_length(kind, field)
    }
}

/// The parameter of a search that makes all shards score with the statistics of the whole index, so
/// that scores of different shards can be compared.
const GLOBAL_STATISTICS: (&str, &str) = ("search_type", "dfs_query_then_fetch");

/// The name of the index of documents that an alias leads to, and its description.
fn resolve_alias(client: &Client, address: &ClusterAddress) -> Result<(String, Description)> {
    #[derive(Deserialize)]
    struct FoundIndex {
        mappings: Mappings,
    }
    #[derive(Deserialize)]
    struct Mappings {
        #[serde(rename = "_meta", default)]
        meta: MappingMeta,
    }
    #[derive(Deserialize, Default)]
    struct MappingMeta {
        wensou: Option<Value>,
    }
    let path = format!("/{}/_mapping", encode_segment(address.alias()));
    // Each node knows the mapping. Without `local`, the node would ask the elected cluster manager,
    // which may hang.
    let request = Request::get(path)
        .query("filter_path", "*.mappings._meta")
        .query("local", "true")
        .accept(404);
    let response = client.send(&request)?;
    if response.status() == 404 {
        return Err(Error::NoIndex { address: address.to_string() });
    }
    let found: std::collections::BTreeMap<String, FoundIndex> = response.json()?;
    let mut found = found.into_iter();
    let (documents_index, meta) = match (found.next(), found.next()) {
        (Some((name, index)), None) => (name, index.mappings.meta.wensou),
        // The answer leaves out an index without `_meta`.
        (None, _) => return Err(Error::NotOurs { address: address.to_string() }),
        (Some(_), Some(_)) => {
            return Err(Error::MultipleIndexes { address: address.to_string() });
        }
    };
    let Some(meta) = meta else {
        return Err(Error::NotOurs { address: address.to_string() });
    };
    let format = meta.get("format").and_then(Value::as_u64);
    if format != Some(u64::from(FORMAT)) {
        let found = format.map_or_else(|| "none".to_owned(), |format| format.to_string());
        return Err(Error::Format { address: address.to_string(), found, wanted: FORMAT });
    }
    match serde_json::from_value(meta) {
        Ok(description) => Ok((documents_index, description)),
        Err(_) => Err(Error::Unfinished { address: address.to_string() }),
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
