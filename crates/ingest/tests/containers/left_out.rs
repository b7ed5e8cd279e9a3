//! Containers and members that cannot be read or are too large are reported, and the other members
//! are read.

use wensou_ingest::original_lines;

use super::*;

#[test]
fn truncated_files_are_reported_as_damaged() {
    let text = PAGE.repeat(50);
    let truncated = |bytes: &[u8]| bytes[..bytes.len() * 2 / 3].to_vec();
    for (name, bytes) in [
        ("a.txt.gz", gz(text.as_bytes())),
        ("a.txt.zst", zst(text.as_bytes())),
        ("a.txt.xz", xz(text.as_bytes())),
        ("a.tar", tar(&[("a.txt", &text)])),
        ("a.tar.gz", gz(&tar(&[("a.txt", &text)]))),
        ("a.zip", zip(&[("a.txt", &text)])),
        ("a.warc", warc("resource", "Content-Type: text/plain\r\n", text.as_bytes())),
    ] {
        let (_, report) = read(name, &truncated(&bytes));
        let reason = &report.skipped.first().expect(name).reason;
        assert!(matches!(reason, Reason::Damaged(_)), "{name}: {reason}");
    }
    // The records before the damage are kept. The titles hardly compress, so two thirds of the file
    // have many records.
    let lines: String =
        (0..20_000).map(|n| format!("{{\"title\":\"{}\"}}\n", n * 7919 % 20_011)).collect();
    let (records, report) = read("a.jsonl.gz", &truncated(&gz(lines.as_bytes())));
    assert!(records.len() > 1000);
    assert!(report.skipped[0].line.is_some_and(|line| line as usize >= records.len()));
    assert!(matches!(report.skipped[0].reason, Reason::Damaged(_)));
}

