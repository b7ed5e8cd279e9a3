//! What is on the screen and what a key does to it. Nothing here draws, searches or reads a clock:
//! an event goes in, the state changes, and what must be done outside comes out as effects.

use std::rc::Rc;
use std::time::Duration;

use crossterm::event::{Event as Terminal, KeyCode, KeyEvent};
use jiff::civil::Date;
use ratatui::text::Line;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;
use wensou_index::RecordExt;
use wensou_ingest::Record;
use wensou_query::Highlighter;
use wensou_query::lang::{Clock, Diagnostic, Kind, MAX_LENGTH, parse_lenient};

use super::filters;
use super::keys::{self, Command};
use super::picker::{Choice, Picker, Subject};
use super::view;
use super::worker::{Answer, Ask, BATCH, Found, Item, Wanted};
use crate::exit::Outcome;
use crate::out::record::citation;

/// What can happen.
#[derive(Debug)]
pub(crate) enum Event {
    Key(KeyEvent),
    Paste(String),
    Resize(u16, u16),
    Answer(Answer),
    /// The newest question has not been answered for a while.
    Slow,
    /// Something done outside has ended, with this to say.
    Said(String),
}

/// What must be done outside.
#[derive(Debug)]
pub(crate) enum Effect {
    Ask(Ask),
    /// Show the record of this id in the pager, the words of the text marked.
    Page {
        id: String,
        text: String,
    },
    /// Open the file of the item in the editor.
    Edit(Box<Item>),
    Copy(String),
    Quit(Outcome),
}

/// Where the keys that move go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    List,
    Preview,
}

/// What stands over the rest.
#[derive(Debug)]
pub(crate) enum Popup {
    /// The keys, from this line on.
    Help(usize),
    Picker(Picker),
}

/// What a list is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Hits of this text.
    Query(String),
    /// Pages that the flash item of this title stands in.
    Pages(String),
    /// Flash items in the page of this title.
    Flashes(String),
    /// What is like the record of this title.
    Similar(String),
}

/// A list of records and the place in it.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) origin: Origin,
    pub(crate) items: Vec<Item>,
    pub(crate) total: usize,
    pub(crate) took: Duration,
    pub(crate) relaxed: bool,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) selected: usize,
    /// The first item on the screen.
    pub(crate) first: usize,
    marks: Rc<Highlighter>,
    /// Whether the next batch of hits has been asked for.
    more: bool,
}

/// The preview of the selected record.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    id: String,
    /// The flash items in the page, once they have been read.
    pub(crate) flashes: Option<Vec<Item>>,
    pub(crate) scroll: usize,
    /// Its lines and the width that they were made for.
    lines: Option<(usize, Vec<Line<'static>>)>,
}

/// The state.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) clock: Clock,
    bounds: [Option<Date>; 2],
    pub(crate) size: (u16, u16),
    pub(crate) input: Input,
    /// What is wrong with the text as it stands.
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) list: List,
    trail: Vec<List>,
    pub(crate) preview: Preview,
    pub(crate) focus: Focus,
    /// The preview has the whole screen.
    pub(crate) whole: bool,
    pub(crate) popup: Option<Popup>,
    pub(crate) status: Option<String>,
    /// The newest question is late.
    pub(crate) slow: bool,
    /// The number of the newest question, and of those that are still to be answered.
    number: u64,
    awaited: Option<u64>,
    awaited_tags: Option<u64>,
    awaited_flashes: Option<u64>,
    /// What the list that is awaited is of.
    coming: Option<Origin>,
    effects: Vec<Effect>,
}

impl App {
    /// The state at the start and the first question.
    pub(crate) fn new(
        text: String,
        clock: Clock,
        bounds: [Option<Date>; 2],
        size: (u16, u16),
    ) -> (Self, Vec<Effect>) {
        let list = List {
            origin: Origin::Query(String::new()),
            items: Vec::new(),
            total: 0,
            took: Duration::ZERO,
            relaxed: false,
            warnings: Vec::new(),
            selected: 0,
            first: 0,
            marks: Rc::new(Highlighter::none()),
            more: false,
        };
        let mut app = Self {
            clock,
            bounds,
            size,
            input: Input::new(one_line(&text)),
            errors: Vec::new(),
            list,
            trail: Vec::new(),
            preview: Preview::default(),
            focus: Focus::List,
            whole: false,
            popup: None,
            status: None,
            slow: false,
            number: 0,
            awaited: None,
            awaited_tags: None,
            awaited_flashes: None,
            coming: None,
            effects: Vec::new(),
        };
        app.search();
        let effects = std::mem::take(&mut app.effects);
        (app, effects)
    }

