//! Whether the files of shown records are still as they were indexed.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::bail;
use serde_json::json;
use wensou_ingest::{FileEntry, FileStamp, file_hash};

use crate::open_index::OpenIndex;
use crate::original_file::{may_be_hidden, original_member, unknown_file};
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// The code of the warnings about changed, missing and unreadable files. All other codes are in
/// `wensou_query::lang::Code`, which leaves this number free.
const CODE: &str = "W006";
/// Maximum number of files that are named.
const MAX_NAMED: usize = 3;

/// The state of an indexed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileState {
    Unchanged,
    Changed,
    Missing,
    /// The file cannot be read, so nobody knows whether it has changed.
    Unreadable,
}

/// The state of the file that a record's path names. A file that no index on this machine knows
/// counts as unchanged.
fn file_state(index: &OpenIndex, path: &str) -> FileState {
    let Some(entry) = index.file_entry(path) else { return FileState::Unchanged };
    match original_member(index, path) {
        Some((file, _)) => state_of(&file, &entry),
        None if may_be_hidden(index, path) => FileState::Unreadable,
        None => FileState::Missing,
    }
}

/// Whether a file is as `entry` says.
pub(crate) fn is_unchanged(file: &Path, entry: &FileEntry) -> bool {
    state_of(file, entry) == FileState::Unchanged
}

/// The state of a file that was as `entry` says.
fn state_of(file: &Path, entry: &FileEntry) -> FileState {
    let stamp = fs::metadata(file).map(|metadata| FileStamp::of(&metadata));
    state_by(stamp, || file_hash(file), entry)
}

/// The state of a file that was as `entry` says, by its stamp now. A file whose size and time are
/// as they were is unchanged. If only the time differs, the file is compared by its hash.
fn state_by(
    stamp: io::Result<FileStamp>,
    hash: impl FnOnce() -> io::Result<u64>,
    entry: &FileEntry,
) -> FileState {
    let compare = || -> io::Result<bool> {
        let stamp = stamp?;
        Ok(stamp.bytes == entry.stamp.bytes
            && (stamp.modified == entry.stamp.modified || hash()? == entry.content_hash))
    };
    match compare() {
        Ok(true) => FileState::Unchanged,
        Ok(false) => FileState::Changed,
        Err(error) if error.kind() == ErrorKind::NotFound => FileState::Missing,
        Err(_) => FileState::Unreadable,
    }
}

/// Fails if the file that a record's path names has other content than when it was indexed, because
/// the byte ranges in the index would select other text. Reads the file, because another version of
/// the file can have the same size and time. A file that is missing or cannot be read passes.
///
/// # Errors
///
/// If the content is another, or if no index on this machine knows what it was.
pub(crate) fn ensure_unchanged(index: &OpenIndex, path: &str) -> anyhow::Result<()> {
    if !index.knows_file(path) {
        return Err(unknown_file(index, path));
    }
    let Some(entry) = index.file_entry(path) else { return Ok(()) };
    let Some((file, _)) = original_member(index, path) else { return Ok(()) };
    if file_hash(&file).is_ok_and(|hash| hash != entry.content_hash) {
        bail!("{path} has changed since it was indexed: run `wensou index` to index it again");
    }
    Ok(())
}

/// Warns if files of shown records have changed, are gone or cannot be read.
pub(crate) fn warn_about_changes<'p>(
    index: &OpenIndex,
    paths: impl Iterator<Item = &'p str>,
    for_program: bool,
    terminal: &mut Terminal,
) {
    let (mut changed, mut missing, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths {
        let list: &mut Vec<&str> = match file_state(index, path) {
            FileState::Unchanged => continue,
            FileState::Changed => &mut changed,
            FileState::Missing => &mut missing,
            FileState::Unreadable => &mut unreadable,
        };
        if !list.contains(&path) {
            list.push(path);
        }
    }
    let index_again = "run `wensou index`";
    let make_readable = help_of_unreadable(unreadable.len());
    for (paths, predicates, help) in [
        (changed, CHANGED, index_again),
        (missing, MISSING, index_again),
        (unreadable, UNREADABLE, make_readable),
    ] {
        if paths.is_empty() {
            continue;
        }
        let message = message(&paths, predicates);
        if for_program {
            terminal.notice_json(&json!({
                "severity": "warning",
                "code": CODE,
                "message": message,
                "help": help,
            }));
        } else {
            let line = format!("warning: {message}: {help}");
            terminal.notice(sanitize::line(&line));
        }
    }
}

/// What is said of one file, and of several.
type Predicates = [&'static str; 2];

const CHANGED: Predicates =
    ["has changed since it was indexed", "have changed since they were indexed"];
const MISSING: Predicates = [
    "has been moved or removed since it was indexed",
    "have been moved or removed since they were indexed",
];
const UNREADABLE: Predicates = [
    "cannot be read, so it may have changed since it was indexed",
    "cannot be read, so they may have changed since they were indexed",
];

/// What to do about this number of files that cannot be read.
fn help_of_unreadable(files: usize) -> &'static str {
    match files {
        1 => "make it readable for this user",
        _ => "make them readable for this user",
    }
}

/// Says something of these files. There must be a path.
fn message(paths: &[&str], [of_one, of_many]: Predicates) -> String {
    let subject = match paths.len() {
        1..=MAX_NAMED => paths.join(", "),
        more => count_noun(more as u64, "file"),
    };
    let predicate = if paths.len() == 1 { of_one } else { of_many };
    format!("{subject} {predicate}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_has_singular_or_plural_by_the_number_of_files() {
        assert_eq!(message(&["a.txt"], CHANGED), "a.txt has changed since it was indexed");
        assert_eq!(
            message(&["a.txt", "b.txt"], MISSING),
            "a.txt, b.txt have been moved or removed since they were indexed"
        );
        assert_eq!(help_of_unreadable(1), "make it readable for this user");
        assert_eq!(help_of_unreadable(2), "make them readable for this user");
        assert_eq!(message(&["a"; 4], CHANGED), "4 files have changed since they were indexed");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_neither_changed_nor_unchanged() {
        let stamp = |bytes, modified| FileStamp { bytes, modified, inode: 0 };
        let entry = FileEntry { stamp: stamp(3, 7), content_hash: 5, ..FileEntry::default() };
        let error = |kind: ErrorKind| io::Error::from(kind);
        let state = |stamp, hash| state_by(stamp, || hash, &entry);
        let (denied, not_found) = (ErrorKind::PermissionDenied, ErrorKind::NotFound);
        assert_eq!(state(Ok(stamp(3, 7)), Err(error(denied))), FileState::Unchanged);
        assert_eq!(state(Ok(stamp(3, 8)), Ok(5)), FileState::Unchanged);
        assert_eq!(state(Ok(stamp(3, 8)), Ok(6)), FileState::Changed);
        assert_eq!(state(Ok(stamp(4, 7)), Ok(5)), FileState::Changed);
        assert_eq!(state(Ok(stamp(3, 8)), Err(error(denied))), FileState::Unreadable);
        assert_eq!(state(Err(error(denied)), Ok(5)), FileState::Unreadable);
        assert_eq!(state(Err(error(not_found)), Ok(5)), FileState::Missing);
        assert_eq!(state(Ok(stamp(3, 8)), Err(error(not_found))), FileState::Missing);
    }
}
