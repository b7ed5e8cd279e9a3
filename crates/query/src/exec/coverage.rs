//! Coverage: how much of a relaxed query a document has.

use tantivy::DocId;

use crate::exec::matcher::Matcher;
use crate::exec::window::DocWindow;

/// How much of a query a document has: the number of words that it matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Coverage(u32);

/// Counts the words that each document of a window matches. Without words, the coverage of every
/// document is zero.
#[derive(Default)]
pub(crate) struct CoverageCounter {
    words: Vec<Matcher>,
    /// For each word, its candidates in the current window.
    candidates: Vec<DocWindow>,
    /// The first document id of the current window.
    start: DocId,
    /// The coverage of each document of the current window, by its offset.
    counts: Vec<u32>,
}

impl CoverageCounter {
    /// Counts the matches of `words`, one matcher for each word.
    pub(crate) fn new(words: Vec<Matcher>) -> Self {
        Self { words, ..Self::default() }
    }

    /// Whether there is nothing to count.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Counts the words of each document of the window, and removes the documents that have less
    /// than `min`. Windows must ascend.
    pub(crate) fn begin_window(&mut self, window: &mut DocWindow, min: Coverage) {
        if self.is_empty() {
            return;
        }
        let Self { words, candidates, start, counts } = self;
        *start = window.start();
        candidates.clear();
        counts.clear();
        counts.resize(window.length(), 0);
        for word in words.iter_mut() {
            let mut own = window.clone();
            word.retain(&mut own);
            candidates.push(own);
        }
        window.retain(|doc| {
            let is_candidate = |own: &&DocWindow| own.contains(doc);
            // Confirming a word reads positions: skip documents that have too few candidates.
            if (candidates.iter().filter(is_candidate).count() as u32) < min.0 {
                return false;
            }
            let words = words.iter_mut().zip(candidates.iter());
            let matched = words.filter(|(_, own)| own.contains(doc));
            let count = matched.filter_map(|(word, _)| word.confirm(doc).then_some(())).count();
            counts[(doc - *start) as usize] = count as u32;
            count as u32 >= min.0
        });
    }

    /// The coverage of a document of the current window.
    pub(crate) fn of(&self, doc: DocId) -> Coverage {
        let offset = doc.wrapping_sub(self.start) as usize;
        Coverage(self.counts.get(offset).copied().unwrap_or_default())
    }
}
