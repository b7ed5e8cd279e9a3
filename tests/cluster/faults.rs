//! Failures of nodes: those that hang, those that are killed, and too many of them.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wensou_cluster::Health;

use super::queries::Queries;
use super::running::Cluster;
use super::{AT_ONCE, cluster_alone, copied, refused, run_on, same, sample_index};
use crate::util::{Dir, Ran};

fn wait_for(cluster: &Cluster, name: &str, health: Health) {
    cluster.client().wait_for_health(name, health, Duration::from_secs(60)).unwrap();
}

#[test]
fn answers_are_the_same_while_a_node_is_killed_and_no_copied_document_is_lost() {
    let Some(cluster) = cluster_alone() else { return };
    let dir = Dir::new();
    let address = copied(&dir, &cluster, "nodes");
    wait_for(&cluster, "nodes-*", Health::Green);
    let exported = dir.ok(&["export", "--index", sample_index()]);
    dir.write("queries.txt", Queries::new(&exported, 3).lines(60));
    let args = ["search", "--batch", "queries.txt", "-f", "jsonl"];
    let wanted = run_on(&dir, sample_index(), &args);
    let mut command = dir.command(&[&args[..], &["--index", &address]].concat());
    let batch = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let written = cluster.address("written");
    let mut command = dir.command(&["copy", "--index", sample_index(), "--to", &written]);
    let copy = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first node is the one that a client asks first.
    std::thread::sleep(Duration::from_millis(600));
    cluster.run(&["kill", "1"]);
    let during = Ran::from(batch.wait_with_output().unwrap());
    let copied = Ran::from(copy.wait_with_output().unwrap());
    let after = run_on(&dir, &address, &args);
    cluster.run(&["restart", "1"]);
    for ran in [during, after] {
        assert_eq!(ran.code, wanted.code, "{}", ran.stderr);
        assert!(ran.stdout == wanted.stdout, "the answers differ: {}", ran.stderr);
    }
    // Shards that had no second copy yet come back with the node.
    if copied.code != 0 {
        refused(&copied, 2, &["error"]);
        dir.ok(&["copy", "--index", sample_index(), "--to", &written]);
    }
    same(&dir, [sample_index(), &written], &["export"]);
    assert_eq!(run_on(&dir, &written, &["check", "--all"]).code, 0);
    let again = run_on(&dir, &address, &args);
    assert!(again.stdout == wanted.stdout, "the answers differ: {}", again.stderr);
}

#[test]
fn another_node_answers_for_one_that_hangs() {
    let Some(cluster) = cluster_alone() else { return };
    let dir = Dir::new();
    let address = copied(&dir, &cluster, "hung");
    // Its statistics are an index of their own, which needs its second copy, too.
    wait_for(&cluster, "hung-*", Health::Green);
    let verbs: [&[&str]; 4] = [
        &["search", "比特幣 市場", "-f", "json", "--facet", "kind"],
        &["search", "以太坊", "--sort", "newest", "-f", "ids"],
        &["timeline", "-f", "json"],
        &["tags", "-f", "json"],
    ];
    let wanted = verbs.map(|args| run_on(&dir, sample_index(), args));
    cluster.run(&["pause", "2"]);
    let found = verbs.map(|args| {
        let started = Instant::now();
        (run_on(&dir, &address, args), started.elapsed())
    });
    cluster.run(&["resume", "2"]);
    wait_for(&cluster, "hung", Health::Yellow);
    for (args, ((found, took), wanted)) in verbs.iter().zip(found.into_iter().zip(wanted)) {
        assert_eq!(found.code, wanted.code, "{args:?}: {}", found.stderr);
        assert!(found.stdout == wanted.stdout, "{args:?}: {}", found.stderr);
        // The time of a client for one request, and 2 s to notice the node.
        assert!(took < Duration::from_secs(13), "{args:?} took {took:.1?}");
    }
}

/// The number of a node that has documents of an index.
fn node_with_documents(cluster: &Cluster, name: &str) -> String {
    let path = format!("/_cat/shards/{name}");
    let query = [("format", "json"), ("h", "node,docs")];
    let shards: Vec<Value> = cluster.client().get(&path, &query).unwrap().json().unwrap();
    let has_some = |shard: &&Value| shard["docs"].as_str().is_some_and(|docs| docs != "0");
    let node = shards.iter().find(has_some).unwrap()["node"].as_str().unwrap();
    node.strip_prefix("node-").unwrap().to_owned()
}

/// Verbs that read, each of which needs all documents.
const READING: [&[&str]; 7] = [
    &["search", "比特幣", "-f", "jsonl"],
    &["search", "-c", "比特幣"],
    &["search", "kind:flash", "--facet", "month", "-f", "json"],
    &["timeline", "-f", "json"],
    &["tags", "-f", "json"],
    &["export"],
    &["check", "--all"],
];

/// Checks that a part of the documents is never shown as the whole.
#[track_caller]
fn refused_whole(dir: &Dir, address: &str, verbs: &[&[&str]]) {
    for args in verbs {
        let ran = run_on(dir, address, args);
        refused(&ran, 2, &["error: ", "the health of the cluster", "try again"]);
        // What was exported before the failure is whole lines of a failed run.
        assert!(ran.stdout.is_empty() || args[0] == "export", "{args:?}: {}", ran.stdout);
    }
}

#[test]
fn too_few_nodes_are_told_and_never_show_a_part() {
    let Some(cluster) = cluster_alone() else { return };
    let dir = Dir::new();
    let yellow = copied(&dir, &cluster, "yellow");
    wait_for(&cluster, "yellow", Health::Green);
    // Two nodes shall not get all documents before one of them is killed, however slow this is.
    let later = json!({ "index.unassigned.node_left.delayed_timeout": "1h" });
    cluster.client().put("/yellow-*/_settings", &[], &later).unwrap();
    let red = cluster.address("red");
    let copy = ["copy", "--index", sample_index(), "--replicas", "0", "--quiet", "--to"];
    dir.ok(&[&copy[..], &[&red], &AT_ONCE].concat());
    // Without one of three nodes: one that has a part of the index that has no replicas.
    let first = node_with_documents(&cluster, "red");
    cluster.run(&["kill", &first]);
    wait_for(&cluster, "yellow", Health::Yellow);
    for args in READING.iter().filter(|args| args[0] != "check") {
        same(&dir, [sample_index(), &yellow], args);
    }
    assert_eq!(run_on(&dir, &yellow, &["check", "--all"]).code, 0);
    let written = cluster.address("three-nodes");
    dir.ok(&["copy", "--index", sample_index(), "--quiet", "--to", &written]);
    refused_whole(&dir, &red, &READING);
    // Without two of three: no quorum.
    let second = if first == "1" { "2" } else { "1" };
    cluster.run(&["kill", second]);
    let started = Instant::now();
    refused_whole(&dir, &yellow, &READING[..2]);
    let copy = ["copy", "--index", sample_index(), "--to", &yellow];
    refused(&dir.run(&copy), 2, &["the health of the cluster", "try again"]);
    let took = started.elapsed();
    cluster.run(&["restart", second, "--no-wait"]);
    cluster.run(&["restart", &first]);
    assert!(took < Duration::from_secs(45), "{took:.1?}");
    for index in [&yellow, &red, &written] {
        same(&dir, [sample_index(), index], READING[0]);
        assert_eq!(run_on(&dir, index, &["check", "--all"]).code, 0);
    }
    dir.ok(&copy);
}
