//! A token: a word of a text, or a part of one.

use std::borrow::Cow;
use std::ops::Range;

/// What a token consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Han characters.
    Han,
    /// Latin letters, possibly with digits.
    Latin,
    /// Digits, possibly with a decimal point, inner connectors or a percent sign.
    Number,
    /// A number with a multiplier, in plain digits: 5.4亿 is `540000000`. Search mode only.
    Value,
    /// Letters of any other script, and symbols.
    Other,
}

/// A word, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'f> {
    /// The term: folded; Latin and numbers without connectors (`BRC-20` is `brc20`).
    pub text: Cow<'f, str>,
    /// Its range in characters of the folded text, connectors included.
    pub chars: Range<u32>,
    /// What it consists of.
    pub kind: TokenKind,
    /// Whether it is one of the words that the text is cut into; `false` for the additional parts
    /// of search mode.
    pub whole: bool,
}

/// What is produced of a text.
pub(super) struct Output<'k> {
    /// Whether to produce the parts of words too.
    pub(super) parts: bool,
    /// Minimum length of a Han token, in characters; shorter ones are left out.
    pub(super) shortest: usize,
    /// Receives the key, if it is wanted.
    pub(super) key: Option<&'k mut Vec<char>>,
}

impl Output<'_> {
    #[inline(always)]
    pub(super) fn key_chars(&mut self, add: impl FnOnce(&mut Vec<char>)) {
        if let Some(key) = &mut self.key {
            add(key);
        }
    }
}
