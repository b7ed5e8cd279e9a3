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
    // A byte decides whether there can be any, because most texts of a query have none.
    if !folded.bytes().any(|b| b.is_ascii_punctuation() || b == 0xe2 || b.is_ascii_digit()) {
        return;
    }
    let mut chars = folded.chars().peekable();
    let (mut last, mut before) = ('\0', '\0');
    while let Some(c) = chars.next() {
        let symbol = is_symbol(c);
        if symbol || is_key_char(c) {
            if symbol {
                emit(&[c]);
            }
            let after_sign = matches!(last, '$' | '€' | '₿' | '@' | '#');
            if last != '\0' && (after_sign || matches!(c, '+' | '#' | '%')) {
                emit(&[last, c]);
            }
            last = c;
        }
        if is_digit(before)
            && !is_key_char(c)
            && !c.is_whitespace()
            && let Some(next) = chars.peek().copied().filter(|c| is_digit(*c))
        {
            emit(&[before, c, next]);
        }
        before = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        symbol_terms(&crate::fold(text), |chars| terms.push(chars.iter().collect()));
        terms
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
