//! Documents and statistics that were changed on the cluster: `check` finds them, and
//! `check --repair` repairs them.

use serde_json::{Value, json};
use wensou_cluster::{Client, Request};

use super::{
    INDEXES_OF_A_COPY, NO_GRACE, QUICK_COPY, all_documents, assert_refused, assert_same_output,
    cluster, copy_sample_index, run_on, sample_index,
};
use crate::util::{Dir, Ran};

/// Removes the block on writes that every published copy has.
fn allow_writes(client: &Client, index: &str) {
    set_write_block(client, index, Value::Null);
}

/// Blocks writes to an index again, after [`allow_writes`].
fn block_writes(client: &Client, index: &str) {
    set_write_block(client, index, json!(true));
}

fn set_write_block(client: &Client, index: &str, value: Value) {
    let settings = json!({ "index.blocks.write": value });
    client.put(&format!("/{index}/_settings"), &[], &settings).unwrap();
}

/// Changes the document `ids[0]` of a copy, deletes the document `ids[1]`, and adds the deleted
/// document again under another id. Returns the ids of the changed, the deleted and the added
/// document.
fn damage(client: &Client, name: &str, ids: &[&str]) -> [String; 3] {
    allow_writes(client, name);
    let refresh = [("refresh", "true")];
    // The record of the document stays as it was. Only the hash over all fields, which the document
    // has in its field `sum`, shows the change.
    let tags = json!({ "doc": { "tag": ["changed"] } });
    client.post(&format!("/{name}/_update/{}", ids[0]), &refresh, &tags).unwrap();
    let path = format!("/{name}/_doc/{}", ids[1]);
    let found: Value = client.get(&path, &[]).unwrap().json().unwrap();
    client.send(&Request::delete(&path).query("refresh", "true")).unwrap();
    let added = "0000000000000000";
    client.put(&format!("/{name}/_doc/{added}"), &refresh, &found["_source"]).unwrap();
    block_writes(client, name);
    [ids[0].to_owned(), ids[1].to_owned(), added.to_owned()]
}

#[test]
fn a_repair_sends_what_differs_and_deletes_what_is_not_in_the_index_in_the_folder() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = copy_sample_index(&dir, cluster, "repaired", &QUICK_COPY);
    let client = cluster.client();
    let sources_by_id = |mut found: Value| {
        found.as_array_mut().unwrap().sort_by_key(|hit| hit["_id"].to_string());
        found.as_array().unwrap().iter().map(|hit| hit["_source"].clone()).collect::<Vec<_>>()
    };
    let intact = sources_by_id(all_documents(&client, "repaired"));
    let from = ["check", "--from", sample_index()];
    assert_eq!(run_on(&dir, &address, &from).code, 0);
    let ids = dir.ok(&["search", "-n", "2", "-f", "ids", "--index", &address]);
    let ids: Vec<&str> = ids.lines().collect();
    let [changed, deleted, added] = damage(&client, "repaired", &ids);
    let findings = [
        format!("document {changed} differs from that in the index in the folder"),
        format!("document {deleted} is missing"),
        format!("document {added} is not in the index in the folder"),
    ];
    let found = run_on(&dir, &address, &from);
    assert_refused(&found, 3, &["damaged"]);
    assert_eq!(found.stdout.lines().count(), 3, "{}", found.stdout);
    assert!(findings.iter().all(|finding| found.stdout.contains(finding)), "{}", found.stdout);
    let repair = [&from[..], &["--repair"], &NO_GRACE].concat();
    let repaired = run_on(&dir, &address, &[&repair[..], &["-f", "json"]].concat());
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert!(
        findings.iter().all(|finding| repaired.stderr.contains(finding)),
        "{}",
        repaired.stderr
    );
    let output: Value = serde_json::from_str(&repaired.stdout).unwrap();
    assert_eq!(output["sound"], true);
    assert_eq!(output["repaired"], json!({ "sent": 2, "deleted": 1 }));
    assert_eq!(sources_by_id(all_documents(&client, "repaired")), intact);
    assert_same_output(&dir, [sample_index(), &address], &["export"]);
    assert_eq!(run_on(&dir, &address, &["check", "--all"]).code, 0);
    assert_eq!(cluster.indexes_of("repaired").len(), INDEXES_OF_A_COPY);
    // A second repair finds nothing to do.
    let before = client.alias_targets("repaired").unwrap();
    let again = run_on(&dir, &address, &repair);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(!again.stderr.contains("repaired:"), "{}", again.stderr);
    assert_eq!(client.alias_targets("repaired").unwrap(), before);
}

#[test]
fn a_repair_finds_the_copied_index_in_its_default_folder() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = cluster.address("known");
    let run = |args: &[&str]| {
        let mut command = dir.command(args);
        Ran::from(command.env("XDG_STATE_HOME", dir.path().join("state")).output().unwrap())
    };
    dir.write("archive/page.txt", "標題\n\n正文在這裡。\n");
    dir.write("archive/other.txt", "另一頁的標題\n\n另一頁的正文。\n");
    let built = run(&["index", "archive", "--index", &address, "--quiet"]);
    assert_eq!(built.code, 0, "{}", built.stderr);
    let ids = dir.ok(&["search", "-n", "2", "-f", "ids", "--index", &address]);
    damage(&cluster.client(), "known", &ids.lines().collect::<Vec<_>>());
    let check = ["check", "--all", "--index", &address];
    assert_eq!(run(&check).code, 3);
    let repaired = run(&["check", "--repair", "--index", &address, "--grace", "0"]);
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert!(repaired.stderr.contains("repaired: 2 sent and 1 deleted"), "{}", repaired.stderr);
    assert_eq!(run(&check).code, 0);
    // `check --repair` changes nothing if the default folder has no index (`run_on` does not set
    // XDG_STATE_HOME), nor with an index of another archive or a folder that does not exist.
    let before = all_documents(&cluster.client(), "known");
    let unknown = run_on(&dir, &address, &["check", "--repair"]);
    assert_refused(&unknown, 2, &["--from DIR", "`wensou index --rebuild`"]);
    let other = ["check", "--repair", "--from", sample_index()];
    assert_refused(&run_on(&dir, &address, &other), 2, &["archive", "name the folder"]);
    let none = run_on(&dir, &address, &["check", "--repair", "--from", "nowhere"]);
    assert_refused(&none, 3, &["nowhere"]);
    assert_eq!(all_documents(&cluster.client(), "known"), before);
}

