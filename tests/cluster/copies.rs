//! Copies of an index to the cluster. Whatever happens while a copy is made, searches find the
//! previous copy until the new one is complete, and then the new one.
//!
//! The archive is in state 0 or 1 (see [`Archive`]). `set_state` changes only the pages;
//! `update_to_state` also updates the index in the folder. A test starts in state 0, copies the
//! index, and changes to state 1, so that the next copy differs.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::changing_archive::{Archive, SEARCHES, begin_copy};
use super::nodes::Cluster;
use super::{
    INDEXES_OF_A_COPY, QUICK_COPY, all_documents, assert_refused, assert_same_output, cluster,
    run_on,
};
use crate::util::sample_archive;

#[test]
fn a_copy_sends_what_differs_and_replaces_the_answers_in_one_step() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("updated");
    assert!(archive.copy(&address).contains(" sent and 0 deleted"));
    assert!(archive.copy(&address).contains("of which 0 sent and 0 deleted"));
    let old = archive.answers("index");
    assert_eq!(archive.answers(&address), old);
    archive.set_state(1);
    // The right answers after the copy, from an index that is not copied.
    let fresh = archive.dir.path().join("fresh").display().to_string();
    archive.dir.ok(&["index", "archive", "--quiet", "--index", &fresh]);
    let new = archive.answers(&fresh);
    assert_ne!(old, new);
    let finished = AtomicBool::new(false);
    let messages = std::thread::scope(|scope| {
        let searches = scope.spawn(|| {
            let mut count = 0;
            while !finished.load(SeqCst) {
                for (at, args) in SEARCHES.iter().enumerate() {
                    let ran = run_on(&archive.dir, &address, args);
                    let is_old_or_new = [&old[at], &new[at]].contains(&&ran.stdout);
                    if ran.code > 1 || !is_old_or_new {
                        return Err(format!("{args:?}: {}\n{}", ran.stderr, ran.stdout));
                    }
                    count += 1;
                }
            }
            Ok(count)
        });
        // Updates the index in the folder, and copies it. The copy has a grace period, because a
        // search that began before the swap still reads the old index.
        let args = ["index", "archive", "--index", &address, "--local", "index", "--grace", "2"];
        let ran = archive.dir.run(&args);
        finished.store(true, SeqCst);
        let count = searches.join().unwrap().unwrap();
        assert!(count > 10, "only {count} searches during the copy");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stderr
    });
    // One page is new, one has changed and one is gone. The records of the files between the new
    // page and the one that is gone get other ordinals, so their documents differ as well.
    let sent = number_before(&messages, " sent and ");
    assert!((1..=10).contains(&sent), "{messages}");
    assert!((1..=3).contains(&number_before(&messages, " deleted")), "{messages}");
    assert_eq!(archive.answers(&address), new);
    archive.assert_copy_is_current(&address);
    assert_eq!(cluster.indexes_of("updated").len(), INDEXES_OF_A_COPY);
}

/// The number directly before `words` in a text.
fn number_before(text: &str, words: &str) -> u64 {
    let before = text.split(words).next().unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

#[test]
fn a_copy_keeps_the_shards_and_replicas_of_the_previous_one() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("spread");
    // The numbers of shards and of replicas: of the index of documents, and of that of statistics.
    let layout = || {
        let settings = cluster.client().get("/spread-*/_settings", &[]).unwrap();
        let settings: Value = settings.json().unwrap();
        let numbers = |name: &String| {
            let index = &settings[name.as_str()]["settings"]["index"];
            ["number_of_shards", "number_of_replicas"].map(|key| index[key].to_string())
        };
        let numbers: Vec<_> = cluster.indexes_of("spread").iter().map(numbers).collect();
        format!("{numbers:?}").replace(['"', '\\'], "")
    };
    let copy = ["copy", "--index", "index", "--quiet", "--grace", "0", "--to", &address];
    let run = |options: &[&str]| archive.dir.ok(&[&copy[..], options].concat());
    run(&["--shards", "2", "--replicas", "0"]);
    assert_eq!(layout(), "[[2, 0], [1, 0]]");
    archive.update_to_state(1);
    run(&[]);
    assert_eq!(layout(), "[[2, 0], [1, 0]]", "a clone");
    run(&["--replicas", "1"]);
    assert_eq!(layout(), "[[2, 1], [1, 1]]", "the same copy");
    archive.update_to_state(0);
    run(&["--replicas", "0"]);
    assert_eq!(layout(), "[[2, 0], [1, 0]]", "a clone with other replicas");
    let index = ["index", "archive", "--local", "index", "--index", &address, "--quiet"];
    archive.dir.ok(&[&index[..], &["--rebuild", "--grace", "0"]].concat());
    assert_eq!(layout(), "[[2, 0], [1, 0]]", "a new index");
}

