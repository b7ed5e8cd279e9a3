//! What wensou answers while a node of the cluster hangs or is killed, and while too few nodes run.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wensou_cluster::Health;

use super::nodes::Cluster;
use super::random_queries::RandomQueries;
use super::{
    NO_GRACE, assert_refused, assert_same_output, cluster_alone, copy_sample_index,
    run_in_default_time, run_on, sample_index,
};
use crate::util::{Dir, Ran};

fn wait_for_health(cluster: &Cluster, name: &str, health: Health) {
    cluster.client().wait_for_health(name, health, Duration::from_secs(60)).unwrap();
}

#[test]
fn answers_are_the_same_while_a_node_is_killed_and_no_copied_document_is_lost() {
    let Some(cluster) = cluster_alone() else { return };
    let dir = Dir::new();
    let address = copy_sample_index(&dir, &cluster, "nodes", &NO_GRACE);
    wait_for_health(&cluster, "nodes-*", Health::Green);
    let exported = dir.ok(&["export", "--index", sample_index()]);
    dir.write("queries.txt", RandomQueries::with_seed(&exported, 3).lines(60));
    let args = ["search", "--batch", "queries.txt", "-f", "jsonl"];
    let wanted = run_on(&dir, sample_index(), &args);
    let mut command = dir.command(&[&args[..], &["--index", &address]].concat());
    let searching = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let written = cluster.address("written");
    let mut command = dir.command(&["copy", "--index", sample_index(), "--to", &written]);
    let copying = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Once both commands have begun, kill node 1, which clients ask first.
    std::thread::sleep(Duration::from_millis(600));
    cluster.run(&["kill", "1"]);
    let during = Ran::from(searching.wait_with_output().unwrap());
    let copy = Ran::from(copying.wait_with_output().unwrap());
    let after = run_on(&dir, &address, &args);
    cluster.run(&["restart", "1"]);
    for ran in [during, after] {
        assert_eq!(ran.code, wanted.code, "{}", ran.stderr);
        assert!(ran.stdout == wanted.stdout, "the answers differ: {}", ran.stderr);
    }
    // The copy may fail: a new shard without a replica is missing while its only node is down.
    if copy.code != 0 {
        assert_refused(&copy, 2, &["error"]);
        dir.ok(&["copy", "--index", sample_index(), "--to", &written]);
    }
    assert_same_output(&dir, [sample_index(), &written], &["export"]);
    assert_eq!(run_on(&dir, &written, &["check", "--all"]).code, 0);
    let restarted = run_on(&dir, &address, &args);
    assert!(restarted.stdout == wanted.stdout, "the answers differ: {}", restarted.stderr);
}

/// The maximum time of a command while a node hangs: a client spends at most 10 s on a request, and
/// the other 3 s are for noticing that the node hangs.
const MAX_TIME_WITH_HUNG_NODE: Duration = Duration::from_secs(13);

#[test]
fn another_node_answers_for_one_that_hangs() {
    let Some(cluster) = cluster_alone() else { return };
    let dir = Dir::new();
    let address = copy_sample_index(&dir, &cluster, "hung", &NO_GRACE);
    // The pattern includes the index of statistics, which needs its replicas, too.
    wait_for_health(&cluster, "hung-*", Health::Green);
    let commands: [&[&str]; 4] = [
        &["search", "比特幣 市場", "-f", "json", "--facet", "kind"],
        &["search", "以太坊", "--sort", "newest", "-f", "ids"],
        &["timeline", "-f", "json"],
        &["tags", "-f", "json"],
    ];
    let wanted = commands.map(|args| run_on(&dir, sample_index(), args));
    cluster.run(&["pause", "2"]);
    let found = commands.map(|args| {
        let started = Instant::now();
        (run_in_default_time(&dir, &[args, &["--index", &address]].concat()), started.elapsed())
    });
    cluster.run(&["resume", "2"]);
    wait_for_health(&cluster, "hung", Health::Yellow);
    for (args, ((found, took), wanted)) in commands.iter().zip(found.into_iter().zip(wanted)) {
        assert_eq!(found.code, wanted.code, "{args:?}: {}", found.stderr);
        assert!(found.stdout == wanted.stdout, "{args:?}: {}", found.stderr);
        assert!(took < MAX_TIME_WITH_HUNG_NODE, "{args:?} took {took:.1?}");
    }
}

