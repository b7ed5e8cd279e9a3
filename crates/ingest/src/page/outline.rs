//! The outline of a page: its lines, with header, body and footer.

use crate::corpus::statistics::CorpusStatistics;
use crate::flash::paragraph::Paragraph;
use crate::flash::stamp::ends_item;
use crate::page::boilerplate::is_boilerplate;
use crate::page::byline::Byline;
use crate::page::footer::{self, Footer, Tags};
use crate::page::header::{self, Header};
use crate::page::html::html_layout;
use crate::page::line::{Layout, Part, text_layout};
use crate::page::markdown::markdown_layout;
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
}

impl<'a> Outline<'a> {
    pub(crate) fn of(text: &'a str, markup: Markup) -> Self {
        Self::with_metadata(text, markup, Metadata::default())
    }

    /// The outline of a page whose metadata is known.
    pub(crate) fn with_metadata(text: &'a str, markup: Markup, metadata: Metadata) -> Self {
        let mut layout = match markup {
            Markup::Text => text_layout(text),
            Markup::Html => html_layout(text),
            Markup::Markdown => markdown_layout(text, metadata.title.as_deref()),
        };
        layout.mend();
        let header = header::read(&layout);
        let footer = footer::read(&layout.lines, header.body, header.category.as_deref());
        let mut outline = Self { layout, header, footer, bylines: 0 };
        let mut byline = Byline::default();
        let bylines = outline.paragraphs().take(BYLINES).take_while(|p| byline.take(p.text));
        outline.bylines = bylines.count();
        let header = &mut outline.header;
        header.translator = header.translator.take().or_else(|| byline.compiler.clone());
        header.source = header.source.take().or_else(|| byline.source.take());
        header.author = header.author.take().or_else(|| byline.author());
        header.replace_by(metadata);
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