#[test]
fn a_copy_of_another_archive_is_only_replaced_with_the_flag_replace() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "roots");
    let before = archive.answers(&address);
    let kinds = sample_archive().parent().unwrap().join("kinds").display().to_string();
    archive.dir.ok(&["index", &kinds, "--quiet", "--index", "other"]);
    let copy = ["copy", "--index", "other", "--to", &address];
    assert_refused(&archive.dir.run(&copy), 2, &["--replace", "kinds", "archive"]);
    assert_eq!(archive.answers(&address), before);
    archive.dir.ok(&[&copy[..], &["--replace"], &QUICK_COPY].concat());
    assert_same_output(&archive.dir, ["other", &address], &["export"]);
}

#[test]
fn a_foreign_index_is_refused_and_not_changed() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let client = cluster.client();
    // Two indexes of another program. An alias leads to `foreign-one`, none to `foreign`.
    for name in ["foreign", "foreign-one"] {
        client.create_index(name, &json!({})).unwrap();
        let document = json!({ "text": "not ours" });
        client.put(&format!("/{name}/_doc/1"), &[("refresh", "true")], &document).unwrap();
    }
    client.swap_alias("alias-of-foreign", None, "foreign-one").unwrap();
    let before = ["foreign", "foreign-one"].map(|name| all_documents(&client, name));
    for name in ["foreign", "alias-of-foreign"] {
        let address = cluster.address(name);
        for options in [&[][..], &["--replace"]] {
            let copy = ["copy", "--index", "index", "--to", &address];
            let ran = archive.dir.run(&[&copy[..], options].concat());
            assert_refused(&ran, 3, &[name, "not written by wensou", "another name"]);
        }
        assert_refused(&run_on(&archive.dir, &address, &["search", "比特幣"]), 3, &[name]);
    }
    assert_eq!(["foreign", "foreign-one"].map(|name| all_documents(&client, name)), before);
    assert_eq!(client.alias_targets("alias-of-foreign").unwrap(), ["foreign-one"]);
}

/// Starts a copy, and kills it as soon as its index on the cluster exists.
fn begin_and_kill_copy(archive: &Archive, cluster: &Cluster, name: &str) {
    let (mut copy, _) = begin_copy(archive, cluster, name);
    copy.kill().unwrap();
    assert!(!copy.wait().unwrap().success(), "the copy was finished before it was killed");
}

#[test]
fn a_copy_whose_index_is_deleted_meanwhile_is_not_published() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "disturbed");
    let old = archive.answers("index");
    archive.update_to_state(1);
    let (mut copy, index) = begin_copy(&archive, cluster, "disturbed");
    cluster.client().delete_index(&index).unwrap();
    assert!(!copy.wait().unwrap().success());
    assert_eq!(archive.answers(&address), old);
    archive.copy(&address);
    assert_eq!(archive.answers(&address), archive.answers("index"));
    archive.assert_intact(&address);
}