    /// Takes in what happened; gives what must be done.
    pub(crate) fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Resize(columns, rows) => self.resize((columns, rows)),
            Event::Answer(answer) => self.answer(answer),
            Event::Slow => self.slow = self.awaited.is_some(),
            Event::Said(text) => self.status = Some(text),
        }
        std::mem::take(&mut self.effects)
    }

    /// Whether an answer is on its way.
    pub(crate) fn is_waiting(&self) -> bool {
        [self.awaited, self.awaited_tags, self.awaited_flashes].iter().any(Option::is_some)
    }

    /// The text of the query line.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    pub(crate) fn selected(&self) -> Option<&Item> {
        self.list.items.get(self.list.selected)
    }

    /// Whether the list was followed to.
    pub(crate) fn followed(&self) -> bool {
        !self.trail.is_empty()
    }

    /// The lines of the preview for a width. Kept until something about them changes.
    pub(crate) fn preview_lines(&mut self, columns: usize) -> &[Line<'static>] {
        if self.preview.lines.as_ref().is_none_or(|(width, _)| *width != columns) {
            let flashes = self.preview.flashes.as_deref();
            let lines = self.list.items.get(self.list.selected).map_or_else(Vec::new, |item| {
                super::preview::lines(&item.record, flashes, &self.list.marks, columns)
            });
            self.preview.lines = Some((columns, lines));
        }
        self.preview.lines.as_ref().map_or(&[], |(_, lines)| lines)
    }

    fn key(&mut self, key: KeyEvent) {
        self.status = None;
        let command = keys::command(key);
        if command == Some(Command::Abort) {
            // 128 and the number of SIGINT, as if the key had sent it.
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

    fn command(&mut self, command: Command) {
        match command {
            Command::Up => self.go(-1),
            Command::Down => self.go(1),
            Command::PageUp => self.go(-self.page()),
            Command::PageDown => self.go(self.page()),
            Command::First => self.go(isize::MIN),
            Command::Last => self.go(isize::MAX),
            Command::Previous => self.select(-1),
            Command::Next => self.select(1),
            Command::Open => self.toggle_whole(),
            Command::Focus => {
                self.focus = match self.focus {
                    Focus::List if self.layout().preview.is_some() => Focus::Preview,
                    _ => Focus::List,
                };
            }
            Command::Kind => self.next_kind(),
            Command::Tags => {
                self.popup = Some(Popup::Picker(Picker::waiting(Subject::Tag)));
                self.awaited_tags = Some(self.ask(Wanted::Tags));
            }
            Command::Dates => {
                self.popup = Some(Popup::Picker(Picker::new(Subject::Date, self.dates())));
            }
            Command::Follow => self.follow(),
            Command::Similar => self.similar(),
            Command::Return => {
                if !self.back() {
                    self.status = Some("nothing to go back to".to_owned());
                }
            }
            Command::Pager => {
                if let Some(id) = self.selected_id() {
                    let text = self.text().to_owned();
                    self.effects.push(Effect::Page { id, text });
                }
            }
            Command::Editor => {
                if let Some(item) = self.selected().cloned() {
                    self.effects.push(Effect::Edit(Box::new(item)));
                }
            }
            Command::CopyId => self.copy("id", |record| record.id().to_owned()),
            Command::CopyCitation => self.copy("citation", citation),
            Command::Help => self.popup = Some(Popup::Help(0)),
            Command::Escape => self.escape(),
            Command::Quit => self.effects.push(Effect::Quit(Outcome::Done)),
            Command::Abort => {}
        }
    }

    /// One step back: out of the preview, out of a followed list, out of the query, out.
    fn escape(&mut self) {
        // A record that was followed to alone was opened with its list, and is left with it.
        let alone = self.list.items.len() == 1 && view::layout(self.size, false).preview.is_none();
        if self.whole && alone && self.back() {
            return;
        }
        if self.whole || self.focus == Focus::Preview {
            self.whole = false;
            self.focus = Focus::List;
        } else if self.back() {
            // Said by the list that is back.
        } else if self.text().is_empty() {
            self.effects.push(Effect::Quit(Outcome::Done));
        } else {
            self.input.reset();
            self.edited();
        }
    }

    // The query line.

    /// Puts text in at the cursor. A paste is one edit however long it is, and one line.
    fn paste(&mut self, text: &str) {
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

    /// Replaces the text, the cursor at its end.
    fn set_text(&mut self, text: String) {
        if text != self.text() {
            self.input = Input::new(text);
            self.edited();
        }
    }

    /// The text has changed: whatever was opened from the old one is closed.
    fn edited(&mut self) {
        self.whole = false;
        self.focus = Focus::List;
        self.search();
    }

    fn search(&mut self) {
        let text = self.text().to_owned();
        (_, self.errors) = parse_lenient(&text, &self.clock);
        self.awaited = Some(self.ask(Wanted::Hits { offset: 0, limit: BATCH }));
        self.coming = Some(Origin::Query(text));
    }

    fn ask(&mut self, wanted: Wanted) -> u64 {
        self.number += 1;
        self.slow = false;
        let snippet = self.layout().snippet;
        let ask = Ask { number: self.number, text: self.text().to_owned(), snippet, wanted };
        self.effects.push(Effect::Ask(ask));
        self.number
    }

    fn resize(&mut self, size: (u16, u16)) {
        let before = self.layout().snippet;
        self.size = size;
        let layout = self.layout();
        if layout.preview.is_none() && self.focus == Focus::Preview {
            self.focus = Focus::List;
        }
        // Snippets are cut to what a line holds.
        if layout.snippet != before && self.trail.is_empty() {
            let limit = self.list.items.len().max(BATCH);
            self.awaited = Some(self.ask(Wanted::Hits { offset: 0, limit }));
            self.coming = Some(Origin::Query(self.text().to_owned()));
        }
    }

    // Answers.

    fn answer(&mut self, answer: Answer) {
        let number = Some(answer.number);
        if number == self.awaited_tags {
            self.awaited_tags = None;
            self.tags_came(answer.found);
        } else if number == self.awaited_flashes {
            self.awaited_flashes = None;
            if let Found::Embedded(items) = answer.found {
                self.preview.flashes = Some(items);
                self.preview.lines = None;
            }
        } else if number == self.awaited {
            self.awaited = None;
            self.slow = false;
            self.list_came(answer.found);
        }
    }

    fn list_came(&mut self, found: Found) {
        match found {
            Found::Hits { offset: 0, items, total, took, relaxed, warnings, marks } => {
                let Some(origin) = self.coming.take() else { return };
                // The same hits in another width: the place in them is kept.
                let (selected, first) = match origin == self.list.origin && self.trail.is_empty() {
                    true => (self.list.selected, self.list.first),
                    false => (0, 0),
                };
                self.trail.clear();
                let selected = selected.min(items.len().saturating_sub(1));
                let marks = Rc::new(marks);
                let list = List {
                    origin,
                    items,
                    total,
                    took,
                    relaxed,
                    warnings,
                    selected,
                    first,
                    marks,
                    more: false,
                };
                self.list = list;
                self.preview.lines = None;
                self.show();
            }
            Found::Hits { items, total, .. } => {
                self.list.items.extend(items);
                self.list.total = total;
                self.list.more = false;
            }
            Found::Records(items) => self.followed_to(items),
            // Nothing in it can be searched: what was found before stays, and the line below the
            // query says why.
            Found::Refused(diagnostics) => {
                if self.errors.is_empty() {
                    self.errors = diagnostics;
                }
            }
            Found::Failed(message) => {
                self.list.more = false;
                self.status = Some(message);
            }
            Found::Embedded(_) | Found::Tags(_) => {}
        }
    }

    fn followed_to(&mut self, items: Vec<Item>) {
        let Some(origin) = self.coming.take() else { return };
        // What was asked before it was not answered.
        self.list.more = false;
        if items.is_empty() {
            let what = match origin {
                Origin::Pages(_) => "it stands in no page of its own",
                Origin::Flashes(_) => "this page has no flash items",
                _ => "nothing is like it",
            };
            self.status = Some(what.to_owned());
            return;
        }
        let total = items.len();
        let marks = Rc::clone(&self.list.marks);
        let list = List {
            origin,
            items,
            total,
            took: Duration::ZERO,
            relaxed: false,
            warnings: Vec::new(),
            selected: 0,
            first: 0,
            marks,
            more: false,
        };
        self.trail.push(std::mem::replace(&mut self.list, list));
        self.focus = Focus::List;
        self.whole = false;
        // A list of one where there is no room for a preview beside it would be a detour.
        self.whole = total == 1 && self.layout().preview.is_none();
        self.show();
    }

    fn tags_came(&mut self, found: Found) {
        let Some(Popup::Picker(picker)) = &mut self.popup else { return };
        match found {
            Found::Tags(tags) => picker.fill(
                tags.into_iter()
                    .map(|tag| Choice {
                        label: tag.value.clone(),
                        value: Some(tag.value),
                        count: Some(tag.documents),
                    })
                    .collect(),
            ),
            _ => picker.fill(Vec::new()),
        }
    }

    // Moving.

    /// Moves in what has the focus.
    fn go(&mut self, lines: isize) {
        match self.whole || self.focus == Focus::Preview {
            true => self.scroll(lines),
            false => self.select(lines),
        }
    }

    fn select(&mut self, lines: isize) {
        let last = self.list.items.len().saturating_sub(1);
        let selected = self.list.selected.saturating_add_signed(lines).min(last);
        if selected != self.list.selected {
            self.list.selected = selected;
            self.show();
        }
        let near_end = selected + self.layout().items >= last;
        let is_query = matches!(&self.list.origin, Origin::Query(text) if text == self.text());
        if near_end && is_query && !self.list.more && self.list.items.len() < self.list.total {
            self.list.more = true;
            let offset = self.list.items.len();
            self.awaited = Some(self.ask(Wanted::Hits { offset, limit: BATCH }));
        }
    }

    fn scroll(&mut self, lines: isize) {
        let layout = self.layout();
        let Some(area) = layout.preview else { return };
        let all = self.preview_lines(view::preview_columns(area)).len();
        let last = all.saturating_sub(usize::from(area.height));
        self.preview.scroll = self.preview.scroll.saturating_add_signed(lines).min(last);
    }

    /// A screen of what has the focus, less a line to hold on to.
    fn page(&self) -> isize {
        let layout = self.layout();
        let lines = match (self.whole || self.focus == Focus::Preview, layout.preview) {
            (true, Some(area)) => usize::from(area.height).saturating_sub(1),
            _ => layout.items,
        };
        lines.max(1) as isize
    }

    /// Where things stand on the screen.
    pub(crate) fn layout(&self) -> view::Layout {
        view::layout(self.size, self.whole)
    }

    /// Keeps the selected item on the screen and its preview up to date.
    fn show(&mut self) {
        let items = self.layout().items.max(1);
        let list = &mut self.list;
        list.first = list.first.min(list.selected).max((list.selected + 1).saturating_sub(items));
        let Some(item) = list.items.get(list.selected) else {
            self.preview = Preview::default();
            self.awaited_flashes = None;
            return;
        };
        if self.preview.id == item.record.id() && self.preview.lines.is_some() {
            return;
        }
        let same = self.preview.id == item.record.id();
        let embedded = match &item.record {
            Record::Article(article) if !article.flashes.is_empty() => article.flashes.clone(),
            _ => Vec::new(),
        };
        self.preview = Preview {
            id: item.record.id().to_owned(),
            scroll: if same { self.preview.scroll } else { 0 },
            ..Preview::default()
        };
        self.awaited_flashes = None;
        if !embedded.is_empty() {
            self.awaited_flashes = Some(self.ask(Wanted::Embedded(embedded)));
        }
    }

    fn toggle_whole(&mut self) {
        if self.selected().is_none() {
            return;
        }
        self.whole = !self.whole;
        if !self.whole {
            self.focus = Focus::List;
        }
        self.show();
        self.scroll(0);
    }

    // Filters.

    fn next_kind(&mut self) {
        let kind = match filters::kind(self.text(), &self.clock) {
            None => Some(Kind::Article),
            Some(Kind::Article) => Some(Kind::Flash),
            Some(_) => None,
        };
        self.set_text(filters::set_kind(self.text(), kind, &self.clock));
    }

    /// What the date picker offers: spans that end today, what is known of dates, the years.
    fn dates(&self) -> Vec<Choice> {
        let choice = |value: &str, label: &str| Choice {
            value: Some(value.to_owned()),
            label: label.to_owned(),
            count: None,
        };
        let mut choices = vec![Choice { value: None, label: "all dates".to_owned(), count: None }];
        choices.extend(
            [
                ("7d", "7d  the last 7 days"),
                ("30d", "30d  the last 30 days"),
                ("this-month", "this-month"),
                ("this-year", "this-year"),
                ("last-year", "last-year"),
            ]
            .map(|(value, label)| choice(value, label)),
        );
        if let [Some(oldest), Some(newest)] = self.bounds {
            for year in (oldest.year()..=newest.year()).rev() {
                choices.push(choice(&year.to_string(), &year.to_string()));
            }
        }
        choices.push(choice("none", "none  without a date"));
        choices.push(choice("inferred", "inferred  date not stated"));
        choices
    }

    // From one record to others.

    fn follow(&mut self) {
        let Some(item) = self.selected() else { return };
        let title = item.title.text.clone();
        let (origin, wanted) = match &item.record {
            Record::Flash(flash) => (Origin::Pages(title), Wanted::Pages(Box::new(flash.clone()))),
            Record::Article(article) => {
                (Origin::Flashes(title), Wanted::Flashes(article.flashes.clone()))
            }
        };
        self.awaited = Some(self.ask(wanted));
        self.coming = Some(origin);
    }

    fn similar(&mut self) {
        let Some(item) = self.selected() else { return };
        let (id, title) = (item.record.id().to_owned(), item.title.text.clone());
        self.awaited = Some(self.ask(Wanted::Similar(id)));
        self.coming = Some(Origin::Similar(title));
    }

    /// Back to the list that this one was followed to from, if it was.
    fn back(&mut self) -> bool {
        let Some(list) = self.trail.pop() else { return false };
        self.list = list;
        self.whole = false;
        self.focus = Focus::List;
        self.preview.lines = None;
        self.show();
        true
    }

    fn selected_id(&self) -> Option<String> {
        self.selected().map(|item| item.record.id().to_owned())
    }

    fn copy(&mut self, what: &str, of: fn(&Record) -> String) {
        let Some(item) = self.selected() else { return };
        let text = one_line(&of(&item.record));
        self.status = Some(format!("copied the {what}: {text}"));
        self.effects.push(Effect::Copy(text));
    }

    // Popups.

    fn popup_key(
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
                let last = view::help_overflow(self.size);
                Some(Popup::Help(first.saturating_add_signed(lines).min(last)))
            }
            // Any other key closes the help, as everywhere.
            (Popup::Help(_), ..) => None,
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
            (Popup::Picker(picker), Some(Command::Tags | Command::Dates), _) => {
                let again = match command {
                    Some(Command::Tags) => Subject::Tag,
                    _ => Subject::Date,
                };
                // The key that opened it closes it; that of another opens the other.
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

    fn choose(&mut self, subject: Subject, choice: &Choice) {
        let text = match (subject, &choice.value) {
            (Subject::Tag, Some(tag)) => filters::add_tag(self.text(), tag, &self.clock),
            (Subject::Tag, None) => return,
            (Subject::Date, date) => filters::set_date(self.text(), date.as_deref(), &self.clock),
        };
        self.set_text(text);
    }
}

/// Puts text in at the cursor of a line, as far as a query may be long.
fn insert(line: &mut Input, text: &str) {
    let room = MAX_LENGTH.saturating_sub(line.value().chars().count());
    let text: String = text.chars().take(room).collect();
    let cursor = line.cursor();
    let at = line.value().char_indices().nth(cursor).map_or(line.value().len(), |(at, _)| at);
    let (before, after) = line.value().split_at(at);
    let whole = format!("{before}{text}{after}");
    *line = Input::new(whole).with_cursor(cursor + text.chars().count());
}

/// Text as one line without controls: line feeds and tabs are blanks, other controls nothing.
fn one_line(text: &str) -> String {
    text.trim_matches(['\r', '\n'])
        .chars()
        .map(|c| if c.is_whitespace() && c.is_control() { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}
