//! The queries of earlier runs, kept by the XDG rules in `wensou/history` of the state folder.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::text::one_line;

/// The most queries that are kept.
const MAX_ENTRIES: usize = 1_000;
/// The most bytes of the file that are read.
const MAX_BYTES: u64 = 4 << 20;

/// The history, and the query of it that is shown.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Oldest first, each once.
    entries: Vec<String>,
    /// Those of this run, oldest first.
    fresh: Vec<String>,
    /// The entry that is shown; `None` if what was typed is.
    at: Option<usize>,
    /// What was typed before an entry was shown.
    draft: String,
}

impl History {
    /// Reads the history. Without a file it is empty.
    pub(crate) fn load() -> Self {
        let read = |path: PathBuf| -> io::Result<String> {
            let mut text = String::new();
            io::Read::read_to_string(
                &mut io::Read::take(fs::File::open(path)?, MAX_BYTES),
                &mut text,
            )?;
            Ok(text)
        };
        let text = path().and_then(|path| read(path).ok()).unwrap_or_default();
        let mut history = Self::default();
        text.lines().for_each(|line| push(&mut history.entries, line));
        history
    }

    /// Adds a query that was used.
    pub(crate) fn remember(&mut self, query: &str) {
        push(&mut self.entries, query);
        push(&mut self.fresh, query);
        self.at = None;
    }

    /// Writes the queries of this run. The file may have got others meanwhile, which stay.
    pub(crate) fn save(&self) -> io::Result<()> {
        let Some(path) = path().filter(|_| !self.fresh.is_empty()) else { return Ok(()) };
        let mut entries = Self::load().entries;
        self.fresh.iter().for_each(|query| push(&mut entries, query));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        write_private(&path, &(entries.join("\n") + "\n"))
    }

    /// The next older query than the one that is shown.
    pub(crate) fn older(&mut self, current: &str) -> Option<String> {
        if self.at.is_none() {
            current.clone_into(&mut self.draft);
        }
        let before = self.at.unwrap_or(self.entries.len());
        let at = self.entries[..before].iter().rposition(|entry| entry != current)?;
        self.at = Some(at);
        self.entries.get(at).cloned()
    }

    /// The next newer query, at last what was typed; `None` if that is shown.
    pub(crate) fn newer(&mut self) -> Option<String> {
        let at = self.at? + 1;
        self.at = (at < self.entries.len()).then_some(at);
        Some(self.entries.get(at).unwrap_or(&self.draft).clone())
    }

    /// Whether an entry is shown.
    pub(crate) fn is_open(&self) -> bool {
        self.at.is_some()
    }

    /// What is shown is typed text again.
    pub(crate) fn close(&mut self) {
        self.at = None;
    }

    /// All queries, the newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &String> {
        self.entries.iter().rev()
    }
}

/// Adds a query at the end, and removes it elsewhere.
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

fn path() -> Option<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new().ok()?;
    Some(folders.state_dir()?.join("wensou/history"))
}

/// Replaces a file in one step. Only the user may read it.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension(std::process::id().to_string());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| file.write_all(text.as_bytes()));
    let renamed = written.and_then(|()| fs::rename(&draft, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&draft);
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
