//! Moves the selection, scrolls the preview, and adapts both to the size of the screen.

use ratatui::style::Style;
use ratatui::text::Line;
use wensou_index::RecordExt;
use wensou_ingest::Record;

use super::{App, Focus, ListOrigin, Preview};
use crate::browse::layout::{self, Layout};
use crate::browse::theme::MATCH;
use crate::browse::worker::{HITS_PER_REQUEST, RequestKind};

/// Where to look for the next match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

impl App {
    /// Adapts to the size of the terminal, in columns and rows.
    pub(super) fn resize(&mut self, size: (u16, u16)) {
        let before = self.layout().snippet_chars;
        self.size = size;
        let layout = self.layout();
        if layout.preview.is_none() && self.focus == Focus::Preview {
            self.focus = Focus::List;
        }
        // The snippets of hits are cut to the width of a line, so ask for the hits again. A list of
        // related records keeps its snippets. If such a list is awaited, its request stays.
        let awaits_related =
            self.awaited_origin.as_ref().is_some_and(|it| !matches!(it, ListOrigin::Query(_)));
        if layout.snippet_chars != before && !self.shows_related() && !awaits_related {
            let limit = self.list.items.len().max(HITS_PER_REQUEST);
            self.awaited_list = Some(self.ask(RequestKind::Hits { offset: 0, limit }));
            self.awaited_origin = Some(ListOrigin::Query(self.text().to_owned()));
        }
    }

    /// Moves the selection by `steps` items. If the preview has the focus or the whole screen,
    /// scrolls the preview by `steps` lines instead.
    pub(super) fn move_focused(&mut self, steps: isize) {
        match self.preview_only || self.focus == Focus::Preview {
            true => self.scroll_preview(steps),
            false => self.move_selection(steps),
        }
    }

    /// Moves the selection by `items`. Requests more hits when the selection nears the end of the
    /// loaded hits, unless a list is awaited: its request must not be replaced.
    pub(super) fn move_selection(&mut self, items: isize) {
        let last = self.list.items.len().saturating_sub(1);
        let selected = self.list.selected.saturating_add_signed(items).min(last);
        if selected != self.list.selected {
            self.list.selected = selected;
            self.show_selected();
        }
        let near_end = selected + self.layout().visible_items >= last;
        let is_query = matches!(&self.list.origin, ListOrigin::Query(text) if text == self.text());
        let has_more = self.list.items.len() < self.list.total;
        if near_end && is_query && has_more && self.awaited_list.is_none() {
            let offset = self.list.items.len();
            self.awaited_list =
                Some(self.ask(RequestKind::Hits { offset, limit: HITS_PER_REQUEST }));
        }
    }

    /// Scrolls the preview by `lines`, no further than its ends.
    pub(super) fn scroll_preview(&mut self, lines: isize) {
        let layout = self.layout();
        let Some(area) = layout.preview else { return };
        let line_count = self.preview_lines(layout::preview_columns(area)).len();
        let last = line_count.saturating_sub(usize::from(area.height));
        self.preview.scroll = self.preview.scroll.saturating_add_signed(lines).min(last);
    }

    /// How far Page Up and Page Down move, for [`move_focused`](Self::move_focused): by the number
    /// of visible items of the list. If the preview has the focus or the whole screen, by the
    /// number of its visible lines, less one.
    pub(super) fn page_key_steps(&self) -> isize {
        let layout = self.layout();
        let steps = match (self.preview_only || self.focus == Focus::Preview, layout.preview) {
            (true, Some(area)) => usize::from(area.height).saturating_sub(1),
            _ => layout.visible_items,
        };
        steps.max(1) as isize
    }

    /// The layout of the screen at its present size.
    pub(crate) fn layout(&self) -> Layout {
        layout::layout(self.size, self.preview_only)
    }

    /// Scrolls the list so that the selected item is visible, and sets the preview to that item. If
    /// the item is a page, requests its flash items for the preview.
    pub(super) fn show_selected(&mut self) {
        let visible = self.layout().visible_items.max(1);
        let list = &mut self.list;
        list.first = list.first.min(list.selected).max((list.selected + 1).saturating_sub(visible));
        let Some(item) = list.items.get(list.selected) else {
            self.preview = Preview::default();
            self.awaited_flashes = None;
            return;
        };
        let is_same_record = self.preview.id == item.record.id();
        // The preview already has the lines of this record. They are dropped where a list with
        // other highlights is shown.
        if is_same_record && self.preview.lines.is_some() {
            return;
        }
        let flash_ids = match &item.record {
            Record::Article(article) => article.flashes.clone(),
            Record::Flash(_) => Vec::new(),
        };
        self.preview = Preview {
            id: item.record.id().to_owned(),
            scroll: if is_same_record { self.preview.scroll } else { 0 },
            ..Preview::default()
        };
        self.awaited_flashes = None;
        if !flash_ids.is_empty() {
            self.awaited_flashes = Some(self.ask(RequestKind::Embedded(flash_ids)));
        }
    }

    /// Shows the preview of the selected record full screen, or the list again.
    pub(super) fn toggle_preview_only(&mut self) {
        if self.selected().is_none() {
            return;
        }
        self.preview_only = !self.preview_only;
        if !self.preview_only {
            self.focus = Focus::List;
        }
        self.show_selected();
        // The height has changed: keep the scroll position within the lines.
        self.scroll_preview(0);
    }

    /// Scrolls the preview to the next line with a match, or to the previous one. Opens the preview
    /// if it is not visible.
    pub(super) fn scroll_to_match(&mut self, direction: Direction) {
        if self.selected().is_none() {
            return;
        }
        let Some(area) = self.layout().preview else {
            // The screen has no room for list and preview together: show the preview alone.
            self.toggle_preview_only();
            return self.scroll_to_match(direction);
        };
        let lines = self.preview_lines(layout::preview_columns(area));
        let is_match = |line: &Line<'_>| line.spans.iter().any(|span| is_match_style(span.style));
        // The numbers of the lines with a match.
        let matches: Vec<usize> = (0..lines.len()).filter(|n| is_match(&lines[*n])).collect();
        let (current, scroll) = (self.preview.matched, self.preview.scroll);
        let next = match (direction, current) {
            (Direction::Forward, Some(current)) => matches.iter().position(|line| *line > current),
            (Direction::Forward, None) => matches.iter().position(|line| *line >= scroll),
            (Direction::Backward, current) => {
                matches.iter().rposition(|line| *line < current.unwrap_or(scroll))
            }
        };
        let Some(next) = next else {
            self.status = Some("no further match".to_owned());
            return;
        };
        self.preview.matched = Some(matches[next]);
        // Show the line with the match below the first third of the preview.
        self.preview.scroll = matches[next].saturating_sub(usize::from(area.height) / 3);
        // Keep the scroll position within the lines.
        self.scroll_preview(0);
        self.status = Some(format!("line {} of {} with a match", next + 1, matches.len()));
    }
}

/// Whether this is the style of a match, alone or patched over the style of the text around it.
fn is_match_style(style: Style) -> bool {
    style.fg == MATCH.fg && style.add_modifier.contains(MATCH.add_modifier)
}
