//! Prints a whole record as text, or as a citation.

use std::io;

use anstyle::Style;
use wensou_index::{Kind, RecordExt};
use wensou_ingest::{Article, DateProvenance, FlashItem, Record};
use wensou_query::{Highlighter, RecordLookup};

use super::script::Converter;
use super::style::{DATE, DIM, KIND, TAG, TITLE};
use super::text::{highlighted, wrap};
use super::{Terminal, attributes, hits, sanitize};
use crate::open_index::OpenIndex;

/// The indentation of most paragraphs.
const NO_INDENT: &str = "";
/// The indentation of the items below a heading.
const INDENT: &str = "  ";

/// How a record is shown.
pub(crate) struct RecordView {
    /// Highlights the words of a query.
    pub(crate) highlighter: Highlighter,
    /// The script that text is shown in.
    pub(crate) script: Converter,
}

impl RecordView {
    /// Text from a page, sanitized and highlighted.
    fn highlighted(&self, text: &str, base: Style) -> String {
        highlighted(&self.script.snippet(self.highlighter.highlight(text)), base)
    }

    /// Text from a page, sanitized.
    fn text(&self, text: &str) -> String {
        sanitize::line(&self.script.text(text)).into_owned()
    }
}

/// A citation of a record in one sanitized line: author, title, source, site, date, address, path
/// and byte range, as far as they are known.
pub(crate) fn citation(record: &Record) -> String {
    let source = hits::source(record);
    let date = match record.date().value {
        None => "no date".to_owned(),
        Some(_) => match record.date().provenance {
            DateProvenance::Inferred(_) => format!("{} (inferred)", hits::date(record)),
            _ => hits::date(record),
        },
    };
    let (path, span) = attributes::location(record);
    let location = format!("{path}, bytes {}..{}", span.start, span.end);
    let (author, site, url) = match record {
        Record::Article(Article { author, site, url, .. }) => (author, site, url),
        Record::Flash(FlashItem { url, .. }) => (&None, &None, url),
    };
    let site = site.as_deref().filter(|site| source != Some(*site));
    let parts = [
        author.as_deref(),
        Some(attributes::title(record)),
        source,
        site,
        Some(&date),
        url.as_deref(),
        Some(&location),
    ];
    sanitize::line(&parts.into_iter().flatten().collect::<Vec<_>>().join(". ")).into_owned()
}

/// Prints a record.
pub(crate) fn print(
    terminal: &mut Terminal,
    index: &OpenIndex,
    record: &Record,
    view: &RecordView,
) -> anyhow::Result<()> {
    let title = view.highlighted(attributes::title(record), TITLE);
    print_paragraph(terminal, &format!("{title}\n"), NO_INDENT)?;
    let kind = record.kind().name();
    // What is known of the record besides its text, on one line.
    let mut facts = vec![format!("{KIND}{kind}{KIND:#}"), date_fact(record)];
    match record {
        Record::Article(article) => facts.extend(article_facts(article)),
        Record::Flash(flash) => facts.extend(flash_facts(flash)),
    }
    facts.retain(|fact| !fact.is_empty());
    print_paragraph(terminal, &facts.join(" · "), NO_INDENT)?;
    let tags = record.texts().tags;
    if !tags.is_empty() {
        let tags: Vec<String> =
            tags.iter().map(|tag| format!("{TAG}#{}{TAG:#}", sanitize::line(tag))).collect();
        print_paragraph(terminal, &tags.join(" "), NO_INDENT)?;
    }
    terminal.line("")?;
    match record {
        Record::Article(article) => print_article_body(terminal, index, article, view)?,
        Record::Flash(flash) => {
            for text in flash.text.split('\n') {
                print_paragraph(terminal, &view.highlighted(text, Style::new()), NO_INDENT)?;
            }
            terminal.line("")?;
        }
    }
    print_locations(terminal, record)?;
    Ok(())
}

