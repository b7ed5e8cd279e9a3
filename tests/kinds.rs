//! Kinds of files other than text pages of the known layout: exports, dumps with a map of their
//! keys, files that a command turns into text, and pages whose bylines have labels that the user
//! lists with `--labels`.

use serde_json::Value;

use crate::util::{Dir, copy_folder, sample_archive};

#[test]
fn index_lists_the_kinds_of_files() {
    let list = Dir::new().ok(&["index", "--list-formats"]);
    for line in [
        "Markdown: .md",
        "JSON lines: .jsonl .ndjson .jl",
        "labelled lines: any ending",
        "documents: .pdf",
        "other files: .7z",
    ] {
        assert!(list.contains(line), "{line}");
    }
    // Copies of files are read by their content.
    assert!(!list.contains(" .bak") && !list.contains(" .tmp"), "{list}");
}

/// The records of an export, without the keys that depend on their files.
fn records(export: &str) -> Vec<Value> {
    let record = |line: &str| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        for key in ["path", "span", "seen_in", "spans"] {
            record.as_object_mut().unwrap().remove(key);
        }
        record
    };
    export.lines().map(record).collect()
}

#[test]
fn an_export_is_indexed_with_the_same_records() {
    let dir = Dir::new();
    copy_folder(&sample_archive(), &dir.path().join("archive"));
    dir.index();
    let export = dir.ok(&["export"]);
    let queries: [&[&str]; 5] = [
        &["比特幣"],
        &["減半"],
        &["\"官方消息\""],
        &["開源大模型"],
        &["--sort", "newest", "交易所"],
    ];
    let before: Vec<_> = queries.iter().map(|query| dir.ids(query)).collect();
    let again = Dir::new();
    again.write("archive/e.jsonl", &export);
    let built = again.run(&["index", "archive"]);
    assert_eq!(built.code, 0, "{}", built.stderr);
    assert!(!built.stderr.contains("not used"), "{}", built.stderr);
    assert_eq!(records(&again.ok(&["export"])), records(&export));
    let after: Vec<_> = queries.iter().map(|query| again.ids(query)).collect();
    assert_eq!(after, before);
    assert!(before.iter().any(|ids| !ids.is_empty()));
}

#[test]
fn a_date_without_a_day_survives_an_export() {
    let dir = Dir::new();
    for (name, date) in [("a", "1987年"), ("b", "1987年5月"), ("c", "1987年5月6日")] {
        let page =
            format!("央行{name}宣布調整利率\n時間:{date}\n\n市場普遍認為{name}將影響房市。\n");
        dir.write(&format!("archive/{name}.txt"), &page);
    }
    dir.ok(&["index", "archive"]);
    let export = dir.ok(&["export"]);
    let again = Dir::new();
    again.write("archive/e.jsonl", &export);
    again.ok(&["index", "archive"]);
    let dates = |records: &[Value]| -> Vec<String> {
        records.iter().map(|record| record["date"]["value"].to_string()).collect()
    };
    let records = records(&export);
    assert_eq!(dates(&records), ["\"1987\"", "\"1987-05\"", "\"1987-05-06\""]);
    assert_eq!(self::records(&again.ok(&["export"])), records);
}

