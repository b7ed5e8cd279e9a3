//! The terminal, taken and given back as it was: on leaving, on an error and on a panic.

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
/// What a thread that does not draw panicked with.
static LOST: Mutex<Option<String>> = Mutex::new(None);

/// The terminal while it is ours; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Screen(());

impl Screen {
    /// Takes the terminal. From here on a panic gives it back before it is reported.
    pub(crate) fn take() -> io::Result<Self> {
        guard();
        // The same as `give_back`, for a signal handler: bracketed paste off, screen left, colours
        // reset, cursor shown.
        wensou_index::restore_terminal_for_lost_files(b"\x1b[?2004l\x1b[?1049l\x1b[0m\x1b[?25h");
        let screen = Self(());
        screen.resume()?;
        Ok(screen)
    }

    /// Takes the terminal again.
    pub(crate) fn resume(&self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste)
    }

    /// Gives the terminal to another program for a while.
    pub(crate) fn suspend(&self) {
        restore();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// What made a thread that does not draw panic.
pub(crate) fn lost() -> Option<String> {
    LOST.lock().ok().and_then(|mut lost| lost.take())
}

/// Whether the terminal is ours, and not another program's for a while.
pub(crate) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives the terminal back, once. A terminal that is gone can take nothing back.
pub(crate) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, ResetColor, Show);
        let _ = disable_raw_mode();
    }
}

/// Has a panic of this thread give the terminal back before it is reported, where the report would
/// be lost with the screen. Other threads' panics wait until this one has left the screen: were it
/// taken from under the drawing, the next frame would be drawn over the user's shell.
fn guard() {
    let drawing = thread::current().id();
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if is_taken() && thread::current().id() != drawing {
            if let Ok(mut lost) = LOST.lock() {
                *lost = Some(info.to_string());
            }
            return;
        }
        restore();
        report(info);
    }));
}

/// Panics where a test asks for it, to prove that the terminal survives.
#[cfg(debug_assertions)]
pub(crate) fn panic_if_asked(activity: &str, text: &str) {
    if text.contains("panic") && std::env::var("WENSOU_BROWSE_PANIC").is_ok_and(|it| it == activity)
    {
        panic!("asked for, in {activity}");
    }
}
