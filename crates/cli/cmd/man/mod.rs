//! `wensou man`: prints a manual page, or writes all of them into a folder. The pages of the verbs
//! are made from their help, the page of the query language from its grammar.

mod examples;
mod grammar;
mod sections;

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use crate::args::{Cli, Manual};
use crate::exit::Outcome;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// The date of all pages: when their text last changed. Fixed, so that builds are reproducible.
const DATE: &str = "2026-11-27";
/// The definition that the roff crate writes before each rendered part, so that apostrophes can be
/// copied from a terminal.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

pub(crate) fn run(args: &Manual, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let pages = pages()?;
    if let Some(dir) = &args.dir {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        for (name, text) in &pages {
            write_page(&dir.join(name), text)?;
        }
        let dir = dir.display().to_string();
        let pages = count_noun(pages.len(), "page");
        terminal.notice(format_args!("wrote {pages} to {}", sanitize::line(&dir)));
        return Ok(Outcome::Done);
    }
    let wanted = match &args.page {
        None => "wensou.1".to_owned(),
        Some(page) if page == "query" => "wensou-query.7".to_owned(),
        Some(verb) => format!("wensou-{verb}.1"),
    };
    let Some((_, text)) = pages.iter().find(|(name, _)| *name == wanted) else {
        bail!("there is no manual page {wanted}: name a verb, or `query`");
    };
    terminal.out().write_all(text.as_bytes())?;
    Ok(Outcome::Done)
}

fn write_page(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Every page: the name of its file and its text.
fn pages() -> anyhow::Result<Vec<(String, String)>> {
    let mut command = Cli::command();
    command.build();
    let verbs: Vec<&Command> =
        command.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
    let verb_of_program = None;
    let program = page(&command, "wensou", verb_of_program, &verbs)?;
    let mut pages = vec![("wensou.1".to_owned(), program)];
    for verb in &verbs {
        let name = format!("wensou-{}", verb.get_name());
        let listed_verbs: &[&Command] = &[];
        let text = page(verb, &name, Some(verb.get_name()), listed_verbs)?;
        pages.push((format!("{name}.1"), text));
    }
    let query = APOSTROPHE.to_owned() + &title("wensou-query", 7) + &grammar::page();
    pages.push(("wensou-query.7".to_owned(), query));
    Ok(pages)
}

/// The first line of a page.
fn title(name: &str, section: u8) -> String {
    let (name, version) = (name.to_uppercase(), env!("CARGO_PKG_VERSION"));
    format!(".TH {name} {section} \"{DATE}\" \"wensou {version}\" \"wensou\"\n")
}

/// The page of a verb, or, if `verb` is `None`, of the program, which lists its `verbs`.
fn page(
    command: &Command,
    name: &str,
    verb: Option<&str>,
    verbs: &[&Command],
) -> anyhow::Result<String> {
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    man.render_name_section(&mut text)?;
    // clap_mangen's own synopsis lists flags without the names of their values, such as `<FILE>`.
    text.extend(synopsis(&command.clone().render_usage().to_string()).into_bytes());
    text.extend(description(command).into_bytes());
    man.render_options_section(&mut text)?;
    let mut closing = Roff::new();
    sections::verbs(&mut closing, verbs);
    sections::closing(&mut closing, verb);
    text.extend(closing.to_roff().into_bytes());
    let text = String::from_utf8(text)?;
    // Define the apostrophe only once. Replace two breaks with a blank line between them by a
    // vertical space, because roff warns about blank lines.
    let text = text.replace(APOSTROPHE, "").replace("\n.br\n\n.br\n", "\n.sp\n");
    Ok(APOSTROPHE.to_owned() + &title(name, 1) + &text)
}

/// The section SYNOPSIS, from the usage line of the help.
fn synopsis(usage: &str) -> String {
    let mut page = Roff::new();
    page.control("SH", ["SYNOPSIS"]);
    for (at, line) in usage.trim_start_matches("Usage:").lines().enumerate() {
        if at > 0 {
            page.control("br", []);
        }
        let line = line.trim();
        // The names of the program and the verb precede the arguments.
        let arguments = line.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == ' ');
        let (name, arguments) = line.split_at(line.len() - arguments.len());
        page.text([bold(name.trim_end()), roman(" "), roman(arguments)]);
    }
    page.to_roff()
}

/// The section DESCRIPTION, from the long help. Indented lines are not filled.
fn description(command: &Command) -> String {
    let mut page = Roff::new();
    page.control("SH", ["DESCRIPTION"]);
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let mut verbatim = false;
    for line in about.lines() {
        let indented = line.starts_with("  ");
        if indented != verbatim {
            page.control("PP", []).control(if indented { "nf" } else { "fi" }, []);
            verbatim = indented;
        }
        if line.trim().is_empty() {
            page.control("PP", []);
        } else {
            page.text([roman(line)]);
        }
    }
    if verbatim {
        page.control("fi", []);
    }
    page.to_roff()
}
