//! Reads HTML pages: lines with their offsets, the article among them, and what the page states
//! about itself.
//!
//! | module | what it does |
//! |---|---|
//! | `lines` | splits the page into lines, and collects pieces of text and their roles |
//! | `open_elements` | follows which elements are open: hidden text, roles, nesting |
//! | `stated_data` | collects `meta` elements, the canonical address, JSON-LD, scripts |
//! | `marked_data` | collects what attributes of elements in the text state, such as dates |
//! | `numbered_copy` | writes a copy of the page in which every line is numbered |
//! | `hidden` | shows hidden text, if a page has no other |
//! | `script_text` | finds the text of an article in scripts, if a page has no other |
//! | `script_record` | reads what the object around such a text states about it |
//! | `relaxed_json` | reads JSON that is not quite valid, and JavaScript's literals |
//! | `limits` | refuses pages that would cost too much time, memory or stack |
//! | `article` | finds the lines of the article with an extractor, and corrects what it finds |
//! | `other_boxes` | takes comments and lists of other articles out of what the extractor found |
//! | `beside_text` | adds leads and other paragraphs beside what the extractor found |
//! | `flash_lines` | adds the items of a list of flash items, with their dates |
//! | `nesting`, `line_view` | which elements the lines stand in; what rules ask about lines |
//! | `part_names` | recognises other parts of a page by their classes and ids |
//! | `non_text` | finds lines that are not text of the article: title, byline, recommendations |
//! | `metadata` | chooses among what the parts of the page state |
//! | `title`, `byline`, `tokens`, `json_ld`, `script` | read the parts for `metadata` |
//! | `shown_title` | finds the heading or line that shows the title, for `title` |
//! | `meta_names` | the names of the `meta` elements and fields that `metadata` reads |
//! | `other_parts` | finds lines of menus, comments and lists of other articles |
//! | `address`, `tags`, `date_pieces` | the page's address; its tags; dates in several elements |
//! | `author`, `lead` | choose the author; read how the article begins, for `metadata` |
//! | `names`, `date_precision` | tell names from other text; compare how precise dates are |
//! | `amount`, `letters` | measures how much text there is; what of a title is compared |
//! | `elements`, `footnote_marks`, `whitespace` | classes of elements; footnote marks; spaces |
//! | `family` | recognises the layout of the archive's own family of sites |
//!
//! The extractor returns text without offsets. So it gets a copy of the page in which each line
//! begins with a private-use character that stands for the line's number. The private-use
//! characters in the extractor's text name the lines of the article. Offsets are always those of
//! the original text.

mod address;
mod amount;
mod article;
mod author;
mod beside_text;
mod byline;
mod date_pieces;
mod date_precision;
mod elements;
mod family;
mod flash_lines;
mod footnote_marks;
mod hidden;
mod json_ld;
mod lead;
mod letters;
mod limits;
mod line_view;
mod lines;
mod marked_data;
mod meta_names;
mod metadata;
mod nesting;
mod non_text;
mod numbered_copy;
mod open_elements;
mod other_boxes;
mod other_parts;
mod part_names;
mod relaxed_json;
mod script;
mod script_record;
mod script_text;
mod shown_title;
mod stated_data;
mod tags;
mod title;
mod tokens;
mod whitespace;

use self::hidden::Hidden;
use self::script_record::ScriptRecord;
use crate::page::labels::Labels;
use crate::page::line::{Layout, Line};
use crate::page::metadata::Metadata;
use crate::report::Unextracted;

/// An HTML page.
pub(crate) struct Html {
    pub(crate) layout: Layout<'static>,
    /// What the page states about itself; empty for a page in the known layout.
    pub(crate) metadata: Metadata,
    pub(crate) body: HtmlBody,
}

/// Where the text of an HTML page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HtmlBody {
    /// The page has the known layout: header, body and footer are found by its rules.
    KnownLayout,
    /// The lines of the layout are the article, without title and byline.
    Article,
    /// The article was not found or not looked for, for this reason: all lines are kept.
    Unextracted(Unextracted),
}

