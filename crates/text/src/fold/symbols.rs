//! Symbols that count: those that carry meaning where they are typed (`C++`, `$100`, `3.5%`).
//!
//! The key of a text leaves all symbols out. A [`crate::Pattern`] compares them as well: the
//! symbols of [`is_symbol`], and between two digits any punctuation. The rule is in the grammar of
//! queries.
//!
//! The index has a few terms for symbols ([`symbol_terms`]), which find the candidates.

use crate::fold::key::is_key_char;

/// Whether a symbol carries meaning wherever it stands.
#[must_use]
pub const fn is_symbol(c: char) -> bool {
    matches!(c, '+' | '#' | '$' | '€' | '₿' | '%' | '.' | '-' | '/' | '@')
}

/// Whether folded text contains a symbol that counts.
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

/// The first character of every term of a symbol. No word of a text has it.
pub const SYMBOL_TERM: char = '\u{1e}';

/// Passes the terms of the symbols of a folded text to `emit`, without [`SYMBOL_TERM`]:
///
/// - each symbol of [`is_symbol`];
/// - `+`, `#` and `%` with the character before them, and `$`, `€`, `₿`, `@` and `#` with the one
///   after them, whatever stands between that neither a key nor a symbol has;
/// - a character of punctuation between two digits, with these digits.
///
/// A text that a [`crate::Pattern`] matches has all the terms of the pattern's text.
pub fn symbol_terms(folded: &str, mut emit: impl FnMut(&[char])) {
    let (eights, remaining) = folded.as_bytes().as_chunks();
    for (number, eight) in eights.iter().enumerate() {
        // Most characters are neither symbols nor digits. Zero bytes of `others` are those of
        // `€` and `₿`.
        let eight = u64::from_le_bytes(*eight);
        let others = eight ^ (ONES * u64::from(CURRENCY));
        let mut found = (!eight | (others.wrapping_sub(ONES) & !others)) & HIGH_BITS;
        while found != 0 {
            terms_at(folded, number * 8 + found.trailing_zeros() as usize / 8, &mut emit);
            found &= found - 1;
        }
    }
    let from = folded.len() - remaining.len();
    (from..folded.len()).for_each(|at| terms_at(folded, at, &mut emit));
}

/// Eight bytes of 1, and the highest bit of each of eight bytes.
const ONES: u64 = u64::MAX / 0xff;
const HIGH_BITS: u64 = ONES << 7;

/// The first byte of `€` and `₿`.
const CURRENCY: u8 = 0xe2;

/// Whether a character with this first byte may be a digit or a symbol of [`is_symbol`]. Only the
/// first byte of a character is such a byte.
fn may_begin_term(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'#' | b'$' | b'%' | b'+' | b'-' | b'.' | b'/' | b'@' | CURRENCY)
}

/// Passes on the terms of the symbol or digit at byte `at`, if there is one: of a symbol all of
/// them, except that the term with the symbol or digit after it comes with that; of a digit those
/// of the character after it that no symbol is.
fn terms_at(folded: &str, at: usize, emit: &mut impl FnMut(&[char])) {
    if !may_begin_term(folded.as_bytes()[at]) {
        return;
    }
    let (before, from) = folded.split_at(at);
    let mut chars = from.chars();
    let Some(c) = chars.next() else { return };
    let symbol = is_symbol(c);
    if !symbol && !is_digit(c) {
        return;
    }
    let is_kept = |c: &char| is_symbol(*c) || is_key_char(*c);
    if symbol {
        emit(&[c]);
    }
    let last = before.chars().rev().find(is_kept);
    if let Some(last) = last.filter(|last| is_sign(*last) || matches!(c, '+' | '#' | '%')) {
        emit(&[last, c]);
    }
    let gap = if symbol {
        before.chars().next_back().map(|before| (before, c))
    } else {
        chars.next().filter(|next| !is_symbol(*next)).map(|next| (c, next))
    };
    if let Some((digit, gap)) = gap
        && is_digit(digit)
        && !is_key_char(gap)
        && !gap.is_whitespace()
        && let Some(next) = chars.clone().next().filter(|c| is_digit(*c))
    {
        emit(&[digit, gap, next]);
    }
    // A symbol or digit that follows a sign has the term itself.
    let following = || chars.clone().find(is_kept).filter(|next| !is_symbol(*next));
    if is_sign(c)
        && let Some(next) = following().filter(|next| !is_digit(*next))
    {
        emit(&[c, next]);
    }
}

/// Whether a symbol belongs to what follows it.
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

    /// [`symbol_terms`] character by character.
    fn plain_terms(folded: &str) -> Vec<String> {
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
        fn blocks_of_bytes_have_the_terms_of_their_characters(
            text in "[#$%+@./\\-€₿•é字a12 ,:。·😀]{0,60}",
        ) {
            let folded = crate::fold(&text);
            prop_assert_eq!(terms(&text), plain_terms(&folded));
        }
    }

    #[test]
    fn symbols_are_terms_with_what_they_touch() {
        assert_eq!(terms("比特幣「減半」，一:二"), [""; 0]);
        assert_eq!(terms("C++"), ["+", "c+", "+", "++"]);
        assert_eq!(terms("3.5 %"), [".", "3.5", "%", "5%"]);
        assert_eq!(terms("$ (5)"), ["$", "$5"]);
        assert_eq!(terms("13:02 3,500 1, 2"), ["3:0", "3,5"]);
        assert_eq!(terms("₿"), ["₿"]);
    }
}
