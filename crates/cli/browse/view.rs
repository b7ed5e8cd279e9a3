//! Draws the state of the program on a screen of any size. Widths are display widths.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Scrollbar, ScrollbarOrientation, ScrollbarState};
use unicode_width::UnicodeWidthStr;
use wensou_index::RecordExt;
use wensou_query::Snippet;
use wensou_query::lang::{Code, Diagnostic};

use super::app::{App, Focus, List, ListOrigin, Popup};
use super::input::{PROMPT, visible_input};
use super::item::Item;
use super::keys::{self, KEYS};
use super::layout::{Layout, MIN_COLUMNS_BELOW, preview_columns};
use super::popups::{draw_date_bars, draw_help, draw_picker};
use super::text::{highlighted, piece, truncate, wrap};
use super::theme::{ACCENT, DATE, DIM, ERROR, KIND, TITLE, WARNING, without_colour};
use crate::out::count::count_noun;
use crate::out::hits;

/// Placeholder in the empty query line.
const PLACEHOLDER: &str = "type to search, ? for help";

/// Draws the whole screen.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &mut App, colour: bool) {
    let layout = app.layout();
    draw_query(frame, app, layout.query);
    frame.render_widget(notice(app, layout.notice.width), layout.notice);
    if let Some(area) = layout.list {
        draw_list(frame, app, area, layout);
    }
    if let Some(area) = layout.separator {
        draw_separator(frame, area, app.focus == Focus::Preview);
    }
    if let Some(area) = layout.preview {
        draw_preview(frame, app, area);
    }
    frame.render_widget(footer(app, layout.footer.width), layout.footer);
    match &app.popup {
        Some(Popup::Help(first)) => draw_help(frame, *first),
        Some(Popup::Picker(picker)) => draw_picker(frame, picker),
        Some(Popup::DateBars(date_bars)) => draw_date_bars(frame, date_bars),
        None => {}
    }
    if !colour {
        without_colour(frame.buffer_mut());
    }
}

/// Draws the query line, with the number of hits and the time of the search.
fn draw_query(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let summary = summary(app, area.width);
    let room = usize::from(area.width).saturating_sub(PROMPT.width() + summary.width() + 1);
    // Even without room, draw two wide characters of the query. The summary may cover them.
    let (mut spans, cursor) = visible_input(&app.input, &app.errors, room.max(4));
    if app.text().is_empty() {
        spans = truncate(vec![Span::styled(PLACEHOLDER, DIM)], room).spans;
    }
    spans.insert(0, Span::styled(PROMPT, ACCENT));
    frame.render_widget(Line::from(spans), area);
    let right = Rect {
        x: area.width.saturating_sub(summary.width() as u16),
        width: area.width.min(summary.width() as u16),
        ..area
    };
    frame.render_widget(Span::styled(summary, DIM), right);
    if app.popup.is_none() && area.height > 0 {
        let x = PROMPT.width() as u16 + cursor;
        frame.set_cursor_position((x.min(area.width.saturating_sub(1)), area.y));
    }
}

/// The number of hits and, if there is room, the time of the search.
fn summary(app: &App, columns: u16) -> String {
    if app.slow {
        return "searching…".to_owned();
    }
    let total = match app.list.total {
        0 => "no hits".to_owned(),
        total => count_noun(total, "hit"),
    };
    let documents = app.list.documents;
    let total = match documents > app.list.total {
        true => format!("{total}, {}", count_noun(documents, "document")),
        false => total,
    };
    let took = app.list.took.as_secs_f64() * 1000.0;
    match columns >= MIN_COLUMNS_BELOW && !app.shows_related() {
        true => format!("{total} · {took:.1} ms"),
        false => total,
    }
}