#[test]
fn a_copy_that_is_killed_leaves_the_old_answers_and_can_be_finished() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("killed");
    // Until the first copy is complete, there is no index.
    begin_and_kill_copy(&archive, cluster, "killed");
    assert_refused(&run_on(&archive.dir, &address, &["search", "比特幣"]), 3, &["no index"]);
    archive.copy(&address);
    let old = archive.answers("index");
    assert_eq!(archive.answers(&address), old);
    // A copy that was killed changes no answer. A later copy succeeds.
    archive.update_to_state(1);
    begin_and_kill_copy(&archive, cluster, "killed");
    assert_eq!(archive.answers(&address), old);
    archive.copy(&address);
    assert_eq!(archive.answers(&address), archive.answers("index"));
    assert_ne!(archive.answers(&address), old);
    // The next copy deletes the indexes that the killed copy has left.
    archive.update_to_state(0);
    begin_and_kill_copy(&archive, cluster, "killed");
    assert!(cluster.indexes_of("killed").len() > INDEXES_OF_A_COPY);
    archive.dir.write("archive/further.txt", "另一頁的標題\n\n另一頁的正文。\n");
    archive.update_to_state(1);
    archive.copy(&address);
    archive.assert_copy_is_current(&address);
    assert_eq!(cluster.indexes_of("killed").len(), INDEXES_OF_A_COPY);
    // A copy with nothing to send also deletes indexes that a killed copy has left: that copy may
    // have been killed after it had swapped the alias.
    let leftover = "killed-0123456789abcdef";
    let mark = json!({ "mappings": { "_meta": { "wensou": { "alias": "killed" } } } });
    cluster.client().create_index(leftover, &mark).unwrap();
    archive.copy(&address);
    assert_eq!(cluster.indexes_of("killed").len(), INDEXES_OF_A_COPY);
}

#[test]
fn only_leftovers_of_the_same_alias_are_deleted_and_other_indexes_are_named() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "kept");
    let client = cluster.client();
    let marked = |alias: &str| json!({ "mappings": { "_meta": { "wensou": { "alias": alias } } } });
    // An index without the mark by which wensou recognises its own indexes.
    client.create_index("kept-0123456789abcdef", &json!({})).unwrap();
    // An index with the mark of another alias.
    client.create_index("kept-fedcba9876543210", &marked("other")).unwrap();
    // An index that another alias leads to.
    client.create_index("kept-aaaaaaaaaaaaaaaa.terms", &marked("kept")).unwrap();
    client.swap_alias("in-use", None, "kept-aaaaaaaaaaaaaaaa.terms").unwrap();
    // An index whose name does not have the form of those that copies make.
    client.create_index("kept-0123", &marked("kept")).unwrap();
    // The only index that is deleted.
    client.create_index("kept-bbbbbbbbbbbbbbbb", &marked("kept")).unwrap();
    archive.update_to_state(1);
    let messages = archive.copy(&address);
    let named = ["kept-0123456789abcdef", "kept-fedcba9876543210", "kept-aaaaaaaaaaaaaaaa.terms"];
    for name in named {
        let message = format!("the index {name} on the cluster was kept");
        assert!(messages.contains(&message), "{messages}");
    }
    assert!(!messages.contains("kept-0123 "), "{messages}");
    let left = cluster.indexes_of("kept");
    assert!(!left.contains(&"kept-bbbbbbbbbbbbbbbb".to_owned()), "{left:?}");
    // The indexes of the copy, the three that were named, and `kept-0123`.
    assert_eq!(left.len(), INDEXES_OF_A_COPY + named.len() + 1, "{left:?}");
    archive.assert_intact(&address);
}

#[test]
fn the_previous_copy_is_kept_for_the_grace_period() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "grace");
    let client = cluster.client();
    let before = client.alias_targets("grace").unwrap();
    archive.update_to_state(1);
    // The config file gives the grace period, in seconds.
    archive.dir.write("config/wensou/config.toml", "[cluster]\ngrace = 12\n");
    let mut command = archive.dir.command(&["copy", "--index", "index", "--to", &address]);
    let mut copy = command.stderr(Stdio::null()).spawn().unwrap();
    while client.alias_targets("grace").unwrap() == before {
        std::thread::sleep(Duration::from_millis(20));
    }
    let swapped = Instant::now();
    while cluster.indexes_of("grace").contains(&before[0]) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let kept = swapped.elapsed();
    assert!(copy.wait().unwrap().success());
    // Longer than the default of 5 s, and shorter than the grace period by the time that the test
    // may take to notice the swap.
    assert!(kept > Duration::from_secs(7), "only {kept:.1?}");
    assert_eq!(cluster.indexes_of("grace").len(), INDEXES_OF_A_COPY);
}
