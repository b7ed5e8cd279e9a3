//! Lays out styled text in columns. All text from pages passes through here and is sanitized.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use textwrap::core::{Word, break_words};
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::UnicodeWidthStr;
use wensou_query::Snippet;

use super::theme::MATCH;
use crate::out::sanitize;

/// Sanitizes text from a page and styles it.
pub(crate) fn piece(text: &str, style: Style) -> Span<'static> {
    Span::styled(sanitize::line(text).into_owned(), style)
}

/// A snippet as styled pieces, with its matches highlighted; `base` is the style of the other text.
pub(crate) fn highlighted(snippet: &Snippet, base: Style) -> Vec<Span<'static>> {
    let chars: Vec<char> = snippet.text.chars().collect();
    let part =
        |from: usize, to: usize, style| piece(&chars[from..to].iter().collect::<String>(), style);
    let mut pieces = Vec::new();
    let mut at = 0;
    for [start, end] in &snippet.highlights {
        pieces.push(part(at, *start, base));
        pieces.push(part(*start, *end, base.patch(MATCH)));
        at = *end;
    }
    pieces.push(part(at, chars.len(), base));
    pieces.retain(|piece| !piece.content.is_empty());
    pieces
}

/// Cuts pieces to `columns` and ends them with `…` if anything was cut. Never splits a wide
/// character.
pub(crate) fn truncate(pieces: Vec<Span<'static>>, columns: usize) -> Line<'static> {
    let line = Line::from(pieces);
    if line.width() <= columns {
        return line;
    }
    let mut room = columns.saturating_sub(1);
    let mut out: Vec<Span<'static>> = Vec::new();
    for grapheme in line.styled_graphemes(Style::default()) {
        let Some(remaining) = room.checked_sub(grapheme.symbol.width()) else { break };
        room = remaining;
        match out.last_mut() {
            Some(last) if last.style == grapheme.style => {
                last.content.to_mut().push_str(grapheme.symbol);
            }
            _ => out.push(Span::styled(grapheme.symbol.to_owned(), grapheme.style)),
        }
    }
    if columns > 0 {
        out.push(Span::raw("…"));
    }
    Line::from(out)
}

/// Breaks pieces into lines of at most `columns`, of which the first `indent` are spaces. There is
/// room for at least two columns of text, even if a line then exceeds `columns`.
///
/// Like `out::text::wrap`, but the pieces keep their styles. Chinese text may break between any two
/// characters except before closing punctuation (UAX #14); Latin words stay whole if they fit.
pub(crate) fn wrap(pieces: &[Span<'static>], columns: usize, indent: usize) -> Vec<Line<'static>> {
    let text: String = pieces.iter().map(|piece| piece.content.as_ref()).collect();
    let columns = columns.saturating_sub(indent).max(2);
    let words: Vec<Word<'_>> =
        textwrap::WordSeparator::UnicodeBreakProperties.find_words(&text).collect();
    let words = break_words(words, columns);
    let mut at = 0;
    let mut lines = Vec::new();
    for words in wrap_first_fit(&words, &[columns as f64]) {
        let start = at;
        let mut end = at;
        for word in words {
            end = at + word.word.len();
            at = end + word.whitespace.len();
        }
        let mut line = Line::from(cut(pieces, start, end));
        if indent > 0 {
            line.spans.insert(0, Span::raw(" ".repeat(indent)));
        }
        lines.push(line);
    }
    lines
}

/// The bytes `start..end` of the concatenated pieces, as pieces that keep their styles.
fn cut(pieces: &[Span<'static>], start: usize, end: usize) -> Vec<Span<'static>> {
    let mut at = 0;
    let mut out = Vec::new();
    for piece in pieces {
        let length = piece.content.len();
        let (from, to) = (start.clamp(at, at + length) - at, end.clamp(at, at + length) - at);
        if let Some(part) = piece.content.get(from..to).filter(|part| !part.is_empty()) {
            out.push(Span::styled(part.to_owned(), piece.style));
        }
        at += length;
    }
    out
}

/// Text as one line: line breaks at both ends are removed, other line breaks and tabs become
/// spaces, and all other control characters are removed.
pub(crate) fn one_line(text: &str) -> String {
    text.trim_matches(['\r', '\n'])
        .chars()
        .map(|c| if c.is_whitespace() && c.is_control() { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(line: &Line<'_>) -> String {
        line.spans.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn a_wide_character_that_does_not_fit_whole_is_left_out() {
        let pieces = || vec![Span::raw("比特幣"), Span::raw("BTC減半")];
        assert_eq!(content(&truncate(pieces(), 13)), "比特幣BTC減半");
        assert_eq!(content(&truncate(pieces(), 12)), "比特幣BTC減…");
        assert_eq!(content(&truncate(pieces(), 6)), "比特…");
        assert_eq!(content(&truncate(pieces(), 5)), "比特…");
        assert_eq!(content(&truncate(pieces(), 1)), "…");
        assert_eq!(content(&truncate(pieces(), 0)), "");
    }

    #[test]
    fn lines_break_where_chinese_may_and_keep_their_styles() {
        let snippet = Snippet {
            text: "比特幣減半將在明年四月到來,礦工需要準備。".to_owned(),
            highlights: vec![[3, 5]],
            ..Snippet::default()
        };
        let lines = wrap(&highlighted(&snippet, Style::default()), 12, 2);
        assert_eq!(
            lines.iter().map(content).collect::<Vec<_>>(),
            ["  比特幣減半", "  將在明年四", "  月到來,礦", "  工需要準", "  備。"]
        );
        assert_eq!(lines[0].spans[2], Span::styled("減半", MATCH));
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_becomes_a_piece() {
        let snippet = Snippet {
            text: "紅\u{1b}[31m色\u{202e}字\n二".to_owned(),
            highlights: vec![[0, 3]],
            ..Snippet::default()
        };
        let line = Line::from(highlighted(&snippet, Style::default()));
        assert_eq!(content(&line), "紅␛[31m色\u{fffd}字 二");
    }
}
