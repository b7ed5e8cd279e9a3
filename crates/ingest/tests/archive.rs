//! Folders, files and dumps of typical archives, run through `ingest`.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use wensou_ingest::{
    Article, Error, FlashItem, Options, Phase, Progress, Reason, Record, Report, Silent, ingest,
};

const FLASH: &str = "某幣突破新高:據官方消息,某幣今日突破新高,市場反應熱烈。[2023/3/14 13:02:32]";

fn read_with_threads(threads: usize, roots: &[PathBuf]) -> (Vec<Record>, Report) {
    let mut options = Options::default();
    options.threads = threads;
    let mut records = Vec::new();
    let report = ingest(roots, &options, &Silent, &mut |record| {
        records.push(record);
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    (records, report)
}

fn articles(records: &[Record]) -> Vec<&Article> {
    records.iter().filter_map(|r| if let Record::Article(a) = r { Some(a) } else { None }).collect()
}

fn flashes(records: &[Record]) -> Vec<&FlashItem> {
    records.iter().filter_map(|r| if let Record::Flash(f) = r { Some(f) } else { None }).collect()
}

fn write(dir: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn no_flash_item_has_the_id_that_a_dump_gives_to_an_article() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["b.txt", "c.txt"] {
        write(dir.path(), name, format!("題目{name}\n\nAuthor:\n\n正文。\n\n{FLASH}\n\n后文。\n"));
    }
    let roots = [dir.path().to_owned()];
    let (records, _) = read_with_threads(1, &roots);
    // The dump gives the short id of the item to an article.
    let short_id = flashes(&records)[0].id.clone();
    write(dir.path(), "a.jsonl", format!(r#"{{"id":"{short_id}","title":"甲","text":"乙"}}"#));
    let (records, _) = read_with_threads(2, &roots);
    let (articles, item) = (articles(&records), flashes(&records)[0]);
    // The item has a lengthened id: `f` and 16 digits.
    assert_eq!((articles.len(), articles[0].id.as_str(), item.id.len()), (3, &*short_id, 17));
    assert!(articles[1..].iter().all(|article| article.flashes == [item.id.as_str()]));
}

#[test]
fn a_flash_item_that_occurs_in_many_pages_is_one_record() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..40 {
        let page = format!(
            "題目{number}_GPT:CGPT價格\n\nAuthor:\n\n正文第{number}段。\n\n{FLASH}\n\n后文。\n"
        );
        write(dir.path(), &format!("{}/{number}.txt", number % 3), page);
    }
    // The item in the other script with full-width punctuation is still the same item.
    write(
        dir.path(),
        "z.txt",
        "题目_GPT\n\nAuthor:\n\n正文。\n\n某币突破新高：据官方消息，某币今日突破新高，市场反应热烈。[2023/3/14 13:02:32]\n",
    );
    let roots = [dir.path().to_owned()];
    let (records, report) = read_with_threads(1, &roots);
    let found = flashes(&records);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].occurrences.len(), found[0].variants.len()), (40, 1));
    assert_eq!(found[0].all_occurrences().count(), 41);
    assert_eq!(found[0].variants[0].title, "某币突破新高");
    assert_eq!((report.flashes_distinct, report.flash_occurrences, report.articles), (1, 41, 41));
    // Each page refers to its own variant.
    for article in articles(&records) {
        let has_variant = article.path.ends_with("z.txt");
        let id = if has_variant { &found[0].variants[0].id } else { &found[0].id };
        assert_eq!(article.flashes, std::slice::from_ref(id));
    }
    for threads in [2, 5] {
        assert_eq!(
            read_with_threads(threads, &roots),
            (records.clone(), report.clone()),
            "{threads} threads"
        );
    }
}

