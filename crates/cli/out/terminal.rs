//! Standard output and standard error: colour, width, and who may write where.
//!
//! Results go to standard output and to nothing else; totals, hints and errors to standard error.

use std::io::{self, IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::pager;
use crate::args::Color;

/// The two streams of a run.
pub(crate) struct Terminal {
    out: io::BufWriter<io::Stdout>,
    /// What is held back to be looked at page by page.
    page: Option<Vec<u8>>,
    err: AutoStream<io::Stderr>,
    colour: bool,
    width: usize,
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
            out: io::BufWriter::new(stdout),
            page: None,
            err: AutoStream::new(io::stderr(), choice(AutoStream::choice(&io::stderr()))),
            width: width.clamp(20, WIDEST),
        }
    }

    /// Prints a line for people; its styles are left out where there is no colour. Text from pages
    /// in it must be sanitized.
    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> io::Result<()> {
        let colour = self.colour;
        match colour {
            true => writeln!(self.out(), "{text}"),
            false => writeln!(self.out(), "{}", strip_str(&text.to_string())),
        }
    }

    /// Holds back what is printed from here on, until [`Terminal::end_page`]; only on a terminal.
    pub(crate) fn begin_page(&mut self) {
        self.page = io::stdout().is_terminal().then(Vec::new);
    }

    /// Prints what was held back: through the pager if it is longer than the screen.
    pub(crate) fn end_page(&mut self) -> io::Result<()> {
        let Some(page) = self.page.take() else { return Ok(()) };
        let rows = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
        // One row is the prompt's.
        let long = page.iter().filter(|byte| **byte == b'\n').count() >= rows;
        if long && pager::show(&page)? {
            return Ok(());
        }
        self.out.write_all(&page)
    }

    /// Standard output, buffered and untouched: for machines.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        match &mut self.page {
            Some(page) => page,
            None => &mut self.out,
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
    pub(crate) fn say(&mut self, text: impl std::fmt::Display) {
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{text}");
    }

    /// Reports an error with its causes.
    pub(crate) fn error(&mut self, error: &anyhow::Error) {
        let mut text = error.to_string();
        for cause in error.chain().skip(1) {
            text.push_str(&format!("\n  caused by: {cause}"));
        }
        self.say(format_args!("{ERROR}error{ERROR:#}: {}", super::sanitize::lines(&text)));
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
