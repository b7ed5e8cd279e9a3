//! Commands that fail because of the address of the index, or because the cluster has no index
//! there, and what their messages say. Only the first test needs a cluster.

use super::{assert_refused, cluster, run_on};
use crate::util::{Dir, Ran};

#[test]
fn a_missing_index_is_reported_with_the_command_that_builds_it() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = cluster.address("nothing");
    for args in [&["search", "x"][..], &["tags"], &["stats"], &["check"], &["export"]] {
        let cure = format!("`wensou index PATH --index {address}`");
        assert_refused(&run_on(&dir, &address, args), 3, &["no index", &cure]);
    }
}

#[test]
fn verbs_that_need_an_index_in_a_folder_say_what_to_do_instead() {
    let dir = Dir::new();
    // Nothing listens on this port: these commands must be refused without asking the cluster.
    let address = "http://127.0.0.1:9/news";
    let assert_fails =
        |args: &[&str], parts: &[&str]| assert_refused(&run_on(&dir, address, args), 2, parts);
    assert_fails(&["backup", "x"], &["snapshots"]);
    assert_fails(&["check", "--repair"], &["--repair", "`wensou index --rebuild`"]);
    assert_fails(&["check", "--quick"], &["--quick"]);
    assert_fails(&["stats", "--skipped"], &["--skipped", "--local"]);
}

#[test]
fn http_to_another_machine_needs_the_flag_insecure_http() {
    let dir = Dir::new();
    let address = "http://192.0.2.1:9200/news";
    let ran = run_on(&dir, address, &["search", "x"]);
    assert_refused(&ran, 2, &["192.0.2.1", "--insecure-http", "https://"]);
}

#[test]
fn secrets_are_never_printed() {
    let dir = Dir::new();
    // `aHVudGVyMg` is `hunter2` in Base64.
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
    // An address with a password is refused: the list of processes would show the password.
    let ran = run_on(&dir, "https://reader:hunter2@127.0.0.1:9/news", &["search", "x"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}
