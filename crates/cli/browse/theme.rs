//! Colours and styles of the full screen, in the types of ratatui. They include those of
//! `out::style`, but errors are not bold here.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// A match.
pub(crate) const MATCH: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
/// A title.
pub(crate) const TITLE: Style = Style::new().add_modifier(Modifier::BOLD);
/// The name of a kind.
pub(crate) const KIND: Style = Style::new().fg(Color::Cyan);
/// What is selected or has the focus, and the prompt.
pub(crate) const ACCENT: Style = KIND;
/// A date.
pub(crate) const DATE: Style = Style::new().fg(Color::Green);
/// A tag.
pub(crate) const TAG: Style = Style::new().fg(Color::Yellow);
/// What matters less.
pub(crate) const DIM: Style = Style::new().add_modifier(Modifier::DIM);
/// What is wrong with the query.
pub(crate) const ERROR: Style = Style::new().fg(Color::Red);
/// What the user should know.
pub(crate) const WARNING: Style = Style::new().fg(Color::Yellow);
/// The location of a mistake in the query.
pub(crate) const MISTAKE: Style = ERROR.add_modifier(Modifier::UNDERLINED);
/// The selected line of a picker.
pub(crate) const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

/// Removes the colours of a drawn screen. What was red (matches, mistakes, errors) is underlined
/// instead.
pub(crate) fn without_colour(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.fg == Color::Red {
            cell.modifier |= Modifier::UNDERLINED;
        }
        cell.fg = Color::Reset;
        cell.bg = Color::Reset;
    }
}
