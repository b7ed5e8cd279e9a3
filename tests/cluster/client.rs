//! The client of `wensou-cluster` by itself, without the binary. One test runs all parts one after
//! the other, because each part uses the indexes that the part before has left on the cluster.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wensou_cluster::{
    AllHitsOptions, BulkOptions, BulkWriter, Client, ClientOptions, Error, Health, Operation,
};

use super::cluster_alone;
use super::nodes::Cluster;

/// The number of documents in each index.
const DOCUMENTS: usize = 2_000;

/// Creates an index, and waits until its replicas exist.
fn create(client: &Client, index: &str) {
    let body = json!({
        "settings": {"number_of_shards": 3, "number_of_replicas": 1},
        "mappings": {"properties": {"id": {"type": "keyword"}, "text": {"type": "text"}, "index_name": {"type": "keyword"}}}
    });
    client.create_index(index, &body).unwrap();
    client.wait_for_health(index, Health::Green, Duration::from_secs(60)).unwrap();
}

/// Writes the documents with these numbers, each with the name of its index in the field
/// `index_name`. Returns how many were written.
fn write(client: &Client, index: &str, range: std::ops::Range<usize>) -> u64 {
    let options = BulkOptions { batch_count: 100, ..BulkOptions::default() };
    let mut writer = BulkWriter::new(client, index, options).unwrap();
    for number in range {
        let id = format!("{number:05}");
        let text = format!("word{} common", number % 7);
        let document = json!({"id": id, "text": text, "index_name": index}).to_string();
        writer.push(&Operation::index(&id, document.as_bytes())).unwrap();
    }
    let summary = writer.finish().unwrap();
    assert_eq!(summary.failed, 0, "{summary:?}");
    summary.succeeded()
}

/// The total of a search, and the ids of its first hits.
type Answer = (u64, Vec<String>);

/// The answers to seven searches, one for each of the words `word0` to `word6` of the documents.
fn answers(client: &Client, index: &str) -> Vec<Answer> {
    (0..7)
        .map(|word| {
            let body = json!({
                "query": {"match": {"text": format!("word{word}")}}, "track_total_hits": true,
                "sort": ["_score", {"id": "asc"}], "_source": false
            });
            let query = [("search_type", "dfs_query_then_fetch")];
            let found: Value = client.search(index, &query, &body).unwrap().json().unwrap();
            let hits = found["hits"]["hits"].as_array().unwrap();
            let ids = hits.iter().map(|hit| hit["_id"].as_str().unwrap().to_owned()).collect();
            (found["hits"]["total"]["value"].as_u64().unwrap(), ids)
        })
        .collect()
}

/// The ids of all documents, read 300 at a time.
fn all_ids(client: &Client, index: &str) -> Vec<String> {
    let body = json!({"query": {"match_all": {}}, "sort": [{"id": "asc"}], "_source": false});
    let options = AllHitsOptions { page_size: 300, ..AllHitsOptions::default() };
    client.all_hits(index, body, options).unwrap().map(|hit| hit.unwrap().id).collect()
}

#[test]
fn the_client_gets_whole_answers_during_swaps_and_failures_of_nodes() {
    let Some(cluster) = cluster_alone() else { return };
    let client = cluster.client();
    assert_eq!(client.version().unwrap().product(), "OpenSearch");
    create(&client, "news-1");
    assert_eq!(write(&client, "news-1", 0..DOCUMENTS), DOCUMENTS as u64);
    // `None`: the alias leads to no index yet.
    client.swap_alias("news", None, "news-1").unwrap();
    client.wait_for_alias("news", "news-1", Duration::from_secs(60)).unwrap();
    client.refresh("news").unwrap();
    assert_eq!(
        client.count("news", &json!({"query": {"match_all": {}}})).unwrap(),
        DOCUMENTS as u64
    );
    let expected: Vec<_> = (0..DOCUMENTS).map(|number| format!("{number:05}")).collect();
    assert_eq!(all_ids(&client, "news"), expected);
    let before = answers(&client, "news");
    // Each word is in a seventh of the 2,000 documents.
    assert!(before.iter().all(|(total, _)| *total > 280));
    timed("errors", || assert_kinds_of_errors(&client));
    timed("swaps", || swap_while_searching(&client));
    timed("hung node", || search_beside_a_hung_node(&cluster, &client, &before));
    timed("killed node", || write_and_read_beside_a_killed_node(&cluster, &client, &before));
    cluster.run(&["restart", "3"]);
}

/// Runs a part of the test, and says on stderr how long it took.
fn timed(name: &str, part: impl FnOnce()) {
    let started = Instant::now();
    part();
    let _ = writeln!(std::io::stderr(), "{name}: {:.1?}", started.elapsed());
}

/// Checks that each refused request gives the variant of [`Error`] that says why.
fn assert_kinds_of_errors(client: &Client) {
    let missing = client.search("nothing", &[], &json!({})).unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }), "{missing}");
    let taken = client.create_index("news-1", &json!({})).unwrap_err();
    assert!(matches!(taken, Error::NameTaken { .. }), "{taken}");
    let taken = client.swap_alias("news-1", None, "news-1").unwrap_err();
    assert!(matches!(taken, Error::NameTaken { .. }), "{taken}");
    let wrong = client.search("news", &[], &json!({"query": {"no_such": {}}})).unwrap_err();
    assert!(matches!(wrong, Error::Status { status: 400, .. }), "{wrong}");
    let options = BulkOptions { require_alias: true, ..BulkOptions::default() };
    let mut writer = BulkWriter::new(client, "nothing", options).unwrap();
    writer.push(&Operation::index("1", b"{}")).unwrap();
    assert!(matches!(writer.finish(), Err(Error::NotFound { .. })));
    let mut writer = BulkWriter::new(client, "news", BulkOptions::default()).unwrap();
    writer.push(&Operation::create("00001", b"{}")).unwrap();
    writer.push(&Operation::index("bad", b"{")).unwrap();
    writer.push(&Operation::delete("none")).unwrap();
    let summary = writer.finish().unwrap();
    // The conflict of `create` also counts as failed.
    assert_eq!((summary.conflicts, summary.failed, summary.missing), (1, 2, 1), "{summary:?}");
}

