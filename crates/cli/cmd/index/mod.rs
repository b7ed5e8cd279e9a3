//! `wensou index`: builds or updates the index, with a progress bar and a summary.

mod dry_run;
mod formats;
mod log;
mod progress;
mod roots;
mod share;
mod signals;
mod summary;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use wensou_index::{BuildOptions, Error as IndexError, Index, Settings, TableFiles, is_current};
use wensou_ingest::{FieldMap, KeyCount, PreCommand, Report};

use self::log::Log;
pub(crate) use self::progress::Bar;
use self::roots::RootPlan;
pub(crate) use self::share::{paths as share_paths, selection};
pub(crate) use self::summary::{changes, comma_separated, ignored, pages_and_dumps, skipped};

use crate::args::Index as Args;
use crate::config::Global;
use crate::exit::Outcome;
#[cfg(feature = "cluster")]
use crate::location::is_address;
use crate::location::needs_folder;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// Maximum number of skipped files that are named; `stats --skipped` names all.
pub(crate) const MAX_NAMED: usize = 20;

/// The folders that the sample archive can be in.
const SAMPLE: [&str; 2] = ["data/archive", "data"];

/// Says that a build that failed or was stopped has not changed the index.
pub(super) const KEPT: &str = "the old index was kept";

pub(crate) fn run(
    global: &Global,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    if args.list_formats {
        formats::list(terminal)?;
        return Ok(Outcome::Done);
    }
    #[cfg(feature = "cluster")]
    if is_address(&global.index) {
        return super::cluster::index(global, args, terminal);
    }
    needs_folder(global, "index", "this build of wensou cannot write there")?;
    let before = wensou_index::settings(&global.index);
    let Some(plan) = RootPlan::new(global, args, before.as_ref())? else {
        return Ok(Outcome::Refused);
    };
    if !plan.confirm(global, args, terminal)? {
        return Ok(Outcome::Refused);
    }
    plan.notes.iter().for_each(|note| terminal.notice(sanitize::line(note)));
    let roots = plan.roots.paths_from_here();
    let mut options = options(global, args, before.as_ref())?;
    options.moved.clone_from(&plan.moved);
    options.sample = plan.is_sample;
    share::select(global, args, before.as_ref(), &mut options)?;
    if args.dry_run {
        return dry_run::run(global, &roots, &options, terminal);
    }
    // With these flags, the pages must be read even if nothing has changed.
    let must_read = args.rebuild || args.strict || args.pre.is_some();
    if !must_read
        && let Ok(index) = Index::open(&global.index)
        && let meta = index.meta()
        && is_current(&global.index, meta, &roots, &options)?
        && !(options.ingest.pre.is_some() && has_unread(&meta.report))
    {
        // Remove what a killed build has left. Ignore errors: another process may be removing it.
        let _ = wensou_index::remove_litter(&global.index);
        if !args.quiet {
            let report = &meta.report;
            terminal.notice(format_args!(
                "the index is up to date: {}, {}; --rebuild builds it from scratch",
                count_noun(report.articles, "article"),
                count_noun(report.flashes_distinct, "flash item"),
            ));
        }
        return Ok(Outcome::Done);
    }
    let log = args.log.as_deref().map(Log::open).transpose()?;
    build(&global.index, &roots, &options, Reporting { quiet: args.quiet, log }, terminal)?;
    Ok(Outcome::Done)
}

/// The options that the flags set, or else the settings of the index `before`.
fn options(
    global: &Global,
    args: &Args,
    before: Option<&Settings>,
) -> anyhow::Result<BuildOptions> {
    let mut options = default_options();
    options.strict = args.strict;
    options.anew = args.rebuild;
    options.wait = args.wait;
    options.allow_empty = args.allow_empty;
    options.tables = tables(before, args);
    if let Some(threads) = args.threads {
        options.threads = threads.max(1);
        options.ingest.threads = threads.max(1);
    }
    options.ingest.exclude_globs = globs(before, args);
    // The log may lie in the archive, but is not part of it.
    options.ingest.exclude.extend(args.log.clone());
    options.ingest.encoding = match &args.encoding {
        Some(auto) if auto == "auto" => None,
        Some(name) => Some(name.clone()),
        None => before.and_then(|settings| settings.encoding.clone()),
    };
    options.ingest.map = match &args.map {
        Some(map) => field_map(map)?,
        None => before.map(|settings| settings.map.clone()).unwrap_or_default(),
    };
    options.ingest.pre = pre(global, args.pre.as_ref(), &args.pre_glob)?;
    Ok(options)
}

/// Options of a build with one thread per processor.
pub(crate) fn default_options() -> BuildOptions {
    BuildOptions::default()
}

/// The sample archive, if the working folder has it.
pub(crate) fn sample() -> Option<PathBuf> {
    SAMPLE.into_iter().map(PathBuf::from).find(|path| path.is_dir())
}

/// The patterns of files to leave out: the named ones, else those of the last build.
fn globs(before: Option<&Settings>, args: &Args) -> Vec<String> {
    match args.exclude.as_slice() {
        [] => before.map(|settings| settings.exclude.clone()).unwrap_or_default(),
        named => without_none(named),
    }
}

/// The patterns that `--exclude` names; `none` stands for none.
pub(crate) fn without_none(globs: &[String]) -> Vec<String> {
    globs.iter().filter(|glob| *glob != "none").cloned().collect()
}

