//! A copy is searched when it is whole, whatever happens before.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use serde_json::json;

use super::running::Cluster;
use super::{AT_ONCE, cluster, documents, refused, run_on, same};
use crate::util::{Dir, copy_folder, sample, set_archive_state};

/// Queries whose answers depend on the state of the archive.
const QUERIES: [&[&str]; 3] = [
    &["search", "標題 正文", "-f", "jsonl", "-n", "20"],
    &["search", "來去 OR 變化", "--facet", "month", "-f", "json"],
    &["search", "-n", "300", "-f", "ids"],
];

/// An archive in a state, with an index in a folder.
pub(super) struct Archive {
    pub(super) dir: Dir,
}

impl Archive {
    pub(super) fn new() -> Self {
        let archive = Self { dir: Dir::new() };
        copy_folder(&sample(), &archive.dir.path().join("archive"));
        archive.set_state(0);
        archive.dir.ok(&["index", "archive", "--quiet", "--index", "index"]);
        archive
    }

    pub(super) fn set_state(&self, state: usize) {
        set_archive_state(&self.dir.path().join("archive"), state);
    }

    pub(super) fn update(&self, state: usize) {
        self.set_state(state);
        self.dir.ok(&["index", "archive", "--quiet", "--index", "index"]);
    }

    pub(super) fn copy(&self, address: &str) -> String {
        let copy = ["copy", "--index", "index", "--to", address];
        let ran = self.dir.run(&[&copy[..], &AT_ONCE].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stderr
    }

    pub(super) fn answers(&self, index: &str) -> Vec<String> {
        let answer = |args: &&[&str]| {
            let ran = run_on(&self.dir, index, args);
            assert!(ran.code <= 1, "{args:?}: {}", ran.stderr);
            ran.stdout
        };
        QUERIES.iter().map(answer).collect()
    }
}

#[test]
fn a_copy_sends_what_differs_and_is_seen_at_once() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("updated");
    assert!(archive.copy(&address).contains(" sent and 0 deleted"));
    assert!(archive.copy(&address).contains("of which 0 sent and 0 deleted"));
    let old = archive.answers("index");
    assert_eq!(archive.answers(&address), old);
    archive.set_state(1);
    let folder = archive.dir.path().join("fresh").display().to_string();
    archive.dir.ok(&["index", "archive", "--quiet", "--index", &folder]);
    let new = archive.answers(&folder);
    assert_ne!(old, new);
    let finished = AtomicBool::new(false);
    let told = std::thread::scope(|scope| {
        let searches = scope.spawn(|| {
            let mut count = 0;
            while !finished.load(SeqCst) {
                for (at, args) in QUERIES.iter().enumerate() {
                    let ran = run_on(&archive.dir, &address, args);
                    let known = [&old[at], &new[at]].contains(&&ran.stdout);
                    if ran.code > 1 || !known {
                        return Err(format!("{args:?}: {}\n{}", ran.stderr, ran.stdout));
                    }
                    count += 1;
                }
            }
            Ok(count)
        });
        // Searches that began before the swap read the old index for some time.
        let args = ["index", "archive", "--index", &address, "--local", "index", "--grace", "2"];
        let ran = archive.dir.run(&args);
        finished.store(true, SeqCst);
        let count = searches.join().unwrap().unwrap();
        assert!(count > 10, "only {count} searches during the copy");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stderr
    });
    // One page is new, one is changed, one is gone; an article counts its neighbours.
    let sent: u64 = number_before(&told, " sent and ");
    assert!((1..=10).contains(&sent), "{told}");
    assert!((1..=3).contains(&number_before(&told, " deleted")), "{told}");
    assert_eq!(archive.answers(&address), new);
    same(&archive.dir, ["index", &address], &["export"]);
    assert_eq!(cluster.indexes_of("updated").len(), 2);
}

/// The number that stands before `mark`.
fn number_before(text: &str, mark: &str) -> u64 {
    let before = text.split(mark).next().unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

#[test]
fn only_copies_of_the_same_archive_are_replaced() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("roots");
    archive.copy(&address);
    let before = archive.answers(&address);
    let kinds = sample().parent().unwrap().join("kinds").display().to_string();
    archive.dir.ok(&["index", &kinds, "--quiet", "--index", "other"]);
    let copy = ["copy", "--index", "other", "--to", &address];
    refused(&archive.dir.run(&copy), 2, &["--replace", "kinds", "archive"]);
    assert_eq!(archive.answers(&address), before);
    archive.dir.ok(&[&copy[..], &["--replace"], &AT_ONCE].concat());
    same(&archive.dir, ["other", &address], &["export"]);
}

#[test]
fn an_index_of_others_is_refused_and_stays_as_it_is() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let client = cluster.client();
    client.create_index("foreign", &json!({})).unwrap();
    client.create_index("foreign-one", &json!({})).unwrap();
    for name in ["foreign", "foreign-one"] {
        let document = json!({ "text": "not ours" });
        client.put(&format!("/{name}/_doc/1"), &[("refresh", "true")], &document).unwrap();
    }
    client.swap_alias("led", None, "foreign-one").unwrap();
    let before = ["foreign", "foreign-one"].map(|name| documents(&client, name));
    for name in ["foreign", "led"] {
        let address = cluster.address(name);
        for more in [&[][..], &["--replace"]] {
            let copy = ["copy", "--index", "index", "--to", &address];
            let ran = archive.dir.run(&[&copy[..], more].concat());
            refused(&ran, 3, &[name, "not written by wensou", "another name"]);
        }
        refused(&run_on(&archive.dir, &address, &["search", "比特幣"]), 3, &[name]);
    }
    assert_eq!(["foreign", "foreign-one"].map(|name| documents(&client, name)), before);
    assert_eq!(client.alias_targets("led").unwrap(), ["foreign-one"]);
}

