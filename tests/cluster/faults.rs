//! Failures of nodes, and documents that were changed.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use wensou_cluster::Request;

use super::queries::Queries;
use super::{cluster, refused, run_on, same};
use crate::util::{Dir, Ran, sample};

/// A copy of the sample archive.
fn copied(dir: &Dir, address: &str) {
    dir.ok(&["index", &sample().display().to_string(), "--quiet", "--index", "index"]);
    dir.ok(&["copy", "--index", "index", "--to", address, "--quiet"]);
}

#[test]
fn answers_are_the_same_while_a_node_is_killed_and_no_copied_document_is_lost() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = cluster.address("nodes");
    copied(&dir, &address);
    let green = wensou_cluster::Health::Green;
    cluster.client().wait_for_health("nodes", green, Duration::from_secs(30)).unwrap();
    let exported = dir.ok(&["export", "--index", "index"]);
    dir.write("queries.txt", Queries::new(&exported, 3).lines(120));
    let args = ["search", "--batch", "queries.txt", "-f", "jsonl"];
    let wanted = run_on(&dir, "index", &args);
    let mut command = dir.command(&[&args[..], &["--index", &address]].concat());
    let batch = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let written = cluster.address("written");
    let mut command = dir.command(&["copy", "--index", "index", "--to", &written]);
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
        dir.ok(&["copy", "--index", "index", "--to", &written]);
    }
    same(&dir, ["index", &written], &["export"]);
    assert_eq!(run_on(&dir, &written, &["check", "--all"]).code, 0);
    let again = run_on(&dir, &address, &args);
    assert!(again.stdout == wanted.stdout, "the answers differ: {}", again.stderr);
}

#[test]
fn a_document_that_was_changed_is_named() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = cluster.address("changed");
    copied(&dir, &address);
    for args in [&["check"][..], &["check", "--all"]] {
        let ran = run_on(&dir, &address, args);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("intact"), "{}", ran.stderr);
    }
    let client = cluster.client();
    let block = |blocked: Option<bool>| {
        client.put("/changed/_settings", &[], &json!({ "index.blocks.write": blocked })).unwrap();
    };
    let ids = dir.ok(&["search", "-n", "3", "-f", "ids", "--index", "index"]);
    let ids: Vec<&str> = ids.lines().collect();
    // Its record, the tokens that were made of it, and one document less.
    block(None);
    let refresh = [("refresh", "true")];
    let title = json!({ "doc": { "record": { "title": "changed" } } });
    client.post(&format!("/changed/_update/{}", ids[0]), &refresh, &title).unwrap();
    let tags = json!({ "doc": { "tag": ["changed"] } });
    client.post(&format!("/changed/_update/{}", ids[1]), &refresh, &tags).unwrap();
    block(Some(true));
    let ran = run_on(&dir, &address, &["check", "--all"]);
    refused(&ran, 3, &["damaged"]);
    let named: Vec<&str> = ids.iter().filter(|id| ran.stdout.contains(**id)).copied().collect();
    assert_eq!(named, ids[..2], "{}", ran.stdout);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    block(None);
    let path = format!("/changed/_doc/{}", ids[2]);
    client.send(&Request::delete(&path).query("refresh", "true")).unwrap();
    block(Some(true));
    let ran = run_on(&dir, &address, &["check", "-f", "json"]);
    refused(&ran, 3, &["damaged"]);
    assert!(ran.stdout.contains("instead of"), "{}", ran.stdout);
    // The cure that the message of `check --repair` names.
    dir.ok(&["index", "--index", &address, "--local", "index", "--rebuild", "--quiet"]);
    assert_eq!(run_on(&dir, &address, &["check", "--all"]).code, 0);
}
