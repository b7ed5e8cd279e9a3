//! Parses one page of text or HTML. Pure: depends only on the text and the corpus statistics.

pub(crate) mod boilerplate;
pub(crate) mod byline;
pub(crate) mod draft;
pub(crate) mod footer;
pub(crate) mod front_matter;
pub(crate) mod header;
pub(crate) mod html;
pub(crate) mod labels;
pub(crate) mod line;
pub(crate) mod markdown;
pub(crate) mod markup;
pub(crate) mod metadata;
pub(crate) mod outline;
pub(crate) mod page_words;
pub(crate) mod parsed;
pub(crate) mod title;
pub(crate) mod title_line;

use crate::corpus::site::site_key;
use crate::corpus::statistics::CorpusStatistics;
use crate::encoding::entities::decode_entities;
use crate::flash::boundary::BoundaryFinder;
use crate::flash::item::{Item, PageFlash};
use crate::page::draft::Draft;
use crate::page::markup::Markup;
use crate::page::outline::Outline;
use crate::page::parsed::Page;

/// Parses a page, given the statistics of its archive. Character references in text are decoded.
#[must_use]
pub fn parse_page(text: &str, markup: Markup, statistics: &CorpusStatistics) -> Page {
    let decoded = if markup == Markup::Text { decode_entities(text) } else { None };
    let (source, edits) = match &decoded {
        Some((decoded, edits)) => (decoded.as_str(), Some(edits)),
        None => (text, None),
    };
    let mut flashes: Vec<PageFlash> = Vec::new();
    let mut page =
        parse_without_flashes(source, markup, statistics, &mut |item| flashes.push(item.into()));
    page.flashes = flashes;
    if let Some(edits) = edits {
        let ends = page.flashes.iter_mut().flat_map(|flash| [&mut flash.start, &mut flash.end]);
        let kept = page.mojibake_kept.iter_mut().flat_map(|(start, end)| [start, end]);
        ends.chain(kept).for_each(|offset| *offset = edits.source_of(*offset));
    }
    page
}

/// [`parse_page`], but flash items go to `emit`.
pub(crate) fn parse_without_flashes(
    text: &str,
    markup: Markup,
    statistics: &CorpusStatistics,
    emit: &mut dyn FnMut(Item<'_>),
) -> Page {
    let outline = Outline::of(text, markup);
    let draft = Draft::of(text, &outline);
    let site = site_key(draft.url, draft.site, "");
    draft.finish(site, statistics, &mut BoundaryFinder::uncached(), emit)
}

impl CorpusStatistics {
    /// Collects the statistics of some pages, each given as text and markup. Pages without an
    /// address or a site's name count as pages of one site.
    #[must_use]
    pub fn from_pages<'a>(pages: impl IntoIterator<Item = (&'a str, Markup)>) -> Self {
        let mut statistics = Self::default();
        for (text, markup) in pages {
            let outline = Outline::of(text, markup);
            outline.survey(&mut statistics);
            let draft = Draft::of(text, &outline);
            statistics.add_page(site_key(draft.url, draft.site, ""), &draft.pieces);
        }
        statistics.finish();
        statistics
    }
}
