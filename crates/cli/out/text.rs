//! Lays out text in columns: width, padding, highlighting, wrapping.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;
use wensou_query::Snippet;

use super::sanitize;
use super::style::MATCH;

/// Display width in columns of a text that has no escape sequences.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Pads a text that has no escape sequences with spaces to `columns`.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let spaces = columns.saturating_sub(width(text));
    format!("{text}{:spaces$}", "")
}

/// A snippet as one line with its matches highlighted; `base` is the style of the other text.
pub(crate) fn highlighted(snippet: &Snippet, base: Style) -> String {
    let chars: Vec<char> = snippet.text.chars().collect();
    let piece = |from: usize, to: usize| -> String { chars[from..to].iter().collect() };
    let mut line = String::new();
    let mut push = |style: Style, text: String| {
        if !text.is_empty() {
            line.push_str(&format!("{style}{}{style:#}", sanitize::line(&text)));
        }
    };
    let mut at = 0;
    for [start, end] in &snippet.highlights {
        push(base, piece(at, *start));
        push(MATCH, piece(*start, *end));
        at = *end;
    }
    push(base, piece(at, chars.len()));
    line
}

/// Wraps a line, which may contain escape sequences, to `columns`, but not to fewer than 10. Each
/// line begins with `indent`.
///
/// Chinese text may break between any two characters except before closing punctuation (UAX #14);
/// Latin words stay whole unless one is wider than the line.
pub(crate) fn wrap(line: &str, columns: usize, indent: &str) -> Vec<String> {
    let options = textwrap::Options::new(columns.max(10))
        .initial_indent(indent)
        .subsequent_indent(indent)
        .word_separator(textwrap::WordSeparator::UnicodeBreakProperties)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
        .break_words(true);
    textwrap::wrap(line, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}
