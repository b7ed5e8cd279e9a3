//! Builds or updates an index in a folder of this machine.

use wensou_index::{Index, is_current};
use wensou_ingest::Report;

use super::build::{Reporting, build};
use super::dry_run;
use super::log::Log;
use super::options::options;
use super::roots::RootPlan;
use super::share::select;
use crate::args::Index as Args;
use crate::config::Global;
use crate::exit::Outcome;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// Brings the index up to date, unless it is already.
pub(super) fn run(
    global: &Global,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
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
    select(global, args, before.as_ref(), &mut options)?;
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

/// Whether there are files that a command could turn into text.
fn has_unread(report: &Report) -> bool {
    report.skipped.iter().any(|skipped| skipped.reason.keeps_records())
}
