//! A text in which needles are found.
//!
//! The text is folded as documents are, so that a needle matches here what it matches in the index.
//! The fold maps every match back to an exact range of the original characters.

use std::cell::OnceCell;
use std::ops::Range;

use wensou_text::{Folded, Key, is_han};

use crate::plan::needle::{Needle, NeedleKind};

/// A needle found in a text, as a range of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextMatch {
    /// Index of the needle.
    pub(crate) needle: usize,
    /// Range of characters of the original text.
    pub(crate) chars: Range<usize>,
}

/// A needle found in a text, as a range of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyMatch {
    /// Index of the needle.
    pub(crate) needle: usize,
    /// Range of key characters.
    pub(crate) key: Range<usize>,
}

/// A text, prepared for finding needles.
pub(crate) struct Haystack<'t> {
    folded: Folded<'t>,
    key: Key,
    original: Vec<char>,
    /// The numbers with a multiplier: their range of the key, and their value. Filled when a needle
    /// first needs them.
    values: OnceCell<Vec<(Range<usize>, Vec<char>)>>,
}

impl<'t> Haystack<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let folded = Folded::new(text);
        let key = Key::new(&folded);
        Self { folded, key, original: text.chars().collect(), values: OnceCell::new() }
    }

    /// The characters of the original text.
    pub(crate) fn original(&self) -> &[char] {
        &self.original
    }

    fn original_range(&self, key: Range<usize>) -> Range<usize> {
        self.folded.original_chars(self.key.folded_range(key))
    }

    /// All matches of one needle, as ranges of the key.
    fn matches_of<'n>(&'n self, needle: &'n Needle) -> Box<dyn Iterator<Item = Range<usize>> + 'n> {
        let sequences = || self.key.find_all(&needle.key);
        match needle.kind {
            NeedleKind::Sequence => Box::new(sequences()),
            NeedleKind::Word => Box::new(sequences().filter(|key| self.is_word(key))),
            NeedleKind::Value => {
                let values = self.values.get_or_init(|| {
                    let values = wensou_text::values(&self.folded).into_iter();
                    values
                        .map(|(chars, digits)| (self.key.range_of(chars), digits.chars().collect()))
                        .collect()
                });
                let equal = values.iter().filter(|(_, digits)| *digits == needle.key);
                Box::new(equal.map(|(key, _)| key.clone()))
            }
        }
    }

    /// All matches of all needles, leftmost first, then longest. Matches may overlap.
    pub(crate) fn matches(&self, needles: &[Needle]) -> Vec<KeyMatch> {
        let mut matches: Vec<KeyMatch> = Vec::new();
        for (number, needle) in needles.iter().enumerate() {
            matches.extend(self.matches_of(needle).map(|key| KeyMatch { needle: number, key }));
        }
        matches.sort_by_key(|found| (found.key.start, usize::MAX - found.key.end, found.needle));
        matches
    }

    /// The matches of all needles, without overlaps: where matches overlap, the leftmost is kept,
    /// and of those that start together the longest.
    pub(crate) fn disjoint_matches(&self, needles: &[Needle]) -> Vec<TextMatch> {
        let mut key_end = 0;
        let mut disjoint: Vec<TextMatch> = Vec::new();
        for found in self.matches(needles) {
            if found.key.start < key_end {
                continue;
            }
            let chars = self.original_range(found.key.clone());
            // What one character folds to can hold two matches: ㍿ holds both 株式 and 会社.
            if disjoint.last().is_some_and(|last| chars.start < last.chars.end) {
                continue;
            }
            key_end = found.key.end;
            disjoint.push(TextMatch { needle: found.needle, chars });
        }
        disjoint
    }

    /// The query words that the text has: their indices, ascending, each once.
    pub(crate) fn words_found(&self, needles: &[Needle]) -> Vec<usize> {
        let mut words: Vec<usize> = needles
            .iter()
            .filter(|needle| self.matches_of(needle).next().is_some())
            .map(|needle| needle.word)
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Whether a range of the key starts and ends at the boundary of a word or of a part of one.
    fn is_word(&self, key: &Range<usize>) -> bool {
        let chars = self.original_range(key.clone());
        self.is_boundary(chars.start) && self.is_boundary(chars.end)
    }

    /// Whether a Latin word may start or end before character `at` of the original.
    fn is_boundary(&self, at: usize) -> bool {
        let (Some(before), Some(after)) =
            (at.checked_sub(1).and_then(|i| self.original.get(i)), self.original.get(at))
        else {
            return true;
        };
        let joins = |c: &char| c.is_alphanumeric() && !is_han(*c);
        if !joins(before) || !joins(after) {
            return true;
        }
        // The parts of a camel-case word (`OpenAI`) and of a mixed run (`GPT4`) are words of their
        // own.
        let next_is_lower = self.original.get(at + 1).is_some_and(|c| c.is_lowercase());
        before.is_numeric() != after.is_numeric()
            || (before.is_lowercase() && after.is_uppercase())
            || (before.is_uppercase() && after.is_uppercase() && next_is_lower)
    }
}
