//! Lays out an input line: the query, or the filter of a picker.

use ratatui::style::Style;
use ratatui::text::Span;
use tui_input::Input;
use unicode_width::UnicodeWidthChar;
use wensou_query::lang::Diagnostic;

use super::theme::MISTAKE;
use crate::out::sanitize;

/// Printed before an input line.
pub(crate) const PROMPT: &str = "› ";

/// The part of an input line that fits into `columns`, with mistakes marked, and the column of the
/// cursor in it.
pub(crate) fn visible_input(
    input: &Input,
    mistakes: &[Diagnostic],
    columns: usize,
) -> (Vec<Span<'static>>, u16) {
    let displayed = sanitize::line(input.value());
    // Of each character: its byte offset in the typed text, what is displayed, and its width.
    let chars: Vec<(usize, char, usize)> = input
        .value()
        .char_indices()
        .zip(displayed.chars())
        .map(|((at, _), c)| (at, c, c.width().unwrap_or(0)))
        .collect();
    let cursor = input.cursor().min(chars.len());
    // Scroll: drop whole characters from the left until the cursor is visible.
    let mut first = 0;
    let mut cursor_column: usize = chars[..cursor].iter().map(|(.., width)| width).sum();
    while cursor_column >= columns && first < cursor {
        let (.., width) = chars[first];
        cursor_column -= width;
        first += 1;
    }
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut room = columns;
    for (at, c, width) in &chars[first..] {
        let Some(remaining) = room.checked_sub(*width) else { break };
        room = remaining;
        let wrong = mistakes
            .iter()
            .filter_map(Diagnostic::span)
            .any(|span| (span.start..span.end).contains(at));
        let style = if wrong { MISTAKE } else { Style::new() };
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(*c),
            _ => spans.push(Span::styled(c.to_string(), style)),
        }
    }
    (spans, cursor_column as u16)
}
