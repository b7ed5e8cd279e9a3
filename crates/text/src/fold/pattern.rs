//! Patterns: texts that are searched for together with their symbols.

use std::ops::Range;

use crate::fold::Folded;
use crate::fold::key::Key;
use crate::fold::symbols::{SYMBOL_TERM_PREFIX, is_digit, is_symbol, symbol_terms};

/// Whether a [`Pattern`] can match a part of a run of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edges {
    /// A run of digits at either edge of the pattern must be a whole run of the text.
    Whole,
    /// The same as [`Edges::Whole`], except that a run of digits at the end of the pattern can be
    /// the start of a longer run in the text.
    Prefix,
}

/// What stands between two adjacent key characters. A pattern matches only where its gaps equal
/// those of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Gap {
    /// The symbols that count.
    symbols: Vec<char>,
    /// Whether a space separates two digits; `false` if one of the characters is not a digit.
    spaced: bool,
    /// Whether anything separates two digits; `false` if one of the characters is not a digit.
    apart: bool,
}

/// A text that is searched for together with its symbols.
///
/// ```
/// use wensou_text::{Edges, Folded, Key, Pattern};
/// let finds = |phrase: &str, text: &str| {
///     let folded = Folded::new(text);
///     let key = Key::new(&folded);
///     Pattern::new(phrase, Edges::Whole).find_all(&folded, &key).next().is_some()
/// };
/// assert!(finds("3.5%", "增長3.5%") && !finds("3.5%", "13.5%") && !finds("35%", "3.5%"));
/// assert!(finds("C++", "C++17") && !finds("C++", "C"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    key: Vec<char>,
    /// The symbols before the first key character; all symbols if there is no key character.
    start: Vec<char>,
    /// The gaps between key characters; `None` where symbols do not count.
    inner: Vec<Option<Gap>>,
    /// The symbols after the last key character.
    end: Vec<char>,
    edges: Edges,
}

/// Where a pattern occurs in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternMatch {
    /// The range in the key of the text; empty if the pattern has only symbols.
    pub key: Range<usize>,
    /// The range in characters of the folded text, including the symbols of the pattern.
    pub folded: Range<usize>,
}

impl Pattern {
    /// Makes the pattern of a phrase: all its symbols count.
    #[must_use]
    pub fn new(text: &str, edges: Edges) -> Self {
        let all_count = |_: char, _: char| true;
        Self::with(text, edges, all_count)
    }

    /// Makes the pattern of a word: inside it, only symbols between digits count. `F-16` and `F16`
    /// are the same word, `3.5` and `35` are not. Symbols before and after the word count.
    #[must_use]
    pub fn of_word(text: &str, edges: Edges) -> Self {
        Self::with(text, edges, |a, b| is_digit(a) && is_digit(b))
    }

    /// Makes a pattern in which symbols between two key characters count if `counts` says so.
    fn with(text: &str, edges: Edges, counts: impl Fn(char, char) -> bool) -> Self {
        let folded = Folded::new(text);
        let key = Key::new(&folded);
        let chars = key.chars();
        let inner = (1..chars.len())
            .map(|at| counts(chars[at - 1], chars[at]).then(|| gap(&folded, &key, at)))
            .collect();
        let mut symbols = Vec::new();
        append_symbols(&folded, &key, 0, Count::Symbols, &mut symbols);
        let start = symbols.iter().map(|(_, c)| *c).collect();
        symbols.clear();
        if !chars.is_empty() {
            append_symbols(&folded, &key, chars.len(), Count::Symbols, &mut symbols);
        }
        let end = symbols.iter().map(|(_, c)| *c).collect();
        Self { key: chars.to_vec(), start, inner, end, edges }
    }

    /// The key characters.
    #[must_use]
    pub fn key(&self) -> &[char] {
        &self.key
    }

    /// Whether the pattern consists of exactly one symbol.
    #[must_use]
    pub fn is_one_symbol(&self) -> bool {
        self.key.is_empty() && self.start.len() == 1
    }

