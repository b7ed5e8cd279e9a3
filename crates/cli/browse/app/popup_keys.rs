//! Handles the keys while a popup is open.

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent};
use tui_input::backend::crossterm::EventHandler;

use super::{App, Effect, Popup};
use crate::browse::date_bars::DateBars;
use crate::browse::keys::Command;
use crate::browse::picker::{Choice, Picker, Subject};
use crate::browse::{filters, help};
use crate::exit::Outcome;

impl App {
    /// Handles a key while `popup` is open, and returns the popup that is open afterwards.
    /// `command` is the command that the key has outside popups.
    pub(super) fn handle_popup_key(
        &mut self,
        popup: Popup,
        key: KeyEvent,
        command: Option<Command>,
    ) -> Option<Popup> {
        let (_, rows) = self.size;
        let half_screen = isize::from(i16::try_from(rows).unwrap_or(i16::MAX)) / 2;
        // By how many lines the key moves; `None` for a key that does something else.
        let lines = match command {
            Some(Command::Up | Command::Previous) => Some(-1),
            Some(Command::Down | Command::Next) => Some(1),
            Some(Command::PageUp) => Some(-half_screen),
            Some(Command::PageDown) => Some(half_screen),
            Some(Command::First) => Some(isize::MIN),
            Some(Command::Last) => Some(isize::MAX),
            _ => None,
        };
        match (popup, command, lines) {
            (_, Some(Command::Escape | Command::Back), _) => None,
            (_, Some(Command::Quit), _) => {
                self.effects.push(Effect::Quit(Outcome::Done));
                None
            }
            (Popup::Help(first), _, Some(lines)) => {
                let last = help::overflow(self.size);
                Some(Popup::Help(first.saturating_add_signed(lines).min(last)))
            }
            // Any other key closes the help.
            (Popup::Help(_), ..) => None,
            (Popup::DateBars(date_bars), ..) => self.handle_date_bars_key(date_bars, key, command),
            (Popup::Picker(picker), ..) => self.handle_picker_key(picker, key, command, lines),
        }
    }

    /// Handles a key while a picker is open, and returns the popup that is open afterwards. `lines`
    /// is how far the key moves the selection. A key that neither moves the selection nor has
    /// another meaning here edits the filter.
    fn handle_picker_key(
        &mut self,
        mut picker: Picker,
        key: KeyEvent,
        command: Option<Command>,
        lines: Option<isize>,
    ) -> Option<Popup> {
        if let Some(lines) = lines {
            picker.move_by(lines);
            return Some(Popup::Picker(picker));
        }
        let subject_of_key = match command {
            Some(Command::Open) => {
                if let Some(choice) = picker.chosen() {
                    self.choose(picker.subject, choice);
                }
                return None;
            }
            Some(Command::Tags) => Some(Subject::Tag),
            Some(Command::Dates) => Some(Subject::Date),
            Some(Command::History) => Some(Subject::History),
            _ => None,
        };
        if let Some(subject) = subject_of_key {
            // The key that opened the picker closes it; the key of another picker opens that one.
            if picker.subject != subject {
                self.run_command(command?);
            }
            return self.popup.take();
        }
        let changed = picker.filter.handle_event(&TerminalEvent::Key(key));
        if changed.is_some_and(|changed| changed.value) {
            picker.selected = 0;
        }
        Some(Popup::Picker(picker))
    }

    /// Handles a key while the hits over time are shown, and returns the popup that is open
    /// afterwards. A key without a meaning here closes the popup.
    fn handle_date_bars_key(
        &mut self,
        mut date_bars: DateBars,
        key: KeyEvent,
        command: Option<Command>,
    ) -> Option<Popup> {
        let bars = match (key.code, command) {
            (KeyCode::Left, _) | (_, Some(Command::Up | Command::Previous)) => -1,
            (KeyCode::Right, _) | (_, Some(Command::Down | Command::Next)) => 1,
            (_, Some(Command::First)) => isize::MIN,
            (_, Some(Command::Last)) => isize::MAX,
            (_, Some(Command::Open)) => {
                let filter = date_bars.selected_bar().map(|period| period.filter.clone())?;
                self.set_text(filters::set_date(self.text(), Some(&filter), &self.clock));
                return None;
            }
            _ => return None,
        };
        date_bars.move_by(bars);
        Some(Popup::DateBars(date_bars))
    }

    /// Edits the query as the choice of a picker says.
    fn choose(&mut self, subject: Subject, choice: &Choice) {
        let text = match (subject, &choice.value) {
            (Subject::Tag, Some(tag)) => filters::add_tag(self.text(), tag, &self.clock),
            (Subject::Tag | Subject::History, None) => return,
            (Subject::History, Some(query)) => query.clone(),
            (Subject::Date, date) => filters::set_date(self.text(), date.as_deref(), &self.clock),
        };
        self.set_text(text);
    }
}
