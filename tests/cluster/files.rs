//! The files that the records of a copy were read from. What is printed from them or about them is
//! the same for the copy as for the index in a folder that was copied. On a machine without that
//! index, nothing is read from files, which may be others.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::changing_archive::Archive;
use super::{assert_refused, cluster, run_on};
use crate::util::{Dir, Ran};

/// The page that differs in the states of an archive.
const PAGE: &str = "archive/changing.txt";

/// Commands that read files of records or look at them.
const COMMANDS: [&[&str]; 8] = [
    &["show", "ID", "--raw"],
    &["show", "ID", "-f", "cite"],
    &["show", "ID"],
    &["show", "ID", "-f", "json"],
    &["search", "變化的標題", "-f", "json"],
    &["search", "變化的標題", "-f", "ids"],
    &["search", "變化的標題", "-f", "vimgrep"],
    &["search", "變化的標題", "-l"],
];

/// The id of the record in [`PAGE`].
fn id(archive: &Archive) -> String {
    archive.dir.ids(&["變化的標題", "--index", "index"]).remove(0)
}

/// Runs a command of [`COMMANDS`] in the folder `dir` on an index.
fn run_command(dir: &Dir, index: &str, id: &str, command: &[&str]) -> Ran {
    let args: Vec<&str> = command.iter().map(|arg| if *arg == "ID" { id } else { arg }).collect();
    run_on(dir, index, &args)
}

/// Checks that all commands have the same outcome on the index in the folder of `archive` and on
/// its copy at `address`, whether in that folder or in another. Returns the outcomes on the copy in
/// the other folder.
#[track_caller]
fn assert_same_outcomes(archive: &Archive, address: &str, other: &Dir) -> Vec<Ran> {
    let (id, folder) = (id(archive), archive.dir.path().join("index").display().to_string());
    let outcome = |dir: &Dir, index: &str, command: &[&str]| -> Ran {
        let ran = run_command(dir, index, &id, command);
        assert!(ran.code <= 2, "{command:?}: {}", ran.stderr);
        ran
    };
    for dir in [&archive.dir, other] {
        for command in COMMANDS {
            let [local, remote] = [&folder, address].map(|index| outcome(dir, index, command));
            assert_eq!(remote.code, local.code, "{command:?}: {}", remote.stderr);
            assert_eq!(remote.stdout, local.stdout, "{command:?}");
            assert_eq!(remote.stderr, local.stderr, "{command:?}");
        }
    }
    COMMANDS.iter().map(|command| outcome(other, address, command)).collect()
}

#[test]
fn files_of_a_copy_are_compared_as_those_of_the_index_in_the_folder() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "files");
    let other = Dir::new();
    let page = archive.dir.path().join(PAGE);
    let content = fs::read_to_string(&page).unwrap();
    let ran = assert_same_outcomes(&archive, &address, &other);
    assert_eq!(ran[0].stdout, content, "the bytes of the page");
    let path = page.canonicalize().unwrap().display().to_string();
    assert!(ran[6].stdout.starts_with(&format!("{path}:1:1:變化的標題")), "{}", ran[6].stdout);
    assert_eq!(ran[7].stdout, format!("{path}\n"));
    assert!(ran.iter().all(|ran| !ran.stderr.contains("W006")));
    // Another file, at the same path below another folder.
    other.write(PAGE, "無關的文章,不能當作那一篇。\n");
    let ran = assert_same_outcomes(&archive, &address, &other);
    assert_eq!(ran[0].stdout, content, "the bytes of the page");
    assert_eq!(ran[7].stdout, format!("{path}\n"));
    assert!(ran.iter().all(|ran| !ran.stderr.contains("W006")));
    fs::remove_file(other.path().join(PAGE)).unwrap();
    // Another version of the page.
    fs::write(&page, format!("{content}後來加的\n")).unwrap();
    let ran = assert_same_outcomes(&archive, &address, &other);
    for refused in &ran[..2] {
        assert_refused(refused, 2, &["has changed since it was indexed"]);
        assert_eq!(refused.stdout, "");
    }
    assert!(ran[2].stderr.contains("warning: archive/changing.txt has changed"));
    for warned in &ran[3..7] {
        assert!(warned.stderr.contains("W006"), "{}", warned.stderr);
    }
    // The page is gone.
    fs::remove_file(&page).unwrap();
    let ran = assert_same_outcomes(&archive, &address, &other);
    assert_refused(&ran[0], 2, &["cannot find archive/changing.txt"]);
    assert!(ran[2].stderr.contains("has been moved or removed"), "{}", ran[2].stderr);
    // The page is gone, and another file is at the same path below another folder.
    other.write(PAGE, "無關的文章,不能當作那一篇。\n");
    let ran = assert_same_outcomes(&archive, &address, &other);
    for refused in &ran[..2] {
        assert_refused(refused, 2, &["archive/changing.txt"]);
        assert_eq!(refused.stdout, "");
    }
}

