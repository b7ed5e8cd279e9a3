//! Finds the lines of the article: with the extractor `dom_smoothie`, without the boxes that it
//! takes for text, and with the text that it leaves out.

use std::borrow::Cow;

use dom_smoothie::{CandidateSelectMode, Config, Readability};

use super::amount::{amount, is_links_only};
use super::json_ld::JsonLd;
use super::limits::MAX_DEPTH;
use super::line_view::View;
use super::nesting::Nesting;
use super::numbered_copy::line_of;
use super::other_parts::{is_list_item, is_paragraph};
use super::stated_data::StatedData;
use super::{beside_text, flash_lines, other_boxes, title};
use crate::page::line::{Layout, Line, Part};
use crate::page::page_words::page_words;
use crate::report::Unextracted;
use crate::text::punctuation::is_sentence_end;

/// Maximum nodes of a parsed page, text nodes included. A page with as many elements as
/// [`limits`](super::limits) allows usually has fewer.
const MAX_NODES: usize = 100_000;

/// The article of a page.
#[derive(Debug)]
pub(super) struct ArticleLines {
    /// Whether each line of the page belongs to the article.
    pub(super) kept: Vec<bool>,
    /// Whether each line belongs to what the extractor takes for the article, without boxes of
    /// comments and of other articles. Bylines are expected above it.
    pub(super) extracted: Vec<bool>,
    /// The lines with the dates of flash items, which are text, in order.
    pub(super) dates_of_flashes: Vec<usize>,
}

/// Finds the article of a page. `copy` is a numbered copy of the page. Lines that the article gets
/// from the header of the page become lines of the main part.
pub(super) fn find(
    copy: String,
    layout: &mut Layout<'static>,
    nesting: &Nesting,
    stated_data: &StatedData,
) -> Result<ArticleLines, Unextracted> {
    let extracted = with_paragraphs(lines_of_article(copy, layout.lines.len())?, &layout.lines);
    let start = extracted.iter().position(|kept| *kept);
    // JSON-LD and the name of the site matter for the text of the title, not for its line.
    let is_extracted = |line: usize| extracted.get(line).copied().unwrap_or(false);
    let title = title::read(layout, stated_data, &JsonLd::default(), &[], start, &is_extracted);
    let title = title.main_line;
    let view = View::new(&layout.lines, nesting, title);
    let extracted = other_boxes::without_boxes(extracted, &view);
    let mut kept = extracted.clone();
    let beside = beside_text::lines_beside(&kept, &view);
    beside.iter().for_each(|line| kept[*line] = true);
    let flashes = flash_lines::find(&kept, &view);
    flashes.items.iter().chain(&flashes.dates).for_each(|line| kept[*line] = true);
    beside.iter().for_each(|line| layout.lines[*line].part = Part::Main);
    Ok(ArticleLines { kept, extracted, dates_of_flashes: flashes.dates })
}

/// For each line of a page, whether it belongs to the article. `copy` is a numbered copy of the
/// page, which has `line_count` lines.
fn lines_of_article(copy: String, line_count: usize) -> Result<Vec<bool>, Unextracted> {
    let document = dom_query::Document::from(copy);
    check_tree(&document)?;
    let config = Config {
        disable_json_ld: true,
        // Of all settings that were measured, these keep the most text of articles, and the least
        // other text.
        candidate_select_mode: CandidateSelectMode::DomSmoothie,
        char_threshold: 100,
        ..Config::default()
    };
    let article = Readability::with_document(document, None, Some(config))
        .and_then(|mut readability| readability.parse())
        .map_err(|_| Unextracted::NoArticle)?;
    let mut kept = vec![false; line_count];
    for line in article.text_content.chars().filter_map(line_of) {
        if let Some(kept) = kept.get_mut(line) {
            *kept = true;
        }
    }
    if kept.contains(&true) { Ok(kept) } else { Err(Unextracted::NoArticle) }
}

