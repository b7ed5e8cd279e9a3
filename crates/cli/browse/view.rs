//! Draws the state on a screen of any size. Widths are display widths.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Scrollbar, ScrollbarOrientation, ScrollbarState};
use tui_input::Input;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
use wensou_index::RecordExt;
use wensou_query::Snippet;
use wensou_query::lang::Diagnostic;

use super::app::{App, Focus, List, Origin, Popup};
use super::help;
use super::keys::{self, KEYS};
use super::layout::{BELOW, Layout, preview_columns};
use super::picker::{Picker, Subject};
use super::text::{fit, marked, piece};
use super::theme::{CHOSEN, DATE, DIM, ERROR, KIND, MISTAKE, TITLE, WARNING, without_colour};
use super::worker::Item;
use crate::out::count::count;
use crate::out::{hits, sanitize};

const PROMPT: &str = "› ";
/// Text of the empty query line.
const INVITATION: &str = "type to search, ? for help";

/// Draws the whole screen.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &mut App, colour: bool) {
    let layout = app.layout();
    query(frame, app, layout.query);
    frame.render_widget(notice(app, layout.notice.width), layout.notice);
    if let Some(area) = layout.list {
        list(frame, app, area, layout);
    }
    if let Some(area) = layout.rule {
        rule(frame, area, app.focus == Focus::Preview);
    }
    if let Some(area) = layout.preview {
        preview(frame, app, area);
    }
    frame.render_widget(footer(app, layout.footer.width), layout.footer);
    match &app.popup {
        Some(Popup::Help(first)) => help_popup(frame, *first),
        Some(Popup::Picker(open)) => picker(frame, open),
        None => {}
    }
    if !colour {
        without_colour(frame.buffer_mut());
    }
}

/// Draws the query line, with the number of hits and the time of the search.
fn query(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let found = summary(app, area.width);
    let room = usize::from(area.width).saturating_sub(PROMPT.width() + found.width() + 1);
    let (mut spans, cursor) = edited(&app.input, &app.errors, room.max(4));
    if app.text().is_empty() {
        spans = fit(vec![Span::styled(INVITATION, DIM)], room).spans;
    }
    spans.insert(0, Span::styled(PROMPT, KIND));
    frame.render_widget(Line::from(spans), area);
    let right = Rect {
        x: area.width.saturating_sub(found.width() as u16),
        width: area.width.min(found.width() as u16),
        ..area
    };
    frame.render_widget(Span::styled(found, DIM), right);
    if app.popup.is_none() && area.height > 0 {
        let x = PROMPT.width() as u16 + cursor;
        frame.set_cursor_position((x.min(area.width.saturating_sub(1)), area.y));
    }
}

fn summary(app: &App, columns: u16) -> String {
    if app.slow {
        return "searching…".to_owned();
    }
    let total = match app.list.total {
        0 => "no hits".to_owned(),
        total => count(total, "hit"),
    };
    let took = app.list.took.as_secs_f64() * 1000.0;
    match columns >= BELOW && !app.followed() {
        true => format!("{total} · {took:.1} ms"),
        false => total,
    }
}

/// The visible part of an edited line in `columns`, with mistakes marked, and the column of the
/// cursor.
fn edited(input: &Input, mistakes: &[Diagnostic], columns: usize) -> (Vec<Span<'static>>, u16) {
    let displayed = sanitize::line(input.value());
    let chars: Vec<(usize, char, usize)> = input
        .value()
        .char_indices()
        .zip(displayed.chars())
        .map(|((at, _), c)| (at, c, c.width().unwrap_or(0)))
        .collect();
    let cursor = input.cursor().min(chars.len());
    // Scroll: drop whole characters from the left until the cursor is visible.
    let mut first = 0;
    let mut before: usize = chars[..cursor].iter().map(|(.., width)| width).sum();
    while before >= columns && first < cursor {
        before -= chars[first].2;
        first += 1;
    }
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut room = columns;
    for (at, c, width) in &chars[first..] {
        let Some(left) = room.checked_sub(*width) else { break };
        room = left;
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
    (spans, before as u16)
}

/// The line below the query: where the list comes from, else a mistake, else a warning.
fn notice(app: &App, columns: u16) -> Line<'static> {
    let list = &app.list;
    let title = match &list.origin {
        Origin::Query(_) => None,
        Origin::Pages(title) => Some(("pages with ", title)),
        Origin::Flashes(title) => Some(("flash items in ", title)),
        Origin::Similar(title) => Some(("similar to ", title)),
    };
    let pieces = if let Some((what, title)) = title {
        vec![Span::styled("Esc: back · ", DIM), Span::styled(what, KIND), piece(title, TITLE)]
    } else if let Some(error) = app.errors.first() {
        diagnostic_spans(error, ERROR, app.errors.len() - 1)
    } else if list.relaxed && list.total > 0 {
        vec![Span::styled("no document contains every word: showing the closest matches", WARNING)]
    } else if let Some(warning) = list.warnings.first() {
        diagnostic_spans(warning, WARNING, list.warnings.len() - 1)
    } else {
        Vec::new()
    };
    fit(pieces, usize::from(columns))
}

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

