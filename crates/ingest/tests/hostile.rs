//! Hostile files: each is reported or read, and none ends or blocks the process, or exhausts its
//! memory.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[cfg(unix)]
mod unix;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use wensou_ingest::{
    Article, Error, Options, Phase, Progress, Reason, Record, Report, Silent, ingest,
};

fn read_with(dir: &Path, options: &Options, progress: &dyn Progress) -> (Vec<Record>, Report) {
    let mut records = Vec::new();
    let report = ingest(&[dir.to_owned()], options, progress, &mut |record| {
        records.push(record);
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    (records, report)
}

/// Reads a single file.
fn read(name: &str, bytes: impl AsRef<[u8]>) -> (Vec<Record>, Report) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    read_with(dir.path(), &Options::default(), &Silent)
}

/// The first record, which must be an article.
fn first(records: &[Record]) -> &Article {
    let Some(Record::Article(article)) = records.first() else { panic!("an article") };
    article
}

fn reason_of(report: &Report, name: &str) -> Option<Reason> {
    report.skipped.iter().find(|s| s.path.ends_with(name)).map(|s| s.reason.clone())
}

/// Calls a function, which changes the archive, after the walk and before anything is read.
struct AfterWalk<F>(F);

impl<F: Fn() + Sync> Progress for AfterWalk<F> {
    fn phase(&self, phase: Phase) {
        if phase == Phase::Survey {
            (self.0)();
        }
    }
}

#[test]
fn broken_text_is_kept_and_reported() {
    let utf16_with = |half: &[u16]| -> Vec<u8> {
        let text = "正文的一段。\n第二段。\n".encode_utf16();
        let units = text.chain(half.iter().copied()).chain("后文。".encode_utf16());
        [0xfeff].into_iter().chain(units).flat_map(u16::to_le_bytes).collect()
    };
    for (what, bytes) in [
        ("invalid UTF-8", ["正文的第一段,共十二個字。".as_bytes(), b"\xff"].concat().repeat(9)),
        ("half a character", "正文的一段。".as_bytes()[..17].to_vec()),
        ("a NUL", "正文的一段。".repeat(200).into_bytes().into_iter().chain([0, b'a']).collect()),
        ("the first half of a surrogate pair", utf16_with(&[0xd83d])),
        ("the second half of a surrogate pair", utf16_with(&[0xde00])),
        ("a byte too many", utf16_with(&[]).into_iter().chain([0x4e]).collect()),
    ] {
        let (records, report) = read("a.txt", bytes);
        assert_eq!((records.len(), report.lossy.len()), (1, 1), "{what}");
    }
    let (records, report) = read("a.txt", b"\0".repeat(1000));
    assert!(records.is_empty());
    assert_eq!(report.skipped[0].reason, Reason::Binary);
}

#[test]
fn broken_lines_of_a_dump_are_reported() {
    let lines = [
        r#"{"title":"half a surrogate \ud83d"}"#.to_owned(),
        r#"{"title":"the other half \ude00 first"}"#.to_owned(),
        "[".repeat(200_000),
        format!(r#"{{"title":"甲","tags":{}}}"#, "[".repeat(200_000)),
        "\0".to_owned(),
        r#"{"title":"intact"}"#.to_owned(),
    ];
    let mut bytes = lines.join("\n").into_bytes();
    bytes.extend(b"\n{\"title\":\"\xff\"}\n");
    let (records, report) = read("a.jsonl", bytes);
    assert_eq!((records.len(), first(&records).title.as_str()), (4, "half a surrogate \u{fffd}"));
    let line_numbers: Vec<_> = report.skipped.iter().filter_map(|s| s.line).collect();
    // Damaged characters do not cost a record.
    assert_eq!((line_numbers, report.lossy.len()), (vec![3, 4, 5], 1));
    assert!(report.skipped.iter().all(|s| matches!(s.reason, Reason::Malformed(_))));
}

#[test]
fn a_line_over_the_limit_is_reported_and_the_next_read() {
    let dir = tempfile::tempdir().unwrap();
    let dump = format!("{{\"title\":\"{}\"}}\n{{\"title\":\"乙\"}}\n", "甲".repeat(400_000));
    fs::write(dir.path().join("a.jsonl"), &dump).unwrap();
    let mut options = Options::default();
    options.max_line_bytes = 1 << 20;
    let (records, report) = read_with(dir.path(), &options, &Silent);
    assert_eq!(first(&records).title, "乙");
    // The length of the first line, with its line end.
    let bytes = dump.find('\n').unwrap() as u64 + 1;
    assert_eq!(report.skipped[0].reason, Reason::TooLarge { bytes, limit: 1 << 20 });
}

#[test]
fn a_dump_with_an_endless_line_is_abandoned() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.max_line_bytes = 1 << 10;
    // A line of more than 16 times the limit ends the dump; a shorter one is only skipped.
    let long = |kibibytes: usize| format!("{{\"title\":\"{}\"}}\n", "a".repeat(kibibytes << 10));
    let dump = [&long(15), "{\"title\":\"乙\"}\n", &long(200), "{\"title\":\"丙\"}\n"].concat();
    fs::write(dir.path().join("a.jsonl"), &dump).unwrap();
    let (records, report) = read_with(dir.path(), &options, &Silent);
    assert_eq!((records.len(), first(&records).title.as_str()), (1, "乙"));
    assert!(matches!(report.skipped[0].reason, Reason::TooLarge { .. }));
    let wanted = "the rest was not read: a line of more than 16384 bytes";
    assert_eq!(
        (report.skipped[1].line, report.skipped[1].reason.to_string()),
        (Some(3), wanted.into())
    );
    assert_eq!((report.skipped.len(), report.dumps), (2, 1));
    assert!(report.bytes < dump.len() as u64, "only bytes that were read count");
}

#[test]
fn a_dump_with_an_endless_value_is_abandoned_even_if_the_value_is_no_object() {
    let mut options = Options::default();
    options.max_line_bytes = 1 << 10;
    for value in [
        // The end of this string looks like objects.
        format!("\"{}\"", "{}, ".repeat(100_000)),
        "1".repeat(400_000),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let dump = format!("[{{\"title\":\"甲\"}},\n{value},\n{{\"title\":\"乙\"}}]");
        fs::write(dir.path().join("a.json"), dump).unwrap();
        let (records, report) = read_with(dir.path(), &options, &Silent);
        assert_eq!((records.len(), first(&records).title.as_str()), (1, "甲"));
        let wanted = "the rest was not read: a line of more than 16384 bytes";
        let skipped: Vec<_> =
            report.skipped.iter().map(|s| (s.line, s.reason.to_string())).collect();
        assert_eq!(skipped, [(Some(2), wanted.to_owned())]);
    }
}

#[test]
fn a_dump_of_ten_gigabytes_of_nul_is_binary() {
    let dir = tempfile::tempdir().unwrap();
    File::create(dir.path().join("a.jsonl")).unwrap().set_len(10 << 30).unwrap();
    let (records, report) = read_with(dir.path(), &Options::default(), &Silent);
    assert!(records.is_empty());
    assert_eq!((report.skipped.len(), &report.skipped[0].reason), (1, &Reason::Binary));
    // A line of NULs is only an invalid line.
    let (records, report) = read("a.jsonl", "\0\0\n{\"title\":\"甲\"}\n");
    assert_eq!((records.len(), report.skipped.len()), (1, 1));
}

#[test]
fn a_dump_without_new_records_is_abandoned() {
    let mut options = Options::default();
    options.max_barren_lines = 1000;
    let new_record = "{\"title\":\"甲\"}\n";
    // A line, and how many of the repeated lines are reported before the dump is abandoned.
    for (line, skipped) in [
        ("{}\n", 1000),
        ("x\n", 1000),
        ("\n", 0),
        // Lines that repeat a record word for word count as lines without a new record.
        ("{\"id\":\"a\",\"title\":\"乙\"}\n", 0),
        ("{\"id\":\"k\",\"kind\":\"flash\",\"title\":\"丙\"}\n", 0),
        ("{\"kind\":\"flash\",\"title\":\"丙\"}\n", 0),
        ("{\"title\":\"乙\"}\n", 0),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let endless = line.repeat(5000);
        fs::write(dir.path().join("a.jsonl"), [new_record, &endless, new_record].concat()).unwrap();
        let (_, report) = read_with(dir.path(), &options, &Silent);
        let last = report.skipped.last().unwrap();
        let wanted = "the rest was not read: 1000 consecutive lines without a new record";
        assert_eq!(last.reason.to_string(), wanted, "{line}");
        assert_eq!(report.skipped.len(), skipped + 1, "{line}");
        // A repeated record without an id is an article each time, although not a new one.
        assert!(report.articles <= 1002, "{line}");
        // With something new after fewer than 1000 such lines, everything is read.
        let barren = line.repeat(998);
        let mixed: String =
            (0..5).map(|n| format!("{barren}{{\"title\":\"第{n}個\"}}\n")).collect();
        fs::write(dir.path().join("a.jsonl"), mixed).unwrap();
        let (records, report) = read_with(dir.path(), &options, &Silent);
        let title = |n: usize| format!("第{n}個");
        let has = |n: usize| {
            records.iter().any(|r| matches!(r, Record::Article(a) if a.title == title(n)))
        };
        assert!((0..5).all(has), "{line}");
        assert!(!report.skipped.iter().any(|s| matches!(s.reason, Reason::Abandoned(_))), "{line}");
    }
    // The reason for abandoning a dump is reported even after the limit on reported lines.
    options.max_barren_lines = 150_000;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.jsonl"), "x\n".repeat(150_100)).unwrap();
    let (_, report) = read_with(dir.path(), &options, &Silent);
    assert!(matches!(report.skipped[100_000].reason, Reason::Abandoned(_)));
    assert_eq!(report.skipped[100_001].reason, Reason::More { count: 50_000 });
}

#[test]
fn a_page_of_a_gigabyte_is_refused_without_being_read() {
    let dir = tempfile::tempdir().unwrap();
    File::create(dir.path().join("a.txt")).unwrap().set_len(1 << 30).unwrap();
    let (_, report) = read_with(dir.path(), &Options::default(), &Silent);
    assert_eq!(
        report.skipped[0].reason,
        Reason::TooLarge { bytes: 1 << 30, limit: Options::default().max_file_bytes }
    );
    assert_eq!(report.bytes, 0);
}

#[test]
fn an_id_is_a_name_and_never_a_path() {
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("archive");
    fs::create_dir(&archive).unwrap();
    let line =
        r#"{"id":"../../out.txt","title":"甲","path":"/etc/passwd","url":"file:///etc/passwd"}"#;
    fs::write(archive.join("a.jsonl"), line).unwrap();
    let (records, _) = read_with(&archive, &Options::default(), &Silent);
    assert_eq!(first(&records).id, "../../out.txt");
    assert!(first(&records).path.ends_with("archive/a.jsonl"), "not the path in the record");
    let count = |dir: &Path| fs::read_dir(dir).unwrap().count();
    assert_eq!((count(dir.path()), count(&archive)), (1, 1), "nothing was written");
}

/// Checks only that these pages are read. `examples/linear.rs` measures that the time is linear.
#[test]
fn deep_and_crowded_pages_are_read() {
    let deep = format!("<html><body>{}正文。", "<div><b>".repeat(200_000));
    let (records, _) = read("a.html", deep);
    assert_eq!(first(&records).paragraphs, ["正文。"]);
    let closing = "<html><body><p>正文。</p>".to_owned()
        + &"<object>".repeat(50_000)
        + &"</svg></b>".repeat(50_000);
    assert_eq!(first(&read("a.html", closing).0).paragraphs, ["正文。"]);

    let flashes: String = (0..20_000)
        .map(|n| format!("第{n}條快訊:據官方消息,這是第{n}條的正文。[2023/3/14 13:02:32]\n\n"))
        .collect();
    let big5 = encoding_rs::BIG5.encode(&flashes).0.into_owned();
    let (records, report) = read("a.txt", &big5);
    assert_eq!(report.flashes_distinct, 20_000);
    let Some(Record::Flash(last)) = records.last() else { panic!("a flash item last") };
    let span = last.occurrences[0].span;
    let (text, _) = encoding_rs::BIG5
        .decode_without_bom_handling(&big5[span.start as usize..span.end as usize]);
    assert!(text.starts_with("第19999條快訊") && text.ends_with(']'), "{text}");
}

#[test]
fn equal_records_have_different_ids() {
    let (records, _) = read("a.jsonl", "{\"title\":\"甲\"}\n".repeat(30_000));
    let ids: std::collections::HashSet<_> =
        records.iter().map(|r| if let Record::Article(a) = r { &a.id } else { "" }).collect();
    assert_eq!(ids.len(), 30_000);
}

#[test]
fn files_that_change_after_the_walk_are_read_as_they_are_or_reported() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for name in ["gone.txt", "grown.txt", "shrunk.txt", "emptied.txt", "gone.jsonl", "gone.zip"] {
        fs::write(at(name), "正文的一段。".repeat(10)).unwrap();
    }
    let mut options = Options::default();
    options.max_file_bytes = 1000;
    let change = AfterWalk(|| {
        for name in ["gone.txt", "gone.jsonl", "gone.zip"] {
            fs::remove_file(at(name)).unwrap();
        }
        fs::write(at("grown.txt"), "正文的一段。".repeat(100)).unwrap();
        fs::write(at("shrunk.txt"), "正文。").unwrap();
        fs::write(at("emptied.txt"), "").unwrap();
    });
    let (records, report) = read_with(dir.path(), &options, &change);
    for name in ["gone.txt", "gone.jsonl", "gone.zip"] {
        assert!(matches!(reason_of(&report, name), Some(Reason::Unreadable(_))), "{name}");
    }
    let grown = reason_of(&report, "grown.txt");
    assert_eq!(grown, Some(Reason::TooLarge { bytes: 1800, limit: 1000 }));
    assert_eq!(reason_of(&report, "emptied.txt"), Some(Reason::Empty));
    assert_eq!(first(&records).span.end, "正文。".len() as u64, "the new content");
    assert_eq!((records.len(), report.skipped.len()), (1, 5));
}
