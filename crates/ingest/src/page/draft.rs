//! A page parsed as far as that is possible without the rest of the archive. The boundaries of
//! flash items, recurring lines and concatenated tags need corpus statistics; [`Draft::finish`]
//! deals with them.

use crate::corpus::statistics::CorpusStatistics;
use crate::date;
use crate::flash::boundary::BoundaryFinder;
use crate::flash::bracketed_title::find_items_with_bracketed_title;
use crate::flash::item::Item;
use crate::flash::messages::split_messages;
use crate::flash::paragraph::{Piece, split_at_dates};
use crate::flash::{items_of_messages, split_body};
use crate::page::outline::Outline;
use crate::page::page_words::page_words;
use crate::page::parsed::PageNotes;
use crate::page::tags_line::TagsLine;
use crate::record::{
    Article, Date, DateBasis, DateOrigin, DateProvenance, Moment, Related, TitleOrigin,
};
use crate::report::Unextracted;
use crate::tags;
use crate::text::char_boundary_before;
use crate::text::punctuation::is_colon;
use crate::title::{self, Title};

/// A date in the first paragraph counts as the article's only if the date begins within this many
/// characters.
const LEAD_CHARS: usize = 60;

/// A page as far as it is understood without corpus statistics. [`finish`](Self::finish) makes it
/// an [`Article`]. Strings are borrowed from the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Draft<'a> {
    pub(crate) site: Option<&'a str>,
    pub(crate) category: Option<&'a str>,
    /// `None` if the page lost its title.
    pub(crate) title: Option<&'a str>,
    /// The tags that the site added to the title.
    pub(crate) suffix_tags: Vec<&'a str>,
    pub(crate) author: Option<&'a str>,
    pub(crate) translator: Option<&'a str>,
    pub(crate) editor: Option<&'a str>,
    pub(crate) source: Option<&'a str>,
    pub(crate) url: Option<&'a str>,
    /// The page's own stated date.
    pub(crate) date: Option<(Moment, DateOrigin)>,
    /// A date that the page states in a form that could not be parsed, if it states no other date.
    pub(crate) unread_date: Option<&'a str>,
    /// Why an HTML page's whole text was kept instead of its article.
    pub(crate) unextracted: Option<Unextracted>,
    /// Tags that the page lists one by one.
    pub(crate) separate_tags: Vec<&'a str>,
    /// Tags of a Tags line without separators.
    pub(crate) concatenated_tags: Option<&'a str>,
    /// The title, without tag suffix, and the snippet of each article that the footer links to.
    pub(crate) related: Vec<(&'a str, &'a str)>,
    /// See [`PageNotes::mojibake_repaired`].
    pub(crate) mojibake_repaired: u32,
    /// See [`PageNotes::mojibake_kept`].
    pub(crate) mojibake_kept: Vec<(usize, usize)>,
    /// Whether the page consists of messages from a chat, each of which is a flash item.
    pub(crate) are_messages: bool,
    /// The body without bylines, split after each flash item.
    pub(crate) pieces: Vec<Piece<'a>>,
}

