//! Counts documents with aggregations of the cluster: by facet, by day and by the value of a field;
//! also lists ids.

use foldhash::HashMap;
use jiff::Span;
use jiff::civil::date;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wensou_cluster::{ClusterIndex, field};
use wensou_index::{Kind, PROVENANCE_INFERRED};

use super::dsl::field_name;
use super::response::Total;
use crate::engine::{DayCounts, Facet};
use crate::error::Error;
use crate::plan::expr::FilterField;

/// The maximum number of combinations in one response. A node reserves memory for that many.
const MAX_BUCKETS: usize = 1000;

/// A combination of values, and the number of documents that have it.
#[derive(Debug, Deserialize)]
struct Bucket {
    key: Map<String, Value>,
    doc_count: u64,
}

/// Every combination of values of `fields` in the documents that match a query, and the number of
/// all these documents. A document that lacks one of the fields is counted in no combination.
fn combinations(
    index: &ClusterIndex,
    query: &Value,
    fields: &[&str],
) -> Result<(Vec<Bucket>, usize), Error> {
    #[derive(Deserialize)]
    struct Response {
        hits: Hits,
        aggregations: Aggregations,
    }
    #[derive(Deserialize)]
    struct Hits {
        total: Total,
    }
    #[derive(Deserialize)]
    struct Aggregations {
        values: Values,
    }
    #[derive(Deserialize)]
    struct Values {
        buckets: Vec<Bucket>,
        after_key: Option<Map<String, Value>>,
    }
    let sources: Vec<Value> =
        fields.iter().map(|name| json!({ *name: { "terms": { "field": name } } })).collect();
    let (mut all, mut after, mut first_total) = (Vec::new(), None, None);
    loop {
        let mut composite = json!({ "size": MAX_BUCKETS, "sources": sources });
        if let Some(after) = after {
            composite["after"] = Value::Object(after);
        }
        let body = json!({
            "query": query,
            "size": 0,
            "track_total_hits": true,
            "aggs": { "values": { "composite": composite } },
        });
        let Response { hits, aggregations: Aggregations { values } } = index.search(&body)?;
        let total = *first_total.get_or_insert(hits.total.value);
        let is_last = values.buckets.len() < MAX_BUCKETS;
        all.extend(values.buckets);
        after = values.after_key;
        if is_last || after.is_none() {
            return Ok((all, total));
        }
    }
}

/// As [`Engine::facet_counts`](crate::engine::Engine::facet_counts).
pub(super) fn facet_counts(
    index: &ClusterIndex,
    query: &Value,
    facet: Facet,
) -> Result<HashMap<String, u64>, Error> {
    let count_texts = |name: &str| -> Result<HashMap<String, u64>, Error> {
        let (buckets, _) = combinations(index, query, &[name])?;
        let text = |bucket: Bucket| Some((bucket.key[name].as_str()?.to_owned(), bucket.doc_count));
        Ok(buckets.into_iter().filter_map(text).collect())
    };
    match facet {
        Facet::Tag => count_texts(field::TAG_FACET),
        Facet::Source => count_texts(field::SOURCE_FACET),
        Facet::Category => count_texts(field::CATEGORY_FACET),
        Facet::Kind => {
            let (buckets, _) = combinations(index, query, &[field::KIND])?;
            let name = |bucket: Bucket| {
                let code = bucket.key[field::KIND].as_u64()?;
                let kind = Kind::ALL.into_iter().find(|kind| *kind as u64 == code);
                Some((kind.map_or("unknown", Kind::name).to_owned(), bucket.doc_count))
            };
            Ok(buckets.into_iter().filter_map(name).collect())
        }
        Facet::Month => {
            let (days, undated) = day_counts(index, query)?;
            let mut months = HashMap::default();
            for (day, [stated, inferred]) in days {
                let month = format!("{:04}-{:02}", day.year(), day.month());
                *months.entry(month).or_default() += stated + inferred;
            }
            if undated > 0 {
                months.insert("none".to_owned(), undated);
            }
            Ok(months)
        }
    }
}

/// As [`Engine::day_counts`](crate::engine::Engine::day_counts).
pub(super) fn day_counts(index: &ClusterIndex, query: &Value) -> Result<(DayCounts, u64), Error> {
    let (buckets, total) = combinations(index, query, &[field::DAY, field::PROVENANCE])?;
    Ok(count_days(buckets, total as u64))
}

