//! Archives made by the tool, in every script, format and encoding.

use wensou_ingest::Options;

use crate::{made, score};

/// Makes an archive with these arguments, reads it and checks the scores.
fn holds(arguments: &[&str]) {
    let Some(made) = made::make(250, arguments) else { return };
    let read = score::read(&made.root, &Options::default());
    let mut differences = Vec::new();
    let score = score::score(&made.root, &made.truth, &read, &mut |line| differences.push(line));
    made::hold(&format!("{arguments:?} in {}", made.dir.path().display()), &score, &differences);
    assert_eq!(score.pages as u64, read.report.pages);
    assert!(read.report.skipped.is_empty() && read.report.lossy.is_empty());
    spans_are_right(&read);
}

/// In a UTF-8 page, the span of a flash item covers its text.
fn spans_are_right(read: &score::Read) {
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
            if !occurrence.path.ends_with("html") {
                let head = flash.title.chars().take(8).collect::<String>();
                assert!(piece.contains(&head), "{occurrence:?} {piece}");
            }
        }
    }
}

#[test]
fn traditional_text() {
    holds(&["--seed", "1"]);
}

#[test]
fn everything_mixed() {
    holds(&["--seed", "2", "--script", "mixed", "--format", "mixed", "--encoding", "mixed"]);
}

#[test]
fn no_item_twice() {
    holds(&["--seed", "3", "--flash-repeat", "0"]);
}

#[test]
fn simplified_html_in_gb18030() {
    holds(&["--seed", "4", "--script", "hans", "--format", "html", "--encoding", "gb18030"]);
}

#[test]
fn traditional_big5() {
    holds(&["--seed", "5", "--encoding", "big5"]);
}

#[test]
fn utf16() {
    holds(&["--seed", "6", "--encoding", "utf-16"]);
}
