//! wensou removes only what it has made, and loses no data.

mod faults;

use std::fs;
use std::path::{Path, PathBuf};

use crate::util::{Dir, copy_folder, sample_archive};

/// A folder with an archive of three pages and the index of the archive.
fn indexed() -> Dir {
    let dir = Dir::new();
    for (name, word) in [("one", "甲子"), ("two", "乙丑"), ("three", "丙寅")] {
        let text = format!("標題{word}\n\n正文說的是{word},說一件事。\n");
        dir.write(&format!("archive/{name}.txt"), text);
    }
    dir.index();
    dir
}

/// The folder of the generation in use.
fn current_generation(dir: &Dir, index: &str) -> PathBuf {
    let index = dir.path().join(index);
    // The line is `wensou gen-NNNNNN HASH`.
    let line = fs::read_to_string(index.join("CURRENT")).unwrap();
    index.join(line.split(' ').nth(1).unwrap())
}

/// A file of the generation in use: the first whose name has this ending.
fn current_file(dir: &Dir, index: &str, ending: &str) -> PathBuf {
    let entries = fs::read_dir(current_generation(dir, index)).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.find(|path| path.to_str().unwrap().ends_with(ending)).unwrap()
}

/// Flips a bit in the middle of a file.
fn flip_bit(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_folder_of_the_user_is_refused_and_keeps_its_files() {
    let dir = Dir::new();
    dir.write("p/gen-src/thesis.txt", "x");
    dir.write("p/gen-notes.md", "n");
    dir.write("p/pages/p.txt", "正文");
    let refused =
        dir.command(&["index", "pages", "--index", "."]).current_dir(dir.path().join("p")).output();
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert!(
        stderr.contains("is not an index folder") && stderr.contains("--index DIR"),
        "{stderr}"
    );
    let mut names: Vec<_> =
        fs::read_dir(dir.path().join("p")).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["gen-notes.md", "gen-src", "pages"]);
    assert_eq!(fs::read(dir.path().join("p/gen-src/thesis.txt")).unwrap(), b"x");
}

#[test]
fn files_of_the_user_in_an_index_folder_stay() {
    let dir = indexed();
    let old = current_generation(&dir, "index");
    fs::write(old.join("notes.txt"), "mine").unwrap();
    dir.write("index/gen-000042/thesis.txt", "mine");
    dir.write("index/CURRENT.new", "mine");
    dir.ok(&["index", "archive", "--rebuild", "--quiet"]);
    assert_eq!(dir.run(&["check", "--repair"]).code, 0);
    for stays in [
        old.join("notes.txt"),
        dir.path().join("index/gen-000042/thesis.txt"),
        dir.path().join("index/CURRENT.new"),
    ] {
        assert_eq!(fs::read(&stays).unwrap(), b"mine", "{}", stays.display());
    }
    assert!(!old.join("wensou.json").exists(), "files that wensou has made are removed");
}

#[test]
fn a_repair_of_a_torn_backup_keeps_its_records() {
    let dir = indexed();
    let before = dir.ok(&["export"]);
    // The backup `b` is made by copying: first `CURRENT`, then, after a build, the new generation.
    // So `CURRENT` names a generation that `b` does not have.
    fs::create_dir(dir.path().join("b")).unwrap();
    fs::copy(dir.path().join("index/CURRENT"), dir.path().join("b/CURRENT")).unwrap();
    dir.ok(&["index", "archive", "--rebuild", "--quiet"]);
    let new = current_generation(&dir, "index");
    copy_folder(&new, &dir.path().join("b").join(new.file_name().unwrap()));
    // The repair has no archive: it finds the records in the copied generation.
    fs::rename(dir.path().join("archive"), dir.path().join("away")).unwrap();
    let repaired = dir.run(&["check", "--repair", "--index", "b"]);
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert_eq!(dir.ok(&["export", "--index", "b"]), before);
    fs::remove_file(dir.path().join("b/CURRENT")).unwrap();
    let repaired = dir.run(&["check", "--repair", "--index", "b"]);
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert_eq!(dir.ok(&["export", "--index", "b"]), before);
}

#[test]
fn a_repair_without_a_description_keeps_records_and_tables() {
    let dir = indexed();
    dir.write("words.tsv", "說一件事\n");
    dir.ok(&["index", "archive", "--words", "words.tsv", "--encoding", "utf-8", "--quiet"]);
    let before = dir.ok(&["export"]);
    // The user's table is missing; the index has a copy. The description is `wensou.json`.
    fs::remove_file(dir.path().join("words.tsv")).unwrap();
    for damage in ["", "{", "{\"format\": 5}", "not json"] {
        fs::write(current_generation(&dir, "index").join("wensou.json"), damage).unwrap();
        let repaired = dir.run(&["check", "--repair"]);
        assert_eq!(repaired.code, 0, "{damage}: {}", repaired.stderr);
        assert_eq!(dir.ok(&["export"]), before, "{damage}");
        let stats = dir.ok(&["stats"]);
        assert!(stats.contains("words.tsv"), "{damage}: {stats}");
    }
}

