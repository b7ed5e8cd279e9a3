//! Records of files that cannot be read are kept: carried over from an earlier index.

#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wensou_ingest::{
    Error, FileEntry, Options, Reason, Record, Report, ScannedArchive, Silent, Skipped,
    StoredRecords, ingest_scanned, scan, scan_tolerant,
};

/// The records of an earlier run, as an index has them.
#[derive(Clone)]
struct Stored(Vec<Record>);

impl StoredRecords for Stored {
    fn records_under(&mut self, path: &Path) -> io::Result<Vec<Record>> {
        let member = format!("{}!/", path.display());
        let below =
            |other: &String| Path::new(other).starts_with(path) || other.starts_with(&member);
        let occurs_below = |record: &&Record| match record {
            Record::Article(article) => below(&article.path),
            Record::Flash(flash) => {
                flash.all_occurrences().any(|occurrence| below(&occurrence.path))
            }
        };
        Ok(self.0.iter().filter(occurs_below).cloned().collect())
    }
}

fn with_threads(threads: usize) -> Options {
    let mut options = Options::default();
    options.threads = threads;
    options
}

/// Scans an archive, calls `change`, which changes files, and then reads the archive.
fn read_changed(
    roots: &[PathBuf],
    threads: usize,
    stored: Option<&mut dyn StoredRecords>,
    change: impl FnOnce(),
) -> (Vec<Record>, Report) {
    let options = with_threads(threads);
    let scanned = scan::<Infallible>(roots, &options).unwrap();
    change();
    let mut records = Vec::new();
    let report = ingest_scanned(scanned, &options, &Silent, stored, &mut |record| {
        records.push(record);
        Ok::<(), Infallible>(())
    });
    (records, report.unwrap().report)
}

/// The number of threads, in tests that do not depend on it.
const THREADS: usize = 2;

