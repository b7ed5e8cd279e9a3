//! Lays out the whole text of a record, with its matches highlighted, and the most important facts
//! about it. `wensou show` prints more facts, such as the translator and the URL.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use wensou_index::RecordExt;
use wensou_ingest::{Article, DateProvenance, FlashItem, Record};
use wensou_query::Highlighter;

use super::item::Item;
use super::keys::{Command, key_name};
use super::text::{highlighted, piece, wrap};
use super::theme::{DATE, DIM, KIND, TAG, TITLE};
use crate::out::{attributes, hits};

/// Number of spaces before the items below a heading.
const INDENT: usize = 2;

/// Lays out a record in lines of at most `columns`. `flashes` are the flash items of an article's
/// page; `None` while they are being read, and for a flash item.
pub(crate) fn lines(
    record: &Record,
    flashes: Option<&[Item]>,
    highlighter: &Highlighter,
    columns: usize,
) -> Vec<Line<'static>> {
    let texts = record.texts();
    let mut out = PreviewLines { columns, lines: Vec::new() };
    out.push(&highlighted(&highlighter.highlight(&texts.title), TITLE));
    out.push(&facts(record));
    if !texts.tags.is_empty() {
        let tags = texts.tags.iter().map(|tag| piece(&format!("#{tag} "), TAG));
        out.push(&tags.collect::<Vec<_>>());
    }
    out.empty_line();
    for paragraph in texts.body.split('\n') {
        out.push(&highlighted(&highlighter.highlight(paragraph), Style::new()));
        if matches!(record, Record::Article(_)) {
            out.empty_line();
        }
    }
    match record {
        Record::Article(article) => push_flash_items(&mut out, article, flashes),
        Record::Flash(flash) => {
            out.empty_line();
            push_occurrences(&mut out, flash);
        }
    }
    out.push(&[piece(&location(record), DIM)]);
    out.push(&[piece(record.id(), DIM)]);
    out.lines
}

/// The lines that have been laid out so far.
struct PreviewLines {
    columns: usize,
    lines: Vec<Line<'static>>,
}

impl PreviewLines {
    fn push(&mut self, pieces: &[Span<'static>]) {
        self.push_indented(pieces, 0);
    }

    fn push_indented(&mut self, pieces: &[Span<'static>], indent: usize) {
        self.lines.extend(wrap(pieces, self.columns, indent));
    }

    fn empty_line(&mut self) {
        self.lines.push(Line::default());
    }
}

/// What is known of a record besides its text: kind, date, source and the like, as one line.
fn facts(record: &Record) -> Vec<Span<'static>> {
    let mut facts: Vec<Vec<Span<'static>>> =
        vec![vec![Span::styled(record.kind().name(), KIND)], date(record)];
    let named = |name: &str, value: &Option<String>| match value {
        Some(value) => vec![piece(&format!("{name} {value}"), Style::new())],
        None => Vec::new(),
    };
    match record {
        Record::Article(article) => facts.extend([
            named("source", &article.source),
            named("by", &article.author),
            named("category", &article.category),
            named("site", &article.site),
        ]),
        Record::Flash(flash) => facts.extend([
            named("column", &flash.column),
            named("outlet", &flash.outlet),
            named("category", &flash.category),
        ]),
    }
    facts.retain(|fact| !fact.is_empty());
    facts.join(&Span::raw(" · "))
}

fn date(record: &Record) -> Vec<Span<'static>> {
    let date = record.date();
    let reason = match date.provenance {
        DateProvenance::None => return vec![Span::raw("no date")],
        DateProvenance::Stated(_) => String::new(),
        DateProvenance::Inferred(basis) => {
            format!(" (inferred from the {})", attributes::date_basis_name(basis))
        }
    };
    vec![Span::styled(hits::date(record), DATE), Span::raw(reason)]
}

/// Appends the flash items of an article's page.
fn push_flash_items(out: &mut PreviewLines, article: &Article, flashes: Option<&[Item]>) {
    if article.flashes.is_empty() {
        return;
    }
    let key = key_name(Command::Follow);
    let heading = match article.flashes.len() {
        1 => format!("1 flash item in this page ({key} opens it)"),
        count => format!("{count} flash items in this page ({key} lists them)"),
    };
    out.push(&[Span::styled(heading, KIND)]);
    for item in flashes.unwrap_or_default() {
        let mut line = vec![Span::styled("◆ ", KIND), Span::styled(hits::date(&item.record), DATE)];
        line.push(Span::raw("  "));
        line.extend(highlighted(&item.title, Style::new()));
        out.push_indented(&line, INDENT);
    }
    out.empty_line();
}

/// Appends the pages that contain a flash item.
fn push_occurrences(out: &mut PreviewLines, flash: &FlashItem) {
    let occurrences: Vec<_> = flash.all_occurrences().collect();
    let key = key_name(Command::Follow);
    let heading = match occurrences.len() {
        1 => format!("seen in 1 page ({key} opens it)"),
        count => format!("seen in {count} pages ({key} lists them)"),
    };
    out.push(&[Span::styled(heading, KIND)]);
    for occurrence in occurrences {
        out.push_indented(&[piece(&occurrence.path, DIM)], INDENT);
    }
    out.empty_line();
}

/// The file and byte range of a record.
pub(crate) fn location(record: &Record) -> String {
    let (path, span) = attributes::location(record);
    format!("{path}, bytes {}..{}", span.start, span.end)
}
