//! Whitespace in HTML text.

/// The length in bytes of the whitespace at the start of a text. In the page, the same spaces may
/// take more bytes, because they can be character references such as `&nbsp;`.
pub(super) fn leading_whitespace(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The length in bytes of the whitespace at the end of a text.
pub(super) fn trailing_whitespace(text: &str) -> usize {
    text.len() - text.trim_end().len()
}

/// A text on one line: line breaks and tabs, with the spaces beside them, become one space, or
/// nothing between two characters that are not ASCII. Other spaces inside the text stay as they
/// are; those at its ends are removed.
pub(super) fn one_line(text: &str) -> String {
    let text = text.trim();
    if !text.contains(['\n', '\r', '\t']) {
        return text.to_owned();
    }
    let pieces: Vec<&str> =
        text.split(['\n', '\r', '\t']).map(str::trim).filter(|piece| !piece.is_empty()).collect();
    let mut line = String::with_capacity(text.len());
    for piece in pieces {
        let needs_space =
            line.chars().last().zip(piece.chars().next()).is_some_and(|(before, after)| {
                // Where source code wraps Chinese text, no space is meant.
                before.is_ascii() || after.is_ascii()
            });
        if needs_space {
            line.push(' ');
        }
        line.push_str(piece);
    }
    line
}
