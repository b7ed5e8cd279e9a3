//! Verifies an index on a cluster, in one of two ways: by itself, where each document must agree
//! with the record in it; or against the index in a folder that it is a copy of.

use serde::Deserialize;
use serde_json::{Value, json};
use wensou_index::{Analysis, Index, RecordExt, analyse_record};
use wensou_ingest::Record;

use crate::all_hits::{AllHitsOptions, Hit};
use crate::copy::documents::for_each_document;
use crate::copy::sums;
use crate::document::document;
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::publication::roots;
use crate::schema::{field, statistics_name};
use crate::statistics::StatisticsBuilder;

/// The number of documents in the random sample, if not all documents are compared.
const SAMPLE_SIZE: usize = 1000;

/// The number of documents that are fetched at a time if all are compared. It is low because a
/// document is large: it contains all its tokens.
const PAGE_SIZE: usize = 200;

/// The outcome of verifying an index on a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The number of documents.
    pub documents: u64,
    /// How many documents were compared: with their records, or with those that a copy of the index
    /// in a folder must have.
    pub compared: u64,
    /// The differences, each with the id of a document or the name of an index.
    pub findings: Vec<String>,
}

/// The fields of a document from which all others can be computed.
#[derive(Deserialize)]
struct InputFields {
    record: Record,
    ordinal: u64,
    group: Option<String>,
}

/// Whether a document is the one that wensou makes of the record in it; `None` if the document
/// cannot be read.
fn agrees_with_record(hit: &Hit, analysis: &Analysis) -> Result<Option<bool>> {
    let Some(found) = &hit.source else { return Ok(None) };
    let Ok(InputFields { record, ordinal, group }) = serde_json::from_str(found.get()) else {
        return Ok(None);
    };
    let (values, terms) = analyse_record(ordinal, &record, analysis.segmenter())?;
    let (_, expected) = document(&record, &values, &terms, group.as_deref())?;
    let [mut found, expected]: [Value; 2] =
        [serde_json::from_str(found.get())?, serde_json::from_slice(&expected)?];
    // Documents of an index that several machines have written also have these fields, which are
    // not verified: most of them cannot be computed from the record alone.
    for name in [field::WALK, field::SHARES, field::MERGED, field::COUNTED] {
        found.as_object_mut().map(|fields| fields.remove(name));
    }
    Ok(Some(found == expected && record.id() == hit.id))
}

/// Compares the number of documents with that in the description, and documents with their records:
/// all documents if `all` is true, or else a random sample of at most a thousand. Also checks that
/// the statistics index has at least as many documents as it must have. `progress` is called with
/// the number of documents that were compared so far, and the number of all documents.
///
/// # Errors
///
/// If the cluster cannot be asked.
pub fn verify(index: &ClusterIndex, all: bool, progress: &dyn Fn(u64, u64)) -> Result<Verified> {
    let description = index.description();
    let analysis = description.to_analysis()?;
    let documents = index.count(&json!({ "match_all": {} }))?;
    let expected: u64 = description.documents.iter().sum();
    let mut verified = Verified { documents, compared: 0, findings: Vec::new() };
    if documents != expected {
        let name = index.documents_index();
        let finding = format!("{name} has {documents} documents instead of {expected}");
        verified.findings.push(finding);
    }
    let statistics = statistics_name(index.documents_index());
    match count_of_statistics(index)? {
        None => verified.findings.push(format!("{statistics} is missing")),
        Some(count) if count < description.min_statistics_documents() => {
            verified.findings.push(format!("{statistics} lacks statistics"));
        }
        Some(_) => {}
    }
    let mut compare_hit = |hit: &Hit| -> Result<()> {
        verified.compared += 1;
        match agrees_with_record(hit, &analysis)? {
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
        let options = AllHitsOptions { page_size: PAGE_SIZE, ..AllHitsOptions::default() };
        let hits = index.client().all_hits(index.documents_index(), body, options)?;
        hits.into_iter().try_for_each(|hit| compare_hit(&hit?))?;
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
        "size": SAMPLE_SIZE,
    });
    let answer: Answer = index.search(&body)?;
    answer.hits.hits.iter().try_for_each(compare_hit)?;
    Ok(verified)
}

