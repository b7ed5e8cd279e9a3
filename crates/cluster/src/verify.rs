//! Verifies an index on a cluster: what the records say against what was made of them.

use serde::Deserialize;
use serde_json::{Value, json};
use wensou_index::{Analysis, Index, RecordExt, analyse_record};
use wensou_ingest::Record;

use crate::copy::documents::for_each_document;
use crate::copy::{roots, sums};
use crate::document::document;
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::pages::{Hit, PageOptions};
use crate::schema::{field, statistics_name};
use crate::statistics::StatisticsBuilder;

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

/// Compares all documents and statistics with the index in a folder that they are a copy of.
/// `progress` is told how many documents were compared, of how many.
///
/// # Errors
///
/// [`Error::NotACopy`] if the index in the folder covers other files and folders; if one of the two
/// cannot be read.
pub fn compare(
    local: &Index,
    index: &ClusterIndex,
    progress: &dyn Fn(u64, u64),
) -> Result<Verified> {
    let (there, here) = (&index.description().roots, roots(local));
    if *there != here {
        return Err(Error::NotACopy {
            address: index.address().to_string(),
            there: there.join(", "),
            here: here.join(", "),
        });
    }
    let mut present = sums::computed(index.client(), index.documents())?;
    let mut verified =
        Verified { documents: present.len() as u64, compared: 0, findings: Vec::new() };
    let statistics = for_each_document(local, |document| {
        let id = document.id;
        match present.remove(id) {
            Some(sum) if sum == document.sum => {}
            Some(_) => verified.findings.push(format!("document {id} differs from its record")),
            None => verified.findings.push(format!("document {id} is missing")),
        }
        verified.compared += 1;
        let [done, all] = document.progress;
        progress(done, all);
        Ok(())
    })?;
    let mut unknown: Vec<String> = present.into_keys().collect();
    unknown.sort_unstable();
    let unknown = unknown.iter().map(|id| format!("document {id} is not in the archive"));
    verified.findings.extend(unknown);
    if !statistics_agree(index, statistics)? {
        let what = format!("{} differs from the documents", statistics_name(index.documents()));
        verified.findings.push(what);
    }
    Ok(verified)
}

/// Documents of the statistics that are fetched at a time.
const STATISTICS: usize = 500;

/// Whether the statistics are those of the documents.
fn statistics_agree(index: &ClusterIndex, counted: StatisticsBuilder) -> Result<bool> {
    let said = index.description();
    let mut agree = true;
    let (mut ids, mut wanted) = (Vec::new(), Vec::new());
    let mut compare = |ids: &mut Vec<String>, wanted: &mut Vec<Value>| -> Result<()> {
        let found: Vec<Option<Value>> = index.statistics(ids)?;
        agree &= found.into_iter().eq(wanted.drain(..).map(Some));
        ids.clear();
        Ok(())
    };
    let description = counted.write(said.clone(), |id, json| -> Result<()> {
        let mut document: Value = serde_json::from_slice(&json)?;
        ids.push(id.to_owned());
        wanted.push(document["data"].take());
        if ids.len() < STATISTICS { Ok(()) } else { compare(&mut ids, &mut wanted) }
    })?;
    compare(&mut ids, &mut wanted)?;
    Ok(agree && description == *said)
}
