//! Shares of an archive that several machines survey and index: together, their indexes have the
//! records of an index of the whole archive.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::util::{Dir, Ran};

/// The paths that each of four machines indexes.
const SHARES: [&[&str]; 4] = [
    &["news/2021", "news/a.zip"],
    &["news/2022"],
    &["news/2023/01.txt", "news/2023/02", "news/b.jsonl"],
    &["news/2023/03", "news/2024"],
];

/// A page with tags without separators, flash items, and a menu. The lines of the menu recur often
/// enough to be recognised as boilerplate in the whole archive, but not in a single share.
fn page(number: usize) -> String {
    let tags = ["GPT:CGPT價格", "DAO:Baby DAO", "OP:Baby OP", "ETH:Baby ETH", "NFT:CNFT"];
    let item = |number: usize| {
        let (contract, day) = (number % 7, number % 9 + 1);
        format!(
            "某所上線第{contract}號合約:據消息,第{contract}號合約今日上線。[2023/6/{day} 4:36:07]"
        )
    };
    format!(
        "示例網 示例網\n首頁 > 瑞波幣 > Info\n\n第{number}篇文章的題目_{}\n\nAuthor:\n\nTime:2023/6/18 4:36:07\
         \n\n來源:鏈聞\n\n這是第{number}篇文章的正文,它和別的文章不同。\n\n{}\n\n第{number}篇的第二段,也不同。\n\n{}\
         \n\n關注我們的頻道\n\n更多精彩內容\n\n商務合作\n\nTags:GPTDAOOPCGPT價格Baby DAOBaby SOL\n",
        tags[number % tags.len()],
        item(number),
        item(number / 2),
    )
}

/// A ZIP archive whose members are stored, not compressed.
fn zip(members: &[(String, String)]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ (0xedb8_8320 * (crc & 1)))
        };
        !bytes.iter().fold(!0, step)
    };
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let (length, offset) = (content.len() as u32, files.len() as u32);
        // What the header of a member and its entry in the directory have in common: version, flags
        // (UTF-8), method, time and date; checksum and lengths; the length of the name, and that of
        // the extra field, which is 0.
        let mut common: Vec<u8> =
            [20_u16, 0x800, 0, 0, 33].iter().flat_map(|n| n.to_le_bytes()).collect();
        common
            .extend([crc(content.as_bytes()), length, length].iter().flat_map(|n| n.to_le_bytes()));
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        files.extend(b"PK\x03\x04");
        files.extend(&common);
        files.extend(name.as_bytes());
        files.extend(content.as_bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        // No comment, the first disk, and no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, directory_offset) = (members.len() as u16, files.len() as u32);
    let directory_length = directory.len() as u32;
    files.extend(directory);
    // The end record: disks, numbers of entries, length and offset of the directory, no comment.
    files.extend(b"PK\x05\x06\0\0\0\0");
    files.extend([count, count].iter().flat_map(|n| n.to_le_bytes()));
    files.extend([directory_length, directory_offset].iter().flat_map(|n| n.to_le_bytes()));
    files.extend([0, 0]);
    files
}

/// Writes the archive `news`.
fn archive() -> Dir {
    let dir = Dir::new();
    let names = [
        "2021/1.txt",
        "2021/2.txt",
        "2022/x/1.txt",
        "2022/2.txt",
        "2023/01.txt",
        "2023/02/1.txt",
        "2023/03/1.txt",
        "2023/02/2.txt",
        "2024/1.txt",
        "2024/x!/2.txt",
    ];
    for (number, name) in names.into_iter().enumerate() {
        dir.write(&format!("news/{name}"), page(number));
    }
    let members: Vec<_> =
        (10..14).map(|number| (format!("m/{number}.txt"), page(number))).collect();
    dir.write("news/a.zip", zip(&members));
    let flash = |id: &str, number: usize| {
        json!({
            "id": id, "kind": "flash", "title": format!("某所上線第{number}號合約"),
            "text": format!("據消息,第{number}號合約今日上線。"), "date": format!("2023-06-0{}T04:36:07", number + 1),
        })
    };
    let article = |id: &str, text: &str| json!({ "id": id, "kind": "article", "title": "轉載的文章", "text": text, "date": "2023-01-01" });
    let lines =
        |records: &[Value]| records.iter().map(|record| format!("{record}\n")).collect::<String>();
    // Dumps of three shares: different records have the same id (f-1, a-1), the same flash item has
    // two ids (f-1, f-0), and an article that all of them have has no id.
    let without_id =
        json!({ "kind": "article", "title": "沒有編號的文章", "text": "到處都一樣。" });
    let first = [flash("f-1", 1), flash("f-2", 2), article("a-1", "甲"), without_id.clone()];
    dir.write("news/2022/x/d.jsonl", lines(&first));
    let second = [flash("f-1", 3), article("a-1", "乙"), without_id.clone(), without_id.clone()];
    dir.write("news/b.jsonl", lines(&second));
    dir.write("news/2024/d.jsonl", lines(&[flash("f-0", 1), article("a-1", "丙"), without_id]));
    dir
}

