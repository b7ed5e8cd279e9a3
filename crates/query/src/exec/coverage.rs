//! Counts the coverage of the documents of a relaxed query.

use super::candidates::Candidates;
use super::doc_id::DocId;
use super::matcher::Matcher;
use super::window::DocWindow;
use crate::rank::{Coverage, CoverageScale, IdfMass};

/// A word of the query: its matcher, and what a document gains by matching it.
type CoveringWord<'i> = (Matcher<'i>, IdfMass);

/// Adds up the coverage of each document of a window. Without words, the coverage of every document
/// is nothing.
#[derive(Default)]
pub(crate) struct CoverageCounter<'i> {
    words: Vec<CoveringWord<'i>>,
    scale: CoverageScale,
    /// For each word, its candidates in the current window.
    candidates: Vec<DocWindow>,
    /// The first document id of the current window.
    start: DocId,
    /// The coverage of each document of the current window, by its offset.
    sums: Vec<Coverage>,
}

impl<'i> CoverageCounter<'i> {
    /// Counts the matches of `words`.
    pub(crate) fn new(words: Vec<CoveringWord<'i>>, scale: CoverageScale) -> Self {
        Self { words, scale, ..Self::default() }
    }

    /// Whether there is nothing to count.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Adds up the coverage of each document of the window, and removes the documents that have
    /// less than `min`. Windows must ascend.
    pub(crate) fn begin_window(&mut self, window: &mut DocWindow, min: Coverage) {
        if self.is_empty() {
            return;
        }
        let Self { words, scale, candidates, start, sums } = self;
        *start = window.start();
        sums.clear();
        sums.resize(window.length(), Coverage::default());
        candidates.clear();
        for (word, _) in words.iter_mut() {
            let mut of_word = window.clone();
            word.retain(&mut of_word);
            candidates.push(of_word);
        }
        window.retain(|doc| {
            let is_candidate = |of_word: &DocWindow| of_word.contains(doc);
            let mut upper_bound = IdfMass::default();
            for ((_, worth), of_word) in words.iter().zip(candidates.iter()) {
                if is_candidate(of_word) {
                    upper_bound += *worth;
                }
            }
            // Confirming a word reads positions: skip documents that cannot have enough.
            if scale.coverage(upper_bound) < min {
                return false;
            }
            let mut sum = IdfMass::default();
            for ((word, worth), of_word) in words.iter_mut().zip(candidates.iter()) {
                if is_candidate(of_word) && word.confirm(doc) {
                    sum += *worth;
                }
            }
            let coverage = scale.coverage(sum);
            sums[(doc - *start) as usize] = coverage;
            coverage >= min
        });
    }

    /// The coverage of a document of the current window.
    pub(crate) fn of(&self, doc: DocId) -> Coverage {
        let offset = doc.wrapping_sub(self.start) as usize;
        self.sums.get(offset).copied().unwrap_or_default()
    }
}
