//! Makes snippets: the passage of a text that best shows why it matched, in the text's own
//! characters.

use std::ops::Range;

use serde::Serialize;

use crate::haystack::{Haystack, TextMatch};
use crate::plan::needle::Needle;

/// A piece of a text, with its matches marked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Snippet {
    /// The text, character for character.
    pub text: String,
    /// Ranges of characters of `text`, in ascending order and without overlaps.
    pub highlights: Vec<[usize; 2]>,
    /// Whether text before the snippet was cut off.
    #[serde(skip)]
    pub cut_start: bool,
    /// Whether text after the snippet was cut off.
    #[serde(skip)]
    pub cut_end: bool,
}

/// Cuts the best passage of at most `limit` characters from a text, and marks its matches.
///
/// The best passage has the distinct words of the highest summed weight, in the shortest span; of
/// equally good passages, it is the first. It starts and ends where a sentence does, if one starts
/// or ends nearby; else where a clause does; else anywhere but inside a Latin word.
pub(crate) fn snippet(text: &str, needles: &[Needle], limit: usize) -> Snippet {
    let haystack = Haystack::new(text);
    let matches = haystack.disjoint_matches(needles);
    let chars = haystack.original();
    let core = best_match_range(&matches, needles, limit);
    let passage = widen(chars, core, limit);
    cut(chars, &passage, &matches)
}

/// Marks the matches in the whole text.
pub(crate) fn highlight_all(text: &str, needles: &[Needle]) -> Snippet {
    let haystack = Haystack::new(text);
    let matches = haystack.disjoint_matches(needles);
    let chars = haystack.original();
    cut(chars, &(0..chars.len()), &matches)
}

/// The most pairs of matches (the first and the last of a group) that are compared for the best
/// group. A text that consists of matches has millions of pairs, and its beginning
/// is as good as any other part.
const MAX_COMPARISONS: usize = 1 << 21;

/// The worth of a further match of the same word, as a fraction of the needle's weight.
const REPEAT_FACTOR: f32 = 0.05;

/// How much the logarithm of a needle's length adds to the worth of its match.
const LENGTH_FACTOR: f32 = 0.25;

/// What the score of a group loses if the group is as long as the whole snippet. The score of a
/// shorter group loses in proportion to its length.
const SPAN_PENALTY: f32 = 0.5;

/// Scores that differ by less are equal, so that rounding does not decide.
const EPSILON: f32 = 1e-6;

/// The smallest range of characters that holds the best group of matches. The range is not longer
/// than `limit`, unless the group is a single match.
fn best_match_range(matches: &[TextMatch], needles: &[Needle], limit: usize) -> Range<usize> {
    let (mut best_score, mut best_range) = (f32::MIN, 0..0);
    let mut comparisons = 0;
    for (number, first) in matches.iter().enumerate() {
        let mut words: Vec<usize> = Vec::new();
        let mut worth = 0.0;
        for last in &matches[number..] {
            let span = last.chars.end - first.chars.start;
            if span > limit && last != first {
                break;
            }
            comparisons += 1;
            if comparisons > MAX_COMPARISONS {
                return best_range;
            }
            let needle = &needles[last.needle];
            // A longer needle of a word is stronger evidence than a shorter one.
            let length = needle.key.len() as f32;
            if words.contains(&needle.word) {
                worth += needle.weight * REPEAT_FACTOR;
            } else {
                words.push(needle.word);
                worth += needle.weight * (1.0 + length.ln() * LENGTH_FACTOR);
            }
            let score = worth - span as f32 / limit.max(1) as f32 * SPAN_PENALTY;
            if score > best_score + EPSILON {
                (best_score, best_range) = (score, first.chars.start..last.chars.end);
            }
        }
    }
    best_range
}

/// Extends the range `core` to at most `limit` characters, so that the text in it reads well from
/// its start to its end.
fn widen(chars: &[char], core: Range<usize>, limit: usize) -> Range<usize> {
    if chars.len() <= limit {
        return 0..chars.len();
    }
    let spare = limit.saturating_sub(core.len());
    let earliest = core.start.saturating_sub(spare / 2);
    let start = if earliest == 0 {
        0
    } else {
        let starts = earliest..=core.start;
        let after = |is_end: fn(char) -> bool| starts.clone().find(|&at| is_end(chars[at - 1]));
        after(ends_sentence).or_else(|| after(ends_clause)).unwrap_or_else(|| {
            (earliest..core.start).find(|&at| may_cut(chars, at)).unwrap_or(core.start)
        })
    };
    let start = (start..core.start).find(|&at| !chars[at].is_whitespace()).unwrap_or(start);
    let latest = (start + limit).min(chars.len());
    if latest == chars.len() {
        // The text ends before `limit` is used up: use what is left for text before the core.
        let start = start.min(chars.len().saturating_sub(limit).max(earliest));
        let start = (start..=core.start).find(|&at| may_cut(chars, at)).unwrap_or(core.start);
        return start..latest;
    }
    // The passage may end early, at a sentence or a clause, only if at least two thirds of it are
    // kept.
    let shortest = core.end.max(start + limit * 2 / 3);
    let before = |is_end: fn(char) -> bool| {
        (shortest..=latest).rev().find(|&at| at > 0 && is_end(chars[at - 1]))
    };
    let end = before(ends_sentence)
        .or_else(|| before(ends_clause))
        .or_else(|| (core.end..=latest).rev().find(|&at| may_cut(chars, at)))
        .unwrap_or(latest);
    start..end
}

/// The characters of `passage`, without white space at its end, with the matches in it.
fn cut(chars: &[char], passage: &Range<usize>, matches: &[TextMatch]) -> Snippet {
    let trailing_space =
        chars[passage.clone()].iter().rev().take_while(|c| c.is_whitespace()).count();
    let passage = &(passage.start..passage.end - trailing_space);
    let highlights = matches
        .iter()
        .filter(|found| found.chars.start >= passage.start && found.chars.end <= passage.end)
        .map(|found| [found.chars.start - passage.start, found.chars.end - passage.start])
        .collect();
    Snippet {
        text: chars[passage.clone()].iter().collect(),
        highlights,
        cut_start: passage.start > 0,
        cut_end: passage.end < chars.len(),
    }
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '!' | '?' | ';' | '\u{ff01}' | '\u{ff1f}' | '\u{ff1b}' | '\n' | '…')
}

fn ends_clause(c: char) -> bool {
    matches!(c, ',' | ':' | ')' | '\u{ff0c}' | '\u{ff1a}' | '\u{ff09}' | '、' | '”' | '」' | '》')
}

/// Whether the text may be cut before character `at`: not within a Latin word, a number or an
/// emoji, and not between a character and its combining marks.
fn may_cut(chars: &[char], at: usize) -> bool {
    let (Some(before), Some(after)) = (at.checked_sub(1).and_then(|i| chars.get(i)), chars.get(at))
    else {
        return true;
    };
    // The joiner of emoji, and the letters that form flags in pairs.
    let in_emoji = |c: &char| matches!(c, '\u{200d}' | '\u{1f1e6}'..='\u{1f1ff}');
    if *before == '\u{200d}' || in_emoji(before) && in_emoji(after) {
        return false;
    }
    let in_word = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '\'' | '%');
    !(is_combining(*after) || in_word(before) && in_word(after))
}

/// Whether a character belongs to the one before it, such as a combining mark, joiner or variation
/// selector.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{20d0}'..='\u{20ff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}
