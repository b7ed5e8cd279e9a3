//! `wensou index --dry-run`: what a build would add, change and remove.

use std::path::PathBuf;

use wensou_index::{BuildOptions, PlannedChanges};

use super::summary::MAX_NAMED;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// Prints the changes. Names at most [`MAX_NAMED`] files of each kind, and counts the others.
pub(super) fn run(
    global: &GlobalSettings,
    roots: &[PathBuf],
    options: &BuildOptions,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let PlannedChanges { added, changed, removed, skipped, ignored, .. } =
        wensou_index::planned_changes(&global.index, roots, options)?;
    for (what, paths) in [("add", &added), ("change", &changed), ("remove", &removed)] {
        for path in paths.iter().take(MAX_NAMED) {
            terminal.line(format_args!("would {what} {}", sanitize::line(path)))?;
        }
        if paths.len() > MAX_NAMED {
            let more = count_noun((paths.len() - MAX_NAMED) as u64, "more file");
            terminal.line(format_args!("would {what} {more}"))?;
        }
    }
    for skipped in skipped.iter().take(MAX_NAMED) {
        terminal.line(format_args!("would skip {}", sanitize::line(&skipped.to_string())))?;
    }
    if skipped.len() > MAX_NAMED {
        terminal.line(format_args!("would skip {} more", skipped.len() - MAX_NAMED))?;
    }
    terminal.notice(format_args!(
        "{} to add, {} to change, {} to remove, {} ignored; nothing was written",
        added.len(),
        changed.len(),
        removed.len(),
        ignored
    ));
    Ok(Outcome::Done)
}
