//! A range of the typed query.

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

/// A half-open range of the query as it was typed.
///
/// The unit is bytes unless a name says otherwise. Both ends lie on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// The start of the range.
    pub start: usize,
    /// The end of the range, exclusive.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, but not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text of this byte span; empty if the span does not fit `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// The same span counted in characters of `text`. Cost: for each end of the span, a pass over
    /// the text before it.
    pub fn in_chars(self, text: &str) -> Self {
        let count = |end: usize| text.get(..end).map_or(0, |before| before.chars().count());
        Self { start: count(self.start), end: count(self.end) }
    }

    /// The same span counted in terminal columns of `text`, in which a Han character takes two
    /// (Unicode display width).
    pub fn in_columns(self, text: &str) -> Self {
        let start = text.get(..self.start).map_or(0, UnicodeWidthStr::width);
        Self { start, end: start + self.of(text).width() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_span_in_three_units() {
        let text = "減半 tga:x";
        let span = Span::new(7, 10);
        assert_eq!(span.of(text), "tga");
        assert_eq!(span.in_chars(text), Span::new(3, 6));
        assert_eq!(span.in_columns(text), Span::new(5, 8));
    }
}
