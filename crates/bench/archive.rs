//! Archives of any number of pages, which are made once and kept.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use walkdir::WalkDir;

use crate::generator;

/// An archive on the disk.
pub(crate) struct Archive {
    /// The folder with the pages.
    pub(crate) folder: PathBuf,
    /// What its pages are made of: a phrase that is printed above the tables.
    pub(crate) origin: String,
    /// Total size of the pages, which are UTF-8.
    pub(crate) bytes: u64,
}

impl Archive {
    /// The text of every `step`-th page, in the order of paths.
    pub(crate) fn pages(&self, step: usize) -> anyhow::Result<Vec<String>> {
        let mut texts = Vec::new();
        for entry in files(&self.folder).step_by(step.max(1)) {
            texts.push(std::fs::read_to_string(entry?.path())?);
        }
        Ok(texts)
    }
}

/// Reads every file below a folder, to bring it into the page cache: the system evicts files that
/// are not read for a while.
pub(crate) fn warm_page_cache(folder: &Path) -> anyhow::Result<()> {
    for entry in files(folder) {
        std::fs::read(entry?.path())?;
    }
    Ok(())
}

/// The files below a folder, in the order of paths.
fn files(folder: &Path) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    // The filter keeps errors, so that the caller gets them.
    entries.filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_type().is_file()))
}

/// An archive of `pages` pages below `dir`: of real news items if they are available, else
/// generated. An archive that was made before is used again; the file `done` beside its pages says
/// that it is complete.
pub(crate) fn make(dir: &Path, pages: usize) -> anyhow::Result<Archive> {
    let news = dir.join(format!("news-{pages}"));
    let generated = dir.join(format!("made-up-{pages}"));
    let (folder, origin) = if make_from_news(dir, &news, pages)? {
        (news, "Pages of real news items")
    } else {
        if !generated.join("done").is_file() {
            generator::write(&generated.join("pages"), pages)?;
            std::fs::write(generated.join("done"), "")?;
        }
        (generated, "Made-up pages: a random walk through the words of the sample archive")
    };
    let folder = folder.join("pages");
    let mut bytes = 0;
    for entry in files(&folder) {
        bytes += entry?.metadata()?.len();
    }
    Ok(Archive { folder, origin: origin.to_owned(), bytes })
}

/// Makes the archive of `pages` pages in `folder` from real news items, unless it is there already.
/// The decompressed items are kept in `dir`. Returns `false` if the file of items, python3 or xz is
/// not available; fails if `make_archive.py`, which makes pages of the items, is missing.
fn make_from_news(dir: &Path, folder: &Path, pages: usize) -> anyhow::Result<bool> {
    if folder.join("done").is_file() {
        return Ok(true);
    }
    // Outside the repository: not every machine has this folder.
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let packed = shared.join("corpora/news-items.jsonl.xz");
    let available = |program: &str| {
        let run = Command::new(program).arg("--version").stdout(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    if !packed.is_file() || !available("python3") || !available("xz") {
        return Ok(false);
    }
    let items = dir.join("news-items.jsonl");
    if !items.is_file() {
        let decompressed = Command::new("xz").args(["-dc"]).arg(&packed).output()?;
        anyhow::ensure!(decompressed.status.success(), "xz cannot read {}", packed.display());
        std::fs::write(&items, decompressed.stdout)?;
    }
    std::fs::create_dir_all(folder)?;
    eprintln!("making {pages} pages …");
    let status = Command::new("python3")
        .arg(shared.join("tools/make_archive.py"))
        .arg("--items")
        .arg(&items)
        .args(["--pages", &pages.to_string()])
        .arg("--out")
        .arg(folder.join("pages"))
        .arg("--truth")
        .arg("/dev/null")
        .status()
        .context("python3 does not run")?;
    anyhow::ensure!(status.success(), "the archive could not be made");
    std::fs::write(folder.join("done"), "")?;
    Ok(true)
}
