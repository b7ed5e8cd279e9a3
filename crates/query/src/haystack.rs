//! A haystack: a text that is prepared for finding needles in it.
//!
//! The text is folded as documents are, so a needle matches here what it matches in the index. The
//! fold maps every match back to an exact range of the original characters.

use std::cell::OnceCell;
use std::ops::Range;

use foldhash::HashSet;
use wensou_index::{TextField, Texts};
use wensou_text::{Folded, Key, Pattern, PatternMatch, is_han};

use crate::graphemes::Graphemes;
use crate::plan::analyze::MIN_EMBEDDED;
use crate::plan::needle::{Needle, NeedleKind};

/// The characters of Chinese numerals from 1 to 99.
const HAN_NUMERALS: &str = "一二三四五六七八九十";

/// A needle found in a text, as a range of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextMatch {
    /// Index of the needle.
    pub(crate) needle: usize,
    /// Range of characters of the original text.
    pub(crate) chars: Range<usize>,
}

/// A needle found in a text, as a range of the folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FoldedMatch {
    /// Index of the needle.
    needle: usize,
    /// Range of folded characters.
    folded: Range<usize>,
}

/// A text, prepared for finding needles.
pub(crate) struct Haystack<'t> {
    folded: Folded<'t>,
    key: Key,
    original: Vec<char>,
    /// The numbers with a multiplier and the Chinese numerals: for each its range of the key, and
    /// the digits of its value. Computed when a needle first needs them.
    values: OnceCell<Vec<(Range<usize>, Vec<char>)>>,
}

/// The texts of a record as haystacks, each with its field.
pub(crate) fn haystacks(texts: Texts) -> Vec<(TextField, Haystack<'static>)> {
    let title = (TextField::Title, Haystack::owned(texts.title));
    let body = (TextField::Body, Haystack::owned(texts.body));
    let tags = texts.tags.into_iter().map(|tag| (TextField::Tags, Haystack::owned(tag)));
    [title, body].into_iter().chain(tags).collect()
}