/// The keys that `--map` names; `none` stands for none.
pub(crate) fn field_map(map: &str) -> anyhow::Result<FieldMap> {
    match map {
        "none" => Ok(FieldMap::default()),
        map => map.parse().map_err(|what: String| anyhow!("--map: {what}")),
    }
}

/// The user's tables: the named ones, else those of the last build.
fn tables(before: Option<&Settings>, args: &Args) -> TableFiles {
    let before = before.map(|settings| settings.tables.files()).unwrap_or_default();
    let choose = |named: &Option<PathBuf>, before: Option<PathBuf>| match named {
        Some(none) if none.as_os_str() == "none" => None,
        Some(file) => Some(file.clone()),
        None => before,
    };
    TableFiles {
        words: choose(&args.words, before.words),
        synonyms: choose(&args.synonyms, before.synonyms),
        labels: choose(&args.labels, before.labels),
    }
}

/// The command that turns files of other kinds into text: what was named, else that of the config
/// file.
pub(crate) fn pre(
    global: &Global,
    command: Option<&PathBuf>,
    globs: &[String],
) -> anyhow::Result<Option<PreCommand>> {
    let Some(command) = command.or(global.pre.as_ref()) else {
        if globs.is_empty() {
            return Ok(None);
        }
        bail!("--pre-glob needs --pre COMMAND");
    };
    let globs = if globs.is_empty() { &global.pre_glob } else { globs };
    let command = PreCommand::new(command, globs);
    command.map(Some).map_err(|what| anyhow!("--pre-glob: {what}"))
}

/// Whether there are files that a command could turn into text.
fn has_unread(report: &Report) -> bool {
    report.skipped.iter().any(|skipped| skipped.reason.keeps_records())
}

/// What is printed and logged of a build.
#[derive(Default)]
pub(crate) struct Reporting {
    pub(crate) quiet: bool,
    pub(crate) log: Option<Log>,
}

/// Builds an index with a progress bar and prints the summary. If a signal ends the program, the
/// unfinished index is removed and the old one stays.
pub(crate) fn build(
    dir: &Path,
    roots: &[PathBuf],
    options: &BuildOptions,
    reporting: Reporting,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let note = |what: &str| reporting.log.iter().for_each(|log| log.note(what));
    note(&format!("indexing {} into {}", comma_separated(roots), dir.display()));
    let bar = Bar::new(reporting.quiet, reporting.log.clone());
    signals::catch(dir, reporting.log.clone(), bar.eraser()).context("cannot catch signals")?;
    let outcome = wensou_index::build(dir, roots, options, &bar);
    bar.clear();
    let built = match outcome {
        Ok(built) => built,
        Err(error) => {
            note(&format!("failed: {:#}; {KEPT}", chain(&error)));
            if let IndexError::Strict { report } = &error {
                name_skipped(report, terminal);
                return Err(error).context(KEPT);
            }
            return Err(error.into());
        }
    };
    if let Some(damage) = &built.damaged {
        let what = format!("the previous index was damaged ({damage}) and was rebuilt");
        note(&what);
        terminal.notice(format_args!("warning: {}", sanitize::line(&what)));
    }
    if let Some(error) = &built.not_durable {
        let what = format!(
            "the new index is in use, but may not survive a power cut: {}; the previous index is \
             kept until the next `wensou index`",
            chain(error)
        );
        note(&what);
        terminal.notice(format_args!("warning: {}", sanitize::line(&what)));
    }
    let report = &built.meta.report;
    report.skipped.iter().for_each(|skipped| note(&format!("skipped {skipped}")));
    name_skipped(report, terminal);
    if !reporting.quiet {
        name_keys(report, terminal);
    }
    for line in summary::lines(&built, options.anew, started.elapsed()) {
        note(&line);
        if !reporting.quiet {
            terminal.notice(sanitize::line(&line));
        }
    }
    Ok(())
}

/// An error with its causes on one line.
fn chain(error: &IndexError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

fn name_skipped(report: &Report, terminal: &mut Terminal) {
    for skipped in report.skipped.iter().take(MAX_NAMED) {
        terminal.notice(format_args!("skipped {}", sanitize::line(&skipped.to_string())));
    }
    if report.skipped.len() > MAX_NAMED {
        let more = report.skipped.len() - MAX_NAMED;
        terminal.notice(format_args!("skipped {more} more: `wensou stats --skipped` lists all"));
    }
}

/// Names the keys of dumps that were not used, once each.
fn name_keys(report: &Report, terminal: &mut Terminal) {
    let names = |keys: &[KeyCount]| {
        let named = keys.iter().take(MAX_NAMED).map(|key| format!("{} ({})", key.key, key.count));
        let mut names = named.collect::<Vec<_>>().join(", ");
        if keys.len() > MAX_NAMED {
            names.push_str(&format!(" and {} more", keys.len() - MAX_NAMED));
        }
        sanitize::line(&names).into_owned()
    };
    if !report.unused_keys.is_empty() {
        let keys = names(&report.unused_keys);
        terminal.notice(format_args!("keys of dumps that were not used: {keys}; see --map"));
    }
    if !report.mistyped_keys.is_empty() {
        let keys = names(&report.mistyped_keys);
        terminal.notice(format_args!("keys with values of a type that cannot be read: {keys}"));
    }
}
