//! The name of a saved query at the start of a typed one.
//!
//! The config file says what a name stands for; the language only says where a name may be.

use super::chars::{ends_word, fold_width, is_invisible, is_space};
use super::span::Span;

/// A leading `@name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavedName<'t> {
    /// The name, without the `@`.
    pub name: &'t str,
    /// Bytes of `@name`, with the invisible characters at the start and the end of the name.
    pub span: Span,
    /// Bytes of all text that follows it.
    pub remaining: Span,
}

/// The saved query that `text` starts with, if its first word is `@name`.
///
/// Anywhere else, `@` is text, as it is after a backslash and in quotes. Invisible characters
/// before a name and at its end have no meaning, as elsewhere in a query.
///
/// ```
/// # use wensou_query::lang::saved_name;
/// let found = saved_name("@weekly 減半").unwrap();
/// assert_eq!((found.name, found.remaining.of("@weekly 減半")), ("weekly", " 減半"));
/// assert_eq!(saved_name("減半 @weekly"), None);
/// assert_eq!(saved_name(r"\@weekly"), None);
/// assert_eq!(saved_name("@ weekly"), None);
/// ```
pub fn saved_name(text: &str) -> Option<SavedName<'_>> {
    let start = text.find(|c| !is_space(c) && !is_invisible(c))?;
    let sign = text[start..].chars().next().filter(|c| fold_width(*c) == '@')?;
    let from = start + sign.len_utf8();
    let end = text[from..].find(ends_word).map_or(text.len(), |length| from + length);
    let name = text[from..end].trim_matches(is_invisible);
    let remaining = Span::new(end, text.len());
    (!name.is_empty()).then_some(SavedName { name, span: Span::new(start, end), remaining })
}

/// Whether `name` can name a saved query: one word that contains no delimiter, escape or invisible
/// character.
pub fn is_saved_name(name: &str) -> bool {
    let is_refused =
        |c: char| ends_word(c) || c.is_control() || is_invisible(c) || fold_width(c) == '\\';
    !name.is_empty() && !name.contains(is_refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_around_a_name_have_no_meaning() {
        for typed in ["\u{FEFF}@weekly 減半", " \u{200B}@\u{2060}weekly\u{200B} 減半"] {
            let found = saved_name(typed).unwrap();
            assert_eq!((found.name, found.remaining.of(typed)), ("weekly", " 減半"), "{typed:?}");
        }
        assert_eq!(saved_name("@\u{200B} weekly"), None);
        assert!(is_saved_name("weekly") && !is_saved_name("weekly\u{200B}"));
    }
}
