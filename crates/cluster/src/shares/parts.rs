//! The index of parts: what machines write for the machine that completes the index of documents.
//! Each machine writes what it has counted, the sketches of its articles, and the new ids of the
//! records that it has displaced.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wensou_index::Sketch;
use wensou_ingest::Record;
use xxhash_rust::xxh3::xxh3_64;

use super::registry::PartCounts;
use super::shared_document::first_location;
use super::shared_indexes::SharedIndexes;
use crate::bulk::{BulkOptions, BulkWriter, Operation};
use crate::error::{Error, Result};
use crate::publication::check_none_refused;
use crate::request::{Request, encode_segment};
use crate::statistics::{StatisticsBuilder, StatisticsPart};
use crate::unindexed_document::UnindexedDocument;

/// How many terms, tags, sources or words a document with statistics has at most.
const MAX_ENTRIES: usize = 20_000;

/// How many articles a document with articles has at most.
const MAX_ARTICLES: usize = 5_000;

/// An article of a share, for the search for near-duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SharedArticle {
    /// The id under which the article was sent. If an article of another share has taken that id
    /// since, [`SharedIndexes::new_id_of`] returns the new id of this article.
    pub(super) id: String,
    pub(super) path: String,
    /// The byte offset in the file at which the article begins.
    pub(super) start: u64,
    /// The number of the article in the walk of its machine, from 0.
    pub(super) ordinal: u64,
    pub(super) sketch: Sketch,
}

/// A document with articles of a share.
#[derive(Debug, Serialize, Deserialize)]
struct SharedArticles {
    articles: Vec<SharedArticle>,
}

/// A document with the id that a record has after another record has taken its former id.
#[derive(Debug, Serialize, Deserialize)]
struct NewId {
    id: String,
}

/// The id of a document with statistics of the share `key`.
fn statistics_id(key: &str, number: usize) -> String {
    format!("{key}-statistics-{number}")
}

/// The id of a document with articles of the share `key`.
fn articles_id(key: &str, number: usize) -> String {
    format!("{key}-articles-{number}")
}

/// The id of the document with the [`NewId`] of the record that begins at byte `start` of a file.
fn new_id_document_id(path: &str, start: u64) -> String {
    format!("moved-{:016x}", xxh3_64(format!("{path}\0{start}").as_bytes()))
}

/// Writes the statistics and the articles of the share `key`.
pub(super) struct PartsWriter<'b> {
    pub(super) indexes: &'b SharedIndexes<'b>,
    pub(super) key: &'b str,
}

impl PartsWriter<'_> {
    /// Writes the statistics and the articles in as many documents as needed. Returns how many
    /// documents of each kind there are.
    pub(super) fn write(
        &self,
        statistics: StatisticsBuilder,
        articles: &[SharedArticle],
    ) -> Result<PartCounts> {
        let options = BulkOptions { in_flight: 1, ..BulkOptions::default() };
        let mut writer = BulkWriter::new(self.indexes.client, &self.indexes.parts_index, options)?;
        let mut push = |id: &str, json: Vec<u8>| writer.push(&Operation::index(id, &json));
        let parts = statistics.into_parts(MAX_ENTRIES);
        for (number, part) in parts.iter().enumerate() {
            push(&statistics_id(self.key, number), UnindexedDocument::to_json(part)?)?;
        }
        let chunks = articles.chunks(MAX_ARTICLES);
        let counts = PartCounts { statistics: parts.len(), articles: chunks.len() };
        for (number, chunk) in chunks.enumerate() {
            let chunk = SharedArticles { articles: chunk.to_vec() };
            push(&articles_id(self.key, number), UnindexedDocument::to_json(chunk)?)?;
        }
        check_none_refused(writer.finish()?)?;
        Ok(counts)
    }
}

impl SharedIndexes<'_> {
    /// Calls `each` with every part of the statistics of a share.
    pub(super) fn for_each_statistics_part(
        &self,
        (key, counts): (&str, PartCounts),
        mut each: impl FnMut(StatisticsPart),
    ) -> Result<()> {
        for number in 0..counts.statistics {
            each(self.read_part(&statistics_id(key, number))?);
        }
        Ok(())
    }

    /// Calls `each` with every article of a share.
    pub(super) fn for_each_article(
        &self,
        (key, counts): (&str, PartCounts),
        mut each: impl FnMut(SharedArticle),
    ) -> Result<()> {
        for number in 0..counts.articles {
            let part: SharedArticles = self.read_part(&articles_id(key, number))?;
            part.articles.into_iter().for_each(&mut each);
        }
        Ok(())
    }

    /// Notes the new id of a displaced record.
    pub(super) fn note_new_id(&self, record: &Record, id: &str) -> Result<()> {
        let (path, start) = first_location(record);
        let index = encode_segment(&self.parts_index);
        let document_path = format!("/{index}/_doc/{}", new_id_document_id(path, start));
        let new_id = UnindexedDocument { data: NewId { id: id.to_owned() } };
        self.client.send(&Request::put(document_path).json(&new_id)?).map(drop)
    }

    /// The new id of the record that begins at byte `start` of a file, as
    /// [`note_new_id`](Self::note_new_id) has written it.
    pub(super) fn new_id_of(&self, path: &str, start: u64) -> Result<String> {
        Ok(self.read_part::<NewId>(&new_id_document_id(path, start))?.id)
    }

    /// Reads the content of a document of the index of parts. If there is no such document,
    /// somebody else has deleted it, which is an error.
    fn read_part<T: DeserializeOwned>(&self, id: &str) -> Result<T> {
        let found = self.client.get_document(&Request::get_document(&self.parts_index, id))?;
        let found = found.map(|(_, UnindexedDocument { data })| data);
        found.ok_or_else(|| Error::Disturbed { index: self.parts_index.clone() })
    }
}
