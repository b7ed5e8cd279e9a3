//! A page as a sequence of lines: the form in which pages of text, HTML and Markdown are
//! interpreted alike.

use std::borrow::Cow;

use crate::encoding::mended::Mended;
use crate::encoding::mojibake::{Repair, diagnose};
use crate::encoding::short::Evidence;

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
        // The lines that are mojibake, by their number, and what they show about the others.
        let (mut misread, mut evidence) = (Vec::new(), Evidence::default());
        for (number, line) in self.lines.iter_mut().enumerate() {
            let (repair, kind) = diagnose(&line.text);
            let (text, keeps_mojibake) = match repair {
                Repair::Sound => continue,
                Repair::Repaired(text) => (Some(text), false),
                Repair::Partly(text) => (Some(text), true),
                Repair::Kept => (None, true),
            };
            misread.push(number);
            evidence.add(kind);
            if keeps_mojibake {
                self.mojibake_kept.push((line.start, line.end));
            }
            if let Some(text) = text {
                line.text = Cow::Owned(text.trim().to_owned());
                self.mojibake_repaired += 1;
            }
        }
        if !evidence.is_empty() {
            self.repair_short_lines(&misread, &evidence);
        }
        let mut mended = Mended::default();
        self.head_title.iter_mut().for_each(|title| mended.mend(title));
        self.add_mojibake(mended, page_bytes);
    }

    /// Repairs lines that are too short to be recognised as mojibake alone, such as the date and
    /// source of a page. `misread` has the numbers of the other lines of mojibake, in order.
    fn repair_short_lines(&mut self, misread: &[usize], evidence: &Evidence) {
        let is_sound = |number| misread.binary_search(&number).is_err();
        for (_, line) in self.lines.iter_mut().enumerate().filter(|(number, _)| is_sound(*number)) {
            if let Some((text, lost)) = evidence.repair(&line.text) {
                line.text = Cow::Owned(text.trim().to_owned());
                self.mojibake_repaired += 1;
                if lost > 0 {
                    self.mojibake_kept.push((line.start, line.end));
                }
            }
        }
        self.mojibake_kept.sort_unstable();
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
