//! The queries of this run and of earlier runs. They are kept in the file `wensou/history` of the
//! XDG state folder.

use std::fs;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::text::one_line;

/// Maximum number of queries that are kept.
const MAX_ENTRIES: usize = 1_000;
/// Maximum number of bytes of the queries that are kept, with a line feed after each query. Of a
/// longer file, only this many bytes at its end are read, which are the newest queries.
const MAX_BYTES: usize = 4 << 20;

/// The history, and which of its queries the input line shows.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// All queries, oldest first, each once.
    entries: Vec<String>,
    /// The queries of this run, oldest first, each once.
    of_this_run: Vec<String>,
    /// The index of the entry that the input line shows; `None` while it shows what was typed.
    recalled: Option<usize>,
    /// What was typed before the input line showed an entry.
    typed: String,
}

impl History {
    /// Reads the history. It is empty if the file cannot be read.
    pub(crate) fn load() -> Self {
        let entries = history_path().and_then(|path| read_entries(&path).ok()).unwrap_or_default();
        Self { entries, ..Self::default() }
    }

    /// Adds a query that was run. From here on, the input line shows typed text and no entry.
    pub(crate) fn remember(&mut self, query: &str) {
        push(&mut self.entries, query);
        push(&mut self.of_this_run, query);
        self.recalled = None;
    }

    /// Adds the queries of this run to the file. Queries that other processes have added to the
    /// file meanwhile stay. If the file cannot be read, it is not replaced.
    pub(crate) fn save(&self) -> io::Result<()> {
        history_path().map_or(Ok(()), |path| self.save_to(&path))
    }

    fn save_to(&self, path: &Path) -> io::Result<()> {
        if self.of_this_run.is_empty() {
            return Ok(());
        }
        let mut entries = read_entries(path)?;
        self.of_this_run.iter().for_each(|query| push(&mut entries, query));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        write_private(path, &(entries.join("\n") + "\n"))
    }

    /// Goes to the next older query that differs from `current`, the text of the input line, and
    /// returns that query for the input line to show; `None` if there is none.
    pub(crate) fn older(&mut self, current: &str) -> Option<String> {
        if self.recalled.is_none() {
            current.clone_into(&mut self.typed);
        }
        let end = self.recalled.unwrap_or(self.entries.len());
        let recalled = self.entries[..end].iter().rposition(|entry| entry != current)?;
        self.recalled = Some(recalled);
        self.entries.get(recalled).cloned()
    }

    /// Goes to the next newer query, and returns it for the input line to show. After the newest
    /// query comes the typed text. `None` if the input line shows the typed text already.
    pub(crate) fn newer(&mut self) -> Option<String> {
        let next = self.recalled? + 1;
        self.recalled = (next < self.entries.len()).then_some(next);
        Some(self.entries.get(next).unwrap_or(&self.typed).clone())
    }

    /// Whether the input line shows an entry.
    pub(crate) fn is_recalling(&self) -> bool {
        self.recalled.is_some()
    }

    /// From here on, the input line shows typed text and no entry, for example because the user has
    /// edited an entry.
    pub(crate) fn stop_recalling(&mut self) {
        self.recalled = None;
    }

    /// All queries, the newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &String> {
        self.entries.iter().rev()
    }
}

/// Adds a query at the end, as one line, and removes it where it was before. Removes the oldest
/// queries if there are more than [`MAX_ENTRIES`], or more bytes than [`MAX_BYTES`].
fn push(entries: &mut Vec<String>, query: &str) {
    let query = one_line(query).trim().to_owned();
    if query.is_empty() || query.len() >= MAX_BYTES {
        return;
    }
    entries.retain(|entry| *entry != query);
    entries.push(query);
    let mut bytes = 0;
    let fits = |entry: &&String| {
        bytes += entry.len() + 1;
        bytes <= MAX_BYTES
    };
    let kept = entries.iter().rev().take(MAX_ENTRIES).take_while(fits).count();
    entries.drain(..entries.len() - kept);
}

/// The queries in a file, oldest first; none if there is no such file.
fn read_entries(path: &Path) -> io::Result<Vec<String>> {
    let mut file = match fs::File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        opened => opened?,
    };
    let skipped = file.metadata()?.len().saturating_sub(MAX_BYTES as u64);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64).read_to_end(&mut bytes)?;
    // Invalid UTF-8 changes only the query that it is in.
    let text = String::from_utf8_lossy(&bytes);
    // The first line that is read may lack its beginning.
    let cut_lines = usize::from(skipped > 0);
    let mut entries = Vec::new();
    text.lines().skip(cut_lines).for_each(|line| push(&mut entries, line));
    Ok(entries)
}

fn history_path() -> Option<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new().ok()?;
    Some(folders.state_dir()?.join("wensou/history"))
}

/// Replaces a file in one step. Only the user may read it.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension(std::process::id().to_string());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| file.write_all(text.as_bytes()));
    let renamed = written.and_then(|()| fs::rename(&temporary, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_and_newer_queries_come_back() {
        let mut history = History::default();
        ["a", " b\n", "", "a"].iter().for_each(|query| history.remember(query));
        assert_eq!(history.entries, ["b", "a"]);
        assert_eq!(history.older("typed").as_deref(), Some("a"));
        assert_eq!(history.older("a").as_deref(), Some("b"));
        assert_eq!(history.older("b"), None);
        assert_eq!(history.newer().as_deref(), Some("a"));
        assert_eq!(history.newer().as_deref(), Some("typed"));
        assert_eq!(history.newer(), None);
    }
    #[test]
    fn only_the_newest_queries_are_kept_if_all_have_too_many_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        // About 12,000 bytes each: of 1,000 such queries, 4 MiB hold 349.
        let queries: Vec<String> =
            (0..MAX_ENTRIES).map(|n| format!("{n} {}", "長".repeat(4_000))).collect();
        let mut history = History::default();
        queries.iter().for_each(|query| history.remember(query));
        history.save_to(&path).unwrap();
        assert!(fs::metadata(&path).unwrap().len() <= MAX_BYTES as u64);
        let kept = read_entries(&path).unwrap();
        assert!(kept.len() > 300, "{}", kept.len());
        assert!(kept == queries[queries.len() - kept.len()..]);
    }

    #[test]
    fn a_file_that_is_too_long_or_has_invalid_utf8_loses_no_other_query() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let mut history = History::default();
        history.remember("質押");
        // The file is read from within the first line, and from within a character.
        for first_line_bytes in [MAX_BYTES, MAX_BYTES + 1, MAX_BYTES + 2] {
            let mut content = "長".repeat(first_line_bytes / 3 + 1).into_bytes();
            content.resize(first_line_bytes, b'a');
            content.extend("\n減半\n".as_bytes());
            content.extend(b"\xff\xfe\n");
            fs::write(&path, content).unwrap();
            history.save_to(&path).unwrap();
            assert_eq!(read_entries(&path).unwrap(), ["減半", "\u{fffd}\u{fffd}", "質押"]);
        }
    }

    #[test]
    fn a_history_that_cannot_be_read_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::default();
        history.remember("質押");
        let unreadable = folder.path().join("history");
        fs::create_dir(&unreadable).unwrap();
        assert!(history.save_to(&unreadable).is_err());
        assert!(unreadable.is_dir());
    }
}
