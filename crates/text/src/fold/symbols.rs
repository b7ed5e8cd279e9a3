//! Symbols that count: those that carry meaning where they are typed (`C++`, `$100`, `3.5%`).
//!
//! The key of a text has none of these symbols. Other symbols, such as emoji and ★, are key
//! characters. A [`crate::Pattern`] compares the symbols that count in addition to the key: the
//! symbols of [`is_symbol`] everywhere, and any punctuation between two digits. The grammar of
//! queries specifies this rule.
//!
//! To find candidates for a pattern, the index has a few terms for symbols: [`symbol_terms`].

use crate::fold::key::is_key_char;

/// Whether a character is a symbol that counts wherever it stands.
#[must_use]
pub const fn is_symbol(c: char) -> bool {
    matches!(c, '+' | '#' | '$' | '€' | '₿' | '%' | '.' | '-' | '/' | '@')
}

/// Whether folded text contains a symbol that counts: one of [`is_symbol`], or punctuation between
/// two digits.
///
/// ```
/// use wensou_text::has_symbols;
/// assert!(has_symbols("3.5%") && has_symbols("13:02") && has_symbols("c++"));
/// assert!(!has_symbols("「比特币」:减半") && !has_symbols("第1: 2"));
/// ```
#[must_use]
pub fn has_symbols(folded: &str) -> bool {
    let mut before_gap = None;
    let mut gap = 0;
    for c in folded.chars() {
        if is_symbol(c) {
            return true;
        }
        if is_key_char(c) {
            let between_digits = c.is_ascii_digit() && before_gap.is_some_and(is_digit);
            if gap > 0 && between_digits {
                return true;
            }
            (before_gap, gap) = (Some(c), 0);
        } else if c.is_whitespace() {
            before_gap = None;
        } else {
            gap += 1;
        }
    }
    false
}

pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// The first character of every symbol term in the index. No word of a text contains it.
pub const SYMBOL_TERM_PREFIX: char = '\u{1e}';

/// Passes the symbol terms of a folded text to `emit`, without [`SYMBOL_TERM_PREFIX`]:
///
/// - each symbol of [`is_symbol`];
/// - `+`, `#` and `%` with the character before them, and `$`, `€`, `₿`, `@` and `#` with the one
///   after them, ignoring characters in between that are neither key characters nor symbols;
/// - a single symbol or punctuation mark between two digits, with these digits.
///
/// A text in which a [`crate::Pattern`] occurs has all terms of
/// [`Pattern::symbol_terms`](crate::Pattern::symbol_terms).
pub fn symbol_terms(folded: &str, mut emit: impl FnMut(&[char])) {
    let (eights, remaining) = folded.as_bytes().as_chunks();
    for (number, eight) in eights.iter().enumerate() {
        // Most bytes belong to Chinese characters, at which no term is emitted. Mark the ASCII
        // bytes, and the first bytes of `€` and `₿`, which are zero in `differs_from_currency`. The
        // subtraction can borrow from the next byte and so mark a few more bytes; `terms_at`
        // ignores them.
        let eight = u64::from_le_bytes(*eight);
        let differs_from_currency = eight ^ (ONES * u64::from(CURRENCY));
        let currency_bits = differs_from_currency.wrapping_sub(ONES) & !differs_from_currency;
        let mut found = (!eight | currency_bits) & HIGH_BITS;
        while found != 0 {
            terms_at(folded, number * 8 + found.trailing_zeros() as usize / 8, &mut emit);
            found &= found - 1;
        }
    }
    let from = folded.len() - remaining.len();
    (from..folded.len()).for_each(|at| terms_at(folded, at, &mut emit));
}

/// Eight bytes of value 1.
const ONES: u64 = u64::MAX / 0xff;
/// The highest bit of each of eight bytes.
const HIGH_BITS: u64 = ONES << 7;

/// The first byte of `€` and `₿`.
const CURRENCY: u8 = 0xe2;

/// Whether a byte may be the first of a digit or of a symbol of [`is_symbol`]. These bytes are
/// always the first byte of a character.
fn may_be_symbol_or_digit(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'#' | b'$' | b'%' | b'+' | b'-' | b'.' | b'/' | b'@' | CURRENCY)
}