/// The line below the query: the origin of a list of related records, else the first mistake, else
/// a hint about similar words or pinyin, else that the search was relaxed, else the first warning.
fn notice(app: &App, columns: u16) -> Line<'static> {
    let list = &app.list;
    let title = match &list.origin {
        ListOrigin::Query(_) => None,
        ListOrigin::Pages(title) => Some(("pages with ", title)),
        ListOrigin::Flashes(title) => Some(("flash items in ", title)),
        ListOrigin::Copies(title) => Some(("copies and flash items of ", title)),
        ListOrigin::Similar(title) => Some(("similar to ", title)),
    };
    let pieces = if let Some((what, title)) = title {
        vec![Span::styled("Esc: back · ", DIM), Span::styled(what, KIND), piece(title, TITLE)]
    } else if let Some(error) = app.errors.first() {
        diagnostic_spans(error, ERROR, app.errors.len() - 1)
    } else if let Some(hint) = list.warnings.first().filter(|hint| precedes_relaxed(hint.code)) {
        diagnostic_spans(hint, WARNING, list.warnings.len() - 1)
    } else if list.relaxed && list.total > 0 {
        vec![Span::styled("no document contains every word: showing the closest matches", WARNING)]
    } else if let Some(warning) = list.warnings.first() {
        diagnostic_spans(warning, WARNING, list.warnings.len() - 1)
    } else {
        Vec::new()
    };
    truncate(pieces, usize::from(columns))
}

/// Whether a hint is shown instead of the message that the search was relaxed, because the hint
/// says more.
fn precedes_relaxed(code: Code) -> bool {
    matches!(code, Code::SimilarWord | Code::ReadAsPinyin)
}

/// A diagnostic with its help. `more` is the number of diagnostics that are not shown.
fn diagnostic_spans(diagnostic: &Diagnostic, style: Style, more: usize) -> Vec<Span<'static>> {
    let mut pieces = vec![piece(&diagnostic.message, style)];
    if more > 0 {
        pieces.push(Span::styled(format!(" (and {more} more)"), style));
    }
    if let Some(help) = &diagnostic.help {
        pieces.push(piece(&format!(" · {help}"), DIM));
    }
    pieces
}

/// Draws the items of the list from the first visible one on. If there are none, says why.
fn draw_list(frame: &mut Frame<'_>, app: &mut App, area: Rect, layout: Layout) {
    let list = &mut app.list;
    let items = layout.visible_items.max(1);
    // The screen may have shrunk since the selection moved.
    list.first = list.first.min(list.selected).max((list.selected + 1).saturating_sub(items));
    let list = &app.list;
    let room = usize::from(area.width).saturating_sub(1);
    let mut y = area.y;
    // Draw one more item than fits: its first lines show that the list goes on.
    for (at, item) in list.items.iter().enumerate().skip(list.first).take(layout.visible_items + 1)
    {
        for line in item_lines(item, room, layout.lines_per_item) {
            if y >= area.bottom() {
                return;
            }
            let cursor =
                if at == list.selected { Span::styled("▌", ACCENT) } else { Span::raw(" ") };
            let mut line = line;
            line.spans.insert(0, cursor);
            frame.render_widget(line, Rect { y, height: 1, ..area });
            y += 1;
        }
    }
    if list.items.is_empty() {
        let mut lines = vec![Line::styled(empty_list_text(list, app), DIM)];
        // The line below the query has room for the first warning only.
        for warning in list.warnings.iter().skip(1) {
            let pieces = diagnostic_spans(warning, DIM, 0);
            lines.extend(wrap(&pieces, usize::from(area.width), 1));
        }
        for line in &list.diagnosis {
            lines.extend(wrap(&[piece(line, DIM)], usize::from(area.width), 1));
        }
        frame.render_widget(Paragraph::new(lines), area);
    }
}

/// What stands in place of the items of an empty list: nothing while the first hits are awaited.
fn empty_list_text(list: &List, app: &App) -> &'static str {
    match &list.origin {
        ListOrigin::Query(text) if text.is_empty() && app.is_waiting() => "",
        _ => " no hits",
    }
}

