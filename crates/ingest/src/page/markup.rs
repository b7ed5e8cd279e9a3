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
    /// HTML if a text looks like HTML, otherwise plain text, whatever its file is called. Markdown
    /// is not detected.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if is_html(text) { Self::Html } else { Self::Text }
    }
}
