//! `wensou browse`: search as you type on the whole screen.
//!
//! - [`app`] is the state and what a key does to it; [`view`] draws it; neither does anything else.
//! - [`worker`] searches on a thread of its own; [`open`] runs the pager and the editor.
//! - [`keys`] is the one table of keys, [`filters`] edits the query's text.
//! - [`screen`] takes the terminal and gives it back. This file joins them.

mod app;
mod filters;
mod help;
mod keys;
mod layout;
mod open;
mod picker;
mod preview;
mod screen;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod view;
mod worker;

use std::io::{IsTerminal, stdin, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{self, Event as Input, KeyEventKind};
use crossterm::execute;
use crossterm::style::force_color_output;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use wensou_index::Index;
use wensou_query::lang::Clock;

use self::app::{App, Effect, Event};
use self::screen::Screen;
use self::worker::Worker;
use crate::config::Global;
use crate::exit::Outcome;
use crate::types::Color;

/// An answer that comes within this is drawn in the frame of the key that asked for it.
const GRACE: Duration = Duration::from_millis(10);
/// How long to wait for a key before looking for an answer,
const BRISK: Duration = Duration::from_millis(10);
/// and where none is awaited, for a signal.
const IDLE: Duration = Duration::from_millis(200);
/// After this a search is said to be slow.
const SLOW: Duration = Duration::from_millis(250);
/// How long a signal waits for the run to end in good order.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether there is a terminal, before anything is opened for it.
pub(crate) fn check_terminal() -> anyhow::Result<()> {
    if !stdin().is_terminal() || !stdout().is_terminal() {
        bail!("`wensou browse` needs a terminal; in a pipe or script, use `wensou search`");
    }
    Ok(())
}

/// Browses until the user leaves; [`check_terminal`] comes first.
pub(crate) fn run(
    global: &Global,
    query: String,
    index: Index,
    clock: Clock,
) -> anyhow::Result<Outcome> {
    let colour = *global.color != Color::Never;
    force_color_output(colour);
    let bounds = wensou_query::date_bounds(&index)?.map(|at| at.map(jiff::civil::DateTime::date));
    let index = Arc::new(index);
    let worker = Worker::start(Arc::clone(&index), clock).context("cannot start a thread")?;
    let size = crossterm::terminal::size().context("cannot read the size of the terminal")?;
    let (app, effects) = App::new(query, clock, bounds, size);
    let signals = Signals::catch().context("cannot catch signals")?;
    let screen = Screen::take().context("cannot set up the terminal")?;
    let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    let mut session = Session { index, worker, signals, screen, terminal, app, colour };
    match session.perform(effects)? {
        Some(outcome) => Ok(outcome),
        None => session.serve(),
    }
}

/// Everything that a run holds. Dropping it gives the terminal back.
struct Session {
    index: Arc<Index>,
    worker: Worker,
    signals: Signals,
    screen: Screen,
    terminal: Terminal<CrosstermBackend<std::io::Stdout>>,
    app: App,
    colour: bool,
}

impl Session {
    /// Draws, waits, updates; until something ends it.
    fn serve(&mut self) -> anyhow::Result<Outcome> {
        let mut since = Instant::now();
        let mut grace = true;
        loop {
            if let Some(outcome) = self.answers(grace)? {
                return Ok(outcome);
            }
            self.draw()?;
            let timeout = if self.app.is_waiting() { BRISK } else { IDLE };
            let mut any = false;
            while event::poll(if any { Duration::ZERO } else { timeout })? {
                any = true;
                if let Some(happened) = translate(event::read()?)
                    && let Some(outcome) = self.happen(happened)?
                {
                    return Ok(outcome);
                }
            }
            if let Some(signal) = self.signals.caught() {
                return Ok(Outcome::Signalled(signal));
            }
            grace = any;
            if any {
                since = Instant::now();
            } else if self.app.is_waiting() && since.elapsed() > SLOW {
                self.happen(Event::Slow)?;
            }
        }
    }

    /// Takes in the answers that are there; with `grace`, waits a moment for the first.
    fn answers(&mut self, grace: bool) -> anyhow::Result<Option<Outcome>> {
        let mut wait = if grace { GRACE } else { Duration::ZERO };
        while self.app.is_waiting() {
            let Some(answer) = self.worker.answer(wait) else { break };
            if let Some(outcome) = self.happen(Event::Answer(answer))? {
                return Ok(Some(outcome));
            }
            wait = Duration::ZERO;
        }
        if !self.worker.is_alive() {
            let reason = screen::lost().unwrap_or_else(|| "no reason given".to_owned());
            bail!("the search thread ended, which is a bug in wensou: {reason}");
        }
        Ok(None)
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let (app, colour) = (&mut self.app, self.colour);
        self.terminal.draw(|frame| view::draw(frame, app, colour))?;
        Ok(())
    }

    fn happen(&mut self, event: Event) -> anyhow::Result<Option<Outcome>> {
        let effects = self.app.update(event);
        #[cfg(debug_assertions)]
        screen::panic_if_asked("draw", self.app.text());
        self.perform(effects)
    }

    fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<Option<Outcome>> {
        for effect in effects {
            match effect {
                Effect::Ask(ask) => self.worker.ask(ask),
                Effect::Copy(text) => {
                    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))?;
                }
                Effect::Page { id, text } => {
                    let (index, clock) = (Arc::clone(&self.index), self.app.clock);
                    self.outside(|| open::page(index.dir(), &clock, &id, &text))?;
                }
                Effect::Edit(item) => {
                    let index = Arc::clone(&self.index);
                    self.outside(|| open::edit(&index, &item))?;
                }
                Effect::Quit(outcome) => return Ok(Some(outcome)),
            }
        }
        Ok(None)
    }

    /// Runs another program in the terminal; what goes wrong with it is said when it has ended.
    fn outside(&mut self, program: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.screen.suspend();
        let outcome = program();
        self.screen.resume()?;
        // Nothing of what it drew is left. (`Terminal::clear` would ask the terminal where its
        // cursor is, and fail where that is not answered.)
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        if let Ok(size) = crossterm::terminal::size() {
            let effects = self.app.update(Event::Resize(size.0, size.1));
            self.perform(effects)?;
        }
        if let Err(error) = outcome {
            self.app.update(Event::Said(format!("{error:#}")));
        }
        Ok(())
    }
}

/// What an event of the terminal is to the state; `None` if it is nothing.
fn translate(input: Input) -> Option<Event> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => Some(Event::Key(key)),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        _ => None,
    }
}

/// The signals that end a run, caught so that the terminal is given back first.
struct Signals(Arc<AtomicU8>);

impl Signals {
    /// Elsewhere Ctrl-C is a key like any other, and there is nothing else to catch.
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
                // Ctrl-C while another program has the terminal is meant for that.
                if signal == SIGINT && !screen::is_taken() {
                    continue;
                }
                let signal = u8::try_from(signal).unwrap_or_default();
                shared.store(signal, Ordering::SeqCst);
                std::thread::sleep(PATIENCE);
                // Still here: reading keys from a terminal that has gone away never ends.
                if screen::is_taken() {
                    screen::restore();
                    std::process::exit(128 + i32::from(signal));
                }
            }
        })?;
        Ok(Self(caught))
    }

    fn caught(&self) -> Option<u8> {
        Some(self.0.load(Ordering::SeqCst)).filter(|signal| *signal > 0)
    }
}