    /// The symbol terms of the pattern, each after [`SYMBOL_TERM_PREFIX`]. Every text in which the
    /// pattern occurs has all of them.
    #[must_use]
    pub fn symbol_terms(&self) -> Vec<String> {
        let mut text: String = self.start.iter().collect();
        for (at, c) in self.key.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| self.inner[before].as_ref());
            if let Some(gap) = before {
                text.extend(&gap.symbols);
                text.extend(gap.spaced.then_some(' '));
            }
            text.push(*c);
        }
        text.extend(&self.end);
        let mut terms = Vec::new();
        symbol_terms(&text, |chars| {
            terms.push(std::iter::once(&SYMBOL_TERM_PREFIX).chain(chars).collect());
        });
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// Whether the pattern starts with a symbol, and whether it ends with one.
    #[must_use]
    pub fn outer_symbols(&self) -> (bool, bool) {
        (!self.start.is_empty(), !self.end.is_empty())
    }

    /// Finds all occurrences in a text, including overlapping ones. `key` is the key of `folded`.
    pub fn find_all<'t>(
        &'t self,
        folded: &'t Folded<'_>,
        key: &'t Key,
    ) -> Box<dyn Iterator<Item = PatternMatch> + 't> {
        if self.key.is_empty() {
            return Box::new(self.symbols_alone(folded, key));
        }
        let mut symbols = Vec::new();
        let found = key.find_all(&self.key);
        Box::new(found.filter_map(move |range| self.match_at(folded, key, range, &mut symbols)))
    }

    /// The match at `range` of the key, where the key characters are those of the pattern; `None`
    /// if the symbols differ. `symbols` is a buffer.
    fn match_at(
        &self,
        folded: &Folded<'_>,
        key: &Key,
        range: Range<usize>,
        symbols: &mut Vec<(usize, char)>,
    ) -> Option<PatternMatch> {
        let inner = (range.start + 1..range.end).zip(&self.inner);
        for (at, wanted) in inner {
            if wanted.as_ref().is_some_and(|wanted| *wanted != gap(folded, key, at)) {
                return None;
            }
        }
        let mut span = key.folded_range(range.clone());
        // Whether key characters `at - 1` and `at` are adjacent digits of the text.
        let in_digits = |at: usize| {
            let two = key.chars().get(at.wrapping_sub(1)).zip(key.chars().get(at));
            two.is_some_and(|(a, b)| is_digit(*a) && is_digit(*b)) && !is_apart(key, at)
        };
        if self.start.is_empty() {
            if in_digits(range.start) {
                return None;
            }
        } else {
            symbols.clear();
            append_symbols(folded, key, range.start, Count::Symbols, symbols);
            let from = symbols.len().checked_sub(self.start.len())?;
            let (start, _) = symbols[from];
            span.start = symbols_equal(&symbols[from..], &self.start).then_some(start)?;
        }
        if self.end.is_empty() {
            if self.edges == Edges::Whole && in_digits(range.end) {
                return None;
            }
        } else {
            symbols.clear();
            append_symbols(folded, key, range.end, Count::Symbols, symbols);
            let first = symbols.get(..self.end.len())?;
            span.end =
                symbols_equal(first, &self.end).then(|| first.last().map(|(at, _)| at + 1))??;
        }
        Some(PatternMatch { key: range, folded: span })
    }

    /// Finds the occurrences of a pattern that has only symbols.
    fn symbols_alone<'t>(
        &'t self,
        folded: &'t Folded<'_>,
        key: &'t Key,
    ) -> impl Iterator<Item = PatternMatch> + 't {
        let count = self.start.len();
        let gaps = if count == 0 { 0..0 } else { 0..key.chars().len() + 1 };
        gaps.flat_map(move |at| {
            let mut symbols = Vec::new();
            append_symbols(folded, key, at, Count::Symbols, &mut symbols);
            let windows =
                symbols.windows(count).filter(|window| symbols_equal(window, &self.start));
            let found = windows.filter_map(|window| {
                let ((first, _), (last, _)) = (window.first()?, window.last()?);
                Some(PatternMatch { key: at..at, folded: *first..*last + 1 })
            });
            found.collect::<Vec<_>>()
        })
    }
}

/// Whether the symbols, without their offsets, are the wanted ones.
fn symbols_equal(symbols: &[(usize, char)], wanted: &[char]) -> bool {
    symbols.iter().map(|(_, c)| c).eq(wanted)
}

/// Whether any character stands between key characters `at - 1` and `at`.
fn is_apart(key: &Key, at: usize) -> bool {
    key.folded_range(at - 1..at + 1).len() > 2
}

