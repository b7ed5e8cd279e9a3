//! Finds the lines that are not text of the article: title, byline, tags, breadcrumbs,
//! recommendations.

use super::amount::is_links_only;
use super::byline::{HtmlByline, is_long};
use super::tags::has_labelled_tags;
use super::title::HtmlTitle;
use crate::page::boilerplate::breadcrumb;
use crate::page::byline;
use crate::page::labels::Labels;
use crate::page::line::{Layout, Line};
use crate::page::page_words::page_words;
use crate::text::punctuation::is_sentence_end;

/// Lines that are not the article's text: title and byline wherever they stand; and, among the
/// lines of the article, tags, breadcrumbs, further bylines and buttons outside of the text, and a
/// list of links at the end.
pub(super) fn non_text_lines(
    layout: &Layout<'_>,
    title: &HtmlTitle,
    byline: &HtmlByline,
    labels: &Labels,
    is_article: &dyn Fn(usize) -> bool,
) -> Vec<usize> {
    let lines = &layout.lines;
    let mut non_text_lines = title.lines.clone();
    non_text_lines.extend(&byline.lines);
    let of_article: Vec<usize> = (0..lines.len()).filter(|&line| is_article(line)).collect();
    let is_long_text = |line: &&usize| {
        let line = &lines[**line];
        is_long(line) && !is_links_only(line)
    };
    let first = of_article.iter().find(is_long_text).copied().unwrap_or(lines.len());
    let last = of_article.iter().rev().find(is_long_text).copied().unwrap_or(0);
    let ends_paragraph = |line: &&usize| {
        let line = &lines[**line];
        is_paragraph(line) && !is_button_or_imprint(line)
    };
    let first_paragraph = of_article.iter().find(ends_paragraph).copied().unwrap_or(lines.len());
    let last_paragraph = of_article.iter().rfind(ends_paragraph).copied().unwrap_or(0);
    non_text_lines.extend(of_article.iter().copied().filter(|&number| {
        let line = &lines[number];
        let is_outside_text = number < first || number > last;
        !is_long(line)
            && (is_line_of_tags(line)
                || breadcrumb(&line.text).is_some()
                || is_outside_text && is_byline(&line.text, labels)
                || (number < first_paragraph || number > last_paragraph)
                    && is_button_or_imprint(line))
    }));
    non_text_lines.extend(links_at_end(lines, &of_article));
    non_text_lines
}

/// Whether a line is a byline and nothing else.
fn is_byline(line: &str, labels: &Labels) -> bool {
    byline::read(line, labels).is_some_and(|reading| reading.is_whole)
}

/// The lines after the last paragraph of the article, if at least two, and at least a third, of
/// them are only links: recommendations.
fn links_at_end(lines: &[Line<'_>], of_article: &[usize]) -> Vec<usize> {
    let last = of_article.iter().rposition(|line| is_paragraph(&lines[*line]));
    let end = last.map_or(&[][..], |last| &of_article[last + 1..]);
    let links = end.iter().filter(|line| is_links_only(&lines[**line])).count();
    if links >= 2 && links * 3 >= end.len() { end.to_vec() } else { Vec::new() }
}

/// Whether a line is long or ends as a paragraph does, and is not only links.
fn is_paragraph(line: &Line<'_>) -> bool {
    !is_links_only(line) && (is_long(line) || line.text.ends_with(may_end_paragraph))
}

/// Whether a line beside the paragraphs has only buttons, or says whose the site is.
fn is_button_or_imprint(line: &Line<'_>) -> bool {
    let is_imprint = || ["©", "Copyright", "Powered by"].iter().any(|w| line.text.starts_with(w));
    line.heading == 0 && (page_words().is_button_line(&line.text) || is_imprint())
}

/// Whether a paragraph may end with a character: a mark that ends a sentence, a closing quote or
/// bracket, or a colon.
fn may_end_paragraph(c: char) -> bool {
    is_sentence_end(c) || matches!(c, '”' | '」' | '…' | '）' | ')' | ':' | '：')
}

/// Whether a line consists of links to tags; or begins with a label of tags, and has links or is
/// short.
pub(super) fn is_line_of_tags(line: &Line<'_>) -> bool {
    line.tag_links_only
        || !line.links.is_empty() && is_labelled_as_tags(&line.text)
        || line.links.is_empty() && has_labelled_tags(line)
}

fn is_labelled_as_tags(text: &str) -> bool {
    ["标签", "標籤", "標簽", "关键词", "關鍵詞", "关键字", "關鍵字", "Tagged", "Tags", "TAGS"]
        .iter()
        .any(|label| text.starts_with(label))
}
