//! Cuts text into words: Han characters as jieba does, Latin letters and numbers by rules of our
//! own, symbols one by one, and all other scripts into runs of one script.
//!
//! [`Segmenter`] walks through a text with a `cursor`, and passes each `token` to its caller.
//!
//! - `route` finds the words in a run of Han characters, from the frequencies of the `dictionary`.
//!   The dictionary is a `trie` of jieba's words, and `added_words`: those of the project and of
//!   the user. `compounds` knows the words of the user that consist of several words.
//! - `latin` cuts Latin letters and digits.
//! - `numbers` computes the values of numbers with multipliers, `numerals` those of Chinese
//!   numerals, `counted` those of numerals such as 十 that only sometimes are numbers, `ratios`
//!   those of percentages, fractions and discounts. These values are additional tokens.

mod added_words;
mod compounds;
mod counted;
mod cursor;
mod dictionary;
mod latin;
mod numbers;
pub(crate) mod numerals;
mod ratios;
mod route;
pub(crate) mod token;
mod trie;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use crate::fold::key::is_key_char;
use crate::fold::{Folded, fold};
use crate::segment::cursor::{TextCursor, TextOffset};
use crate::segment::numbers::{Value, can_start_numeral, number_value};
use crate::segment::numerals::{is_round, numeral_value};
use crate::segment::ratios::end_of_range;
use crate::segment::route::{HanSegmenter, Scratch};
use crate::segment::token::{Output, PART, Token, TokenKind, WHOLE};
use crate::tables::class::{Class, is_han};
use crate::word_tables::words::Word;

/// Cuts folded text into words. Creating a segmenter takes microseconds: the dictionary is embedded
/// in the binary and read in place.
///
/// ```
/// use wensou_text::{Folded, Segmenter};
/// let segmenter = Segmenter::new();
/// let folded = Folded::new("開源大模型 GPT-4 發佈");
/// let mut words = Vec::new();
/// segmenter.words(&folded, |token| words.push(token.text.into_owned()));
/// assert_eq!(words, ["开源", "大", "模型", "gpt4", "发布"]);
/// ```
pub struct Segmenter {
    han: HanSegmenter,
    /// The user's own words that consist of several words, folded, with the lengths of these words
    /// in characters.
    compounds: HashMap<String, Vec<usize>>,
}

impl std::fmt::Debug for Segmenter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segmenter").finish_non_exhaustive()
    }
}

impl Default for Segmenter {
    fn default() -> Self {
        Segmenter::new()
    }
}

impl Segmenter {
    /// A segmenter over the built-in dictionary.
    pub fn new() -> Self {
        Segmenter { han: HanSegmenter::new(), compounds: HashMap::new() }
    }

    /// A segmenter over the built-in dictionary, the words of the archive's subject
    /// (`data/tables/words.tsv`) and the Chinese names of `data/tables/names.tsv`. Documents and
    /// queries are analysed with it.
    ///
    /// ```
    /// use wensou_text::{Folded, Segmenter};
    /// let folded = Folded::new("比特幣減半");
    /// let mut words = Vec::new();
    /// Segmenter::standard().words(&folded, |token| words.push(token.text.into_owned()));
    /// assert_eq!(words, ["比特币", "减半"]);
    /// ```
    pub fn standard() -> Self {
        Segmenter::standard_with([])
    }

    /// [`Segmenter::standard`] with words of the user's own, added as [`Segmenter::with_words`]
    /// does.
    pub fn standard_with(own_words: impl IntoIterator<Item = Word>) -> Self {
        let mut segmenter = Segmenter::new();
        match crate::word_tables::words::precomputed_words() {
            Some(words) => {
                for (word, freq, previous_freq) in words {
                    let chars: Vec<char> = word.chars().collect();
                    segmenter.han.dictionary.add(&chars, freq, previous_freq);
                }
            }
            None => segmenter.add_words(builtin_words(), |_, _, _| ()),
        }
        let own_words: Vec<Word> = own_words.into_iter().collect();
        // Before they are added, because an added word is no longer cut.
        segmenter.compounds =
            own_words.iter().filter_map(|(word, _)| segmenter.compound(word)).collect();
        segmenter.add_words(own_words, |_, _, _| ());
        segmenter
    }

    /// [`Segmenter::new`] with words of the user's own. Each has a frequency, or `None` for the
    /// lowest one that makes it a word (jieba's `suggest_freq`). Words are folded; those with
    /// anything but Han characters are ignored, because only runs of Han are looked up. Changing
    /// these words changes terms, so the caller must record them in the index.
    ///
    /// ```
    /// use wensou_text::{Folded, Segmenter};
    /// let segmenter = Segmenter::with_words([("護城河".to_owned(), None)]);
    /// let folded = Folded::new("企业护城河");
    /// let mut words = Vec::new();
    /// segmenter.words(&folded, |token| words.push(token.text.into_owned()));
    /// assert_eq!(words, ["企业", "护城河"]);
    /// ```
    pub fn with_words(words: impl IntoIterator<Item = Word>) -> Self {
        let mut segmenter = Segmenter::new();
        segmenter.add_words(words, |_, _, _| ());
        segmenter
    }

