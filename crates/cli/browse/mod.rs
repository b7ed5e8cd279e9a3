//! `wensou browse`: search as you type, full screen.
//!
//! - [`app`] has the state of the screen and changes that state when a key is pressed; [`layout`]
//!   divides the screen, and [`view`] and [`popups`] draw it. None of them does input or output.
//! - [`worker`] searches on its own thread, and [`related`] lists the pages of a flash item and the
//!   flash items of a page. [`open`] runs the pager, the editor and the browser.
//! - [`keys`] is the table of keys, [`help`] lists them; [`filters`] edits the text of the query.
//! - [`history`] keeps the queries of earlier runs. [`picker`] has the state of a list to choose
//!   from, and [`date_bars`] that of the hits over time.
//! - [`preview`], [`input`] and [`text`] lay out a record, an input line and styled text, in the
//!   styles of [`theme`].
//! - [`screen`] sets up the terminal and restores it. This file connects them.

mod app;
mod date_bars;
mod filters;
mod help;
mod history;
mod input;
mod item;
mod keys;
mod layout;
mod open;
mod picker;
mod popups;
mod preview;
mod related;
mod screen;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod view;
mod worker;

use std::ffi::OsString;
use std::io::{IsTerminal, stdin, stdout};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{self, Event as TerminalEvent, KeyEventKind, MouseEventKind};
use crossterm::execute;
use crossterm::style::force_color_output;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use wensou_query::lang::Clock;

use self::app::{App, Effect, Event, SavedQueryReader};
use self::history::History;
use self::screen::Screen;
use self::worker::Worker;
use crate::config::{GlobalSettings, read_query};
use crate::exit::Outcome;
use crate::open_index::OpenIndex;
use crate::types::Color;

/// How long to wait for a response before drawing, so that a quick response is in the first frame.
const WAIT_BEFORE_DRAWING: Duration = Duration::from_millis(10);
/// How long to wait for input while a response is awaited.
const INPUT_WAIT_IF_BUSY: Duration = Duration::from_millis(10);
/// How long to wait for input otherwise, before checking for a signal.
const INPUT_WAIT_IF_IDLE: Duration = Duration::from_millis(200);
/// Time after which the screen says that a search is running.
const SLOW: Duration = Duration::from_millis(250);
/// How long the thread that catches signals waits for the run to end before it ends the process.
#[cfg(unix)]
const TIME_TO_END: Duration = Duration::from_millis(500);

/// Refuses to run without a terminal.
pub(crate) fn check_terminal() -> anyhow::Result<()> {
    if !stdin().is_terminal() || !stdout().is_terminal() {
        bail!("`wensou browse` needs a terminal; in a pipe or script, use `wensou search`");
    }
    Ok(())
}

/// Browses until the user leaves. Call [`check_terminal`] first.
pub(crate) fn run(
    global: &GlobalSettings,
    query: String,
    index: OpenIndex,
    clock: Clock,
) -> anyhow::Result<Outcome> {
    let colour = *global.color != Color::Never;
    force_color_output(colour);
    let date_bounds = wensou_query::date_bounds(index.as_index_ref())?
        .map(|at| at.map(jiff::civil::DateTime::date));
    let index = Arc::new(index);
    let worker =
        Worker::start(Arc::clone(&index), global, clock).context("cannot start a thread")?;
    let size = crossterm::terminal::size().context("cannot read the size of the terminal")?;
    let (mut app, effects) =
        App::new(query, clock, date_bounds, size, saved_query_reader(global, clock));
    app.history = History::load();
    let signals = Signals::catch().context("cannot catch signals")?;
    let screen = Screen::take().context("cannot set up the terminal")?;
    let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    let index_flags = open::index_flags(index.location(), global.allows_insecure_http());
    let mut browse_run =
        BrowseRun { index, index_flags, worker, signals, screen, terminal, app, colour };
    let outcome = match browse_run.perform(effects)? {
        Some(outcome) => Ok(outcome),
        None => browse_run.run_event_loop(),
    };
    // A history that cannot be written must not hide how the run ended.
    let _ = browse_run.app.history.save();
    outcome
}

/// Expands the saved query of the config file that typed text may begin with. A mistake in a saved
/// query has no location in the typed text, so its message names the saved query instead.
fn saved_query_reader(global: &GlobalSettings, clock: Clock) -> SavedQueryReader {
    let global = global.clone();
    SavedQueryReader(Rc::new(move |typed| {
        let query = read_query(typed, &global, &clock).map_err(|mistakes| {
            mistakes.into_iter().map(|mistake| {
                let mut diagnostic = mistake.diagnostic;
                if let Some(name) = mistake.saved {
                    diagnostic.message = format!("in @{name}: {}", diagnostic.message);
                    diagnostic.location = None;
                }
                diagnostic
            })
        });
        query.map(|query| query.text).map_err(Iterator::collect)
    }))
}

/// All resources of a run. Dropping it restores the terminal.
struct BrowseRun {
    index: Arc<OpenIndex>,
    /// The flags with which `wensou show` opens the same index.
    index_flags: Vec<OsString>,
    worker: Worker,
    signals: Signals,
    screen: Screen,
    terminal: Terminal<CrosstermBackend<std::io::Stdout>>,
    app: App,
    colour: bool,
}

