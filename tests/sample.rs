//! The sample archive is read whole and found in both scripts; so is a real page, if a development
//! checkout has one.

use std::sync::OnceLock;

use serde_json::Value;

use crate::util::{Dir, assert_golden, copy_folder, development_data, sample_archive};

/// The sample archive, indexed once for all tests.
pub(crate) fn indexed() -> &'static Dir {
    static DIR: OnceLock<Dir> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = Dir::new();
        copy_folder(&sample_archive(), &dir.path().join("data/archive"));
        dir.ok(&["index", "data/archive", "--quiet"]);
        dir
    })
}

fn records() -> Vec<Value> {
    indexed().ok(&["export"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_search_without_an_index_builds_that_of_the_sample_first() {
    let dir = Dir::new();
    copy_folder(&sample_archive(), &dir.path().join("data/archive"));
    let ran = dir.run(&["search", "開源大模型"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no index yet: building it from data/archive first"),
        "{}",
        ran.stderr
    );
    assert_golden("sample-search.txt", &ran.stdout);
}

#[test]
fn the_sample_is_read_whole() {
    let records = records();
    let count = |kind: &str| records.iter().filter(|record| record["kind"] == kind).count();
    assert!(count("article") >= 40, "{} articles", count("article"));
    assert!(count("flash") >= 120, "{} flash items", count("flash"));
    let stats: Value = serde_json::from_str(&indexed().ok(&["stats", "-f", "json"])).unwrap();
    assert_eq!(stats["report"]["skipped"], serde_json::json!([]));
    assert_eq!(stats["report"]["lossy"], serde_json::json!([]));
    // Pages share flash items, so there are more occurrences than items.
    assert!(stats["report"]["flashes_seen"].as_u64().unwrap() > count("flash") as u64);
}

#[test]
fn no_record_of_the_sample_has_the_boilerplate_of_its_page() {
    for record in records() {
        let text = match record["kind"].as_str().unwrap() {
            "article" => record["paragraphs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|text| text.as_str().unwrap())
                .collect::<Vec<_>>()
                .join("\n"),
            _ => record["text"].as_str().unwrap().to_owned(),
        };
        for boilerplate in ["Ctrl+D", "1900/1/1", "Author:", "Tags:"] {
            assert!(!text.contains(boilerplate), "{boilerplate} in {record}");
        }
        for line in text.lines() {
            assert_ne!(line, "ads", "{record}");
        }
        assert_ne!(record["date"]["value"].as_str().map(|date| &date[..4]), Some("1900"));
    }
}

#[test]
fn both_scripts_find_the_same_in_the_sample() {
    let dir = indexed();
    for (hant, hans) in [
        ("護城河", "护城河"),
        ("硅谷銀行 kind:flash", "硅谷银行 kind:flash"),
        ("\"比特幣減半\"", "\"比特币减半\""),
        ("以太坊 質押", "以太坊 质押"),
        ("數字人民幣", "数字人民币"),
        ("穩定幣 脫鉤", "稳定币 脱钩"),
    ] {
        let found = dir.ids(&[hant]);
        assert!(!found.is_empty(), "{hant}");
        assert_eq!(found, dir.ids(&[hans]), "{hant}");
    }
}

#[test]
fn a_real_page_is_indexed_and_found() {
    let Some(archive) = development_data("archive") else { return };
    let dir = Dir::new();
    dir.ok(&["index", archive.to_str().unwrap(), "--quiet"]);
    for query in ["護城河 tag:GPT", "护城河 标签:gpt", "\"指令微調\"", "\"指令微调\""]
    {
        let hits = dir.hits(&[query]);
        assert_eq!(hits.len(), 1, "{query}");
        assert_eq!(hits[0]["title"], "“大廠壟斷大模型”,會被開源終結嗎?");
        assert_eq!(hits[0]["date"]["provenance"], "inferred");
        assert_eq!(
            hits[0]["tags"],
            serde_json::json!([
                "OPEN",
                "PEN",
                "NAI",
                "GPT",
                "opensea幣單個價格",
                "apenft幣價格今日行情",
                "Baby Doge Billionaire",
                "CGPT價格"
            ])
        );
    }
    for query in ["硅谷銀行 kind:flash date:2023-03", "硅谷银行 kind:快讯 日期：2023年3月"]
    {
        let hits = dir.hits(&[query]);
        assert_eq!(hits.len(), 1, "{query}");
        assert_eq!(hits[0]["date"]["value"], "2023-03-14T13:02:32");
        let text: Vec<char> = hits[0]["snippet"]["text"].as_str().unwrap().chars().collect();
        assert!(!text.is_empty());
    }
    let records = dir.ok(&["export"]);
    assert_eq!(records.lines().count(), 6, "one article and five flash items");
}
