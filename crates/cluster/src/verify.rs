//! Verifies an index on a cluster: what the records say against what was made of them.

use serde::Deserialize;
use serde_json::{Value, json};
use wensou_index::{Analysis, RecordExt, analyse_record};
use wensou_ingest::Record;

use crate::document::document;
use crate::error::Result;
use crate::index::ClusterIndex;
use crate::pages::{Hit, PageOptions};
use crate::schema::{field, statistics_name};

/// Documents that are compared unless all are.
const SAMPLE: usize = 1000;

/// Documents that are fetched at a time if all are compared. They have their tokens.
const PAGE: usize = 200;

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

/// The parts of a document that the others follow from.
#[derive(Deserialize)]
struct Source {
    record: Record,
    ordinal: u64,
    group: Option<String>,
}

/// Whether all of a document follows from its record; `None` if it cannot be read.
fn agrees(hit: &Hit, analysis: &Analysis) -> Result<Option<bool>> {
    let Some(found) = &hit.source else { return Ok(None) };
    let Ok(Source { record, ordinal, group }) = serde_json::from_str(found.get()) else {
        return Ok(None);
    };
    let (values, terms) = analyse_record(ordinal, &record, analysis.segmenter())?;
    let (_, wanted) = document(&record, &values, &terms, group.as_deref())?;
    let [mut found, wanted]: [Value; 2] =
        [serde_json::from_str(found.get())?, serde_json::from_slice(&wanted)?];
    // These say which machines have sent it, and do not follow from the record.
    for name in [field::WALK, field::SHARES, field::MERGED, field::COUNTED] {
        found.as_object_mut().map(|fields| fields.remove(name));
    }
    Ok(Some(found == wanted && record.id() == hit.id))
}

/// Compares the number of documents with that of the build, and documents with their records: all,
/// or a random sample of a thousand. `progress` is told how many were compared, of how many.
///
/// # Errors
///
/// If the cluster cannot be asked.
pub fn verify(index: &ClusterIndex, all: bool, progress: &dyn Fn(u64, u64)) -> Result<Verified> {
    let description = index.description();
    let analysis = description.to_analysis()?;
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
        verified.compared += 1;
        match agrees(hit, &analysis)? {
            Some(true) => {}
            Some(false) => {
                verified.findings.push(format!("document {} differs from its record", hit.id));
            }
            None => verified.findings.push(format!("document {} cannot be read", hit.id)),
        }
        progress(verified.compared, documents);
        Ok(())
    };
    if all {
        let body = json!({
            "query": { "match_all": {} },
            "sort": [{ (field::TIE): "asc" }],
        });
        let options = PageOptions { size: PAGE, ..PageOptions::default() };
        let pages = index.client().pages(index.documents(), body, options)?;
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
        "size": SAMPLE,
    });
    let answer: Answer = index.search(&body)?;
    answer.hits.hits.iter().try_for_each(compare)?;
    Ok(verified)
}
