//! Words: jieba's for Han, our own cutting for Latin and numbers, runs of one script for the rest.

mod cursor;
mod dictionary;
mod latin;
pub(crate) mod numbers;
mod route;
mod trie;

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::OnceLock;

use jieba_rs::Jieba;

use crate::fold::key::is_key_char;
use crate::fold::{Folded, fold};
use crate::segment::cursor::TextCursor;
use crate::segment::dictionary::Dictionary;
use crate::segment::numbers::{Value, can_start_numeral, numeral_value, value};
use crate::segment::route::Scratch;
use crate::tables::class::Class;
use crate::tables::words::Word;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Han characters.
    Han,
    /// Latin letters, perhaps with digits.
    Latin,
    /// Digits, perhaps with a decimal point, inner connectors or a percent sign.
    Number,
    /// A number and its multiplier, in plain digits: 5.4亿 is `540000000`. Search mode only.
    Value,
    /// Letters of any other script, symbols.
    Other,
}

/// A word, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'f> {
    /// The term: folded, and for Latin and numbers without connectors (`BRC-20` is `brc20`).
    pub text: Cow<'f, str>,
    /// Where it stands, in characters of the folded text; connectors inside are covered.
    pub chars: Range<u32>,
    /// What it is made of.
    pub kind: TokenKind,
    /// Whether it is one of the words that the text is cut into; `false` for the parts that search mode adds.
    pub whole: bool,
}