/// Whether a text looks like HTML, whatever its file is called.
pub(crate) fn is_html(text: &str) -> bool {
    let head = text.trim_start_matches('\u{feff}').trim_start();
    if !head.starts_with('<') {
        return false;
    }
    let sample: String = head.chars().take(512).collect::<String>().to_ascii_lowercase();
    sample.starts_with("<!doctype html")
        || sample.starts_with("<html")
        || sample.starts_with("<?xml") && sample.contains("<html")
        || ["<head", "<body", "<div", "<p>", "<h1", "<meta", "<article", "<!--"]
            .iter()
            .any(|tag| sample.starts_with(tag))
}

/// Reads an HTML page, with these labels of bylines. If the page shows no article, or one that is
/// short, the text is read that stands in its scripts or is hidden.
pub(crate) fn read(text: &str, labels: &Labels) -> Html {
    let seen =
        hidden::may_seem_hidden(text).then(|| hidden::show(text, Hidden::Apparently)).flatten();
    let text = seen.as_ref().map_or(text, |page| &page.text);
    let visible = Reading::of(text, labels);
    let may_have_other_text = match visible.html.body {
        HtmlBody::KnownLayout => false,
        HtmlBody::Article => true,
        HtmlBody::Unextracted(reason) => !reason.is_by_limits(),
    };
    if !may_have_other_text {
        return visible.html;
    }
    if let Some(article) = visible.article_in_scripts(text) {
        return visible.with_article(article, text.len());
    }
    if visible.amount >= WHOLE_ARTICLE {
        return visible.html;
    }
    let laid_out = revealed(text, labels, Hidden::LaidOut, &visible);
    let all = || {
        let is_empty = visible.amount == 0;
        is_empty.then(|| revealed(text, labels, Hidden::All, &visible)).flatten()
    };
    laid_out.or_else(all).unwrap_or(visible.html)
}

/// An article with this [`amount`](amount::amount) of text is taken for whole: no hidden text is
/// looked for.
const WHOLE_ARTICLE: usize = 300;

/// The page with its hidden text shown, if that has an article that is clearly longer than what the
/// page shows. Menus, messages and descriptions of images are hidden, too, and are shorter.
fn revealed(text: &str, labels: &Labels, hidden: Hidden, visible: &Reading) -> Option<Html> {
    let is_article = visible.html.body == HtmlBody::Article;
    // Text that is hidden in its place counts in `visible.amount` if no article was found.
    let (min_hidden, min_amount) = match (hidden, visible.amount) {
        (Hidden::All, _) => (script_text::MIN_AMOUNT, script_text::MIN_AMOUNT),
        (_, 0) => (0, 0),
        (_, amount) if is_article => (2 * amount, 2 * amount),
        (_, amount) => (script_text::MIN_AMOUNT, amount / 2),
    };
    let page = hidden::show(text, hidden).filter(|page| page.amount > min_hidden)?;
    let reading = Reading::of(&page.text, labels);
    let is_found = reading.html.body == HtmlBody::Article || visible.amount == 0;
    (is_found && reading.amount > min_amount).then_some(reading.html)
}

/// A page as one reading finds it.
struct Reading {
    html: Html,
    /// The [`amount`](amount::amount) of text that it gives the body, without links.
    amount: usize,
    /// The amount of this that is prose.
    prose: usize,
    /// The text of the article in JSON-LD.
    body_in_json: Option<String>,
    /// Byte ranges of scripts.
    scripts: Vec<(usize, usize)>,
}

