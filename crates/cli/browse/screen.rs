//! Sets up the terminal for drawing, and restores it when the program ends, fails or panics.

use std::io::{self, stdout};
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// Whether this program has set up the terminal and not restored it yet.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// The message of a panic in another thread than the one that draws, until it is reported.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// The terminal, set up for drawing. Dropping this restores the terminal.
#[derive(Debug)]
pub(crate) struct Screen(());

impl Screen {
    /// Sets up the terminal. From here on, a panic restores the terminal before it is reported.
    pub(crate) fn take() -> io::Result<Self> {
        restore_on_panic();
        // If a mapped file is truncated, a signal handler restores the terminal before it prints
        // its message. These escape sequences do what `restore` does: release the mouse, end
        // bracketed paste, leave the alternate screen, reset colours, show the cursor.
        wensou_index::restore_terminal_on_sigbus(
            b"\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[0m\x1b[?25h",
        );
        let screen = Self(());
        screen.resume()?;
        Ok(screen)
    }

    /// Sets up the terminal again after [`Screen::suspend`].
    pub(crate) fn resume(&self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(
            stdout(),
            EnterAlternateScreen,
            Clear(ClearType::All),
            EnableBracketedPaste,
            EnableMouseCapture
        )
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

/// Takes the message of a panic in another thread than the one that draws, if there was one.
pub(crate) fn panic_of_another_thread() -> Option<String> {
    PANIC.lock().ok().and_then(|mut panic| panic.take())
}

/// Whether the terminal is set up for drawing, and neither restored nor lent to another program.
pub(crate) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Restores the terminal if it is set up for drawing. Ignores errors, because the terminal may be
/// closed.
pub(crate) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            stdout(),
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            ResetColor,
            Show
        );
        let _ = disable_raw_mode();
    }
}

/// Installs a panic hook. Must be called by the thread that draws.
///
/// If the thread that draws panics, the hook restores the terminal, and then calls the hook that
/// was installed before: on the alternate screen, what that hook prints would be lost. If another
/// thread panics, the hook only keeps the message for [`panic_of_another_thread`]: if it restored
/// the terminal, the thread that draws would draw its next frame over the user's shell.
fn restore_on_panic() {
    let drawing_thread = thread::current().id();
    let previous_hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if is_taken() && thread::current().id() != drawing_thread {
            if let Ok(mut message) = PANIC.lock() {
                *message = Some(info.to_string());
            }
            return;
        }
        restore();
        previous_hook(info);
    }));
}

/// Panics if a test asks for it: if `WENSOU_BROWSE_PANIC` is `activity` and the query `text`
/// contains `panic`. The test then checks that the terminal is restored.
#[cfg(debug_assertions)]
pub(crate) fn panic_if_asked(activity: &str, text: &str) {
    if text.contains("panic")
        && std::env::var("WENSOU_BROWSE_PANIC").is_ok_and(|asked| asked == activity)
    {
        panic!("asked for, in {activity}");
    }
}
