//! Finds boxes below or inside the text of an article that are not part of it, although an
//! extractor takes them for text: the comments of readers, and lists of other articles with their
//! beginnings. They are recognised by the names of their elements or by their headings.

use std::ops::Range;

use super::amount::{amount, is_links_only};
use super::line_view::{View, count_in};
use super::nesting::ContainerKind;
use crate::page::line::Line;
use crate::page::page_words::{Remarks, page_words};

/// Maximum bytes of a heading.
const MAX_HEADING: usize = 300;
/// How many headings of boxes are examined, because each may take time in proportion to the page.
const MAX_HEADINGS: usize = 100;

/// What a box has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Comments,
    /// Comments, or the posts of a forum, which are its content.
    Replies,
    Articles,
}

/// The lines of the article, `kept`, without boxes of comments and of other articles. If no
/// paragraph is left, the extractor has taken the comments for the article: then the paragraphs
/// between the title and the first box are the article.
pub(super) fn without_boxes(mut kept: Vec<bool>, view: &View<'_>) -> Vec<bool> {
    let boxes = Boxes { view, kept: &kept, paragraphs: view.kept_paragraphs_before(&kept) }.find();
    let mut boxed = vec![false; kept.len()];
    let mut posts = vec![false; kept.len()];
    for (lines, kind) in boxes {
        let flags = if kind == Kind::Replies { &mut posts } else { &mut boxed };
        flags[lines].fill(true);
    }
    let total = |is_counted: &dyn Fn(usize) -> bool| -> usize {
        let counted = (0..kept.len()).filter(|line| kept[*line] && is_counted(*line));
        counted.map(|line| amount(&view.lines[line].text)).sum()
    };
    // In a forum there is more text in the replies than above them.
    let in_replies = total(&|line| posts[line] && !boxed[line]);
    if in_replies > 0 && in_replies <= total(&|line| !posts[line] && !boxed[line]) {
        boxed.iter_mut().zip(&posts).for_each(|(boxed, post)| *boxed |= post);
    }
    if !kept.iter().zip(&boxed).any(|(kept, boxed)| *kept && *boxed) {
        return kept;
    }
    // A class may only sound like comments, as `comment-content` of a column does: then nearly all
    // text is in the box.
    let main = |line: usize| !boxed[line] && view.is_main_paragraph(line);
    let outside: usize =
        (0..kept.len()).filter(|line| main(*line)).map(|line| amount(&view.lines[line].text)).sum();
    let has_heading = (0..kept.len()).any(|line| {
        boxed[line] && page_words().heading_of_remarks(&view.lines[line].text, 2).is_some()
    });
    if !has_heading && outside * MIN_SHARE_OUTSIDE < total(&|line| boxed[line]) {
        return kept;
    }
    if (0..kept.len()).any(|line| kept[line] && !boxed[line] && view.is_paragraph(line)) {
        kept.iter_mut().zip(&boxed).for_each(|(kept, boxed)| *kept &= !boxed);
        return kept;
    }
    let end = boxed.iter().position(|boxed| *boxed).unwrap_or(0);
    let is_text = |line: &usize| view.is_main_paragraph(*line);
    let first = (view.top()..end).find(is_text);
    let last = (view.top()..end).rfind(is_text);
    if let (Some(first), Some(last)) = (first, last) {
        for (line, kept) in kept.iter_mut().enumerate() {
            *kept = (first..=last).contains(&line) && !is_links_only(&view.lines[line]);
        }
    }
    kept
}

/// Boxes with more than this many times the text of the other paragraphs are the article.
const MIN_SHARE_OUTSIDE: usize = 6;

/// Finds boxes.
struct Boxes<'v> {
    view: &'v View<'v>,
    /// The lines of the article, as the extractor finds them.
    kept: &'v [bool],
    /// How many of its paragraphs stand before each line.
    paragraphs: Vec<usize>,
}

