//! Runs a build with a progress bar and a log, and prints its summary.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use wensou_index::{BuildOptions, Error as IndexError};
use wensou_ingest::{KeyCount, Report};

use super::log::Log;
use super::progress::ProgressDisplay;
use super::signals;
use super::summary::{self, MAX_NAMED, comma_separated};
use crate::out::{Terminal, sanitize};

/// Where a build reports what it does.
#[derive(Default)]
pub(crate) struct Reporting {
    /// Whether neither progress nor summary is printed.
    pub(crate) quiet: bool,
    /// The file that progress and problems are appended to.
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
    let bar = ProgressDisplay::new(reporting.quiet, reporting.log.clone());
    signals::catch(dir, reporting.log.clone(), bar.eraser()).context("cannot catch signals")?;
    let outcome = wensou_index::build(dir, roots, options, &bar);
    bar.clear();
    let built = match outcome {
        Ok(built) => built,
        Err(error) => {
            let left = signals::what_is_left(wensou_index::current_generation(dir).as_deref());
            note(&format!("failed: {}; {left}", error_chain(&error)));
            if let IndexError::Strict { report } = &error {
                // No index has the whole list.
                print_skipped(report, "", terminal);
                return Err(error).context(left);
            }
            return Err(error.into());
        }
    };
    if let Some(damage) = &built.damaged {
        let message = format!("the previous index was damaged ({damage}) and was rebuilt");
        note(&message);
        terminal.notice(format_args!("warning: {}", sanitize::line(&message)));
    }
    if let Some(error) = &built.not_durable {
        let message = format!(
            "the new index is in use, but may not survive a power cut: {}; the previous index is \
             kept until the next `wensou index`",
            error_chain(error)
        );
        note(&message);
        terminal.notice(format_args!("warning: {}", sanitize::line(&message)));
    }
    let report = &built.meta.report;
    report.skipped.iter().for_each(|skipped| note(&format!("skipped {skipped}")));
    print_skipped(report, ": `wensou stats --skipped` lists all", terminal);
    if !reporting.quiet {
        print_key_problems(report, terminal);
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
fn error_chain(error: &IndexError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

/// Prints which files were skipped: the first [`MAX_NAMED`], and the number of the others, followed
/// by `where_all_are`.
fn print_skipped(report: &Report, where_all_are: &str, terminal: &mut Terminal) {
    for skipped in report.skipped.iter().take(MAX_NAMED) {
        terminal.notice(format_args!("skipped {}", sanitize::line(&skipped.to_string())));
    }
    if report.skipped.len() > MAX_NAMED {
        let more = report.skipped.len() - MAX_NAMED;
        terminal.notice(format_args!("skipped {more} more{where_all_are}"));
    }
}

/// Prints which keys of dumps were not used, which have values of a type that cannot be read, and
/// which kinds of records were left out.
fn print_key_problems(report: &Report, terminal: &mut Terminal) {
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
    if !report.keys_of_wrong_type.is_empty() {
        let keys = names(&report.keys_of_wrong_type);
        terminal.notice(format_args!("keys with values of a type that cannot be read: {keys}"));
    }
    if !report.other_kinds.is_empty() {
        let kinds = names(&report.other_kinds);
        terminal.notice(format_args!("records that are no articles: {kinds}"));
    }
}
