//! Finds lists of flash items in the form `【TITLE】TEXT`, each with its date on a line of its own.
//! An extractor takes one of the items for the article, or leaves out the dates.

use super::amount::amount;
use super::line_view::View;
use crate::date;
use crate::page::line::{Line, Part};
use crate::text::punctuation::is_sentence_end;

/// Maximum bytes of a line that is only a date.
const MAX_DATE: usize = 60;
/// Minimum [`amount`] of the text of an item that is not a sentence.
const MIN_TEXT: usize = 15;
/// Minimum number of items of a list.
const MIN_ITEMS: usize = 2;

/// The lines of the items and of their dates, by number; none if there is no such list, or no line
/// of it is `kept`.
#[derive(Debug, Default)]
pub(super) struct FlashLines {
    pub(super) items: Vec<usize>,
    pub(super) dates: Vec<usize>,
}

/// Finds the lines of a list of flash items.
pub(super) fn find(kept: &[bool], view: &View<'_>) -> FlashLines {
    let lines = view.lines;
    let top = view.top();
    let first = (top..lines.len()).find(|line| kept[*line]);
    let outside: Vec<usize> = view.title.into_iter().chain(first).collect();
    let marked = view.nesting.marked_lines(&outside);
    let is_item = |number: &usize| !marked[*number] && is_item(&lines[*number]);
    let is_date = |number: &usize| lines.get(*number).is_some_and(is_date_line);
    // The dates stand below the items, if one stands below the last item, or else above them.
    let Some(last) = (top..lines.len()).rfind(&is_item) else {
        return FlashLines::default();
    };
    let is_below = is_date(&(last + 1));
    let mut found = FlashLines::default();
    for item in (top..=last).filter(is_item) {
        let date = if is_below { Some(item + 1) } else { item.checked_sub(1) };
        if let Some(date) = date.filter(|date| *date >= top && is_date(date)) {
            found.items.push(item);
            found.dates.push(date);
        }
    }
    let is_list = found.items.len() >= MIN_ITEMS && found.items.iter().any(|item| kept[*item]);
    if is_list { found } else { FlashLines::default() }
}

/// Whether a line has a title in brackets and text after it, and does not lead to an article.
fn is_item(line: &Line<'_>) -> bool {
    let after_title = line.text.strip_prefix('【').and_then(|text| text.split_once('】'));
    let has_text = |text: &str| text.contains(is_sentence_end) || amount(text) >= MIN_TEXT;
    line.part == Part::Main
        && line.links.is_empty()
        && after_title.is_some_and(|(_, text)| has_text(text))
}

fn is_date_line(line: &Line<'_>) -> bool {
    let text = &*line.text;
    text.len() <= MAX_DATE && date::parse_line(date::inside_brackets(text)).is_some()
}
