//! Parses one page of text, HTML or Markdown. The result depends only on the text and the corpus
//! statistics. [`CorpusStatistics::from_pages`] is here, too, because it parses the pages.

pub(crate) mod boilerplate;
pub(crate) mod byline;
pub(crate) mod draft;
pub(crate) mod footer;
pub(crate) mod front_matter;
mod head_title;
pub(crate) mod header;
pub(crate) mod html;
mod label_forms;
pub(crate) mod labels;
pub(crate) mod line;
pub(crate) mod markdown;
pub(crate) mod markup;
pub(crate) mod metadata;
pub(crate) mod names;
pub(crate) mod outline;
pub(crate) mod page_words;
pub(crate) mod parsed;
mod record;
mod record_fields;
pub(crate) mod tags_line;
mod text_browser;
pub(crate) mod title_line;

use crate::corpus::site::site_key;
use crate::corpus::statistics::CorpusStatistics;
use crate::encoding::entities::decode_entities;
use crate::flash::boundary::BoundaryFinder;
use crate::flash::item::Item;
use crate::page::draft::Draft;
use crate::page::markup::Markup;
use crate::page::outline::Outline;
use crate::page::parsed::{Page, PageNotes};
use crate::record::{Article, Occurrence, Span};

/// Parses a page, given the statistics of its archive. Character references such as `&amp;` are
/// decoded in plain text as in HTML.
#[must_use]
pub fn parse_page(text: &str, markup: Markup, statistics: &CorpusStatistics) -> Page {
    let decoded = if markup == Markup::Text { decode_entities(text) } else { None };
    let (parsed_text, edits) = match &decoded {
        Some((decoded, edits)) => (decoded.as_str(), Some(edits)),
        None => (text, None),
    };
    // The offset in `text` of an offset in `parsed_text`.
    let original_of = |at: usize| edits.map_or(at, |edits| edits.original_of(at)) as u64;
    let mut flashes = Vec::new();
    let (article, mut notes) =
        parse_emitting_flashes(parsed_text, markup, statistics, &mut |item| {
            let mut flash = item.to_flash(item.text());
            let span = Span { start: original_of(item.start), end: original_of(item.end) };
            flash.occurrences.push(Occurrence { path: String::new(), span });
            flashes.push(flash);
        });
    let offsets = notes.mojibake_kept.iter_mut().flat_map(|(start, end)| [start, end]);
    offsets.for_each(|offset| *offset = original_of(*offset) as usize);
    let span = Span { start: 0, end: text.len() as u64 };
    Page { article: Article { span, ..article }, flashes, notes }
}

/// Parses a page as [`parse_page`] does, but passes its flash items to `emit`, and decodes no
/// character references in plain text. The article has no span.
pub(crate) fn parse_emitting_flashes(
    text: &str,
    markup: Markup,
    statistics: &CorpusStatistics,
    emit: &mut dyn FnMut(Item<'_>),
) -> (Article, PageNotes) {
    let outline = Outline::of(text, markup);
    let draft = Draft::of(text, &outline);
    // A page that is parsed by itself has no path.
    let path = "";
    let site = site_key(draft.url, draft.site, path);
    draft.finish(site, statistics, &mut BoundaryFinder::uncached(), emit)
}

impl CorpusStatistics {
    /// Collects the statistics of some pages, each given as text and markup. Pages with
    /// neither an address nor a site's name count as pages of one site.
    #[must_use]
    pub fn from_pages<'a>(pages: impl IntoIterator<Item = (&'a str, Markup)>) -> Self {
        let mut statistics = Self::default();
        for (text, markup) in pages {
            let outline = Outline::of(text, markup);
            outline.survey(&mut statistics);
            let draft = Draft::of(text, &outline);
            let path = "";
            statistics.add_page(site_key(draft.url, draft.site, path), &draft.pieces);
        }
        statistics.finish();
        statistics
    }
}
