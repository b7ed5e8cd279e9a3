//! A query over a large damaged index gives the right answer, or fails and names the repair.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::campaign::{Campaign, Settings};
use super::limits::run_limited;
use super::world::index_files;
use crate::util::{Dir, Random, copy_folder};

/// Number of queries for each damage.
const QUERIES: usize = 20;
/// Number of records in the dump: so many that the files of columns, terms and postings are too
/// large to be verified as a whole when they are opened. Instead, each 4 KiB of such a file are
/// verified when they are first read.
const ITEMS: usize = 100_000;
/// The update deletes this many records, the first ones of the dump.
const DELETED_ITEMS: usize = 400;

#[test]
fn damage_never_gives_a_wrong_answer() {
    let mut campaign = Campaign::new(&Settings {
        name: "answers",
        rounds_variable: "WENSOU_ANSWERS",
        default_rounds: 6,
        seed: 8,
    });
    let dir = Dir::new();
    let intact = dir.path().join("intact");
    build(&dir, &intact);
    // The right answers: those of the intact index, for each list of arguments.
    let mut truth = BTreeMap::new();
    for (round, mut random) in campaign.rounds() {
        let index = dir.path().join("index");
        let _ = fs::remove_dir_all(&index);
        copy_folder(&intact, &index);
        let what = damage_file(&index, &mut random);
        campaign.count("damages");
        for _ in 0..QUERIES {
            let args = random_args(&mut random);
            let wanted =
                truth.entry(args.clone()).or_insert_with(|| answer(&dir, &intact, &args).unwrap());
            campaign.count("queries");
            match answer(&dir, &index, &args) {
                Ok(found) if found == *wanted => campaign.count("right answers"),
                Ok(_) => campaign.fail(format!("round {round}: {what}: {args:?}: wrong answer")),
                Err(failed) if failed.contains("damage") || failed.contains("repair") => {
                    campaign.count("errors with the cure");
                }
                Err(failed) => campaign.fail(format!("round {round}: {what}: {args:?}: {failed}")),
            }
        }
    }
    campaign.finish();
}

/// Builds an index of a dump, and updates it after records of the dump were removed and one was
/// added, so that the index has a base with deleted documents, and a recent segment.
fn build(dir: &Dir, index: &Path) {
    let words =
        ["比特幣", "以太坊", "減半", "質押", "監管", "銀行", "交易所", "開源", "模型", "護城河"];
    let item = |number: usize, text: &str| {
        let word = |step: usize| words[(number * step + step) % words.len()];
        let (day, month) = (1 + number % 28, 1 + number / 28 % 12);
        format!(
            r#"{{"id":"item-{number:06}","title":"{}{}快訊","text":"第 {number} 條:{}與{}{text}。","tags":["標籤{number}","{}"],"date":"2023-{month:02}-{day:02}"}}"#,
            word(1),
            word(3),
            word(7),
            word(9),
            word(1),
        ) + "\n"
    };
    let mut dump = String::new();
    for number in 0..ITEMS {
        dump.write_str(&item(number, "的消息")).unwrap();
    }
    dir.write("archive/items.jsonl", &dump);
    let archive = dir.path().join("archive");
    let (index, archive) = (index.to_str().unwrap(), archive.to_str().unwrap());
    assert_eq!(dir.run(&["index", "--index", index, archive]).code, 0);
    let remaining: String =
        dump.lines().skip(DELETED_ITEMS).map(|line| format!("{line}\n")).collect();
    dir.write("archive/items.jsonl", remaining + &item(ITEMS, "的更正"));
    assert_eq!(dir.run(&["index", "--index", index, archive]).code, 0);
}

/// Damages one file at one or many offsets, and returns a description.
fn damage_file(index: &Path, random: &mut Random) -> String {
    let mut files = index_files(index);
    files.retain(|path| path.extension().is_some() && fs::metadata(path).unwrap().len() > 0);
    // Files of more than 1 MiB are not verified as a whole when they are opened.
    let is_large = |path: &&PathBuf| fs::metadata(path).unwrap().len() > 1 << 20;
    let large: Vec<PathBuf> = files.iter().filter(is_large).cloned().collect();
    // At least the files of the columns, the terms and the postings are large.
    assert!(large.len() >= 3, "too few files that are not verified as a whole: {large:?}");
    let files = if random.below(8) == 0 { files } else { large };
    let path = &files[random.below(files.len())];
    let mut bytes = fs::read(path).unwrap();
    let (count, length) = ([1, 8, 64, 512][random.below(4)], [1, 1, 16, 4096][random.below(4)]);
    for _ in 0..count {
        let start = random.below(bytes.len());
        let end = (start + length).min(bytes.len());
        match random.below(3) {
            0 => bytes[start] ^= 1 << random.below(8),
            1 => bytes[start..end].fill(0),
            _ => bytes[start..end].iter_mut().for_each(|byte| *byte = byte.wrapping_add(1)),
        }
    }
    fs::write(path, bytes).unwrap();
    let name = path.file_name().unwrap().display();
    format!("{name}: damaged at {count} offsets, up to {length} bytes at each")
}

/// The arguments of a random search, `timeline` or `show`.
fn random_args(random: &mut Random) -> Vec<String> {
    let words = [
        "比特幣",
        "以太坊減半",
        "質押",
        "監管銀行",
        "交易所",
        "\"開源\"",
        "\"護城河與\"",
        "bitebi",
    ];
    let word = words[random.below(words.len())];
    let other = words[random.below(words.len())];
    let number = DELETED_ITEMS + random.below(ITEMS - DELETED_ITEMS);
    let query = match random.below(10) {
        0 => format!("tag:標籤{number}"),
        1 => format!("id:item-{number:06}"),
        2 => format!("tag:比特幣 {word}"),
        3 => format!("{word} date:2023-0{}", 1 + random.below(9)),
        4 => format!("{word} {other}"),
        5 => format!("\"第 {number} 條\""),
        6 => format!("tag:標籤{}*", random.below(100)),
        7 => format!("{word} -{other}"),
        8 => format!("{word} kind:flash date:inferred OR {other}"),
        _ => word.to_owned(),
    };
    let format = ["ids", "jsonl"][random.below(2)];
    let args: &[&str] = match random.below(6) {
        0 => &["search", &query, "--sort", "newest", "--format", format],
        1 => &["search", &query, "--recency", "30d", "--format", format],
        2 => &["timeline", &query, "--format", "json"],
        3 => &["search", &query, "--facet", "tag", "--format", "json"],
        4 => &["show", &format!("item-{number:06}"), "--format", "json"],
        _ => &["search", &query, "--format", format],
    };
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

/// What a run on an index prints, or why it failed.
fn answer(dir: &Dir, index: &Path, args: &[String]) -> Result<String, String> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ended = run_limited(dir.command(&args).arg("--index").arg(index));
    match ended.code {
        0 | 1 => Ok(ended.stdout),
        _ => Err(ended.to_string()),
    }
}
