//! [`Page`], the result of parsing one page.
//!
//! A page is a [`Draft`](crate::page::draft::Draft) until the statistics of the archive are known,
//! and an [`Article`] after that. [`Page`] has the article with the page's flash items and notes.

use crate::record::{Article, FlashItem};
use crate::report::Unextracted;

/// A page that was parsed by itself: its article and flash items, without ids and paths. All spans
/// are byte ranges of the parsed text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Page {
    /// The page without its flash items.
    pub article: Article,
    /// Flash items of the body, in order, each with one occurrence.
    pub flashes: Vec<FlashItem>,
    /// What is unusual about the page.
    pub notes: PageNotes,
}

/// What is unusual about a page. It goes to the report, not into the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PageNotes {
    /// A date that the page states in a form that could not be parsed.
    pub unread_date: Option<String>,
    /// Number of lines left out of the body because they recur over the pages of the site.
    pub boilerplate_lines: u32,
    /// Why an HTML page's whole text was kept instead of its article.
    pub unextracted: Option<Unextracted>,
    /// Number of lines and other texts, such as titles, whose mojibake was repaired, completely or
    /// in part.
    pub mojibake_repaired: u32,
    /// Byte ranges of mojibake in the text that could not be repaired, or only in part.
    pub mojibake_kept: Vec<(usize, usize)>,
}