impl Reading {
    fn of(text: &str, labels: &Labels) -> Self {
        let mut page = lines::read(text);
        let mut layout = page.layout;
        layout.repair_mojibake(text.len());
        layout.add_mojibake(page.stated_data.repair_mojibake(), text.len());
        if family::is_known_layout(&layout.lines) {
            let metadata = Metadata::default();
            let html = Html { layout, metadata, body: HtmlBody::KnownLayout };
            return Self { html, amount: 0, prose: 0, body_in_json: None, scripts: Vec::new() };
        }
        let article = match page.copy {
            Ok(copy) => article::find(copy, &mut layout, &page.nesting, &page.stated_data),
            Err(refused) => Err(refused),
        };
        let is_article = |line: usize| article.as_ref().is_ok_and(|found| found.kept[line]);
        let is_extracted = |line: usize| article.as_ref().is_ok_and(|found| found.extracted[line]);
        let stated_data = page.stated_data;
        let mut found = metadata::read(
            text,
            &layout,
            page.pieces,
            &stated_data,
            labels,
            &is_article,
            &is_extracted,
        );
        if let Ok(article) = &article {
            let dates = &article.dates_of_flashes;
            found.non_text_lines.retain(|line| dates.binary_search(line).is_err());
        }
        let mut dropped: Vec<bool> = match &article {
            Ok(article) => article.kept.iter().map(|kept| !kept).collect(),
            Err(_) => vec![false; layout.lines.len()],
        };
        found.non_text_lines.iter().for_each(|line| dropped[*line] = true);
        let of_body = || layout.lines.iter().zip(&dropped).filter(|(_, dropped)| !**dropped);
        let total = |is_counted: fn(&Line<'_>) -> bool| -> usize {
            let counted = of_body().filter(|(line, _)| is_counted(line));
            counted.map(|(line, _)| amount::amount(&line.text)).sum()
        };
        let amount = total(|line| !amount::is_links_only(line));
        let prose = total(amount::is_prose);
        let has_body = of_body().next().is_some();
        let body = match article {
            Ok(_) if has_body => HtmlBody::Article,
            Err(refused) if refused.is_by_limits() || has_body => HtmlBody::Unextracted(refused),
            // All that was found is title and byline: there may be text around them.
            _ => HtmlBody::Unextracted(reason_without_text(
                text,
                &layout.lines,
                &found.non_text_lines,
                &stated_data.scripts,
            )),
        };
        if body == HtmlBody::Article {
            layout.lines = article::join_table_rows(layout.lines, &page.continues_row, &dropped);
        }
        let html = Html { layout, metadata: found.metadata, body };
        let body_in_json = found.body_in_json;
        Self { html, amount, prose, body_in_json, scripts: stated_data.scripts }
    }

    /// The article in the scripts, if the page itself shows no prose and less text or, beside a
    /// whole article in JSON-LD, little prose.
    fn article_in_scripts(&self, text: &str) -> Option<ArticleInScript> {
        let in_json = || {
            let size = amount::amount_without_tags(self.body_in_json.as_deref()?);
            let body = self.body_in_json.clone().filter(|_| size > 4 * self.prose)?;
            let lines = script_text::in_json_ld(text, body).lines()?;
            Some(ArticleInScript { lines, record: None })
        };
        let in_script = || {
            let found = script_text::find(text, &self.scripts)?;
            let lines = found.lines()?;
            let size: usize = lines.iter().map(|line| amount::amount(&line.text)).sum();
            if size <= 2 * self.amount {
                return None;
            }
            let is_around =
                |(start, end): &&(usize, usize)| *start <= found.start && found.end <= *end;
            let (start, end) = self.scripts.iter().find(is_around)?;
            let record = script_record::around(text.get(*start..*end)?, found.start - start);
            Some(ArticleInScript { lines, record })
        };
        in_json().or_else(|| if self.prose == 0 { in_script() } else { None })
    }

    /// The page with this article.
    fn with_article(self, article: ArticleInScript, page_bytes: usize) -> Html {
        let Html { mut layout, mut metadata, .. } = self.html;
        layout.lines = article.lines;
        if let Some(record) = article.record {
            record.add_to(&mut metadata);
        }
        layout.repair_mojibake(page_bytes);
        Html { layout, metadata, body: HtmlBody::Article }
    }
}

/// An article that stands in a script.
struct ArticleInScript {
    lines: Vec<Line<'static>>,
    /// What the object around its text states.
    record: Option<ScriptRecord>,
}

/// Why a page has no article whose article, if one was found, is only title and byline
/// (`non_text_lines`).
fn reason_without_text(
    text: &str,
    lines: &[Line<'_>],
    non_text_lines: &[usize],
    scripts: &[(usize, usize)],
) -> Unextracted {
    let mut is_text = vec![true; lines.len()];
    non_text_lines.iter().for_each(|line| is_text[*line] = false);
    if is_text.contains(&true) {
        Unextracted::NoArticle
    } else if script_text::have_text(text, scripts) {
        Unextracted::OnlyInScripts
    } else {
        Unextracted::NoText
    }
}

/// The lines of an HTML page.
pub(crate) fn html_layout(text: &str) -> Layout<'static> {
    lines::read(text).layout
}