impl<'a> Draft<'a> {
    /// The draft of `text`, given its outline.
    pub(crate) fn of(text: &str, outline: &'a Outline<'a>) -> Self {
        let Outline { layout, header, footer, unextracted, .. } = outline;
        let title = header.title.as_deref().map(|line| header.split_title(line));
        let mut pieces = match &header.messages {
            Some(messages) => split_messages(outline.body(), *messages),
            None => pieces_of_body(outline, title),
        };
        // If a paragraph's text is not a slice of the page, its parts have estimated offsets, which
        // may fall inside a character.
        for piece in &mut pieces {
            let paragraph = &mut piece.paragraph;
            paragraph.start = char_boundary_before(text, paragraph.start);
            paragraph.end = char_boundary_before(text, paragraph.end);
        }
        let (separate_tags, concatenated_tags) = match &footer.tags {
            None => (Vec::new(), None),
            Some(TagsLine::Separate(separate_tags)) => {
                (separate_tags.iter().map(String::as_str).collect(), None)
            }
            Some(TagsLine::Concatenated(concatenated_tags)) => {
                (Vec::new(), Some(concatenated_tags.as_str()))
            }
        };
        let mut separate_tags: Vec<&str> = separate_tags;
        separate_tags.extend(header.tags.iter().map(String::as_str));
        let related = |stub: &'a crate::page::footer::Stub| {
            (Title::split(&stub.title).title, stub.snippet.as_str())
        };
        Self {
            site: header.site.as_deref(),
            category: header.category.as_deref().or(footer.category.as_deref()),
            title: title.as_ref().map(|title| title.title),
            suffix_tags: title.map_or_else(Vec::new, |title| title.tags().collect()),
            author: header.author.as_deref(),
            translator: header.translator.as_deref(),
            editor: header.editor.as_deref(),
            source: header.source.as_deref(),
            url: header.url.as_deref(),
            date: header.date,
            unread_date: header.unread_date.as_deref(),
            unextracted: *unextracted,
            separate_tags,
            concatenated_tags,
            related: footer.stubs.iter().map(related).collect(),
            mojibake_repaired: layout.mojibake_repaired,
            mojibake_kept: layout.mojibake_kept.clone(),
            are_messages: header.messages.is_some(),
            pieces,
        }
    }

    /// Completes the page with corpus statistics. Passes its flash items to `emit`, and returns its
    /// article, without id, path and span. `site` is the [key](crate::corpus::site::site_key) of
    /// its site.
    pub(crate) fn finish(
        self,
        site: u64,
        statistics: &CorpusStatistics,
        boundaries: &mut BoundaryFinder,
        emit: &mut dyn FnMut(Item<'a>),
    ) -> (Article, PageNotes) {
        let mut body = if self.are_messages {
            items_of_messages(&self.pieces)
        } else {
            split_body(&self.pieces, &statistics.contexts, boundaries)
        };
        let recurring = statistics.recurring_lines(site);
        let boilerplate_lines =
            recurring.map_or(0, |lines| lines.remove_from(&mut body.paragraphs));
        let (title, title_origin) = match self.title {
            Some(title) => (title, TitleOrigin::Stated),
            None => {
                let first = body.paragraphs.first().copied();
                let first = first.or_else(|| body.flashes.first().map(|flash| flash.title));
                (title::derived(first.unwrap_or_default()), TitleOrigin::Derived)
            }
        };
        let (tags, unsplit_tags) = self.tags(statistics);
        let related = |(title, snippet): (&str, &str)| Related {
            title: title.to_owned(),
            snippet: snippet.to_owned(),
        };
        let mut article = Article {
            site: self.site.map(str::to_owned),
            category: self.category.map(str::to_owned),
            title: title.to_owned(),
            title_origin,
            suffix_tags: owned(&self.suffix_tags),
            author: self.author.map(str::to_owned),
            translator: self.translator.map(str::to_owned),
            editor: self.editor.map(str::to_owned),
            source: self.source.map(str::to_owned),
            url: self.url.map(str::to_owned),
            paragraphs: owned(&body.paragraphs),
            tags,
            unsplit_tags,
            related: self.related.into_iter().map(related).collect(),
            ..Article::default()
        };
        article.date = best_date(&article, self.date, &body.flashes);
        body.flashes.into_iter().for_each(emit);
        let notes = PageNotes {
            unread_date: self.unread_date.map(str::to_owned),
            boilerplate_lines: boilerplate_lines as u32,
            unextracted: self.unextracted,
            mojibake_repaired: self.mojibake_repaired,
            mojibake_kept: self.mojibake_kept,
        };
        (article, notes)
    }

    /// The tags, and the line of concatenated tags if it cannot be split.
    fn tags(&self, statistics: &CorpusStatistics) -> (Vec<String>, Option<String>) {
        let mut separate_tags = owned(&self.separate_tags);
        let Some(line) = self.concatenated_tags else { return (separate_tags, None) };
        let Some(mut tags) = tags::split(line, &statistics.tags) else {
            return (separate_tags, Some(line.to_owned()));
        };
        // The tags of the header follow those of the line.
        separate_tags.retain(|tag| !tags.contains(tag));
        tags.append(&mut separate_tags);
        (tags, None)
    }
}