/// The records of an index by id: first the articles, then the flash items.
fn exported(dir: &Dir, index: &str) -> [BTreeMap<String, Value>; 2] {
    let mut records = [BTreeMap::new(), BTreeMap::new()];
    for line in dir.ok(&["export", "--index", index]).lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let kind = usize::from(record["kind"] == "flash");
        let id = record["id"].as_str().unwrap().to_owned();
        assert!(records[kind].insert(id, record).is_none(), "an id twice in {index}");
    }
    records
}

/// Surveys every share and merges the surveys into `all.stats`.
fn survey_all_shares(dir: &Dir) {
    let surveys: Vec<String> = (0..SHARES.len()).map(|number| format!("{number}.stats")).collect();
    for (paths, survey) in SHARES.iter().zip(&surveys) {
        dir.ok(&[&["survey", "--base", "news", "-q", "-o", survey], *paths].concat());
    }
    let surveys: Vec<&str> = surveys.iter().map(String::as_str).collect();
    dir.ok(&[&["survey", "--merge", "-q", "-o", "all.stats"], &*surveys].concat());
}

/// Indexes the share with this number into the folder `share-NUMBER`.
fn index_share(dir: &Dir, number: usize, flags: &[&str]) -> Ran {
    let index = format!("share-{number}");
    dir.run(
        &[&["index", "--base", "news", "-q", "--index", &index], SHARES[number], flags].concat(),
    )
}

/// Indexes every share. Returns the articles of all shares, and the occurrences of each flash item
/// in all shares, by id.
fn index_all_shares(
    dir: &Dir,
    flags: &[&str],
) -> (BTreeMap<String, Value>, BTreeMap<String, Vec<String>>) {
    let (mut articles, mut occurrences) = (BTreeMap::new(), BTreeMap::<_, Vec<String>>::new());
    for number in 0..SHARES.len() {
        let ran = index_share(dir, number, flags);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let [share_articles, items] = exported(dir, &format!("share-{number}"));
        articles.extend(share_articles);
        for (id, item) in items {
            occurrences.entry(id).or_default().extend(occurrences_of(&item));
        }
    }
    occurrences.values_mut().for_each(|seen| seen.sort());
    (articles, occurrences)
}

/// The occurrences of a flash item: a path and a span for each.
fn occurrences_of(item: &Value) -> Vec<String> {
    let values = |key: &str| item[key].as_array().unwrap().clone();
    let paths = values("seen_in").into_iter().zip(values("spans"));
    paths.map(|(path, span)| format!("{path} {span}")).collect()
}

#[test]
fn shares_have_together_the_records_of_an_index_of_the_whole_archive() {
    let dir = archive();
    dir.ok(&["index", "news", "-q", "--index", "whole"]);
    survey_all_shares(&dir);
    let [articles, items] = exported(&dir, "whole");
    let (union_of_articles, occurrences) = index_all_shares(&dir, &["--stats", "all.stats"]);
    // Pages, members of `a.zip`, and articles of dumps: three with the id `a-1` in the dumps, and
    // four without an id. Of the three, only the first in the walk keeps its id. The survey says
    // which one that is.
    assert_eq!(articles.len(), 10 + 4 + 3 + 4);
    let ids = |all: &BTreeMap<String, Value>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&union_of_articles), ids(&articles));
    assert_eq!(union_of_articles, articles);
    let mut whole_occurrences: BTreeMap<String, Vec<String>> =
        items.iter().map(|(id, item)| (id.clone(), occurrences_of(item))).collect();
    whole_occurrences.values_mut().for_each(|seen| seen.sort());
    assert_eq!(occurrences, whole_occurrences);
    // Without the statistics of the whole archive, pages are read differently in each share.
    for number in 0..SHARES.len() {
        fs::remove_dir_all(dir.path().join(format!("share-{number}"))).unwrap();
    }
    let (without_survey, occurrences_without_survey) = index_all_shares(&dir, &[]);
    assert_ne!(without_survey, articles);
    assert_ne!(occurrences_without_survey, whole_occurrences);
}