#[test]
fn the_map_of_keys_is_kept_and_unused_keys_are_named() {
    let dir = Dir::new();
    dir.write("archive/a.jsonl", r#"{"title":"題目甲","inhalt":"丁丁貓","views":3}"#);
    let ran = dir.run(&["index", "archive"]);
    assert!(
        ran.stderr.contains("keys of dumps that were not used: inhalt (1), views (1)"),
        "{}",
        ran.stderr
    );
    assert_eq!(dir.ids(&["丁丁貓"]).len(), 0);
    let ran = dir.run(&["index", "archive", "--map", "text=inhalt"]);
    assert!(ran.stderr.contains("not used: views (1)"), "{}", ran.stderr);
    assert_eq!(dir.ids(&["丁丁貓"]).len(), 1);
    // The map is kept until `--map none` removes it.
    dir.ok(&["index", "--rebuild", "archive"]);
    assert_eq!(dir.ids(&["丁丁貓"]).len(), 1);
    dir.ok(&["index", "--map", "none", "archive"]);
    assert_eq!(dir.ids(&["丁丁貓"]).len(), 0);
    let ran = dir.run(&["index", "archive", "--map", "body=inhalt"]);
    assert!(ran.code == 2 && ran.stderr.contains("`body` is no field"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_command_of_the_user_turns_other_files_into_text() {
    let dir = Dir::new();
    dir.write("archive/a.pdf", "%PDF-1.7\n");
    dir.write("archive/b.txt", "正文的第一段。\n");
    let ran = dir.run(&["index", "archive"]);
    assert!(ran.stderr.contains("PDF: `--pre COMMAND` can turn it into text"), "{}", ran.stderr);
    dir.write("to-text", "#!/bin/sh\necho 丁丁貓的正文\n");
    assert!(dir.shell("chmod +x to-text").status().unwrap().success());
    dir.ok(&["index", "archive", "--pre", "./to-text", "--pre-glob", "*.pdf"]);
    assert_eq!(dir.ids(&["丁丁貓"]).len(), 1);
    // Without the command, the records stay.
    dir.write("archive/c.txt", "正文的第三段。\n");
    dir.run(&["index", "archive"]);
    assert_eq!(dir.ids(&["丁丁貓"]).len(), 1);
    let checked = dir.run(&["check"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    // The config file can name the command, too.
    dir.write("config/wensou/config.toml", "pre = \"../../to-text\"\npre_glob = [\"*.pdf\"]\n");
    dir.ok(&["index", "archive", "--index", "other"]);
    assert_eq!(dir.ids(&["--index", "other", "丁丁貓"]).len(), 1);
    // If the command cannot be run, its files are skipped, and the build succeeds.
    assert_eq!(dir.run(&["index", "archive", "--pre-glob", "*.pdf", "--pre", "./none"]).code, 0);
}

#[test]
fn the_sample_of_other_kinds_is_read() {
    let dir = Dir::new();
    let kinds = sample_archive().parent().unwrap().join("kinds");
    copy_folder(&kinds, &dir.path().join("archive"));
    let ran = dir.run(&["index", "archive"]);
    assert!(ran.stderr.contains("skipped none"), "{}", ran.stderr);
    // How many records of `data/kinds` match.
    for (query, count) in [
        ("author:林知遠", 1),
        ("作者:何思齊", 2),
        ("site:news.example.org", 1),
        ("網站:鏈上日報網", 1),
        ("url:https://news.example.org/tech/*", 1),
        ("url:feed.example.org/1", 1),
        ("tag:手續費", 1),
        ("source:礦場週刊", 2),
        ("has:url", 2),
        ("date:none", 0),
    ] {
        assert_eq!(dir.ids(&[query]).len(), count, "{query}");
    }
    let hit = &dir.hits(&["閃電網路"])[0];
    assert_eq!(hit["date"]["evidence"], "json-ld");
    assert_eq!((&hit["author"], &hit["site"]), (&"林知遠".into(), &"鏈上日報網".into()));
    assert!(!dir.ok(&["export"]).contains("聯繫我們"), "a footer is no text");
}

#[test]
fn labels_of_the_user_are_kept() {
    let dir = Dir::new();
    dir.write(
        "archive/a.txt",
        "測試的標題\n\n供文:王小明\n\n正文的第一段,說一件事。\n\n第二段。\n",
    );
    dir.write("labels.tsv", "author\t供文\n");
    dir.ok(&["index", "archive"]);
    assert_eq!(dir.ids(&["author:王小明"]).len(), 0);
    dir.ok(&["index", "--labels", "labels.tsv"]);
    assert_eq!(dir.ids(&["author:王小明"]).len(), 1);
    dir.ok(&["index", "--rebuild"]);
    assert_eq!(dir.ids(&["author:王小明"]).len(), 1);
    assert_eq!(dir.run(&["check"]).code, 0);
    dir.write("labels.tsv", "nobody\t供文\n");
    let ran = dir.run(&["index"]);
    assert!(ran.code == 2 && ran.stderr.contains("labels.tsv:1:"), "{ran:?}");
}
