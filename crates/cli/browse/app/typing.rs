//! Handles keys and pasted text: edits the query line, runs commands, and passes keys to popups.

use crossterm::event::{Event as Terminal, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;
use wensou_index::RecordExt;
use wensou_query::lang::MAX_LENGTH;

use super::{App, Effect, Focus, Popup};
use crate::browse::date_bars::DateBars;
use crate::browse::filters;
use crate::browse::keys::{self, Command};
use crate::browse::picker::{Choice, Picker, Subject};
use crate::browse::text::one_line;
use crate::browse::worker::RequestKind;
use crate::browse::{help, layout};
use crate::exit::Outcome;
use crate::out::record::citation;

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) {
        self.status = None;
        let command = keys::command(key);
        if command == Some(Command::Abort) {
            // End as if the key had sent SIGINT, which is signal 2.
            return self.effects.push(Effect::Quit(Outcome::Signalled(2)));
        }
        if let Some(popup) = self.popup.take() {
            self.popup = self.popup_key(popup, key, command);
            return;
        }
        match command {
            Some(command) => self.command(command),
            None if key.code == KeyCode::Char('?') && self.text().is_empty() => {
                self.command(Command::Help);
            }
            None => {
                if self.input.handle_event(&Terminal::Key(key)).is_some_and(|changed| changed.value)
                {
                    self.edited();
                }
            }
        }
    }

    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Up => self.up(),
            Command::Down => self.down(),
            Command::PageUp => self.move_focused(-self.page()),
            Command::PageDown => self.move_focused(self.page()),
            Command::First => self.move_focused(isize::MIN),
            Command::Last => self.move_focused(isize::MAX),
            Command::Previous => self.select(-1),
            Command::Next => self.select(1),
            Command::Focus => {
                self.focus = match self.focus {
                    Focus::List if self.layout().preview.is_some() => Focus::Preview,
                    _ => Focus::List,
                };
            }
            Command::Kind => self.next_kind(),
            Command::Tags | Command::Dates | Command::DateBars | Command::History => {
                self.open_popup(command);
            }
            Command::Sort => self.next_sort(),
            Command::NextMatch => self.next_match(true),
            Command::PreviousMatch => self.next_match(false),
            Command::Older => drop(self.recall(true)),
            Command::Newer => drop(self.recall(false)),
            Command::Return => {
                if !self.back() {
                    self.status = Some("nothing to go back to".to_owned());
                }
            }
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Help => self.popup = Some(Popup::Help(0)),
            Command::Escape => self.escape(),
            Command::Abort => {}
            Command::Open
            | Command::Follow
            | Command::Similar
            | Command::Pager
            | Command::Editor
            | Command::Visit
            | Command::CopyId
            | Command::CopyCitation
            | Command::Quit => self.run_final_command(command),
        }
    }

    fn open_popup(&mut self, command: Command) {
        let popup = match command {
            Command::Dates => Popup::Picker(Picker::new(Subject::Date, self.dates())),
            Command::History => {
                Popup::Picker(Picker::new(Subject::History, self.earlier_queries()))
            }
            Command::DateBars => {
                self.awaited_popup = Some(self.ask(RequestKind::Dates));
                Popup::DateBars(DateBars::waiting())
            }
            _ => {
                self.awaited_popup = Some(self.ask(RequestKind::Tags));
                Popup::Picker(Picker::waiting(Subject::Tag))
            }
        };
        self.popup = Some(popup);
    }

    /// Runs a command that uses the hits of the query or quits. Such a query has served its
    /// purpose, so it is added to the history first.
    fn run_final_command(&mut self, command: Command) {
        self.remember();
        match command {
            Command::Open => self.toggle_preview_only(),
            Command::Follow => self.follow(),
            Command::Similar => self.similar(),
            Command::Visit => self.visit(),
            Command::CopyId => self.copy("id", |record| record.id().to_owned()),
            Command::CopyCitation => self.copy("citation", citation),
            Command::Quit => self.effects.push(Effect::Quit(Outcome::Done)),
            Command::Pager => {
                if let Some(id) = self.selected_id() {
                    let text = self.query.clone();
                    self.effects.push(Effect::Page { id, text });
                }
            }
            Command::Editor => {
                if let Some(item) = self.selected().cloned() {
                    self.effects.push(Effect::Edit(Box::new(item)));
                }
            }
            _ => {}
        }
    }

    /// Moves one line up; on the first hit, shows the previous query of the history instead.
    fn up(&mut self) {
        let in_list = !self.preview_only && self.focus == Focus::List;
        if !(in_list && self.list.selected == 0 && !self.followed() && self.recall(true)) {
            self.move_focused(-1);
        }
    }

    /// Moves one line down. If the query is from the history and its first hit is selected, shows
    /// the next query of the history instead.
    fn down(&mut self) {
        let in_list = !self.preview_only && self.focus == Focus::List;
        let recalls = in_list && self.list.selected == 0 && self.history.is_open();
        if !(recalls && self.recall(false)) {
            self.move_focused(1);
        }
    }

    /// Goes one step back: leaves the preview; if there is none, returns to the previous list; if
    /// there is none, clears the query; if it is empty, quits.
    pub(super) fn escape(&mut self) {
        // A list with a single record opens that record at once if there is no room for a preview
        // beside the list. Leave the record and the list together.
        let alone =
            self.list.items.len() == 1 && layout::layout(self.size, false).preview.is_none();
        if self.preview_only && alone && self.back() {
            return;
        }
        if self.preview_only || self.focus == Focus::Preview {
            self.preview_only = false;
            self.focus = Focus::List;
        } else if self.back() {
            // `back` has restored the previous list.
        } else if self.text().is_empty() {
            self.effects.push(Effect::Quit(Outcome::Done));
        } else {
            self.input.reset();
            self.edited();
        }
    }

    // The query line.

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

    /// Searches again after the user has changed the query, and leaves the history.
    pub(super) fn edited(&mut self) {
        self.history.close();
        self.search_again();
    }

    /// Searches for the changed query, and returns from the preview to the list.
    pub(super) fn search_again(&mut self) {
        self.preview_only = false;
        self.focus = Focus::List;
        self.search();
    }

    pub(super) fn popup_key(
        &mut self,
        popup: Popup,
        key: KeyEvent,
        command: Option<Command>,
    ) -> Option<Popup> {
        let page = isize::from(i16::try_from(self.size.1).unwrap_or(i16::MAX)) / 2;
        let lines = match command {
            Some(Command::Up | Command::Previous) => Some(-1),
            Some(Command::Down | Command::Next) => Some(1),
            Some(Command::PageUp) => Some(-page),
            Some(Command::PageDown) => Some(page),
            Some(Command::First) => Some(isize::MIN),
            Some(Command::Last) => Some(isize::MAX),
            _ => None,
        };
        match (popup, command, lines) {
            (_, Some(Command::Escape | Command::Return), _) => None,
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
            (Popup::DateBars(date_bars), ..) => self.date_bars_key(date_bars, key, command),
            (Popup::Picker(mut picker), _, Some(lines)) => {
                picker.move_by(lines);
                Some(Popup::Picker(picker))
            }
            (Popup::Picker(picker), Some(Command::Open), _) => {
                if let Some(choice) = picker.chosen() {
                    self.choose(picker.subject, choice);
                }
                None
            }
            (Popup::Picker(picker), Some(Command::Tags | Command::Dates | Command::History), _) => {
                let again = match command {
                    Some(Command::Tags) => Subject::Tag,
                    Some(Command::Dates) => Subject::Date,
                    _ => Subject::History,
                };
                // The key that opened the picker closes it; the key of another picker opens that
                // one.
                if picker.subject != again {
                    self.command(command?);
                }
                self.popup.take()
            }
            (Popup::Picker(mut picker), _, _) => {
                let changed = picker.filter.handle_event(&Terminal::Key(key));
                if changed.is_some_and(|changed| changed.value) {
                    picker.selected = 0;
                }
                Some(Popup::Picker(picker))
            }
        }
    }

    /// Handles a key while the hits over time are shown, and returns the popup to show after it. A
    /// key without a meaning here closes the popup.
    fn date_bars_key(
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
                let filter = date_bars.chosen().map(|period| period.filter.clone())?;
                self.set_text(filters::set_date(self.text(), Some(&filter), &self.clock));
                return None;
            }
            _ => return None,
        };
        date_bars.move_by(bars);
        Some(Popup::DateBars(date_bars))
    }

    pub(super) fn choose(&mut self, subject: Subject, choice: &Choice) {
        let text = match (subject, &choice.value) {
            (Subject::Tag, Some(tag)) => filters::add_tag(self.text(), tag, &self.clock),
            (Subject::Tag | Subject::History, None) => return,
            (Subject::History, Some(query)) => query.clone(),
            (Subject::Date, date) => filters::set_date(self.text(), date.as_deref(), &self.clock),
        };
        self.set_text(text);
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
