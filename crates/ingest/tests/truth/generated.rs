//! Archives as `make_archive.py` makes them, in every script, format and encoding.

use wensou_ingest::Options;

use super::{make_archive, score, thresholds};

/// Makes an archive with these arguments of `make_archive.py`, reads it and checks the scores.
fn assert_archive_is_read(arguments: &[&str]) {
    let Some(archive) = make_archive::make(250, arguments) else { return };
    let read = score::read(&archive.root, &Options::default());
    let mut differences = Vec::new();
    let score =
        score::score(&archive.root, &archive.truth, &read, &mut |line| differences.push(line));
    let archive_name = format!("{arguments:?} in {}", archive.dir.path().display());
    thresholds::assert_reached(&archive_name, &score, &differences);
    assert_eq!(score.pages as u64, read.report.pages);
    assert!(read.report.skipped.is_empty() && read.report.lossy.is_empty());
    assert_spans_cover_items(&read);
}

/// Checks that the spans of flash items cover their texts, in pages whose encoding is known from
/// their bytes: UTF-8, or any encoding with a byte order mark.
fn assert_spans_cover_items(read: &score::ReadArchive) {
    for flash in read.flashes.values() {
        let occurrence = &flash.occurrences[0];
        let raw = std::fs::read(&occurrence.path).unwrap();
        let (start, end) = (occurrence.span.start as usize, occurrence.span.end as usize);
        assert!(start < end && end <= raw.len(), "{occurrence:?}");
        let encoding = encoding_rs::Encoding::for_bom(&raw).map_or(encoding_rs::UTF_8, |(e, _)| e);
        let piece = &raw[start..end];
        if std::str::from_utf8(&raw).is_ok() || encoding != encoding_rs::UTF_8 {
            let (piece, _) = encoding.decode_without_bom_handling(piece);
            assert!(
                piece.contains('[') && piece.trim_end().ends_with(']'),
                "{occurrence:?} {piece}"
            );
            // HTML may have references in the title.
            if !occurrence.path.ends_with("html") {
                let start_of_title = flash.title.chars().take(8).collect::<String>();
                assert!(piece.contains(&start_of_title), "{occurrence:?} {piece}");
            }
        }
    }
}

#[test]
fn traditional_text_is_read() {
    assert_archive_is_read(&["--seed", "1"]);
}

#[test]
fn mixed_scripts_formats_and_encodings_are_read() {
    assert_archive_is_read(&[
        "--seed",
        "2",
        "--script",
        "mixed",
        "--format",
        "mixed",
        "--encoding",
        "mixed",
    ]);
}

#[test]
fn flash_items_that_occur_only_once_are_found() {
    assert_archive_is_read(&["--seed", "3", "--flash-repeat", "0"]);
}

#[test]
fn simplified_html_in_gb18030_is_read() {
    assert_archive_is_read(&[
        "--seed",
        "4",
        "--script",
        "hans",
        "--format",
        "html",
        "--encoding",
        "gb18030",
    ]);
}

#[test]
fn traditional_text_in_big5_is_read() {
    assert_archive_is_read(&["--seed", "5", "--encoding", "big5"]);
}

#[test]
fn traditional_text_in_utf16_is_read() {
    assert_archive_is_read(&["--seed", "6", "--encoding", "utf-16"]);
}
