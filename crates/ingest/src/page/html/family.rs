//! Whether an HTML page has the layout of the archive's own family of sites.

use crate::page::boilerplate::site;
use crate::page::line::Line;
use crate::title::Title;

/// How many lines at the top are searched for signs of the layout, and how many at the bottom for
/// a line that is the null date alone.
const EDGE_LINES: usize = 40;

/// The date that these sites give to a page without a date.
const NULL_DATE: &str = "1900/1/1 0:00:00";

/// Whether the lines show a sign that only this family has: the site's name after `Ctrl+D`, a title
/// with a tag and a keyword, an empty author, the null date.
pub(super) fn is_known_layout(lines: &[Line<'_>]) -> bool {
    let is_sign = |line: &Line<'_>| {
        let text = &*line.text;
        text.starts_with("Ctrl+D") && site(text).is_some()
            || text == "Author:"
            || text.starts_with("Author:") && text.contains(NULL_DATE)
            || text.strip_prefix("Time:") == Some(NULL_DATE)
            || Title::split(text).keyword.is_some()
    };
    lines.iter().take(EDGE_LINES).any(is_sign)
        || lines.iter().rev().take(EDGE_LINES).any(|line| line.text == NULL_DATE)
}