/// One item of the list. In two lines: kind, title and date; facts and snippet. In three lines:
/// title; kind, date and facts; snippet. The facts are the source, the number of occurrences if
/// there is more than one, and the words of the query that the record lacks.
fn item_lines(item: &Item, columns: usize, lines_per_item: u16) -> Vec<Line<'static>> {
    let record = &item.record;
    let kind = record.kind().name();
    let date = hits::date(record);
    let mut facts: Vec<Span<'static>> = Vec::new();
    if let Some(source) = hits::source(record) {
        facts.push(piece(source, Style::new()));
    }
    if item.pages() > 1 {
        facts.push(Span::raw(format!("seen in {} pages", item.pages())));
    }
    if !item.missing.is_empty() {
        facts.push(piece(&format!("missing: {}", item.missing.join(" ")), WARNING));
    }
    let dot = || Span::raw(" · ");
    let joined = |pieces: Vec<Span<'static>>| {
        let mut out = Vec::new();
        for (at, piece) in pieces.into_iter().enumerate() {
            if at > 0 {
                out.push(dot());
            }
            out.push(piece);
        }
        out
    };
    let body = snippet_spans(&item.snippet);
    if lines_per_item == 2 {
        let mut head = vec![Span::styled(format!("{kind:<8}"), KIND)];
        head.extend(highlighted(&item.title, TITLE));
        let room = columns.saturating_sub(date.width() + 2);
        let mut head = truncate(head, room);
        let gap = columns.saturating_sub(head.width() + date.width());
        head.spans.push(Span::raw(" ".repeat(gap)));
        head.spans.push(Span::styled(date, DATE));
        let mut below = joined(facts);
        if !below.is_empty() && !body.is_empty() {
            below.push(dot());
        }
        for piece in &mut below {
            piece.style = DIM.patch(piece.style);
        }
        below.extend(body);
        return vec![head, truncate(below, columns)];
    }
    let mut second_line = vec![Span::styled(kind, KIND)];
    if !date.is_empty() {
        second_line.push(Span::styled(date, DATE));
    }
    second_line.extend(facts);
    vec![
        truncate(highlighted(&item.title, TITLE), columns),
        truncate(joined(second_line), columns),
        truncate(body, columns),
    ]
}

fn snippet_spans(snippet: &Snippet) -> Vec<Span<'static>> {
    if snippet.text.trim().is_empty() {
        return Vec::new();
    }
    let mut pieces = highlighted(snippet, Style::new());
    if snippet.cut_start {
        // A short snippet may begin with the punctuation of the previous clause.
        if let Some(first) = pieces.first_mut().filter(|first| first.style == Style::new()) {
            let trimmed =
                first.content.trim_start_matches([',', '，', '、', '。', ' ', '》', '」', '”']);
            first.content = trimmed.to_owned().into();
        }
        pieces.insert(0, Span::raw("…"));
    }
    if snippet.cut_end {
        pieces.push(Span::raw("…"));
    }
    pieces
}

/// Draws the line between list and preview: vertical if the preview is beside the list, horizontal
/// if it is below.
fn draw_separator(frame: &mut Frame<'_>, area: Rect, focused: bool) {
    let style = if focused { ACCENT } else { DIM };
    match area.width {
        1 => {
            for row in area.rows() {
                frame.render_widget(Span::styled("│", style), row);
            }
        }
        width => {
            frame.render_widget(Span::styled("─".repeat(usize::from(width)), style), area);
        }
    }
}

fn draw_preview(frame: &mut Frame<'_>, app: &mut App, area: Rect) {
    let columns = preview_columns(area);
    let height = usize::from(area.height);
    let scroll = app.preview.scroll;
    let lines = app.preview_lines(columns);
    let line_count = lines.len();
    let scroll = scroll.min(line_count.saturating_sub(height));
    let visible: Vec<Line<'static>> = lines.iter().skip(scroll).take(height).cloned().collect();
    app.preview.scroll = scroll;
    let text = Rect { width: area.width.saturating_sub(1), ..area };
    frame.render_widget(Paragraph::new(visible), text);
    if line_count > height && height > 0 {
        let mut state = ScrollbarState::new(line_count - height + 1).position(scroll);
        let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
            .begin_symbol(None)
            .end_symbol(None)
            .style(DIM);
        frame.render_stateful_widget(bar, area, &mut state);
    }
}

/// The bottom line: the status message if there is one, else the keys.
fn footer(app: &App, columns: u16) -> Line<'static> {
    let columns = usize::from(columns);
    if let Some(status) = &app.status {
        return truncate(vec![piece(status, Style::new())], columns);
    }
    let mut pieces = Vec::new();
    for binding in KEYS.iter().filter(|binding| !binding.hint.is_empty()) {
        let key = keys::short_name(binding);
        // Do not draw part of a hint.
        let used: usize = pieces.iter().map(Span::width).sum();
        if used + key.width() + binding.hint.width() + 2 > columns {
            break;
        }
        pieces.push(Span::raw(key));
        pieces.push(Span::styled(format!(" {}  ", binding.hint), DIM));
    }
    Line::from(pieces)
}
