//! A token: a word of a text, a part of one, or the value of a number; and which tokens the
//! segmenter is to produce.

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
    /// The value of a number with a multiplier, or of a Chinese numeral, in plain digits: 5.4亿 is
    /// `540000000`, 三点五 is `3.5`. Only search mode has it.
    Value,
    /// Letters of any other script, and symbols.
    Other,
}

/// A word, a part of one, or the value of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'f> {
    /// The token as it is indexed: folded, and if it is Latin or a number, without thousands
    /// separators, and without connectors other than those between two digits (`BRC-20` is `brc20`,
    /// `3.5` stays). A value is in plain digits.
    pub text: Cow<'f, str>,
    /// Its range in the folded text, in characters, connectors included.
    pub chars: Range<u32>,
    /// What it consists of.
    pub kind: TokenKind,
    /// Whether it is one of the words that the text is cut into; `false` for the parts and values
    /// that search mode adds.
    pub whole: bool,
}

/// [`Token::whole`] of a word.
pub(super) const WHOLE: bool = true;
/// [`Token::whole`] of a part of a word, and of a value.
pub(super) const PART: bool = false;

/// What the segmenter is to produce of a text.
pub(super) struct Output<'k> {
    /// Whether to produce the parts of words and the values of numbers, too.
    pub(super) parts: bool,
    /// Han tokens of fewer characters are left out.
    pub(super) min_han_chars: usize,
    /// Receives the key, if it is wanted.
    pub(super) key: Option<&'k mut Vec<char>>,
}

impl Output<'_> {
    /// Calls `add` with the buffer of the key, if there is one.
    #[inline(always)]
    pub(super) fn add_to_key(&mut self, add: impl FnOnce(&mut Vec<char>)) {
        if let Some(key) = &mut self.key {
            add(key);
        }
    }
}
