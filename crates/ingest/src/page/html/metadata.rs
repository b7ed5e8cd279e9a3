//! Reads the metadata of an HTML page: chooses a value for each field among what the parts of the
//! page (`meta` elements, JSON-LD, bylines, scripts) state.

use super::address::absolute;
use super::byline::{self, HtmlByline};
use super::date_pieces;
use super::date_precision::{self, stated_moment};
use super::json_ld::{self, JsonLd, OwnPage};
use super::lead;
use super::letters::letters_and_digits;
use super::lines::TextPiece;
use super::meta_names::{DATES, PUBLISHED, SCRIPT_DATES, SOURCES};
use super::non_text::non_text_lines;
use super::other_parts::OtherParts;
use super::script;
use super::stated_data::StatedData;
use super::title;
use super::whitespace::one_line;
use crate::fields::stated_date::is_null_date;
use crate::page::boilerplate::breadcrumb;
use crate::page::byline::Byline;
use crate::page::labels::Labels;
use crate::page::line::Layout;
use crate::page::metadata::Metadata;
use crate::page::names::is_outlet;
use crate::page::names::value::bare_name;
use crate::record::{DateOrigin, Moment};

/// How many of the first lines of the article can name the author.
pub(super) const LEAD_LINES: usize = 3;

/// The metadata of a page, and the lines that are not its text.
#[derive(Debug)]
pub(super) struct FoundMetadata {
    pub(super) metadata: Metadata,
    /// Lines that are not text, such as title and byline; see [`non_text_lines`].
    pub(super) non_text_lines: Vec<usize>,
    /// The text of the article in JSON-LD, which may be HTML.
    pub(super) body_in_json: Option<String>,
}

/// The parts of a page that can state metadata.
pub(super) struct Parts<'p> {
    pub(super) stated_data: &'p StatedData,
    pub(super) json: JsonLd,
    /// Those of [`StatedData::times`] that are not of other parts of the page.
    pub(super) times: Vec<&'p (String, bool)>,
    pub(super) byline: HtmlByline,
    /// What the first lines of the article, and those after a short one, say, read by the rules of
    /// text pages.
    pub(super) text_byline: Byline,
    pub(super) layout: &'p Layout<'p>,
    /// The whole page.
    pub(super) html: &'p str,
    /// The labels of bylines.
    pub(super) labels: &'p Labels,
    /// Names of the site, reduced to their [`letters_and_digits`].
    pub(super) site_names: Vec<String>,
}

