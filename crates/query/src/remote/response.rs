//! The responses of the cluster to searches.

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::Value;
use wensou_ingest::Record;

/// The response to a search.
#[derive(Debug, Deserialize)]
pub(super) struct SearchResponse {
    pub(super) hits: Hits,
    #[serde(default)]
    pub(super) aggregations: Aggregations,
}

#[derive(Debug, Deserialize)]
pub(super) struct Hits {
    pub(super) total: Total,
    pub(super) hits: Vec<Hit>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Total {
    pub(super) value: usize,
}

/// A document that was found.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Hit {
    /// The score, if the request does not say how hits are sorted.
    #[serde(rename = "_score")]
    score: Option<f32>,
    /// The values that the document is sorted by, if the request says how. The first is its score
    /// if hits are sorted by rank. Asking for the score in its own field, too, would make the
    /// cluster compute it twice.
    #[serde(default)]
    sort: Vec<Value>,
    #[serde(rename = "_source")]
    pub(super) source: Source,
}

impl Hit {
    /// The score that the cluster gave the document. Valid only if hits are sorted by rank;
    /// otherwise the number returned is a date.
    pub(super) fn score(&self) -> Option<f32> {
        let sorted_by = || self.sort.first().and_then(Value::as_f64).map(|score| score as f32);
        self.score.or_else(sorted_by)
    }
}

/// The fields of a document that the cluster sends.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Source {
    pub(super) record: Record,
    pub(super) ordinal: u64,
    #[serde(default)]
    pub(super) group: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Aggregations {
    #[serde(default)]
    pub(super) groups: GroupCounts,
    /// How many of the documents that match have every word, see
    /// [`RequestBuilder::search_and_count`](super::request::RequestBuilder::search_and_count).
    pub(super) complete: Option<DocCount>,
}

impl Aggregations {
    /// Counts how many of `hits`, which are all documents that match, each group of near-duplicates
    /// has.
    pub(super) fn of_hits(hits: &[Hit]) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::default();
        for group in hits.iter().filter_map(|hit| hit.source.group.as_deref()) {
            *counts.entry(group).or_default() += 1;
        }
        let count = |(group, doc_count): (&str, usize)| GroupCount {
            key: GroupKey { group: group.to_owned() },
            doc_count,
        };
        let buckets = counts.into_iter().map(count).collect();
        Self { groups: GroupCounts { buckets, after_key: None }, complete: None }
    }
}

/// The groups of near-duplicates among the documents that match.
#[derive(Debug, Default, Deserialize)]
pub(super) struct GroupCounts {
    pub(super) buckets: Vec<GroupCount>,
    pub(super) after_key: Option<GroupKey>,
}

/// A number of documents that an aggregation has counted.
#[derive(Debug, Deserialize)]
pub(super) struct DocCount {
    pub(super) doc_count: usize,
}

/// A group of near-duplicates, and how many of its documents match.
#[derive(Debug, Deserialize)]
pub(super) struct GroupCount {
    pub(super) key: GroupKey,
    pub(super) doc_count: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct GroupKey {
    pub(super) group: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wensou_ingest::Article;

    use super::*;

    #[test]
    fn the_score_of_a_hit_is_its_own_or_the_first_value_that_it_is_sorted_by() {
        for (found, score) in [
            (json!({ "_score": 2.5 }), Some(2.5)),
            (json!({ "_score": null, "sort": [1.5, 7] }), Some(1.5)),
            (json!({ "_score": null, "sort": [] }), None),
        ] {
            let mut found = found;
            let record = Record::Article(Article::default());
            found["_source"] = json!({ "record": record, "ordinal": 0 });
            let hit: Hit = serde_json::from_value(found).unwrap();
            assert_eq!(hit.score(), score);
        }
    }
}