#[test]
fn statistics_that_were_changed_are_repaired() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = copy_sample_index(&dir, cluster, "counted", &QUICK_COPY);
    let client = cluster.client();
    let statistics = format!("{}.terms", client.alias_targets("counted").unwrap()[0]);
    allow_writes(&client, &statistics);
    // One of the documents with the document frequencies of terms.
    let delete = Request::delete(format!("/{statistics}/_doc/terms-0")).query("refresh", "true");
    client.send(&delete).unwrap();
    let from = ["check", "--from", sample_index()];
    let found = run_on(&dir, &address, &from);
    assert_refused(&found, 3, &["damaged"]);
    assert!(
        found.stdout.contains(".terms differs from the index in the folder"),
        "{}",
        found.stdout
    );
    let repaired = run_on(&dir, &address, &[&from[..], &["--repair"], &NO_GRACE].concat());
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert!(repaired.stderr.contains("repaired: 0 sent and 0 deleted"), "{}", repaired.stderr);
    assert_same_output(
        &dir,
        [sample_index(), &address],
        &["search", "比特幣 減半 市場", "-f", "jsonl"],
    );
}

#[test]
fn check_names_the_documents_that_were_changed() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = copy_sample_index(&dir, cluster, "changed", &QUICK_COPY);
    for args in [&["check"][..], &["check", "--all"]] {
        let ran = run_on(&dir, &address, args);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("intact"), "{}", ran.stderr);
    }
    let client = cluster.client();
    let ids = dir.ok(&["search", "-n", "3", "-f", "ids", "--index", sample_index()]);
    let ids: Vec<&str> = ids.lines().collect();
    // In one document, change the record; in another, a field that is made from the record.
    allow_writes(&client, "changed");
    let refresh = [("refresh", "true")];
    let title = json!({ "doc": { "record": { "title": "changed" } } });
    client.post(&format!("/changed/_update/{}", ids[0]), &refresh, &title).unwrap();
    let tags = json!({ "doc": { "tag": ["changed"] } });
    client.post(&format!("/changed/_update/{}", ids[1]), &refresh, &tags).unwrap();
    block_writes(&client, "changed");
    let ran = run_on(&dir, &address, &["check", "--all"]);
    assert_refused(&ran, 3, &["damaged"]);
    let named: Vec<&str> = ids.iter().filter(|id| ran.stdout.contains(**id)).copied().collect();
    assert_eq!(named, ids[..2], "{}", ran.stdout);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    // Delete a document: the number of documents differs from the description.
    allow_writes(&client, "changed");
    let path = format!("/changed/_doc/{}", ids[2]);
    client.send(&Request::delete(&path).query("refresh", "true")).unwrap();
    block_writes(&client, "changed");
    let ran = run_on(&dir, &address, &["check", "-f", "json"]);
    assert_refused(&ran, 3, &["damaged"]);
    assert!(ran.stdout.contains("instead of"), "{}", ran.stdout);
    // The command that `check --repair` names if it cannot repair.
    dir.ok(&["backup", "--index", sample_index(), "index", "--quiet"]);
    let rebuild = ["index", "--index", &address, "--local", "index", "--rebuild", "--quiet"];
    dir.ok(&[&rebuild[..], &QUICK_COPY].concat());
    assert_eq!(run_on(&dir, &address, &["check", "--all"]).code, 0);
}

#[test]
fn the_next_copy_replaces_one_that_lacks_documents_or_statistics() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let client = cluster.client();
    let address = copy_sample_index(&dir, cluster, "halves", &QUICK_COPY);
    let ids = dir.ok(&["search", "-n", "1", "-f", "ids", "--index", &address]);
    let index_of_documents = || client.alias_targets("halves").unwrap().remove(0);
    for lost in ["document", "statistics"] {
        let index = index_of_documents();
        if lost == "document" {
            allow_writes(&client, &index);
            let path = format!("/{index}/_doc/{}", ids.trim());
            client.send(&Request::delete(&path).query("refresh", "true")).unwrap();
            // The block on writes stays away, as operators may leave it.
        } else {
            client.delete_index(&format!("{index}.terms")).unwrap();
        }
        assert_refused(&run_on(&dir, &address, &["check"]), 3, &["damaged"]);
        copy_sample_index(&dir, cluster, "halves", &QUICK_COPY);
        assert_ne!(index_of_documents(), index, "{lost}: a new copy");
        assert_eq!(run_on(&dir, &address, &["check", "--all"]).code, 0, "{lost}");
        assert_same_output(&dir, [sample_index(), &address], &["search", "比特幣", "-f", "json"]);
    }
}