/// Sums up the combinations of day and provenance of `total` matching documents. The documents that
/// no combination counts have no day: they are undated, and their number is returned, too.
fn count_days(buckets: Vec<Bucket>, total: u64) -> (DayCounts, u64) {
    let (mut days, mut dated) = (DayCounts::new(), 0);
    for bucket in buckets {
        let number = |name: &str| bucket.key[name].as_i64();
        let Some(day) = number(field::DAY).and_then(|day| Span::new().try_days(day).ok()) else {
            continue;
        };
        let Ok(day) = date(1970, 1, 1).checked_add(day) else { continue };
        let inferred = number(field::PROVENANCE) == i64::try_from(PROVENANCE_INFERRED).ok();
        days.entry(day).or_default()[usize::from(inferred)] += bucket.doc_count;
        dated += bucket.doc_count;
    }
    // The combinations may come from several responses, and `total` from the first of them. If the
    // index changes between the responses, more documents may be dated than were counted.
    (days, total.saturating_sub(dated))
}

/// As [`Engine::date_bounds`](crate::engine::Engine::date_bounds).
pub(super) fn date_bounds(index: &ClusterIndex) -> Result<Option<[i64; 2]>, Error> {
    #[derive(Deserialize)]
    struct Response {
        aggregations: Bounds,
    }
    #[derive(Deserialize)]
    struct Bounds {
        dates: Stats,
    }
    #[derive(Deserialize)]
    struct Stats {
        min: Option<f64>,
        max: Option<f64>,
    }
    // Ask for `stats`, and not for the aggregations `min` and `max`: the response to these says
    // `terminated_early`, as if the search had been cut short.
    let body = json!({ "size": 0, "aggs": { "dates": { "stats": { "field": field::DATE } } } });
    let Response { aggregations: Bounds { dates: Stats { min: oldest, max: newest } } } =
        index.search(&body)?;
    // Civil seconds are whole numbers below 2^53.
    Ok(oldest.zip(newest).map(|(oldest, newest)| [oldest as i64, newest as i64]))
}

/// As [`Engine::values`](crate::engine::Engine::values).
pub(super) fn values(
    index: &ClusterIndex,
    filter_field: FilterField,
) -> Result<Vec<(String, u64)>, Error> {
    let name = field_name(filter_field);
    let (buckets, _) = combinations(index, &json!({ "match_all": {} }), &[name])?;
    let value = |bucket: Bucket| Some((bucket.key[name].as_str()?.to_owned(), bucket.doc_count));
    Ok(buckets.into_iter().filter_map(value).collect())
}

/// As [`Engine::ids`](crate::engine::Engine::ids).
pub(super) fn ids(index: &ClusterIndex, prefix: &str, limit: usize) -> Result<Vec<String>, Error> {
    #[derive(Deserialize)]
    struct Response {
        aggregations: Aggregations,
    }
    #[derive(Deserialize)]
    struct Aggregations {
        ids: Ids,
    }
    #[derive(Deserialize)]
    struct Ids {
        buckets: Vec<Id>,
    }
    #[derive(Deserialize)]
    struct Id {
        key: String,
    }
    // The cluster refuses an aggregation of no buckets.
    if limit == 0 {
        return Ok(Vec::new());
    }
    // A document may have other ids as well, which do not start with the prefix. A regular
    // expression leaves them out of the aggregation.
    let mut pattern = String::new();
    for c in prefix.chars() {
        if !c.is_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    let body = json!({
        "query": { "prefix": { (field::ID): prefix } },
        "size": 0,
        "aggs": { "ids": { "terms": {
            "field": field::ID,
            "include": pattern + ".*",
            "size": limit,
            "order": { "_key": "asc" },
        } } },
    });
    let Response { aggregations } = index.search(&body)?;
    Ok(aggregations.ids.buckets.into_iter().map(|id| id.key).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_document_is_undated_if_more_are_dated_than_the_first_response_counted() {
        let bucket = |day: i64, doc_count: u64| {
            let key = json!({ (field::DAY): day, (field::PROVENANCE): PROVENANCE_INFERRED });
            Bucket { key: key.as_object().cloned().unwrap(), doc_count }
        };
        let count = |total: u64| count_days(vec![bucket(0, 3), bucket(1, 4)], total);
        // For each day, the documents with a stated and those with an inferred date.
        let days = DayCounts::from([(date(1970, 1, 1), [0, 3]), (date(1970, 1, 2), [0, 4])]);
        assert_eq!(count(9), (days.clone(), 2));
        assert_eq!(count(5), (days, 0));
    }
}
