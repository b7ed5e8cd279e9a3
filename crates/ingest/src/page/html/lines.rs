//! Splits HTML into lines: block elements and `<br>` end a line. Scripts, styles and hidden text
//! are dropped. The texts of links are also kept one by one, because links can be tags.

use std::borrow::Cow;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Emitter, ForwardingEmitter, StartTag, Token, Tokenizer};

use super::elements::{
    SILENT, heading_level, is_block, is_cell, is_formatting, is_void, silent_index,
    surrounds_content,
};
use super::footnote_marks::Superscript;
use super::limits::{Measured, check_text};
use super::nesting::Nesting;
use super::numbered_copy::{MAX_LINES, NumberedCopy};
use super::open_elements::{OpenElements, Roles, is_hidden};
use super::stated_data::{StatedData, attribute};
use super::whitespace::{leading_whitespace, one_line, trailing_whitespace};
use crate::page::line::{Layout, Line, Part};
use crate::report::Unextracted;

/// Maximum number of [`TextPiece`]s, which serve to find metadata near the top of a page.
const MAX_PIECES: usize = 20_000;
/// Maximum number of separate lines, so that the lines of any page take bounded memory. All further
/// text forms one line.
const MAX_LINES_KEPT: usize = 2 * MAX_LINES;
/// Maximum bytes of a [`TextPiece`]; longer text is no metadata.
const MAX_PIECE: usize = 300;

/// A page split into lines.
pub(super) struct LinesOfPage {
    pub(super) layout: Layout<'static>,
    /// Whether each line continues the table row of the line before it.
    pub(super) continues_row: Vec<bool>,
    pub(super) pieces: Vec<TextPiece>,
    /// Which elements the lines stand in.
    pub(super) nesting: Nesting,
    /// What `meta` elements, JSON-LD and other attributes and scripts state.
    pub(super) stated_data: StatedData,
    /// A copy in which every line is numbered, if the page is within the limits.
    pub(super) copy: Result<String, Unextracted>,
}

/// Text between two tags.
#[derive(Debug)]
pub(super) struct TextPiece {
    /// Number of its line.
    pub(super) line: usize,
    pub(super) text: String,
    /// What attributes of elements around it say it is, such as a date or an author.
    pub(super) roles: Roles,
    /// See [`OpenElements::part`].
    pub(super) part: u32,
}

/// Splits a page into lines.
pub(super) fn read(text: &str) -> LinesOfPage {
    let checked_text = check_text(text);
    let mut reader =
        Reader { copy: checked_text.is_ok().then(|| NumberedCopy::new(text)), ..Reader::default() };
    let mut emitter = DefaultEmitter::new_with_span();
    // Treat scripts and styles as raw text, as browsers do.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(text, WithoutErrors(emitter)) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reader.open(&tag),
            Token::EndTag(tag) => reader.close(&tag.name, tag.span.end),
            Token::String(string) => {
                reader.text(
                    &String::from_utf8_lossy(&string.value),
                    string.span.start,
                    string.span.end,
                );
            }
            Token::Comment(comment) => reader.skip(comment.span.start, comment.span.end),
            Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.finish(text.len());
    let measured = Measured {
        depth: reader.elements.max_depth,
        reopened_elements: reader.elements.reopened_elements,
        lines: reader.layout.lines.len(),
        ..reader.measured
    };
    let Reader { layout, continues_row, pieces, stated_data, copy, .. } = reader;
    let nesting = Nesting::new(reader.elements.containers, reader.containers);
    let copy = checked_text
        .and_then(|()| measured.check())
        .map(|()| copy.map(NumberedCopy::finish).unwrap_or_default());
    LinesOfPage { layout, continues_row, pieces, nesting, stated_data, copy }
}

/// Drops parse errors: a page of NULs has one for each byte.
#[derive(Debug)]
pub(super) struct WithoutErrors(pub(super) DefaultEmitter<usize>);

impl ForwardingEmitter for WithoutErrors {
    type Token = Token<usize>;

    fn inner(&mut self) -> &mut impl Emitter<Token = Self::Token> {
        &mut self.0
    }

