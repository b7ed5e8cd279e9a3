//! Commands that add, remove and rename the roots of an index, and which files below the roots are
//! indexed.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::util::{Dir, Ran};

/// A page with `word` in its title and its text.
fn page(word: &str) -> String {
    format!("標題{word}\n\n正文說的是{word},說一件事。\n")
}

/// Two folders with two pages each.
fn folders() -> Dir {
    let dir = Dir::new();
    for (name, word) in [("a/1", "甲子"), ("a/2", "乙丑"), ("b/1", "丙寅"), ("b/2", "丁卯")]
    {
        dir.write(&format!("{name}.txt"), page(word));
    }
    dir
}

fn export(dir: &Dir) -> Vec<Value> {
    let records = dir.ok(&["export"]);
    records.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn titles(dir: &Dir) -> Vec<String> {
    export(dir).iter().map(|record| record["title"].as_str().unwrap().to_owned()).collect()
}

fn stats(dir: &Dir) -> Value {
    serde_json::from_str(&dir.ok(&["stats", "--format", "json"])).unwrap()
}

#[test]
fn a_path_is_added_and_the_others_stay() {
    let dir = folders();
    dir.ok(&["index", "a"]);
    let ran = dir.run(&["index", "b/1.txt"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("1 added, 0 changed, 0 removed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("covers a, b/1.txt"), "{}", ran.stderr);
    assert_eq!(titles(&dir), ["標題甲子", "標題乙丑", "標題丙寅"]);
    dir.write("a/3.txt", page("戊辰"));
    let ran = dir.run(&["index", "b"]);
    assert!(ran.stderr.contains("2 added, 0 changed, 0 removed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("b/1.txt is now a part of b"), "{}", ran.stderr);
    assert_eq!(titles(&dir).len(), 5);
}

#[test]
#[cfg(target_os = "linux")]
fn a_root_that_is_not_utf_8_is_refused_before_anything_is_read() {
    use std::os::unix::ffi::OsStrExt;

    let dir = Dir::new();
    let not_utf8 = dir.path().join(std::ffi::OsStr::from_bytes(b"odd\xff"));
    fs::create_dir(&not_utf8).unwrap();
    fs::write(not_utf8.join("page.txt"), "標題\n\n正文在此,說一件事。\n").unwrap();
    let refused = dir.command(&["index"]).arg(&not_utf8).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(stderr.contains("is not UTF-8: index a folder above it"), "{stderr}");
    dir.ok(&["index", ".", "--quiet"]);
    assert_eq!(dir.ids(&["正文"]).len(), 1);
}

#[test]
fn one_folder_spelled_in_several_ways_is_one_root() {
    let dir = folders();
    dir.ok(&["index", "a"]);
    let before = export(&dir);
    let absolute = dir.path().join("a");
    for path in ["./a", "a/", "b/../a", "a/1.txt", absolute.to_str().unwrap()] {
        let ran = dir.run(&["index", path]);
        assert_eq!(ran.code, 0, "{path}: {ran:?}");
        assert_eq!(export(&dir), before, "{path}");
        assert_eq!(stats(&dir)["roots"].as_array().unwrap().len(), 1, "{path}");
    }
}

#[test]
fn the_order_of_roots_does_not_depend_on_the_order_of_commands() {
    let dir = folders();
    dir.ok(&["index", "b", "a", "--index", "one"]);
    dir.ok(&["index", "a", "--index", "two"]);
    dir.ok(&["index", "b", "--index", "two"]);
    assert_eq!(dir.ok(&["export", "--index", "one"]), dir.ok(&["export", "--index", "two"]));
}

#[test]
fn index_only_refuses_to_remove_roots_without_the_flag_yes() {
    let dir = folders();
    dir.ok(&["index", "a", "b"]);
    let before = export(&dir);
    let ran = dir.run(&["index", "--only", "b"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("this removes a (2 files with 2 records)"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert_eq!(export(&dir), before);
    let ran = dir.run(&["index", "--only", "b", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("0 added, 0 changed, 2 removed"), "{}", ran.stderr);
    assert_eq!(titles(&dir), ["標題丙寅", "標題丁卯"]);
    // Nothing is removed, so --only needs no --yes.
    assert_eq!(dir.run(&["index", "--only", "a", "b"]).code, 0);
    assert_eq!(titles(&dir).len(), 4);
}

#[test]
fn roots_are_removed_and_renamed() {
    let dir = folders();
    dir.ok(&["index", "a", "b"]);
    let ids: Vec<Value> = export(&dir).iter().map(|record| record["id"].clone()).collect();
    fs::rename(dir.path().join("a"), dir.path().join("moved")).unwrap();
    let ran = dir.run(&["index", "--move", "a", "moved"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut now: Vec<Value> = export(&dir).iter().map(|record| record["id"].clone()).collect();
    now.sort_by_key(ToString::to_string);
    let mut ids = ids;
    ids.sort_by_key(ToString::to_string);
    assert_eq!(now, ids, "ids come from the path below the root");
    let ran = dir.run(&["index", "--remove", "moved"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(titles(&dir), ["標題丙寅", "標題丁卯"]);
    for (args, message) in [
        (["index", "--remove", "nothing"], "the index does not cover nothing; it covers b"),
        (["index", "--remove", "b/1.txt"], "--exclude"),
        (["index", "--remove", "b"], "--only"),
    ] {
        let ran = dir.run(&args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(message), "{args:?}: {}", ran.stderr);
        assert_eq!(titles(&dir).len(), 2);
    }
}

#[test]
fn the_archive_of_the_config_file_decides_which_roots_there_are() {
    let dir = folders();
    dir.write("config/wensou/config.toml", "archive = [\"../../a\"]\n");
    dir.ok(&["index"]);
    assert_eq!(titles(&dir).len(), 2);
    // The archive can also be indexed from inside.
    let index = dir.path().join("index");
    let inside = dir
        .command(&["index", "--index", index.to_str().unwrap()])
        .current_dir(dir.path().join("a"))
        .output()
        .unwrap();
    assert_eq!(Ran::from(inside).code, 0);
    let ran = dir.run(&["index", "b"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("outside the archive") && ran.stderr.contains("config.toml:1"));
    dir.write("config/wensou/config.toml", "archive = [\"../../b\"]\n");
    let ran = dir.run(&["index"]);
    assert!(ran.stderr.contains("no longer covered"), "{}", ran.stderr);
    assert_eq!(titles(&dir), ["標題丙寅", "標題丁卯"]);
}

#[test]
fn the_first_root_of_the_user_replaces_the_sample_archive() {
    let dir = folders();
    dir.write("data/archive/s.txt", page("樣本"));
    dir.ok(&["index"]);
    assert_eq!(titles(&dir), ["標題樣本"]);
    let ran = dir.run(&["index", "a"]);
    assert!(ran.stderr.contains("the sample archive"), "{}", ran.stderr);
    assert_eq!(titles(&dir), ["標題甲子", "標題乙丑"]);
    // If the sample archive is named on the command line, it is a root like any other.
    dir.ok(&["index", "data/archive"]);
    assert_eq!(titles(&dir).len(), 3);
}

#[test]
fn index_only_replaces_the_sample_archive_without_the_flag_yes() {
    let dir = folders();
    dir.write("data/archive/s.txt", page("樣本"));
    dir.ok(&["index"]);
    let ran = dir.run(&["index", "--only", "b"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("the sample archive"), "{}", ran.stderr);
    assert_eq!(titles(&dir), ["標題丙寅", "標題丁卯"]);
    // The sample archive can be named as well; then it is still covered.
    dir.ok(&["index", "--index", "two"]);
    let ran = dir.run(&["index", "--only", "data/archive", "--index", "two"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.stderr.contains("no longer covered"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_names_and_a_build_counts_the_files_that_changed() {
    let dir = folders();
    dir.ok(&["index", "a", "b"]);
    dir.write("a/1.txt", page("改了"));
    fs::remove_file(dir.path().join("b/1.txt")).unwrap();
    let ran = dir.run(&["index", "--dry-run"]);
    assert!(ran.stdout.contains("would change a/1.txt"), "{ran:?}");
    assert!(ran.stdout.contains("would remove b/1.txt"), "{ran:?}");
    assert_eq!(titles(&dir).len(), 4, "a dry run writes nothing");
    let ran = dir.run(&["index"]);
    assert!(ran.stderr.contains("0 added, 1 changed, 1 removed"), "{}", ran.stderr);
    let files = &stats(&dir)["files"];
    assert_eq!((&files["files"], &files["changes"]["changed"]), (&3.into(), &1.into()));
}

#[test]
#[cfg(unix)]
fn a_dry_run_counts_the_skipped_files_that_it_does_not_name() {
    let dir = folders();
    // A dry run names 20 skipped files.
    for number in 1..=22 {
        let link = dir.path().join(format!("a/gone-{number}.txt"));
        std::os::unix::fs::symlink("nowhere", link).unwrap();
    }
    let ran = dir.run(&["index", "a", "--dry-run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let is_named = |line: &&str| line.starts_with("would skip a/gone-");
    assert_eq!(ran.stdout.lines().filter(is_named).count(), 20, "{ran:?}");
    assert!(ran.stdout.contains("would skip 2 more\n"), "{ran:?}");
}

#[test]
fn skipped_files_are_counted_by_extension() {
    let dir = folders();
    for name in ["x.mp3", "y.mp3", "z.PNG", ".hidden"] {
        dir.write(&format!("a/{name}"), "PK");
    }
    dir.write("a/w.docx", b"PK\x03\x04\x14\0\x06\0word/document.xml");
    dir.write("a/drafts/d.txt", page("草稿"));
    dir.write("a/.wensouignore", "drafts/\n");
    dir.write("a/old-1.txt", page("舊稿"));
    let ran = dir.run(&["index", "a", "--exclude", "old-*"]);
    assert!(ran.stderr.contains("2 .mp3"), "{}", ran.stderr);
    assert_eq!(titles(&dir), ["標題甲子", "標題乙丑"]);
    let skipped = dir.ok(&["stats", "--skipped"]);
    for name in ["a/w.docx", "a/x.mp3", "a/z.PNG", "a/.hidden", "a/drafts", "a/old-1.txt"] {
        assert!(skipped.contains(name), "{name}: {skipped}");
    }
    // The pattern is kept until `--exclude none` removes it.
    dir.ok(&["index", "--rebuild"]);
    assert_eq!(titles(&dir).len(), 2);
    dir.ok(&["index", "--exclude", "none"]);
    assert_eq!(titles(&dir).len(), 3);
}

#[test]
#[cfg(unix)]
fn only_a_link_to_a_file_that_no_root_indexes_adds_a_record() {
    use std::os::unix::fs::symlink;
    let dir = folders();
    // A hidden file is not indexed, so the link to it adds a record.
    dir.write("a/.store/blob.txt", page("倉庫"));
    symlink("1.txt", dir.path().join("a/same.txt")).unwrap();
    symlink("../b", dir.path().join("a/other")).unwrap();
    symlink(".store/blob.txt", dir.path().join("a/stored.txt")).unwrap();
    dir.ok(&["index", "a", "b"]);
    let mut titles = titles(&dir);
    titles.sort();
    assert_eq!(titles, ["標題丁卯", "標題丙寅", "標題乙丑", "標題倉庫", "標題甲子"]);
}

#[test]
fn search_warns_of_a_changed_file_and_show_does_not_print_its_bytes() {
    let dir = folders();
    dir.ok(&["index", "a"]);
    let id = dir.ids(&["甲子"]).remove(0);
    let fine = dir.run(&["search", "甲子"]);
    assert!(!fine.stderr.contains("changed"), "{}", fine.stderr);
    // A new modification time alone is no change.
    let file = fs::File::options().write(true).open(dir.path().join("a/1.txt")).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    assert!(!dir.run(&["search", "甲子"]).stderr.contains("changed"));
    dir.write("a/1.txt", page("不同"));
    let ran = dir.run(&["search", "甲子"]);
    assert!(ran.stderr.contains("a/1.txt has changed since it was indexed"), "{}", ran.stderr);
    for args in [vec!["show", &id, "--raw"], vec!["show", &id, "--format", "cite"]] {
        let ran = dir.run(&args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("run `wensou index`"), "{}", ran.stderr);
    }
    fs::remove_file(dir.path().join("a/1.txt")).unwrap();
    let ran = dir.run(&["search", "甲子", "--format", "json"]);
    assert!(ran.stderr.contains("W006") && ran.stderr.contains("moved or removed"), "{ran:?}");
}

#[test]
fn settings_that_are_kept_are_printed() {
    let dir = folders();
    dir.write("words.tsv", "護城河\n");
    dir.ok(&["index", "a", "--encoding", "gb18030", "--words", "words.tsv", "--exclude", "*.bak"]);
    for verb in ["stats", "config"] {
        let text = dir.ok(&[verb]);
        for setting in ["gb18030", "words.tsv", "*.bak", "/a"] {
            assert!(text.contains(setting), "{verb}: {setting}\n{text}");
        }
    }
}

#[test]
fn output_of_wensou_is_not_indexed() {
    let dir = folders();
    dir.ok(&["index", "."]);
    let before = titles(&dir);
    for (name, args) in [
        // Output is recognised by its content, not by these names.
        ("hits.txt", &["search", "說一件事"][..]),
        ("hits.jsonl", &["search", "說一件事", "-f", "jsonl"]),
        ("hits.json", &["search", "說一件事", "-f", "json"]),
        ("hits.tsv", &["search", "說一件事", "-f", "tsv"]),
        ("ids.txt", &["search", "說一件事", "-f", "ids"]),
        ("e.jsonl", &["export"]),
    ] {
        let output = dir.ok(args);
        dir.write(name, output);
    }
    let ran = dir.run(&["index"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(titles(&dir), before, "{}", ran.stderr);
    assert!(ran.stderr.contains("2 .jsonl, 2 .txt, 1 .json, 1 .tsv"), "{}", ran.stderr);
    assert!(dir.run(&["index"]).stderr.contains("up to date"));
    assert_eq!(dir.run(&["check"]).code, 0);
    // An export that is named on the command line is indexed.
    let ran = dir.run(&["index", "e.jsonl", "--index", "other-index"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("4 articles"), "{}", ran.stderr);
}

#[test]
fn a_build_is_refused_if_one_of_two_roots_is_empty() {
    let dir = folders();
    dir.ok(&["index", "a", "b"]);
    fs::rename(dir.path().join("b"), dir.path().join("away")).unwrap();
    fs::create_dir(dir.path().join("b")).unwrap();
    for args in [&["index"][..], &["index", "--strict"], &["index", "a"], &["index", "--rebuild"]] {
        let refused = dir.run(args);
        assert_eq!(refused.code, 2, "{args:?}: {refused:?}");
        assert!(refused.stderr.contains("--allow-empty"), "{}", refused.stderr);
        assert_eq!(titles(&dir).len(), 4, "{args:?}");
    }
}

#[test]
fn an_archive_of_the_config_file_can_be_indexed_from_inside() {
    for archive in ["~/news", "../../news"] {
        let dir = Dir::new();
        dir.write("news/1.txt", page("甲子"));
        dir.write("config/wensou/config.toml", format!("archive = [\"{archive}\"]\n"));
        let index = dir.path().join("index");
        let mut command = dir.command(&["index", "--index", index.to_str().unwrap()]);
        let ran = Ran::from(command.current_dir(dir.path().join("news")).output().unwrap());
        assert_eq!(ran.code, 0, "{archive}: {ran:?}");
        assert_eq!(titles(&dir), ["標題甲子"], "{archive}");
    }
    // The archive is the folder of the config file itself.
    let dir = Dir::new();
    dir.write("news/1.txt", page("甲子"));
    let config = dir.write("news/wensou.toml", "archive = [\".\"]\n");
    let index = dir.path().join("index");
    let mut command = dir.command(&["index", "--index", index.to_str().unwrap()]);
    command.current_dir(dir.path().join("news")).env("WENSOU_CONFIG", config);
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(titles(&dir), ["標題甲子"]);
}

#[test]
fn the_summary_and_the_statistics_have_the_same_numbers() {
    let dir = folders();
    dir.write("a/empty.txt", "");
    dir.write("a/x.mp3", "PK");
    let ran = dir.run(&["index", "a", "b"]);
    let stats = stats(&dir);
    let (pages, articles) = (&stats["report"]["pages"], &stats["articles"]);
    let counts = format!("indexed {pages} pages");
    assert!(ran.stderr.contains(&counts), "{counts}: {}", ran.stderr);
    assert!(ran.stderr.contains(&format!(": {articles} articles")), "{}", ran.stderr);
    assert_eq!((pages, articles), (&4.into(), &4.into()));
}

#[test]
fn a_missing_folder_for_temporary_files_is_named() {
    let dir = folders();
    let missing = dir.path().join("missing");
    let mut command = dir.command(&["index", "a"]);
    let ran = Ran::from(command.env("TMPDIR", &missing).output().unwrap());
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains(missing.to_str().unwrap()), "{}", ran.stderr);
    assert!(ran.stderr.contains("TMPDIR"), "{}", ran.stderr);
}
