//! What each machine tells the one that completes the index.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wensou_index::Sketch;
use wensou_ingest::Record;
use xxhash_rust::xxh3::xxh3_64;

use super::build::Build;
use super::state::PartCounts;
use super::stored::first_path;
use crate::bulk::{BulkOptions, BulkWriter, Operation};
use crate::copy::accepted;
use crate::error::{Error, Result};
use crate::request::{Request, encode_segment};
use crate::statistics::{StatisticsBuilder, StatisticsDocument, StatisticsPart};

/// Entries of a document.
const ENTRIES: usize = 20_000;

/// Articles of a document.
const ARTICLES: usize = 5_000;

/// An article of a share, for the search for near-duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SharedArticle {
    /// Its id, unless an article of another share has taken it since, see [`Build::moved_to`].
    pub(super) id: String,
    pub(super) path: String,
    /// Where it begins in the file.
    pub(super) start: u64,
    /// Its index in the order of the walk of its machine.
    pub(super) ordinal: u64,
    pub(super) sketch: Sketch,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SharedArticles {
    pub(super) articles: Vec<SharedArticle>,
}

/// The ids of the documents of a share.
fn statistics_id(key: &str, number: usize) -> String {
    format!("{key}-statistics-{number}")
}

fn articles_id(key: &str, number: usize) -> String {
    format!("{key}-articles-{number}")
}

fn moved_id(path: &str, start: u64) -> String {
    format!("moved-{:016x}", xxh3_64(format!("{path}\0{start}").as_bytes()))
}

/// Where a record went.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    id: String,
}

/// Writes what a machine tells.
pub(super) struct PartsWriter<'b> {
    pub(super) build: &'b Build<'b>,
    pub(super) key: &'b str,
}

impl PartsWriter<'_> {
    pub(super) fn write(
        &self,
        statistics: StatisticsBuilder,
        articles: &[SharedArticle],
    ) -> Result<PartCounts> {
        let options = BulkOptions { in_flight: 1, ..BulkOptions::default() };
        let mut writer = BulkWriter::new(self.build.client, &self.build.parts, options)?;
        let mut push = |id: &str, json: Vec<u8>| writer.push(&Operation::index(id, &json));
        let parts = statistics.into_parts(ENTRIES);
        for (number, part) in parts.iter().enumerate() {
            push(&statistics_id(self.key, number), json(part)?)?;
        }
        let chunks = articles.chunks(ARTICLES);
        let counts = PartCounts { statistics: parts.len(), articles: chunks.len() };
        for (number, chunk) in chunks.enumerate() {
            let chunk = SharedArticles { articles: chunk.to_vec() };
            push(&articles_id(self.key, number), json(&chunk)?)?;
        }
        accepted(writer.finish()?)?;
        Ok(counts)
    }
}

fn json(data: &impl Serialize) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(&StatisticsDocument { data })?)
}

impl Build<'_> {
    /// Reads what a machine has counted, part by part.
    pub(super) fn for_each_statistics_part(
        &self,
        (key, counts): (&str, PartCounts),
        mut each: impl FnMut(StatisticsPart),
    ) -> Result<()> {
        for number in 0..counts.statistics {
            each(self.part(&statistics_id(key, number))?);
        }
        Ok(())
    }

    /// Reads the articles of a share.
    pub(super) fn for_each_article(
        &self,
        (key, counts): (&str, PartCounts),
        mut each: impl FnMut(SharedArticle),
    ) -> Result<()> {
        for number in 0..counts.articles {
            let part: SharedArticles = self.part(&articles_id(key, number))?;
            part.articles.into_iter().for_each(&mut each);
        }
        Ok(())
    }

    /// Notes that a record has another id, because one before it has the same.
    pub(super) fn note_moved(&self, record: &Record, id: &str) -> Result<()> {
        let (path, start) = first_path(record);
        let index = encode_segment(&self.parts);
        let at = format!("/{index}/_doc/{}", moved_id(path, start));
        let moved = StatisticsDocument { data: Moved { id: id.to_owned() } };
        self.client.send(&Request::put(at).json(&moved)?).map(drop)
    }

    /// The id of a record whose own an article before it has taken.
    pub(super) fn moved_to(&self, path: &str, start: u64) -> Result<String> {
        Ok(self.part::<Moved>(&moved_id(path, start))?.id)
    }

    fn part<T: DeserializeOwned>(&self, id: &str) -> Result<T> {
        let found = self.client.get_document(&self.parts, id)?;
        let found = found.map(|(_, StatisticsDocument { data })| data);
        found.ok_or_else(|| Error::Disturbed { index: self.parts.clone() })
    }
}