/// Passes the terms of the symbol or digit at byte `at` to `emit`, if there is one.
///
/// Each term is emitted at exactly one byte. A sign (see [`is_sign`]) forms a term with the
/// character after it: if that is a symbol or a digit, the term is emitted there, otherwise at the
/// sign. Punctuation between two digits that is not a symbol is emitted at the first digit.
fn terms_at(folded: &str, at: usize, emit: &mut impl FnMut(&[char])) {
    if !may_be_symbol_or_digit(folded.as_bytes()[at]) {
        return;
    }
    let (before, from) = folded.split_at(at);
    let mut chars = from.chars();
    let Some(c) = chars.next() else { return };
    let symbol = is_symbol(c);
    if !symbol && !is_digit(c) {
        return;
    }
    let is_key_or_symbol = |c: &char| is_symbol(*c) || is_key_char(*c);
    if symbol {
        emit(&[c]);
    }
    let previous = before.chars().rev().find(is_key_or_symbol);
    if let Some(previous) =
        previous.filter(|previous| is_sign(*previous) || matches!(c, '+' | '#' | '%'))
    {
        emit(&[previous, c]);
    }
    let digit_and_mark = if symbol {
        before.chars().next_back().map(|before| (before, c))
    } else {
        chars.next().filter(|next| !is_symbol(*next)).map(|next| (c, next))
    };
    if let Some((digit, mark)) = digit_and_mark
        && is_digit(digit)
        && !is_key_char(mark)
        && !mark.is_whitespace()
        && let Some(next) = chars.clone().next().filter(|c| is_digit(*c))
    {
        emit(&[digit, mark, next]);
    }
    // If a symbol or digit follows the sign, the term is emitted at that character.
    let following = || chars.clone().find(is_key_or_symbol).filter(|next| !is_symbol(*next));
    if is_sign(c)
        && let Some(next) = following().filter(|next| !is_digit(*next))
    {
        emit(&[c, next]);
    }
}

/// Whether a symbol is a sign that belongs to the character after it.
const fn is_sign(c: char) -> bool {
    matches!(c, '$' | '€' | '₿' | '@' | '#')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        symbol_terms(&crate::fold(text), |chars| terms.push(chars.iter().collect()));
        terms
    }

    /// The terms of [`symbol_terms`], computed character by character.
    fn terms_by_character(folded: &str) -> Vec<String> {
        let mut terms = Vec::new();
        let (mut last, mut before) = ('\0', '\0');
        let mut chars = folded.chars().peekable();
        while let Some(c) = chars.next() {
            if is_symbol(c) || is_key_char(c) {
                terms.extend(Some(String::from(c)).filter(|_| is_symbol(c)));
                if last != '\0' && (is_sign(last) || matches!(c, '+' | '#' | '%')) {
                    terms.push(String::from_iter([last, c]));
                }
                last = c;
            }
            if is_digit(before)
                && !is_key_char(c)
                && !c.is_whitespace()
                && let Some(next) = chars.peek().copied().filter(|c| is_digit(*c))
            {
                terms.push(String::from_iter([before, c, next]));
            }
            before = c;
        }
        terms
    }

    proptest! {
        #[test]
        fn the_terms_are_those_that_are_found_character_by_character(
            text in "[#$%+@./\\-€₿•é字a12 ,:。·😀]{0,60}",
        ) {
            let folded = crate::fold(&text);
            prop_assert_eq!(terms(&text), terms_by_character(&folded));
        }
    }

    #[test]
    fn symbols_are_terms_alone_and_with_the_characters_beside_them() {
        assert_eq!(terms("比特幣「減半」，一:二"), [""; 0]);
        assert_eq!(terms("C++"), ["+", "c+", "+", "++"]);
        assert_eq!(terms("3.5 %"), [".", "3.5", "%", "5%"]);
        assert_eq!(terms("$ (5)"), ["$", "$5"]);
        assert_eq!(terms("13:02 3,500 1, 2"), ["3:0", "3,5"]);
        assert_eq!(terms("₿"), ["₿"]);
    }
}
