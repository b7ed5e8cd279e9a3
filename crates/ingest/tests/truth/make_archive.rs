//! Makes archives with known truth by `make_archive.py`, if `../shared`, python3 and xz are
//! available.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// An archive that was made.
pub(crate) struct MadeArchive {
    /// The folder that has the archive. It is removed when this value is dropped.
    pub(crate) dir: TempDir,
    /// The root of the archive.
    pub(crate) root: PathBuf,
    /// What each page states: a JSON object for each page, one on a line.
    pub(crate) truth: String,
}

/// Makes an archive of `pages` pages, with further arguments of `make_archive.py`. Prints a warning
/// and returns `None` if `../shared`, python3 or xz are missing.
pub(crate) fn make(pages: usize, arguments: &[&str]) -> Option<MadeArchive> {
    let items = items()?;
    let dir = TempDir::new().unwrap();
    let (root, truth) = (dir.path().join("pages"), dir.path().join("truth.jsonl"));
    let status = Command::new("python3")
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
    assert!(status.success(), "make_archive.py {arguments:?}");
    let truth = std::fs::read_to_string(truth).unwrap();
    Some(MadeArchive { dir, root, truth })
}

/// The file of news items that archives are made of, decompressed once for all tests into cargo's
/// temporary folder. `None` if `../shared`, python3 or xz are missing.
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
