//! Whether the files of shown records are still as they were indexed.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde_json::json;
use wensou_ingest::{FileEntry, FileStamp, file_hash};

use crate::open_index::OpenIndex;
use crate::original_file::original_member;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// The code of the warning about changed files. All other codes are in `wensou_query::lang::Code`,
/// which leaves this number free.
const CODE: &str = "W006";
/// Maximum number of files that are named.
const MAX_NAMED: usize = 3;

/// The state of an indexed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileState {
    Unchanged,
    Changed,
    Missing,
}

/// The state of the file that a record's path names. A file whose size and time are as they were is
/// unchanged. If only the time differs, the file is read and compared by its hash; if it cannot be
/// read, it counts as changed. A file that the index knows nothing of, such as every file of an
/// index on a cluster, counts as unchanged.
fn file_state(index: &OpenIndex, path: &str) -> FileState {
    let entry = index.local().and_then(|index| index.file_entry(path));
    let Some(entry) = entry else { return FileState::Unchanged };
    let Some((file, _)) = original_member(index, path) else { return FileState::Missing };
    match fs::metadata(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => FileState::Missing,
        Err(_) => FileState::Unchanged,
        Ok(metadata) if is_unchanged(&file, FileStamp::of(&metadata), &entry) => {
            FileState::Unchanged
        }
        Ok(_) => FileState::Changed,
    }
}

/// Whether a file with this stamp is as `entry` says. Reads the file if only its time differs.
fn is_unchanged(file: &Path, stamp: FileStamp, entry: &FileEntry) -> bool {
    let size_and_time = |stamp: FileStamp| (stamp.bytes, stamp.modified);
    size_and_time(stamp) == size_and_time(entry.stamp)
        || stamp.bytes == entry.stamp.bytes
            && file_hash(file).is_ok_and(|hash| hash == entry.content_hash)
}

/// Whether the file that a record's path names has other content than when it was indexed. Reads
/// the file, because another version of the file can have the same size and time. Returns false if
/// the index does not know the file, or if the file is missing or cannot be read.
pub(crate) fn has_other_content(index: &OpenIndex, path: &str) -> bool {
    let entry = index.local().and_then(|index| index.file_entry(path));
    let Some(entry) = entry else { return false };
    let Some((file, _)) = original_member(index, path) else { return false };
    file_hash(&file).is_ok_and(|hash| hash != entry.content_hash)
}

/// Warns if files of shown records have changed or are gone.
pub(crate) fn warn_about_changes<'p>(
    index: &OpenIndex,
    paths: impl Iterator<Item = &'p str>,
    for_program: bool,
    terminal: &mut Terminal,
) {
    let (mut changed, mut missing): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for path in paths {
        let list = match file_state(index, path) {
            FileState::Unchanged => continue,
            FileState::Changed => &mut changed,
            FileState::Missing => &mut missing,
        };
        if !list.contains(&path) {
            list.push(path);
        }
    }
    for (paths, change) in [(changed, "changed since"), (missing, "been moved or removed since")] {
        if paths.is_empty() {
            continue;
        }
        let message = message(&paths, change);
        if for_program {
            terminal.notice_json(&json!({
                "severity": "warning",
                "code": CODE,
                "message": message,
                "help": "run `wensou index`",
            }));
        } else {
            let line = format!("warning: {message}: run `wensou index`");
            terminal.notice(sanitize::line(&line));
        }
    }
}

/// Says that these files have changed in some way since they were indexed. `change` ends with
/// "since". There must be a path.
fn message(paths: &[&str], change: &str) -> String {
    let subject = match paths.len() {
        1..=MAX_NAMED => paths.join(", "),
        more => count_noun(more as u64, "file"),
    };
    match paths.len() {
        1 => format!("{subject} has {change} it was indexed"),
        _ => format!("{subject} have {change} they were indexed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_has_singular_or_plural_by_the_number_of_files() {
        let change = "changed since";
        // The message must not mistake "it was" in a name for its own words.
        assert_eq!(
            message(&["as it was.txt"], change),
            "as it was.txt has changed since it was indexed"
        );
        assert_eq!(
            message(&["as it was.txt", "b.txt"], change),
            "as it was.txt, b.txt have changed since they were indexed"
        );
        assert_eq!(message(&["a"; 4], change), "4 files have changed since they were indexed");
    }
}
