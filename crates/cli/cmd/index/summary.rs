//! The summary of a build: what changed, what was read, and what was left out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use wensou_index::{Built, FileCounts, Share};
use wensou_ingest::{Reason, Report};

use crate::out::count::{byte_size, count_noun};

/// Maximum number of entries that a list names: of skipped files, of keys of dumps, and in a dry
/// run of added, changed and removed files. `stats --skipped` names all skipped files and all keys.
pub(crate) const MAX_NAMED: usize = 20;

/// Maximum number of endings of ignored files that are named; files with other endings are counted
/// together.
const MAX_ENDINGS: usize = 6;

/// Maximum number of paths of a share that are named; further ones are counted.
const MAX_PATHS: usize = 3;

/// The summary of a build, in lines. `rebuilt` says that the index was built from scratch.
pub(super) fn lines(built: &Built, rebuilt: bool, took: Duration) -> Vec<String> {
    let (report, counts) = (&built.meta.report, &built.meta.file_counts);
    let mut lines = Vec::new();
    if let Some(changes) = changes(counts) {
        let done = if rebuilt { "rebuilt" } else { "updated" };
        lines.push(format!("index {done}: {changes}"));
    }
    lines.push(contents(report, took));
    lines.push(left_out(report));
    let covered = comma_separated(&built.meta.given);
    lines.push(match &built.meta.share {
        None => format!("covers {covered}"),
        Some(share) => format!("covers {} of {covered}", share_paths(share)),
    });
    lines
}

/// The differences from the previous index, such as `3 added, 1 changed, 2 removed`; `None` if
/// there was no previous index, or if the previous index had no file table.
pub(crate) fn changes(counts: &FileCounts) -> Option<String> {
    let changes = counts.changes?;
    let mut line = format!(
        "{} added, {} changed, {} removed",
        changes.added, changes.changed, changes.removed
    );
    if counts.unreadable > 0 {
        line.push_str(&format!(", {} unreadable (old records kept)", counts.unreadable));
    }
    Some(line)
}

/// What was read, what the index contains, and what was wrong with the files of the archive.
fn contents(report: &Report, took: Duration) -> String {
    let mut line = format!(
        "indexed {} ({}) in {:.1} s: {}, {} ({})",
        pages_and_dumps(report),
        byte_size(report.bytes),
        took.as_secs_f64(),
        count_noun(report.articles, "article"),
        count_noun(report.flashes_distinct, "flash item"),
        count_noun(report.flash_occurrences, "occurrence"),
    );
    let mut also = |count: u64, noun: &str, what: &str| {
        if count > 0 {
            line.push_str(&format!("; {}{what}", count_noun(count, noun)));
        }
    };
    also(report.undated, "article", " without a date");
    also(report.unread_dates.len() as u64, "date", " not understood");
    let unextracted = report.unextracted.len();
    let kept = report.unextracted.iter().filter(|page| page.reason.keeps_text()).count();
    also(kept as u64, "page", " whose article was not found, kept whole");
    also((unextracted - kept) as u64, "page", " without text");
    also(report.records_without_text, "record", " with a title and no text");
    let others = report.other_kinds.iter().map(|kind| kind.count).sum();
    also(others, "record", " of other kinds left out");
    also(report.lossy.len() as u64, "file", " with invalid bytes");
    also(report.repaired.len() as u64, "file", " repaired");
    also(report.mojibake_kept.len() as u64, "paragraph", " of mojibake left");
    also(report.boilerplate_lines, "line", " of boilerplate left out");
    also(report.unsplit_tags, "tag line", " could not be split completely");
    also(report.records_kept, "old record", " kept of files that could not be read");
    line
}

/// The number of pages and, if there are any, of dumps.
pub(crate) fn pages_and_dumps(report: &Report) -> String {
    let pages = count_noun(report.pages, "page");
    match report.dumps {
        0 => pages,
        dumps if report.pages == 0 => count_noun(dumps, "dump"),
        dumps => format!("{pages} and {}", count_noun(dumps, "dump")),
    }
}

/// What was skipped and ignored, and how to list it; `skipped none` if nothing was.
fn left_out(report: &Report) -> String {
    let mut parts = Vec::new();
    if !report.skipped.is_empty() {
        parts.push(format!("skipped {}", skipped(report)));
    }
    if !report.ignored.is_empty() {
        parts.push(format!("ignored {}", ignored(report)));
    }
    if parts.is_empty() {
        return "skipped none".to_owned();
    }
    parts.push("`wensou stats --skipped` names all".to_owned());
    parts.join("; ")
}

/// The number of ignored files, in all and for each of the most frequent endings; `none` if there
/// are none.
pub(crate) fn ignored(report: &Report) -> String {
    let endings = report.ignored_by_ending();
    if endings.is_empty() {
        return "none".to_owned();
    }
    let mut endings: Vec<(&String, &u64)> = endings.iter().collect();
    endings.sort_by_key(|(ending, count)| (std::cmp::Reverse(**count), (*ending).clone()));
    let most_frequent = endings.iter().take(MAX_ENDINGS);
    let mut named: Vec<String> =
        most_frequent.map(|(ending, count)| format!("{count} {ending}")).collect();
    let others: u64 = endings.iter().skip(MAX_ENDINGS).map(|(_, count)| **count).sum();
    if others > 0 {
        named.push(format!("{others} others"));
    }
    format!("{}: {}", count_noun(report.ignored.len() as u64, "file"), named.join(", "))
}

/// Paths with commas between them.
pub(crate) fn comma_separated(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}

/// The first paths of a share, and how many more it has; `all` for a share without paths.
pub(crate) fn share_paths(share: &Share) -> String {
    let named = share.paths.iter().take(MAX_PATHS).cloned().collect::<Vec<_>>().join(", ");
    match share.paths.len() {
        0 => "all".to_owned(),
        count if count > MAX_PATHS => format!("{named} and {} more", count - MAX_PATHS),
        _ => named,
    }
}

/// The number of skipped files, in all and for each reason; `none` if there are none.
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

/// A short name of a reason, for the summary.
fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Unreadable(_) => "unreadable",
        Reason::Empty => "empty",
        Reason::Binary => "binary",
        Reason::TooLarge { .. } => "too large",
        Reason::Special => "not a regular file",
        Reason::SymlinkLoop => "symlink loop",
        Reason::Malformed(_) => "malformed",
        Reason::DuplicateId(_) => "duplicate id",
        Reason::Damaged(_) => "damaged",
        Reason::Encrypted => "encrypted",
        Reason::Unsupported(_) => "unsupported format",
        Reason::Nested => "nested container",
        Reason::Bomb(_) => "too large when decompressed",
        Reason::UnsafeName => "unsafe name",
        Reason::DuplicateName => "duplicate name",
        Reason::SymlinkOutsideRoots => "symlink out of the archive",
        Reason::BadPattern(_) => "bad pattern",
        Reason::Abandoned(_) => "abandoned partway",
        Reason::HttpStatus(_) => "with another status than 200",
        _ => "other reasons",
    }
}
