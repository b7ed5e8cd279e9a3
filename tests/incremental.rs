//! An updated index has the records of the index of a whole build, and gives the same answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use wensou_index::{BuildOptions, Index, RecordExt, build};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, parse};
use wensou_query::{Facet, Options, Sort, facet, overview, search, similar};

use crate::util::{Dir, Random, build_options};

const WORDS: [&str; 24] = [
    "比特幣",
    "以太坊",
    "減半",
    "质押",
    "礦工",
    "交易所",
    "監管",
    "人工智能",
    "模型",
    "开源",
    "芯片",
    "銀行",
    "穩定幣",
    "錢包",
    "收益率",
    "后来",
    "里面",
    "Layer2",
    "GPT-4",
    "BRC-20",
    "5.4億",
    "美元",
    "护城河",
    "協議",
];
/// Tags of pages, each with a keyword that pages with the tag may have.
const TAGS: [(&str, &str); 5] = [
    ("BTC", "BTC價格"),
    ("ETH", "ETH幣"),
    ("DOGE", "Baby Doge"),
    ("SOL", "Solana幣"),
    ("UNI", "uni幣價格"),
];
const QUERIES: [&str; 22] = [
    "比特幣",
    "比特币 減半",
    "以太坊 OR 开源",
    "\"幣\"",
    "\"減半质押\"",
    "\"監管人工智能\"",
    "title:模型",
    "人工智能芯片的护城河是什么",
    "gpt-4",
    "tag:BTC",
    "tag:bt*",
    "kind:flash",
    "kind:flash 銀行",
    "date:2023",
    "date:none",
    "-比特幣",
    "\"錢包 协议\"~12",
    "5.4亿",
    "bitebi",
    "path:b",
    "has:flash script:hant",
    "",
];

fn sentence(random: &mut Random) -> String {
    let word_count = 3 + random.below(9);
    let words: Vec<&str> = (0..word_count).map(|_| WORDS[random.below(WORDS.len())]).collect();
    format!("{}。", words.concat())
}

/// The flash item with this number. The text of an item is the same in all pages; if `simplified`,
/// some characters of the text are converted to Simplified ones.
fn flash(number: usize, simplified: bool) -> String {
    let mut random = Random::new(number as u64 + 1000);
    let text = format!("{}:{}", WORDS[number % 12], sentence(&mut random));
    let text = match simplified {
        true => text.replace('幣', "币").replace('減', "减").replace('銀', "银"),
        false => text,
    };
    format!("{text}[2023/{}/{} 1:02:03]", 1 + number % 12, 1 + number % 28)
}

/// A random page of the known layout, with tags without separators and some flash items.
fn page(random: &mut Random) -> String {
    let mut page = String::from("某站 某站\nCtrl+D 某站\nads\n");
    page += &format!("首頁 > {} > Info\n\n", WORDS[random.below(6)]);
    let (tag, keyword) = TAGS[random.below(TAGS.len())];
    page += &format!("{}_{tag}:{keyword}\n\nAuthor:\n\n", sentence(random).trim_end_matches('。'));
    page += match random.below(2) {
        0 => "Time:1900/1/1 0:00:00\n\n",
        _ => "Time:2023/5/6 7:08:09\n\n",
    };
    for _ in 0..2 + random.below(3) {
        page += &format!("{}{}\n\n", sentence(random), sentence(random));
        if random.below(2) == 0 {
            let number = random.below(12);
            let simplified = random.below(3) == 0;
            page += &format!("{}\n\n", flash(number, simplified));
        }
    }
    let [(tag, keyword), (other_tag, other_keyword)] =
        [0, 1].map(|_| TAGS[random.below(TAGS.len())]);
    page += &format!("Tags:{tag}{other_tag}{keyword}{other_keyword}\n\n{}\n", WORDS[0]);
    page
}

/// A random record of a dump, as JSON.
fn record(number: usize, random: &mut Random) -> String {
    let (kind, date) = match random.below(2) {
        0 => ("article", "2022-03-04"),
        _ => ("flash", "2022-05-06T07:08:09"),
    };
    serde_json::json!({
        "id": format!("r{number}"), "kind": kind, "date": date,
        "title": sentence(random), "text": sentence(random), "tags": [TAGS[random.below(5)].0],
    })
    .to_string()
}

