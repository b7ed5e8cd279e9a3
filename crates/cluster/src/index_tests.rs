//! Tests of an open index against a server that has its mapping and its statistics.

use std::sync::Condvar;
use std::time::Duration;

use super::*;
use crate::mock::{Mock, Reply, address_of};

/// How long a request waits for another one.
const PATIENCE: Duration = Duration::from_secs(3);

/// The answer to a request for the mapping of the alias `n`.
fn mapping() -> Value {
    let zeros = [[0; 3]; 2];
    let description = json!({
        "format": FORMAT,
        "analysis": "",
        "program": "",
        "built": "",
        "roots": [],
        "documents": [0, 0],
        "lengths": zeros,
        "with_field": zeros,
        "buckets": 1,
        "name_chunks": 0,
        "word_chunks": 0,
    });
    json!({ "n-1": { "mappings": { "_meta": { "wensou": description } } } })
}

#[test]
fn queries_on_one_index_ask_for_statistics_at_the_same_time() {
    // The number of requests for statistics so far. Each waits for a second one to come.
    let (arrived, changed) = (Mutex::new(0), Condvar::new());
    let mock = Mock::new(move |_, seen| {
        if seen.line.contains("_mapping") {
            return Reply::ok(mapping().to_string());
        }
        let mut count = arrived.lock().unwrap();
        *count += 1;
        changed.notify_all();
        let waited = changed.wait_timeout_while(count, PATIENCE, |count| *count < 2).unwrap();
        match waited.1.timed_out() {
            true => Reply::exception(400, "x", "no other request came"),
            // An empty bucket.
            false => Reply::ok(r#"{"docs":[{"_source":{"data":{"packed":""}}}]}"#),
        }
    });
    let opened = ClusterIndex::open_with(mock.client(), &address_of(&[&mock])).unwrap();
    let index = &opened;
    std::thread::scope(|scope| {
        let queries = ["币", "链"].map(|token| {
            let terms = vec![(TextField::Title, token.to_owned())];
            scope.spawn(move || index.doc_freqs_by_kind(&terms))
        });
        for query in queries {
            assert_eq!(query.join().unwrap().unwrap(), [[0, 0]]);
        }
    });
    // Both counts are known from now on, so no request is sent.
    let requests = mock.requests().len();
    let terms = ["币", "链"].map(|token| (TextField::Title, token.to_owned()));
    assert_eq!(index.doc_freqs_by_kind(&terms).unwrap(), [[0, 0]; 2]);
    assert_eq!(mock.requests().len(), requests);
}