/// Swaps the alias between two indexes while other threads search: every answer must have all
/// documents, and all of them from the same index.
fn swap_while_searching(client: &Client) {
    create(client, "news-2");
    write(client, "news-2", 0..DOCUMENTS);
    client.refresh("news-2").unwrap();
    let (stopped, searches) = (AtomicBool::new(false), AtomicU64::new(0));
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stopped.load(SeqCst) {
                    if let Err(problem) = search_one_whole_index(client) {
                        wrong.lock().unwrap().push(problem);
                        return;
                    }
                    searches.fetch_add(1, SeqCst);
                }
            });
        }
        for (old, new) in [("news-1", "news-2"), ("news-2", "news-1"), ("news-1", "news-2")] {
            // At least 15 searches between two swaps.
            let goal = searches.load(SeqCst) + 15;
            while searches.load(SeqCst) < goal && wrong.lock().unwrap().is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
            let swapped = client.swap_alias("news", Some(old), new);
            let seen = client.wait_for_alias("news", new, Duration::from_secs(60));
            if let Err(error) = swapped.and(seen) {
                wrong.lock().unwrap().push(error.to_string());
            }
        }
        stopped.store(true, SeqCst);
    });
    assert_eq!(wrong.into_inner().unwrap(), Vec::<String>::new());
    let stale = client.swap_alias("news", Some("news-1"), "news-3").unwrap_err();
    assert!(matches!(stale, Error::Conflict { .. }), "{stale}");
    assert_eq!(client.alias_targets("news").unwrap(), ["news-2"]);
    assert!(client.delete_index("news-1").unwrap());
    assert!(!client.delete_index("news-1").unwrap());
    let names: Vec<_> =
        client.indexes("news-*").unwrap().into_iter().map(|index| index.name).collect();
    assert_eq!(names, ["news-2"]);
}

/// Searches the alias for all documents. An error if some documents are missing, or if they come
/// from several indexes.
fn search_one_whole_index(client: &Client) -> Result<(), String> {
    let body = json!({
        "query": {"match": {"text": "common"}}, "track_total_hits": true, "size": 0,
        "aggs": {"indexes": {"terms": {"field": "index_name"}}}
    });
    let found = client.search("news", &[], &body).map_err(|error| error.to_string())?;
    let found: Value = found.json().map_err(|error| error.to_string())?;
    let indexes = found["aggregations"]["indexes"]["buckets"].as_array().map_or(0, Vec::len);
    match (&found["hits"]["total"]["value"], indexes) {
        (total, 1) if *total == DOCUMENTS => Ok(()),
        _ => Err(found.to_string()),
    }
}

/// Pauses a node: the other nodes must answer within the time limits of the client.
fn search_beside_a_hung_node(cluster: &Cluster, client: &Client, before: &[Answer]) {
    cluster.run(&["pause", "2"]);
    for _ in 0..2 {
        let started = Instant::now();
        let fresh = cluster.client_with(ClientOptions::default());
        let connected = started.elapsed();
        // The node that coordinates the search may ask the hung node for a shard, if the
        // coordinating node has not noticed yet that the hung node does not answer.
        let found = fresh.search("news", &[], &json!({"query": {"match_all": {}}}));
        let _ = writeln!(std::io::stderr(), "  {connected:.1?}, {:.1?}", started.elapsed());
        found.map(drop).unwrap();
        // The time limits: 2 s for a connection to the hung node, and 10 s for the search. The last
        // second is a margin.
        assert!(started.elapsed() < Duration::from_secs(13), "{:?}", started.elapsed());
    }
    cluster.run(&["resume", "2"]);
    client.wait_for_health("news", Health::Green, Duration::from_secs(60)).unwrap();
    assert_eq!(answers(client, "news"), before);
}

/// Kills a node while one thread writes and another reads all documents; meanwhile, this thread
/// searches.
fn write_and_read_beside_a_killed_node(cluster: &Cluster, client: &Client, before: &[Answer]) {
    create(client, "news-3");
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write(client, "news-3", 0..DOCUMENTS));
        let reader = scope.spawn(|| all_ids(client, "news"));
        cluster.run(&["kill", "3"]);
        for _ in 0..3 {
            assert_eq!(answers(client, "news"), before);
        }
        assert_eq!(reader.join().unwrap().len(), DOCUMENTS);
        writer.join().unwrap()
    });
    assert_eq!(written, DOCUMENTS as u64);
    client.wait_for_health("news-3", Health::Yellow, Duration::from_secs(60)).unwrap();
    client.refresh("news-3").unwrap();
    assert_eq!(all_ids(client, "news-3").len(), DOCUMENTS);
    assert_eq!(answers(client, "news-3"), before);
    let swapped = client.swap_alias("news", Some("news-2"), "news-3");
    swapped
        .and_then(|()| client.wait_for_alias("news", "news-3", Duration::from_secs(60)))
        .unwrap();
}
