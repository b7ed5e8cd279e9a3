//! The lines of a page with what the rules for the text of an article ask about them, so that each
//! question about a range of lines takes constant time.

use std::ops::Range;

use super::amount::is_links_only;
use super::nesting::Nesting;
use super::other_parts::{is_list_item, is_paragraph};
use crate::page::line::{Line, Part};

/// Minimum characters of a link that is the title of an article.
const MIN_TITLE: usize = 7;

/// The lines of a page.
pub(super) struct View<'p> {
    pub(super) lines: &'p [Line<'static>],
    pub(super) nesting: &'p Nesting,
    /// The line of the title, if one shows it.
    pub(super) title: Option<usize>,
    paragraphs: Vec<bool>,
    /// How many paragraphs there are before each line and in all.
    paragraphs_before: Vec<usize>,
    /// How many titles of other articles there are before each line: links, items of lists,
    /// headings.
    titles_before: Vec<usize>,
}

impl<'p> View<'p> {
    pub(super) fn new(
        lines: &'p [Line<'static>],
        nesting: &'p Nesting,
        title: Option<usize>,
    ) -> Self {
        let paragraphs: Vec<bool> = lines.iter().map(is_paragraph).collect();
        let is_title = |(line, is_paragraph): (&Line<'_>, &bool)| {
            // Shorter links are names, as in the tables of an article.
            let is_link = || is_links_only(line) && line.text.chars().nth(MIN_TITLE - 1).is_some();
            !is_paragraph && (line.heading > 0 || is_link() || is_list_item(line))
        };
        Self {
            lines,
            nesting,
            title,
            paragraphs_before: counts_before(paragraphs.iter().copied()),
            titles_before: counts_before(lines.iter().zip(&paragraphs).map(is_title)),
            paragraphs,
        }
    }

    /// The first line below the title.
    pub(super) fn top(&self) -> usize {
        self.title.map_or(0, |title| title + 1)
    }

    /// Whether a line is a paragraph of text.
    pub(super) fn is_paragraph(&self, line: usize) -> bool {
        self.paragraphs.get(line).is_some_and(|is_paragraph| *is_paragraph)
    }

    /// Whether a line is a paragraph of the main part of the page.
    pub(super) fn is_main_paragraph(&self, line: usize) -> bool {
        self.is_paragraph(line) && self.lines[line].part == Part::Main
    }

    /// Whether lines are a list of articles: titles, of which each may have a paragraph below it,
    /// and no more paragraphs than other lines.
    pub(super) fn is_list_of_articles(&self, lines: Range<usize>) -> bool {
        let paragraphs = count_in(&self.paragraphs_before, &lines);
        let titles = count_in(&self.titles_before, &lines);
        titles > 0 && paragraphs <= titles
    }

    /// How many paragraphs of the article, whose lines are `kept`, there are before each line.
    pub(super) fn kept_paragraphs_before(&self, kept: &[bool]) -> Vec<usize> {
        counts_before(
            kept.iter().zip(&self.paragraphs).map(|(kept, paragraph)| *kept && *paragraph),
        )
    }
}

/// For each item and for the end, how many of the items before it are true.
fn counts_before(items: impl Iterator<Item = bool>) -> Vec<usize> {
    let mut count = 0;
    let after_each = items.map(|is_counted| {
        count += usize::from(is_counted);
        count
    });
    std::iter::once(0).chain(after_each).collect()
}

/// How many items of a range are counted, if `before` has the [`counts_before`] each item.
pub(super) fn count_in(before: &[usize], range: &Range<usize>) -> usize {
    let count = |at: usize| before.get(at).or(before.last()).copied().unwrap_or(0);
    count(range.end).saturating_sub(count(range.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_a_range_are_counted() {
        let before = counts_before([true, false, true].into_iter());
        assert_eq!(before, [0, 1, 1, 2]);
        assert_eq!((count_in(&before, &(0..3)), count_in(&before, &(1..2))), (2, 0));
        assert_eq!((count_in(&before, &(2..9)), count_in(&before, &(5..9))), (1, 0));
    }
}
