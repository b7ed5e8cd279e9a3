//! Parses one page of text or HTML. Pure: depends only on the text and the corpus statistics.

pub(crate) mod boilerplate;
pub(crate) mod byline;
pub(crate) mod draft;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod html;
pub(crate) mod labels;
pub(crate) mod line;
pub(crate) mod title;

use crate::corpus::statistics::CorpusStatistics;
use crate::flash::boundary::BoundaryFinder;
use crate::flash::stamp::ends_item;
use crate::flash::{Item, PageFlash, Paragraph};
use crate::page::byline::Byline;
use crate::page::draft::Draft;
use crate::page::footer::{Footer, Tags};
use crate::page::header::Header;
use crate::page::html::{html_layout, is_html};
use crate::page::line::{Layout, Part, text_layout};
use crate::page::title::Title;
use crate::record::{Date, Related, TitleOrigin};

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
    /// Who wrote it.
    pub author: Option<String>,
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
    /// Number of repaired mojibake paragraphs.
    pub mojibake_repaired: u32,
    /// Ranges of mojibake that could not be repaired.
    pub mojibake_kept: Vec<(usize, usize)>,
}

/// How many of the first lines of a body can be bylines.
const BYLINES: usize = 5;

/// Parses a page, given the statistics of its archive.
#[must_use]
pub fn parse_page(text: &str, markup: Markup, statistics: &CorpusStatistics) -> Page {
    let mut flashes = Vec::new();
    let page =
        parse_without_flashes(text, markup, statistics, &mut |item| flashes.push(item.into()));
    Page { flashes, ..page }
}

/// [`parse_page`], but flash items go to `emit`.
pub(crate) fn parse_without_flashes(
    text: &str,
    markup: Markup,
    statistics: &CorpusStatistics,
    emit: &mut dyn FnMut(Item<'_>),
) -> Page {
    Draft::of(text, &Outline::of(text, markup)).finish(
        statistics,
        &mut BoundaryFinder::uncached(),
        emit,
    )
}

/// Adds a page to the statistics.
pub(crate) fn survey(text: &str, markup: Markup, statistics: &mut CorpusStatistics) {
    Outline::of(text, markup).survey(statistics);
}

/// A page's lines, and where header, body and footer begin.
pub(crate) struct Outline<'a> {
    pub(crate) layout: Layout<'a>,
    /// The header, completed by bylines of the body.
    pub(crate) header: Header,
    pub(crate) footer: Footer,
    /// How many paragraphs at the top of the body are bylines.
    pub(crate) bylines: usize,
}

impl<'a> Outline<'a> {
    pub(crate) fn of(text: &'a str, markup: Markup) -> Self {
        let mut layout = match markup {
            Markup::Text => text_layout(text),
            Markup::Html => html_layout(text),
        };
        layout.mend();
        let header = header::read(&layout);
        let footer = footer::read(&layout.lines, header.body, header.category.as_deref());
        let mut outline = Self { layout, header, footer, bylines: 0 };
        let mut byline = Byline::default();
        let bylines = outline.paragraphs().take(BYLINES).take_while(|p| byline.take(p.text));
        outline.bylines = bylines.count();
        let header = &mut outline.header;
        header.source = header.source.take().or_else(|| byline.source.take());
        header.author = header.author.take().or_else(|| byline.author());
        outline
    }

    /// The lines of the body, without boilerplate and frames.
    pub(crate) fn paragraphs(&self) -> impl DoubleEndedIterator<Item = Paragraph<'_>> {
        let tags_above_body = self.footer.tags_above_body.map_or(0..0, |(from, to)| from..to);
        let end = self.footer.body.max(self.header.body);
        (self.header.body..end)
            .filter(move |line_number| !tags_above_body.contains(line_number))
            .map(|line_number| &self.layout.lines[line_number])
            .filter(|line| line.part == Part::Main && !boilerplate::is_boilerplate(&line.text))
            .map(|line| Paragraph { text: &line.text, start: line.start, end: line.end })
    }

    /// Adds the page to the statistics.
    pub(crate) fn survey(&self, statistics: &mut CorpusStatistics) {
        let titles = self.footer.stubs.iter().map(|stub| &stub.title);
        for line in self.header.title.iter().chain(titles) {
            statistics.tags.add_title(&Title::split(line));
        }
        if let Some(Tags::Separate(given)) = &self.footer.tags {
            statistics.tags.add_separate_tags(given);
        }
        let paragraphs: Vec<Paragraph<'_>> = self.paragraphs().collect();
        let mut from = 0;
        for (at, paragraph) in paragraphs.iter().enumerate() {
            if let Some(dated) = ends_item(paragraph.text) {
                statistics.add_item(dated, paragraphs[from..at].iter().rev().map(|p| p.text));
                from = at + 1;
            }
        }
    }
}