    /// Adds those of the words that have only Han characters. Calls `added` with each word that was
    /// added, folded, its frequency, and the frequency that it had before.
    pub(crate) fn add_words(
        &mut self,
        words: impl IntoIterator<Item = Word>,
        mut added: impl FnMut(&[char], u64, u64),
    ) {
        for (word, freq) in words {
            let chars: Vec<char> = fold(&word).chars().collect();
            if chars.is_empty() || !chars.iter().all(|c| is_han(*c)) {
                continue;
            }
            let freq = freq.map_or_else(|| self.han.suggest_freq(&chars), u64::from);
            let before = self.han.dictionary.freq(&chars).unwrap_or(0);
            self.han.dictionary.add(&chars, freq, before);
            added(&chars, freq, before);
        }
    }

    /// How rare a word is in Chinese at large, on a logarithmic scale: 0 if all text consists of
    /// it, 1 if the dictionary lacks it or has it with frequency 1.
    ///
    /// ```
    /// let segmenter = wensou_text::Segmenter::standard();
    /// assert!(segmenter.rarity("公司") < segmenter.rarity("质押"));
    /// assert_eq!(segmenter.rarity("wensou"), 1.0);
    /// ```
    #[must_use]
    pub fn rarity(&self, word: &str) -> f32 {
        let chars: Vec<char> = word.chars().collect();
        let log_total = self.han.dictionary.log_total();
        match self.han.dictionary.freq(&chars) {
            Some(freq) => (1.0 - (freq.max(1) as f64).ln() / log_total) as f32,
            None => 1.0,
        }
    }