/// A zip of members that are not compressed, so that the bytes of a container among them stand in
/// the file.
fn stored_zip(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let (mut entry, config) = archive.new_file(name).start().unwrap();
        let mut writer = config.wrap(&mut entry);
        std::io::Write::write_all(&mut writer, content).unwrap();
        let (_, descriptor) = writer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

#[test]
fn a_truncated_zip_is_not_taken_for_a_zip_inside_it() {
    let inner = zip(&[("in.txt", page(3))]);
    let empty = [b"PK\x05\x06".as_slice(), [0; 18].as_slice()].concat();
    for inner in [inner, empty] {
        let members = [
            ("one.txt", page(1).into_bytes()),
            ("inner.zip", inner.clone()),
            ("two.txt", page(2).into_bytes()),
        ];
        let whole = stored_zip(&members);
        assert_eq!(titles(&read("a.zip", &whole).0), ["題目1", "題目2"]);
        let inner_end = whole.windows(inner.len()).position(|w| w == inner).unwrap() + inner.len();
        let program = [b"MZ program".as_slice(), &whole].concat();
        for bytes in [
            &whole[..whole.len() - 30],
            &whole[..inner_end],
            &whole[..inner_end + 20],
            &program[..program.len() - 30],
            &stored_zip(&members[1..])[..inner.len() + 60],
        ] {
            let (records, report) = read("a.zip", bytes);
            assert!(records.is_empty(), "{:?}", titles(&records));
            assert_eq!(skipped_lines(&report), ["a.zip: damaged: it ends too early"]);
        }
    }
}

#[test]
fn a_zip_after_a_program_is_read_and_of_several_zips_one() {
    let (one, two) = (zip(&[("one.txt", page(1))]), zip(&[("second.txt", page(2))]));
    let prefixed = [b"#!/bin/sh\nexit\n".as_slice(), &one].concat();
    let padded = [&one[..], b"\r\n\0\0"].concat();
    for bytes in [prefixed, padded] {
        let (records, report) = read("a.zip", &bytes);
        assert_eq!((titles(&records), report.skipped), (vec!["題目1"], vec![]));
    }
    let message = "a.zip: damaged: it has several archives, of which one is read";
    for (bytes, title) in [
        ([&one[..], &two].concat(), "題目2"),
        ([&one[..], &two[..two.len() - 30]].concat(), "題目1"),
    ] {
        let (records, report) = read("a.zip", &bytes);
        assert_eq!(titles(&records), [title]);
        assert_eq!(skipped_lines(&report), [message]);
    }
}

#[test]
fn files_with_wrong_checksums_or_content_are_reported_as_damaged() {
    // Changes the byte that is `from_end` bytes before the end. In a gzip or zstd file, a byte so
    // close to the end is part of the checksum.
    let broken = |mut bytes: Vec<u8>, from_end: usize| {
        let at = bytes.len() - from_end;
        bytes[at] ^= 0x55;
        bytes
    };
    let with_changed_text = |bytes: Vec<u8>| {
        // The member is not compressed, so only the checksum detects a changed byte.
        let at = bytes.windows(6).position(|w| w == "正文".as_bytes()).unwrap();
        broken(bytes.clone(), bytes.len() - at)
    };
    let mut uncompressed = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut uncompressed);
    let (mut entry, config) = archive.new_file("a.txt").start().unwrap();
    let mut writer = config.wrap(&mut entry);
    std::io::Write::write_all(&mut writer, PAGE.as_bytes()).unwrap();
    let (_, descriptor) = writer.finish().unwrap();
    entry.finish(descriptor).unwrap();
    archive.finish().unwrap();
    assert_eq!(titles(&read("a.zip", &uncompressed).0), ["題目"], "intact at first");
    for (name, bytes) in [
        ("a.txt.gz", broken(gz(PAGE.as_bytes()), 6)),
        ("a.txt.zst", broken(zst(PAGE.as_bytes()), 2)),
        ("a.txt.xz", broken(xz(PAGE.as_bytes()), 40)),
        ("a.zip", with_changed_text(uncompressed)),
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
fn encrypted_members_are_reported_and_the_others_read() {
    let mut bytes = zip(&[("a.txt", page(1)), ("b.txt", page(2))]);
    // The flag is in the local header and in the central directory.
    bytes[6] |= 1;
    let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[central + 8] |= 1;
    let (records, report) = read("a.zip", &bytes);
    assert_eq!(titles(&records), ["題目2"]);
    assert_eq!(skipped_lines(&report), ["a.zip!/a.txt: encrypted"]);
}

#[test]
fn a_member_over_the_limit_is_reported_and_the_others_read() {
    let mut options = Options::default();
    options.max_file_bytes = 2000;
    let large = "長".repeat(5000);
    let members = [("a.txt", large.as_bytes().to_vec()), ("b.txt", page(1).into_bytes())];
    for (name, bytes) in [("a.zip", zip(&members)), ("a.tar.zst", zst(&tar(&members)))] {
        // Raise the limit on the whole file, so that only the limit on a member applies.
        options.max_ratio = 1 << 20;
        let (records, report) = read_limited(name, &bytes, &options);
        assert_eq!(titles(&records), ["題目1"]);
        let line = format!("{name}!/a.txt: too large: at least 15000 bytes, and the limit is 2000");
        assert_eq!(skipped_lines(&report), [line]);
    }
    for (name, bytes) in [("a.txt.gz", gz(large.as_bytes())), ("a.txt.xz", xz(large.as_bytes()))] {
        let (_, report) = read_limited(name, &bytes, &options);
        // The length is not known before, so reading ends one byte after the limit.
        assert_eq!(report.skipped[0].reason, Reason::TooLarge { bytes: 2001, limit: 2000 });
    }
}

#[test]
fn bombs_are_not_read_to_their_end() {
    let mut options = Options::default();
    options.max_file_bytes = 1 << 20;
    options.max_ratio = 20;
    let zeros = vec![b'0'; 4 << 20];
    // A dump with one endless line, and members that are each small enough.
    let (_, report) = read_limited("a.jsonl.gz", &gz(&zeros), &options);
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
        let (records, report) = read_limited(name, &bytes, &options);
        assert!(records.len() <= 3, "{name}: {}", records.len());
        let last = report.skipped.last().unwrap();
        assert!(last.path == Path::new(name), "the container itself is reported: {last}");
        assert!(matches!(last.reason, Reason::Bomb(_)), "{name}: {last}");
    }
    // Compressed twice: each layer counts.
    let (_, report) = read_limited("c.zip", &zip(&[("a.jsonl.gz", gz(&zeros))]), &options);
    assert!(matches!(report.skipped[0].reason, Reason::Bomb(_)));
}

#[test]
fn the_bytes_of_members_of_a_zip_count_once_against_the_limit() {
    let mut options = Options::default();
    options.max_file_bytes = 1 << 20;
    // So the limit on all members together is `max_file_bytes`, too.
    options.max_ratio = 1;
    let text = "正文的一段。\n".repeat(24_000);
    // Both members together are within the limit. If their bytes counted twice, the members would
    // exceed the limit.
    assert!((1 << 19..1 << 20).contains(&(2 * text.len())));
    let (records, report) =
        read_limited("a.zip", &zip(&[("a.txt", &text), ("b.txt", &text)]), &options);
    assert_eq!((records.len(), skipped_lines(&report)), (2, Vec::new()));
}

#[test]
fn the_report_names_a_limited_number_of_lines_of_a_file() {
    let (_, report) = read("a.jsonl", "x\n".repeat(150_000).as_bytes());
    // The first 100,000 lines, and how many more there are.
    assert_eq!(report.skipped.len(), 100_001);
    assert_eq!(skipped_lines(&report)[100_000], "a.jsonl: 50000 more could not be read");
}

#[test]
fn the_error_for_the_bytes_of_a_member_that_is_not_read_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.tar");
    let nested = zip(&[("c.txt", PAGE)]);
    std::fs::write(&file, tar(&[(".hidden.txt", nested.clone()), ("b.zip", nested)])).unwrap();
    let span = Span { start: 0, end: 1 };
    let error = original(&file, Some("b.zip"), span).unwrap_err();
    assert_eq!(error.to_string(), Reason::Nested.to_string());
    for member in ["missing.txt", ".hidden.txt"] {
        let error = original(&file, Some(member), span).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{member}");
    }
}

