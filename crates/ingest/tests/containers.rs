//! Compressed pages, dumps and containers, run through `ingest`.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[path = "containers/build.rs"]
mod build;

use std::path::Path;

use build::{gz, header, tar, warc, xz, zip, zst};
use encoding_rs::{BIG5, GB18030};
use wensou_ingest::{Article, Options, Reason, Record, Report, Silent, Span, ingest, original};

const PAGE: &str = "題目_GPT:CGPT價格\n\nAuthor:\n\n正文的第一段。\n\n某幣突破新高:據官方消息,某幣今日突破新高。\
    [2023/3/14 13:02:32]\n\n后文。\n";
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
    limited(name, bytes, &Options::default())
}

fn limited(name: &str, bytes: &[u8], options: &Options) -> (Vec<Record>, Report) {
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
fn named(report: &Report) -> Vec<String> {
    report.skipped.iter().map(ToString::to_string).collect()
}

#[test]
fn a_compressed_page_is_the_page() {
    let big5 = BIG5.encode(PAGE).0;
    let (plain, _) = read("a.txt", &big5);
    for (name, bytes) in [("a.txt.gz", gz(&big5)), ("a.zst", zst(&big5)), ("a.TXT.XZ", xz(&big5))] {
        let (records, report) = read(name, &bytes);
        assert_eq!(named(&report), [""; 0], "{name}");
        assert_eq!(report.bytes, big5.len() as u64);
        let (Record::Article(article), Record::Article(expected)) = (&records[0], &plain[0]) else {
            panic!("an article first")
        };
        assert_eq!(article.span, expected.span, "bytes of what was compressed");
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
fn a_compressed_dump_is_the_dump() {
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
fn members_have_the_containers_name_and_their_own() {
    let members = [
        ("./b/1.txt", page(1).into_bytes()),
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
        assert_eq!((report.pages, report.dumps, report.ignored.len()), (2, 1, 2));
        assert_eq!(named(&report).len(), 1);
        assert!(named(&report)[0].starts_with(&format!("{name}!/dump.jsonl:2: malformed")));
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    // All together: the result does not depend on threads, and no id occurs twice.
    let mut options = Options::default();
    options.threads = 1;
    let one = read_with(dir.path(), &options);
    let mut ids: Vec<_> = articles(&one.0).iter().map(|a| a.id.clone()).collect();
    assert_eq!(ids.len(), 6 * 4, "every dump keeps its records");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 24);
    assert!(ids.contains(&"x".to_owned()) && ids.contains(&"x@f.zip!/dump.jsonl".to_owned()));
    for threads in [2, 5] {
        options.threads = threads;
        assert_eq!(read_with(dir.path(), &options), one, "{threads} threads");
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
    let mut seen = 0;
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
            seen += 1;
        }
    }
    assert_eq!(seen, 4 * 2 + 2 * 2);
    let file = dir.path().join("a.zip");
    let error = |member, end| original(&file, member, Span { start: 0, end }).unwrap_err().kind();
    assert_eq!(error(Some("none.txt"), 1), std::io::ErrorKind::NotFound);
    assert_eq!(error(Some("b/1.txt"), 1 << 20), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn names_that_lead_elsewhere_are_not_taken() {
    let body = page(1);
    let names: [&[u8]; 6] =
        [b"../out.txt", b"/etc/a.txt", b"C:\\a.txt", b"a.txt", b"./a.txt", b"b/.."];
    let members = names.map(|name| (name, &body));
    for (name, bytes) in [("a.zip", zip(&members)), ("a.tar", tar(&members))] {
        let (records, report) = read(name, &bytes);
        assert_eq!(titles(&records), ["題目1"], "{name}");
        let reasons: Vec<_> = report.skipped.iter().map(|s| s.reason.clone()).collect();
        let unsafe_name = Reason::UnsafeName;
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
fn names_in_old_encodings_are_read_and_named() {
    let name = BIG5.encode("最近的新聞/第一頁.txt").0.into_owned();
    let members = [(name, page(1))];
    for (file, bytes) in [("a.zip", zip(&members)), ("a.tar", tar(&members))] {
        let (records, report) = read(file, &bytes);
        assert!(articles(&records)[0].path.ends_with("!/最近的新聞/第一頁.txt"));
        assert_eq!(report.non_utf8_names.len(), 1, "{file}");
    }
}

#[test]
fn an_archive_inside_an_archive_is_named() {
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
fn what_is_cut_short_is_damaged() {
    let text = PAGE.repeat(50);
    let short = |bytes: &[u8]| bytes[..bytes.len() * 2 / 3].to_vec();
    for (name, bytes) in [
        ("a.txt.gz", gz(text.as_bytes())),
        ("a.txt.zst", zst(text.as_bytes())),
        ("a.txt.xz", xz(text.as_bytes())),
        ("a.tar", tar(&[("a.txt", &text)])),
        ("a.tar.gz", gz(&tar(&[("a.txt", &text)]))),
        ("a.zip", zip(&[("a.txt", &text)])),
        ("a.warc", warc("resource", "Content-Type: text/plain\r\n", text.as_bytes())),
    ] {
        let (_, report) = read(name, &short(&bytes));
        let reason = &report.skipped.first().expect(name).reason;
        assert!(matches!(reason, Reason::Damaged(_)), "{name}: {reason}");
    }
    // The records before the damage are kept.
    let lines: String =
        (0..20_000).map(|n| format!("{{\"title\":\"{}\"}}\n", n * 7919 % 20_011)).collect();
    let (records, report) = read("a.jsonl.gz", &short(&gz(lines.as_bytes())));
    assert!(records.len() > 1000);
    assert!(report.skipped[0].line.is_some_and(|line| line as usize >= records.len()));
    assert!(matches!(report.skipped[0].reason, Reason::Damaged(_)));
}

#[test]
fn a_wrong_checksum_is_damage() {
    let broken = |mut bytes: Vec<u8>, from_end: usize| {
        let at = bytes.len() - from_end;
        bytes[at] ^= 0x55;
        bytes
    };
    let stored = |bytes: Vec<u8>| {
        // Stored uncompressed, so that only the checksum detects a changed byte.
        let at = bytes.windows(6).position(|w| w == "正文".as_bytes()).unwrap();
        broken(bytes.clone(), bytes.len() - at)
    };
    let mut plain = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut plain);
    let (mut entry, config) = archive.new_file("a.txt").start().unwrap();
    let mut writer = config.wrap(&mut entry);
    std::io::Write::write_all(&mut writer, PAGE.as_bytes()).unwrap();
    let (_, descriptor) = writer.finish().unwrap();
    entry.finish(descriptor).unwrap();
    archive.finish().unwrap();
    assert_eq!(titles(&read("a.zip", &plain).0), ["題目"], "sound before");
    for (name, bytes) in [
        ("a.txt.gz", broken(gz(PAGE.as_bytes()), 6)),
        ("a.txt.zst", broken(zst(PAGE.as_bytes()), 2)),
        ("a.txt.xz", broken(xz(PAGE.as_bytes()), 40)),
        ("a.zip", stored(plain)),
        ("a.txt.gz", PAGE.as_bytes().to_vec()),
        ("a.zip", PAGE.as_bytes().to_vec()),
        ("a.tar", PAGE.repeat(9).into_bytes()),
        ("a.warc.gz", gz(PAGE.as_bytes())),
    ] {
        let (records, report) = read(name, &bytes);
        assert!(records.is_empty(), "{name}");
        assert!(matches!(report.skipped[0].reason, Reason::Damaged(_)), "{name}");
    }
}

#[test]
fn encrypted_members_are_named_and_the_others_read() {
    let mut bytes = zip(&[("a.txt", page(1)), ("b.txt", page(2))]);
    // The flag is in the local header and in the central directory.
    bytes[6] |= 1;
    let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[central + 8] |= 1;
    let (records, report) = read("a.zip", &bytes);
    assert_eq!(titles(&records), ["題目2"]);
    assert_eq!(named(&report), ["a.zip!/a.txt: encrypted"]);
}

#[test]
fn links_and_devices_in_a_tar_are_not_followed() {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, kind) in [("l.txt", b'2'), ("h.txt", b'1'), ("c.txt", b'3'), ("f.txt", b'6')] {
        let mut header = header(name.as_bytes(), 0, kind);
        header.set_link_name("/etc/passwd").unwrap();
        header.set_cksum();
        archive.append(&header, &[][..]).unwrap();
    }
    archive.append(&header(b"sound.txt", PAGE.len() as u64, b'0'), PAGE.as_bytes()).unwrap();
    let (records, report) = read("a.tar", &archive.into_inner().unwrap());
    assert_eq!(titles(&records), ["題目"]);
    assert_eq!(report.skipped.len(), 4);
    assert!(report.skipped.iter().all(|s| s.reason == Reason::Special));
}

#[test]
fn long_names_of_a_tar_are_read_and_endless_ones_are_not() {
    let long = format!("{}/甲.txt", "a".repeat(150));
    let mut archive = tar::Builder::new(Vec::new());
    let mut plain = header(b"x", PAGE.len() as u64, b'0');
    archive.append_data(&mut plain, &long, PAGE.as_bytes()).unwrap();
    let (records, _) = read("a.tar", &archive.into_inner().unwrap());
    assert!(articles(&records)[0].path.ends_with(&long));

    let mut bytes = header(b"././@LongLink", 4 << 20, b'L').as_bytes().to_vec();
    bytes.extend(vec![b'a'; 4 << 20]);
    bytes.extend(tar(&[("a.txt", PAGE)]));
    for (name, bytes) in [("a.tar", bytes.clone()), ("a.tar.gz", gz(&bytes))] {
        let (records, report) = read(name, &bytes);
        assert!(records.is_empty());
        assert!(named(&report)[0].contains("headers of a member are longer"), "{name}");
    }
}

#[test]
fn a_member_over_the_limit_is_named_and_the_others_read() {
    let mut options = Options::default();
    options.max_file_bytes = 2000;
    let large = "長".repeat(5000);
    let members = [("a.txt", large.as_bytes().to_vec()), ("b.txt", page(1).into_bytes())];
    for (name, bytes) in [("a.zip", zip(&members)), ("a.tar.zst", zst(&tar(&members)))] {
        // Keep the limit on the whole file out of this test.
        options.max_ratio = 1 << 20;
        let (records, report) = limited(name, &bytes, &options);
        assert_eq!(titles(&records), ["題目1"]);
        let said = format!("{name}!/a.txt: too large: at least 15000 bytes, and the limit is 2000");
        assert_eq!(named(&report), [said]);
    }
    for (name, bytes) in [("a.txt.gz", gz(large.as_bytes())), ("a.txt.xz", xz(large.as_bytes()))] {
        let (_, report) = limited(name, &bytes, &options);
        assert_eq!(report.skipped[0].reason, Reason::TooLarge { bytes: 2001, limit: 2000 });
    }
}

#[test]
fn bombs_are_left() {
    let mut options = Options::default();
    options.max_file_bytes = 1 << 20;
    options.max_ratio = 20;
    let zeros = vec![b'0'; 4 << 20];
    // A dump with one endless line, and members that are each small enough.
    let (_, report) = limited("a.jsonl.gz", &gz(&zeros), &options);
    assert!(matches!(report.skipped[0].reason, Reason::Bomb(_)), "{:?}", report.skipped);
    let half = &zeros[..1 << 19];
    let members: Vec<_> = (0..9).map(|number| (format!("{number}.txt"), half)).collect();
    for (name, bytes) in [
        ("a.zip", zip(&members)),
        ("a.tar.gz", gz(&tar(&members))),
        ("a.tar.xz", xz(&tar(&members))),
        // Skipped members count, too.
        ("b.tar.zst", zst(&tar(&[("a.png", &zeros)]))),
        ("a.warc.gz", gz(&warc("request", "", &zeros))),
    ] {
        let (records, report) = limited(name, &bytes, &options);
        assert!(records.len() <= 3, "{name}: {}", records.len());
        let last = report.skipped.last().unwrap();
        assert!(last.path == Path::new(name), "the container itself is named: {last}");
        assert!(matches!(last.reason, Reason::Bomb(_)), "{name}: {last}");
    }
    // Compressed twice: each layer counts.
    let (_, report) = limited("c.zip", &zip(&[("a.jsonl.gz", gz(&zeros))]), &options);
    assert!(matches!(report.skipped[0].reason, Reason::Bomb(_)));
}

#[test]
fn one_file_cannot_flood_the_report() {
    let (_, report) = read("a.jsonl", "x\n".repeat(150_000).as_bytes());
    assert_eq!(report.skipped.len(), 100_001);
    assert_eq!(named(&report)[100_000], "a.jsonl: 50000 more could not be read");
}

#[test]
fn responses_of_a_warc_are_pages() {
    let http = |head: &str, body: &[u8]| {
        [b"HTTP/1.1 200 OK\r\n", head.as_bytes(), b"\r\n\r\n", body].concat()
    };
    let html =
        |title: &str| format!("<html><body><h1>{title}</h1><p>正在進行的正文。</p></body></html>");
    let of = |number: u32| format!("WARC-Target-URI: https://a.example/{number}\r\n");
    let chunked = |bytes: &[u8]| {
        let (first, second) = bytes.split_at(20);
        let line = |part: &[u8]| format!("{:x}\r\n", part.len()).into_bytes();
        [&line(first), first, b"\r\n", &line(second), second, b"\r\n0\r\n\r\n"].concat()
    };
    let gbk = GB18030.encode(&html("短")).0.into_owned();
    let records = [
        warc("warcinfo", "", b"software: x\r\n"),
        warc("request", &of(1), b"GET / HTTP/1.1\r\n\r\n"),
        warc("response", &of(1), &http("Content-Type: text/html; charset=GBK", &gbk)),
        warc(
            "response",
            &of(2),
            &http(
                "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
                &chunked(&gz(html("分塊").as_bytes())),
            ),
        ),
        warc("response", &of(3), &http("Content-Type: image/png", b"\x89PNG")),
        warc("response", &of(4), b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>x"),
        warc("resource", "Content-Type: text/plain\r\n", PAGE.as_bytes()),
        warc("response", &of(5), b"not HTTP at all"),
        warc(
            "response",
            &of(6),
            &http("Content-Type: text/html\r\nContent-Encoding: br", b"\x0b\x02\x80"),
        ),
        warc("conversion", "Content-Type: text/plain\r\n", page(9).as_bytes()),
    ];
    let whole = records.concat();
    let each: Vec<u8> = records.iter().flat_map(|record| gz(record)).collect();
    for (name, bytes) in
        [("a.warc", whole.clone()), ("a.warc.gz", each), ("b.warc.zst", zst(&whole))]
    {
        let (records, report) = read(name, &bytes);
        assert_eq!(titles(&records), ["短", "分塊", "題目", "題目9"], "{name}");
        let found = articles(&records);
        assert_eq!(found[0].url.as_deref(), Some("https://a.example/1"));
        assert_eq!(found[2].url, None);
        assert!(found[0].path.ends_with(&format!("{name}!/3")));
        assert_eq!(report.ignored.len(), 2);
        assert_eq!(
            named(&report),
            [
                format!("{name}!/8: damaged: a response does not begin with `HTTP/`"),
                format!("{name}!/9: unsupported: content coding `br`"),
            ]
        );
    }
}

#[test]
fn an_empty_archive_is_empty() {
    for (name, bytes) in [
        ("a.tar", vec![0; 1024]),
        ("a.zip", zip::<&str, &str>(&[])),
        ("a.warc", Vec::new()),
        ("a.jsonl.gz", gz(b"")),
        ("a.txt.gz", gz(b"")),
    ] {
        assert_eq!(named(&read(name, &bytes).1), [format!("{name}: empty")]);
    }
}