/// Reads the metadata of a page. `is_article` says whether a line, given by its number, belongs to
/// the article, and `is_extracted` whether it belongs to the part of it that an extractor finds:
/// above that, a lead may stand above the byline.
pub(super) fn read(
    html: &str,
    layout: &Layout<'_>,
    mut pieces: Vec<TextPiece>,
    stated_data: &StatedData,
    labels: &Labels,
    is_article: &dyn Fn(usize) -> bool,
    is_extracted: &dyn Fn(usize) -> bool,
) -> FoundMetadata {
    let address = stated_data.canonical.as_deref().or_else(|| stated_data.content(&["og:url"]));
    let address = address.and_then(|address| absolute(address, stated_data.base.as_deref()));
    let own_page = OwnPage { address: address.as_deref(), title: layout.head_title.as_deref() };
    let mut json = json_ld::read(&stated_data.json_ld, own_page);
    let body_in_json = json.body.take();
    let site_names = site_names(stated_data, &json);
    let article_start = (0..layout.lines.len()).find(|&line| is_article(line));
    let title = title::read(layout, stated_data, &json, &site_names, article_start, is_article);
    let other_parts = OtherParts::find(&layout.lines, &pieces, &title, article_start, is_article);
    pieces.retain(|piece| !other_parts.has(piece.line));
    date_pieces::join(&mut pieces);
    let near = byline::lines_near(&layout.lines, &title, article_start, is_extracted);
    let byline = HtmlByline::near(&layout.lines, &pieces, &near, labels);
    let is_of_article = |line: &usize| {
        is_article(*line)
            && !other_parts.has(*line)
            && title.lines.binary_search(line).is_err()
            && !byline.lines.contains(line)
    };
    let text_of = |line: usize| &*layout.lines[line].text;
    let first_lines = (0..layout.lines.len()).filter(is_of_article).map(text_of);
    let after_text = near.after_text.filter(|line| !other_parts.has(*line)).map(text_of);
    let text_byline = lead::read(first_lines, after_text, labels);
    let times = stated_data.times.iter().zip(&stated_data.time_lines);
    let times = times.filter(|(_, line)| !other_parts.has(**line)).map(|(time, _)| time).collect();
    let lead: Vec<usize> =
        (0..layout.lines.len()).filter(|&l| is_article(l)).take(LEAD_LINES).collect();
    let parts =
        Parts { stated_data, json, times, byline, text_byline, layout, html, labels, site_names };
    let source = parts.source(&pieces);
    let date_of_text = || parts.text_byline.date().filter(|moment| !is_null_date(*moment));
    let date = parts.date(&pieces).or_else(|| Some((date_of_text()?, DateOrigin::Text)));
    let author = parts.author(&lead, source.as_deref());
    let on_one_line = |value: Option<String>| {
        value.map(|value| one_line(&value)).filter(|value| !value.is_empty())
    };
    let site = stated_data.content(&["og:site_name", "sitename", "application-name"]);
    let metadata = Metadata {
        author: on_one_line(author),
        translator: on_one_line(parts.byline.translator.clone()),
        editor: on_one_line(parts.byline.editor.clone()),
        unread_date: if date.is_none() { parts.unread_date() } else { None },
        date,
        site: on_one_line(site.map(str::to_owned)),
        category: on_one_line(parts.category()),
        url: on_one_line(parts.url()),
        tags: parts.tags(title.text.as_deref()),
        title: on_one_line(title.text.clone()),
        source: on_one_line(source),
    };
    let non_text_lines = non_text_lines(layout, &title, &parts.byline, labels, is_article);
    FoundMetadata { metadata, non_text_lines, body_in_json }
}

