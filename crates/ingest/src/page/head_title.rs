//! The title in the head of an HTML page, and the heading that repeats it.

use crate::page::line::{Layout, Line, Part};
use crate::text::punctuation::is_sentence_end;
use crate::title::Title;

/// A heading that is the title is searched for in this many lines from the top.
const MAX_TITLE_LINE: usize = 40;

/// The number of the line that is an HTML page's title: a heading that the title in the page's head
/// contains, or else the first `h1` of the main part, or else a line equal to the title in the
/// head.
pub(super) fn heading_of_title(layout: &Layout<'_>) -> Option<usize> {
    let near = || layout.lines.iter().enumerate().take(MAX_TITLE_LINE);
    let head_title = layout.head_title.as_deref().unwrap_or_default();
    let is_in_head_title = |line: &Line<'_>| {
        let title = Title::split(&line.text).title;
        title.chars().count() >= 4
            && (head_title.contains(title) || without_site(head_title).contains(title))
    };
    let headings = || near().filter(|(_, line)| (1..=3).contains(&line.heading));
    headings()
        .find(|(_, line)| is_in_head_title(line))
        .or_else(|| headings().find(|(_, line)| line.heading == 1 && line.part == Part::Main))
        .or_else(|| {
            near().find(|(_, line)| {
                !head_title.is_empty() && Title::split(&line.text).title == without_site(head_title)
            })
        })
        .map(|(line_number, _)| line_number)
}

/// The title in an HTML head, without the names of site and section after it: `量子計算的下一步_科技網`
/// gives `量子計算的下一步`.
pub(super) fn without_site(title: &str) -> &str {
    let parts = Title::split(title);
    if parts.has_tag_suffix() {
        return parts.title;
    }
    for separator in ["_", " - ", " | ", " – ", " — ", "\u{ff5c}"] {
        if let Some((front, _)) = title.split_once(separator)
            && front.chars().count() >= 4
        {
            return front.trim();
        }
    }
    // A hyphen without spaces may belong to the title itself. It separates a site's name only if
    // the title before it is long and the name after it is short.
    match title.rsplit_once('-') {
        Some((front, back))
            if front.chars().count() >= 8
                && back.chars().count() <= 8
                && !back.contains(is_sentence_end) =>
        {
            front.trim()
        }
        _ => title,
    }
}