fn list(frame: &mut Frame<'_>, app: &mut App, area: Rect, layout: Layout) {
    let list = &mut app.list;
    let items = layout.items.max(1);
    // The screen may have shrunk since the selection moved.
    list.first = list.first.min(list.selected).max((list.selected + 1).saturating_sub(items));
    let list = &app.list;
    let room = usize::from(area.width).saturating_sub(1);
    let mut y = area.y;
    // One item more than fits: its first lines show that the list goes on.
    for (at, item) in list.items.iter().enumerate().skip(list.first).take(layout.items + 1) {
        for line in item_lines(item, room, layout.lines) {
            if y >= area.bottom() {
                return;
            }
            let bar = if at == list.selected { Span::styled("▌", KIND) } else { Span::raw(" ") };
            let mut line = line;
            line.spans.insert(0, bar);
            frame.render_widget(line, Rect { y, height: 1, ..area });
            y += 1;
        }
    }
    if list.items.is_empty() {
        frame.render_widget(Line::styled(nothing(list, app), DIM), area);
    }
}

fn nothing(list: &List, app: &App) -> &'static str {
    match &list.origin {
        Origin::Query(text) if text.is_empty() && app.is_waiting() => "",
        _ => " no hits",
    }
}

/// One item of the list. In two lines: kind, title and date; source and snippet. In three lines:
/// title; kind, date and source; snippet.
fn item_lines(item: &Item, columns: usize, lines: u16) -> Vec<Line<'static>> {
    let record = &item.record;
    let kind = record.kind().name();
    let date = hits::date(record);
    let mut about: Vec<Span<'static>> = Vec::new();
    if let Some(source) = hits::source(record) {
        about.push(piece(source, Style::new()));
    }
    if record.seen() > 1 {
        about.push(Span::raw(format!("seen in {} pages", record.seen())));
    }
    if !item.missing.is_empty() {
        about.push(piece(&format!("missing: {}", item.missing.join(" ")), WARNING));
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
    let body = snippet(&item.snippet);
    if lines == 2 {
        let mut head = vec![Span::styled(format!("{kind:<8}"), KIND)];
        head.extend(marked(&item.title, TITLE));
        let room = columns.saturating_sub(date.width() + 2);
        let mut head = fit(head, room);
        let gap = columns.saturating_sub(head.width() + date.width());
        head.spans.push(Span::raw(" ".repeat(gap)));
        head.spans.push(Span::styled(date, DATE));
        let mut below = joined(about);
        if !below.is_empty() && !body.is_empty() {
            below.push(dot());
        }
        for piece in &mut below {
            piece.style = DIM.patch(piece.style);
        }
        below.extend(body);
        return vec![head, fit(below, columns)];
    }
    let mut facts = vec![Span::styled(kind, KIND)];
    if !date.is_empty() {
        facts.push(Span::styled(date, DATE));
    }
    facts.extend(about);
    vec![fit(marked(&item.title, TITLE), columns), fit(joined(facts), columns), fit(body, columns)]
}

fn snippet(snippet: &Snippet) -> Vec<Span<'static>> {
    if snippet.text.trim().is_empty() {
        return Vec::new();
    }
    let mut pieces = marked(snippet, Style::new());
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

