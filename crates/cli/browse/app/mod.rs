//! The state of the screen and what a key does to it. Nothing here draws, searches or reads a
//! clock: an event goes in, the state changes, and the effects that the caller must carry out come
//! out.

mod actions;
mod dispatch;
mod mouse;
mod moving;
mod popup_keys;
mod responses;
mod typing;

use std::rc::Rc;
use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::civil::Date;
use ratatui::text::Line;
use tui_input::Input;
use wensou_query::lang::{Clock, Diagnostic};
use wensou_query::{Highlighter, Sort};

use super::date_bars::DateBars;
use super::history::History;
use super::item::Item;
use super::picker::Picker;
use super::text::one_line;
use super::worker::{Request, Response};
use crate::exit::Outcome;

/// What changes the state: input of the user, or a message from the caller.
#[derive(Debug)]
pub(crate) enum Event {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    /// The terminal now has these columns and rows.
    Resize(u16, u16),
    /// The worker has answered a request.
    Response(Response),
    /// Some request still has no response, a while after the last input.
    Slow,
    /// The pager, the editor or the browser has failed, with this message.
    ProgramFailed(String),
}

/// What the caller must do, because the state itself does no input or output.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Send the request to the worker.
    Ask(Request),
    /// Show the record with this id in the pager, with the words of `query` highlighted.
    Pager {
        id: String,
        query: String,
    },
    /// Open the file of the item in the editor.
    Edit(Box<Item>),
    /// Copy the text to the clipboard.
    Copy(String),
    /// Open the address in the browser.
    Visit(String),
    /// Stop until the shell continues the program.
    Suspend,
    Quit(Outcome),
}

/// The part of the screen that the keys for moving act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    List,
    Preview,
}

/// A box that is drawn over the rest of the screen.
#[derive(Debug)]
pub(crate) enum Popup {
    /// The help, scrolled to this line.
    Help(usize),
    Picker(Picker),
    /// The hits over time.
    DateBars(DateBars),
}

/// Where the items of a list come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListOrigin {
    /// The hits of this query.
    Query(String),
    /// The pages that contain the flash item with this title.
    Pages(String),
    /// The flash items in the page with this title.
    Flashes(String),
    /// The near-duplicates of the page with this title, then its flash items.
    Copies(String),
    /// The documents similar to the one with this title.
    Similar(String),
}

/// A list of records with its selection.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) origin: ListOrigin,
    pub(crate) items: Vec<Item>,
    /// Number of hits or records, also of those that are not loaded.
    pub(crate) total: usize,
    /// Number of documents that these stand for: near-duplicates are one hit.
    pub(crate) documents: usize,
    /// How long the search took.
    pub(crate) took: Duration,
    /// Whether no document has every word of the query, so that the hits are documents that lack
    /// words.
    pub(crate) relaxed: bool,
    pub(crate) warnings: Vec<Diagnostic>,
    /// Why there are no hits, in lines.
    pub(crate) diagnosis: Vec<String>,
    pub(crate) selected: usize,
    /// The index of the first visible item.
    pub(crate) first: usize,
    highlighter: Rc<Highlighter>,
}

impl List {
    /// A list of all records of this origin, of which the first is selected.
    fn new(origin: ListOrigin, items: Vec<Item>, highlighter: Rc<Highlighter>) -> Self {
        Self {
            origin,
            total: items.len(),
            documents: items.len(),
            items,
            took: Duration::ZERO,
            relaxed: false,
            warnings: Vec::new(),
            diagnosis: Vec::new(),
            selected: 0,
            first: 0,
            highlighter,
        }
    }
}

/// The preview of the selected record.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    /// The id of the record.
    id: String,
    /// The flash items in the page; `None` until they are read.
    pub(crate) flashes: Option<Vec<Item>>,
    /// The first visible line.
    pub(crate) scroll: usize,
    /// The line of the match that was last scrolled to; `None` before the first.
    matched: Option<usize>,
    /// The lines, and the number of columns that they were laid out for.
    lines: Option<(usize, Vec<Line<'static>>)>,
}

/// A function that replaces the `@name` of a saved query at the start of a typed query by the saved
/// query, or returns the mistakes in the two.
#[derive(Clone)]
pub(crate) struct SavedQueryReader(pub(crate) Rc<dyn Fn(&str) -> Expanded>);

impl SavedQueryReader {
    fn expanded(&self, typed: &str) -> Expanded {
        (self.0)(typed)
    }
}

/// A query with its saved query expanded, or the mistakes in it.
pub(crate) type Expanded = Result<String, Vec<Diagnostic>>;

