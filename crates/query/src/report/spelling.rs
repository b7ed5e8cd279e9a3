//! Suggestions for a typed word that no document contains: words of the index that are written or
//! sound alike.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use wensou_index::TextField;
use wensou_text::{fold, is_han};

use crate::engine::Engine;
use crate::error::Error;
use crate::exec::FIRST_HAN;
use crate::index_ref::IndexRef;
use crate::lang::{Diagnostic, Node, NodeKind, Query, Span, Term};
use crate::plan::Mode;
use crate::plan::expr::FilterField;
use crate::plan::pinyin_letters::{sound_alike, usually_sound_alike};
use crate::report::clauses::query_of;
use crate::runner::Runner;

/// The most words that are suggested for one word.
const MAX_SUGGESTIONS: usize = 3;
/// The most typed words that get suggestions.
const MAX_WORDS: usize = 4;
/// The longest typed word that is looked up, in characters.
const MAX_LENGTH: usize = 40;
/// A typed word of Han characters may be at most this many characters longer than a similar word.
/// If it is longer still, several words were typed, and a part of them resembles some other word by
/// chance.
const MAX_EXTRA_CHARS: usize = 2;
/// The words of the index in each script, Latin and Han, are compared for at most this long. After
/// that, the closest words so far are taken.
const TIME_LIMIT: Duration = Duration::from_millis(150);
/// The clock is read only once for this many words.
const WORDS_PER_TIME_CHECK: u32 = 256;

/// Hints for the words of `query` that no document contains (W008): similar words of the index.
/// Ask for them only if a search finds nothing: every word of the index is compared.
///
/// # Errors
///
/// As [`crate::search`].
pub fn similar_words<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
) -> Result<Vec<Diagnostic>, Error> {
    let runner = Runner::new(index);
    let mut missing_words = Vec::new();
    let mut terms = Vec::new();
    collect_words(&query.root, &mut terms);
    for (span, text) in terms {
        if missing_words.len() == MAX_WORDS {
            break;
        }
        let folded = fold(&text);
        let term = Term { text: text.clone(), prefix: false };
        let node = Node { kind: NodeKind::Term(term), span };
        if !(2..=MAX_LENGTH).contains(&folded.chars().count())
            || runner.count(&query_of(query, vec![node]), Mode::Strict)? > 0
        {
            continue;
        }
        missing_words.push(MissingWord::new(span, text, &folded));
    }
    if missing_words.is_empty() {
        return Ok(Vec::new());
    }
    compare_with_index(runner.engine(), &mut missing_words)?;
    let hints = missing_words.iter().filter_map(|missing| {
        let nearest = missing.nearest();
        let hint = || Diagnostic::similar_word(&query.text, missing.span, &missing.typed, &nearest);
        (!nearest.is_empty()).then(hint)
    });
    Ok(hints.collect())
}

/// Collects the words outside NOT, quotes and filters, each with its span. A text that mixes Han
/// and other characters is cut into runs of Han characters and runs of others.
fn collect_words(node: &Node, terms: &mut Vec<(Span, String)>) {
    match &node.kind {
        NodeKind::Term(term) if !term.prefix => {
            let chars: Vec<char> = term.text.chars().collect();
            let runs = chars.chunk_by(|a, b| is_han(*a) == is_han(*b));
            terms.extend(runs.map(|run| (node.span, run.iter().collect())));
        }
        NodeKind::And(nodes) | NodeKind::Or(nodes) => {
            nodes.iter().for_each(|node| collect_words(node, terms));
        }
        NodeKind::Required(node) | NodeKind::Scoped { node, .. } => collect_words(node, terms),
        _ => {}
    }
}

/// Compares the words of the index with each of `missing_words`, and adds to it those that come
/// close.
fn compare_with_index(engine: &dyn Engine, missing_words: &mut [MissingWord]) -> Result<(), Error> {
    for field in [FilterField::Tag, FilterField::Source] {
        for (word, documents) in engine.values(field)? {
            missing_words.iter_mut().for_each(|missing| missing.add_if_close(&word, &|| documents));
        }
    }
    let is_han_word = |missing: &MissingWord| missing.chars.iter().any(|c| is_han(*c));
    // Latin words come first, and a large index has many: each script gets its own time.
    for (from, for_han_words) in [("", false), (FIRST_HAN, true)] {
        if missing_words.iter().all(|word| is_han_word(word) != for_han_words) {
            continue;
        }
        let started = Instant::now();
        let mut compared = 0u32;
        engine.for_each_word_from(from, &mut |word, count_in| {
            let max_df = || TextField::ALL.into_iter().map(count_in).max().unwrap_or(0);
            missing_words.iter_mut().for_each(|missing| missing.add_if_close(word, &max_df));
            compared = compared.wrapping_add(1);
            !compared.is_multiple_of(WORDS_PER_TIME_CHECK) || started.elapsed() < TIME_LIMIT
        })?;
    }
    Ok(())
}

/// A typed word that no document contains, and the words of the index that come close to it.
struct MissingWord {
    span: Span,
    typed: String,
    /// The word, folded.
    text: String,
    chars: Vec<char>,
    /// The words that come close: for each its distance from `text`, and its highest document
    /// frequency in any field.
    found: HashMap<String, (u32, u64)>,
}

