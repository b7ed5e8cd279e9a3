//! `wensou man`: manual pages, of the verbs from their help and of the query language from its grammar.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, roman};

use crate::args::{Cli, Manual};
use crate::exit::Outcome;
use crate::out::Terminal;

const GRAMMAR: &str = include_str!("../../query/GRAMMAR.md");

pub(crate) fn run(args: &Manual, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let pages = pages()?;
    if let Some(dir) = &args.dir {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        for (name, text) in &pages {
            write(&dir.join(name), text)?;
        }
        terminal.say(format_args!("{} pages in {}", pages.len(), dir.display()));
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

fn page(command: Command, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    // The title of a page is its own name: the command's is `wensou` for all of them.
    Man::new(command).title(name.to_uppercase()).manual("wensou").render(&mut text)?;
    Ok(text)
}

/// The grammar, from Markdown.
fn query() -> String {
    let mut page = Roff::new();
    page.control("TH", ["WENSOU-QUERY", "7", "", "wensou", "wensou"]);
    page.control("SH", ["NAME"]);
    page.text([roman("wensou-query - the query language of wensou")]);
    let mut writer = Writer { page, inlines: Vec::new(), cells: Vec::new(), code: false };
    for event in Parser::new_ext(GRAMMAR, Options::ENABLE_TABLES) {
        writer.event(event);
    }
    writer.page.render()
}

struct Writer {
    page: Roff,
    /// The line of text at hand.
    inlines: Vec<Inline>,
    /// The cells of the table's row at hand.
    cells: Vec<Vec<Inline>>,
    code: bool,
}

impl Writer {
    fn flush(&mut self) {
        let inlines = std::mem::take(&mut self.inlines);
        if !inlines.is_empty() {
            self.page.text(inlines);
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Paragraph) => {
                self.page.control("PP", []);
            }
            Event::Start(Tag::Item) => {
                self.page.control("IP", ["•", "2"]);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                self.page.control("PP", []).control("RS", ["4"]).control("nf", []);
                self.code = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                self.flush();
                self.page.control("fi", []).control("RE", []);
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
            }
            Event::End(TagEnd::TableCell) => self.cells.push(std::mem::take(&mut self.inlines)),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                let cells = std::mem::take(&mut self.cells);
                let mut row = Vec::new();
                for (at, cell) in cells.into_iter().filter(|cell| !cell.is_empty()).enumerate() {
                    if at > 0 {
                        row.push(roman("   "));
                    }
                    row.extend(cell);
                }
                self.page.control("br", []).text(row);
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
}