/// The pieces of the body of a page that has the title `title`.
fn pieces_of_body<'a>(outline: &'a Outline<'_>, title: Option<Title<'_>>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::with_capacity(outline.layout.lines.len());
    for paragraph in outline.body() {
        split_at_dates(paragraph, &mut pieces);
    }
    // An item at the top of the body without a date of its own gets that of the page, if the page
    // has no other title.
    let is_page_title = |item_title: &str| title.is_none_or(|title| title.title == item_title);
    let page_date = outline.header.date.map(|(moment, _)| moment);
    find_items_with_bracketed_title(&mut pieces, page_date, is_page_title);
    pieces
}

/// The stated date, or else the best date that can be inferred.
fn best_date(
    article: &Article,
    stated: Option<(Moment, DateOrigin)>,
    flashes: &[Item<'_>],
) -> Date {
    if let Some((moment, origin)) = stated {
        return Date { value: Some(moment), provenance: DateProvenance::Stated(origin) };
    }
    let inferred =
        |value, basis| Date { value: Some(value), provenance: DateProvenance::Inferred(basis) };
    let title = Some(&article.title).filter(|_| article.title_origin == TitleOrigin::Stated);
    let unlimited = usize::MAX;
    if let Some(moment) = title.and_then(|title| date::find_first(title, unlimited)) {
        return inferred(moment, DateBasis::Title);
    }
    if let Some(moment) = article.url.as_deref().and_then(date::in_address) {
        return inferred(moment, DateBasis::Url);
    }
    let lead = article.paragraphs.first().filter(|first| !begins_with_event(first));
    if let Some(moment) = lead.and_then(|first| date::find_first(first, LEAD_CHARS)) {
        return inferred(moment, DateBasis::Lead);
    }
    let newest = flashes.iter().filter_map(|flash| flash.date).max_by_key(|m| date::sort_key(*m));
    newest.map_or_else(Date::default, |moment| inferred(moment, DateBasis::NewestFlash))
}

/// Whether a paragraph begins with a label that says what its date is the date of, if not of the
/// publication, as in `講座時間：2021年6月18日`.
fn begins_with_event(paragraph: &str) -> bool {
    let is_end = |c: char| is_colon(c) || c.is_ascii_digit();
    let end = paragraph.char_indices().take(LEAD_CHARS).find(|(_, c)| is_end(*c));
    end.is_some_and(|(at, _)| page_words().is_event(&paragraph[..at]))
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::markup::Markup;
    use crate::page::metadata::Metadata;

    #[test]
    fn tags_of_the_header_are_added_to_those_of_a_concatenated_line() {
        let mut statistics = CorpusStatistics::default();
        for title in ["丁_比特幣:加密貨幣", "甲_FLOW:FLO"] {
            statistics.add_title(&Title::split(title));
        }
        statistics.finish();
        let text = "題目\n\nAuthor:\n\n正文一段。\n\nTags:比特幣FLOW加密貨幣FLO\n";
        // `FLO` is in the line, too.
        let tags = ["以太坊", "FLO"].map(str::to_owned).to_vec();
        let metadata = Metadata { tags, ..Metadata::default() };
        let outline = Outline::with_metadata(text, Markup::Text, metadata);
        let draft = Draft::of(text, &outline);
        assert_eq!(draft.concatenated_tags, Some("比特幣FLOW加密貨幣FLO"));
        let (site, mut boundaries) = (0, BoundaryFinder::new());
        let (article, _) = draft.finish(site, &statistics, &mut boundaries, &mut |_| {});
        assert_eq!(article.tags, ["比特幣", "FLOW", "加密貨幣", "FLO", "以太坊"]);
        assert_eq!(article.unsplit_tags, None);
    }
}