/// The number of documents of the statistics of an index; `None` if the index of statistics is
/// missing.
fn count_of_statistics(index: &ClusterIndex) -> Result<Option<u64>> {
    let statistics = statistics_name(index.documents_index());
    match index.client().count(&statistics, &json!({ "query": { "match_all": {} } })) {
        Err(Error::NotFound { .. }) => Ok(None),
        count => count.map(Some),
    }
}

/// Whether an index has as many documents and statistics as its description says.
///
/// # Errors
///
/// If the cluster cannot be asked.
pub(crate) fn is_whole(index: &ClusterIndex) -> Result<bool> {
    let description = index.description();
    let expected: u64 = description.documents.iter().sum();
    let statistics = count_of_statistics(index)?;
    Ok(index.count(&json!({ "match_all": {} }))? == expected
        && statistics.is_some_and(|count| count >= description.min_statistics_documents()))
}

/// What [`compare`] compares an index on a cluster with, for findings.
const FOLDER: &str = "the index in the folder";

/// Compares all documents and statistics with the index in a folder that they are a copy of. Do not
/// call this for an index that several machines have written: its documents have further fields, so
/// every document would differ. `progress` is as in [`verify`].
///
/// # Errors
///
/// [`Error::NotACopy`] if the index in the folder covers other files and folders; if one of the two
/// indexes cannot be read.
pub fn compare(
    local: &Index,
    index: &ClusterIndex,
    progress: &dyn Fn(u64, u64),
) -> Result<Verified> {
    let (roots_there, roots_here) = (&index.description().roots, roots(local));
    if *roots_there != roots_here {
        return Err(Error::NotACopy {
            address: index.address().to_string(),
            there: roots_there.join(", "),
            here: roots_here.join(", "),
        });
    }
    let mut sums_on_cluster = sums::computed_sums(index.client(), index.documents_index())?;
    let mut verified =
        Verified { documents: sums_on_cluster.len() as u64, compared: 0, findings: Vec::new() };
    let statistics = for_each_document(local, |document| {
        let id = document.id;
        match sums_on_cluster.remove(id) {
            Some(sum) if sum == document.sum => {}
            Some(_) => {
                let finding = format!("document {id} differs from that in {FOLDER}");
                verified.findings.push(finding);
            }
            None => verified.findings.push(format!("document {id} is missing")),
        }
        verified.compared += 1;
        let [done, all] = document.progress;
        progress(done, all);
        Ok(())
    })?;
    let mut unknown: Vec<String> = sums_on_cluster.into_keys().collect();
    unknown.sort_unstable();
    let unknown = unknown.iter().map(|id| format!("document {id} is not in {FOLDER}"));
    verified.findings.extend(unknown);
    if count_of_statistics(index)?.is_none() || !statistics_agree(index, statistics)? {
        let name = statistics_name(index.documents_index());
        verified.findings.push(format!("{name} differs from {FOLDER}"));
    }
    Ok(verified)
}

/// The number of documents of the statistics that are fetched at a time.
const STATISTICS_AT_ONCE: usize = 500;

/// Whether the documents of the statistics index, and the totals in the description, are those that
/// `counted` would write.
fn statistics_agree(index: &ClusterIndex, counted: StatisticsBuilder) -> Result<bool> {
    let stored_description = index.description();
    let mut agree = true;
    let (mut ids, mut expected) = (Vec::new(), Vec::new());
    let mut compare_batch = |ids: &mut Vec<String>, expected: &mut Vec<Value>| -> Result<()> {
        let found: Vec<Option<Value>> = index.fetch_statistics(ids)?;
        agree &= found.into_iter().eq(expected.drain(..).map(Some));
        ids.clear();
        Ok(())
    };
    let description = counted.write(stored_description.clone(), |id, json| -> Result<()> {
        let mut document: Value = serde_json::from_slice(&json)?;
        ids.push(id.to_owned());
        expected.push(document["data"].take());
        if ids.len() < STATISTICS_AT_ONCE { Ok(()) } else { compare_batch(&mut ids, &mut expected) }
    })?;
    compare_batch(&mut ids, &mut expected)?;
    Ok(agree && description == *stored_description)
}