/// The number of a node that has some of the documents of an index.
fn node_with_documents(cluster: &Cluster, name: &str) -> String {
    let path = format!("/_cat/shards/{name}");
    let query = [("format", "json"), ("h", "node,docs")];
    let shards: Vec<Value> = cluster.client().get(&path, &query).unwrap().json().unwrap();
    let has_some = |shard: &&Value| shard["docs"].as_str().is_some_and(|docs| docs != "0");
    let node = shards.iter().find(has_some).unwrap()["node"].as_str().unwrap();
    node.strip_prefix("node-").unwrap().to_owned()
}

/// Commands that only read. Each needs all documents of the index.
const READING_COMMANDS: [&[&str]; 7] = [
    &["search", "比特幣", "-f", "jsonl"],
    &["search", "-c", "比特幣"],
    &["search", "kind:flash", "--facet", "month", "-f", "json"],
    &["timeline", "-f", "json"],
    &["tags", "-f", "json"],
    &["export"],
    &["check", "--all"],
];

/// Checks that each command fails with advice, instead of showing some of the documents as if they
/// were all. The commands run at the same time, because each waits for the missing nodes first.
#[track_caller]
fn assert_no_partial_answers(dir: &Dir, address: &str, commands: &[&[&str]]) {
    let outcomes: Vec<Ran> = std::thread::scope(|scope| {
        let commands = commands.iter().map(|args| [args, &["--index", address][..]].concat());
        let running: Vec<_> =
            commands.map(|args| scope.spawn(move || run_in_default_time(dir, &args))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (args, ran) in commands.iter().zip(outcomes) {
        assert_refused(&ran, 2, &["error: ", "the health of the cluster", "try again"]);
        // An export may print some lines before it fails. Its exit status says that it failed.
        assert!(ran.stdout.is_empty() || args[0] == "export", "{args:?}: {}", ran.stdout);
    }
}

#[test]
fn with_too_few_nodes_commands_fail_and_show_no_partial_answers() {
    let Some(cluster) = cluster_alone() else { return };
    let dir = Dir::new();
    // Two copies, each named after its health once a node is killed: `yellow` has replicas, `red`
    // has none.
    let yellow = copy_sample_index(&dir, &cluster, "yellow", &NO_GRACE);
    wait_for_health(&cluster, "yellow", Health::Green);
    // When the first node is killed, the other two must not make new replicas of the shards that it
    // had: after the second kill, some documents must be missing, however much time has passed.
    let no_new_replicas = json!({ "index.unassigned.node_left.delayed_timeout": "1h" });
    cluster.client().put("/yellow-*/_settings", &[], &no_new_replicas).unwrap();
    let red = cluster.address("red");
    let copy = ["copy", "--index", sample_index(), "--replicas", "0", "--quiet", "--to"];
    dir.ok(&[&copy[..], &[&red], &NO_GRACE].concat());
    // Kill one of three nodes: one that has documents of `red`.
    let first = node_with_documents(&cluster, "red");
    cluster.run(&["kill", &first]);
    wait_for_health(&cluster, "yellow", Health::Yellow);
    for args in READING_COMMANDS.iter().filter(|args| args[0] != "check") {
        assert_same_output(&dir, [sample_index(), &yellow], args);
    }
    assert_eq!(run_on(&dir, &yellow, &["check", "--all"]).code, 0);
    let written = cluster.address("two-nodes");
    dir.ok(&["copy", "--index", sample_index(), "--quiet", "--to", &written]);
    assert_no_partial_answers(&dir, &red, &READING_COMMANDS);
    // Kill a second node: one node of three is no quorum.
    let second = if first == "1" { "2" } else { "1" };
    cluster.run(&["kill", second]);
    let started = Instant::now();
    assert_no_partial_answers(&dir, &yellow, &READING_COMMANDS[..2]);
    let copy = ["copy", "--index", sample_index(), "--to", &yellow];
    let copied = run_in_default_time(&dir, &copy);
    assert_refused(&copied, 2, &["the health of the cluster", "try again"]);
    let took = started.elapsed();
    cluster.run(&["restart", second, "--no-wait"]);
    cluster.run(&["restart", &first]);
    // Two searches have failed at the same time, and after them a copy, each within 15 s.
    assert!(took < Duration::from_secs(30), "{took:.1?}");
    for index in [&yellow, &red, &written] {
        assert_same_output(&dir, [sample_index(), index], READING_COMMANDS[0]);
        assert_eq!(run_on(&dir, index, &["check", "--all"]).code, 0);
    }
    dir.ok(&copy);
}