fn read(roots: &[PathBuf]) -> (Vec<Record>, Report) {
    read_changed(roots, THREADS, None, || {})
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn tar(members: &[(&str, String)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The flash items of [`page`]. The first two are variants of one item.
const ITEMS: [&str; 4] = [
    "某币突破新高：据官方消息，某币今日突破新高。[2023/3/14 13:02:32]",
    "某幣突破新高:據官方消息,某幣今日突破新高。[2023/3/14 13:02:32]",
    "交易所上線:據交易所公告,交易所今日上線。[2023/3/15 8:00:00]",
    "基金會解散:據基金會公告,基金會今日解散。[2023/3/16 9:30:00]",
];

/// A page with some of [`ITEMS`].
fn page(number: usize, items: &[usize]) -> String {
    let items: Vec<&str> = items.iter().map(|item| ITEMS[*item]).collect();
    format!("題目{number}\n\n正文第{number}段。\n\n{}\n\n后文。\n", items.join("\n\n"))
}

/// A dump of lines of four kinds: an article with an id, an article without one, a flash item with
/// an id, which is also the third of [`ITEMS`], and a flash item without one.
fn dump(number: usize, lines: &[usize]) -> String {
    let line = |line: &usize| {
        match line {
        0 => format!(r#"{{"id":"r{number}","title":"甲{number}","text":"正文{number}"}}"#),
        1 => r#"{"title":"無名","text":"同一段正文"}"#.to_owned(),
        2 => r#"{"id":"k9","kind":"flash","title":"交易所上線","text":"據交易所公告,交易所今日上線。","date":"2023-03-15T08:00:00","tags":["甲"],"url":"https://a.b"}"#.to_owned(),
        _ => format!(r#"{{"kind":"flash","title":"快訊{}","text":"別的"}}"#, number % 2),
    }
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[derive(Debug, Clone)]
enum Content {
    /// A [`page`] with these items.
    Page(Vec<usize>),
    /// A [`dump`] of these lines.
    Dump(Vec<usize>),
    /// A container of two pages with these items, and of a dump of line 0 and these lines.
    Tar(Vec<usize>, Vec<usize>),
}

/// A file of an archive with two roots.
#[derive(Debug, Clone)]
struct ArchiveFile {
    /// The number of its root.
    root: usize,
    /// The number of its folder below the root.
    folder: usize,
    content: Content,
    /// Whether the file is removed after the scan, before it is read.
    disappears: bool,
}

fn archive_files() -> impl Strategy<Value = Vec<ArchiveFile>> {
    let items = || prop::collection::vec(0..4_usize, 0..4);
    let content = prop_oneof![
        3 => items().prop_map(Content::Page),
        1 => items().prop_map(Content::Dump),
        1 => (items(), items()).prop_map(|(page, dump)| Content::Tar(page, dump)),
    ];
    let file = (0..2_usize, 0..4_usize, content, any::<bool>()).prop_map(
        |(root, folder, content, disappears)| ArchiveFile { root, folder, content, disappears },
    );
    prop::collection::vec(file, 1..9)
}

/// Writes the files below the roots. A later file may replace an earlier one with the same path.
/// Returns the paths of the files that disappear.
fn write_archive(roots: &[PathBuf; 2], files: &[ArchiveFile]) -> Vec<PathBuf> {
    let mut missing = Vec::new();
    for (number, ArchiveFile { root, folder, content, disappears }) in files.iter().enumerate() {
        let at = |name: &str| roots[*root].join(format!("{folder}")).join(name);
        let (path, bytes) = match content {
            Content::Page(items) => (at("page.txt"), page(number, items).into_bytes()),
            Content::Dump(lines) => (at("dump.jsonl"), dump(number, lines).into_bytes()),
            Content::Tar(items, lines) => {
                let members = [
                    ("a.txt", page(number, items)),
                    ("b.jsonl", dump(number, &[&[0], &lines[..]].concat())),
                    ("c.txt", page(number + 1, items)),
                ];
                (at("some.tar"), tar(&members))
            }
        };
        write(&path, bytes);
        if *disappears && !missing.contains(&path) {
            missing.push(path);
        }
    }
    missing
}

/// The number of records that occur in one of these files.
fn count_in(files: &[PathBuf], records: &[Record]) -> u64 {
    let is_in_files =
        |path: &String| files.iter().any(|file| path.starts_with(&*file.to_string_lossy()));
    let occurs = |record: &&Record| match record {
        Record::Article(article) => is_in_files(&article.path),
        Record::Flash(flash) => {
            flash.all_occurrences().any(|occurrence| is_in_files(&occurrence.path))
        }
    };
    records.iter().filter(occurs).count() as u64
}

/// The numbers of articles, flash items and their occurrences.
fn counts(report: &Report) -> (u64, u64, u64) {
    (report.articles, report.flashes_distinct, report.flash_occurrences)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn records_that_are_read_or_kept_are_all_records_of_the_archive(
        files in archive_files(), threads in 1..4_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        // Two roots with the same names below them.
        let roots = [dir.path().join("one"), dir.path().join("two")];
        roots.iter().for_each(|root| fs::create_dir(root).unwrap());
        let missing = write_archive(&roots, &files);
        let (whole, whole_report) = read(&roots);
        let mut stored = Stored(whole.clone());
        let (records, report) = read_changed(&roots, threads, Some(&mut stored), || {
            missing.iter().for_each(|path| fs::remove_file(path).unwrap());
        });
        prop_assert_eq!(&records, &whole, "missing: {:?}", missing);
        let is_unreadable = |skipped: &&Skipped| matches!(skipped.reason, Reason::Unreadable(_));
        prop_assert_eq!(report.skipped.iter().filter(is_unreadable).count(), missing.len());
        prop_assert_eq!(counts(&report), counts(&whole_report));
        prop_assert_eq!(report.records_kept, count_in(&missing, &whole));

        // Records that were kept are kept again by the next build.
        let mut stored = Stored(records);
        let options = with_threads(threads);
        let mut scanned = scan::<Infallible>(&roots, &options).unwrap();
        for path in &missing {
            scanned.declare_unreadable(path.clone(), "still not there".to_owned());
        }
        let mut articles = 0;
        let again = ingest_scanned(scanned, &options, &Silent, Some(&mut stored), &mut |record| {
            articles += u64::from(matches!(record, Record::Article(_)));
            Ok::<(), Infallible>(())
        })
        .unwrap();
        prop_assert_eq!(articles, whole_report.articles);
        prop_assert_eq!(
            (again.report.flashes_distinct, again.report.flash_occurrences),
            (whole_report.flashes_distinct, whole_report.flash_occurrences)
        );
    }
}

#[test]
fn a_page_that_cannot_be_read_keeps_its_records() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..40 {
        write(&dir.path().join(format!("{number:02}.txt")), page(number, &[number % 4]));
    }
    let roots = [dir.path().to_owned()];
    let (whole, _) = read(&roots);
    let missing = dir.path().join("07.txt");
    let remove = || fs::remove_file(&missing).unwrap();
    let (records, report) = read_changed(&roots, THREADS, Some(&mut Stored(whole.clone())), remove);
    assert_eq!(records, whole);
    assert_eq!((report.records_kept, report.pages), (2, 39), "an article and its flash item");
    assert_eq!(report.skipped.len(), 1);
    // The next scan does not find the page, so the page has been deleted.
    let (records, report) = read_changed(&roots, THREADS, Some(&mut Stored(whole)), || {});
    assert_eq!(records.iter().filter(|r| matches!(r, Record::Article(_))).count(), 39);
    assert_eq!((report.records_kept, report.skipped.len()), (0, 0));
}

/// The records as sorted lines, for comparing two runs that read the files in different orders.
fn sorted_lines(records: &[Record]) -> Vec<String> {
    let line = |record: &Record| match record {
        Record::Article(article) => format!("{article:?}"),
        Record::Flash(flash) => {
            let occurrences = flash.all_occurrences().map(|occurrence| format!("{occurrence:?}"));
            let mut occurrences: Vec<String> = occurrences.collect();
            occurrences.sort();
            format!("{} {occurrences:?}", flash.id)
        }
    };
    let mut lines: Vec<String> = records.iter().map(line).collect();
    lines.sort();
    lines
}

/// Reads an archive that was scanned, with records of an earlier index.
fn read_scanned(scanned: ScannedArchive, stored: &[Record]) -> (Vec<Record>, Report) {
    let mut records = Vec::new();
    let mut stored = Stored(stored.to_vec());
    let options = with_threads(THREADS);
    let ingested = ingest_scanned(scanned, &options, &Silent, Some(&mut stored), &mut |record| {
        records.push(record);
        Ok::<(), Infallible>(())
    });
    (records, ingested.unwrap().report)
}

/// Makes two roots and reads all records. Both have the same file names, from which ids derive.
fn two_roots(dir: &Path) -> ([PathBuf; 2], Vec<Record>) {
    let roots = [dir.join("gone"), dir.join("here")];
    for root in &roots {
        write(&root.join("a.txt"), page(1, &[0, 2]));
        write(&root.join("b/c.txt"), page(2, &[1, 3]));
        write(&root.join("d.jsonl"), dump(usize::from(root.ends_with("here")), &[0, 1, 2, 3]));
    }
    let (whole, _) = read(&roots);
    (roots, whole)
}

#[test]
fn a_missing_root_keeps_its_records() {
    let dir = tempfile::tempdir().unwrap();
    let (roots, whole) = two_roots(dir.path());
    fs::remove_dir_all(&roots[0]).unwrap();
    assert!(matches!(scan::<()>(&roots, &with_threads(1)), Err(Error::Root { .. })));
    let scanned = scan_tolerant::<Infallible>(&roots, &with_threads(1)).unwrap();
    assert_eq!(scanned.file_counts_by_root(), [0, 3]);
    let (records, report) = read_scanned(scanned, &whole);
    assert_eq!(sorted_lines(&records), sorted_lines(&whole));
    assert!(matches!(report.skipped[0].reason, Reason::Unreadable(_)));
}

#[test]
fn a_missing_root_that_no_file_follows_in_the_walk_keeps_its_entries_in_the_file_table() {
    /// An earlier index whose file table has one file, and no record.
    struct OneFile;
    impl StoredRecords for OneFile {
        fn records_under(&mut self, _: &Path) -> io::Result<Vec<Record>> {
            Ok(Vec::new())
        }

        fn files_under(&mut self, path: &Path) -> io::Result<Vec<FileEntry>> {
            let path = path.join("a.txt").to_string_lossy().into_owned();
            Ok(vec![FileEntry { path, ..FileEntry::default() }])
        }
    }

    let roots = [PathBuf::from("/nowhere/at/all")];
    let scanned = scan_tolerant::<Infallible>(&roots, &with_threads(1)).unwrap();
    let sink = &mut |_| Ok::<(), Infallible>(());
    let ingested = ingest_scanned(scanned, &with_threads(1), &Silent, Some(&mut OneFile), sink);
    let files: Vec<FileEntry> = ingested.unwrap().files.map(Result::unwrap).collect();
    assert!(files.len() == 1 && files[0].unreadable, "{files:?}");
}

#[test]
fn an_empty_root_that_is_declared_unreadable_keeps_its_records() {
    let dir = tempfile::tempdir().unwrap();
    let (roots, whole) = two_roots(dir.path());
    fs::remove_dir_all(&roots[0]).unwrap();
    fs::create_dir(&roots[0]).unwrap();
    let mut scanned = scan::<Infallible>(&roots, &with_threads(1)).unwrap();
    assert_eq!(scanned.file_counts_by_root(), [0, 3]);
    scanned.declare_unreadable(roots[0].clone(), "no file is there".to_owned());
    // Declaring a folder in this root unreadable, too, adds a skipped path and changes no record.
    scanned.declare_unreadable(roots[0].join("b"), "nor there".to_owned());
    let (records, report) = read_scanned(scanned, &whole);
    assert_eq!(sorted_lines(&records), sorted_lines(&whole));
    assert_eq!(report.skipped.len(), 2);
}

#[test]
fn files_that_exist_in_a_root_that_is_declared_unreadable_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let (roots, whole) = two_roots(dir.path());
    fs::remove_dir_all(&roots[0]).unwrap();
    write(&roots[0].join("a.txt"), page(5, &[0]));
    let mut scanned = scan::<Infallible>(&roots, &with_threads(1)).unwrap();
    scanned.declare_unreadable(roots[0].clone(), "not all is there".to_owned());
    let (records, _) = read_scanned(scanned, &whole);
    let first_paragraphs: Vec<(&str, &str)> = records
        .iter()
        .filter_map(|record| match record {
            Record::Article(article) if article.path.contains("gone/") => {
                Some((article.path.rsplit('/').next().unwrap(), article.paragraphs[0].as_str()))
            }
            _ => None,
        })
        .collect();
    // The first article of each file: `a.txt` was read, and the others were kept.
    let wanted = [("a.txt", "題目5"), ("c.txt", "題目2"), ("d.jsonl", "正文0")];
    assert_eq!(first_paragraphs[..3], wanted, "{first_paragraphs:?}");
}

#[test]
fn a_page_keeps_its_record_whatever_order_the_roots_have() {
    let dir = tempfile::tempdir().unwrap();
    let roots = [dir.path().join("one"), dir.path().join("two")];
    for (number, root) in roots.iter().enumerate() {
        write(&root.join("a.txt"), page(number, &[]));
    }
    let (whole, _) = read(&roots);
    let reversed = [roots[1].clone(), roots[0].clone()];
    let (wanted, _) = read(&reversed);
    let missing = roots[0].join("a.txt");
    let remove = || fs::remove_file(&missing).unwrap();
    let (records, _) = read_changed(&reversed, 1, Some(&mut Stored(whole)), remove);
    assert_eq!(records, wanted);
}

#[test]
fn stored_records_that_cannot_be_read_end_the_run() {
    struct Broken;
    impl StoredRecords for Broken {
        fn records_under(&mut self, _: &Path) -> io::Result<Vec<Record>> {
            Err(io::ErrorKind::InvalidData.into())
        }
    }

    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("a.txt");
    write(&page, "正文。");
    let scanned = scan::<()>(&[dir.path().to_owned()], &with_threads(1)).unwrap();
    fs::remove_file(&page).unwrap();
    let sink = &mut |_| Ok::<(), ()>(());
    let outcome = ingest_scanned(scanned, &with_threads(1), &Silent, Some(&mut Broken), sink);
    assert!(matches!(outcome, Err(Error::Stored { path, .. }) if path == page));
}