/// The gap between key characters `at - 1` and `at`; `at` is at least 1.
fn gap(folded: &Folded<'_>, key: &Key, at: usize) -> Gap {
    let mut symbols = Vec::new();
    let spaced = append_symbols(folded, key, at, Count::BetweenDigits, &mut symbols);
    let between_digits = is_digit(key.chars()[at - 1]) && is_digit(key.chars()[at]);
    Gap {
        symbols: symbols.into_iter().map(|(_, c)| c).collect(),
        spaced: between_digits && spaced,
        apart: between_digits && is_apart(key, at),
    }
}

/// Which punctuation of a gap counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    /// The symbols of [`is_symbol`]. This is so at the start and the end of a pattern: whether
    /// other punctuation there stands between two digits cannot be seen in the pattern, so the
    /// pattern `%~60` does not say whether its `~` does.
    Symbols,
    /// Between two digits without a space, all punctuation.
    BetweenDigits,
}

/// Appends the symbols that count between key characters `at - 1` and `at` to `symbols`, with their
/// offsets in the folded text. At 0 and at the number of key characters, these are the symbols
/// before the first and after the last key character. Returns whether there is a space in that gap.
fn append_symbols(
    folded: &Folded<'_>,
    key: &Key,
    at: usize,
    count: Count,
    symbols: &mut Vec<(usize, char)>,
) -> bool {
    let range = key.gap(at, folded.char_count());
    if range.is_empty() {
        return false;
    }
    let text = folded.slice(range.clone());
    let spaced = text.contains(char::is_whitespace);
    let digit_at =
        |at: Option<usize>| at.and_then(|at| key.chars().get(at)).is_some_and(|c| is_digit(*c));
    let all_count = count == Count::BetweenDigits
        && !spaced
        && digit_at(at.checked_sub(1))
        && digit_at(Some(at));
    symbols.extend((range.start..).zip(text.chars()).filter(|(_, c)| all_count || is_symbol(*c)));
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_which_a_pattern_occurs_has_the_terms_of_the_pattern() {
        let text =
            "漲3.5%至$1,000.50（約€5）；C++、C#與A+級，13:02 1--2 3. 5 @a/b +5% %6 2:%7 US$9";
        let chars: Vec<char> = text.chars().collect();
        let mut of_text = Vec::new();
        symbol_terms(&crate::fold(text), |chars| of_text.push(chars.iter().collect::<String>()));
        let folded = Folded::new(text);
        let key = Key::new(&folded);
        for start in 0..chars.len() {
            for end in start + 1..=chars.len().min(start + 12) {
                let phrase: String = chars[start..end].iter().collect();
                for pattern in
                    [Pattern::new(&phrase, Edges::Whole), Pattern::of_word(&phrase, Edges::Prefix)]
                {
                    if pattern.find_all(&folded, &key).next().is_none() {
                        continue;
                    }
                    for term in pattern.symbol_terms() {
                        let term = term.trim_start_matches(SYMBOL_TERM_PREFIX);
                        assert!(of_text.iter().any(|other| other == term), "{term} of {phrase}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_pattern_is_found_with_its_symbols() {
        let finds = |phrase: &str, text: &str| {
            let folded = Folded::new(text);
            let key = Key::new(&folded);
            let pattern = Pattern::new(phrase, Edges::Whole);
            let found = pattern.find_all(&folded, &key).next();
            found.map(|found| folded.slice(found.folded).to_owned())
        };
        assert_eq!(finds("3.5%", "漲3.5%").as_deref(), Some("3.5%"));
        assert_eq!(finds("$100", "US$100.50").as_deref(), Some("$100"));
        assert_eq!(finds("++", "C++").as_deref(), Some("++"));
        assert_eq!(finds("漲5%", "漲（5）%").as_deref(), Some("涨(5)%"));
        assert_eq!(finds("%~60%", "50%~60%").as_deref(), Some("%~60%"));
        assert_eq!(finds("60~%", "60~%50").as_deref(), Some("60~%"));
        assert_eq!(finds("%、+", "5%、+8").as_deref(), Some("%、+"));
        for (phrase, text) in [
            ("3.5%", "13.5%"),
            ("3.5%", "35%"),
            ("3.5", "3. 5"),
            ("35%", "3 5%"),
            ("$100", "$1000"),
            ("C++", "C+"),
            ("1:2", "1：：2"),
            ("+", "加"),
        ] {
            assert_eq!(finds(phrase, text), None, "{phrase} in {text}");
        }
    }
}
