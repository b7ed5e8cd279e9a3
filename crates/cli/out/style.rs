//! The styles of text output. `browse::theme` has the styles of the full-screen interface.

use anstyle::{AnsiColor, Style};

/// A match.
pub(crate) const MATCH: Style =
    Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
/// A title.
pub(crate) const TITLE: Style = Style::new().bold();
/// The kind of a record: article or flash item.
pub(crate) const KIND: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
/// A date.
pub(crate) const DATE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
/// A tag.
pub(crate) const TAG: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
/// Text that matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// The word `error`.
pub(crate) const ERROR: Style =
    Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
