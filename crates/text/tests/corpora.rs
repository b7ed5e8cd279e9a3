//! Real text from `shared/corpora` beside the repository. Where it is missing, the tests that need
//! it say so and pass.

use std::fs;
use std::io::{self, BufReader, Write};
use std::path::PathBuf;

/// All text of the corpora, one string for each field. A corpus that is missing is reported on
/// stderr and left out.
pub(crate) fn texts() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    if !root.is_dir() {
        report_skipped(&format!("no {}; this test wants real text", root.display()));
        return Vec::new();
    }
    let mut texts = Vec::new();
    for folder in ["drcd-dev", "cmrc-dev"] {
        for file in ["corpus.jsonl", "queries.jsonl", "queries.other-script.jsonl"] {
            let path = root.join(folder).join(file);
            match fs::read_to_string(&path) {
                Ok(lines) => collect(&lines, &mut texts),
                Err(e) => report_skipped(&format!("{}: {e}", path.display())),
            }
        }
    }
    let news = root.join("news-items.jsonl.xz");
    match fs::File::open(&news) {
        Ok(file) => {
            let mut lines = Vec::new();
            lzma_rs::xz_decompress(&mut BufReader::new(file), &mut lines).expect("xz");
            collect(&String::from_utf8(lines).expect("UTF-8"), &mut texts);
        }
        Err(e) => report_skipped(&format!("{}: {e}", news.display())),
    }
    texts
}

/// Says that a corpus is skipped. Prints to stderr directly, because the test harness hides what
/// `eprintln!` prints in a passing test.
pub(crate) fn report_skipped(why: &str) {
    let _ = writeln!(io::stderr(), "SKIPPED: {why}");
}

/// Every `n`th text, for checks that would take too long on all.
pub(crate) fn every_nth_text(n: usize) -> Vec<String> {
    texts().into_iter().step_by(n).collect()
}

/// Adds the values of all text fields of JSON lines.
fn collect(lines: &str, texts: &mut Vec<String>) {
    for line in lines.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for (_, value) in record.as_object().expect("an object") {
            if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                texts.push(text.to_owned());
            }
        }
    }
}
