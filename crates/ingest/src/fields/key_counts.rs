//! Counts the keys of a dump that were not used, or whose values have a wrong type.

use foldhash::HashMap;

/// Maximum number of keys that are counted for one dump.
const MAX_KEYS: usize = 1000;
/// Maximum characters of a key that are kept.
const MAX_CHARS: usize = 100;

/// For each key, how often it occurs, and the number of the first line that has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeyCounts(HashMap<String, (u64, u64)>);

impl KeyCounts {
    /// Counts a key in a line.
    pub(crate) fn add(&mut self, key: &str, line: u64) {
        if let Some((count, _)) = self.0.get_mut(key) {
            *count += 1;
        } else if self.0.len() < MAX_KEYS {
            self.0.insert(key.to_owned(), (1, line));
        }
    }

    /// The keys in the order of their first lines, each with its count and its first line.
    pub(crate) fn into_sorted(self) -> Vec<(String, u64, u64)> {
        let short = |key: String| -> String { key.chars().take(MAX_CHARS).collect() };
        let mut all: Vec<_> =
            self.0.into_iter().map(|(key, (count, line))| (short(key), count, line)).collect();
        all.sort_by(|(a, _, first), (b, _, second)| (first, a).cmp(&(second, b)));
        all
    }
}
