//! Handles the mouse. The wheel scrolls an open popup; without a popup, it scrolls the preview if
//! the pointer is there, and else moves the selection. A click closes a popup; without a popup, it
//! focuses the preview, or selects or opens an item of the list.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{App, Focus, Popup};
use crate::browse::help;

/// Lines that one notch of the wheel scrolls the preview or the help by.
const LINES_PER_NOTCH: isize = 3;

impl App {
    pub(super) fn handle_mouse(&mut self, mouse: MouseEvent) {
        let at = Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollUp => self.turn_wheel(at, -1),
            MouseEventKind::ScrollDown => self.turn_wheel(at, 1),
            MouseEventKind::Down(MouseButton::Left) => self.click(at),
            _ => {}
        }
    }

    fn turn_wheel(&mut self, at: Position, notches: isize) {
        let (size, preview) = (self.size, self.layout().preview);
        match &mut self.popup {
            Some(Popup::Help(first)) => {
                let line = first.saturating_add_signed(notches * LINES_PER_NOTCH);
                *first = line.min(help::overflow(size));
            }
            Some(Popup::Picker(picker)) => picker.move_by(notches),
            Some(Popup::DateBars(date_bars)) => date_bars.move_by(notches),
            None if is_in(preview, at) => self.scroll_preview(notches * LINES_PER_NOTCH),
            None => self.move_selection(notches),
        }
    }

    /// Closes an open popup. Without a popup, a click on the preview focuses the preview, and a
    /// click on an item selects the item, or opens it if it is selected already.
    fn click(&mut self, at: Position) {
        self.status = None;
        if self.popup.take().is_some() {
            return;
        }
        let layout = self.layout();
        if is_in(layout.preview, at) {
            if layout.list.is_some() {
                self.focus = Focus::Preview;
            }
            return;
        }
        let Some(area) = layout.list.filter(|area| area.contains(at)) else { return };
        let row = usize::from((at.y - area.y) / layout.lines_per_item.max(1));
        let clicked = self.list.first + row;
        self.focus = Focus::List;
        if clicked >= self.list.items.len() {
            return;
        }
        if clicked == self.list.selected {
            return self.toggle_preview_only();
        }
        self.move_selection(clicked as isize - self.list.selected as isize);
    }
}

fn is_in(area: Option<Rect>, at: Position) -> bool {
    area.is_some_and(|area| area.contains(at))
}
