//! `"…"~N`: every word of the phrase within N characters, in any order.

use crate::haystack::Haystack;
use crate::plan::needle::Needle;

/// The passage that `"…"~N` looks for: one that has every word. The posting lists of words have no
/// positions, so the text of each candidate is scanned. So the answer is exact even for words that
/// overlap, and for Latin words that stand inside a longer run of letters.
pub(crate) struct NearPassage {
    /// What to find; [`Needle::word`] is the number of the word.
    pub(super) needles: Vec<Needle>,
    /// How many words there are.
    pub(super) words: usize,
    /// Maximum length of the passage, in key characters.
    pub(super) distance: usize,
}

impl NearPassage {
    /// Whether a text has such a passage.
    pub(super) fn occurs_in(&self, haystack: &Haystack<'_>) -> bool {
        // For each word, the latest start of a match so far. The shortest passage that ends with
        // the current match and has every word starts at the earliest of these.
        let mut starts: Vec<Option<usize>> = vec![None; self.words];
        haystack.any_match_by_end(&self.needles, |needle, range| {
            let start = &mut starts[self.needles[needle].word];
            *start = (*start).max(Some(range.start));
            // `None` is less than any start: there is no earliest start until every word is found.
            let earliest = starts.iter().min().copied().flatten();
            earliest.is_some_and(|earliest| range.end - earliest <= self.distance)
        })
    }
}