impl std::fmt::Debug for SavedQueryReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SavedQueryReader")
    }
}

/// The state of the screen.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) clock: Clock,
    /// The days of the oldest and the newest document with a date.
    date_bounds: [Option<Date>; 2],
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    /// The query line.
    pub(crate) input: Input,
    /// The query that is searched for: the typed one with its saved query expanded.
    query: String,
    saved_query_reader: SavedQueryReader,
    pub(crate) history: History,
    /// The order of the hits; `None` for the usual one.
    pub(crate) sort: Option<Sort>,
    /// The mistakes in the query.
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) list: List,
    /// The lists to go back to, while a list of related records is shown.
    previous_lists: Vec<List>,
    pub(crate) preview: Preview,
    pub(crate) focus: Focus,
    /// Whether the preview has the whole screen.
    pub(crate) preview_only: bool,
    pub(crate) popup: Option<Popup>,
    /// A message in the bottom line, until the next key.
    pub(crate) status: Option<String>,
    /// Whether the newest request for a list has had no response for so long that the screen says
    /// so.
    pub(crate) slow: bool,
    /// The number of the newest request.
    newest_number: u64,
    /// The number of the newest request for a list, until its response arrives.
    awaited_list: Option<u64>,
    /// The number of the newest request for the content of a popup, until its response arrives.
    awaited_popup: Option<u64>,
    /// The number of the newest request for the flash items of the preview, until its response
    /// arrives.
    awaited_flashes: Option<u64>,
    /// The origin of the awaited list; `None` if no list or only more hits of the shown one are
    /// awaited.
    awaited_origin: Option<ListOrigin>,
    effects: Vec<Effect>,
}

impl App {
    /// The initial state, and the request for the first hits.
    pub(crate) fn new(
        text: String,
        clock: Clock,
        date_bounds: [Option<Date>; 2],
        size: (u16, u16),
        saved_query_reader: SavedQueryReader,
    ) -> (Self, Vec<Effect>) {
        let origin = ListOrigin::Query(String::new());
        let list = List::new(origin, Vec::new(), Rc::new(Highlighter::none()));
        let mut app = Self {
            clock,
            date_bounds,
            size,
            input: Input::new(one_line(&text)),
            query: String::new(),
            saved_query_reader,
            history: History::default(),
            sort: None,
            errors: Vec::new(),
            list,
            previous_lists: Vec::new(),
            preview: Preview::default(),
            focus: Focus::List,
            preview_only: false,
            popup: None,
            status: None,
            slow: false,
            newest_number: 0,
            awaited_list: None,
            awaited_popup: None,
            awaited_flashes: None,
            awaited_origin: None,
            effects: Vec::new(),
        };
        app.search();
        let effects = std::mem::take(&mut app.effects);
        (app, effects)
    }

    /// Handles an event; returns what the caller must do.
    pub(crate) fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) => self.handle_key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Mouse(mouse) => self.handle_mouse(mouse),
            Event::Resize(columns, rows) => self.resize((columns, rows)),
            Event::Response(response) => self.apply_response(response),
            Event::Slow => self.slow = self.awaited_list.is_some(),
            Event::ProgramFailed(message) => self.status = Some(message),
        }
        std::mem::take(&mut self.effects)
    }

    /// Whether any request has no response yet.
    pub(crate) fn is_waiting(&self) -> bool {
        [self.awaited_list, self.awaited_popup, self.awaited_flashes].iter().any(Option::is_some)
    }

    /// The text of the query line.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    pub(crate) fn selected(&self) -> Option<&Item> {
        self.list.items.get(self.list.selected)
    }

    /// Whether the list has records that are related to a record of the previous list, such as the
    /// pages of a flash item, and not the hits of the query.
    pub(crate) fn shows_related(&self) -> bool {
        !self.previous_lists.is_empty()
    }

    /// The lines of the preview, laid out for `columns`. They are cached until the width changes or
    /// other text is to be shown.
    pub(crate) fn preview_lines(&mut self, columns: usize) -> &[Line<'static>] {
        if self.preview.lines.as_ref().is_none_or(|(width, _)| *width != columns) {
            let flashes = self.preview.flashes.as_deref();
            let lines = self.list.items.get(self.list.selected).map_or_else(Vec::new, |item| {
                super::preview::lines(&item.record, flashes, &self.list.highlighter, columns)
            });
            self.preview.lines = Some((columns, lines));
        }
        self.preview.lines.as_ref().map_or(&[], |(_, lines)| lines)
    }
}
