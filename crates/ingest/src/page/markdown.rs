//! Converts Markdown to lines: each paragraph, heading, item and row of a table is a line, without
//! the characters that mark it up.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::page::front_matter::FrontMatter;
use crate::page::html::html_layout;
use crate::page::line::{Layout, Line};

/// The lines of a Markdown file. `title`, which its front matter states, becomes the first line.
/// Without `title`, the first line is the title if it is a heading.
pub(crate) fn markdown_layout(text: &str, title: Option<&str>) -> Layout<'static> {
    let start = FrontMatter::of(text).map_or(0, |front_matter| front_matter.end);
    let body = &text[start..];
    let mut collector = LineCollector { offset: start, ..LineCollector::default() };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        collector.handle_event(event, range);
    }
    collector.end_line();
    let mut lines = collector.lines;
    let Some(title) = title else {
        // Only the title keeps its heading level, so that no later heading is taken for the title.
        for line in lines.iter_mut().skip(1) {
            line.heading = 0;
        }
        if let Some(first) = lines.first_mut().filter(|line| line.heading > 0) {
            first.heading = 1;
        }
        return Layout { lines, ..Layout::default() };
    };
    if lines.first().is_some_and(|line| line.heading > 0 && line.text == title) {
        lines.remove(0);
    }
    lines.iter_mut().for_each(|line| line.heading = 0);
    // The title stands in the front matter, so the range of its line is that of the front matter.
    let title_line =
        Line { text: Cow::Owned(title.to_owned()), heading: 1, end: start, ..Line::default() };
    lines.insert(0, title_line);
    Layout { lines, ..Layout::default() }
}

/// Collects the lines while Markdown is parsed.
#[derive(Default)]
struct LineCollector {
    /// Offset of the body in the file.
    offset: usize,
    lines: Vec<Line<'static>>,
    /// The text of the current line.
    text: String,
    /// The bytes of the body from the first to the last visible text of the current line.
    range: Option<Range<usize>>,
    /// Level of the open heading; 0 outside a heading.
    heading: u8,
    /// Number of open images; the text inside an image describes it, and is left out.
    images: usize,
    /// The open HTML block.
    html: Option<HtmlBlock>,
}

impl LineCollector {
    /// `range` is the range of the event's Markdown in the body.
    fn handle_event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.end_line();
                self.heading = heading_number(level);
            }
            Event::End(TagEnd::Heading(_)) => {
                self.end_line();
                self.heading = 0;
            }
            Event::Start(Tag::Image { .. }) => self.images += 1,
            Event::End(TagEnd::Image) => self.images = self.images.saturating_sub(1),
            Event::Start(Tag::HtmlBlock) => {
                self.end_line();
                self.html = Some(HtmlBlock::default());
            }
            Event::End(TagEnd::HtmlBlock) => self.end_html(),
            // Only HTML blocks have such events; HTML inside a paragraph is `InlineHtml`.
            Event::Html(html) => {
                if let Some(block) = &mut self.html {
                    block.push(&html, range.start);
                }
            }
            Event::InlineHtml(tag) if tag.starts_with("<br") => self.end_line(),
            // The cells of a row stand on one line, separated by spaces.
            Event::End(TagEnd::TableCell) => self.add(" ", range),
            Event::Start(tag) if !is_inline(&tag) => self.end_line(),
            Event::End(tag) if !is_inline_end(tag) => self.end_line(),
            Event::Text(text) => {
                for (number, line) in text.split('\n').enumerate() {
                    if number > 0 {
                        self.end_line();
                    }
                    self.add(line, range.clone());
                }
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.add(&text, range);
            }
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak | Event::Rule => self.end_line(),
            _ => {}
        }
    }

    /// Appends text to the current line.
    fn add(&mut self, text: &str, range: Range<usize>) {
        if self.images > 0 || text.is_empty() {
            return;
        }
        self.text.push_str(text);
        if !text.trim().is_empty() {
            let start = self.range.as_ref().map_or(range.start, |known| known.start);
            self.range = Some(start..range.end);
        }
    }

    /// Adds a space for a line break inside a paragraph, but only after an ASCII character, because
    /// Chinese text has no spaces.
    fn soft_break(&mut self) {
        let is_ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii());
        if is_ascii(self.text.chars().last()) {
            self.text.push(' ');
        }
    }

    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.text);
        let (text, range) = (text.trim(), self.range.take());
        if let Some(range) = range.filter(|_| !text.is_empty()) {
            self.lines.push(Line {
                text: Cow::Owned(text.to_owned()),
                start: self.offset + range.start,
                end: self.offset + range.end,
                heading: self.heading,
                ..Line::default()
            });
        }
    }

    /// Adds the lines of the HTML block that ends.
    fn end_html(&mut self) {
        let Some(block) = self.html.take() else { return };
        for line in html_layout(&block.html).lines {
            let range = block.range_in_body(line.start, line.end);
            let (start, end) = (self.offset + range.start, self.offset + range.end);
            self.lines.push(Line { start, end, ..line });
        }
    }
}

