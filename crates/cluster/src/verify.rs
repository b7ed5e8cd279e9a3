//! Verifies an index on a cluster: what the records say against what was made of them.

use serde::Deserialize;
use serde_json::json;
use wensou_index::{Analysis, RecordExt, analyse_record};
use wensou_ingest::Record;

use crate::document::document;
use crate::error::Result;
use crate::index::ClusterIndex;
use crate::pages::{Hit, PageOptions};
use crate::schema::{field, statistics_name};

/// Documents that are compared unless all are.
const SAMPLE: usize = 1000;

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The number of documents.
    pub documents: u64,
    /// How many of them were compared with their records.
    pub compared: u64,
    /// What is wrong, each with the id of a document or the name of an index.
    pub findings: Vec<String>,
}

/// The parts of a document that are compared.
#[derive(Deserialize)]
struct Source {
    record: Record,
    ordinal: u64,
    group: Option<String>,
    sum: String,
}

/// Compares the number of documents with that of the build, and documents with their records: all,
/// or a random sample of a thousand. `progress` is told how many were compared, of how many.
///
/// # Errors
///
/// If the cluster cannot be asked.
pub fn verify(index: &ClusterIndex, all: bool, progress: &dyn Fn(u64, u64)) -> Result<Verified> {
    let description = index.description();
    let analysis =
        Analysis::of_texts(description.words.as_deref(), description.synonyms.as_deref())?;
    let documents = index.count(&json!({ "match_all": {} }))?;
    let built: u64 = description.documents.iter().sum();
    let mut verified = Verified { documents, compared: 0, findings: Vec::new() };
    if documents != built {
        let what = format!("{} has {documents} documents instead of {built}", index.documents());
        verified.findings.push(what);
    }
    let statistics = statistics_name(index.documents());
    let buckets = index.client().count(&statistics, &json!({ "query": { "match_all": {} } }))?;
    if buckets < description.name_chunks as u64 + 1 {
        verified.findings.push(format!("{statistics} lacks statistics"));
    }
    let mut compare = |hit: &Hit| -> Result<()> {
        let source: Option<Source> = match &hit.source {
            Some(source) => serde_json::from_str(source.get()).ok(),
            None => None,
        };
        verified.compared += 1;
        let Some(Source { record, ordinal, group, sum }) = source else {
            verified.findings.push(format!("document {} cannot be read", hit.id));
            return Ok(());
        };
        let (values, terms) = analyse_record(ordinal, &record, analysis.segmenter())?;
        let (found, _) = document(&record, &values, &terms, group.as_deref())?;
        if found != sum || record.id() != hit.id {
            verified.findings.push(format!("document {} differs from its record", hit.id));
        }
        progress(verified.compared, documents);
        Ok(())
    };
    let fields = [field::RECORD, field::ORDINAL, field::GROUP, field::SUM];
    if all {
        let body = json!({
            "query": { "match_all": {} },
            "_source": fields,
            "sort": [{ (field::TIE): "asc" }],
        });
        let pages = index.client().pages(index.documents(), body, PageOptions::default())?;
        pages.into_iter().try_for_each(|hit| compare(&hit?))?;
        return Ok(verified);
    }
    #[derive(Deserialize)]
    struct Answer {
        hits: Hits,
    }
    #[derive(Deserialize)]
    struct Hits {
        hits: Vec<Hit>,
    }
    let body = json!({
        "query": { "function_score": { "random_score": {} } },
        "_source": fields,
        "size": SAMPLE,
    });
    let answer: Answer = index.search(&body)?;
    answer.hits.hits.iter().try_for_each(compare)?;
    Ok(verified)
}
