//! Reads HTML pages: lines with their offsets, the article among them, and what the page states
//! about itself.
//!
//! | module | what it does |
//! |---|---|
//! | `lines` | splits the page into lines, and collects pieces of text and their roles |
//! | `open_elements` | follows which elements are open: hidden text, roles, nesting |
//! | `stated_data` | collects `meta` elements, the canonical address, dates, JSON-LD, scripts |
//! | `numbered_copy` | writes a copy of the page in which every line is numbered |
//! | `limits` | refuses pages that would cost too much time, memory or stack |
//! | `article` | finds the lines of the article with an extractor |
//! | `non_text` | finds lines that are not text of the article: title, byline, recommendations |
//! | `metadata` | chooses among what the parts of the page state |
//! | `title`, `byline`, `tokens`, `json_ld`, `script` | read the parts for `metadata` |
//! | `meta_names` | the names of the `meta` elements and fields that `metadata` reads |
//! | `names`, `date_precision` | tell names from other text; compare how precise dates are |
//! | `elements`, `footnote_marks`, `whitespace` | classes of elements; footnote marks; spaces |
//! | `family` | recognises the layout of the archive's own family of sites |
//!
//! The extractor returns text without offsets. So it gets a copy of the page in which each line
//! begins with a private-use character that stands for the line's number. The private-use
//! characters in the extractor's text name the lines of the article. Offsets are always those of
//! the original text.

mod article;
mod byline;
mod date_precision;
mod elements;
mod family;
mod footnote_marks;
mod json_ld;
mod limits;
mod lines;
mod meta_names;
mod metadata;
mod names;
mod non_text;
mod numbered_copy;
mod open_elements;
mod script;
mod stated_data;
mod title;
mod tokens;
mod whitespace;

use crate::page::labels::Labels;
use crate::page::line::Layout;
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

/// Reads an HTML page, with these labels of bylines.
pub(crate) fn read(text: &str, labels: &Labels) -> Html {
    let mut page = lines::read(text);
    let mut layout = page.layout;
    layout.repair_mojibake(text.len());
    layout.add_mojibake(page.stated_data.repair_mojibake(), text.len());
    if family::is_known_layout(&layout.lines) {
        return Html { layout, metadata: Metadata::default(), body: HtmlBody::KnownLayout };
    }
    let article = match page.copy {
        Ok(copy) => article::lines_of_article(copy, layout.lines.len()),
        Err(refused) => Err(refused),
    };
    let is_article = |line: usize| article.as_ref().is_ok_and(|kept| kept[line]);
    let found = metadata::read(text, &layout, &page.pieces, &page.stated_data, labels, &is_article);
    let body = match article {
        Ok(kept) => {
            let mut dropped: Vec<bool> = kept.iter().map(|kept| !kept).collect();
            found.non_text_lines.iter().for_each(|line| dropped[*line] = true);
            layout.lines = article::join_table_rows(layout.lines, &page.continues_row, &dropped);
            HtmlBody::Article
        }
        Err(refused) => HtmlBody::Unextracted(refused),
    };
    Html { layout, metadata: found.metadata, body }
}

/// The lines of an HTML page.
pub(crate) fn html_layout(text: &str) -> Layout<'static> {
    lines::read(text).layout
}
