//! Brackets around the elements of a byline.

use crate::page::labels::without_separators;

/// Brackets that may enclose an element of a byline.
pub(super) const OPENING: [char; 6] = ['(', '\u{ff08}', '[', '\u{ff3b}', '【', '〔'];

/// The brackets that close them.
pub(super) const CLOSING: [char; 6] = [')', '\u{ff09}', ']', '\u{ff3d}', '】', '〕'];

/// A value without separators and brackets around it, also without brackets of which the other one
/// is not in the value.
pub(super) fn without_stray_brackets(value: &str) -> &str {
    /// Maximum bytes of a value with brackets. A longer one is text.
    const MAX_BYTES: usize = 200;
    let mut value = without_separators(value);
    if value.len() > MAX_BYTES {
        return value;
    }
    loop {
        let count = |brackets: [char; 6]| value.chars().filter(|c| brackets.contains(c)).count();
        let (opened, closed) = (count(OPENING), count(CLOSING));
        if opened + closed == 0 {
            return value;
        }
        let is_enclosed = value.starts_with(OPENING) && value.ends_with(CLOSING);
        let stripped = if is_enclosed && opened == 1 && closed == 1 || closed > opened {
            let inner = value.strip_suffix(CLOSING);
            inner
                .map(|inner| {
                    inner.strip_prefix(OPENING).filter(|_| closed <= opened).unwrap_or(inner)
                })
                .or_else(|| value.strip_prefix(CLOSING))
        } else {
            let inner = value.strip_suffix(OPENING).or_else(|| value.strip_prefix(CLOSING));
            inner.or_else(|| value.strip_prefix(OPENING).filter(|_| opened > closed))
        };
        match stripped {
            Some(inner) => value = without_separators(inner),
            None => return value,
        }
    }
}