/// Adds, changes, deletes and renames random pages of an archive, and rewrites its dump.
fn change_files(archive: &Path, random: &mut Random) {
    let mut files: Vec<PathBuf> = ["a", "b", "c"]
        .iter()
        .flat_map(|folder| fs::read_dir(archive.join(folder)).into_iter().flatten())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for _ in 0..1 + random.below(4) {
        let folder = archive.join(["a", "b", "c"][random.below(3)]);
        fs::create_dir_all(&folder).unwrap();
        let fresh = folder.join(format!("{:03}.txt", random.below(1000)));
        match (random.below(5), files.is_empty()) {
            (0, false) => fs::write(&files[random.below(files.len())], page(random)).unwrap(),
            (1, false) => fs::remove_file(files.swap_remove(random.below(files.len()))).unwrap(),
            (2, false) => fs::rename(files.swap_remove(random.below(files.len())), fresh).unwrap(),
            (3, _) => {
                let lines: Vec<String> = (0..random.below(4)).map(|n| record(n, random)).collect();
                fs::write(archive.join("dump.jsonl"), lines.join("\n") + "\n").unwrap();
            }
            _ => fs::write(fresh, page(random)).unwrap(),
        }
    }
}

/// Every record of an index, and the answers that the index gives to [`QUERIES`], as lines.
fn content_lines(index: &Index) -> Vec<String> {
    let mut lines = Vec::new();
    for address in index.in_walk_order().unwrap() {
        lines.push(format!(
            "export {}",
            serde_json::to_string(&index.record(address).unwrap()).unwrap()
        ));
    }
    lines.push(format!("{:?}", overview(index).unwrap()));
    lines.push(format!("{:?}", index.meta().report));
    let clock = Clock { today: "2024-01-01".parse().unwrap() };
    for text in QUERIES {
        let query = parse(text, &clock).unwrap();
        for sort in [Sort::Rank, Sort::Newest] {
            let mut options = Options::default();
            (options.limit, options.sort) = (1000, Some(sort));
            let results = search(index, &query, &options).unwrap();
            lines.push(format!("search {text}: {} {}", results.total, results.relaxed));
            for hit in &results.hits {
                lines.push(format!("  {} {:08x}", hit.record.id(), hit.score.to_bits()));
            }
        }
        for by in Facet::ALL {
            lines
                .push(format!("facet {text} {by:?} {:?}", facet(index, &query, by, None).unwrap()));
        }
    }
    lines
}

/// Checks that two indexes have the same records and answers.
#[track_caller]
fn assert_same_content(updated: &Path, fresh: &Path, what: &str) {
    let (updated, fresh) = (Index::open(updated).unwrap(), Index::open(fresh).unwrap());
    for (one, other) in content_lines(&updated).iter().zip(&content_lines(&fresh)) {
        assert_eq!(one, other, "{what}");
    }
    assert_eq!(content_lines(&updated).len(), content_lines(&fresh).len(), "{what}");
}

/// Options of an update that writes many segments, of about 4 KiB each, before it merges them.
fn update_options() -> BuildOptions {
    let mut options = build_options();
    options.segment_bytes = 4 << 10;
    options
}

/// Options of a whole build.
fn rebuild_options() -> BuildOptions {
    let mut options = build_options();
    options.anew = true;
    options
}

#[test]
fn random_updates_equal_a_whole_build() {
    // How many of the builds were updates, and how many builds there were.
    let (mut reused, mut rounds) = (0, 0);
    for seed in 0..6 {
        let dir = Dir::new();
        let archive = dir.path().join("archive");
        let (updated, fresh) = (dir.path().join("updated"), dir.path().join("fresh"));
        let mut random = Random::new(seed);
        fs::create_dir_all(&archive).unwrap();
        for number in 0..30 {
            dir.write(&format!("archive/a/{number:03}.txt"), page(&mut random));
        }
        for round in 0..8 {
            let roots = [archive.clone()];
            let built = build(&updated, &roots, &update_options(), &Silent).unwrap();
            build(&fresh, &roots, &rebuild_options(), &Silent).unwrap();
            assert_same_content(&updated, &fresh, &format!("seed {seed}, round {round}"));
            reused += usize::from(built.reused);
            rounds += 1;
            change_files(&archive, &mut random);
        }
    }
    assert!(reused * 2 > rounds, "{reused} of {rounds} builds were updates");
}