#[test]
fn a_share_is_described_and_checked() {
    let dir = archive();
    survey_all_shares(&dir);
    assert_eq!(index_share(&dir, 2, &["--stats", "all.stats"]).code, 0);
    let stats: Value =
        serde_json::from_str(&dir.ok(&["stats", "-f", "json", "--index", "share-2"])).unwrap();
    let share = &stats["share"];
    assert_eq!(share["paths"], json!(["2023/01.txt", "2023/02", "b.jsonl"]));
    assert_eq!((&share["files"], &share["survey"]["files"]), (&json!(4), &json!(14)));
    assert_eq!(share["survey"]["parts"], 4);
    assert_eq!(share["survey"]["identity"].as_str().unwrap().len(), 16);
    let text = dir.ok(&["stats", "--index", "share-2"]);
    assert!(text.contains("2023/01.txt, 2023/02, b.jsonl (4 files), with statistics "), "{text}");
    // The checksums of the shares, which are called `sum`, add up to that of the whole archive.
    let mut sum = 0_u128;
    for number in 0..SHARES.len() {
        assert_eq!(index_share(&dir, number, &["--stats", "all.stats"]).code, 0);
        let index = format!("share-{number}");
        let stats: Value =
            serde_json::from_str(&dir.ok(&["stats", "-f", "json", "--index", &index])).unwrap();
        let share_checksum = stats["share"]["sum"].as_str().unwrap();
        sum = sum.wrapping_add(u128::from_str_radix(share_checksum, 16).unwrap());
    }
    assert_eq!(format!("{sum:032x}"), share["survey"]["sum"]);
    let checked = dir.run(&["check", "--index", "share-2"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    // A file of another share may change.
    dir.write("news/2021/1.txt", page(50));
    assert_eq!(dir.run(&["check", "--index", "share-2"]).code, 0);
    // The same share: its paths are in another order, and one path lies inside another.
    let again = dir.run(&[
        "index",
        "--base",
        "news",
        "--index",
        "share-2",
        "--stats",
        "all.stats",
        "news/b.jsonl",
        "news/2023/02",
        "news/2023/01.txt",
        "news/2023/02/1.txt",
    ]);
    assert!(again.stderr.contains("up to date"), "{}", again.stderr);
    dir.write("news/2023/02/1.txt", page(51));
    let changed = index_share(&dir, 2, &["--stats", "all.stats"]);
    assert_eq!(changed.code, 2);
    let message =
        "files below `2023/01.txt`, `2023/02`, `b.jsonl` have changed since the survey: survey";
    assert!(changed.stderr.contains(message), "{}", changed.stderr);
    assert_eq!(dir.run(&["check", "--index", "share-2"]).code, 4);
}

#[test]
fn the_index_of_a_share_is_only_updated_with_the_same_share_and_statistics() {
    let dir = archive();
    survey_all_shares(&dir);
    assert_eq!(index_share(&dir, 1, &["--stats", "all.stats"]).code, 0);
    dir.ok(&["index", "news/2021", "-q", "--index", "other"]);
    let assert_refused = |args: &[&str], message: &str| {
        let ran = dir.run(&[&["index", "-q"], args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.stderr.contains(message), "{args:?}: {}", ran.stderr);
    };
    assert_refused(&["--index", "share-1"], "is a share (2022 of news): name it again with --base");
    assert_refused(&["news", "--index", "share-1"], "name it again with --base");
    let base = ["--base", "news", "--index", "share-1"];
    assert_refused(&[&["news/2022"], &base[..]].concat(), "built with other statistics");
    let stats = ["--stats", "all.stats"];
    assert_refused(&[&["news/2021"], &base[..], &stats].concat(), "built with other paths");
    assert_refused(
        &[&["."], &["--base", ".", "--index", "share-1"][..], &stats].concat(),
        "another base",
    );
    assert_refused(
        &["news/2021", "--base", "news", "--index", "other"],
        "is not a share of an archive",
    );
    assert_refused(&["news/none", "--base", "news", "--index", "new"], "cannot read news/none");
    assert_refused(&["other", "--base", "news", "--index", "new"], "is an index folder");
    assert_refused(&["all.stats", "--base", "news", "--index", "new"], "does not lie in --base");
    assert_refused(&["--base", "all.stats", "--index", "new"], "is not a folder");
    let new = ["news/2021", "--base", "news", "--index", "new"];
    assert_refused(
        &[&new[..], &stats, &["--exclude", "x"]].concat(),
        "different options (--exclude)",
    );
    assert_refused(
        &[&new[..], &["--stats", "news/2021/1.txt"]].concat(),
        "is not a file of corpus statistics",
    );
    dir.ok(&["index", "--rebuild", "-q", "--index", "share-1"]);
    assert!(!dir.ok(&["stats", "--index", "share-1"]).contains("\nshare "));
    // With --base and no paths, the index is one of a whole archive, like any other.
    dir.ok(&["index", "--base", "news", "-q", "--index", "share-1"]);
}

#[test]
fn surveys_are_merged_in_any_order() {
    let dir = archive();
    survey_all_shares(&dir);
    dir.ok(&["survey", "--merge", "2.stats", "0.stats", "-o", "x.stats", "-q"]);
    dir.ok(&["survey", "--merge", "3.stats", "1.stats", "-o", "y.stats", "-q"]);
    let ran = dir.run(&["survey", "--merge", "y.stats", "x.stats", "-o", "z.stats"]);
    assert!(ran.stderr.starts_with("merged 4 parts of 14 files ("), "{}", ran.stderr);
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert_eq!(read("z.stats"), read("all.stats"));
    let assert_refused = |args: &[&str], message: &str| {
        let ran = dir.run(&[&["survey", "-o", "bad.stats"], args].concat());
        assert_eq!((ran.code, dir.path().join("bad.stats").exists()), (2, false), "{args:?}");
        assert!(ran.stderr.contains(message), "{args:?}: {}", ran.stderr);
    };
    assert_refused(&["--merge", "x.stats", "2.stats"], "x.stats and 2.stats overlap");
    dir.ok(&["survey", "news", "-o", "whole.stats", "-q"]);
    assert_refused(&["--merge", "whole.stats", "1.stats"], "the whole archive, the other `2022`");
    assert_refused(
        &["--merge", "1.stats", "0.stats", "whole.stats"],
        "0.stats and whole.stats overlap",
    );
    dir.ok(&[
        "survey",
        "news/2021",
        "--base",
        "news",
        "--encoding",
        "big5",
        "-o",
        "big5.stats",
        "-q",
    ]);
    assert_refused(&["--merge", "1.stats", "big5.stats"], "with different options (--encoding)");
    assert_refused(&["--merge", "1.stats", "none.stats"], "cannot read none.stats");
    assert_refused(&["news/2021", "news/2022"], "--base DIR");
    assert_refused(&["news/none"], "not a folder");
    let all = read("all.stats");
    // A byte in the middle, the last byte before the checksum, and the last byte of the checksum,
    // which has 8 bytes.
    for at in [all.len() / 2, all.len() - 9, all.len() - 1] {
        let mut damaged = all.clone();
        damaged[at] ^= 4;
        dir.write("damaged.stats", damaged);
        assert_refused(&["--merge", "damaged.stats"], "damaged.stats is damaged");
        dir.write("damaged.stats", &all[..at]);
        assert_refused(&["--merge", "damaged.stats"], "damaged.stats is damaged");
    }
}

#[test]
#[cfg(unix)]
fn files_that_cannot_be_read_are_named() {
    use std::os::unix::fs::symlink;

    let dir = archive();
    symlink("nowhere", dir.path().join("news/2021/gone.txt")).unwrap();
    let ran = dir.run(&["survey", "news", "-o", "all.stats"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("skipped news/2021/gone.txt: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("surveyed 14 files ("), "{}", ran.stderr);
}