impl<'t> Haystack<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self::of(Folded::new(text))
    }

    /// As [`Haystack::new`], for a text that the haystack owns.
    pub(crate) fn owned(text: String) -> Haystack<'static> {
        Haystack::of(Folded::owned(text))
    }

    fn of(folded: Folded<'t>) -> Self {
        let original: Vec<char> = folded.original().chars().collect();
        Self { key: Key::new(&folded), folded, original, values: OnceCell::new() }
    }

    /// The characters of the original text.
    pub(crate) fn original(&self) -> &[char] {
        &self.original
    }

    /// All matches of one needle. `pattern` is its [`pattern_in_text`](Needle::pattern_in_text).
    fn matches_of<'n>(
        &'n self,
        needle: &'n Needle,
        pattern: Option<&'n Pattern>,
    ) -> Box<dyn Iterator<Item = PatternMatch> + 'n> {
        let match_at = |key: Range<usize>| {
            let folded = self.key.folded_range(key.clone());
            PatternMatch { key, folded }
        };
        let sequences = || self.key.find_all(&needle.key);
        let patterns = || pattern.into_iter().flat_map(|it| it.find_all(&self.folded, &self.key));
        match needle.kind {
            NeedleKind::Sequence => Box::new(sequences().map(match_at)),
            NeedleKind::Word => {
                Box::new(sequences().map(match_at).filter(|found| self.is_word(&found.folded)))
            }
            NeedleKind::WordStart => Box::new(
                sequences().map(match_at).filter(|found| self.is_word_start(&found.folded)),
            ),
            NeedleKind::Value => {
                let values = self.values.get_or_init(|| {
                    let values = wensou_text::number_values(&self.folded).into_iter();
                    values
                        .map(|(chars, digits)| (self.key.range_of(chars), digits.chars().collect()))
                        .collect()
                });
                let equal = values.iter().filter(|(_, digits)| *digits == needle.key);
                let by_value = equal.map(move |(key, _)| match_at(key.clone()));
                // First numerals and numbers with a multiplier, then plain digits.
                Box::new(by_value.chain(patterns()))
            }
            NeedleKind::Exact => Box::new(patterns()),
            NeedleKind::ExactWord | NeedleKind::ExactPrefix => {
                let bounded = move |found: &PatternMatch| {
                    pattern.is_some_and(|pattern| self.is_bounded(needle, pattern, found))
                };
                Box::new(patterns().filter(bounded))
            }
        }
    }

    /// Whether a match of an exact word may start and end where it does. Words of at least
    /// [`MIN_EMBEDDED`] key characters are found anywhere, even inside runs of letters. A shorter
    /// word must start and end at the boundary of a word, or with a symbol of its own, as `C++`
    /// does; a [`NeedleKind::ExactPrefix`] may end anywhere. No word starts inside a Chinese
    /// numeral, and none that ends with a numeral ends inside one: 三季 is not found in 十三季, and
    /// 百分之五 not in 百分之五点二.
    fn is_bounded(&self, needle: &Needle, pattern: &Pattern, found: &PatternMatch) -> bool {
        let is_numeral = |c: &char| HAN_NUMERALS.contains(*c);
        // Of the text, not of the key, which leaves out the mark of 第二、三季.
        let before = found.folded.start.checked_sub(1);
        let before = before.and_then(|at| self.folded.slice(at..at + 1).chars().next());
        if pattern.key().first().is_some_and(is_numeral) && before.as_ref().is_some_and(is_numeral)
        {
            return false;
        }
        let mut after = self.folded.slice(found.folded.end..found.folded.end + 2).chars();
        if pattern.key().last().is_some_and(is_numeral)
            && needle.kind == NeedleKind::ExactWord
            && after.find(|c| *c != '点').as_ref().is_some_and(is_numeral)
        {
            return false;
        }
        if pattern.key().len() >= MIN_EMBEDDED {
            return true;
        }
        let chars = self.folded.original_chars(found.folded.clone());
        let (symbol_first, symbol_last) = pattern.outer_symbols();
        let may_end_inside_word = symbol_last || needle.kind == NeedleKind::ExactPrefix;
        (symbol_first || self.is_boundary(chars.start))
            && (may_end_inside_word || self.is_boundary(chars.end))
    }

    /// Whether the text has the needle.
    pub(crate) fn has(&self, needle: &Needle) -> bool {
        self.matches_of(needle, needle.pattern_in_text().as_ref()).next().is_some()
    }

    /// Calls `visit` with the matches of all needles, in the order of their ends, until `visit`
    /// returns `true`. Returns whether `visit` has returned `true`. A match is given as the index
    /// of its needle and its range of the key.
    pub(crate) fn any_match_by_end(
        &self,
        needles: &[Needle],
        mut visit: impl FnMut(usize, Range<usize>) -> bool,
    ) -> bool {
        let patterns: Vec<Option<Pattern>> = needles.iter().map(Needle::pattern_in_text).collect();
        let mut ranges: Vec<_> = needles
            .iter()
            .zip(&patterns)
            .map(|(needle, pattern)| self.ranges_by_end(needle, pattern.as_ref()).peekable())
            .collect();
        loop {
            // The needle whose next match ends first.
            let nexts = ranges.iter_mut().enumerate();
            let ends = nexts.filter_map(|(needle, ranges)| Some((ranges.peek()?.end, needle)));
            let Some((_, needle)) = ends.min() else { return false };
            if ranges[needle].next().is_some_and(|key| visit(needle, key)) {
                return true;
            }
        }
    }

    /// The ranges of the key that match one needle, in the order of their ends.
    fn ranges_by_end<'n>(
        &'n self,
        needle: &'n Needle,
        pattern: Option<&'n Pattern>,
    ) -> Box<dyn Iterator<Item = Range<usize>> + 'n> {
        let found = self.matches_of(needle, pattern).map(|found| found.key);
        match needle.kind {
            // Values are found in two passes (those of numerals and multipliers first, then plain
            // digits), so the ranges are not in order.
            NeedleKind::Value => {
                let mut all: Vec<Range<usize>> = found.collect();
                all.sort_unstable_by_key(|key| key.end);
                Box::new(all.into_iter())
            }
            _ => Box::new(found),
        }
    }

    /// All matches of the needles, from left to right; of those that start together, the longest
    /// first. Matches may overlap. Of equal needles, only the first is searched for.
    fn matches(&self, needles: &[Needle]) -> Vec<FoldedMatch> {
        let mut matches: Vec<FoldedMatch> = Vec::new();
        // A match of an equal needle has the same range as that of the first one, so
        // `disjoint_matches` would drop it.
        let mut seen = HashSet::default();
        for (number, needle) in needles.iter().enumerate() {
            if !seen.insert((needle.kind as u8, &needle.key)) {
                continue;
            }
            let pattern = needle.pattern_in_text();
            let found = self.matches_of(needle, pattern.as_ref());
            matches.extend(found.map(|found| FoldedMatch { needle: number, folded: found.folded }));
        }
        matches
            .sort_by_key(|found| (found.folded.start, usize::MAX - found.folded.end, found.needle));
        matches
    }

    /// The matches of all needles, without overlaps: where matches overlap, the leftmost is kept,
    /// and of those that start together the longest.
    pub(crate) fn disjoint_matches(&self, needles: &[Needle]) -> Vec<TextMatch> {
        let mut end = 0;
        let mut disjoint: Vec<TextMatch> = Vec::new();
        let graphemes = Graphemes::of(self.folded.original(), &self.original);
        for found in self.matches(needles) {
            if found.folded.start < end {
                continue;
            }
            let chars = graphemes.around(self.folded.original_chars(found.folded.clone()));
            // What one character folds to can hold two matches: ㍿ holds both 株式 and 会社.
            if disjoint.last().is_some_and(|last| chars.start < last.chars.end) {
                continue;
            }
            end = found.folded.end;
            disjoint.push(TextMatch { needle: found.needle, chars });
        }
        disjoint
    }

    /// The query words that the text has: their indices, ascending, each once.
    pub(crate) fn words_found(&self, needles: &[Needle]) -> Vec<usize> {
        let mut words: Vec<usize> =
            needles.iter().filter(|needle| self.has(needle)).map(|needle| needle.word).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Whether a range of the folded text starts and ends at the boundary of a word or of a part of
    /// one.
    fn is_word(&self, folded: &Range<usize>) -> bool {
        let chars = self.folded.original_chars(folded.clone());
        self.is_boundary(chars.start) && self.is_boundary(chars.end)
    }

    /// As [`Haystack::is_word`], except that a range that ends with a letter need not end at a
    /// boundary: the word may be longer than the range.
    fn is_word_start(&self, folded: &Range<usize>) -> bool {
        let chars = self.folded.original_chars(folded.clone());
        let ends_with_letter =
            chars.end.checked_sub(1).is_some_and(|last| self.original[last].is_alphabetic());
        self.is_boundary(chars.start) && (ends_with_letter || self.is_boundary(chars.end))
    }

    /// Whether a Latin word may start or end before character `at` of the original.
    fn is_boundary(&self, at: usize) -> bool {
        let (Some(before), Some(after)) =
            (at.checked_sub(1).and_then(|i| self.original.get(i)), self.original.get(at))
        else {
            return true;
        };
        let is_word_char = |c: &char| c.is_alphanumeric() && !is_han(*c);
        if !is_word_char(before) || !is_word_char(after) {
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