    fn emit_error(&mut self, _: html5gum::Error) {}

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

/// The state while a page is read.
#[derive(Default)]
struct Reader<'a> {
    layout: Layout<'static>,
    /// See [`LinesOfPage::continues_row`].
    continues_row: Vec<bool>,
    pieces: Vec<TextPiece>,
    /// The container of each line; see [`OpenElements::container`].
    containers: Vec<u32>,
    stated_data: StatedData,
    copy: Option<NumberedCopy<'a>>,
    measured: Measured,
    elements: OpenElements,
    row: Row,
    /// The line being read, without its text and end.
    line: Line<'static>,
    /// The container of that line.
    container: u32,
    /// The text of that line so far.
    text: String,
    /// Whether the page has been read to its end. Then the last line ends even if there are already
    /// [`MAX_LINES_KEPT`] lines.
    is_at_end: bool,
    /// Whether the line has any visible text.
    has_text: bool,
    /// Byte offset after the last text of the line, or after the last end tag of a `span` or
    /// formatting element that follows the text.
    end: usize,
    /// The open elements whose text is left out, as indices into [`SILENT`].
    silent: Vec<usize>,
    /// How many elements of each kind of [`SILENT`] are open, so that an unmatched end tag costs no
    /// search.
    silent_open: [usize; SILENT.len()],
    /// Number of open elements around the main content, such as `nav`.
    surroundings: usize,
    /// Level of the open heading; 0 outside a heading.
    heading_level: u8,
    in_title: bool,
    /// Number of open `pre` elements.
    preformatted: usize,
    superscript: Superscript,
    /// The text of the open link so far, and whether the link leads to a tag.
    link: Option<(String, bool)>,
    /// Whether every link of the line so far leads to a tag.
    only_tag_links: bool,
}

/// The table row being read.
#[derive(Default)]
struct Row {
    /// Number of its first line.
    start: usize,
    /// Number of its cells so far.
    cells: usize,
    /// Whether the next line continues the row.
    continues: bool,
}

impl<'a> Reader<'a> {
    fn open(&mut self, tag: &StartTag<usize>) {
        let name = String::from_utf8_lossy(&tag.name);
        self.measured.elements += 1;
        let bytes = tag.span.end.saturating_sub(tag.span.start);
        self.measured.longest_tag = self.measured.longest_tag.max(bytes);
        self.stated_data.add_tag(&name, tag);
        self.stated_data.time_lines.resize(self.stated_data.times.len(), self.layout.lines.len());
        if !is_void(&name) {
            let value = |key: &[u8]| attribute(tag, key);
            let roles = [&b"class"[..], b"id", b"itemprop", b"rel"]
                .iter()
                .filter_map(|key| value(key))
                .map(|value| Roles::of(&value))
                .fold(Roles::default(), Roles::or);
            let hidden = tag.attributes.contains_key(&b"hidden"[..]);
            self.elements.open(&name, roles, is_hidden(value(b"style").as_deref(), hidden));
        }
        if let Some(kind) = silent_index(&name).filter(|_| !tag.self_closing) {
            self.silent.push(kind);
            self.silent_open[kind] += 1;
            return;
        }
        if is_block(&name) {
            self.end_line();
        }
        match &*name {
            "title" => self.in_title = true,
            "pre" => self.preformatted += 1,
            "sup" => self.superscript = Superscript::MayBeNote,
            "tr" => self.row = Row { start: self.layout.lines.len(), ..Row::default() },
            "a" => {
                let mentions_tag = |key| {
                    attribute(tag, key)
                        .is_some_and(|value| value.to_ascii_lowercase().contains("tag"))
                };
                self.link = Some((String::new(), mentions_tag(b"href") || mentions_tag(b"rel")));
            }
            name if is_cell(name) => self.row.open_cell(self.layout.lines.len()),
            name if surrounds_content(name) => self.surroundings += 1,
            name => self.heading_level = heading_level(name).unwrap_or(self.heading_level),
        }
    }

    fn close(&mut self, name: &[u8], end: usize) {
        let name = String::from_utf8_lossy(name);
        self.elements.close(&name);
        if let Some(kind) = silent_index(&name).filter(|kind| self.silent_open[*kind] > 0) {
            // Closing an element closes everything inside it.
            while let Some(open) = self.silent.pop() {
                self.silent_open[open] -= 1;
                if open == kind {
                    break;
                }
            }
            return;
        }
        if is_block(&name) {
            self.end_line();
        }
        match &*name {
            "title" => self.in_title = false,
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "sup" => self.superscript = Superscript::Text,
            "a" => self.end_link(),
            // The end tag of a `span` or formatting element after the text belongs to the line.
            "span" if self.has_text => self.end = end,
            name if is_formatting(name) && self.has_text => self.end = end,
            name if surrounds_content(name) => {
                self.surroundings = self.surroundings.saturating_sub(1);
            }
            name if heading_level(name).is_some() => self.heading_level = 0,
            _ => {}
        }
    }

