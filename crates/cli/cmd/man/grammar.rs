//! The page of the query language: its grammar, turned from Markdown into roff.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, italic, roman};

use super::sections;

const GRAMMAR: &str = include_str!("../../../query/GRAMMAR.md");
/// The heading of the grammar's last section, about its implementation and tests. The page leaves
/// that section out.
const FOR_DEVELOPERS: &str = "## For developers";

/// The width of the first column of a table, in characters.
const FIRST_CELL_COLUMNS: &str = "18";

/// The body of the page.
pub(super) fn page() -> String {
    let mut page = Roff::new();
    page.control("SH", ["NAME"]);
    page.text([roman("wensou-query - the query language of wensou")]);
    let mut writer = Writer { page, ..Writer::default() };
    let grammar = GRAMMAR.split(FOR_DEVELOPERS).next().unwrap_or(GRAMMAR);
    for event in Parser::new_ext(grammar, Options::ENABLE_TABLES) {
        writer.write_event(event);
    }
    sections::see_also(&mut writer.page, &["wensou(1)", "wensou-search(1)", "wensou-explain(1)"]);
    writer.page.to_roff()
}

/// Writes Markdown events as roff.
#[derive(Default)]
struct Writer {
    page: Roff,
    /// The current line of text.
    inlines: Vec<Inline>,
    /// The finished cells of the current row of a table.
    cells: Vec<Vec<Inline>>,
    in_code_block: bool,
    /// Whether a heading or a list item has started the next paragraph, so that the paragraph needs
    /// no macro.
    paragraph_started: bool,
}

impl Writer {
    /// Writes the current line of text.
    fn flush(&mut self) {
        let inlines = std::mem::take(&mut self.inlines);
        if !inlines.is_empty() {
            self.page.text(inlines);
        }
    }

    fn start_paragraph(&mut self) {
        if !std::mem::take(&mut self.paragraph_started) {
            self.page.control("PP", []);
        }
    }

    fn write_event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Paragraph) => self.start_paragraph(),
            Event::Start(Tag::Item) => {
                self.page.control("IP", ["•", "2"]);
                self.paragraph_started = true;
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                // No deeper than text, or the grammar would not fit into 80 columns.
                self.start_paragraph();
                self.page.control("nf", []);
                self.in_code_block = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                self.flush();
                self.page.control("fi", []);
                self.in_code_block = false;
            }
            Event::End(TagEnd::Heading(level)) => self.write_heading(level as usize),
            // A table begins like a paragraph, with a blank line before it; `PD 0` takes away the
            // blank lines between its rows.
            Event::Start(Tag::Table(_)) => {
                self.start_paragraph();
                self.page.control("PD", ["0"]);
            }
            Event::End(TagEnd::Table) => {
                self.page.control("PD", []);
            }
            Event::End(TagEnd::TableCell) => self.cells.push(std::mem::take(&mut self.inlines)),
            Event::End(TagEnd::TableHead) => {
                let head = std::mem::take(&mut self.cells).into_iter().map(italics).collect();
                self.write_row(head);
            }
            Event::End(TagEnd::TableRow) => {
                let cells = std::mem::take(&mut self.cells);
                self.write_row(cells);
            }
            Event::Text(text) if self.in_code_block => {
                for line in text.lines() {
                    self.page.text([roman(line)]);
                }
            }
            Event::Text(text) => self.inlines.push(roman(text.as_ref())),
            Event::Code(text) => self.inlines.push(bold(text.as_ref())),
            Event::SoftBreak | Event::HardBreak => self.inlines.push(roman(" ")),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => self.flush(),
            _ => {}
        }
    }

    fn write_heading(&mut self, level: usize) {
        let title: String = std::mem::take(&mut self.inlines)
            .into_iter()
            .map(|inline| match inline {
                Inline::Roman(text) | Inline::Bold(text) | Inline::Italic(text) => text,
                Inline::LineBreak => " ".to_owned(),
            })
            .collect();
        let macro_name = if level <= 2 { "SH" } else { "SS" };
        self.page.control(macro_name, [title.as_str()]);
        self.paragraph_started = true;
    }

    /// Writes a row of a table as a tagged paragraph, because columns would not fit: the first cell
    /// is the tag, and the others are joined with semicolons.
    fn write_row(&mut self, cells: Vec<Vec<Inline>>) {
        let mut cells = cells.into_iter();
        let Some(tag) = cells.next() else { return };
        let mut text: Vec<Inline> = Vec::new();
        for cell in cells.filter(|cell| !cell.is_empty()) {
            if !text.is_empty() {
                text.push(roman("; "));
            }
            text.extend(cell);
        }
        if text.is_empty() {
            text.push(roman("-"));
        }
        self.page.control("TP", [FIRST_CELL_COLUMNS]).text(tag).text(text);
    }
}

fn italics(cell: Vec<Inline>) -> Vec<Inline> {
    let slant = |inline| match inline {
        Inline::Roman(text) => italic(text),
        other => other,
    };
    cell.into_iter().map(slant).collect()
}
