//! Tests of reading all hits page by page, against a server that has documents with the ids 0, 1,
//! 2…

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use super::*;
use crate::mock::{Mock, Reply, SeenRequest};

/// For [`server`]: the point in time is never lost.
const NEVER_LOST: usize = 0;

/// A server with the documents 0 to `count` - 1. It loses the point in time when a page is
/// requested for the `lost_at`th time, counted from 1; never if `lost_at` is [`NEVER_LOST`].
fn server(count: usize, lost_at: usize) -> Mock {
    let (opened, pages) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // The number of the point in time that is open.
    let open_pit = Arc::new(Mutex::new(0));
    Mock::new(move |_, seen: &SeenRequest| {
        if seen.line.starts_with("POST /n/_search/point_in_time") {
            assert!(seen.line.contains("allow_partial_pit_creation=false"));
            *open_pit.lock().unwrap() = opened.fetch_add(1, SeqCst);
            let id = open_pit.lock().unwrap();
            return Reply::ok(format!(
                r#"{{"pit_id":"p{id}","_shards":{{"total":1,"successful":1,"failed":0}}}}"#
            ));
        }
        if seen.line.starts_with("DELETE") {
            return Reply::ok(r#"{"pits":[]}"#);
        }
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        if pages.fetch_add(1, SeqCst) + 1 == lost_at {
            // No point in time has this number.
            *open_pit.lock().unwrap() = 99;
        }
        if body["pit"]["id"] != format!("p{}", open_pit.lock().unwrap()) {
            return Reply::exception(404, "search_context_missing_exception", "No search context");
        }
        let after = body["search_after"][0].as_u64().map_or(0, |last| last as usize + 1);
        let size = body["size"].as_u64().unwrap() as usize;
        let hits: Vec<_> = (after..count.min(after + size))
            .map(|id| json!({"_index": "n-1", "_id": id.to_string(), "_score": null, "sort": [id]}))
            .collect();
        let hits = json!({"total": {"value": count, "relation": "eq"}, "hits": hits});
        let shards = json!({"total": 1, "successful": 1, "failed": 0});
        Reply::ok(json!({"timed_out": false, "_shards": shards, "hits": hits}).to_string())
    })
}

/// All hits of a search of the server, in pages of this size.
fn all_hits(mock: &Mock, page_size: usize) -> AllHits {
    // `from` and `size` are ignored.
    let body = json!({"query": {"match_all": {}}, "sort": [{"id": "asc"}], "from": 3, "size": 1});
    mock.client()
        .all_hits("n", body, AllHitsOptions { page_size, ..AllHitsOptions::default() })
        .unwrap()
}

#[test]
fn all_hits_come_once_and_in_order() {
    for (count, page_size) in [(0, 3), (1, 3), (3, 3), (7, 3), (9, 3), (5, 100)] {
        let mock = server(count, NEVER_LOST);
        let ids: Vec<_> = all_hits(&mock, page_size).map(|hit| hit.unwrap().id).collect();
        let expected: Vec<_> = (0..count).map(|id| id.to_string()).collect();
        assert_eq!(ids, expected, "{count} {page_size}");
        assert!(mock.requests().last().unwrap().line.starts_with("DELETE /_search/point_in_time"));
    }
}

#[test]
fn a_lost_point_in_time_is_opened_again() {
    // Eight documents make three pages: two of three documents, and one of two.
    for lost_at in 1..4 {
        let mock = server(8, lost_at);
        let ids: Vec<_> = all_hits(&mock, 3).map(|hit| hit.unwrap().id).collect();
        assert_eq!(ids.len(), 8, "{lost_at}");
        let requests = mock.requests();
        // Only the requests that open a point in time have `keep_alive` as a parameter.
        let opened = requests.iter().filter(|seen| seen.line.contains("keep_alive=")).count();
        assert_eq!(opened, 2);
    }
}

#[test]
fn dropping_the_iterator_closes_its_point_in_time() {
    let mock = server(100, NEVER_LOST);
    let mut hits = all_hits(&mock, 10);
    assert_eq!(hits.next().unwrap().unwrap().id, "0");
    assert_eq!(hits.total(), Some(100));
    drop(hits);
    assert_eq!(mock.requests().last().unwrap().body, r#"{"pit_id":["p0"]}"#);
}

#[test]
fn fewer_hits_than_the_total_are_an_error() {
    let mock = Mock::new(|_, seen| match seen.line.starts_with("POST /n/_search/point") {
        true => Reply::ok(r#"{"pit_id":"p","_shards":{"total":1,"successful":1,"failed":0}}"#),
        false => Reply::ok(
            r#"{"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0},
                "hits":{"total":{"value":5},"hits":[{"_index":"n","_id":"a","sort":[1]}]}}"#,
        ),
    });
    let results: Vec<_> = all_hits(&mock, 10).collect();
    assert!(matches!(results.last(), Some(Err(Error::Partial { .. }))), "{results:?}");
}

#[test]
fn a_search_without_a_sort_is_refused() {
    let mock = server(1, NEVER_LOST);
    let error = mock.client().all_hits("n", json!({}), AllHitsOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error}");
}
