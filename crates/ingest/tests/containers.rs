//! Compressed pages, dumps and containers, run through `ingest`.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod crawls;
mod left_out;
pub(crate) mod make;

use std::path::Path;

use encoding_rs::{BIG5, GB18030};
use make::{gz, tar, tar_header, warc, xz, zip, zst};
use wensou_ingest::{
    Article, Options, Reason, Record, Report, Silent, Span, file_hash, ingest, ingest_scanned,
    original, scan,
};

const PAGE: &str = "題目_GPT:CGPT價格\n\nAuthor:\n\n正文的第一段。\n\n某幣突破新高:據官方消息,某幣今日突破新高。\
    [2023/3/14 13:02:32]\n\n后文。\n";
/// Two records, with a broken line between them.
const DUMP: &str = "{\"id\":\"x\",\"title\":\"甲\"}\n{\"id\":\n{\"id\":\"y\",\"title\":\"乙\"}\n";

fn page(number: usize) -> String {
    PAGE.replace("題目", &format!("題目{number}"))
}

fn read_with(dir: &Path, options: &Options) -> (Vec<Record>, Report) {
    let mut records = Vec::new();
    let report = ingest(&[dir.to_owned()], options, &Silent, &mut |record| {
        records.push(record);
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    (records, report)
}

/// Reads a single file.
fn read(name: &str, bytes: &[u8]) -> (Vec<Record>, Report) {
    read_limited(name, bytes, &Options::default())
}

/// Reads a single file with options that limit sizes. Paths in the report are relative.
fn read_limited(name: &str, bytes: &[u8], options: &Options) -> (Vec<Record>, Report) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), bytes).unwrap();
    let (records, mut report) = read_with(dir.path(), options);
    for skipped in &mut report.skipped {
        skipped.path = skipped.path.strip_prefix(dir.path()).unwrap().to_owned();
    }
    (records, report)
}

fn articles(records: &[Record]) -> Vec<&Article> {
    records.iter().filter_map(|r| if let Record::Article(a) = r { Some(a) } else { None }).collect()
}

fn titles(records: &[Record]) -> Vec<&str> {
    articles(records).into_iter().map(|article| article.title.as_str()).collect()
}

/// What was skipped, as the program prints it.
fn skipped_lines(report: &Report) -> Vec<String> {
    report.skipped.iter().map(ToString::to_string).collect()
}

#[test]
fn a_compressed_page_gives_the_records_of_the_page() {
    let big5 = BIG5.encode(PAGE).0;
    let (plain, _) = read("a.txt", &big5);
    for (name, bytes) in [("a.txt.gz", gz(&big5)), ("a.zst", zst(&big5)), ("a.TXT.XZ", xz(&big5))] {
        let (records, report) = read(name, &bytes);
        assert_eq!(skipped_lines(&report), [""; 0], "{name}");
        assert_eq!(report.bytes, big5.len() as u64);
        let (Record::Article(article), Record::Article(expected)) = (&records[0], &plain[0]) else {
            panic!("an article first")
        };
        assert_eq!(article.span, expected.span, "the span is in the decompressed bytes");
        assert_eq!(article.paragraphs, expected.paragraphs);
        let (Record::Flash(flash), Record::Flash(expected)) = (&records[1], &plain[1]) else {
            panic!("then its flash item")
        };
        assert_eq!(flash.occurrences[0].span, expected.occurrences[0].span);
        assert!(flash.occurrences[0].path.ends_with(name));
    }
    // Concatenated streams are read as one.
    let (first, second) = big5.split_at(40);
    for (name, bytes) in [
        ("a.txt.gz", [gz(first), gz(second)].concat()),
        ("a.txt.zst", [zst(first), zst(second)].concat()),
        ("a.txt.xz", [xz(first), xz(second)].concat()),
    ] {
        assert_eq!(titles(&read(name, &bytes).0), ["題目"], "{name}");
    }
}

#[test]
fn a_compressed_dump_gives_the_records_of_the_dump() {
    for (name, bytes) in [
        ("a.jsonl.gz", gz(DUMP.as_bytes())),
        ("a.ndjson.zst", zst(DUMP.as_bytes())),
        ("a.jsonl.xz", xz(DUMP.as_bytes())),
    ] {
        let (records, report) = read(name, &bytes);
        assert_eq!(titles(&records), ["甲", "乙"]);
        assert_eq!((report.dumps, report.skipped[0].line), (1, Some(2)), "{name}");
        let start = articles(&records)[1].span.start as usize;
        assert!(DUMP[start..].starts_with("{\"id\":\"y\""));
    }
}

