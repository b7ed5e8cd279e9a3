//! One page of text or HTML, understood: the parts of the layout put together. Pure: no files, no state
//! but the evidence given.

use crate::byline::Byline;
use crate::date;
use crate::evidence::Evidence;
use crate::flash::{self, Item, PageFlash, Paragraph};
use crate::footer::{self, Footer, Tags};
use crate::furniture;
use crate::header::{self, Header};
use crate::html::{html_layout, looks_like_html};
use crate::line::{Layout, Part, text_layout};
use crate::record::{Date, DateProvenance, Evidence as Reason, Moment, Related, TitleOrigin};
use crate::stamp::ends_item;
use crate::tags;
use crate::title::{self, Title};

/// What a page's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Lines of text.
    Text,
    /// HTML.
    Html,
}

impl Markup {
    /// What a text looks like, whatever its file is called.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if looks_like_html(text) { Self::Html } else { Self::Text }
    }
}

/// A page, understood. All ranges are bytes of the text that was parsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Page {
    /// Name of the site.
    pub site: Option<String>,
    /// Category from breadcrumb or footer.
    pub category: Option<String>,
    /// The clean title.
    pub title: String,
    /// Whether the page has a title of its own.
    pub title_origin: TitleOrigin,
    /// Tags that the title line names.
    pub suffix_tags: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The outlet it came from.
    pub source: Option<String>,
    /// When it was published.
    pub date: Date,
    /// The body without flash items and furniture.
    pub paragraphs: Vec<String>,
    /// Tags, split.
    pub tags: Vec<String>,
    /// The Tags line, if it could not be split.
    pub unsplit_tags: Option<String>,
    /// Stubs of the footer.
    pub related: Vec<Related>,
    /// Flash items of the body, in order.
    pub flashes: Vec<PageFlash>,
    /// Paragraphs of mojibake that were read back.
    pub mojibake_repaired: u32,
    /// Ranges of those that could not be.
    pub mojibake_kept: Vec<(usize, usize)>,
}

/// How far into the first paragraph a date counts as the article's, in characters.
const LEAD: usize = 60;
/// How many lines of a body can be bylines.
const BYLINES: usize = 5;

/// Parses a page with what the archive says about itself.
#[must_use]
pub fn parse_page(text: &str, markup: Markup, evidence: &Evidence) -> Page {
    let mut flashes = Vec::new();
    let page = parse_apart(text, markup, evidence, &mut |item| flashes.push(item.into()));
    Page { flashes, ..page }
}

