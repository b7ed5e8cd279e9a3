//! What is refused, and what the messages say. Needs no cluster unless it says so.

use super::{assert_refused, cluster, run_on};
use crate::util::{Dir, Ran};

#[test]
fn a_name_without_an_index_names_the_cure() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = cluster.address("nothing");
    for args in [&["search", "x"][..], &["tags"], &["stats"], &["check"], &["export"]] {
        let cure = format!("`wensou index PATH --index {address}`");
        assert_refused(&run_on(&dir, &address, args), 3, &["no index", &cure]);
    }
}

#[test]
fn what_needs_a_folder_says_what_to_do_instead() {
    let dir = Dir::new();
    // Nothing listens there: none of them asks the cluster first.
    let address = "http://127.0.0.1:9/news";
    let refuse =
        |args: &[&str], parts: &[&str]| assert_refused(&run_on(&dir, address, args), 2, parts);
    refuse(&["backup", "x"], &["snapshots"]);
    refuse(&["check", "--repair"], &["--repair", "`wensou index --rebuild`"]);
    refuse(&["check", "--quick"], &["--quick"]);
    refuse(&["stats", "--skipped"], &["--skipped", "--local"]);
}

#[test]
fn other_machines_are_reached_by_https_only() {
    let dir = Dir::new();
    let address = "http://192.0.2.1:9200/news";
    let ran = run_on(&dir, address, &["search", "x"]);
    assert_refused(&ran, 2, &["192.0.2.1", "--insecure-http", "https://"]);
}

#[test]
fn secrets_are_never_printed() {
    let dir = Dir::new();
    let secrets = ["hunter2", "aHVudGVyMg", "u5er-token", "key-of-api"];
    let settings: [&[(&str, &str)]; 3] = [
        &[("WENSOU_CLUSTER_USER", "reader"), ("WENSOU_CLUSTER_PASSWORD", "hunter2")],
        &[("WENSOU_CLUSTER_TOKEN", "u5er-token")],
        &[("WENSOU_CLUSTER_API_KEY", "key-of-api")],
    ];
    let runs: [&[&str]; 5] = [
        &["config"],
        &["config", "-f", "json"],
        &["search", "x"],
        &["check"],
        &["index", "archive", "--dry-run"],
    ];
    dir.write("archive/page.txt", "標題\n\n正文在這裡。\n");
    for given in settings {
        for args in runs {
            for address in ["http://127.0.0.1:9/news", "http://192.0.2.1:9200/news"] {
                let mut command = dir.command(&[args, &["--index", address]].concat());
                let ran = Ran::from(command.envs(given.iter().copied()).output().unwrap());
                let output = ran.stdout + &ran.stderr;
                assert!(!output.is_empty(), "{args:?}");
                for secret in secrets {
                    assert!(!output.contains(secret), "{args:?} {given:?}: {output}");
                }
            }
        }
    }
    // Not on the command line, either: the address would be in the list of processes.
    let ran = run_on(&dir, "https://reader:hunter2@127.0.0.1:9/news", &["search", "x"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}
