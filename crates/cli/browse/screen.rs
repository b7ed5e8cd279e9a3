//! Sets up the terminal for drawing, and restores it at the end, on an error and on a panic.

use std::io::{self, stdout};
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// The panic message of a thread that does not draw.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// The terminal while it is ours. Dropping it restores the terminal.
#[derive(Debug)]
pub(crate) struct Screen(());

impl Screen {
    /// Sets up the terminal. After this, a panic restores it before the report.
    pub(crate) fn take() -> io::Result<Self> {
        restore_on_panic();
        // The same as `restore`, for a signal handler: end bracketed paste, leave the alternate
        // screen, reset colours, show the cursor.
        wensou_index::restore_terminal_for_lost_files(b"\x1b[?2004l\x1b[?1049l\x1b[0m\x1b[?25h");
        let screen = Self(());
        screen.resume()?;
        Ok(screen)
    }

    /// Sets up the terminal again after [`Screen::suspend`].
    pub(crate) fn resume(&self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste)
    }

    /// Restores the terminal for another program, until [`Screen::resume`].
    pub(crate) fn suspend(&self) {
        restore();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// The panic message of a thread that does not draw.
pub(crate) fn panic_of_another_thread() -> Option<String> {
    PANIC.lock().ok().and_then(|mut panic| panic.take())
}

/// Whether the terminal is ours, not restored or lent to another program.
pub(crate) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Restores the terminal, once. Errors are ignored, because the terminal may be closed.
pub(crate) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, ResetColor, Show);
        let _ = disable_raw_mode();
    }
}

/// Makes a panic of this thread restore the terminal before the report, which would otherwise be
/// lost with the alternate screen. Panics of other threads are kept for later: if they restored the
/// terminal, this thread would draw its next frame over the user's shell.
fn restore_on_panic() {
    let drawing = thread::current().id();
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if is_taken() && thread::current().id() != drawing {
            if let Ok(mut message) = PANIC.lock() {
                *message = Some(info.to_string());
            }
            return;
        }
        restore();
        report(info);
    }));
}

/// Panics if a test asks for it, to show that the terminal is restored.
#[cfg(debug_assertions)]
pub(crate) fn panic_if_asked(activity: &str, text: &str) {
    if text.contains("panic") && std::env::var("WENSOU_BROWSE_PANIC").is_ok_and(|it| it == activity)
    {
        panic!("asked for, in {activity}");
    }
}
