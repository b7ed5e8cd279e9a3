//! Makes archives with known truth by `make_archive.py`, if `../shared`, python3 and xz are
//! available.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::score::Score;

/// An archive and its truth.
pub(crate) struct Made {
    pub(crate) dir: TempDir,
    pub(crate) root: PathBuf,
    pub(crate) truth: String,
}

/// Makes an archive; returns `None` and prints a warning if that is impossible.
pub(crate) fn make(pages: usize, arguments: &[&str]) -> Option<Made> {
    let items = items()?;
    let dir = TempDir::new().unwrap();
    let (root, truth) = (dir.path().join("pages"), dir.path().join("truth.jsonl"));
    let made = Command::new("python3")
        .arg(shared().join("tools/make_archive.py"))
        .args(["--pages", &pages.to_string(), "--items"])
        .arg(items)
        .arg("--out")
        .arg(&root)
        .arg("--truth")
        .arg(&truth)
        .args(arguments)
        .status()
        .unwrap();
    assert!(made.success(), "make_archive.py {arguments:?}");
    let truth = std::fs::read_to_string(truth).unwrap();
    Some(Made { dir, root, truth })
}

/// Checks a score against the project's bars.
pub(crate) fn hold(what: &str, score: &Score, differences: &[String]) {
    println!("{what}: {score:.4?}");
    let excerpt = differences.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    for (part, share, bar) in [
        ("title", score.title, 0.995),
        ("source", score.source, 0.995),
        ("category", score.category, 0.995),
        ("site", score.site, 0.995),
        ("related", score.related, 0.995),
        ("flash items", score.flash_f1, 0.98),
        ("tags", score.tags_f1, 0.95),
        ("body", score.body, 0.99),
    ] {
        assert!(share >= bar, "{what}: {part} {share:.4} < {bar}\n{excerpt}");
    }
}

/// The unpacked news items, created once for all tests in cargo's temporary folder.
fn items() -> Option<&'static Path> {
    static ITEMS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let decompressed = ITEMS.get_or_init(|| {
        let packed = shared().join("corpora/news-items.jsonl.xz");
        if !packed.is_file() {
            return None;
        }
        let decompressed = Command::new("xz").arg("-dkc").arg(&packed).output().ok()?;
        Command::new("python3").arg("--version").output().ok()?;
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("news-items.jsonl");
        std::fs::write(&path, decompressed.stdout).ok()?;
        decompressed.status.success().then_some(path)
    });
    if decompressed.is_none() {
        eprintln!(
            "SKIPPED: no ../shared, python3 or xz: the parser was NOT compared with the truth"
        );
    }
    decompressed.as_deref()
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}
