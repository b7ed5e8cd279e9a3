//! A parsed page.

use crate::flash::item::PageFlash;
use crate::page::html::Unextracted;
use crate::record::{Date, Related, TitleOrigin};

/// A parsed page. All ranges are byte ranges of the parsed text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Page {
    /// Name of the site.
    pub site: Option<String>,
    /// Category from breadcrumb or footer.
    pub category: Option<String>,
    /// The clean title.
    pub title: String,
    /// Whether the page states its title.
    pub title_origin: TitleOrigin,
    /// Tags named in the title line.
    pub suffix_tags: Vec<String>,
    /// Who wrote it; if nobody is named, who translated or compiled it.
    pub author: Option<String>,
    /// Who translated or compiled it.
    pub translator: Option<String>,
    /// Who edited it.
    pub editor: Option<String>,
    /// The outlet it came from.
    pub source: Option<String>,
    /// When it was published.
    pub date: Date,
    /// The body without flash items and boilerplate.
    pub paragraphs: Vec<String>,
    /// Tags, split.
    pub tags: Vec<String>,
    /// The Tags line, if it could not be split.
    pub unsplit_tags: Option<String>,
    /// Stubs of the footer.
    pub related: Vec<Related>,
    /// Flash items of the body, in order.
    pub flashes: Vec<PageFlash>,
    /// Address, if the page states it.
    pub url: Option<String>,
    /// A date that the page states in a form that could not be parsed.
    pub unread_date: Option<String>,
    /// Number of lines left out of the body because they recur over the pages of the site.
    pub boilerplate_lines: u32,
    /// Why an HTML page's whole text was kept instead of its article.
    pub unextracted: Option<Unextracted>,
    /// Number of repaired mojibake paragraphs.
    pub mojibake_repaired: u32,
    /// Ranges of mojibake that could not be repaired.
    pub mojibake_kept: Vec<(usize, usize)>,
}