/// [`parse_page`] that leaves out the flash items: `give` is told of each.
pub(crate) fn parse_apart(
    text: &str,
    markup: Markup,
    evidence: &Evidence,
    give: &mut dyn FnMut(Item<'_>),
) -> Page {
    let outline = Outline::of(text, markup);
    let title_line = outline.header.title.as_deref().map(Title::split).unwrap_or_default();
    let mut byline = Byline::default();
    let mut paragraphs = outline.paragraphs();
    let bylines = paragraphs.iter().take(BYLINES).take_while(|p| byline.take(p.text)).count();
    let first_text = paragraphs.split_off(bylines);
    let mut body = flash::split(&first_text, evidence);
    // A part of a paragraph whose text is not the page's own bytes is placed by its length, so that it may
    // begin or end inside a character.
    for flash in &mut body.flashes {
        flash.start = boundary(text, flash.start);
        flash.end = boundary(text, flash.end);
    }

    let mut page = Page {
        suffix_tags: title_line.tags(),
        mojibake_repaired: outline.layout.repaired,
        mojibake_kept: outline.layout.kept.clone(),
        ..Page::default()
    };
    page.source = outline.header.source.clone().or_else(|| byline.source.clone());
    page.author = outline.header.author.clone().or_else(|| byline.author());
    (page.title, page.title_origin) = if outline.header.title.is_some() {
        (title_line.title.to_owned(), outline.header.title_origin)
    } else {
        let first = body.paragraphs.first().copied();
        let first = first.or_else(|| body.flashes.first().map(|flash| flash.title));
        (title::derived(first.unwrap_or_default()).to_owned(), TitleOrigin::Derived)
    };
    page.paragraphs = body.paragraphs.iter().map(|p| (*p).to_owned()).collect();
    page.date = page.when(outline.header.date, &body.flashes);
    body.flashes.into_iter().for_each(give);
    page.site = outline.header.site;
    page.category = outline.header.category.or(outline.footer.category);
    page.related = outline.footer.stubs.into_iter().map(related).collect();
    match outline.footer.tags {
        None => {}
        Some(Tags::Given(given)) => page.tags = given,
        Some(Tags::Glued(glued)) => match tags::split(&glued, &evidence.tags) {
            Some(split) => page.tags = split,
            None => page.unsplit_tags = Some(glued),
        },
    }
    page
}

/// The last character boundary that is not after byte `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Adds what a page says about the archive.
pub(crate) fn survey(text: &str, markup: Markup, evidence: &mut Evidence) {
    let outline = Outline::of(text, markup);
    let titles = outline.footer.stubs.iter().map(|stub| &stub.title);
    for line in outline.header.title.iter().chain(titles) {
        evidence.tags.see_title(&Title::split(line));
    }
    if let Some(Tags::Given(given)) = &outline.footer.tags {
        evidence.tags.see_given(given);
    }
    let paragraphs = outline.paragraphs();
    let mut from = 0;
    for (at, paragraph) in paragraphs.iter().enumerate() {
        if let Some(dated) = ends_item(paragraph.text) {
            evidence.see_item(dated, paragraphs[from..at].iter().rev().map(|p| p.text));
            from = at + 1;
        }
    }
}

/// A page's lines and where its parts begin.
struct Outline<'a> {
    layout: Layout<'a>,
    header: Header,
    footer: Footer,
}

impl<'a> Outline<'a> {
    fn of(text: &'a str, markup: Markup) -> Self {
        let mut layout = match markup {
            Markup::Text => text_layout(text),
            Markup::Html => html_layout(text),
        };
        layout.mend();
        let header = header::read(&layout);
        let footer = footer::read(&layout.lines, header.body, header.category.as_deref());
        Self { layout, header, footer }
    }

    /// The lines of the body, without advertisements and frames.
    fn paragraphs(&self) -> Vec<Paragraph<'_>> {
        let hole = self.footer.hole.map_or(0..0, |(from, to)| from..to);
        let end = self.footer.body.max(self.header.body);
        (self.header.body..end)
            .filter(|place| !hole.contains(place))
            .map(|place| &self.layout.lines[place])
            .filter(|line| line.part == Part::Main && !furniture::is_furniture(&line.text))
            .map(|line| Paragraph { text: &line.text, start: line.start, end: line.end })
            .collect()
    }
}

impl Page {
    /// The stated date, else what the page's evidence allows to infer.
    fn when(&self, stated: Option<Moment>, flashes: &[Item<'_>]) -> Date {
        if stated.is_some() {
            return Date { value: stated, provenance: DateProvenance::Stated };
        }
        let inferred = |value, reason| Date {
            value: Some(value),
            provenance: DateProvenance::Inferred(reason),
        };
        let title = Some(&self.title).filter(|_| self.title_origin == TitleOrigin::Stated);
        if let Some(moment) = title.and_then(|title| date::first_in(title, usize::MAX)) {
            return inferred(moment, Reason::Title);
        }
        let lead = self.paragraphs.first().and_then(|first| date::first_in(first, LEAD));
        if let Some(moment) = lead {
            return inferred(moment, Reason::Lead);
        }
        let newest = flashes.iter().filter_map(|flash| flash.date).max_by_key(|m| date::order(*m));
        newest.map_or_else(Date::default, |moment| inferred(moment, Reason::NewestFlash))
    }
}

fn related(stub: footer::Stub) -> Related {
    Related { title: Title::split(&stub.title).title.to_owned(), snippet: stub.snippet }
}
