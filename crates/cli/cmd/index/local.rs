//! Builds or updates an index in a folder.

use std::path::{Path, PathBuf};

use wensou_index::{BuildOptions, Error, Index, is_current};
use wensou_ingest::Report;

use super::build::{Reporting, build};
use super::dry_run;
use super::log::Log;
use super::options::build_options;
use super::roots::RootPlan;
use super::share::select_share;
use crate::args::Index as Args;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// Builds the index or brings it up to date, unless a build would change nothing.
pub(super) fn run(
    global: &GlobalSettings,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let previous = wensou_index::settings(&global.index);
    // There may be an index with roots, which this user may not read.
    if previous.is_none()
        && let Err(error @ Error::Denied { .. }) = Index::open(&global.index)
    {
        return Err(error.into());
    }
    let plan = RootPlan::new(global, args, previous.as_ref())?;
    if !plan.confirm(global, args, terminal)? {
        return Ok(Outcome::Refused);
    }
    plan.notes.iter().for_each(|note| terminal.notice(sanitize::line(note)));
    let roots = plan.roots.paths_from_here();
    let mut options = build_options(global, args, previous.as_ref())?;
    options.moved.clone_from(&plan.moved);
    options.sample = plan.is_sample;
    select_share(global, args, previous.as_ref(), &mut options)?;
    if args.dry_run {
        return dry_run::run(global, &roots, &options, terminal);
    }
    // With these flags, the pages must be read even if nothing has changed.
    let must_read = args.rebuild || args.strict || args.pre.is_some();
    if !must_read && let Some(index) = current_index(&global.index, &roots, &options)? {
        // Remove what a killed build has left. Ignore errors: another process may be removing it.
        let _ = wensou_index::remove_litter(&global.index);
        if !args.quiet {
            let report = &index.meta().report;
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

/// The index in a folder, if a build would change nothing.
fn current_index(
    dir: &Path,
    roots: &[PathBuf],
    options: &BuildOptions,
) -> anyhow::Result<Option<Index>> {
    let Ok(index) = Index::open(dir) else { return Ok(None) };
    let is_current = is_current(dir, index.meta(), roots, options)?;
    let can_read_more = options.ingest.pre.is_some() && has_unread(&index.meta().report);
    Ok((is_current && !can_read_more).then_some(index))
}

/// Whether the last build skipped files that the command of --pre, or just another attempt, may be
/// able to read. These are the files whose old records a build keeps.
fn has_unread(report: &Report) -> bool {
    report.skipped.iter().any(|skipped| skipped.reason.keeps_records())
}
