//! The outline of a page: its lines, with header, body and footer.

use crate::corpus::statistics::CorpusStatistics;
use crate::flash::paragraph::Paragraph;
use crate::flash::stamp::ends_item;
use crate::page::boilerplate::is_boilerplate;
use crate::page::byline::Byline;
use crate::page::footer::{self, Footer, Tags};
use crate::page::header::{self, Header};
use crate::page::html::{self, Body, Html, Unextracted};
use crate::page::line::{Layout, Part, text_layout};
use crate::page::markup::Markup;
use crate::page::metadata::Metadata;
use crate::page::title::Title;

/// How many of the first lines of a body can be bylines.
const BYLINES: usize = 5;

/// A page's lines, and where header, body and footer begin.
pub(crate) struct Outline<'a> {
    pub(crate) layout: Layout<'a>,
    /// The header, completed by bylines of the body.
    pub(crate) header: Header,
    pub(crate) footer: Footer,
    /// How many paragraphs at the top of the body are bylines.
    pub(crate) bylines: usize,
    /// Why an HTML page's whole text was kept instead of its article.
    pub(crate) unextracted: Option<Unextracted>,
}

impl<'a> Outline<'a> {
    pub(crate) fn of(text: &'a str, markup: Markup) -> Self {
        Self::with_metadata(text, markup, Metadata::default())
    }

    /// The outline of a page whose metadata is known.
    pub(crate) fn with_metadata(text: &'a str, markup: Markup, metadata: Metadata) -> Self {
        match markup {
            Markup::Text => {
                let mut layout = text_layout(text);
                layout.mend();
                Self::of_layout(layout, [metadata])
            }
            Markup::Html => Self::of_html(html::read(text), metadata),
        }
    }

    fn of_html(page: Html, metadata: Metadata) -> Self {
        let Html { layout, metadata: stated, body } = page;
        match body {
            Body::KnownLayout => Self::of_layout(layout, [metadata]),
            Body::Article => {
                let footer = Footer { body: layout.lines.len(), ..Footer::default() };
                let mut header = Header::default();
                header.replace_by(stated);
                header.replace_by(metadata);
                Self { layout, header, footer, bylines: 0, unextracted: None }
            }
            Body::Unextracted(reason) => {
                let outline = Self::of_layout(layout, [stated, metadata]);
                Self { unextracted: Some(reason), ..outline }
            }
        }
    }

    /// The outline of lines in the known layout, or in none. Metadata replaces what the lines show.
    fn of_layout<const N: usize>(layout: Layout<'a>, metadata: [Metadata; N]) -> Self {
        let header = header::read(&layout);
        let footer = footer::read(&layout.lines, header.body, header.category.as_deref());
        let mut outline = Self { layout, header, footer, bylines: 0, unextracted: None };
        let mut byline = Byline::default();
        let bylines = outline.paragraphs().take(BYLINES).take_while(|p| byline.take(p.text));
        outline.bylines = bylines.count();
        let header = &mut outline.header;
        header.translator = header.translator.take().or_else(|| byline.compiler.clone());
        header.source = header.source.take().or_else(|| byline.source.take());
        header.author = header.author.take().or_else(|| byline.author());
        metadata.into_iter().for_each(|metadata| header.replace_by(metadata));
        outline
    }

    /// The lines of the body, without boilerplate and frames.
    pub(crate) fn paragraphs(&self) -> impl DoubleEndedIterator<Item = Paragraph<'_>> {
        let tags_above_body = self.footer.tags_above_body.map_or(0..0, |(from, to)| from..to);
        let end = self.footer.body.max(self.header.body);
        (self.header.body..end)
            .filter(move |line_number| !tags_above_body.contains(line_number))
            .map(|line_number| &self.layout.lines[line_number])
            .filter(|line| line.part == Part::Main && !is_boilerplate(&line.text))
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
