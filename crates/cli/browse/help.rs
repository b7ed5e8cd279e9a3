//! The text of the help screen: the keys, and what a query may be.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::keys::{self, KEYS};
use super::text::wrap;
use super::theme::TITLE;
use crate::args::QUERY_HELP;

/// Columns of the help, borders included.
pub(crate) const COLUMNS: u16 = 80;
/// Columns for the names of the keys.
const KEY_COLUMNS: usize = 11;

/// The lines of the help on a screen of this width.
pub(crate) fn lines(columns: u16) -> Vec<Line<'static>> {
    let bindings = KEYS.iter().map(|binding| (keys::names(binding), binding.help));
    let editing = keys::EDITING.iter().map(|(keys, help)| ((*keys).to_owned(), *help));
    let room = usize::from(columns.min(COLUMNS)).saturating_sub(2);
    let mut lines = Vec::new();
    for (names, help) in bindings.chain(editing) {
        let head = format!("{names:<KEY_COLUMNS$}  ");
        let (indent, no_indent) = (head.width(), 0);
        let wrapped = wrap(&[Span::raw(help)], room.saturating_sub(indent), no_indent);
        for (at, line) in wrapped.into_iter().enumerate() {
            let margin = if at == 0 { head.clone() } else { " ".repeat(indent) };
            let mut line = line;
            line.spans.insert(0, Span::styled(margin, TITLE));
            lines.push(line);
        }
    }
    lines.push(Line::default());
    lines.push(Line::raw("Queries:"));
    for line in QUERY_HELP.lines() {
        let text = line.trim_start();
        match line.width() <= room {
            true => lines.push(Line::raw(line)),
            false => lines.extend(wrap(&[Span::raw(text)], room, line.width() - text.width())),
        }
    }
    lines
}

/// Number of help lines that do not fit on a screen of `(columns, rows)`.
pub(crate) fn overflow((columns, rows): (u16, u16)) -> usize {
    // The borders take two rows.
    lines(columns).len().saturating_sub(usize::from(rows.saturating_sub(2)))
}
