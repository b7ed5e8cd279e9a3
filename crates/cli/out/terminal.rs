//! Standard output and standard error: colour, width, and who may write where.
//!
//! Results go to standard output and to nothing else; totals, hints and errors to standard error.
//!
//! Text from pages is untrusted. Every byte that reaches a terminal passes through one of the rules
//! of [`super::sanitize`] here, whatever its format; a pipe gets the bytes as they are.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{pager, sanitize};
use crate::types::Color;

/// The two streams of a run.
pub(crate) struct Terminal {
    out: Output,
    /// Whether standard output is shown, not piped.
    shows_out: bool,
    err: AutoStream<io::Stderr>,
    /// Whether standard error is shown, not piped.
    shows_err: bool,
    colour: bool,
    width: usize,
}

/// Standard output as a terminal may get it: each write is sanitized by the rule of its format, so
/// it must hold whole characters. Bytes that are no UTF-8 become U+FFFD.
struct Output {
    stdout: io::BufWriter<io::Stdout>,
    /// What is held back to be looked at page by page.
    page: Option<Vec<u8>>,
    rule: Rule,
}

/// How data is made harmless for a terminal.
#[derive(Clone, Copy)]
enum Rule {
    /// As text of which line feeds and tabs are ours.
    Table,
    /// By escapes that leave it the same value.
    Json,
}

impl Rule {
    fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Table => sanitize::table(text),
            Self::Json => sanitize::json(text),
        }
    }
}

impl Output {
    /// The stream below, for what is harmless already.
    fn unguarded(&mut self) -> &mut dyn Write {
        match &mut self.page {
            Some(page) => page,
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

/// Marks a match.
pub(crate) const MATCH: Style =
    Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
/// A title.
pub(crate) const TITLE: Style = Style::new().bold();
/// The name of a kind.
pub(crate) const KIND: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
/// A date.
pub(crate) const DATE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
/// A tag.
pub(crate) const TAG: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
const ERROR: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// Widest line for reading: Chinese text in longer ones is hard to follow.
const WIDEST: usize = 100;

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
            shows_out: stdout.is_terminal(),
            out: Output { stdout: io::BufWriter::new(stdout), page: None, rule: Rule::Table },
            shows_err: io::stderr().is_terminal(),
            err: AutoStream::new(io::stderr(), choice(AutoStream::choice(&io::stderr()))),
            width: width.clamp(20, WIDEST),
        }
    }

    /// Prints a line for people; its styles are left out where there is no colour. Text from pages
    /// in it must be sanitized.
    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> io::Result<()> {
        let out = self.out.unguarded();
        match (self.shows_out, self.colour) {
            (true, true) => writeln!(out, "{}", sanitize::styled(&text.to_string())),
            (true, false) => {
                writeln!(out, "{}", strip_str(&sanitize::styled(&text.to_string())))
            }
            (false, true) => writeln!(out, "{text}"),
            (false, false) => writeln!(out, "{}", strip_str(&text.to_string())),
        }
    }

    /// Holds back what is printed from here on, until [`Terminal::end_page`]; only on a terminal.
    pub(crate) fn begin_page(&mut self) {
        self.out.page = self.shows_out.then(Vec::new);
    }

    /// Prints what was held back: through the pager if it is longer than the screen.
    pub(crate) fn end_page(&mut self) -> io::Result<()> {
        let Some(page) = self.out.page.take() else { return Ok(()) };
        let rows = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
        // One row is the prompt's.
        let long = page.iter().filter(|byte| **byte == b'\n').count() >= rows;
        if long && pager::show(&page)? {
            return Ok(());
        }
        self.out.stdout.write_all(&page)
    }

    /// Standard output, buffered: for machines. A pipe gets the bytes untouched and at no cost. A
    /// terminal gets them sanitized, but for line feeds and tabs; every write must then hold whole
    /// characters. JSON goes by [`Terminal::json`].
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        self.guarded(Rule::Table)
    }

    /// Prints a value as JSON in one line. On a terminal what it would act on is escaped, and the
    /// value is the same.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut out = self.guarded(Rule::Json);
        serde_json::to_writer(&mut out, value)?;
        writeln!(out)
    }

    /// The same over several lines, with indents.
    pub(crate) fn json_pretty(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut out = self.guarded(Rule::Json);
        serde_json::to_writer_pretty(&mut out, value)?;
        writeln!(out)
    }

    fn guarded(&mut self, rule: Rule) -> &mut dyn Write {
        match self.shows_out {
            true => {
                self.out.rule = rule;
                &mut self.out
            }
            false => &mut self.out.stdout,
        }
    }

    /// Columns to print in.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Whether standard error is coloured.
    pub(crate) fn colours_errors(&self) -> bool {
        self.err.current_choice() != ColorChoice::Never
    }

    /// Says something beside the results. What standard error cannot take is lost, as it must be.
    /// Text from pages in it must be sanitized.
    pub(crate) fn say(&mut self, text: impl std::fmt::Display) {
        let _ = self.flush();
        let _ = match self.shows_err {
            true => writeln!(self.err, "{}", sanitize::styled(&text.to_string())),
            false => writeln!(self.err, "{text}"),
        };
    }

    /// Says a value beside the results, as JSON in one line.
    pub(crate) fn say_json(&mut self, value: &impl Serialize) {
        let _ = self.flush();
        let Ok(line) = serde_json::to_string(value) else { return };
        let line = if self.shows_err { sanitize::json(&line) } else { line.as_str().into() };
        // Past the filter of colours, which would take characters out of the value.
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// Reports an error with its causes.
    pub(crate) fn error(&mut self, error: &anyhow::Error) {
        let mut text = error.to_string();
        for cause in error.chain().skip(1) {
            text.push_str(&format!("\n  caused by: {cause}"));
        }
        self.say(format_args!("{ERROR}error{ERROR:#}: {}", sanitize::lines(&text)));
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.stdout.flush()
    }
}

/// Ends the run as clap does for a mistake in its arguments, or with the help that was asked for.
/// Clap quotes what was typed, and a script may have typed the name of a file: a terminal gets that
/// sanitized, then without colours.
pub(crate) fn usage_error(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    let harmless = sanitize::table(&text);
    if harmless == text || !io::stderr().is_terminal() {
        error.exit()
    }
    let _ = io::stderr().write_all(harmless.as_bytes());
    std::process::exit(error.exit_code())
}