/// The lines of the article, `kept`; but if none of these has a sentence, the extractor has taken a
/// list for the article, which happens if the article is short. Then the paragraphs below the first
/// heading that has paragraphs near below it, with the lines between the heading and them, if they
/// have more text than `kept` has outside of links.
fn with_paragraphs(mut kept: Vec<bool>, lines: &[Line<'_>]) -> Vec<bool> {
    /// Maximum lines between a heading and the first paragraph, and between two paragraphs.
    const MAX_LINES_BETWEEN: usize = 6;
    let ends_sentence = |c: char| is_sentence_end(c) && !c.is_ascii();
    let mut of_article = lines.iter().zip(&kept).filter(|(_, kept)| **kept);
    if of_article.any(|(line, _)| line.text.contains(ends_sentence)) {
        return kept;
    }
    let mut heading = None;
    let mut end = None;
    for (number, line) in lines.iter().enumerate() {
        let is_main = line.part == Part::Main;
        let is_near = end.or(heading).is_some_and(|at| number - at <= MAX_LINES_BETWEEN + 1);
        if end.is_some() && (!is_near || page_words().is_heading_of_other_part(&line.text, 4)) {
            break;
        }
        if is_main && is_near && is_paragraph(line) {
            end = Some(number);
        } else if end.is_none() && is_main && (1..=2).contains(&line.heading) {
            heading = Some(number);
        }
    }
    let (Some(start), Some(end)) = (heading, end) else { return kept };
    let is_paragraph_line = |number: usize| {
        (start..=end).contains(&number)
            && lines[number].part == Part::Main
            && !is_list_item(&lines[number])
    };
    let (mut of_paragraphs, mut of_kept) = (0, 0);
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| !is_links_only(line)) {
        let amount = amount(&line.text);
        of_paragraphs += if is_paragraph_line(number) { amount } else { 0 };
        of_kept += if kept[number] { amount } else { 0 };
    }
    if of_paragraphs > of_kept {
        kept.iter_mut().enumerate().for_each(|(number, kept)| *kept = is_paragraph_line(number));
    }
    kept
}

/// Checks, without recursion, how many nodes the parser has made, and how deep they are nested.
fn check_tree(document: &dom_query::Document) -> Result<(), Unextracted> {
    let tree = &document.tree;
    if tree.len() > MAX_NODES {
        return Err(Unextracted::TooLarge);
    }
    let (mut node, mut depth) = (document.root().id, 0_usize);
    loop {
        if let Some(child) = tree.first_child_of(&node) {
            (node, depth) = (child.id, depth + 1);
            if depth > MAX_DEPTH {
                return Err(Unextracted::TooDeep);
            }
            continue;
        }
        loop {
            if let Some(sibling) = tree.next_sibling_of(&node) {
                node = sibling.id;
                break;
            }
            let Some(parent) = tree.parent_of(&node).filter(|_| depth > 0) else { return Ok(()) };
            (node, depth) = (parent.id, depth - 1);
        }
    }
}

/// The lines that are not `dropped`, with the cells of a table row on one line, separated by tabs.
/// `continues_row`: whether each line continues the row of the line before it.
pub(super) fn join_table_rows(
    lines: Vec<Line<'static>>,
    continues_row: &[bool],
    dropped: &[bool],
) -> Vec<Line<'static>> {
    let mut joined: Vec<Line<'static>> = Vec::new();
    let mut last = None;
    for (number, line) in lines.into_iter().enumerate() {
        if dropped[number] {
            continue;
        }
        let follows = last.is_some_and(|last| last + 1 == number);
        last = Some(number);
        match joined.last_mut() {
            Some(row) if follows && continues_row.get(number) == Some(&true) => {
                let mut text = std::mem::take(&mut row.text).into_owned();
                text.push('\t');
                text.push_str(&line.text);
                row.text = Cow::Owned(text);
                row.end = line.end;
            }
            _ => joined.push(line),
        }
    }
    joined
}
