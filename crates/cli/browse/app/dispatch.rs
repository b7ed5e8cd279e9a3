//! Finds the command of a key and runs it, here or in the other files of this folder: `actions`,
//! `moving`, `popup_keys`, `typing`.

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent};
use tui_input::backend::crossterm::EventHandler;
use wensou_index::RecordExt;

use super::moving::Direction;
use super::{App, Effect, Focus, Popup};
use crate::browse::date_bars::DateBars;
use crate::browse::keys::{self, Command};
use crate::browse::layout;
use crate::browse::picker::{Picker, Subject};
use crate::browse::worker::RequestKind;
use crate::exit::Outcome;
use crate::out::record::citation;

impl App {
    /// Handles a key. The key of `Abort` always ends the run. Any other key goes to the open popup,
    /// if there is one. Otherwise the command of the key runs; a key without a command edits the
    /// query line, except for `?` on an empty line, which opens the help.
    pub(super) fn handle_key(&mut self, key: KeyEvent) {
        self.status = None;
        let command = keys::command(key);
        if command == Some(Command::Abort) {
            // End as if the key had sent SIGINT, which is signal 2.
            return self.effects.push(Effect::Quit(Outcome::Signalled(2)));
        }
        if let Some(popup) = self.popup.take() {
            self.popup = self.handle_popup_key(popup, key, command);
            return;
        }
        match command {
            Some(command) => self.run_command(command),
            None if key.code == KeyCode::Char('?') && self.text().is_empty() => {
                self.run_command(Command::Help);
            }
            None => {
                let changed = self.input.handle_event(&TerminalEvent::Key(key));
                if changed.is_some_and(|changed| changed.value) {
                    self.edited();
                }
            }
        }
    }

    /// Runs a command outside popups.
    pub(super) fn run_command(&mut self, command: Command) {
        match command {
            Command::Up => self.up(),
            Command::Down => self.down(),
            Command::PageUp => self.move_focused(-self.page_key_steps()),
            Command::PageDown => self.move_focused(self.page_key_steps()),
            Command::First => self.move_focused(isize::MIN),
            Command::Last => self.move_focused(isize::MAX),
            Command::Previous => self.move_selection(-1),
            Command::Next => self.move_selection(1),
            Command::Focus => {
                self.focus = match self.focus {
                    Focus::List if self.layout().preview.is_some() => Focus::Preview,
                    _ => Focus::List,
                };
            }
            Command::Kind => self.filter_by_next_kind(),
            Command::Tags | Command::Dates | Command::DateBars | Command::History => {
                self.open_popup(command);
            }
            Command::Sort => self.sort_in_next_order(),
            Command::NextMatch => self.scroll_to_match(Direction::Forward),
            Command::PreviousMatch => self.scroll_to_match(Direction::Backward),
            Command::Older => drop(self.recall_older()),
            Command::Newer => drop(self.recall_newer()),
            Command::Back => {
                if !self.go_back() {
                    self.status = Some("nothing to go back to".to_owned());
                }
            }
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Help => self.popup = Some(Popup::Help(0)),
            Command::Escape => self.escape(),
            // `handle_key` runs this command itself.
            Command::Abort => {}
            Command::Open
            | Command::Follow
            | Command::Similar
            | Command::Pager
            | Command::Editor
            | Command::Visit
            | Command::CopyId
            | Command::CopyCitation
            | Command::Quit => self.run_command_on_hits(command),
        }
    }

    /// Opens the popup of a command. Requests the content of the popup if it must be counted first.
    /// If an earlier popup still waits for a response, that response will be dropped.
    fn open_popup(&mut self, command: Command) {
        self.awaited_popup = None;
        let popup = match command {
            Command::Dates => Popup::Picker(Picker::new(Subject::Date, self.date_choices())),
            Command::History => {
                Popup::Picker(Picker::new(Subject::History, self.history_choices()))
            }
            Command::DateBars => {
                self.awaited_popup = Some(self.ask(RequestKind::Dates));
                Popup::DateBars(DateBars::waiting())
            }
            // `Command::Tags`.
            _ => {
                self.awaited_popup = Some(self.ask(RequestKind::Tags));
                Popup::Picker(Picker::waiting(Subject::Tag))
            }
        };
        self.popup = Some(popup);
    }

    /// Runs a command that uses the hits of the query, or quits. Adds the query to the history
    /// first, because the user has found something with it or ends with it.
    fn run_command_on_hits(&mut self, command: Command) {
        self.remember();
        match command {
            Command::Open => self.toggle_preview_only(),
            Command::Follow => self.request_related(),
            Command::Similar => self.request_similar(),
            Command::Visit => self.visit(),
            Command::CopyId => self.copy("id", |record| record.id().to_owned()),
            Command::CopyCitation => self.copy("citation", citation),
            Command::Quit => self.effects.push(Effect::Quit(Outcome::Done)),
            Command::Pager => {
                if let Some(id) = self.selected_id() {
                    let query = self.query.clone();
                    self.effects.push(Effect::Pager { id, query });
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

    /// Moves one item up in the list, or one line up in the preview. If the list has the focus and
    /// the first hit of the query is selected, shows the next older query of the history instead,
    /// if there is one. In a list of related records, it always moves.
    fn up(&mut self) {
        let in_list = !self.preview_only && self.focus == Focus::List;
        if !(in_list && self.list.selected == 0 && !self.shows_related() && self.recall_older()) {
            self.move_focused(-1);
        }
    }

    /// Moves one item down in the list, or one line down in the preview. If the list has the focus,
    /// the query is from the history and its first hit is selected, shows the next newer query of
    /// the history instead.
    fn down(&mut self) {
        let in_list = !self.preview_only && self.focus == Focus::List;
        let recalls = in_list && self.list.selected == 0 && self.history.is_recalling();
        if !(recalls && self.recall_newer()) {
            self.move_focused(1);
        }
    }

    /// Goes one step back: from the preview to the list, if the preview has the focus or the whole
    /// screen; else to the previous list, if there is one; else clears the query, if it has text;
    /// else quits.
    pub(super) fn escape(&mut self) {
        // A list with a single record opens that record at once if the screen has no room for list
        // and preview together. Leave the record and the list together, too.
        let preview_only = false;
        let has_room_for_both = layout::layout(self.size, preview_only).preview.is_some();
        let was_opened_at_once = self.list.items.len() == 1 && !has_room_for_both;
        if self.preview_only && was_opened_at_once && self.go_back() {
            return;
        }
        if self.preview_only || self.focus == Focus::Preview {
            self.preview_only = false;
            self.focus = Focus::List;
        } else if self.go_back() {
            // `go_back` has restored the previous list.
        } else if self.text().is_empty() {
            self.effects.push(Effect::Quit(Outcome::Done));
        } else {
            self.input.reset();
            self.edited();
        }
    }
}
