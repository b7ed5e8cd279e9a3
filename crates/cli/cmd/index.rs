//! `wensou index`: build the index, show how far it is, say what came of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use wensou_index::{BuildOptions, Error as IndexError, Index, Meta, TableFiles, is_current};
use wensou_ingest::{Phase, Progress, Reason, Report};

use super::stats::bytes;
use crate::args::{Global, Index as Args};
use crate::exit::Outcome;
use crate::out::{Terminal, sanitize};

/// Most skipped files that are named one by one; `stats --skipped` names all.
const NAMED: usize = 20;

pub(crate) fn run(
    global: &Global,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let mut options = default_options();
    options.strict = args.strict;
    options.ingest.encoding.clone_from(&args.encoding);
    if let Some(threads) = args.threads {
        options.threads = threads.max(1);
        options.ingest.threads = threads.max(1);
    }
    let roots = roots(global, &args.paths)?;
    options.tables = tables(&global.index, args);
    // What changes how pages are read or judged is a wish to read them.
    let asked = args.rebuild || args.strict || args.encoding.is_some();
    if !asked
        && let Ok(index) = Index::open(&global.index)
        && is_current(index.meta(), &roots, &options.tables)?
    {
        if !args.quiet {
            let report = &index.meta().report;
            terminal.say(format_args!(
                "the index is current: {} articles, {} flash items; --rebuild builds it anew",
                report.articles, report.flashes_distinct
            ));
        }
        return Ok(Outcome::Done);
    }
    build(&global.index, &roots, &options, args.quiet, terminal)?;
    Ok(Outcome::Done)
}

/// As many threads as there are processors.
pub(crate) fn default_options() -> BuildOptions {
    BuildOptions::default()
}

/// What to index: what was named, else what the config file names, else what was indexed before,
/// else `data/`.
fn roots(global: &Global, named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    if !global.archive.is_empty() {
        return Ok(global.archive.iter().map(|path| relative(path)).collect());
    }
    match Index::open(&global.index) {
        Ok(index) => return Ok(index.meta().roots.iter().map(|root| relative(root)).collect()),
        Err(
            IndexError::Missing { .. } | IndexError::Unreadable { .. } | IndexError::Format { .. },
        ) => {}
        Err(error) => return Err(error.into()),
    }
    match super::search::sample() {
        Some(sample) => Ok(vec![sample]),
        None => bail!("name the files or folders to index: wensou index PATH…"),
    }
}

/// The user's tables: those that were named, else those of the last build.
fn tables(dir: &Path, args: &Args) -> TableFiles {
    let before = Index::open(dir).map(|index| index.meta().tables.files()).unwrap_or_default();
    let choose = |named: &Option<PathBuf>, before: Option<PathBuf>| match named {
        Some(none) if none.as_os_str() == "none" => None,
        Some(file) => Some(file.clone()),
        None => before,
    };
    TableFiles {
        words: choose(&args.words, before.words),
        synonyms: choose(&args.synonyms, before.synonyms),
    }
}

/// A path as it would be typed here: relative where it lies below the working folder.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).map_or_else(|_| path.to_path_buf(), Path::to_path_buf)
}

/// Builds an index with a progress bar and prints the summary.
pub(crate) fn build(
    dir: &Path,
    roots: &[PathBuf],
    options: &BuildOptions,
    quiet: bool,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let bar = Bar::new(quiet);
    let outcome = wensou_index::build(dir, roots, options, &bar);
    bar.bar.finish_and_clear();
    let meta = match outcome {
        Ok(meta) => meta,
        Err(IndexError::Strict { report }) => {
            name_skipped(&report, terminal);
            return Err(IndexError::Strict { report }).context("the index in use was not touched");
        }
        Err(error) => return Err(error.into()),
    };
    name_skipped(&meta.report, terminal);
    if !quiet {
        terminal.say(summary(&meta, started.elapsed()));
    }
    Ok(())
}

fn name_skipped(report: &Report, terminal: &mut Terminal) {
    for skipped in report.skipped.iter().take(NAMED) {
        terminal.say(format_args!("skipped {}", sanitize::line(&skipped.to_string())));
    }
    if report.skipped.len() > NAMED {
        let more = report.skipped.len() - NAMED;
        terminal.say(format_args!("skipped {more} more: `wensou stats --skipped` names all"));
    }
}

/// The one line that a build ends with.
fn summary(meta: &Meta, took: Duration) -> String {
    let report = &meta.report;
    let mut line = format!(
        "indexed {} pages ({}) in {:.1} s: {} articles, {} flash items (seen {} times)",
        report.pages + report.dumps,
        bytes(report.bytes),
        took.as_secs_f64(),
        report.articles,
        report.flashes_distinct,
        report.flashes_seen,
    );
    if report.undated > 0 {
        line.push_str(&format!("; {} articles without a date", report.undated));
    }
    if report.unsplit_tags > 0 {
        line.push_str(&format!("; {} tag lines not split whole", report.unsplit_tags));
    }
    line.push_str(&format!("; skipped {}", skipped(report)));
    line
}

/// How many files were skipped and for which reasons.
pub(crate) fn skipped(report: &Report) -> String {
    if report.skipped.is_empty() {
        return "none".to_owned();
    }
    let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
    for skipped in &report.skipped {
        *reasons.entry(reason(&skipped.reason)).or_default() += 1;
    }
    let reasons: Vec<String> =
        reasons.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    format!("{} ({})", report.skipped.len(), reasons.join(", "))
}

/// A reason in a word or two, for counting.
fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Unreadable(_) => "unreadable",
        Reason::Empty => "empty",
        Reason::Binary => "binary",
        Reason::TooLarge { .. } => "too large",
        Reason::Special => "no regular file",
        Reason::Loop => "a loop of links",
        Reason::Malformed(_) => "malformed",
        Reason::DuplicateId(_) => "with the id of another",
        Reason::Damaged(_) => "damaged",
        Reason::Encrypted => "encrypted",
        Reason::Unsupported(_) => "in an unknown format",
        Reason::Nested => "inside two archives",
        Reason::Bomb(_) => "that become too much",
        Reason::UnsafeName => "with an unsafe name",
        Reason::DuplicateName => "with the name of another",
        _ => "for other reasons",
    }
}

/// The progress of a build: pages, rate and time left, in each of the two passes.
struct Bar {
    bar: ProgressBar,
    pages: AtomicU64,
}

impl Bar {
    fn new(quiet: bool) -> Self {
        // Hidden where standard error is no terminal: indicatif sees to that.
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        let template = "{prefix:8} {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta} left, {msg} pages";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, pages: AtomicU64::new(0) }
    }
}

impl Progress for Bar {
    fn start(&self, _files: u64, bytes: u64) {
        self.bar.set_length(bytes);
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    fn phase(&self, phase: Phase) {
        self.bar.reset();
        self.pages.store(0, Ordering::Relaxed);
        self.bar.set_prefix(match phase {
            Phase::Survey => "survey",
            Phase::Read => "indexing",
        });
    }

    fn advance(&self, files: u64, bytes: u64) {
        let pages = self.pages.fetch_add(files, Ordering::Relaxed) + files;
        self.bar.inc(bytes);
        self.bar.set_message(pages.to_string());
    }
}
