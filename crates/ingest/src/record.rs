//! The records of an archive: articles, flash items, and where they occur.
//!
//! Strings have the characters of the decoded page, in which mojibake is repaired: they are neither
//! folded nor converted to another script. `wensou-text` folds them when they are indexed.

use std::ops::Range;

use jiff::civil::{Date as Day, DateTime};
use serde::{Deserialize, Serialize};

/// A byte range in the original file, before decoding: `start` inclusive, `end` exclusive.
///
/// The span of a page is the whole page, that of a flash item in a page its paragraphs, and that of
/// a record of a dump what states it, such as a line of JSONL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl Span {
    /// The span as a range of a text or file that is in memory.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        index(self.start)..index(self.end)
    }
}

/// When a record was published, in the archive's time zone, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Date {
    /// The date, as precisely as it is known; `None` if unknown.
    pub value: Option<Moment>,
    /// How the value is known.
    pub provenance: DateProvenance,
}

/// A date, with the time of day if it is known, as precise as the page states it, in the archive's
/// time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moment {
    /// Only the day is known.
    Day(Day),
    /// The time of day is known too.
    Time(DateTime),
    /// Only the month is known; this is its first day.
    Month(Day),
    /// Only the year is known; this is its first day.
    Year(Day),
}

/// How a [`Date`] is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DateProvenance {
    /// The page or dump states the record's date, in the part that the origin names.
    Stated(DateOrigin),
    /// Inferred from other data in the page.
    Inferred(DateBasis),
    /// Unknown. A null date, such as 1900/1/1, counts as unknown.
    #[default]
    None,
}

/// Where a page or record states its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DateOrigin {
    /// A line of the visible text, such as a byline.
    #[default]
    Text,
    /// JSON-LD in an HTML page.
    JsonLd,
    /// A `meta` element of an HTML page.
    Meta,
    /// A `time` element, or another element that is marked as the date by an attribute.
    Markup,
    /// A script of an HTML page.
    Script,
    /// Front matter of a Markdown file.
    FrontMatter,
    /// A field of a dump's record, a column of a table, or an element of a feed.
    Field,
    /// The `Date` header of a message.
    Mail,
}

impl DateOrigin {
    /// The name of the origin in output; `None` for the visible text and for fields of records,
    /// where a date is expected.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Field => None,
            Self::JsonLd => Some("json-ld"),
            Self::Meta => Some("meta"),
            Self::Markup => Some("markup"),
            Self::Script => Some("script"),
            Self::FrontMatter => Some("front matter"),
            Self::Mail => Some("mail"),
        }
    }
}

/// The basis of an inferred date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateBasis {
    /// The newest flash item in the page: the page cannot be older.
    NewestFlash,
    /// A complete date in the title.
    Title,
    /// A complete date at the beginning of the first paragraph.
    Lead,
    /// A date in the page's address.
    Url,
}

/// Where an article's title came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TitleOrigin {
    /// The page has a title line.
    #[default]
    Stated,
    /// The page lost its title; this is the beginning of its first paragraph.
    Derived,
}

/// A link to another article in a page's footer. Stored, but not searched as text of this page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Related {
    /// The other article's title, without tag suffix.
    pub title: String,
    /// The beginning of the other article, as the footer quotes it.
    pub snippet: String,
}

/// One article: what a page, or a record of a dump, becomes when it is read. The index stores
/// articles, and searches return them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Article {
    /// Stable id: the one that a dump gives, otherwise `a` and 12 hexadecimal digits (16 if those
    /// 12 are taken), derived from the path of a page or from the text of a dump's record.
    pub id: String,
    /// The path of the file: the root as named on the command line, joined with the path below it.
    pub path: String,
    /// Byte range in the file that [`path`](Self::path) names.
    pub span: Span,
    /// Name of the site that the page was scraped from.
    pub site: Option<String>,
    /// Category, from the page's metadata, breadcrumb, byline or footer, or from a dump's field.
    pub category: Option<String>,
    /// The title without its tag suffix.
    pub title: String,
    /// Whether the page states its title.
    pub title_origin: TitleOrigin,
    /// Tags named in the title line's suffix or prefix, in order.
    pub suffix_tags: Vec<String>,
    /// Who wrote the article. If no author is named, this is whoever translated or compiled the
    /// article, except in HTML pages whose article was extracted.
    pub author: Option<String>,
    /// Who translated or compiled the article.
    pub translator: Option<String>,
    /// Who edited the article.
    pub editor: Option<String>,
    /// The outlet that the article came from.
    pub source: Option<String>,
    /// When the article was published.
    pub date: Date,
    /// The body, without flash items and boilerplate.
    pub paragraphs: Vec<String>,
    /// The page's tags, one by one.
    pub tags: Vec<String>,
    /// The text of a Tags line without separators that could not be split into tags.
    pub unsplit_tags: Option<String>,
    /// The other articles that the footer links to.
    pub related: Vec<Related>,
    /// Ids of the flash items in the body, in order.
    pub flashes: Vec<String>,
    /// Address, if known.
    pub url: Option<String>,
}

/// One occurrence of a flash item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Occurrence {
    /// The file, as in [`Article::path`].
    pub path: String,
    /// The bytes of the item's paragraphs in that file.
    pub span: Span,
}

/// A variant of a flash item, as other pages write it. It differs only in what the fold ignores,
/// such as script, width and case, or in spaces.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Variant {
    /// Stable id of this variant; the articles that contain it refer to it in [`Article::flashes`].
    pub id: String,
    /// Column, as in this variant.
    pub column: Option<String>,
    /// Title, as in this variant.
    pub title: String,
    /// Text, as in this variant.
    pub text: String,
    /// Outlet, as in this variant.
    pub outlet: Option<String>,
    /// All occurrences of this variant; never empty.
    pub occurrences: Vec<Occurrence>,
}

/// One flash item (快訊). Equal items of many pages are one record, whatever their script.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FlashItem {
    /// Stable id: the one that a dump gives, otherwise `f` and 12 hexadecimal digits (16 if those
    /// 12 are taken), derived from folded title, folded text and date.
    pub id: String,
    /// Column such as 聲音 or 動態, where the item names one.
    pub column: Option<String>,
    /// Title, as in the first variant.
    pub title: String,
    /// Text, as in the first variant; paragraphs are joined by `\n`.
    pub text: String,
    /// When the item was published. An item in a page states its date or, rarely, has that of the
    /// page; a null date (such as 1900/1/1) counts as unknown.
    pub date: Date,
    /// The outlet named in parentheses at the end of the text. The text keeps the name, too.
    pub outlet: Option<String>,
    /// Tags; only records of dumps give them.
    pub tags: Vec<String>,
    /// Category; only records of dumps give it.
    pub category: Option<String>,
    /// Address; only records of dumps give it.
    pub url: Option<String>,
    /// All occurrences of the first variant, in the order of the walk; never empty.
    pub occurrences: Vec<Occurrence>,
    /// The other variants, in the order in which the walk first finds them.
    pub variants: Vec<Variant>,
}

impl FlashItem {
    /// All occurrences, of every variant.
    pub fn all_occurrences(&self) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().chain(self.variants.iter().flat_map(|variant| &variant.occurrences))
    }
}

/// One record of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// An article.
    Article(Article),
    /// A flash item.
    Flash(FlashItem),
}