/// The HTML of an HTML block, without what stands between its pieces in the body: the markers of a
/// block quote, the indentation of a list, and the carriage returns.
#[derive(Default)]
struct HtmlBlock {
    html: String,
    /// Where each piece begins in `html`, and where it begins in the body.
    starts: Vec<(usize, usize)>,
}

impl HtmlBlock {
    /// Appends a piece, which begins at `start` in the body.
    fn push(&mut self, piece: &str, start: usize) {
        self.starts.push((self.html.len(), start));
        self.html.push_str(piece);
    }

    /// The range in the body of the bytes `start..end` of the HTML. It ends after the last of these
    /// bytes, and so before the marker of a line that follows.
    fn range_in_body(&self, start: usize, end: usize) -> Range<usize> {
        let in_body = |offset: usize| {
            let piece = self.starts.partition_point(|(from, _)| *from <= offset).checked_sub(1);
            piece.map_or(0, |piece| {
                let (from, start) = self.starts[piece];
                start + (offset - from)
            })
        };
        let last = end.saturating_sub(1).max(start);
        in_body(start)..in_body(last) + usize::from(end > start)
    }
}

fn heading_number(level: HeadingLevel) -> u8 {
    level as u8
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::TableCell
    )
}

fn is_inline_end(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        markdown_layout(text, None).lines.into_iter().map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn each_block_is_a_line_without_markup() {
        let text = "# 題目\n\n**甲**的[乙](https://a.b)與`丙`\n第二行\n\n- 丁\n- 戊\n\n> 己\n\n\
            | 庚 | 辛 |\n|---|---|\n| 1 | 2 |\n\n```\nlet a;\n\nlet b;\n```\n\n![圖](a.png)\n\n\
            <div><b>壬</b></div>\n\n癸<br>子\n";
        assert_eq!(
            lines(text),
            [
                "題目",
                "甲的乙與丙第二行",
                "丁",
                "戊",
                "己",
                "庚 辛",
                "1 2",
                "let a;",
                "let b;",
                "壬",
                "癸",
                "子"
            ]
        );
    }

    #[test]
    fn a_line_knows_its_offset_in_the_file() {
        let text = "---\ntitle: 題\n---\n\n甲**乙**\n\n<p>丙</p>\n";
        let layout = markdown_layout(text, Some("題"));
        let markdown_of = |line_number: usize| {
            let line = &layout.lines[line_number];
            &text[line.start..line.end]
        };
        assert_eq!((&*layout.lines[0].text, layout.lines[0].heading), ("題", 1));
        assert_eq!(markdown_of(1), "甲**乙");
        assert_eq!(markdown_of(2), "丙");
    }

    #[test]
    fn a_line_of_html_knows_its_offset_in_a_quote_in_a_list_and_after_carriage_returns() {
        for text in [
            "> <p>甲</p>\n> <p>乙</p>\n> <p>丙</p>\n",
            "- <p>甲</p>\n  <p>乙</p>\n  <p>丙</p>\n",
            "<p>甲</p>\r\n<p>乙</p>\r\n<p>丙</p>\r\n",
        ] {
            let layout = markdown_layout(text, None);
            let html_of = |line: &Line<'_>| text[line.start..line.end].to_owned();
            let found: Vec<String> = layout.lines.iter().map(html_of).collect();
            assert_eq!(found, ["甲", "乙", "丙"], "{text}");
        }
    }

    #[test]
    fn hostile_markdown_does_not_hang_the_reader() {
        for text in ["> ", "- ", "[", "*a ", "<a", "**", "![](", "`", "|", "1. ", "&", "\\"] {
            markdown_layout(&text.repeat(50_000), None);
        }
    }
}