impl Parts<'_> {
    /// When the article was published, and which part states it: the first candidate that has a
    /// date. If that date has no time of day, a later candidate of the same day can add one. If no
    /// candidate has a date: a labelled date anywhere in the page, else a date in a script, else a
    /// labelled date of an update anywhere in the page.
    fn date(&self, pieces: &[TextPiece]) -> Option<(Moment, DateOrigin)> {
        let meta = |names: &[&str]| {
            names.iter().find_map(|name| self.stated_data.contents(name).find_map(stated_moment))
        };
        let times = || self.times.iter().copied();
        let marked_time = || {
            let mut marked = times().filter(|(_, is_marked)| *is_marked);
            marked.find_map(|(value, _)| stated_moment(value))
        };
        let any_time = || times().find_map(|(value, _)| stated_moment(value));
        let in_scripts = || {
            let scripts = &self.stated_data.scripts;
            let field = |name: &&str| script::value(self.html, scripts, name, stated_moment);
            // Other sites state the time under that name at which a user joined.
            let is_of_page = || {
                self.stated_data.account_element.is_some() || self.html.contains("var createTime")
            };
            let is_known = |name: &&&str| **name != "createTime" || is_of_page();
            SCRIPT_DATES.iter().filter(is_known).find_map(field)
        };
        let is_stated = |moment: &Moment| !is_null_date(*moment);
        let candidates: [(&dyn Fn() -> Option<Moment>, DateOrigin); 8] = [
            (&|| self.json.published, DateOrigin::JsonLd),
            (&|| meta(&PUBLISHED), DateOrigin::Meta),
            (&marked_time, DateOrigin::Markup),
            (&|| self.byline.date.filter(is_stated), DateOrigin::Text),
            (&|| meta(&DATES), DateOrigin::Meta),
            (&|| self.json.pub_date, DateOrigin::JsonLd),
            (&any_time, DateOrigin::Markup),
            (&|| self.byline.updated.filter(is_stated), DateOrigin::Text),
        ];
        let mut chosen: Option<(Moment, DateOrigin)> = None;
        for (candidate, origin) in candidates {
            match chosen {
                None => chosen = candidate().map(|moment| (moment, origin)),
                // A later statement can add the time to a day.
                Some((day, _)) => {
                    let refined = || candidate().and_then(|by| date_precision::refined(day, by));
                    if date_precision::lacks_time(day)
                        && let Some(moment) = refined()
                    {
                        return Some((moment, origin));
                    }
                }
            }
        }
        let text = |moment| (moment, DateOrigin::Text);
        let script = |moment| (moment, DateOrigin::Script);
        chosen.or_else(|| {
            let whole_page = self.byline_of_whole_page(pieces);
            let published = whole_page.labelled_date.filter(is_stated).map(text);
            published
                .or_else(|| in_scripts().map(script))
                .or_else(|| whole_page.labelled_update.filter(is_stated).map(text))
        })
    }

    /// What all short lines of the page say, not only those near the title. Of this, only values
    /// with a label are reliable.
    fn byline_of_whole_page(&self, pieces: &[TextPiece]) -> HtmlByline {
        let mut byline = HtmlByline::default();
        let lines = &self.layout.lines;
        byline.read(lines, pieces, 0..lines.len(), self.labels);
        byline
    }

    /// The first date that the head or the byline states in a form that is not understood.
    fn unread_date(&self) -> Option<String> {
        let meta = |names: &[&str]| {
            let mut values = names.iter().flat_map(|name| self.stated_data.contents(name));
            values.find(|value| byline::may_be_date(value)).map(one_line)
        };
        let mut marked = self.times.iter().filter(|(_, is_marked)| *is_marked);
        meta(&PUBLISHED)
            .or_else(|| Some(one_line(&marked.find(|(value, _)| byline::may_be_date(value))?.0)))
            .or_else(|| self.byline.unread_date.clone())
            .or_else(|| meta(&DATES))
            .or_else(|| self.text_byline.unread_date().map(str::to_owned))
    }

    /// The outlet that the byline names, or else a `meta` element, a label anywhere in the page, a
    /// script, or the dateline.
    fn source(&self, pieces: &[TextPiece]) -> Option<String> {
        let stated = |value: &str| Some(bare_name(value).to_owned()).filter(|name| is_outlet(name));
        let meta =
            || SOURCES.iter().find_map(|name| self.stated_data.contents(name).find_map(stated));
        let account = || {
            let element = self.html.get(self.stated_data.account_element?..)?;
            stated(element.split('<').next()?)
        };
        let in_scripts = || {
            script::value(self.html, &self.stated_data.scripts, "source", |value| {
                stated(value).filter(|value| !value.is_ascii())
            })
        };
        let HtmlByline { source, marked_source, .. } = &self.byline;
        source
            .clone()
            .or_else(|| marked_source.clone())
            .or_else(account)
            .or_else(meta)
            .or_else(|| self.byline_of_whole_page(pieces).source)
            .or_else(in_scripts)
            .or_else(|| self.text_byline.source.clone().filter(|name| is_outlet(name)))
    }

    fn category(&self) -> Option<String> {
        let in_breadcrumb =
            || self.layout.lines.iter().find_map(|line| breadcrumb(&line.text)).flatten();
        self.json
            .section
            .as_deref()
            .or_else(|| self.stated_data.content(&["article:section", "columnname"]))
            .or_else(in_breadcrumb)
            .map(str::to_owned)
    }
}

/// Names of the site, reduced to their [`letters_and_digits`].
fn site_names(stated_data: &StatedData, json: &JsonLd) -> Vec<String> {
    let names =
        ["og:site_name", "sitename", "application-name", "copyright", "dc.publisher", "publisher"];
    let stated = names.into_iter().flat_map(|name| stated_data.contents(name));
    stated
        .chain(json.publisher.as_deref())
        .map(|name| {
            letters_and_digits(name.trim_end_matches("版权所有").trim_end_matches("版權所有"))
        })
        .filter(|letters| !letters.is_empty())
        .collect()
}
