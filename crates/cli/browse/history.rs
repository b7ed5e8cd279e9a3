//! The queries of this run and of earlier runs. They are kept in the file `wensou/history` of the
//! XDG state folder.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::text::one_line;

/// How many queries are kept.
const MAX_ENTRIES: usize = 1_000;
/// How many bytes at the start of the file are read.
const MAX_BYTES: u64 = 4 << 20;

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
        let read = |path: PathBuf| -> io::Result<String> {
            let mut text = String::new();
            fs::File::open(path)?.take(MAX_BYTES).read_to_string(&mut text)?;
            Ok(text)
        };
        let text = history_path().and_then(|path| read(path).ok()).unwrap_or_default();
        let mut history = Self::default();
        text.lines().for_each(|line| push(&mut history.entries, line));
        history
    }

    /// Adds a query that was run. From here on, the input line shows typed text and no entry.
    pub(crate) fn remember(&mut self, query: &str) {
        push(&mut self.entries, query);
        push(&mut self.of_this_run, query);
        self.recalled = None;
    }

    /// Adds the queries of this run to the file. Queries that other processes have added to the
    /// file meanwhile stay.
    pub(crate) fn save(&self) -> io::Result<()> {
        let Some(path) = history_path().filter(|_| !self.of_this_run.is_empty()) else {
            return Ok(());
        };
        let mut entries = Self::load().entries;
        self.of_this_run.iter().for_each(|query| push(&mut entries, query));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        write_private(&path, &(entries.join("\n") + "\n"))
    }

    /// Shows the next older query that differs from `current`, the text of the input line, and
    /// returns it; `None` if there is none.
    pub(crate) fn older(&mut self, current: &str) -> Option<String> {
        if self.recalled.is_none() {
            current.clone_into(&mut self.typed);
        }
        let end = self.recalled.unwrap_or(self.entries.len());
        let recalled = self.entries[..end].iter().rposition(|entry| entry != current)?;
        self.recalled = Some(recalled);
        self.entries.get(recalled).cloned()
    }

    /// Shows the next newer query and returns it. After the newest query comes the typed text.
    /// `None` if the input line shows the typed text already.
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
/// query if there are too many.
fn push(entries: &mut Vec<String>, query: &str) {
    let query = one_line(query).trim().to_owned();
    if query.is_empty() {
        return;
    }
    entries.retain(|entry| *entry != query);
    entries.push(query);
    let surplus = entries.len().saturating_sub(MAX_ENTRIES);
    entries.drain(..surplus);
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
}