/// The date of a record. In parentheses follows how it is known, such as `inferred from the title`
/// or `stated: meta`; not if the visible text or a field of a dump states it.
fn date_fact(record: &Record) -> String {
    let date = record.date();
    let reason = match date.provenance {
        DateProvenance::Inferred(basis) => {
            format!(" (inferred from the {})", attributes::date_basis_name(basis))
        }
        DateProvenance::Stated(origin) => {
            origin.name().map_or_else(String::new, |name| format!(" (stated: {name})"))
        }
        DateProvenance::None => return "no date".to_owned(),
    };
    format!("{DATE}{}{DATE:#}{reason}", hits::date(record))
}

/// A value with its name, such as `source 鏈聞`; empty if the value is not known.
fn named(name: &str, value: Option<&String>) -> String {
    value.map(|value| format!("{name} {}", sanitize::line(value))).unwrap_or_default()
}

fn article_facts(article: &Article) -> Vec<String> {
    vec![
        named("source", article.source.as_ref()),
        named("by", article.author.as_ref()),
        named("translated by", article.translator.as_ref()),
        named("edited by", article.editor.as_ref()),
        named("category", article.category.as_ref()),
        named("site", article.site.as_ref()),
        named("at", article.url.as_ref()),
    ]
}

fn flash_facts(flash: &FlashItem) -> Vec<String> {
    vec![
        named("column", flash.column.as_ref()),
        named("outlet", flash.outlet.as_ref()),
        named("category", flash.category.as_ref()),
        named("at", flash.url.as_ref()),
    ]
}

/// Prints a paragraph, wrapped, with `indent` before each line.
fn print_paragraph(terminal: &mut Terminal, text: &str, indent: &str) -> io::Result<()> {
    let columns = terminal.width();
    for line in wrap(text.trim_end_matches('\n'), columns, indent) {
        terminal.line(line)?;
    }
    Ok(())
}

/// Prints the paragraphs of an article, then the flash items that stood between them, then the
/// titles of related articles.
fn print_article_body(
    terminal: &mut Terminal,
    index: &OpenIndex,
    article: &Article,
    view: &RecordView,
) -> anyhow::Result<()> {
    for text in &article.paragraphs {
        print_paragraph(terminal, &view.highlighted(text, Style::new()), NO_INDENT)?;
        terminal.line("")?;
    }
    if !article.flashes.is_empty() {
        terminal.line(format_args!("{KIND}Flash items in this page{KIND:#}"))?;
        for id in &article.flashes {
            print_flash_line(terminal, index, id, view)?;
        }
        terminal.line("")?;
    }
    if !article.related.is_empty() {
        terminal.line(format_args!("{KIND}Related{KIND:#}"))?;
        for related in &article.related {
            print_paragraph(terminal, &view.text(&related.title), INDENT)?;
        }
        terminal.line("")?;
    }
    Ok(())
}

/// Prints date, title and id of a flash item in a page.
fn print_flash_line(
    terminal: &mut Terminal,
    index: &OpenIndex,
    id: &str,
    view: &RecordView,
) -> anyhow::Result<()> {
    let RecordLookup::Found(record) = index.as_index_ref().lookup(id)? else { return Ok(()) };
    debug_assert_eq!(record.kind(), Kind::Flash);
    let line = format!(
        "{DATE}{}{DATE:#}  {}  {DIM}{}{DIM:#}",
        hits::date(&record),
        view.highlighted(attributes::title(&record), Style::new()),
        sanitize::line(id),
    );
    print_paragraph(terminal, &line, INDENT)?;
    Ok(())
}

/// Prints the files and byte ranges of a record, and its id.
fn print_locations(terminal: &mut Terminal, record: &Record) -> io::Result<()> {
    let locations: Vec<_> = match record {
        Record::Article(article) => vec![(article.path.as_str(), article.span)],
        Record::Flash(flash) => flash
            .occurrences
            .iter()
            .map(|occurrence| (occurrence.path.as_str(), occurrence.span))
            .collect(),
    };
    for (path, span) in locations {
        let line = format!("{}, bytes {}..{}", sanitize::line(path), span.start, span.end);
        print_paragraph(terminal, &format!("{DIM}{line}{DIM:#}"), NO_INDENT)?;
    }
    let id = sanitize::line(record.id()).into_owned();
    print_paragraph(terminal, &format!("{DIM}{id}{DIM:#}"), NO_INDENT)
}