#[test]
fn the_path_of_a_member_has_the_names_of_container_and_member() {
    let members = [
        ("./b/1.txt", page(1).into_bytes()),
        // The title is 甲 and the text is 乙.
        ("a/2.html.gz", gz(b"<html><body><h1>\xe7\x94\xb2</h1><p>\xe4\xb9\x99</p></body></html>")),
        ("dump.jsonl", DUMP.as_bytes().to_vec()),
        ("picture.png", b"\x89PNG".to_vec()),
        (".DS_Store", b"x".to_vec()),
    ];
    let dir = tempfile::tempdir().unwrap();
    let archives = [
        ("a.tar", tar(&members)),
        ("b.tar.gz", gz(&tar(&members))),
        ("c.tgz", gz(&tar(&members))),
        ("d.tar.zst", zst(&tar(&members))),
        ("e.txz", xz(&tar(&members))),
        ("f.zip", zip(&members)),
    ];
    for (name, bytes) in &archives {
        let (records, report) = read(name, bytes);
        assert_eq!(titles(&records), ["題目1", "甲", "甲", "乙"], "{name}");
        let path = &articles(&records)[0].path;
        assert!(path.ends_with(&format!("/{name}!/b/1.txt")), "{path}");
        // The picture and the hidden file are ignored.
        assert_eq!((report.pages, report.dumps, report.ignored.len()), (2, 1, 2));
        assert_eq!(skipped_lines(&report).len(), 1);
        assert!(skipped_lines(&report)[0].starts_with(&format!("{name}!/dump.jsonl:2: malformed")));
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    // All together: the result does not depend on threads, and no id occurs twice.
    let mut options = Options::default();
    options.threads = 1;
    let with_one_thread = read_with(dir.path(), &options);
    let mut ids: Vec<_> = articles(&with_one_thread.0).iter().map(|a| a.id.clone()).collect();
    assert_eq!(ids.len(), 6 * 4, "every dump keeps its records");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 24);
    // The dump that comes first keeps its ids; those of the others end with the path of the dump.
    assert!(ids.contains(&"x".to_owned()) && ids.contains(&"x@f.zip!/dump.jsonl".to_owned()));
    for threads in [2, 5] {
        options.threads = threads;
        assert_eq!(read_with(dir.path(), &options), with_one_thread, "{threads} threads");
    }
}

#[test]
fn the_bytes_of_a_record_are_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let big5 = BIG5.encode(PAGE).0.into_owned();
    let members = [("b/1.txt", big5.clone()), ("d.jsonl.gz", gz(DUMP.as_bytes()))];
    for (name, bytes) in [
        ("a.zip", zip(&members)),
        ("b.tar.xz", xz(&tar(&members))),
        ("c.txt.gz", gz(&big5)),
        ("d.warc.gz", gz(&warc("resource", "Content-Type: text/plain\r\n", &big5))),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let (records, _) = read_with(dir.path(), &Options::default());
    let mut count = 0;
    for record in &records {
        let occurrences = match record {
            Record::Article(article) => vec![(article.path.as_str(), article.span)],
            Record::Flash(flash) => flash
                .occurrences
                .iter()
                .map(|occurrence| (occurrence.path.as_str(), occurrence.span))
                .collect(),
        };
        for (path, span) in occurrences {
            let (file, member) = match path.split_once("!/") {
                Some((file, member)) => (file, Some(member)),
                None => (path, None),
            };
            let bytes = original(Path::new(file), member, span).unwrap();
            let whole = if path.ends_with("jsonl.gz") { DUMP.as_bytes() } else { &big5 };
            assert_eq!(bytes, whole[span.start as usize..span.end as usize], "{path}");
            count += 1;
        }
    }
    // Four pages, each with an article and an occurrence of the flash item, and two dumps of two
    // records.
    assert_eq!(count, 4 * 2 + 2 * 2);
    let file = dir.path().join("a.zip");
    let error = |member, end| original(&file, member, Span { start: 0, end }).unwrap_err().kind();
    assert_eq!(error(Some("none.txt"), 1), std::io::ErrorKind::NotFound);
    assert_eq!(error(Some("b/1.txt"), 1 << 20), std::io::ErrorKind::UnexpectedEof);
    // Only a command can have read these, so the span of their record is the whole file.
    std::fs::write(dir.path().join("e.txt.gz"), gz(&gz(PAGE.as_bytes()))).unwrap();
    for name in ["a.zip", "b.tar.xz", "d.warc.gz", "e.txt.gz"] {
        let (file, member) = (dir.path().join(name), None);
        let bytes = std::fs::read(&file).unwrap();
        let span = Span { start: 0, end: bytes.len() as u64 };
        assert_eq!(original(&file, member, span).unwrap(), bytes, "{name}");
    }
}

#[test]
fn member_names_that_lead_out_of_the_container_or_repeat_are_refused() {
    let body = page(1);
    let names: [&[u8]; 6] =
        [b"../out.txt", b"/etc/a.txt", b"C:\\a.txt", b"a.txt", b"./a.txt", b"b/.."];
    let members = names.map(|name| (name, &body));
    for (name, bytes) in [("a.zip", zip(&members)), ("a.tar", tar(&members))] {
        let (records, report) = read(name, &bytes);
        assert_eq!(titles(&records), ["題目1"], "{name}");
        let reasons: Vec<_> = report.skipped.iter().map(|s| s.reason.clone()).collect();
        let unsafe_name = Reason::UnsafeName;
        // In the order of the members; the fourth, `a.txt`, is read.
        assert_eq!(
            reasons,
            [
                unsafe_name.clone(),
                unsafe_name.clone(),
                unsafe_name.clone(),
                Reason::DuplicateName,
                unsafe_name,
            ],
            "{name}"
        );
        assert_eq!(report.skipped[0].path, Path::new(&format!("{name}!/../out.txt")));
    }
}

