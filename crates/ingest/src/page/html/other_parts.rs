//! Finds the lines that are not of the article but of other parts of the page: menus, a clock above
//! the title, comments, users, and lists of related articles. Their dates and names are not those
//! of the article.

use super::lines::TextPiece;
use super::title::HtmlTitle;
use crate::date;
use crate::page::line::Line;
use crate::page::names::is_masthead;
use crate::page::page_words::page_words;
use crate::record::Moment;
use crate::text::punctuation::{is_colon, is_han, is_sentence_end};

/// Minimum characters of a paragraph.
const MIN_PARAGRAPH: usize = 25;
/// Minimum Chinese characters of the title of an article in a list. Names of outlets are shorter,
/// or end as such names do.
const MIN_LINKED_TITLE: usize = 8;
/// Maximum bytes of a line that is a heading, a clock or an item of a list.
const MAX_LINE: usize = 300;

/// For each line of a page, whether it belongs to another part than the article.
pub(super) struct OtherParts(Vec<bool>);

impl OtherParts {
    /// Finds the other parts. `article_start` is the first line of the article, and `is_article`
    /// says whether a line, given by its number, belongs to the article.
    pub(super) fn find(
        lines: &[Line<'_>],
        pieces: &[TextPiece],
        title: &HtmlTitle,
        article_start: Option<usize>,
        is_article: &dyn Fn(usize) -> bool,
    ) -> Self {
        let top = title.main_line.or(article_start).unwrap_or(0);
        let is_text = |number: usize| {
            is_paragraph(&lines[number]) && (is_article(number) || article_start.is_none())
        };
        let may_be_short_text = |number: usize| {
            let line = &lines[number];
            is_text(number)
                || is_article(number)
                    && number > top
                    && line.links.is_empty()
                    && line.text.ends_with(|c: char| is_sentence_end(c) && !c.is_ascii())
        };
        let first_text = (top..lines.len()).find(|&number| may_be_short_text(number));
        let mut found = Self(vec![false; lines.len()]);
        found.add_marked_lines(pieces, top, first_text);
        let is_title = |number: usize| title.lines.binary_search(&number).is_ok();
        let mut is_in_list = false;
        for (number, line) in lines.iter().enumerate() {
            if number < top && title.main_line.is_some() {
                found.0[number] |= is_clock(line) || is_list_item(line);
            } else if number > top && !is_title(number) {
                let is_below_text = first_text.is_some_and(|first| number > first);
                // Buttons above the text have such words, too, and so do those below it, if short.
                let min_chars = if line.heading > 0 { 2 } else { 4 };
                let is_heading = line.text.len() <= MAX_LINE
                    && (line.heading > 0 || is_below_text)
                    && page_words().is_heading_of_other_part(&line.text, min_chars);
                // The text of the article ends a list that stands in it.
                is_in_list = is_heading || is_in_list && (found.0[number] || !is_text(number));
                found.0[number] |= is_in_list || is_below_text && is_list_item(line);
            }
            // `註冊時間` and its date may stand in two cells of a table.
            if number > 0
                && !is_title(number - 1)
                && lines[number - 1].heading == 0
                && is_label_of_event(&lines[number - 1].text)
            {
                found.0[number] |= date::at_start(&line.text).is_some();
            }
        }
        found
    }

    pub(super) fn has(&self, line: usize) -> bool {
        self.0.get(line).is_some_and(|is_other| *is_other)
    }

    /// Adds the lines whose elements are marked as other parts, by name, class or id. `top` is the
    /// line of the title. An element around the title or the first paragraph, `first_text`, is no
    /// other part, and between these two lines stand parts of the byline.
    fn add_marked_lines(&mut self, pieces: &[TextPiece], top: usize, first_text: Option<usize>) {
        // The part of each line: 0 if any text of the line is outside of all parts.
        let mut parts: Vec<Option<u32>> = vec![None; self.0.len()];
        for piece in pieces {
            if let Some(part) = parts.get_mut(piece.line) {
                *part = Some(part.map_or(piece.part, |before| before.min(piece.part)));
            }
        }
        let part_of = |line: usize| parts.get(line).copied().flatten().unwrap_or(0);
        let (part_of_title, part_of_text) = (part_of(top), first_text.map_or(0, part_of));
        // Parts are numbered as they open, so those after the title have higher numbers.
        let last_at_title = (0..=top).map(part_of).max().unwrap_or(0);
        let below = first_text.unwrap_or(top);
        for (number, is_other) in self.0.iter_mut().enumerate() {
            let part = part_of(number);
            *is_other = part != part_of_title
                && part != part_of_text
                && (part > 0 && number < top || part > last_at_title && number > below);
        }
    }
}

/// Whether a line is a paragraph of text: not short, with the end of a sentence, and no link.
pub(super) fn is_paragraph(line: &Line<'_>) -> bool {
    let linked: usize = line.links.iter().map(String::len).sum();
    line.text.chars().nth(MIN_PARAGRAPH - 1).is_some()
        && line.text.contains(|c: char| is_sentence_end(c) && !c.is_ascii())
        && linked * 2 < line.text.len()
}

/// Whether a line above the title is a clock of the site: the day with its weekday or its day in
/// the lunar calendar, without a time. Journals that show several articles have such lines as
/// headings.
fn is_clock(line: &Line<'_>) -> bool {
    let text = &*line.text;
    let is_day_of_week = |after: &str| after.starts_with(|c| "一二三四五六日天".contains(c));
    let has_weekday = || {
        let mut weeks = ["星期", "週", "周", "礼拜", "禮拜"].iter();
        let mut others = ["农历", "農曆", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
            .iter()
            .chain(&["Saturday", "Sunday"]);
        weeks.any(|week| text.split(week).skip(1).any(is_day_of_week))
            || others.any(|word| text.contains(word))
    };
    let names_someone = || {
        text.contains(is_colon) || text.split_whitespace().any(|word| page_words().is_outlet(word))
    };
    line.heading == 0
        && text.len() <= MAX_LINE
        && matches!(date::at_start(text), Some((Moment::Day(_), _)))
        && has_weekday()
        && !names_someone()
}

/// Whether a line says what the date in the next line is the date of, if not of the publication.
/// Shorter words, such as `註冊`, are buttons.
fn is_label_of_event(text: &str) -> bool {
    text.chars().nth(3).is_some() && page_words().is_event(text)
}

/// Whether a line is an item of a list of articles: the linked title of an article, alone or beside
/// other text such as a date.
pub(super) fn is_list_item(line: &Line<'_>) -> bool {
    let [link] = &line.links[..] else { return false };
    let text = &*line.text;
    text.len() <= MAX_LINE
        && is_linked_title(link)
        && (text.starts_with(&**link)
            || text.ends_with(&**link)
                && date::at_start(text.trim_start_matches(['[', '('])).is_some())
}

/// Whether the text of a link is the title of an article, not the name of an outlet.
pub(super) fn is_linked_title(link: &str) -> bool {
    link.chars().filter(|c| is_han(*c)).nth(MIN_LINKED_TITLE - 1).is_some()
        && !is_masthead(link)
        && !page_words().is_outlet(link)
}
