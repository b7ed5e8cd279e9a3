//! The tokens of a document, as strings that a `whitespace` tokenizer keeps whole.
//!
//! A field of a document has three kinds of tokens: its unigrams, its bigrams and its words. Folded
//! text has no upper-case ASCII letters, so such letters mark what a token is: a word starts with
//! `W`. In words, white space, at which the tokenizer would split, and control characters are
//! escaped; so are upper-case ASCII letters, in case a word is not folded.

use std::fmt::Write;

use wensou_text::is_han;
use xxhash_rust::xxh3::xxh3_64;

/// Marks a word.
const WORD: char = 'W';
/// Marks an escaped character: its code point in hexadecimal follows, then `X` again.
const ESCAPED: char = 'X';
/// Marks the hash that replaces the end of a long word.
const HASHED: char = 'H';

/// The most characters of a word that its token repeats. The token of a longer word ends with a
/// hash of the whole word.
pub const MAX_WORD_CHARS: usize = 200;

/// The longest token, in characters, that the tokenizer keeps whole. All tokens are shorter, even
/// one of a word in which every character is escaped.
pub(crate) const MAX_TOKEN_CHARS: usize = 2048;

/// The token of a word.
///
/// ```
/// use wensou_cluster::word_token;
///
/// assert_eq!(word_token("比特币"), "W比特币");
/// // The control character U+001E marks the term of a symbol.
/// assert_eq!(word_token("\u{1e}5 %"), "WX1eX5X20X%");
/// assert!(word_token(&"a".repeat(1000)).len() < 250);
/// ```
#[must_use]
pub fn word_token(word: &str) -> String {
    let mut token = word_prefix_token(word);
    if word.chars().nth(MAX_WORD_CHARS).is_some() {
        // Writing to a string never fails.
        let _ = write!(token, "{HASHED}{:016x}", xxh3_64(word.as_bytes()));
    }
    token
}

/// The prefix that the tokens of all words with `prefix` have. Of `prefix`, only the first
/// [`MAX_WORD_CHARS`] characters count.
///
/// ```
/// use wensou_cluster::{word_prefix_token, word_token};
///
/// assert!(word_token("bitcoin").starts_with(&word_prefix_token("bit")));
/// ```
#[must_use]
pub fn word_prefix_token(prefix: &str) -> String {
    let mut token = String::with_capacity(prefix.len() + 1);
    token.push(WORD);
    for c in prefix.chars().take(MAX_WORD_CHARS) {
        if c.is_whitespace() || c.is_control() || c.is_ascii_uppercase() {
            let _ = write!(token, "{ESCAPED}{:x}{ESCAPED}", u32::from(c));
        } else {
            token.push(c);
        }
    }
    token
}

/// The text of a token, cut after two characters if it begins with a Han character. This is equal
/// for a bigram and for the words that begin with it. Other texts are not cut: thousands of Latin
/// words begin with the same two letters.
#[must_use]
pub(crate) fn shared_start(token: &str) -> &str {
    let text = token.strip_prefix(WORD).unwrap_or(token);
    if !text.chars().next().is_some_and(is_han) {
        return text;
    }
    text.char_indices().nth(2).map_or(text, |(end, _)| &text[..end])
}

/// The key characters of a text in order, each followed by a blank.
#[must_use]
pub fn unigrams(key: &[char]) -> String {
    // Most key characters are Han characters of three bytes.
    let mut tokens = String::with_capacity(key.len() * 4);
    for c in key {
        tokens.push(*c);
        tokens.push(' ');
    }
    tokens
}

/// The bigrams of key characters in order, each followed by a blank.
///
/// ```
/// assert_eq!(wensou_cluster::bigrams(&['比', '特', '币']), "比特 特币 ");
/// ```
#[must_use]
pub fn bigrams(key: &[char]) -> String {
    // Most key characters are Han characters of three bytes.
    let mut tokens = String::with_capacity(key.len() * 7);
    for bigram in key.windows(2) {
        tokens.extend(bigram);
        tokens.push(' ');
    }
    tokens
}