#[test]
fn without_the_index_that_was_copied_no_file_is_taken_for_that_of_a_record() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = Archive::copied_to(cluster, "unknown");
    let id = id(&archive);
    let in_folder = |command| run_command(&archive.dir, &address, &id, command);
    assert_eq!(in_folder(COMMANDS[0]).code, 0);
    // The copy is of the index before this update.
    archive.update_to_state(1);
    for command in &COMMANDS[..2] {
        let refused = in_folder(command);
        assert_refused(&refused, 2, &["cannot verify archive/changing.txt", "--index"]);
        assert_eq!(refused.stdout, "");
    }
    for command in &COMMANDS[2..6] {
        let ran = in_folder(command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("W006"), "{}", ran.stderr);
    }
    let lines = in_folder(COMMANDS[6]);
    assert!(lines.stdout.starts_with("archive/changing.txt:1:1:變化的標題\n"), "{}", lines.stdout);
    assert!(lines.stderr.contains("every line and column is 1"), "{}", lines.stderr);
    let paths = in_folder(COMMANDS[7]);
    assert_eq!(paths.stdout, "archive/changing.txt\n");
    assert!(
        paths.stderr.contains("note: this machine does not have the index"),
        "{}",
        paths.stderr
    );
    archive.copy(&address);
    assert_eq!(in_folder(COMMANDS[0]).code, 0);
}

/// `wensou index` of the archive to an address, with the state of the user in the folder `state`.
fn index_to(archive: &Archive, address: &str) -> Command {
    let mut command = archive.dir.command(&["index", "archive", "--index", address]);
    command.args(["--replicas", "0", "--shards", "1", "--grace", "0"]);
    command.env("XDG_STATE_HOME", archive.dir.path().join("state"));
    command
}

#[test]
fn the_index_that_is_kept_for_an_address_is_named_after_its_port_and_an_earlier_one_is_used() {
    let Some(cluster) = cluster() else { return };
    let (archive, address) = (Archive::new(), cluster.address("local-folder"));
    let run = || {
        let ran = Ran::from(index_to(&archive, &address).output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    };
    run();
    let first_host = cluster.hosts().split(',').next().unwrap().to_owned();
    let (host, _) = first_host.split_once(':').unwrap();
    let state = archive.dir.path().join("state/wensou");
    let kept = state.join(format!("local-folder@{}", first_host.replace(':', "_")));
    let earlier = state.join(format!("local-folder@{host}"));
    let is_kept_in = |folder: &Path| folder.join("CURRENT").exists();
    assert!(is_kept_in(&kept) && !is_kept_in(&earlier));
    // Earlier versions kept it in a folder without the port.
    fs::rename(&kept, &earlier).unwrap();
    archive.set_state(1);
    run();
    assert!(is_kept_in(&earlier) && !is_kept_in(&kept));
    archive.assert_intact(&address);
    archive.update_to_state(0);
    // The index of another cluster on the same host.
    fs::remove_dir_all(&earlier).unwrap();
    fs::rename(archive.dir.path().join("index"), &earlier).unwrap();
    run();
    assert!(is_kept_in(&earlier) && is_kept_in(&kept));
}
