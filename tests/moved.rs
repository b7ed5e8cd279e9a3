//! `wensou index --move`, and roots that this user may not read: no record is removed unless the
//! user agrees that its file is gone.

use std::fs;

use crate::util::Dir;

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
