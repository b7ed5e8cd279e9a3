//! A pseudo-terminal for tests: keys go in as bytes, and a terminal emulator shows the screen.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::util::Dir;

/// Maximum time to wait for the screen. Only a failing test waits this long.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A run in a pseudo-terminal.
pub(crate) struct Pty {
    pub(crate) master: Box<dyn MasterPty + Send>,
    /// The child's side of the terminal. It is kept open, because otherwise the terminal would
    /// close when the child ends.
    _slave: Box<dyn portable_pty::SlavePty + Send>,
    keys: Box<dyn Write + Send>,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) screen: Arc<Mutex<vt100::Parser>>,
    /// All bytes written to the terminal.
    pub(crate) raw: Arc<Mutex<Vec<u8>>>,
    /// The modes of the terminal before the run, see [`modes`].
    pub(crate) modes: String,
}

impl Pty {
    /// Starts `wensou browse` in a terminal with 80 columns and 24 lines.
    pub(crate) fn start_browse(dir: &Dir, args: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_verb(dir, "browse", args, environment)
    }

    /// Starts any verb of wensou in a terminal with 80 columns and 24 lines.
    pub(crate) fn start_verb(
        dir: &Dir,
        verb: &str,
        args: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_wensou"));
        command.cwd(dir.path());
        command.arg(verb);
        command.args(args);
        command.env("TERM", "xterm-256color");
        for name in ["WENSOU_INDEX", "WENSOU_PAGER", "NO_COLOR", "PAGER", "LESS", "COLUMNS"] {
            command.env_remove(name);
        }
        command.env("RUST_BACKTRACE", "0");
        // Ignore the developer's settings.
        command.env_remove("WENSOU_CONFIG");
        command.env("XDG_CONFIG_HOME", dir.path());
        command.env("XDG_STATE_HOME", dir.path().join("state"));
        for (name, value) in environment {
            command.env(name, value);
        }
        Self::start(command)
    }

    /// Starts any program in a terminal with 80 columns and 24 lines.
    pub(crate) fn start(command: CommandBuilder) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let terminal = native_pty_system().openpty(size).unwrap();
        let modes = modes(&*terminal.master);
        let child = terminal.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(24), cells(80), 0)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let (to_screen, to_raw) = (Arc::clone(&screen), Arc::clone(&raw));
        let mut output = terminal.master.try_clone_reader().unwrap();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                to_screen.lock().unwrap().process(&bytes[..count]);
                to_raw.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        let keys = terminal.master.take_writer().unwrap();
        Self { master: terminal.master, _slave: terminal.slave, keys, child, screen, raw, modes }
    }

    /// Types keys.
    pub(crate) fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.screen.lock().unwrap().screen_mut().set_size(cells(rows), cells(columns));
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).unwrap();
    }

    /// The text on the screen.
    pub(crate) fn contents(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the text on the screen satisfies `wanted`, and returns this text. `what` names
    /// what the test waits for, for the message if it does not appear.
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let contents = self.contents();
            if wanted(&contents) {
                return contents;
            }
            assert!(started.elapsed() < MAX_WAIT, "no {what} on the screen:\n{contents}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the screen has a text, and returns all the text on it.
    pub(crate) fn wait_for_text(&self, text: &str) -> String {
        self.wait_until(text, |contents| contents.contains(text))
    }

    /// Waits for the end of the run, checks that it has restored the terminal, and returns its exit
    /// status.
    pub(crate) fn wait_for_exit(&mut self) -> u32 {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < MAX_WAIT, "the run does not end:\n{}", self.contents());
            thread::sleep(Duration::from_millis(10));
        };
        let is_restored = || {
            let screen = self.screen.lock().unwrap();
            let screen = screen.screen();
            !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor()
        };
        // The emulator may not have read the last output yet.
        while !is_restored() {
            assert!(started.elapsed() < MAX_WAIT, "the screen was not restored");
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(modes(&*self.master), self.modes, "the modes of the terminal are not restored");
        status.exit_code()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// A number of columns or lines, in the type of the terminal emulator.
fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

/// The modes of a terminal: echo, line editing, signals.
pub(crate) fn modes(master: &dyn MasterPty) -> String {
    let termios = master.get_termios().unwrap();
    format!("{:?} {:?} {:?}", termios.input_flags, termios.output_flags, termios.local_flags)
}
