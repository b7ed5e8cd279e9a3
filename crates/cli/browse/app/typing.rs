//! Edits the query line.

use tui_input::Input;
use wensou_query::lang::MAX_LENGTH;

use super::{App, Focus, Popup};
use crate::browse::text::one_line;

impl App {
    /// Inserts pasted text at the cursor of the query, or of the filter of an open picker. The text
    /// becomes one line, and the query is searched for only once.
    pub(super) fn paste(&mut self, text: &str) {
        self.status = None;
        let text = one_line(text);
        if let Some(Popup::Picker(picker)) = &mut self.popup {
            insert(&mut picker.filter, &text);
            picker.selected = 0;
        } else if self.popup.is_none() {
            insert(&mut self.input, &text);
            self.edited();
        }
    }

    /// Replaces the query and puts the cursor at its end.
    pub(super) fn set_text(&mut self, text: String) {
        if text != self.text() {
            self.input = Input::new(text);
            self.edited();
        }
    }

    /// Searches again after the user has changed the query, which is then no query of the history.
    pub(super) fn edited(&mut self) {
        self.history.stop_recalling();
        self.search_again();
    }

    /// Searches for the changed query, and returns from the preview to the list.
    pub(super) fn search_again(&mut self) {
        self.preview_only = false;
        self.focus = Focus::List;
        self.search();
    }
}

/// Inserts text at the cursor of a line, up to the maximum length of a query.
fn insert(line: &mut Input, text: &str) {
    let room = MAX_LENGTH.saturating_sub(line.value().chars().count());
    let text: String = text.chars().take(room).collect();
    let cursor = line.cursor();
    let at = line.value().char_indices().nth(cursor).map_or(line.value().len(), |(at, _)| at);
    let (before, after) = line.value().split_at(at);
    let whole = format!("{before}{text}{after}");
    *line = Input::new(whole).with_cursor(cursor + text.chars().count());
}