impl BrowseRun {
    /// Draws, waits for input and responses, and updates the state, until the run ends.
    fn run_event_loop(&mut self) -> anyhow::Result<Outcome> {
        let mut last_input = Instant::now();
        // The request of `App::new` is treated like a request after input.
        let mut after_input = true;
        loop {
            if let Some(outcome) = self.apply_responses(after_input)? {
                return Ok(outcome);
            }
            self.draw()?;
            let timeout =
                if self.app.is_waiting() { INPUT_WAIT_IF_BUSY } else { INPUT_WAIT_IF_IDLE };
            let mut had_input = false;
            while event::poll(if had_input { Duration::ZERO } else { timeout })? {
                had_input = true;
                if let Some(event) = translate(event::read()?)
                    && let Some(outcome) = self.handle(event)?
                {
                    return Ok(outcome);
                }
            }
            if let Some(signal) = self.signals.caught() {
                return Ok(Outcome::Signalled(signal));
            }
            after_input = had_input;
            if had_input {
                last_input = Instant::now();
            } else if self.app.is_waiting() && last_input.elapsed() > SLOW {
                self.handle(Event::Slow)?;
            }
        }
    }

    /// Applies the responses that have arrived. After input, which may have caused a request, waits
    /// up to [`WAIT_BEFORE_DRAWING`] for the first response.
    fn apply_responses(&mut self, after_input: bool) -> anyhow::Result<Option<Outcome>> {
        let mut wait = if after_input { WAIT_BEFORE_DRAWING } else { Duration::ZERO };
        while self.app.is_waiting() {
            let Some(response) = self.worker.next_response(wait) else { break };
            if let Some(outcome) = self.handle(Event::Response(response))? {
                return Ok(Some(outcome));
            }
            wait = Duration::ZERO;
        }
        if !self.worker.is_alive() {
            let reason =
                screen::panic_of_another_thread().unwrap_or_else(|| "no reason given".to_owned());
            bail!("the search thread ended, which is a bug in wensou: {reason}");
        }
        Ok(None)
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let (app, colour) = (&mut self.app, self.colour);
        self.terminal.draw(|frame| view::draw(frame, app, colour))?;
        Ok(())
    }

    /// Updates the state and carries out the effects. Returns the outcome if the run ends.
    fn handle(&mut self, event: Event) -> anyhow::Result<Option<Outcome>> {
        let effects = self.app.update(event);
        #[cfg(debug_assertions)]
        screen::panic_if_asked("draw", self.app.text());
        self.perform(effects)
    }

    /// Carries out effects. Returns the outcome if the run ends.
    fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<Option<Outcome>> {
        for effect in effects {
            match effect {
                Effect::Ask(request) => self.worker.ask(request),
                Effect::Copy(text) => {
                    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))?;
                }
                Effect::Pager { id, query } => {
                    let (flags, clock) = (self.index_flags.clone(), self.app.clock);
                    self.lend_terminal(|| open::open_in_pager(&flags, &clock, &id, &query))?;
                }
                Effect::Edit(item) => {
                    let index = Arc::clone(&self.index);
                    self.lend_terminal(|| open::open_in_editor(&index, &item))?;
                }
                Effect::Visit(url) => self.lend_terminal(|| open::open_in_browser(&url))?,
                Effect::Suspend => self.lend_terminal(suspend)?,
                Effect::Quit(outcome) => return Ok(Some(outcome)),
            }
        }
        Ok(None)
    }

    /// Lends the terminal to `program`: restores it before `program` runs, and sets it up again
    /// afterwards. An error of `program` becomes a status message.
    fn lend_terminal(
        &mut self,
        program: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.screen.suspend();
        let outcome = program();
        self.screen.resume()?;
        // Start with an empty screen. (`Terminal::clear` would ask the terminal for the cursor
        // position, and fail if the terminal does not answer.)
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        if let Ok((columns, rows)) = crossterm::terminal::size() {
            let effects = self.app.update(Event::Resize(columns, rows));
            self.perform(effects)?;
        }
        if let Err(error) = outcome {
            self.app.update(Event::ProgramFailed(format!("{error:#}")));
        }
        Ok(())
    }
}

/// Stops the process, as Ctrl-Z does in other programs, until the shell continues it.
#[cfg(unix)]
fn suspend() -> anyhow::Result<()> {
    signal_hook::low_level::raise(signal_hook::consts::SIGTSTP).context("cannot suspend")
}

#[cfg(not(unix))]
fn suspend() -> anyhow::Result<()> {
    bail!("this system has no Ctrl-Z")
}

/// Translates an event of the terminal; `None` if it is to be ignored.
fn translate(event: TerminalEvent) -> Option<Event> {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => Some(Event::Key(key)),
        TerminalEvent::Mouse(mouse) if !matches!(mouse.kind, MouseEventKind::Moved) => {
            Some(Event::Mouse(mouse))
        }
        TerminalEvent::Paste(text) => Some(Event::Paste(text)),
        TerminalEvent::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        _ => None,
    }
}

/// Catches the signals that end a run, so that the terminal is restored first.
struct Signals(Arc<AtomicU8>);

impl Signals {
    /// Catches nothing: without Unix signals, Ctrl-C arrives as a key.
    #[cfg(not(unix))]
    fn catch() -> std::io::Result<Self> {
        Ok(Self(Arc::default()))
    }

    #[cfg(unix)]
    fn catch() -> std::io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let caught = Arc::new(AtomicU8::new(0));
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let shared = Arc::clone(&caught);
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                // While another program has the terminal, Ctrl-C is meant for that program.
                if signal == SIGINT && !screen::is_taken() {
                    continue;
                }
                let signal = u8::try_from(signal).unwrap_or_default();
                shared.store(signal, Ordering::SeqCst);
                std::thread::sleep(TIME_TO_END);
                // The run has not ended: it may be reading from a terminal that no longer exists.
                if screen::is_taken() {
                    screen::restore();
                    std::process::exit(128 + i32::from(signal));
                }
            }
        })?;
        Ok(Self(caught))
    }

    /// The number of the signal that was caught, if any.
    fn caught(&self) -> Option<u8> {
        Some(self.0.load(Ordering::SeqCst)).filter(|signal| *signal > 0)
    }
}
