//! Parses one page of text or HTML. Pure: depends only on the text and the corpus statistics.

pub(crate) mod boilerplate;
pub(crate) mod byline;
pub(crate) mod draft;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod html;
pub(crate) mod labels;
pub(crate) mod line;
pub(crate) mod markup;
pub(crate) mod metadata;
pub(crate) mod outline;
pub(crate) mod page_words;
pub(crate) mod parsed;
pub(crate) mod title;
pub(crate) mod title_line;

use crate::corpus::statistics::CorpusStatistics;
use crate::flash::boundary::BoundaryFinder;
use crate::flash::item::Item;
use crate::page::draft::Draft;
use crate::page::markup::Markup;
use crate::page::outline::Outline;
use crate::page::parsed::Page;

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

impl CorpusStatistics {
    /// Collects the statistics of some pages, each given as text and markup.
    #[must_use]
    pub fn from_pages<'a>(pages: impl IntoIterator<Item = (&'a str, Markup)>) -> Self {
        let mut statistics = Self::default();
        for (text, markup) in pages {
            Outline::of(text, markup).survey(&mut statistics);
        }
        statistics.finish();
        statistics
    }
}
