//! Standard output and standard error: colour, width, and sanitizing.
//!
//! Only results go to standard output; totals, hints and errors go to standard error.
//!
//! Text from pages is untrusted. Every byte that reaches a terminal, in whatever format, passes
//! through a function of [`super::sanitize`] here. A pipe gets the bytes unchanged.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use super::style::ERROR;
use super::text::wrap;
use super::{pager, sanitize};
use crate::types::Color;

/// Standard output and standard error of a run.
pub(crate) struct Terminal {
    out: Output,
    /// Whether standard output is a terminal.
    out_is_terminal: bool,
    err: AutoStream<io::Stderr>,
    /// Whether standard error is a terminal.
    err_is_terminal: bool,
    colour: bool,
    width: usize,
    /// How often something was printed to standard output, or the stream was lent for printing.
    print_count: u64,
}

/// Standard output. What is written by way of [`Write`] is sanitized by `rule`, so each write must
/// consist of whole characters; invalid UTF-8 becomes U+FFFD. [`Terminal`] writes this way only if
/// standard output is a terminal.
struct Output {
    stdout: io::BufWriter<io::Stdout>,
    /// Output that is held back for the pager; `None` if output is printed at once.
    held_back: Option<Vec<u8>>,
    rule: SanitizeRule,
}

/// How output is sanitized for a terminal.
#[derive(Clone, Copy)]
enum SanitizeRule {
    /// As text, in which line feeds and tabs stay.
    Table,
    /// As JSON, by escapes that keep the value.
    Json,
}

impl SanitizeRule {
    fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Table => sanitize::table(text),
            Self::Json => sanitize::json(text),
        }
    }
}

impl Output {
    /// The underlying stream, for output that is already sanitized.
    fn unguarded(&mut self) -> &mut dyn Write {
        match &mut self.held_back {
            Some(held_back) => held_back,
            None => &mut self.stdout,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let harmless = self.rule.apply(&text);
        self.unguarded().write_all(harmless.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unguarded().flush()
    }
}

/// Maximum width of a line: longer lines of Chinese text are hard to read.
const MAX_WIDTH: usize = 100;

impl Terminal {
    pub(crate) fn new(color: Color) -> Self {
        let stdout = io::stdout();
        let choice = |stream: ColorChoice| match color {
            Color::Auto => stream,
            Color::Always => ColorChoice::AlwaysAnsi,
            Color::Never => ColorChoice::Never,
        };
        let width = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
            .unwrap_or(80);
        Self {
            colour: choice(AutoStream::choice(&stdout)) != ColorChoice::Never,
            out_is_terminal: stdout.is_terminal(),
            out: Output {
                stdout: io::BufWriter::new(stdout),
                held_back: None,
                rule: SanitizeRule::Table,
            },
            err_is_terminal: io::stderr().is_terminal(),
            err: AutoStream::new(io::stderr(), choice(AutoStream::choice(&io::stderr()))),
            width: width.clamp(20, MAX_WIDTH),
            print_count: 0,
        }
    }

    /// Prints a line of text; styles are removed if there is no colour. Text from pages in it must
    /// be sanitized already.
    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> io::Result<()> {
        self.print_count += 1;
        let out = self.out.unguarded();
        match (self.out_is_terminal, self.colour) {
            (true, true) => writeln!(out, "{}", sanitize::styled(&text.to_string())),
            (true, false) => {
                writeln!(out, "{}", strip_str(&sanitize::styled(&text.to_string())))
            }
            (false, true) => writeln!(out, "{text}"),
            (false, false) => writeln!(out, "{}", strip_str(&text.to_string())),
        }
    }

    /// On a terminal, holds back the output until [`Terminal::show_held_back`].
    pub(crate) fn hold_back(&mut self) {
        self.out.held_back = self.out_is_terminal.then(Vec::new);
    }

    /// Prints the output that was held back, in the pager if it is longer than the screen.
    pub(crate) fn show_held_back(&mut self) -> io::Result<()> {
        let Some(text) = self.out.held_back.take() else { return Ok(()) };
        let rows = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
        // One row is left for the prompt.
        let is_long = text.iter().filter(|byte| **byte == b'\n').count() >= rows;
        if is_long && pager::show(&text)? {
            return Ok(());
        }
        self.out.stdout.write_all(&text)
    }

    /// Standard output, buffered, for output that is not laid out as lines of text. A pipe gets the
    /// bytes unchanged. A terminal gets them sanitized except for line feeds and tabs, so every
    /// write must consist of whole characters. For JSON, use [`Terminal::json`].
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        self.guarded(SanitizeRule::Table)
    }

    /// Prints a value as one line of JSON. For a terminal, control characters are escaped, which
    /// keeps the value.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut out = self.guarded(SanitizeRule::Json);
        serde_json::to_writer(&mut out, value)?;
        writeln!(out)
    }

    /// Prints a value as indented JSON on several lines.
    pub(crate) fn json_pretty(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut out = self.guarded(SanitizeRule::Json);
        serde_json::to_writer_pretty(&mut out, value)?;
        writeln!(out)
    }

    /// Standard output: sanitized by `rule` if it is a terminal, else unchanged.
    fn guarded(&mut self, rule: SanitizeRule) -> &mut dyn Write {
        self.print_count += 1;
        match self.out_is_terminal {
            true => {
                self.out.rule = rule;
                &mut self.out
            }
            false => &mut self.out.stdout,
        }
    }

    /// How often something was printed to standard output so far, or [`Terminal::out`] was called.
    pub(crate) fn print_count(&self) -> u64 {
        self.print_count
    }

    /// Number of columns.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Whether standard error is coloured.
    pub(crate) fn colours_errors(&self) -> bool {
        self.err.current_choice() != ColorChoice::Never
    }

    /// Prints a line to standard error, ignoring errors. Text from pages in it must be sanitized
    /// already.
    pub(crate) fn notice(&mut self, text: impl std::fmt::Display) {
        let _ = self.flush();
        if !self.err_is_terminal {
            let _ = writeln!(self.err, "{text}");
            return;
        }
        for line in sanitize::styled(&text.to_string()).split('\n') {
            // A terminal would break long lines inside of words.
            let lines = match textwrap::core::display_width(line) > self.width {
                true => wrap(line, self.width, ""),
                false => vec![line.to_owned()],
            };
            for line in lines {
                let _ = writeln!(self.err, "{line}");
            }
        }
    }

    /// Prints a value to standard error, as one line of JSON.
    pub(crate) fn notice_json(&mut self, value: &impl Serialize) {
        let _ = self.flush();
        let Ok(line) = serde_json::to_string(value) else { return };
        let line = if self.err_is_terminal { sanitize::json(&line) } else { line.as_str().into() };
        // Not through `AutoStream`, which would remove what looks like a style from the value.
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// Prints an error with its causes.
    pub(crate) fn error(&mut self, error: &anyhow::Error) {
        let mut text = error.to_string();
        for cause in error.chain().skip(1) {
            text.push_str(&format!("\n  caused by: {cause}"));
        }
        self.notice(format_args!("{ERROR}error{ERROR:#}: {}", sanitize::lines(&text)));
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.stdout.flush()
    }
}

/// Prints an error or the help of clap and ends the process. clap quotes arguments, which can be
/// hostile names of files: if such a text goes to a terminal, it is sanitized, without colours.
pub(crate) fn usage_error(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    let harmless = sanitize::table(&text);
    if harmless == text || !io::stderr().is_terminal() {
        error.exit()
    }
    let _ = io::stderr().write_all(harmless.as_bytes());
    std::process::exit(error.exit_code())
}