/// Cuts folded text into words. Making one costs microseconds: the dictionary lies ready in the binary.
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
    dictionary: Dictionary,
    /// Holds no word: it is asked to cut what the dictionary leaves as single characters, which it does by its HMM. Made
    /// when it is first asked, for half a megabyte of it is written then.
    hmm: OnceLock<Jieba>,
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
        Segmenter { dictionary: Dictionary::new(), hmm: OnceLock::new() }
    }

    /// A segmenter over the built-in dictionary, the words of the archive's field (`data/tables/words.tsv`) and the Chinese
    /// names of `data/tables/names.tsv`: the one that documents and queries are analysed with.
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

    /// [`Segmenter::standard`] with words of the user's own.
    pub fn standard_with(own: impl IntoIterator<Item = Word>) -> Self {
        let mut segmenter = Segmenter::new();
        match crate::tables::words::precomputed() {
            Some(words) => {
                for (word, freq, before) in words {
                    let chars: Vec<char> = word.chars().collect();
                    segmenter.dictionary.add(&chars, freq, before);
                }
            }
            None => segmenter.add_words(builtin_words(), |_, _, _| ()),
        }
        segmenter.add_words(own, |_, _, _| ());
        segmenter
    }

    /// How rare a word is in Chinese at large, on a logarithmic scale: 1 for a word that the dictionary lacks, 0 for one that
    /// all text would consist of.
    ///
    /// ```
    /// let segmenter = wensou_text::Segmenter::standard();
    /// assert!(segmenter.rarity("公司") < segmenter.rarity("质押"));
    /// assert_eq!(segmenter.rarity("wensou"), 1.0);
    /// ```
    #[must_use]
    pub fn rarity(&self, word: &str) -> f32 {
        let chars: Vec<char> = word.chars().collect();
        let log_total = self.dictionary.log_total();
        match self.dictionary.freq(&chars) {
            Some(freq) => (1.0 - (freq.max(1) as f64).ln() / log_total) as f32,
            None => 1.0,
        }
    }

    /// The length in characters of every word of the dictionary that `chars`, folded, begin with, shorter ones first.
    ///
    /// ```
    /// let segmenter = wensou_text::Segmenter::standard();
    /// let mut lengths = Vec::new();
    /// segmenter.prefixes(&['区', '块', '链', '上'], |length| lengths.push(length));
    /// assert_eq!(lengths, [1, 2, 3]);
    /// ```
    pub fn prefixes(&self, chars: &[char], mut found: impl FnMut(usize)) {
        self.dictionary.prefixes(chars, |length, _| found(length));
    }

    /// The same as [`Segmenter::new`] with words of the user's own, each with a frequency, or `None` for the one that makes it a word (as
    /// jieba's `suggest_freq` has it). Words are folded; those that hold anything but Han characters are left out, because
    /// only runs of Han are looked up. Changing these words changes terms: it is the caller's to mark the index with them.
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

    /// Adds words; `added` is told each, folded, its frequency and the one that it had before.
    pub(crate) fn add_words(
        &mut self,
        words: impl IntoIterator<Item = Word>,
        mut added: impl FnMut(&[char], u64, u64),
    ) {
        for (word, freq) in words {
            let chars: Vec<char> = fold(&word).chars().collect();
            if chars.is_empty() || !chars.iter().all(|c| crate::is_han(*c)) {
                continue;
            }
            let freq = freq.map_or_else(|| self.suggest_freq(&chars), u64::from);
            let before = self.dictionary.freq(&chars).unwrap_or(0);
            self.dictionary.add(&chars, freq, before);
            added(&chars, freq, before);
        }
    }

    /// Search mode: hands every word and its parts to `sink`, by start and then by length.
    ///
    /// Parts of a Han word are the words of two and three characters inside it, as jieba's `cut_for_search` gives them;
    /// parts of a Latin run are what connectors, capitals and digits divide (`PackyMcCormick`: packy, mccormick, mc, cormick).
    /// A number with a multiplier is one token more, its value. Every character that takes part in phrases lies in exactly
    /// one token that is `whole`.
    pub fn segment<'f>(&self, folded: &'f Folded<'_>, mut sink: impl FnMut(Token<'f>)) {
        self.segment_into(folded, Output { parts: true, shortest: 1, key: None }, &mut sink);
    }

    /// Only the words, which do not overlap: jieba's `cut`. For queries.
    pub fn words<'f>(&self, folded: &'f Folded<'_>, mut sink: impl FnMut(Token<'f>)) {
        self.segment_into(folded, Output { parts: false, shortest: 1, key: None }, &mut sink);
    }

    /// What an index takes of a text, in one pass: adds its key, as [`crate::key_of`] gives it, to `key`, and hands the
    /// tokens of [`Segmenter::segment`] to `sink`, but for those of Han with fewer than `shortest` characters.
    ///
    /// ```
    /// use wensou_text::{Folded, Segmenter};
    /// let folded = Folded::new("開源，人工智能");
    /// let (mut key, mut words) = (Vec::new(), Vec::new());
    /// Segmenter::new().terms(&folded, 3, &mut key, |token| words.push(token.text.into_owned()));
    /// assert_eq!(key.iter().collect::<String>(), "开源人工智能");
    /// assert_eq!(words, ["人工智能"]);
    /// ```
    pub fn terms<'f>(
        &self,
        folded: &'f Folded<'_>,
        shortest: usize,
        key: &mut Vec<char>,
        mut sink: impl FnMut(Token<'f>),
    ) {
        self.segment_into(folded, Output { parts: true, shortest, key: Some(key) }, &mut sink);
    }

    fn segment_into<'f>(
        &self,
        folded: &'f Folded<'_>,
        mut output: Output<'_>,
        sink: &mut impl FnMut(Token<'f>),
    ) {
        // Taken out for the time of the run, so that a sink may segment another text on the same thread.
        let mut scratch = SCRATCH.with(RefCell::take);
        let text = folded.as_str();
        let parts = output.parts;
        let mut cursor = TextCursor { text, remaining: text.chars(), char: 0 };
        // Where the last value ends: 2000万 is no number of its own in 1亿2000万.
        let mut value_end = 0;
        while let Some((c, class, after)) = cursor.peek() {
            match class {
                Class::Separator | Class::Mark => cursor.advance(after),
                Class::Han => {
                    let start = cursor.offsets();
                    scratch.chars.clear();
                    scratch.chars.push(c);
                    cursor.advance(after);
                    while let Some((c, Class::Han, after)) = cursor.peek() {
                        scratch.chars.push(c);
                        cursor.advance(after);
                    }
                    output.key_chars(|key| key.extend_from_slice(&scratch.chars));
                    let run = &text[start.0..cursor.byte()];
                    self.cut_han(run, start.1, &output, &mut scratch, sink);
                    if parts {
                        numeral_values(text, start, &scratch.chars, &mut value_end, sink);
                    }
                }
                Class::Latin | Class::Digit => {
                    let start = cursor.offsets();
                    let run = &text[start.0..latin::run_end(text, start.0)];
                    cursor.skip(run);
                    output.key_chars(|key| key.extend(run.chars().filter(|c| is_key_char(*c))));
                    latin::cut(folded, start.1..cursor.char, run, parts, sink);
                    if parts
                        && class == Class::Digit
                        && start.0 >= value_end
                        && let Some(value) = value(&text[start.0..])
                    {
                        value_end = start.0 + value.len;
                        sink(value_token(text, start, value));
                    }
                }
                Class::Symbol => {
                    let start = cursor.offsets();
                    cursor.advance(after);
                    output.key_chars(|key| key.push(c));
                    sink(other_token(&text[start.0..cursor.byte()], start.1, cursor.char));
                }
                _ => {
                    let start = cursor.offsets();
                    while let Some((c, next, after)) = cursor.peek() {
                        if next != class && !matches!(next, Class::Mark | Class::LongVowel) {
                            break;
                        }
                        if next.is_key() {
                            output.key_chars(|key| key.push(c));
                        }
                        cursor.advance(after);
                    }
                    sink(other_token(&text[start.0..cursor.byte()], start.1, cursor.char));
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

/// The words of the program's own tables.
pub(crate) fn builtin_words() -> impl Iterator<Item = Word> {
    let names = crate::tables::synonyms::names().map(|name| (name.to_owned(), None));
    crate::tables::words::words().chain(names)
}

/// The values of numbers in Chinese characters in a run of Han, `chars`, that starts at the byte and character `start`.
fn numeral_values<'f>(
    text: &'f str,
    start: (usize, usize),
    chars: &[char],
    value_end: &mut usize,
    sink: &mut impl FnMut(Token<'f>),
) {
    let (mut at, mut from) = (start.0, 0);
    while let Some(skipped) = chars[from..].iter().position(|c| can_start_numeral(*c)) {
        at += chars[from..from + skipped].iter().map(|c| c.len_utf8()).sum::<usize>();
        from += skipped;
        if at >= *value_end
            && let Some(value) = numeral_value(&text[..at], &text[at..])
        {
            *value_end = at + value.len;
            sink(value_token(text, (at, start.1 + from), value));
        }
        at += chars[from].len_utf8();
        from += 1;
    }
}

/// The token of a value that begins at the byte and character `start`.
fn value_token<'f>(text: &str, start: (usize, usize), value: Value) -> Token<'f> {
    let chars = text[start.0..start.0 + value.len].chars().count();
    Token {
        text: Cow::Owned(value.digits),
        chars: start.1 as u32..(start.1 + chars) as u32,
        kind: TokenKind::Value,
        whole: false,
    }
}

fn other_token(text: &str, start: usize, end: usize) -> Token<'_> {
    Token {
        text: Cow::Borrowed(text),
        chars: start as u32..end as u32,
        kind: TokenKind::Other,
        whole: true,
    }
}

/// What [`Segmenter::segment_into`] is to hand over.
struct Output<'k> {
    /// The parts of words too.
    parts: bool,
    /// Characters that a token of Han has at least.
    shortest: usize,
    /// Where the key goes.
    key: Option<&'k mut Vec<char>>,
}

impl Output<'_> {
    #[inline(always)]
    fn key_chars(&mut self, add: impl FnOnce(&mut Vec<char>)) {
        if let Some(key) = &mut self.key {
            add(key);
        }
    }
}