#[test]
fn an_update_writes_only_records_that_have_changed() {
    let dir = Dir::new();
    let mut random = Random::new(5);
    for number in 0..40 {
        dir.write(&format!("archive/{number:03}.txt"), page(&mut random));
    }
    let (index, roots) = (dir.path().join("index"), [dir.path().join("archive")]);
    let build = || build(&index, &roots, &update_options(), &Silent).unwrap();
    assert!(!build().reused);
    let again = build();
    assert_eq!((again.reused, again.written), (true, 0), "nothing has changed");
    // Add an article without flash items and without tags.
    dir.write(
        "archive/new.txt",
        "標題在此\n\n來源:某處\n\n這是新的一頁,講的是別的事情。\n\n還有一段。\n",
    );
    let added = build();
    assert_eq!((added.reused, added.written), (true, 1));
}

#[test]
fn a_flash_item_is_removed_with_its_last_page() {
    let dir = Dir::new();
    let item = "某幣大漲:某幣今日大漲百分之十,交易所暫停充值。[2023/3/4 5:06:07]";
    let page = |name: &str, item: &str| {
        dir.write(
            &format!("archive/{name}.txt"),
            format!("{name}的標題\n\n來源:某處\n\n第一段講別的事情。\n\n{item}\n\n第二段也是。\n"),
        )
    };
    for number in 0..9 {
        page(&format!("其他{number}"), "");
    }
    let (first, second) = (page("甲", item), page("乙", item));
    dir.index();
    let page_count = || {
        let hits = dir.hits(&["\"今日大漲\" kind:flash"]);
        hits.first().map(|hit| hit["seen_in"].as_array().unwrap().len())
    };
    assert_eq!(page_count(), Some(2));
    fs::remove_file(first).unwrap();
    dir.index();
    assert_eq!(page_count(), Some(1));
    fs::remove_file(second).unwrap();
    dir.index();
    assert_eq!(page_count(), None);
    assert!(dir.ids(&["\"今日大漲\""]).is_empty());
}

#[test]
fn unchanged_files_are_recognised_by_their_content() {
    let dir = Dir::new();
    let mut random = Random::new(9);
    let mut pages = BTreeMap::new();
    for number in 0..12 {
        let text = page(&mut random);
        pages.insert(dir.write(&format!("archive/{number:03}.txt"), &text), text);
    }
    dir.index();
    let again = || dir.run(&["index", "archive"]).stderr;
    assert!(again().contains("the index is up to date"));
    // The same content, with a new modification time.
    for (path, text) in &pages {
        fs::write(path, text).unwrap();
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    }
    let stderr = again();
    assert!(
        stderr.contains("0 added, 0 changed, 0 removed") && stderr.contains("indexed 12 pages"),
        "{stderr}"
    );
    // Other content with the same length and modification time.
    let (path, text) = pages.first_key_value().unwrap();
    let time = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, text.replacen('。', "無", 1)).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    assert!(again().contains("0 added, 1 changed, 0 removed"));
}

#[test]
fn similar_documents_are_the_same_after_an_update() {
    let dir = Dir::new();
    let archive = dir.path().join("archive");
    let mut random = Random::new(77);
    for number in 0..30 {
        dir.write(&format!("archive/a/{number:03}.txt"), page(&mut random));
    }
    let (updated, fresh) = (dir.path().join("updated"), dir.path().join("fresh"));
    let roots = [archive.clone()];
    build(&updated, &roots, &update_options(), &Silent).unwrap();
    fs::write(archive.join("a/007.txt"), page(&mut random)).unwrap();
    fs::remove_file(archive.join("a/011.txt")).unwrap();
    assert!(build(&updated, &roots, &update_options(), &Silent).unwrap().reused);
    build(&fresh, &roots, &rebuild_options(), &Silent).unwrap();
    let similar_to_fourth = |index: &Path| {
        let index = Index::open(index).unwrap();
        let fourth = index.record(index.in_walk_order().unwrap()[3]).unwrap();
        format!("{:?}", similar(&index, fourth.id(), &Options::default()).unwrap())
    };
    assert_eq!(similar_to_fourth(&updated), similar_to_fourth(&fresh));
}