    /// Search mode: passes every word, its parts, and the values of numbers to `sink`. Words and
    /// parts are ordered by start, then by length.
    ///
    /// The parts of a Han word are the words of two and three characters inside it, as in jieba's
    /// `cut_for_search`. The parts of a Latin run are the pieces that connectors, capitals and
    /// digits divide it into, and pairs of neighbouring pieces (`PackyMcCormick`: packy, packymc,
    /// mc, mccormick, cormick). A number with a multiplier, or a Chinese numeral, has its value as
    /// an additional token, which follows the tokens of the run of digits or Han characters where
    /// the number begins. Every key character lies in exactly one token that is `whole`.
    pub fn segment<'f>(&self, folded: &'f Folded<'_>, mut sink: impl FnMut(Token<'f>)) {
        self.segment_into(folded, Output { parts: true, min_han_chars: 1, key: None }, &mut sink);
    }

    /// Passes the words to `sink`, without parts and values, as jieba's `cut` does. Every key
    /// character is in exactly one word.
    pub fn words<'f>(&self, folded: &'f Folded<'_>, mut sink: impl FnMut(Token<'f>)) {
        self.segment_into(folded, Output { parts: false, min_han_chars: 1, key: None }, &mut sink);
    }

    /// Cuts a text into its Han words and what stands between them. Passes each part to `sink` as a
    /// range of bytes, in order, with whether it is a Han word.
    pub(crate) fn split_at_han_words(
        &self,
        text: &str,
        mut sink: impl FnMut(std::ops::Range<usize>, bool),
    ) {
        let folded = Folded::new(text);
        let mut end = 0;
        self.words(&folded, |token| {
            let chars = token.chars.start as usize..token.chars.end as usize;
            let bytes = folded.original_bytes(chars);
            if token.kind != TokenKind::Han || bytes.start < end {
                return;
            }
            sink(end..bytes.start, false);
            end = bytes.end.max(bytes.start);
            sink(bytes.start..end, true);
        });
        sink(end..text.len(), false);
    }

    /// Appends the key of a text (see [`crate::key_of`]) to `key`, and passes the tokens of
    /// [`Segmenter::segment`] to `sink`, except Han tokens of fewer than `min_han_chars`
    /// characters. An index needs both, and one pass over the text produces them.
    ///
    /// ```
    /// use wensou_text::{Folded, Segmenter};
    /// let folded = Folded::new("開源，人工智能");
    /// let (mut key, mut words) = (Vec::new(), Vec::new());
    /// let min_han_chars = 3;
    /// Segmenter::new().terms(&folded, min_han_chars, &mut key, |token| {
    ///     words.push(token.text.into_owned());
    /// });
    /// assert_eq!(key.iter().collect::<String>(), "开源人工智能");
    /// assert_eq!(words, ["人工智能"]);
    /// ```
    pub fn terms<'f>(
        &self,
        folded: &'f Folded<'_>,
        min_han_chars: usize,
        key: &mut Vec<char>,
        mut sink: impl FnMut(Token<'f>),
    ) {
        self.segment_into(folded, Output { parts: true, min_han_chars, key: Some(key) }, &mut sink);
    }

    /// Passes the tokens of a text that `output` asks for to `sink`, and appends the key to the
    /// buffer in `output`, if there is one.
    fn segment_into<'f>(
        &self,
        folded: &'f Folded<'_>,
        mut output: Output<'_>,
        sink: &mut impl FnMut(Token<'f>),
    ) {
        // Taken out of the thread-local, so that the sink may segment another text on the same
        // thread.
        let mut scratch = SCRATCH.with(RefCell::take);
        let text = folded.as_str();
        let parts = output.parts;
        let mut cursor = TextCursor { text, remaining: text.chars(), char_offset: 0 };
        // Where the last value ends, in bytes: 2000万 inside 1亿2000万 is not a number of its own.
        let mut value_end = 0;
        while let Some((c, class, after)) = cursor.peek() {
            let start = cursor.offset();
            match class {
                Class::Separator | Class::Mark => cursor.advance(after),
                Class::Han => {
                    cursor.take_han(c, after, &mut scratch.chars);
                    output.add_to_key(|key| key.extend_from_slice(&scratch.chars));
                    let run = &text[start.byte..cursor.byte()];
                    self.han.cut(run, start.char, &output, &mut scratch, sink);
                    if parts {
                        emit_numeral_values(text, start, &scratch.chars, &mut value_end, sink);
                    }
                }
                Class::Latin | Class::Digit => {
                    let run = &text[start.byte..latin::run_end(text, start.byte)];
                    cursor.skip(run);
                    output.add_to_key(|key| key.extend(run.chars().filter(|c| is_key_char(*c))));
                    latin::cut(folded, start.char..cursor.char_offset, run, parts, sink);
                    if parts && class == Class::Digit {
                        emit_number_value(text, start, &mut value_end, sink);
                    }
                }
                Class::Symbol => {
                    cursor.advance(after);
                    output.add_to_key(|key| key.push(c));
                    sink(other_token(text, start, cursor.offset()));
                }
                _ => {
                    cursor.take_script(class, |c| output.add_to_key(|key| key.push(c)));
                    sink(other_token(text, start, cursor.offset()));
                }
            }
        }
        scratch.shrink();
        SCRATCH.with(|cell| cell.replace(scratch));
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The words of the table of words, and the names of the table of names.
pub(crate) fn builtin_words() -> impl Iterator<Item = Word> {
    let names = crate::word_tables::synonyms::names().map(|name| (name.to_owned(), None));
    crate::word_tables::words::words().chain(names)
}

/// Passes the value of the number at `start` to `sink`, if the number has one and does not lie
/// inside the previous value, which ends at byte `value_end`. Then sets `value_end` to the end of
/// this value.
fn emit_number_value<'f>(
    text: &'f str,
    start: TextOffset,
    value_end: &mut usize,
    sink: &mut impl FnMut(Token<'f>),
) {
    if start.byte >= *value_end
        && let (before, from) = text.split_at(start.byte)
        && let Some(value) = number_value(from).or_else(|| end_of_range(before, from))
    {
        *value_end = start.byte + value.len;
        sink(value_token(text, start, value));
    }
}

/// Passes the values of the Chinese numerals in a run of Han characters to `sink`, as
/// [`emit_number_value`] does. `chars` are the characters of the run, which begins at `start`.
fn emit_numeral_values<'f>(
    text: &'f str,
    start: TextOffset,
    chars: &[char],
    value_end: &mut usize,
    sink: &mut impl FnMut(Token<'f>),
) {
    let may_start = |c: &char| can_start_numeral(*c) || is_round(*c);
    let (mut byte, mut index) = (start.byte, 0);
    while let Some(skipped) = chars[index..].iter().position(may_start) {
        byte += chars[index..index + skipped].iter().map(|c| c.len_utf8()).sum::<usize>();
        index += skipped;
        if byte >= *value_end
            && let Some(value) = numeral_value(&text[..byte], &text[byte..])
        {
            *value_end = byte + value.len;
            sink(value_token(text, TextOffset { byte, char: start.char + index }, value));
        }
        byte += chars[index].len_utf8();
        index += 1;
    }
}

/// The token of a value that starts at `start`.
fn value_token<'f>(text: &str, start: TextOffset, value: Value) -> Token<'f> {
    let chars = text[start.byte..start.byte + value.len].chars().count();
    Token {
        text: Cow::Owned(value.digits),
        chars: start.char as u32..(start.char + chars) as u32,
        kind: TokenKind::Value,
        whole: PART,
    }
}

/// The token of a symbol, or of a run of a script that is not cut.
fn other_token(text: &str, start: TextOffset, end: TextOffset) -> Token<'_> {
    Token {
        text: Cow::Borrowed(&text[start.byte..end.byte]),
        chars: start.char as u32..end.char as u32,
        kind: TokenKind::Other,
        whole: WHOLE,
    }
}
