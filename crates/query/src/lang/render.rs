//! Draws a diagnostic: the query, carets below the location, and the advice.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::diagnostic::Diagnostic;
use super::span::Span;

/// How to draw a diagnostic. The caller knows the terminal and sets this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour the drawing with ANSI escapes.
    pub colour: bool,
    /// The number of columns of the terminal. A longer query is cut around the location.
    pub columns: usize,
}

impl Style {
    /// Without colour, for 100 columns.
    pub const PLAIN: Self = Self { colour: false, columns: 100 };
}

/// The number of columns that the query gets at least, however narrow the terminal is.
const MIN_QUERY_COLUMNS: usize = 20;

/// What stands before the query and before the carets.
const MARGIN: &str = "  │ ";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[36m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

impl Diagnostic {
    /// Draws the diagnostic for people; every line ends with a line feed. `text` is the query that
    /// it concerns.
    ///
    /// Carets are placed by terminal columns: a Han character is two columns wide. Control,
    /// direction and zero-width characters of the query are replaced.
    ///
    /// ```
    /// # use wensou_query::lang::{Clock, Style, parse};
    /// let clock = Clock { today: "2023-05-17".parse().unwrap() };
    /// let query = "減半 tga:BTC";
    /// let errors = parse(query, &clock).unwrap_err();
    /// assert_eq!(
    ///     errors[0].render(query, Style::PLAIN),
    ///     "error[Q003]: unknown field `tga`\n  \
    ///        │ 減半 tga:BTC\n  \
    ///        │      ^^^\n  \
    ///        = help: did you mean `tag`? to search for the text itself, quote it: \"tga:BTC\"\n",
    /// );
    /// ```
    pub fn render(&self, text: &str, style: Style) -> String {
        let paint = |colour: &str, part: &str| match style.colour {
            true => format!("{colour}{part}{RESET}"),
            false => part.to_owned(),
        };
        let severity_colour = if self.code.is_error() { RED } else { YELLOW };
        let head = format!("{}[{}]", self.code.severity(), self.code);
        let message = format!(": {}", harmless(&self.message));
        let mut out = format!("{}{}\n", paint(severity_colour, &head), paint(BOLD, &message));
        if let Some(span) = self.span() {
            let columns = style.columns.saturating_sub(MARGIN.width() + 1);
            let width = columns.max(MIN_QUERY_COLUMNS);
            let (line, carets) = excerpt(text, span, width);
            let indent = " ".repeat(carets.start);
            let under = "^".repeat(carets.end - carets.start);
            out += &format!("{}{line}\n", paint(CYAN, MARGIN));
            out += &format!("{}{indent}{}\n", paint(CYAN, MARGIN), paint(severity_colour, &under));
        }
        if let Some(help) = &self.help {
            out += &format!("  {} {}\n", paint(CYAN, "= help:"), harmless(help));
        }
        out
    }
}

/// Cuts the part of `text` around `span` that fits in `width` columns. Returns this part, and the
/// range of columns of the carets below it, of which there is at least one.
fn excerpt(text: &str, span: Span, width: usize) -> (String, Span) {
    let before = harmless(text.get(..span.start).unwrap_or(text));
    let inside = harmless(span.of(text));
    let after = harmless(text.get(span.end..).unwrap_or_default());
    let line = [before.as_str(), &inside, &after].concat();
    let start = before.width();
    if line.width() <= width {
        let end = start + inside.width().max(1);
        return (line, Span::new(start, end));
    }

    // Keep at most a third of the width for the text before the location.
    let (cut_before, head) = keep_end(&before, width / 3);
    // Two columns are for the ellipses.
    let columns_left = width.saturating_sub(head.width() + 2);
    let (tail, cut_after) = keep_start(&[inside.as_str(), &after].concat(), columns_left);
    let left_ellipsis = if cut_before { "…" } else { "" };
    let right_ellipsis = if cut_after { "…" } else { "" };
    let start = left_ellipsis.width() + head.width();
    let end = start + inside.width().min(tail.width()).max(1);
    (format!("{left_ellipsis}{head}{tail}{right_ellipsis}"), Span::new(start, end))
}

/// The last characters of `text` that fit in `columns`, and whether any were cut.
fn keep_end(text: &str, columns: usize) -> (bool, String) {
    let mut columns_left = columns;
    let mut from = text.len();
    for (at, c) in text.char_indices().rev() {
        match columns_left.checked_sub(c.width().unwrap_or(0)) {
            Some(left) => (columns_left, from) = (left, at),
            None => return (true, text[from..].to_owned()),
        }
    }
    (false, text.to_owned())
}

/// The first characters of `text` that fit in `columns`, and whether any were cut.
fn keep_start(text: &str, columns: usize) -> (String, bool) {
    let mut columns_left = columns;
    for (at, c) in text.char_indices() {
        match columns_left.checked_sub(c.width().unwrap_or(0)) {
            Some(left) => columns_left = left,
            None => return (text[..at].to_owned(), true),
        }
    }
    (text.to_owned(), false)
}

/// The text without anything that could control a terminal: white space other than the ideographic
/// space becomes a space; control, direction and zero-width characters become `�`.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => c,
            c if c.is_whitespace() => ' ',
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' => '�',
            '\u{061C}' | '\u{FEFF}' => '�',
            c if c.is_control() => '�',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::diagnostic::Code;

    #[test]
    fn a_long_query_is_cut_around_the_location() {
        let text = format!("{}壞{}", "比特幣".repeat(20), "減半".repeat(20));
        let at = text.find('壞').expect("it is there");
        let span = Span::new(at, at + '壞'.len_utf8());
        let found = Diagnostic::at(Code::Reserved, &text, span, "bad");
        let drawn = found.render(&text, Style { colour: false, columns: 40 });
        assert_eq!(
            drawn,
            "error[Q013]: bad\n  │ …特幣比特幣壞減半減半減半減半減半…\n  │            ^^\n",
        );
    }

    #[test]
    fn escapes_of_the_query_do_not_reach_the_terminal() {
        let text = "a\u{1b}[31m\u{202e}b\nc";
        let found = Diagnostic::at(Code::Reserved, text, Span::new(0, 1), "bad");
        assert!(found.render(text, Style::PLAIN).contains("│ a�[31m�b c\n"));
    }

    #[test]
    fn colour_changes_nothing_but_escapes() {
        let found = Diagnostic::at(Code::Empty, "減半 ()", Span::new(7, 9), "empty").with_help("x");
        let coloured = found.render("減半 ()", Style { colour: true, ..Style::PLAIN });
        let mut plain = coloured.clone();
        for escape in [RED, YELLOW, CYAN, BOLD, RESET] {
            plain = plain.replace(escape, "");
        }
        assert_ne!(coloured, plain);
        assert_eq!(plain, found.render("減半 ()", Style::PLAIN));
    }
}
