//! The progress of a build, on the terminal and in the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wensou_ingest::{Phase, Progress};

use super::log::Log;
use crate::out::count::count_noun;

/// The log gets a line each time this many files have been read.
const FILES_PER_LOG_LINE: u64 = 10_000;

/// The layout of the bar, as wide as the terminal. At its end the cursor moves back by three
/// columns, so that the terminal can show `^C` there without a line break. After a line break, the
/// bar could not be erased.
const TEMPLATE: &str = "{prefix:8} {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} \
                        {eta} left, {msg}   \u{1b}[3D";

/// Time between two drawings of the bar while it does not advance.
const TICK: Duration = Duration::from_millis(100);

/// Shows the progress of a build in each of its two passes: the number of files read, which it
/// calls pages, the rate, and the time left.
pub(crate) struct ProgressDisplay {
    bar: ProgressBar,
    /// The number of files that the present pass has read.
    files_read: AtomicU64,
    log: Option<Log>,
    /// Dropping this sender ends the thread that redraws the bar.
    ticking: Mutex<Option<Sender<()>>>,
}

impl ProgressDisplay {
    pub(crate) fn new(quiet: bool, log: Option<Log>) -> Self {
        // indicatif hides the bar if standard error is not a terminal.
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        Self { bar, files_read: AtomicU64::new(0), log, ticking: Mutex::default() }
    }

    /// Erases the bar, at the end of the work.
    pub(crate) fn clear(&self) {
        self.ticking().take();
        self.bar.finish_and_clear();
    }

    /// A function that erases the bar for good, even if other threads still report progress.
    pub(super) fn eraser(&self) -> impl FnOnce() + Send + 'static {
        let bar = self.bar.clone();
        move || {
            bar.finish_and_clear();
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }

    fn ticking(&self) -> std::sync::MutexGuard<'_, Option<Sender<()>>> {
        self.ticking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws the bar every [`TICK`] on a thread of its own, even if nothing advances. If no thread
    /// can be started, the bar moves only when files have been read. (indicatif can also draw the
    /// bar on a thread, but panics if it cannot start one.)
    fn keep_moving(&self) {
        if self.bar.is_hidden() {
            return;
        }
        let (sender, stop) = channel();
        let bar = self.bar.clone();
        let tick = move || {
            while stop.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                bar.tick();
            }
        };
        let started = thread::Builder::new().name("progress".to_owned()).spawn(tick);
        *self.ticking() = started.ok().map(|_| sender);
    }

    fn note(&self, what: &str) {
        self.log.iter().for_each(|log| log.note(what));
    }
}

impl Progress for ProgressDisplay {
    fn start(&self, files: u64, bytes: u64) {
        self.note(&format!("{}, {}", count_noun(files, "file"), count_noun(bytes, "byte")));
        self.bar.set_length(bytes);
        self.keep_moving();
    }

    fn phase(&self, phase: Phase) {
        self.bar.reset();
        self.files_read.store(0, Ordering::Relaxed);
        let name = match phase {
            Phase::Survey => "survey",
            Phase::Read => "indexing",
        };
        self.note(name);
        self.bar.set_prefix(name);
        self.bar.set_message(count_noun(0_u64, "page"));
    }

    fn advance(&self, files: u64, bytes: u64) {
        let files_read = self.files_read.fetch_add(files, Ordering::Relaxed) + files;
        if !self.bar.is_hidden() {
            self.bar.inc(bytes);
            self.bar.set_message(count_noun(files_read, "page"));
        }
        if files_read / FILES_PER_LOG_LINE != (files_read - files) / FILES_PER_LOG_LINE {
            self.note(&count_noun(files_read, "page"));
        }
    }
}