impl Boxes<'_> {
    /// The boxes below the first paragraph, each with its lines.
    fn find(&self) -> Vec<(Range<usize>, Kind)> {
        let view = self.view;
        let mut below_title = view.top()..view.lines.len();
        let Some(first_text) = below_title.find(|line| view.is_main_paragraph(*line)) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (container, container_kind) in view.nesting.with_kind() {
            let lines = view.nesting.lines(container);
            let kind = match container_kind {
                ContainerKind::Comments => Kind::Comments,
                ContainerKind::Replies => Kind::Replies,
                ContainerKind::Other if view.is_list_of_articles(lines.clone()) => Kind::Articles,
                ContainerKind::Other | ContainerKind::Notice => continue,
            };
            if lines.start > first_text {
                found.push((lines, kind));
            }
        }
        let headings = (first_text + 1..view.lines.len())
            .filter_map(|number| Some((number, kind_of_heading(&view.lines[number])?)));
        for (number, kind) in headings.take(MAX_HEADINGS) {
            if let Some(lines) = self.below(number, kind).filter(|lines| lines.start > first_text) {
                found.push((lines, kind));
            }
        }
        found
    }

    /// Whether a line is a paragraph of the article.
    fn is_text(&self, line: usize) -> bool {
        self.kept[line] && self.view.is_paragraph(line)
    }

    fn has_text(&self, lines: &Range<usize>) -> bool {
        count_in(&self.paragraphs, lines) > 0
    }

    /// The lines of the box of this kind whose heading is line `number`; `None` if what stands
    /// below the heading is part of the article.
    fn below(&self, number: usize, kind: Kind) -> Option<Range<usize>> {
        let (view, nesting) = (self.view, self.view.nesting);
        // The heading may stand in an element of its own.
        let container = nesting
            .and_around(nesting.of(number))
            .find(|container| nesting.lines(*container).end > number + 1)?;
        let lines = nesting.lines(container);
        let is_list = |lines: Range<usize>| view.is_list_of_articles(lines);
        let has_title = view.title.is_some_and(|title| lines.contains(&title));
        if !has_title && !self.has_text(&(lines.start..number)) {
            let is_other = kind != Kind::Articles || is_list(number + 1..lines.end);
            return (is_other && !self.is_section(container, number)).then_some(lines);
        }
        // The box has no element of its own. It ends with the one around it, or where the article
        // goes on.
        let is_in_flow = |line: usize| nesting.of(line) == container;
        let text_is_in_flow =
            (lines.start..number).any(|line| is_in_flow(line) && self.is_text(line));
        let goes_on = |line: &usize| {
            let is_heading = view.lines[*line].heading > 0;
            is_in_flow(*line)
                && (is_heading && kind_of_heading(&view.lines[*line]).is_none()
                    || text_is_in_flow && view.is_paragraph(*line))
        };
        let end = (number + 1..lines.end).find(goes_on).unwrap_or(lines.end);
        let is_other = match kind {
            Kind::Articles => is_list(number + 1..end),
            // Below a section about comments, the article goes on.
            Kind::Comments | Kind::Replies => end == lines.end,
        };
        (is_other && end > number + 1).then_some(number..end)
    }

    /// Whether the box `container`, whose heading is line `number`, is a section of the article
    /// like those before it: they have paragraphs of the article and headings of the same level.
    fn is_section(&self, container: usize, number: usize) -> bool {
        /// How many lines above are searched for sections.
        const MAX_LINES: usize = 200;
        let nesting = self.view.nesting;
        let level = self.view.lines[number].heading;
        let start = nesting.lines(container).start;
        let Some(parent) = nesting.parent(container).filter(|_| level > 0) else { return false };
        let is_section = |line: usize, section: usize| {
            let lines = nesting.lines(section);
            nesting.parent(section) == Some(parent) && lines.start == line && self.has_text(&lines)
        };
        (start.saturating_sub(MAX_LINES)..start).rev().any(|line| {
            self.view.lines[line].heading == level
                && nesting.and_around(nesting.of(line)).any(|around| is_section(line, around))
        })
    }
}

/// What stands below a line, if the line is a heading of something else than the article.
fn kind_of_heading(line: &Line<'_>) -> Option<Kind> {
    if line.text.len() > MAX_HEADING {
        return None;
    }
    // Shorter words are buttons, unless they are headings.
    let min_chars = if line.heading > 0 { 2 } else { 4 };
    match page_words().heading_of_remarks(&line.text, min_chars) {
        Some(Remarks::Comments) => return Some(Kind::Comments),
        Some(Remarks::Replies) => return Some(Kind::Replies),
        None => {}
    }
    let is_heading = page_words().is_heading_of_other_part(&line.text, min_chars)
        || line.heading > 0 && line.text.starts_with("More from ");
    is_heading.then_some(Kind::Articles)
}
