//! Copies while writes are blocked, by the cluster because a disk is nearly full, or by an
//! operator.

use serde_json::{Value, json};

use super::changing_archive::Archive;
use super::{assert_refused, cluster, cluster_alone, run_on};

/// Sets the block `index.blocks.read_only_allow_delete` of indexes, as the cluster does when a disk
/// is nearly full; removes the block if `blocked` is null.
fn set_block(client: &wensou_cluster::Client, indexes: &str, blocked: Value) {
    let path = format!("/{indexes}/_settings");
    let settings = json!({ "index.blocks.read_only_allow_delete": blocked });
    client.put(&path, &[("expand_wildcards", "all")], &settings).unwrap();
}

#[test]
fn a_full_disk_stops_copies_but_not_searches() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "full");
    let client = cluster.client();
    let (indexes_before, old_answers) = (cluster.indexes_of("full"), archive.answers("index"));
    // The next copy has something to send.
    archive.update_to_state(1);
    // Block the index that is searched, and then all indexes, including the one that has the lock.
    for indexes in [&client.alias_targets("full").unwrap()[0], "full-*"] {
        set_block(&client, indexes, json!(true));
        let copy = ["copy", "--index", "index", "--to", &address];
        let parts = ["full", "disk", "free space", "searches go on"];
        assert_refused(&archive.dir.run(&copy), 2, &parts);
        let index = ["index", "archive", "--index", &address, "--local", "index"];
        assert_refused(&archive.dir.run(&index), 2, &parts);
        assert_eq!(archive.answers(&address), old_answers);
        archive.assert_intact(&address);
        assert_eq!(cluster.indexes_of("full"), indexes_before);
    }
    set_block(&client, "full-*", Value::Null);
    archive.copy(&address);
    archive.assert_copy_is_current(&address);
}

#[test]
fn a_copy_succeeds_once_the_blocks_are_removed() {
    let Some(cluster) = cluster_alone() else { return };
    let archive = Archive::new();
    let address = cluster.address("freed");
    let client = cluster.client();
    // Block every index as soon as it is created.
    let template = json!({
        "index_patterns": ["freed-*"],
        "template": { "settings": { "index.blocks.read_only_allow_delete": true } },
    });
    client.put("/_index_template/freed", &[], &template).unwrap();
    let copy = ["copy", "--index", "index", "--to", &address];
    assert_refused(
        &archive.dir.run(&copy),
        2,
        &["does not accept writes", "free space", "add nodes"],
    );
    assert_refused(&run_on(&archive.dir, &address, &["search", "x"]), 3, &["no index"]);
    client.delete("/_index_template/freed", &[]).unwrap();
    set_block(&client, "freed-*", Value::Null);
    archive.copy(&address);
    archive.assert_copy_is_current(&address);
    // When all disks are filled above the high watermark, the cluster creates no index at all.
    let block_creation = |value: Value| {
        let settings = json!({ "persistent": { "cluster.blocks.create_index": value } });
        client.put("/_cluster/settings", &[], &settings).unwrap();
    };
    archive.update_to_state(1);
    let old = archive.answers(&address);
    block_creation(json!(true));
    let ran = archive.dir.run(&copy);
    block_creation(Value::Null);
    assert_refused(&ran, 2, &["does not accept writes", "free space"]);
    assert_eq!(archive.answers(&address), old);
    archive.copy(&address);
    archive.assert_copy_is_current(&address);
}

#[test]
fn a_closed_index_is_named_with_the_request_that_opens_it() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "closed");
    let (client, nothing) = (cluster.client(), json!({}));
    let index = client.alias_targets("closed").unwrap().remove(0);
    client.post(&format!("/{index}/_close"), &[], &nothing).unwrap();
    let cure = format!("`POST /{index}/_open`");
    for args in [&["search", "正文"][..], &["show", "1234567890"], &["search", "正文", "--count"]]
    {
        assert_refused(&run_on(&archive.dir, &address, args), 2, &["is closed", &cure]);
    }
    client.post(&format!("/{index}/_open"), &[], &nothing).unwrap();
    archive.assert_intact(&address);
}