    fn text(&mut self, text: &str, start: usize, end: usize) {
        // A parser opens misnested formatting elements again before any text.
        self.elements.count_reopened_elements();
        if let Some(kind) = self.silent.last() {
            if SILENT[*kind] == "script" {
                self.stated_data.add_script(text, start, end);
            }
            if matches!(SILENT[*kind], "script" | "style") {
                self.skip(start, end);
            }
            return;
        }
        if self.in_title {
            self.layout.head_title.get_or_insert_default().push_str(text);
            self.skip(start, end);
            return;
        }
        if self.elements.is_hidden() || self.superscript.is_note(text, &self.text) {
            return;
        }
        if self.preformatted > 0 {
            for (number, piece) in text.split('\n').enumerate() {
                if number > 0 {
                    self.end_line();
                }
                self.append(piece, start, end);
            }
        } else {
            self.append(text, start, end);
        }
    }

    /// Leaves out a range of the page in the numbered copy.
    fn skip(&mut self, start: usize, end: usize) {
        if let Some(copy) = &mut self.copy {
            copy.skip(start, end);
        }
    }

    /// Appends visible text to the line.
    fn append(&mut self, text: &str, start: usize, end: usize) {
        if let Some((link, _)) = &mut self.link {
            link.push_str(text);
        }
        if text.contains('\0') {
            return self.append(&text.replace('\0', ""), start, end);
        }
        let trimmed = text.trim();
        if !trimmed.is_empty() {
            let line = self.layout.lines.len();
            if !self.has_text {
                self.has_text = true;
                self.line.start = start + leading_whitespace(text);
                self.line.heading = self.heading_level;
                self.container = self.elements.container();
                self.line.part =
                    if self.surroundings > 0 { Part::Surroundings } else { Part::Main };
                if let Some(copy) = &mut self.copy {
                    copy.number_line(start, line);
                }
            }
            self.end = end - trailing_whitespace(text);
            if trimmed.len() <= MAX_PIECE && self.pieces.len() < MAX_PIECES {
                let (roles, part) = (self.elements.roles(), self.elements.part());
                self.pieces.push(TextPiece { line, text: trimmed.to_owned(), roles, part });
            }
        }
        self.text.push_str(text);
    }

    fn end_link(&mut self) {
        let Some((text, to_tag)) = self.link.take() else { return };
        let text = one_line(&text);
        if !text.is_empty() {
            self.only_tag_links = to_tag && (self.only_tag_links || self.line.links.is_empty());
            self.line.links.push(text);
        }
    }

    /// Adds the line to the layout, unless it is empty.
    fn end_line(&mut self) {
        self.superscript = Superscript::Text;
        if self.layout.lines.len() >= MAX_LINES_KEPT && !self.is_at_end {
            self.text.push(' ');
            return;
        }
        // If a link surrounds several lines, each line gets its own piece of the link's text.
        if let Some((text, to_tag)) = self.link.take() {
            self.link = Some((text, to_tag));
            self.end_link();
            self.link = Some((String::new(), to_tag));
        }
        let text = one_line(&self.text);
        self.text.clear();
        self.has_text = false;
        let mut line = std::mem::take(&mut self.line);
        let only_tag_links = std::mem::take(&mut self.only_tag_links);
        if text.is_empty() {
            return;
        }
        let linked: usize = line.links.iter().map(String::len).sum();
        let spaces = text.bytes().filter(|b| *b == b' ').count();
        line.tag_links_only = only_tag_links && linked + spaces >= text.len();
        line.end = self.end;
        line.text = Cow::Owned(text);
        self.layout.lines.push(line);
        self.containers.push(self.container);
        self.continues_row.push(std::mem::take(&mut self.row.continues));
    }

    fn finish(&mut self, page_bytes: usize) {
        self.end = self.end.min(page_bytes);
        self.is_at_end = true;
        self.end_line();
        if let Some(title) = &mut self.layout.head_title {
            *title = one_line(title);
        }
    }
}

impl Row {
    /// Opens a cell whose first line has the number `line`. That line continues the row if the
    /// cells before it have at least one line, and not more lines than there are cells: then no
    /// cell has several lines, unless others are empty.
    fn open_cell(&mut self, line: usize) {
        self.continues = self.cells > 0 && line > self.start && line - self.start <= self.cells;
        self.cells += 1;
    }
}

#[cfg(test)]
mod tests;
