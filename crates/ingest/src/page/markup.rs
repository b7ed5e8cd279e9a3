//! Whether a page is plain text or HTML.

use crate::page::html::is_html;

/// The markup of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Plain lines.
    Text,
    /// HTML.
    Html,
}

impl Markup {
    /// Detects markup from a text, whatever its file is called.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if is_html(text) { Self::Html } else { Self::Text }
    }
}