#[test]
fn a_backup_is_whole_and_can_be_restored() {
    let dir = indexed();
    let before = dir.ok(&["export"]);
    dir.ok(&["backup", "saved"]);
    dir.write("archive/four.txt", "標題丁卯\n\n正文說的是丁卯,說一件事。\n");
    dir.index();
    assert_ne!(dir.ok(&["export"]), before);
    assert_eq!(dir.ok(&["export", "--index", "saved"]), before);
    assert_eq!(dir.run(&["check", "--quick", "--index", "saved"]).code, 0);
    // Replace the backup in one step, and restore it.
    dir.ok(&["backup", "saved"]);
    assert_eq!(dir.ok(&["export", "--index", "saved"]), dir.ok(&["export"]));
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    dir.ok(&["backup", "--index", "saved", "index"]);
    assert_eq!(dir.ok(&["search", "丁卯", "--format", "ids"]).lines().count(), 1);
    let refused = dir.run(&["backup", "archive"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("is not an index folder"), "{}", refused.stderr);
    let refused = dir.run(&["backup", "index"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("is the index itself"), "{}", refused.stderr);
    flip_bit(&current_file(&dir, "index", ".store"));
    assert_eq!(dir.run(&["backup", "other"]).code, 3, "damage is not copied");
}

#[test]
fn an_archive_that_is_missing_or_empty_does_not_empty_the_index() {
    let dir = indexed();
    let before = dir.ok(&["export"]);
    fs::rename(dir.path().join("archive"), dir.path().join("away")).unwrap();
    for is_empty_folder in [false, true] {
        if is_empty_folder {
            fs::create_dir(dir.path().join("archive")).unwrap();
        }
        for args in [&["index", "archive"][..], &["index"], &["index", "archive", "--rebuild"]] {
            let refused = dir.run(args);
            assert_eq!(refused.code, 2, "{args:?}");
            assert_eq!(dir.ok(&["export"]), before, "{args:?}");
            assert!(
                !is_empty_folder || refused.stderr.contains("`--allow-empty`"),
                "{}",
                refused.stderr
            );
        }
        let checked = dir.run(&["check"]);
        assert_eq!(checked.code, 0, "{}", checked.stdout);
        assert!(checked.stdout.starts_with("unreadable "), "{}", checked.stdout);
        // A repair loses nothing either: it takes the records from the old index.
        flip_bit(&current_file(&dir, "index", ".post"));
        let repaired = dir.run(&["check", "--repair"]);
        assert_eq!(repaired.code, 0, "{}", repaired.stderr);
        assert_eq!(dir.ok(&["export"]), before);
    }
    dir.ok(&["index", "archive", "--allow-empty", "--quiet"]);
    assert_eq!(dir.run(&["export"]).stdout, "");
}

#[test]
fn a_repair_that_would_lose_records_says_how_many() {
    let dir = indexed();
    fs::rename(dir.path().join("archive"), dir.path().join("away")).unwrap();
    let store = current_file(&dir, "index", ".store");
    let intact = fs::read(&store).unwrap();
    flip_bit(&store);
    let refused = dir.run(&["check", "--repair"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("3 records of the damaged index"), "{}", refused.stderr);
    assert!(refused.stderr.contains("`--allow-empty`"), "{}", refused.stderr);
    // The failed build has changed nothing, so the records can still be recovered.
    fs::write(&store, intact).unwrap();
    assert_eq!(dir.ok(&["export"]).lines().count(), 3);
    flip_bit(&store);
    assert_eq!(dir.run(&["check", "--repair", "--allow-empty"]).code, 0);
    assert_eq!(dir.run(&["export"]).stdout, "");
}

#[test]
fn check_neither_needs_nor_makes_a_lock() {
    let dir = indexed();
    let lock = fs::File::options().write(true).open(dir.path().join("index/LOCK")).unwrap();
    lock.lock().unwrap();
    // The state of the folder during a build.
    let note = format!("wensou lock\npid {}\nunfinished gen-000002\n", std::process::id());
    fs::write(dir.path().join("index/LOCK"), note).unwrap();
    dir.write("index/gen-000002/GENERATION", "wensou generation gen-000002\n");
    let checked = dir.run(&["check"]);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (0, ""),
        "an unfinished generation of a running build is no litter"
    );
    drop(lock);
    fs::remove_file(dir.path().join("index/LOCK")).unwrap();
    assert_eq!(dir.run(&["check"]).code, 0);
    assert!(!dir.path().join("index/LOCK").exists(), "`check` makes no lock");
}

#[test]
fn an_update_of_a_damaged_index_names_the_damage() {
    let dir = indexed();
    fs::remove_file(dir.path().join("archive/two.txt")).unwrap();
    dir.index();
    dir.write("archive/four.txt", "標題丁卯\n\n正文說的是丁卯,說一件事。\n");
    // The file that says which documents of the base are deleted.
    flip_bit(&current_file(&dir, "index", ".del"));
    let updated = dir.run(&["index", "archive"]);
    assert_eq!(updated.code, 0, "{}", updated.stderr);
    assert!(
        updated.stderr.contains("warning: the previous index was damaged"),
        "{}",
        updated.stderr
    );
    assert!(updated.stderr.contains(".del"), "{}", updated.stderr);
    assert_eq!(dir.run(&["check"]).stdout, "");
    assert_eq!((dir.ids(&["乙丑"]).len(), dir.ids(&["丁卯"]).len()), (0, 1));
}

#[test]
fn an_index_in_the_archive_is_not_indexed() {
    let dir = Dir::new();
    dir.write("page.txt", "標題\n\n正文在此,說一件事。\n");
    for root in [".", "../here/.", "./"] {
        // `here` stands for the name of the folder.
        let name = dir.path().file_name().unwrap().to_str().unwrap();
        let root = root.replace("here", name);
        dir.ok(&["index", &root, "--quiet"]);
        let again = dir.run(&["index", &root]);
        assert!(again.stderr.contains("the index is up to date"), "{root}: {}", again.stderr);
        assert_eq!(dir.ok(&["export"]).lines().count(), 1, "{root}");
        assert_eq!(dir.run(&["check"]).stdout, "", "{root}");
    }
    // An index folder below a root is not indexed.
    dir.ok(&["index", ".", "--index", "other", "--quiet"]);
    dir.ok(&["index", ".", "--quiet", "--rebuild"]);
    assert_eq!(dir.ok(&["export"]).lines().count(), 1);
    assert_eq!(dir.run(&["index", "index"]).code, 2, "the index cannot be its own archive");
}

#[test]
#[cfg(unix)]
fn links_in_an_index_folder_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let victim = |dir: &Dir| {
        let path = dir.write("victim", "secret");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    };
    for name in ["CURRENT", "LOCK", "WENSOU"] {
        let dir = indexed();
        let path = victim(&dir);
        let link = dir.path().join("index").join(name);
        fs::remove_file(&link).unwrap();
        symlink("../victim", &link).unwrap();
        for args in [
            &["search", "正文"][..],
            &["check"],
            &["check", "--repair"],
            &["index", "archive"],
            &["index", "archive", "--rebuild"],
        ] {
            let ran = dir.run(args);
            assert!((0..=3).contains(&ran.code), "{name} {args:?}: {}", ran.stderr);
            assert!(
                !ran.stdout.contains("secret") && !ran.stderr.contains("secret"),
                "{name} {args:?}"
            );
        }
        assert_eq!(fs::read(&path).unwrap(), b"secret", "{name}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_generation_without_a_description_is_removed_even_if_the_index_is_up_to_date() {
    let dir = indexed();
    let old = current_generation(&dir, "index");
    copy_folder(&old, &dir.path().join("kept"));
    dir.ok(&["index", "archive", "--rebuild", "--quiet"]);
    // Only the description is missing from the old generation. A build that is killed while it
    // removes a generation leaves something else, because it removes the files of the index first,
    // and then the description.
    copy_folder(&dir.path().join("kept"), &old);
    fs::remove_file(old.join("wensou.json")).unwrap();
    let current = dir.run(&["index", "archive"]);
    assert!(current.stderr.contains("the index is up to date"), "{}", current.stderr);
    assert!(!old.exists());
}

#[test]
fn a_new_index_folder_has_a_marker_that_explains_it() {
    let dir = Dir::new();
    copy_folder(&sample_archive().join("000"), &dir.path().join("archive"));
    dir.ok(&["index", "archive", "--index", "new/folder/index", "--quiet"]);
    let marker = fs::read_to_string(dir.path().join("new/folder/index/WENSOU")).unwrap();
    assert!(marker.starts_with("wensou index folder\n"), "{marker}");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("index/WENSOU");
    assert_eq!(fs::read_to_string(shipped).unwrap(), marker, "the folder of the sample's index");
}
