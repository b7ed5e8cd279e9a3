//! Whether a page is plain text, HTML or Markdown.

use crate::page::html::is_html;

/// The markup of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Markup {
    /// Plain lines.
    Text,
    /// HTML.
    Html,
    /// Markdown, with or without front matter.
    Markdown,
}

impl Markup {
    /// Detects HTML from a text, whatever its file is called.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if is_html(text) { Self::Html } else { Self::Text }
    }
}
