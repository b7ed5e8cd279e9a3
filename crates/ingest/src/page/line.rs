//! A page as a sequence of lines: the form in which pages of text, HTML and Markdown are
//! interpreted alike.

use std::borrow::Cow;

use crate::encoding::mended::Mended;
use crate::encoding::mojibake::{Repair, diagnose};

/// The part of an HTML page that a line belongs to. All lines of text files are `Main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Part {
    #[default]
    Main,
    /// Header, menu, sidebar or footer. These lines can show the layout and the metadata of the
    /// page, but are never part of the body.
    Surroundings,
}

/// A trimmed, non-blank line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Where the line begins in the decoded text, in bytes.
    pub(crate) start: usize,
    /// Where the line ends.
    pub(crate) end: usize,
    pub(crate) part: Part,
    /// 1 to 6 for HTML headings, otherwise 0.
    pub(crate) heading: u8,
    /// The texts of the line's links, in order.
    pub(crate) links: Vec<String>,
    /// Whether the line consists only of links to tags.
    pub(crate) tag_links_only: bool,
}

/// The lines of a page, with what was found outside of them.
#[derive(Debug, Default)]
pub(crate) struct Layout<'a> {
    pub(crate) lines: Vec<Line<'a>>,
    /// The title in the head of an HTML page.
    pub(crate) head_title: Option<String>,
    /// The number of texts with mojibake that were repaired, completely or in part.
    pub(crate) mojibake_repaired: u32,
    /// The byte ranges with mojibake that could not be repaired, or only in part.
    pub(crate) mojibake_kept: Vec<(usize, usize)>,
}

/// Splits a text page into lines.
pub(crate) fn text_layout(text: &str) -> Layout<'_> {
    let mut lines = Vec::with_capacity(64);
    let mut at = 0;
    let breaks = memchr::memchr2_iter(b'\n', b'\r', text.as_bytes());
    for end in breaks.chain([text.len()]) {
        let piece = &text[at..end];
        let trimmed = piece.trim();
        if !trimmed.is_empty() {
            let start = at + (piece.len() - piece.trim_start().len());
            lines.push(Line {
                text: Cow::Borrowed(trimmed),
                start,
                end: start + trimmed.len(),
                ..Line::default()
            });
        }
        // Skip the line break, which is one byte long; `\r\n` are two, with an empty line between.
        at += piece.len() + 1;
    }
    Layout { lines, ..Layout::default() }
}

impl Layout<'_> {
    /// Counts the repaired mojibake of texts that are not lines, such as metadata, and reports the
    /// mojibake that is left in them. `page_bytes` is the length of the page.
    pub(crate) fn add_mojibake(&mut self, mended: Mended, page_bytes: usize) {
        self.mojibake_repaired += mended.repaired;
        // These texts have no offsets, so report the whole page.
        if mended.keeps_mojibake && self.mojibake_kept.is_empty() {
            self.mojibake_kept.push((0, page_bytes));
        }
    }

    /// Repairs the mojibake of each line, and that of the title in the head. `page_bytes` is the
    /// length of the page.
    pub(crate) fn repair_mojibake(&mut self, page_bytes: usize) {
        for line in &mut self.lines {
            match diagnose(&line.text).0 {
                Repair::Sound => {}
                Repair::Repaired(text) => {
                    line.text = Cow::Owned(text.trim().to_owned());
                    self.mojibake_repaired += 1;
                }
                Repair::Partly(text) => {
                    line.text = Cow::Owned(text.trim().to_owned());
                    self.mojibake_repaired += 1;
                    self.mojibake_kept.push((line.start, line.end));
                }
                Repair::Kept => self.mojibake_kept.push((line.start, line.end)),
            }
        }
        let mut mended = Mended::default();
        self.head_title.iter_mut().for_each(|title| mended.mend(title));
        self.add_mojibake(mended, page_bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // U+3000 is trimmed like a space, and U+2028 ends no line, although Unicode calls it a line
        // separator.
        #[test]
        fn lines_are_what_stands_between_breaks(text in "[甲乙a \r\n\u{3000}\u{2028}]{0,24}") {
            let layout = text_layout(&text);
            let wanted: Vec<&str> =
                text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
            prop_assert_eq!(layout.lines.iter().map(|line| &*line.text).collect::<Vec<_>>(), wanted);
            for line in &layout.lines {
                prop_assert_eq!(&text[line.start..line.end], &*line.text);
            }
        }
    }
}
