//! Several processes that copy to the same address.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::changing_archive::{Archive, begin_copy};
use super::{INDEXES_OF_A_COPY, QUICK_COPY, assert_refused, cluster};
use crate::util::Ran;

/// Sends a signal to a process that a test has started.
fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([name, &process.to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_second_copy_names_the_first_or_waits_for_it() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "twice");
    archive.update_to_state(1);
    let (mut first, _) = begin_copy(&archive, cluster, "twice");
    signal("-STOP", first.id());
    let copy = ["copy", "--index", "index", "--to", &address];
    let copy = [&copy[..], &QUICK_COPY].concat();
    let before = cluster.indexes_of("twice");
    let started = Instant::now();
    let process = format!("process {} on ", first.id());
    // The message says since when the lock is held; `20` begins the year.
    assert_refused(&archive.dir.run(&copy), 2, &[&address, &process, "since 20", "--wait"]);
    let index = ["index", "archive", "--index", &address, "--local", "index"];
    assert_refused(&archive.dir.run(&index), 2, &[&address, &process, "--wait"]);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(cluster.indexes_of("twice"), before);
    let mut waiting = archive.dir.command(&[&copy[..], &["--wait"]].concat());
    let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    signal("-CONT", first.id());
    assert!(first.wait().unwrap().success());
    let waited = Ran::from(waiting.wait_with_output().unwrap());
    assert_eq!(waited.code, 0, "{}", waited.stderr);
    assert!(waited.stderr.contains(&format!("waiting: a copy to {address}")), "{}", waited.stderr);
    assert!(waited.stderr.contains("of which 0 sent and 0 deleted"), "{}", waited.stderr);
    archive.assert_copy_is_current(&address);
}

#[test]
fn copies_at_the_same_time_leave_a_whole_index() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("crowd");
    // The index `other` stays in state 0 of the archive. The three copies are made in any order.
    archive.dir.ok(&["backup", "--index", "index", "other", "--quiet"]);
    archive.update_to_state(1);
    let copies = ["index", "other", "index"].map(|folder| {
        let copy = ["copy", "--index", folder, "--to", &address, "--wait"];
        let mut command = archive.dir.command(&[&copy[..], &QUICK_COPY].concat());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for copy in copies {
        let ran = Ran::from(copy.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    // Which copy was the last is not known, so its records are not compared.
    archive.assert_intact(&address);
    assert_eq!(cluster.indexes_of("crowd").len(), INDEXES_OF_A_COPY);
    archive.copy(&address);
    archive.assert_copy_is_current(&address);
}

#[test]
fn a_lock_that_is_not_renewed_is_taken_over() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "left");
    // A lock that a process on another machine has left. Without renewal, it is respected for 2 s
    // (`lease`).
    let path = "/left-wensou-lock/_doc/lock";
    let mut holder = json!({
        "token": "t", "host": "elsewhere", "process": { "pid": 7 },
        "since": "2026-01-01T00:00:00Z", "lease": 2_000,
    });
    let client = cluster.client();
    client.put(path, &[], &holder).unwrap();
    let started = Instant::now();
    archive.copy(&address);
    assert!(started.elapsed() > Duration::from_secs(2), "{:?}", started.elapsed());
    // Renew the lock again and again, as a running holder would: a copy is refused. The lease is
    // the longest that counts: a busy machine may take seconds for a renewal.
    holder["lease"] = json!(20_000);
    client.put(path, &[], &holder).unwrap();
    let lock_after_refusal: Value = std::thread::scope(|scope| {
        let refusing = scope.spawn(|| {
            let copy = ["copy", "--index", "index", "--to", &address];
            assert_refused(&archive.dir.run(&copy), 2, &["process 7 on elsewhere", "--wait"]);
        });
        while !refusing.is_finished() {
            std::thread::sleep(Duration::from_millis(400));
            client.put(path, &[], &holder).unwrap();
        }
        client.get(path, &[]).unwrap().json().unwrap()
    });
    assert_eq!(lock_after_refusal["_source"], holder, "a refused copy must not change the lock");
    client.delete(path, &[]).unwrap();
    archive.copy(&address);
}

#[test]
fn a_copy_does_not_swap_an_alias_that_others_have_changed_meanwhile() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "moved");
    let client = cluster.client();
    let before = client.alias_targets("moved").unwrap();
    client.create_index("moved-by-others", &json!({})).unwrap();
    archive.update_to_state(1);
    let (copy, _) = begin_copy(&archive, cluster, "moved");
    client.swap_alias("moved", Some(&before[0]), "moved-by-others").unwrap();
    let ran = Ran::from(copy.wait_with_output().unwrap());
    assert_refused(&ran, 2, &["changed the alias", "moved-by-others", "copy again"]);
    assert_eq!(client.alias_targets("moved").unwrap(), ["moved-by-others"]);
    client.swap_alias("moved", Some("moved-by-others"), &before[0]).unwrap();
    archive.copy(&address);
    archive.assert_copy_is_current(&address);
}
