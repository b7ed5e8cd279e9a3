//! `wensou index --move`, and roots that this user may not read: no record is removed unless the
//! user agrees that its file is gone. And another file at the path of a page.

use std::fs;

use crate::util::{Dir, Ran};

/// A folder with three pages.
fn folder() -> Dir {
    let dir = Dir::new();
    for name in ["1", "2", "deep/3"] {
        dir.write(&format!("a/{name}.txt"), format!("標題{name}\n\n正文說的是{name},說一件事。\n"));
    }
    dir.ok(&["index", "a"]);
    dir
}

#[test]
fn a_move_is_refused_while_the_old_path_exists() {
    let dir = folder();
    let before = dir.ok(&["export"]);
    dir.write("b/4.txt", "標題4\n\n正文說的是4,說一件事。\n");
    for args in [&["index", "--move", "a", "b"][..], &["index", "--move", "a", "b", "--yes"]] {
        let refused = dir.run(args);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains("a still exists"), "{}", refused.stderr);
        assert!(refused.stderr.contains("`wensou index b --remove a`"), "{}", refused.stderr);
        assert_eq!(dir.ok(&["export"]), before);
    }
    dir.ok(&["index", "b", "--remove", "a"]);
    assert_eq!(dir.ok(&["export"]).lines().count(), 1);
}

#[test]
fn a_move_that_would_remove_records_needs_the_flag_yes() {
    let dir = folder();
    let before = dir.ok(&["export"]);
    fs::create_dir(dir.path().join("b")).unwrap();
    fs::rename(dir.path().join("a/1.txt"), dir.path().join("b/1.txt")).unwrap();
    fs::rename(dir.path().join("a"), dir.path().join("away")).unwrap();
    let refused = dir.run(&["index", "--move", "a", "b"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let message = "this removes 2 files with 2 records of a from the index, because b does not";
    assert!(refused.stderr.contains(message), "{}", refused.stderr);
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert_eq!(dir.ok(&["export"]), before);
    let ran = dir.run(&["index", "--move", "a", "b", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("0 added, 0 changed, 2 removed"), "{}", ran.stderr);
}

#[test]
#[cfg(unix)]
fn a_link_or_an_empty_folder_at_the_old_path_does_not_hinder_a_move() {
    let dir = folder();
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    fs::rename(&a, &b).unwrap();
    std::os::unix::fs::symlink("b", &a).unwrap();
    let ran = dir.run(&["index", "--move", "a", "b"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    fs::remove_file(&a).unwrap();
    fs::rename(&b, &a).unwrap();
    fs::create_dir(&b).unwrap();
    let ran = dir.run(&["index", "--move", "b", "a"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(dir.ok(&["export"]).lines().count(), 3);
}

#[test]
#[cfg(unix)]
fn records_of_a_root_that_cannot_be_read_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    /// The user id of `nobody`.
    const NOBODY: u32 = 65_534;

    let dir = folder();
    let before = dir.ok(&["export"]);
    let set_mode = |name: &str, mode| {
        let path = dir.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    // Another user may write the index.
    let mut folders = vec![dir.path().join("index")];
    while let Some(path) = folders.pop() {
        let is_folder = path.is_dir();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        if is_folder {
            folders.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    set_mode(".", 0o777);
    set_mode("a", 0o000);
    let run = |args: &[&str], closed: &str| {
        let mut command = dir.command(args);
        // The superuser may read everything.
        if dir.path().join(closed).read_dir().is_ok() {
            command.uid(NOBODY);
        }
        command.output().ok().map(Ran::from)
    };
    let Some(refused) = run(&["index"], "a") else {
        crate::util::report_skipped("another user may not run the binary");
        set_mode("a", 0o755);
        return;
    };
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("ermission denied"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("--allow-empty"), "{}", refused.stderr);
    let kept = run(&["index", "--allow-empty"], "a").unwrap();
    assert_eq!(kept.code, 0, "{kept:?}");
    assert!(kept.stderr.contains("0 removed"), "{}", kept.stderr);
    set_mode("a", 0o755);
    assert_eq!(dir.ok(&["export"]), before);
    // Only the page in the folder that cannot be read is kept.
    fs::remove_file(dir.path().join("a/1.txt")).unwrap();
    fs::remove_file(dir.path().join("a/2.txt")).unwrap();
    set_mode("a/deep", 0o000);
    let kept = run(&["index", "--allow-empty"], "a/deep").unwrap();
    assert!(kept.stderr.contains("2 removed"), "{}", kept.stderr);
    set_mode("a/deep", 0o755);
    assert_eq!(dir.ok(&["export"]).lines().count(), 1);
    set_mode("index", 0o000);
    let refused = run(&["index"], "index").unwrap();
    set_mode("index", 0o755);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("ermission denied"), "{}", refused.stderr);
}

#[test]
fn another_file_at_the_same_path_is_not_taken_for_the_page() {
    let dir = Dir::new();
    let page = dir.write("a/1.txt", "標題\n\n正文說的是這件事。\n");
    dir.write("elsewhere/a/1.txt", "別的標題\n\n別的正文說的是這件事。\n");
    dir.ok(&["index", "a"]);
    let id = dir.ids(&["正文"]).remove(0);
    let elsewhere = |args: &[&str]| {
        let mut command = dir.command(&[args, &["--index", "../index"]].concat());
        let ran = Ran::from(command.current_dir(dir.path().join("elsewhere")).output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stderr.contains("changed"), "{}", ran.stderr);
        ran.stdout
    };
    assert_eq!(elsewhere(&["show", &id, "--raw"]), "標題\n\n正文說的是這件事。\n");
    let path = page.canonicalize().unwrap().display().to_string();
    assert_eq!(elsewhere(&["search", "正文", "-l"]), format!("{path}\n"));
    let lines = elsewhere(&["search", "正文", "-f", "vimgrep"]);
    assert_eq!(lines, format!("{path}:3:1:正文說的是這件事。\n"));
    // In its own folder, the path is the one that was typed.
    assert_eq!(dir.ok(&["search", "正文", "-l"]), "a/1.txt\n");
}