impl MissingWord {
    fn new(span: Span, typed: String, folded: &str) -> Self {
        let chars = folded.chars().collect();
        Self { span, typed, text: folded.to_owned(), chars, found: HashMap::new() }
    }

    /// Adds a word of the index to those found, if it comes close. `documents` counts the documents
    /// that have it.
    fn add_if_close(&mut self, word: &str, documents: &dyn Fn() -> u64) {
        if let Some(distance) = self.distance(word) {
            let documents = documents();
            if documents > 0 {
                let (_, max_df) = self.found.entry(word.to_owned()).or_insert((distance, 0));
                *max_df = (*max_df).max(documents);
            }
        }
    }

    /// How far a word of the index is from what was typed: for Latin words, the number of edits.
    /// `None` if it is too far.
    fn distance(&self, word: &str) -> Option<u32> {
        if word == self.text {
            return None;
        }
        let length = self.chars.len();
        // Most words differ in length or script, which is quick to test.
        if !word.is_ascii() {
            let may_be_close = word.len() <= self.text.len() && word.chars().all(is_han);
            return if may_be_close { self.distance_of_han(word) } else { None };
        }
        let allowed = match length {
            0..=2 => return None,
            3..=7 => 1,
            _ => 2,
        };
        if word.len() < 3 || word.len().abs_diff(length) > allowed || !self.text.is_ascii() {
            return None;
        }
        // Numbers are not misspelt.
        if self.text.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let distance = strsim::osa_distance(&self.text, word);
        (distance <= allowed).then_some(distance as u32)
    }

    /// As [`MissingWord::distance`], for a word of Han characters. Such a word comes close if
    ///
    /// - one of its characters differs from the typed one; in a word of two characters, only if the
    ///   typed character and that of the word sound alike;
    /// - up to half of its characters, rounded up, differ, and all of these sound alike;
    /// - both characters of a word of two differ, and their usual readings sound alike.
    ///
    /// What was typed may have up to [`MAX_EXTRA_CHARS`] more characters than a word of three or
    /// more. It may have no more characters than a word of two, because a word of two is easily a
    /// part of another word.
    ///
    /// The distance is twice a number that grows with the difference in sound, plus the number of
    /// additional characters.
    fn distance_of_han(&self, word: &str) -> Option<u32> {
        let chars: Vec<char> = word.chars().collect();
        let extra = self.chars.len().checked_sub(chars.len())?;
        if chars.len() < 2 || extra > MAX_EXTRA_CHARS || chars.len() == 2 && extra > 0 {
            return None;
        }
        let windows = self.chars.windows(chars.len());
        let distances = windows.filter_map(|window| {
            let differing: Vec<_> = window.iter().zip(&chars).filter(|(a, b)| a != b).collect();
            let usually_alike = || differing.iter().all(|(a, b)| usually_sound_alike(**a, **b));
            let alike = || differing.iter().all(|(a, b)| sound_alike(**a, **b));
            match differing.len() {
                0 => None,
                1 if alike() => Some(0),
                // A word of two characters becomes another word if one of them differs.
                1 if chars.len() > 2 => Some(1),
                2.. if differing.len() * 2 <= chars.len() + 1 && alike() => Some(1),
                2 if chars.len() == 2 && usually_alike() => Some(2),
                _ => None,
            }
        });
        distances.min().map(|distance| distance * 2 + extra as u32)
    }

    /// The closest words, the most frequent of equally close ones first.
    fn nearest(&self) -> Vec<(String, u64)> {
        let distances = self.found.values().map(|(distance, _)| *distance);
        let min_distance = distances.min().unwrap_or_default();
        let closest = self.found.iter().filter(|(_, (distance, _))| *distance == min_distance);
        let mut closest: Vec<(String, u64)> =
            closest.map(|(word, (_, documents))| (word.clone(), *documents)).collect();
        closest.sort_by(|(one, a), (other, b)| b.cmp(a).then_with(|| one.cmp(other)));
        closest.truncate(MAX_SUGGESTIONS);
        closest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_close_by_letters_or_by_sound() {
        let distance = |typed: &str, word| {
            MissingWord::new(Span::default(), typed.to_owned(), typed).distance(word)
        };
        for (typed, word) in [
            ("bitcion", "bitcoin"),
            ("ethereun", "ethereum"),
            ("以太纺", "以太坊"),
            ("比特必", "比特币"),
            ("以太方", "以太坊"),
            ("买以太纺币", "以太坊"),
            ("挖况", "挖矿"),
        ] {
            assert!(distance(typed, word).is_some(), "{typed} {word}");
        }
        for (typed, word) in [
            // Too many edits, or a word of fewer than three letters.
            ("bitcion", "bit"),
            ("btc", "eth"),
            ("bdt", "dt"),
            ("solana", "salaam"),
            // Numbers, and what was typed itself.
            ("2023", "2024"),
            ("以太纺", "以太纺"),
            // The characters that differ do not sound alike.
            ("天气", "天空"),
            // More characters were typed than a word of this length may lack.
            ("斯拉夫交付散步", "斯拉交"),
            ("穿山甲", "单价"),
            ("穿山甲", "山家"),
            // 单 sounds like 闪 only in its rare reading.
            ("闪家", "单价"),
            // A single character.
            ("比", "币"),
        ] {
            assert_eq!(distance(typed, word), None, "{typed} {word}");
        }
    }
}