#[test]
fn records_keep_the_ids_that_their_dump_gives() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.txt", format!("正文。\n\n{FLASH}\n"));
    // The first line is the item `FLASH` of the page: 05:02:32Z is 13:02:32 in the archive's time
    // zone.
    let lines = [
        r#"{"id":"k1","kind":"flash","title":"某幣突破新高","text":"據官方消息，某幣今日突破新高，市場反應熱烈。","date":"2023-03-14T05:02:32Z","tags":["GPT"]}"#,
        "",
        r#"{"id":"x","title":"甲","text":"一段\n二段"}"#,
        r#"{"id":"x","title":"乙"}"#,
        r#"{"kind":"flash"}"#,
        r#"{"title":"無名"}"#,
    ];
    write(dir.path(), "b.jsonl", lines.join("\r\n"));
    let (records, report) = read_with_threads(2, &[dir.path().to_owned()]);
    let found = flashes(&records);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id.as_str(), found[0].tags.as_slice()), ("k1", &["GPT".to_owned()][..]));
    assert_eq!(found[0].occurrences.len(), 2, "in the page and in the dump");
    let articles = articles(&records);
    assert_eq!(articles[0].flashes, ["k1"]);
    assert_eq!(
        articles.iter().map(|a| a.title.as_str()).collect::<Vec<_>>(),
        ["正文", "甲", "無名"]
    );
    // No id is given, so the id is generated: `a` and 12 digits.
    assert!(articles[2].id.starts_with('a') && articles[2].id.len() == 13);
    let dump = std::fs::read(dir.path().join("b.jsonl")).unwrap();
    let span = articles[1].span;
    assert_eq!(&dump[span.start as usize..span.end as usize], lines[2].as_bytes());
    let skipped: Vec<_> = report.skipped.iter().map(|s| (s.line, &s.reason)).collect();
    assert_eq!(skipped.len(), 2);
    assert_eq!(skipped[0], (Some(4), &Reason::DuplicateId("x".to_owned())));
    assert!(matches!(skipped[1], (Some(5), Reason::Malformed(_))));
}

#[test]
fn files_that_cannot_be_read_are_reported_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "good.txt", "正文。");
    write(dir.path(), "empty.txt", "");
    write(dir.path(), "binary.txt", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".repeat(20));
    write(dir.path(), "picture.png", b"\x89PNG");
    write(dir.path(), ".git/config", "x");
    write(dir.path(), "large.txt", "長".repeat(1000));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("gone.txt")).unwrap();
        // Opening this pipe would block forever.
        assert!(
            std::process::Command::new("mkfifo")
                .arg(dir.path().join("pipe.txt"))
                .status()
                .unwrap()
                .success()
        );
    }
    let mut options = Options::default();
    options.max_file_bytes = 2000;
    let report =
        ingest(&[dir.path().to_owned()], &options, &Silent, &mut |_| Ok::<(), ()>(())).unwrap();
    let reason_of = |name: &str| {
        report.skipped.iter().find(|s| s.path.ends_with(name)).map(|s| s.reason.clone())
    };
    assert_eq!(reason_of("empty.txt"), Some(Reason::Empty));
    assert_eq!(reason_of("binary.txt"), Some(Reason::Binary));
    assert_eq!(reason_of("large.txt"), Some(Reason::TooLarge { bytes: 3000, limit: 2000 }));
    #[cfg(unix)]
    {
        assert_eq!(reason_of("loop"), Some(Reason::SymlinkLoop));
        assert_eq!(reason_of("pipe.txt"), Some(Reason::Special));
        assert!(matches!(reason_of("gone.txt"), Some(Reason::Unreadable(_))));
        assert_eq!(report.skipped.len(), 6);
    }
    assert_eq!(report.ignored.len(), 2, "the picture and the hidden folder");
    assert_eq!((report.pages, report.articles), (1, 1));
}

#[test]
fn wrong_arguments_and_failing_sinks_are_errors() {
    let sink = &mut |_| Ok::<(), ()>(());
    let result = ingest(&["/nowhere/at/all".into()], &Options::default(), &Silent, sink);
    assert!(matches!(result, Err(Error::Root { .. })));
    let mut options = Options::default();
    options.encoding = Some("klingon".to_owned());
    assert!(matches!(ingest(&[], &options, &Silent, sink), Err(Error::Encoding { .. })));
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.txt", "正文。");
    let result =
        ingest(&[dir.path().to_owned()], &Options::default(), &Silent, &mut |_| Err("full"));
    assert!(matches!(result, Err(Error::Sink("full"))));
}

#[test]
fn files_of_the_same_name_in_two_roots_get_different_ids() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a/1.txt", "甲。");
    write(dir.path(), "b/1.txt", "乙。");
    let roots = [dir.path().join("a"), dir.path().join("b")];
    let (records, _) = read_with_threads(2, &roots);
    let ids: Vec<_> = articles(&records).iter().map(|a| a.id.clone()).collect();
    assert_ne!(ids[0], ids[1]);
    // A file given as a root has the same id as in its folder.
    let (alone, _) = read_with_threads(1, &[dir.path().join("a/1.txt")]);
    assert_eq!(articles(&alone)[0].id, ids[0]);
}