fn rule(frame: &mut Frame<'_>, area: Rect, focused: bool) {
    let style = if focused { KIND } else { DIM };
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

fn preview(frame: &mut Frame<'_>, app: &mut App, area: Rect) {
    let columns = preview_columns(area);
    let height = usize::from(area.height);
    let scroll = app.preview.scroll;
    let lines = app.preview_lines(columns);
    let all = lines.len();
    let scroll = scroll.min(all.saturating_sub(height));
    let visible: Vec<Line<'static>> = lines.iter().skip(scroll).take(height).cloned().collect();
    app.preview.scroll = scroll;
    let text = Rect { width: area.width.saturating_sub(1), ..area };
    frame.render_widget(Paragraph::new(visible), text);
    if all > height && height > 0 {
        let mut state = ScrollbarState::new(all - height + 1).position(scroll);
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
        return fit(vec![piece(status, Style::new())], columns);
    }
    let mut pieces = Vec::new();
    for binding in KEYS.iter().filter(|binding| !binding.hint.is_empty()) {
        let key = keys::short(binding);
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

// Popups.

/// Draws the box of a popup and returns the area inside its border.
fn popup(frame: &mut Frame<'_>, title: &str, columns: u16, rows: u16) -> Rect {
    let area = popup_area(frame.area().width, frame.area().height, columns, rows);
    let block = Block::bordered().title(format!(" {title} ")).border_style(DIM);
    let inside = block.inner(area);
    // Otherwise the right half of a wide character would cover the border.
    if let Some(x) = area.x.checked_sub(1) {
        for y in area.top()..area.bottom() {
            let cell = &mut frame.buffer_mut()[(x, y)];
            if cell.symbol().width() > 1 {
                cell.set_symbol(" ");
            }
        }
    }
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inside
}

fn popup_area(screen: u16, height: u16, columns: u16, rows: u16) -> Rect {
    let (width, rows) = (columns.min(screen), rows.min(height));
    Rect::new((screen - width) / 2, (height - rows) / 2, width, rows)
}

fn help_popup(frame: &mut Frame<'_>, first: usize) {
    let lines = help::lines(frame.area().width);
    let rows = lines.len() as u16 + 2;
    let title = match rows > frame.area().height {
        true => "keys · Up Down · Esc closes",
        false => "keys · Esc closes",
    };
    let inside = popup(frame, title, help::COLUMNS, rows);
    frame.render_widget(Paragraph::new(lines).scroll((first as u16, 0)), inside);
}

fn picker(frame: &mut Frame<'_>, open: &Picker) {
    let title = match open.subject {
        Subject::Tag => "tags of the hits",
        Subject::Date => "dates",
    };
    let (columns, rows) = (frame.area().width, frame.area().height);
    let inside =
        popup(frame, title, columns.saturating_sub(4).min(56), rows.saturating_sub(2).min(22));
    if inside.height == 0 || inside.width < 4 {
        return;
    }
    let (mut spans, cursor) =
        edited(&open.filter, &[], usize::from(inside.width).saturating_sub(PROMPT.width()));
    spans.insert(0, Span::styled(PROMPT, KIND));
    frame.render_widget(Line::from(spans), Rect { height: 1, ..inside });
    let x = inside.x + PROMPT.width() as u16 + cursor;
    frame.set_cursor_position((x.min(inside.right() - 1), inside.y));
    let displayed = open.matching();
    let height = usize::from(inside.height - 1);
    let first = (open.selected + 1).saturating_sub(height);
    let width = usize::from(inside.width);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (at, choice) in displayed.iter().enumerate().skip(first).take(height) {
        let count = choice.count.map(|count| format!(" {count}")).unwrap_or_default();
        let mut line =
            fit(vec![piece(&choice.label, Style::new())], width.saturating_sub(count.width()));
        let gap = width.saturating_sub(line.width() + count.width());
        line.spans.push(Span::raw(" ".repeat(gap)));
        line.spans.push(Span::styled(count, DIM));
        lines.push(if at == open.selected { line.style(CHOSEN) } else { line });
    }
    if lines.is_empty() {
        let what = if open.waiting { "counting…" } else { "none" };
        lines.push(Line::styled(what, DIM));
    }
    frame.render_widget(
        Paragraph::new(lines),
        Rect { y: inside.y + 1, height: inside.height - 1, ..inside },
    );
}