#[test]
fn the_bytes_of_a_member_are_found_after_a_refused_one_of_a_similar_name() {
    let dir = tempfile::tempdir().unwrap();
    let members = [("/b.txt", "甲"), ("b.txt", PAGE)];
    for (name, bytes) in [("a.tar", tar(&members)), ("a.zip", zip(&members))] {
        let file = dir.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let span = Span { start: 0, end: PAGE.len() as u64 };
        assert_eq!(original(&file, Some("b.txt"), span).unwrap(), PAGE.as_bytes(), "{name}");
        let error = original(&file, Some("/b.txt"), span).unwrap_err();
        assert_eq!(error.to_string(), Reason::UnsafeName.to_string(), "{name}");
    }
}

#[test]
fn a_whole_file_is_returned_unchanged_whatever_it_contains() {
    let dir = tempfile::tempdir().unwrap();
    let page = gz(PAGE.as_bytes());
    let damaged = page[..page.len() / 2].to_vec();
    let empty_zip = [b"PK\x05\x06".as_slice(), [0; 18].as_slice()].concat();
    for (name, bytes) in [
        ("a.txt.gz", page),
        ("b.txt.gz", damaged),
        ("c.zip", empty_zip),
        ("d.tar.gz", gz(&tar(&[("a.txt", PAGE)]))),
    ] {
        let file = dir.path().join(name);
        std::fs::write(&file, &bytes).unwrap();
        let (member, span) = (None, Span { start: 0, end: bytes.len() as u64 });
        assert_eq!(original(&file, member, span).unwrap(), bytes, "{name}");
        let lines = original_lines(&file, member, &[span, span]).unwrap();
        assert_eq!(lines.len(), 2, "{name}");
        assert!(lines.iter().all(|it| it.line == 1 && it.bytes == bytes), "{name}");
    }
}