#[test]
fn member_names_in_old_encodings_are_decoded_and_reported() {
    let name = BIG5.encode("最近的新聞/第一頁.txt").0.into_owned();
    let members = [(name, page(1))];
    for (file, bytes) in [("a.zip", zip(&members)), ("a.tar", tar(&members))] {
        let (records, report) = read(file, &bytes);
        assert!(articles(&records)[0].path.ends_with("!/最近的新聞/第一頁.txt"));
        assert_eq!(report.non_utf8_names.len(), 1, "{file}");
    }
}

#[test]
fn a_container_inside_a_container_is_skipped() {
    let inner = zip(&[("a.txt", page(1))]);
    let members = [("b.zip", inner.clone()), ("c.tar.gz", gz(&tar(&[("a.txt", page(1))])))];
    for (name, bytes) in
        [("a.zip", zip(&members)), ("a.tar", tar(&members)), ("a.zip.gz", gz(&inner))]
    {
        let (records, report) = read(name, &bytes);
        assert!(records.is_empty() && !report.skipped.is_empty());
        assert!(report.skipped.iter().all(|s| s.reason == Reason::Nested), "{name}");
    }
}

#[test]
fn links_and_devices_in_a_tar_are_not_followed() {
    let mut archive = tar::Builder::new(Vec::new());
    // A symbolic link, a hard link, a character device and a pipe.
    for (name, kind) in [("l.txt", b'2'), ("h.txt", b'1'), ("c.txt", b'3'), ("f.txt", b'6')] {
        let mut header = tar_header(name.as_bytes(), 0, kind);
        header.set_link_name("/etc/passwd").unwrap();
        header.set_cksum();
        archive.append(&header, &[][..]).unwrap();
    }
    archive.append(&tar_header(b"intact.txt", PAGE.len() as u64, b'0'), PAGE.as_bytes()).unwrap();
    let (records, report) = read("a.tar", &archive.into_inner().unwrap());
    assert_eq!(titles(&records), ["題目"]);
    assert_eq!(report.skipped.len(), 4);
    assert!(report.skipped.iter().all(|s| s.reason == Reason::Special));
}

#[test]
fn long_member_names_in_a_tar_are_read_and_names_of_megabytes_are_not() {
    let long = format!("{}/甲.txt", "a".repeat(150));
    let mut archive = tar::Builder::new(Vec::new());
    let mut plain = tar_header(b"x", PAGE.len() as u64, b'0');
    archive.append_data(&mut plain, &long, PAGE.as_bytes()).unwrap();
    let (records, _) = read("a.tar", &archive.into_inner().unwrap());
    assert!(articles(&records)[0].path.ends_with(&long));

    // A long name of 4 MiB, in an entry of the type `L` before the member.
    let mut bytes = tar_header(b"././@LongLink", 4 << 20, b'L').as_bytes().to_vec();
    bytes.extend(vec![b'a'; 4 << 20]);
    bytes.extend(tar(&[("a.txt", PAGE)]));
    for (name, bytes) in [("a.tar", bytes.clone()), ("a.tar.gz", gz(&bytes))] {
        let (records, report) = read(name, &bytes);
        assert!(records.is_empty());
        assert!(skipped_lines(&report)[0].contains("headers of a member are longer"), "{name}");
    }
}

#[test]
fn empty_containers_are_reported_as_empty() {
    for (name, bytes) in [
        ("a.tar", vec![0; 1024]),
        ("a.zip", zip::<&str, &str>(&[])),
        ("a.warc", Vec::new()),
        ("a.jsonl.gz", gz(b"")),
        ("a.txt.gz", gz(b"")),
    ] {
        assert_eq!(skipped_lines(&read(name, &bytes).1), [format!("{name}: empty")]);
    }
}

#[test]
fn the_hash_of_a_compressed_file_is_that_of_its_own_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (plain, compressed) = (page(0).into_bytes(), gz(page(1).as_bytes()));
    for (name, bytes) in [("a.txt", &plain), ("b.txt", &compressed), ("c.txt.gz", &compressed)] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let (options, earlier) = (Options::default(), None);
    let scanned = scan::<std::convert::Infallible>(&[dir.path().to_owned()], &options).unwrap();
    let sink = &mut |_| Ok::<(), std::convert::Infallible>(());
    let ingested = ingest_scanned(scanned, &options, &Silent, earlier, sink).unwrap();
    assert_eq!(ingested.report.articles, 3);
    for file in ingested.files {
        let file = file.unwrap();
        assert_eq!(file.content_hash, file_hash(Path::new(&file.path)).unwrap(), "{}", file.path);
    }
}
