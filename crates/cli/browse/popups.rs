//! Draws the popups: the help, the hits over time, and the pickers.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::date_bars::DateBars;
use super::help;
use super::input::{PROMPT, visible_input};
use super::picker::{Picker, Subject};
use super::text::{piece, truncate};
use super::theme::{ACCENT, CHOSEN, DIM};
use crate::out::count::count_noun;

/// Draws the box of a popup and returns the area inside its border.
fn draw_popup(frame: &mut Frame<'_>, title: &str, columns: u16, rows: u16) -> Rect {
    let area = popup_area(frame.area().width, frame.area().height, columns, rows);
    let block = Block::bordered().title(format!(" {title} ")).border_style(DIM);
    let inside = block.inner(area);
    // Clear a wide character whose right half would cover the left border.
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

/// The area of a popup: in the middle of the screen, and no larger than the screen.
fn popup_area(screen_width: u16, screen_height: u16, columns: u16, rows: u16) -> Rect {
    let (width, rows) = (columns.min(screen_width), rows.min(screen_height));
    Rect::new((screen_width - width) / 2, (screen_height - rows) / 2, width, rows)
}

/// Draws the help from line `first` on.
pub(crate) fn draw_help(frame: &mut Frame<'_>, first: usize) {
    let lines = help::lines(frame.area().width);
    let rows = lines.len() as u16 + 2;
    let title = match rows > frame.area().height {
        true => "keys · Up Down · Esc closes",
        false => "keys · Esc closes",
    };
    let inside = draw_popup(frame, title, help::COLUMNS, rows);
    frame.render_widget(Paragraph::new(lines).scroll((first as u16, 0)), inside);
}

/// The height in screen rows of the highest bar of the hits over time.
const DATE_BAR_ROWS: u16 = 4;
/// The rows of the popup with the hits over time, besides the bars: the caption and two borders.
const DATE_BAR_OTHER_ROWS: u16 = 3;
/// Maximum number of columns of a bar, the space after it included.
const MAX_BAR_COLUMNS: usize = 4;
/// Maximum number of columns of a picker, borders included.
const MAX_PICKER_COLUMNS: u16 = 56;
/// Maximum number of rows of a picker, borders included.
const MAX_PICKER_ROWS: u16 = 22;
/// The character for a cell of a bar, by how many eighths of the cell are filled.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Draws the hits over time in a popup as wide as the screen: the bars, and below them the label
/// and the count of the selected bar.
pub(crate) fn draw_date_bars(frame: &mut Frame<'_>, date_bars: &DateBars) {
    let (columns, rows) = (frame.area().width, frame.area().height);
    let title = "dates of the hits · Left Right · Enter narrows";
    let inside = draw_popup(frame, title, columns, (DATE_BAR_ROWS + DATE_BAR_OTHER_ROWS).min(rows));
    let caption = match date_bars.selected_bar() {
        Some(period) => format!(
            "{}: {} · without a date: {}",
            period.label,
            count_noun(period.documents as usize, "document"),
            date_bars.undated
        ),
        None if date_bars.waiting => "counting…".to_owned(),
        None => "no hit has a date".to_owned(),
    };
    let width = usize::from(inside.width);
    let bars_area = Rect { height: inside.height.saturating_sub(1), ..inside };
    let caption_area =
        Rect { y: bars_area.bottom(), height: inside.height - bars_area.height, ..inside };
    frame.render_widget(truncate(vec![piece(&caption, Style::new())], width), caption_area);
    if width == 0 || date_bars.bars.is_empty() {
        return;
    }
    // Bars are as wide as the room allows. If there are more bars than columns, draw only as many
    // as fit, scrolled so that the selected bar is visible.
    let bar_columns = (width / date_bars.bars.len()).clamp(1, MAX_BAR_COLUMNS);
    let visible = (width / bar_columns).max(1);
    let first = (date_bars.selected + 1).saturating_sub(visible);
    let highest = date_bars.bars.iter().map(|bar| bar.documents).max().unwrap_or(1).max(1);
    let max_eighths = u64::from(bars_area.height) * 8;
    for (row, line) in bars_area.rows().enumerate() {
        let eighths_below = (usize::from(bars_area.height) - 1 - row) as u64 * 8;
        let bars = date_bars.bars.iter().enumerate().skip(first).take(visible);
        let spans: Vec<Span<'static>> = bars
            .map(|(at, bar)| {
                // A bar with a document is at least one eighth high.
                let eighths = (bar.documents * max_eighths).div_ceil(highest);
                let in_this_row = eighths.saturating_sub(eighths_below).min(8) as usize;
                let style = if at == date_bars.selected { ACCENT } else { DIM };
                let gap = if bar_columns > 1 { " " } else { "" };
                let filled = EIGHTHS[in_this_row].repeat(bar_columns - gap.len());
                Span::styled(format!("{filled}{gap}"), style)
            })
            .collect();
        frame.render_widget(Line::from(spans), line);
    }
}

/// Draws a picker, scrolled to the selected choice.
pub(crate) fn draw_picker(frame: &mut Frame<'_>, picker: &Picker) {
    let title = match picker.subject {
        Subject::Tag => "tags of the hits",
        Subject::Date => "dates",
        Subject::History => "earlier queries",
    };
    let (columns, rows) = (frame.area().width, frame.area().height);
    let popup_columns = columns.saturating_sub(4).min(MAX_PICKER_COLUMNS);
    let popup_rows = rows.saturating_sub(2).min(MAX_PICKER_ROWS);
    let inside = draw_popup(frame, title, popup_columns, popup_rows);
    // The prompt and one wide character need four columns.
    if inside.height == 0 || inside.width < 4 {
        return;
    }
    let (mut spans, cursor) = visible_input(
        &picker.filter,
        &[],
        usize::from(inside.width).saturating_sub(PROMPT.width()),
    );
    spans.insert(0, Span::styled(PROMPT, ACCENT));
    frame.render_widget(Line::from(spans), Rect { height: 1, ..inside });
    let x = inside.x + PROMPT.width() as u16 + cursor;
    frame.set_cursor_position((x.min(inside.right() - 1), inside.y));
    let displayed = picker.matching();
    let height = usize::from(inside.height - 1);
    let first = (picker.selected + 1).saturating_sub(height);
    let width = usize::from(inside.width);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (at, choice) in displayed.iter().enumerate().skip(first).take(height) {
        let count = choice.count.map(|count| format!(" {count}")).unwrap_or_default();
        let mut line =
            truncate(vec![piece(&choice.label, Style::new())], width.saturating_sub(count.width()));
        let gap = width.saturating_sub(line.width() + count.width());
        line.spans.push(Span::raw(" ".repeat(gap)));
        line.spans.push(Span::styled(count, DIM));
        lines.push(if at == picker.selected { line.style(CHOSEN) } else { line });
    }
    if lines.is_empty() {
        let what = if picker.waiting { "counting…" } else { "none" };
        lines.push(Line::styled(what, DIM));
    }
    frame.render_widget(
        Paragraph::new(lines),
        Rect { y: inside.y + 1, height: inside.height - 1, ..inside },
    );
}
