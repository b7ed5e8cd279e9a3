//! `wensou man`: manual pages, of the verbs from their help and of the query language from its
//! grammar.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, italic, roman};

use crate::args::{Cli, Manual};
use crate::exit::Outcome;
use crate::out::{Terminal, sanitize};

const GRAMMAR: &str = include_str!("../../query/GRAMMAR.md");
/// What the writer of sections puts before each: apostrophes that a terminal can copy.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";
/// The last section, of what stands where in the sources.
const FOR_DEVELOPERS: &str = "## For developers";

pub(crate) fn run(args: &Manual, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let pages = pages()?;
    if let Some(dir) = &args.dir {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        for (name, text) in &pages {
            write(&dir.join(name), text)?;
        }
        let dir = dir.display().to_string();
        terminal.say(format_args!("{} pages in {}", pages.len(), sanitize::line(&dir)));
        return Ok(Outcome::Done);
    }
    let wanted = match &args.page {
        None => "wensou.1".to_owned(),
        Some(page) if page == "query" => "wensou-query.7".to_owned(),
        Some(verb) => format!("wensou-{verb}.1"),
    };
    let Some((_, text)) = pages.iter().find(|(name, _)| *name == wanted) else {
        bail!("there is no page {wanted}: name a verb, or `query`");
    };
    terminal.out().write_all(text)?;
    Ok(Outcome::Done)
}

fn write(path: &Path, text: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Every page: its file's name and its text.
fn pages() -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut command = Cli::command();
    command.build();
    let mut pages = vec![("wensou.1".to_owned(), page(command.clone(), "wensou")?)];
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let name = format!("wensou-{}", verb.get_name());
        pages.push((format!("{name}.1"), page(verb.clone(), &name)?));
    }
    pages.push(("wensou-query.7".to_owned(), query().into_bytes()));
    Ok(pages)
}

/// The first line of a page. The date is empty: a page is as old as its program.
fn title(name: &str, section: u8) -> String {
    let (name, version) = (name.to_uppercase(), env!("CARGO_PKG_VERSION"));
    format!(".TH {name} {section} \"\" \"wensou {version}\" \"wensou\"\n")
}

fn page(command: Command, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    // Its own way to write one leaves out the names of values.
    let usage = command.clone().render_usage().to_string();
    let (verbs, version) = (command.has_subcommands(), command.get_version().is_some());
    let more = command.get_after_long_help().is_some() || command.get_after_help().is_some();
    let man = Man::new(command);
    man.render_name_section(&mut text)?;
    text.extend(synopsis(&usage).into_bytes());
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if verbs {
        man.render_subcommands_section(&mut text)?;
    }
    if more {
        man.render_extra_section(&mut text)?;
    }
    if version {
        man.render_version_section(&mut text)?;
    }
    let text = String::from_utf8(text)?;
    // Every section begins with the same two lines, and blank lines are no macro.
    let text = text.replace(APOSTROPHE, "").replace("\n.br\n\n.br\n", "\n.sp\n");
    Ok((APOSTROPHE.to_owned() + &title(name, 1) + &text).into_bytes())
}

/// The section of that name from the line that help begins with.
fn synopsis(usage: &str) -> String {
    let mut page = Roff::new();
    page.control("SH", ["SYNOPSIS"]);
    for (at, line) in usage.trim_start_matches("Usage:").lines().enumerate() {
        if at > 0 {
            page.control("br", []);
        }
        let line = line.trim();
        let name = line.len()
            - line.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == ' ').len();
        let (name, rest) = line.split_at(name);
        page.text([bold(name.trim_end()), roman(" "), roman(rest)]);
    }
    page.to_roff()
}

/// The grammar, from Markdown.
fn query() -> String {
    let mut page = Roff::new();
    page.control("SH", ["NAME"]);
    page.text([roman("wensou-query - the query language of wensou")]);
    let mut writer = Writer { page, ..Writer::default() };
    let grammar = GRAMMAR.split(FOR_DEVELOPERS).next().unwrap_or(GRAMMAR);
    for event in Parser::new_ext(grammar, Options::ENABLE_TABLES) {
        writer.event(event);
    }
    APOSTROPHE.to_owned() + &title("wensou-query", 7) + &writer.page.to_roff()
}

#[derive(Default)]
struct Writer {
    page: Roff,
    /// The line of text at hand.
    inlines: Vec<Inline>,
    /// The cells of the table's row at hand.
    cells: Vec<Vec<Inline>>,
    code: bool,
    /// A heading or an item has begun the paragraph that comes next.
    begun: bool,
}

impl Writer {
    fn flush(&mut self) {
        let inlines = std::mem::take(&mut self.inlines);
        if !inlines.is_empty() {
            self.page.text(inlines);
        }
    }

    fn paragraph(&mut self) {
        if !std::mem::take(&mut self.begun) {
            self.page.control("PP", []);
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Paragraph) => self.paragraph(),
            Event::Start(Tag::Item) => {
                self.page.control("IP", ["•", "2"]);
                self.begun = true;
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                // No deeper than text, or the grammar would not fit into 80 columns.
                self.paragraph();
                self.page.control("nf", []);
                self.code = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                self.flush();
                self.page.control("fi", []);
                self.code = false;
            }
            Event::End(TagEnd::Heading(level)) => {
                let title: String = std::mem::take(&mut self.inlines)
                    .into_iter()
                    .map(|inline| match inline {
                        Inline::Roman(text) | Inline::Bold(text) | Inline::Italic(text) => text,
                        Inline::LineBreak => " ".to_owned(),
                    })
                    .collect();
                let macro_name = if level as usize <= 2 { "SH" } else { "SS" };
                self.page.control(macro_name, [title.as_str()]);
                self.begun = true;
            }
            // A table follows a paragraph, whose space is enough for all its rows.
            Event::Start(Tag::Table(_)) => {
                self.paragraph();
                self.page.control("PD", ["0"]);
            }
            Event::End(TagEnd::Table) => {
                self.page.control("PD", []);
            }
            Event::End(TagEnd::TableCell) => self.cells.push(std::mem::take(&mut self.inlines)),
            Event::End(TagEnd::TableHead) => {
                let head = std::mem::take(&mut self.cells).into_iter().map(italics).collect();
                self.row(head);
            }
            Event::End(TagEnd::TableRow) => {
                let cells = std::mem::take(&mut self.cells);
                self.row(cells);
            }
            Event::Text(text) if self.code => {
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
    /// A row of a table: columns would not fit, so the first cell stands out before the others.
    fn row(&mut self, cells: Vec<Vec<Inline>>) {
        let mut cells = cells.into_iter();
        let Some(first) = cells.next() else { return };
        let mut rest: Vec<Inline> = Vec::new();
        for cell in cells.filter(|cell| !cell.is_empty()) {
            if !rest.is_empty() {
                rest.push(roman("; "));
            }
            rest.extend(cell);
        }
        if rest.is_empty() {
            rest.push(roman("-"));
        }
        self.page.control("TP", ["18"]).text(first).text(rest);
    }
}

fn italics(cell: Vec<Inline>) -> Vec<Inline> {
    let slant = |inline| match inline {
        Inline::Roman(text) => italic(text),
        other => other,
    };
    cell.into_iter().map(slant).collect()
}
