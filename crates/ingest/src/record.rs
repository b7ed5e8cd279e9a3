//! What an archive is made of once it has been read: articles, flash items, and where they stood.
//!
//! Every string of a record is exactly what stands in the page: nothing is folded, trimmed inside
//! or converted. Folding is the business of `wensou-text`, and happens when a record is indexed.

use jiff::civil::{Date as Day, DateTime};
use serde::{Deserialize, Serialize};

/// A byte range in the original file, before decoding: `start` included, `end` excluded.
///
/// Of a page it covers the whole page, of a flash item the paragraphs that it stands in, of a
/// JSONL record its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

/// When a record was published, in the archive's own civil time, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Date {
    /// The moment, or the day where the page says no more; `None` if there is no evidence.
    pub value: Option<Moment>,
    /// How the value is known.
    pub provenance: DateProvenance,
}

/// A civil time to the precision that the page gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moment {
    /// Only the day is known.
    Day(Day),
    /// The time of day is known too.
    Time(DateTime),
}

/// How a [`Date`] is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DateProvenance {
    /// The page states it of this very record.
    Stated,
    /// Derived from other evidence in the page.
    Inferred(DateBasis),
    /// Not known. The archive's null date, 1900/1/1, is this and never a date.
    #[default]
    None,
}

/// What an inferred date was derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateBasis {
    /// The newest flash item embedded in the page: the page is at least that new.
    NewestFlash,
    /// A full date in the title.
    Title,
    /// A full date in the first paragraphs.
    Lead,
}

/// Where an article's title came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TitleOrigin {
    /// The page has a title line.
    #[default]
    Stated,
    /// The page lost its title: this is the beginning of its first paragraph.
    Derived,
}

/// A link to another article from a page's footer. Kept, but never searched as this page's text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Related {
    /// The other article's title, without its tail of tags.
    pub title: String,
    /// The beginning of the other article's text, as the stub gives it.
    pub snippet: String,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Article {
    /// Stable name: the record's own in JSONL, else `a` and 12 hexadecimal digits made from the path.
    pub id: String,
    /// The file, as the input was named on the command line joined with the path below it.
    pub path: String,
    /// Where in the file.
    pub span: Span,
    /// Name of the site that the page was scraped from.
    pub site: Option<String>,
    /// Category from the breadcrumb or the footer.
    pub category: Option<String>,
    /// The clean title, without its tail of tags.
    pub title: String,
    /// Whether the page has a title of its own.
    pub title_origin: TitleOrigin,
    /// Tags named by the title's tail (or head), in order.
    pub suffix_tags: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The outlet that it came from.
    pub source: Option<String>,
    /// When it was published.
    pub date: Date,
    /// The body, without flash items and boilerplate.
    pub paragraphs: Vec<String>,
    /// Tags, split.
    pub tags: Vec<String>,
    /// What of the Tags line could not be split, if anything.
    pub unsplit_tags: Option<String>,
    /// Links of the footer.
    pub related: Vec<Related>,
    /// Ids of the flash items that stand in the body, in order.
    pub flashes: Vec<String>,
    /// Address, where a record gives one.
    pub url: Option<String>,
}

/// One place where a flash item stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Occurrence {
    /// The file, as in [`Article::path`].
    pub path: String,
    /// The bytes of the item's paragraphs in that file.
    pub span: Span,
}

/// The same flash item as other pages write it: in the other script, with other punctuation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Variant {
    /// Stable name of this writing; [`Article::flashes`] of its pages names it.
    pub id: String,
    /// Column, as this writing has it.
    pub column: Option<String>,
    /// Title, as this writing has it.
    pub title: String,
    /// Text, as this writing has it.
    pub text: String,
    /// Outlet, as this writing has it.
    pub outlet: Option<String>,
    /// Every place where this writing stands; never empty.
    pub occurrences: Vec<Occurrence>,
}

/// One flash item (快訊). The same item in many pages is one record, whatever script they are in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FlashItem {
    /// Stable name: the record's own in JSONL, else `f` and 12 hexadecimal digits made from the
    /// folded title and text and the date.
    pub id: String,
    /// Column such as 聲音 or 動態, where the item names one.
    pub column: Option<String>,
    /// Title.
    pub title: String,
    /// Text; paragraphs are joined by `\n`.
    pub text: String,
    /// When it was published; items in pages always state it.
    pub date: Date,
    /// The outlet named in parentheses at the end of the text. It stays in the text, too.
    pub outlet: Option<String>,
    /// Tags; only JSONL records give them.
    pub tags: Vec<String>,
    /// Category; only JSONL records give it.
    pub category: Option<String>,
    /// Address; only JSONL records give it.
    pub url: Option<String>,
    /// Every place where it stands in this writing, in the order of the walk; never empty.
    pub occurrences: Vec<Occurrence>,
    /// The other writings, in the order first seen.
    pub variants: Vec<Variant>,
}

impl FlashItem {
    /// Every place where it stands, in whichever writing.
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