/// Starts a copy, and kills it when its index is there.
fn kill_a_copy(archive: &Archive, cluster: &Cluster, name: &str) {
    let (mut copy, _) = begin_a_copy(archive, cluster, name);
    copy.kill().unwrap();
    assert!(!copy.wait().unwrap().success(), "the copy was finished before it was killed");
}

/// Starts a copy, and returns it when its index is there, with the name of that.
#[allow(clippy::zombie_processes, reason = "the callers wait for it")]
pub(super) fn begin_a_copy(archive: &Archive, cluster: &Cluster, name: &str) -> (Child, String) {
    let address = cluster.address(name);
    let before = cluster.indexes_of(name);
    let copy = ["copy", "--index", "index", "--to", &address];
    let mut command = archive.dir.command(&[&copy[..], &AT_ONCE].concat());
    let copy = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    loop {
        let found = cluster.indexes_of(name);
        if let Some(new) = found.into_iter().find(|index| !before.contains(index)) {
            return (copy, new);
        }
        assert!(started.elapsed() < Duration::from_secs(30), "no index appears");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_copy_whose_index_is_deleted_meanwhile_is_not_published() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("disturbed");
    archive.copy(&address);
    let old = archive.answers("index");
    archive.update(1);
    let (mut copy, index) = begin_a_copy(&archive, &cluster, "disturbed");
    cluster.client().delete_index(&index).unwrap();
    assert!(!copy.wait().unwrap().success());
    assert_eq!(archive.answers(&address), old);
    archive.copy(&address);
    assert_eq!(archive.answers(&address), archive.answers("index"));
    assert_eq!(run_on(&archive.dir, &address, &["check", "--all"]).code, 0);
}

#[test]
fn a_copy_that_is_killed_leaves_the_old_answers_and_can_be_finished() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("killed");
    // The first copy: there is no index until it is whole.
    kill_a_copy(&archive, &cluster, "killed");
    refused(&run_on(&archive.dir, &address, &["search", "比特幣"]), 3, &["no index"]);
    archive.copy(&address);
    let old = archive.answers("index");
    assert_eq!(archive.answers(&address), old);
    // The same copy is started again.
    archive.update(1);
    kill_a_copy(&archive, &cluster, "killed");
    assert_eq!(archive.answers(&address), old);
    archive.copy(&address);
    assert_eq!(archive.answers(&address), archive.answers("index"));
    assert_ne!(archive.answers(&address), old);
    // Another copy follows, and removes what the one that was killed has left.
    archive.update(0);
    kill_a_copy(&archive, &cluster, "killed");
    assert!(cluster.indexes_of("killed").len() > 2);
    archive.dir.write("archive/further.txt", "另一頁的標題\n\n另一頁的正文。\n");
    archive.update(1);
    archive.copy(&address);
    same(&archive.dir, ["index", &address], &["export"]);
    assert_eq!(cluster.indexes_of("killed").len(), 2);
    // So does the same copy, if the first one was killed when its alias was swapped.
    let left = "killed-0123456789abcdef";
    let mark = json!({ "mappings": { "_meta": { "wensou": { "alias": "killed" } } } });
    cluster.client().create_index(left, &mark).unwrap();
    archive.copy(&address);
    assert_eq!(cluster.indexes_of("killed").len(), 2);
}

#[test]
fn what_is_not_marked_as_a_copy_is_kept_and_named() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("kept");
    archive.copy(&address);
    let client = cluster.client();
    let marked = |alias: &str| json!({ "mappings": { "_meta": { "wensou": { "alias": alias } } } });
    let foreign = "kept-0123456789abcdef";
    client.create_index(foreign, &json!({})).unwrap();
    // Of another address, in use by an alias, and what has another name.
    client.create_index("kept-fedcba9876543210", &marked("other")).unwrap();
    client.create_index("kept-aaaaaaaaaaaaaaaa.terms", &marked("kept")).unwrap();
    client.swap_alias("led-to", None, "kept-aaaaaaaaaaaaaaaa.terms").unwrap();
    client.create_index("kept-0123", &marked("kept")).unwrap();
    client.create_index("kept-bbbbbbbbbbbbbbbb", &marked("kept")).unwrap();
    archive.update(1);
    let told = archive.copy(&address);
    let named = ["kept-0123456789abcdef", "kept-fedcba9876543210", "kept-aaaaaaaaaaaaaaaa.terms"];
    for name in named {
        assert!(told.contains(&format!("the index {name} on the cluster was kept")), "{told}");
    }
    assert!(!told.contains("kept-0123 "), "{told}");
    let left = cluster.indexes_of("kept");
    assert!(!left.contains(&"kept-bbbbbbbbbbbbbbbb".to_owned()), "{left:?}");
    assert_eq!(left.len(), 2 + named.len() + 1, "{left:?}");
    assert_eq!(run_on(&archive.dir, &address, &["check", "--all"]).code, 0);
}

#[test]
fn the_copy_before_is_kept_for_a_while() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("grace");
    archive.copy(&address);
    let client = cluster.client();
    let before = client.alias_targets("grace").unwrap();
    archive.update(1);
    // As the config file says it.
    archive.dir.write("config/wensou/config.toml", "[cluster]\ngrace = 3\n");
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
    assert!(kept > Duration::from_millis(2500), "only {kept:.1?}");
    assert_eq!(cluster.indexes_of("grace").len(), 2);
}
