//! The parser against archives whose truth is known: `make_archive.py` of `../shared` writes them. Without
//! `../shared`, python3 or xz there is nothing to compare with, and the tests say so and pass.

#[path = "score/mod.rs"]
mod score;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;
use wensou_ingest::Options;

/// The news items unpacked, once for all tests.
fn items() -> Option<&'static Path> {
    static ITEMS: OnceLock<Option<(TempDir, PathBuf)>> = OnceLock::new();
    let unpacked = ITEMS.get_or_init(|| {
        let packed = shared().join("corpora/news-items.jsonl.xz");
        if !packed.is_file() {
            return None;
        }
        let unpacked = Command::new("xz").arg("-dkc").arg(&packed).output().ok()?;
        Command::new("python3").arg("--version").output().ok()?;
        let dir = TempDir::new().ok()?;
        let path = dir.path().join("items.jsonl");
        std::fs::write(&path, unpacked.stdout).ok()?;
        unpacked.status.success().then_some((dir, path))
    });
    if unpacked.is_none() {
        eprintln!("SKIPPED: no ../shared, python3 or xz: the parser was NOT compared with the truth");
    }
    unpacked.as_ref().map(|(_, path)| path.as_path())
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}

/// Writes an archive with these arguments, reads it and holds it to the bars.
fn holds(arguments: &[&str]) {
    let Some(items) = items() else { return };
    let dir = TempDir::new().unwrap();
    let (root, truth) = (dir.path().join("pages"), dir.path().join("truth.jsonl"));
    let made = Command::new("python3")
        .arg(shared().join("tools/make_archive.py"))
        .args(["--pages", "250", "--items"])
        .arg(items)
        .arg("--out")
        .arg(&root)
        .arg("--truth")
        .arg(&truth)
        .args(arguments)
        .status()
        .unwrap();
    assert!(made.success(), "make_archive.py {arguments:?}");
    let read = score::read(&root, &Options::default());
    let truth = std::fs::read_to_string(truth).unwrap();
    let mut differences = Vec::new();
    let score = score::score(&root, &truth, &read, &mut |difference| differences.push(difference));
    println!("{arguments:?}: {score:.4?}");
    let shown = differences.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    for (what, share, bar) in [
        ("title", score.title, 0.995),
        ("source", score.source, 0.995),
        ("category", score.category, 0.995),
        ("site", score.site, 0.995),
        ("related", score.related, 0.995),
        ("flash items", score.flash_f1, 0.98),
        ("tags", score.tags_f1, 0.95),
        ("body", score.body, 0.99),
    ] {
        assert!(share >= bar, "{arguments:?}: {what} {share:.4} < {bar}\n{shown}");
    }
    assert_eq!(score.pages as u64, read.report.pages);
    assert!(read.report.skipped.is_empty() && read.report.lossy.is_empty());
    places_are_right(&read);
}

/// In a UTF-8 page the bytes of a flash item are its words.
fn places_are_right(read: &score::Read) {
    for flash in read.flashes.values() {
        let seen = &flash.seen_in[0];
        let raw = std::fs::read(&seen.path).unwrap();
        let (start, end) = (seen.span.start as usize, seen.span.end as usize);
        assert!(start < end && end <= raw.len(), "{seen:?}");
        let encoding = encoding_rs::Encoding::for_bom(&raw).map_or(encoding_rs::UTF_8, |(e, _)| e);
        let piece = &raw[start..end];
        if std::str::from_utf8(&raw).is_ok() || encoding != encoding_rs::UTF_8 {
            let (piece, _) = encoding.decode_without_bom_handling(piece);
            assert!(piece.contains('[') && piece.trim_end().ends_with(']'), "{seen:?} {piece}");
            if !seen.path.ends_with("html") {
                let head = flash.title.chars().take(8).collect::<String>();
                assert!(piece.contains(&head), "{seen:?} {piece}");
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