#[test]
fn progress_reaches_its_totals() {
    use std::sync::Mutex;

    /// What was announced at the start, and the sums of the advances of each phase.
    #[derive(Default)]
    struct Advances {
        files: u64,
        bytes: u64,
        phases: Vec<(Phase, u64, u64)>,
    }
    #[derive(Default)]
    struct Recorder(Mutex<Advances>);
    impl Progress for Recorder {
        fn start(&self, files: u64, bytes: u64) {
            let mut advances = self.0.lock().unwrap();
            (advances.files, advances.bytes) = (files, bytes);
        }
        fn phase(&self, phase: Phase) {
            self.0.lock().unwrap().phases.push((phase, 0, 0));
        }
        fn advance(&self, files: u64, bytes: u64) {
            let mut advances = self.0.lock().unwrap();
            let (_, files_of_phase, bytes_of_phase) = advances.phases.last_mut().unwrap();
            *files_of_phase += files;
            *bytes_of_phase += bytes;
        }
    }
    let dir = tempfile::tempdir().unwrap();
    for number in 0..10 {
        write(dir.path(), &format!("{number}.txt"), "正文。");
    }
    let recorder = Recorder::default();
    ingest(&[dir.path().to_owned()], &Options::default(), &recorder, &mut |_| Ok::<(), ()>(()))
        .unwrap();
    let Advances { files, bytes, phases } = recorder.0.into_inner().unwrap();
    assert_eq!(phases, [(Phase::Survey, files, bytes), (Phase::Read, files, bytes)]);
    assert_eq!((files, bytes), (10, 10 * "正文。".len() as u64));
}

/// Runs a function between the survey and the second pass.
struct BetweenPasses<F>(F);

impl<F: Fn() + Sync> Progress for BetweenPasses<F> {
    fn phase(&self, phase: Phase) {
        if phase == Phase::Read {
            (self.0)();
        }
    }
}

#[test]
fn plain_pages_that_change_between_the_passes_are_read_as_the_survey_found_them() {
    let page = |word: &str| {
        format!("題目_GPT:CGPT價格\n\nAuthor:\n\n{word}的正文。\n\n{FLASH}\n\n后文。\n")
    };
    let utf16 = |text: &str| -> Vec<u8> {
        let bom = [0xff, 0xfe];
        bom.into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    for threads in [1, 3] {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.txt", "b.txt", "c/d.txt"] {
            write(dir.path(), name, page("從前"));
        }
        write(dir.path(), "bom.txt", format!("\u{feff}{}", page("從前")));
        write(dir.path(), "empty.txt", " ");
        // The survey cannot cache a page whose text is not a slice of the file's bytes, so the
        // second pass reads it again.
        write(dir.path(), "utf16.txt", utf16(&page("從前")));
        let mut options = Options::default();
        options.threads = threads;
        let (unchanged_records, unchanged_report) =
            read_with_threads(threads, &[dir.path().to_owned()]);
        let change = BetweenPasses(|| {
            write(dir.path(), "a.txt", page("後來"));
            std::fs::remove_file(dir.path().join("b.txt")).unwrap();
            std::fs::remove_file(dir.path().join("bom.txt")).unwrap();
            write(dir.path(), "empty.txt", page("後來"));
            write(dir.path(), "utf16.txt", utf16(&page("後來")));
        });
        let mut records = Vec::new();
        let report = ingest(&[dir.path().to_owned()], &options, &change, &mut |record| {
            records.push(record);
            Ok::<(), std::convert::Infallible>(())
        })
        .unwrap();
        let bodies: Vec<&str> =
            articles(&records).iter().map(|article| &*article.paragraphs[0]).collect();
        let (of_survey, of_second_pass) = ("從前的正文。", "後來的正文。");
        // In the order of names: a, b, bom, c/d, empty and utf16.
        assert_eq!(
            bodies,
            [of_survey, of_survey, of_survey, of_survey, of_second_pass, of_second_pass]
        );
        // `empty.txt` is skipped, unless it is changed to a page.
        assert_eq!((unchanged_report.skipped.len(), report.skipped.len()), (1, 0));
        let span_in_bom_file = |records: &[Record]| {
            let occurrence = flashes(records)[0]
                .all_occurrences()
                .find(|occurrence| occurrence.path.ends_with("bom.txt"));
            occurrence.unwrap().span
        };
        assert_eq!(span_in_bom_file(&records), span_in_bom_file(&unchanged_records));
        // The byte order mark has three bytes.
        assert_eq!(
            span_in_bom_file(&unchanged_records).start,
            flashes(&unchanged_records)[0].occurrences[0].span.start + 3
        );
    }
}
