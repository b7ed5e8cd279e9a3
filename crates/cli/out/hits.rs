//! Hits in every format.

use std::io;

use anstyle::Style;
use wensou_index::{Kind, RecordExt};
use wensou_ingest::{DateProvenance, Moment, Record};
use wensou_query::Hit;

use super::Terminal;
use super::json;
use super::sanitize;
use super::terminal::{DATE, DIM, KIND, TAG, TITLE};
use super::text::{marked, width, wrap};
use crate::args::Format;

/// Most tags that a hit shows.
const TAGS_SHOWN: usize = 8;

/// Prints hits; the first has rank `offset + 1`.
pub(crate) fn print(
    terminal: &mut Terminal,
    format: Format,
    hits: &[Hit],
    offset: usize,
) -> anyhow::Result<()> {
    match format {
        Format::Text => {
            for (place, hit) in hits.iter().enumerate() {
                text(terminal, hit, offset + place + 1)?;
            }
        }
        Format::Json => {
            let all: Vec<_> = hits.iter().map(json::hit).collect();
            serde_json::to_writer_pretty(terminal.out(), &all)?;
            writeln!(terminal.out())?;
        }
        Format::Jsonl => {
            for hit in hits {
                serde_json::to_writer(terminal.out(), &json::hit(hit))?;
                writeln!(terminal.out())?;
            }
        }
        Format::Ids => {
            for hit in hits {
                writeln!(terminal.out(), "{}", cell(hit.record.id()))?;
            }
        }
        Format::Tsv => tsv(terminal, hits)?,
    }
    Ok(())
}

fn tsv(terminal: &mut Terminal, hits: &[Hit]) -> io::Result<()> {
    writeln!(
        terminal.out(),
        "id\tkind\tdate\tprovenance\ttitle\tsource\ttags\tpath\tscore\tsnippet"
    )?;
    for hit in hits {
        let date = hit.record.date();
        let provenance = match date.provenance {
            DateProvenance::Stated => "stated",
            DateProvenance::Inferred(_) => "inferred",
            DateProvenance::None => "none",
        };
        let cells = [
            cell(hit.record.id()),
            hit.record.kind().name().to_owned(),
            date.value.map(json::iso).unwrap_or_default(),
            provenance.to_owned(),
            cell(json::title(&hit.record)),
            cell(source(&hit.record).unwrap_or_default()),
            cell(&hit.record.texts().tags.join(",")),
            cell(json::place(&hit.record).0),
            format!("{:.4}", hit.score),
            cell(&hit.snippet.text),
        ];
        writeln!(terminal.out(), "{}", cells.join("\t"))?;
    }
    Ok(())
}

/// A value without what separates values and lines.
pub(crate) fn cell(value: &str) -> String {
    value.replace(['\t', '\n', '\r'], " ")
}

/// Who published a record, where it says so.
pub(crate) fn source(record: &Record) -> Option<&str> {
    match record {
        Record::Article(article) => article.source.as_deref(),
        Record::Flash(flash) => flash.outlet.as_deref(),
    }
}

/// The date as people read it, `~` before an inferred one; nothing where none is known.
pub(crate) fn date(record: &Record) -> String {
    let date = record.date();
    let Some(moment) = date.value else { return String::new() };
    let mark = if matches!(date.provenance, DateProvenance::Inferred(_)) { "~" } else { "" };
    match moment {
        Moment::Day(day) => format!("{mark}{day}"),
        Moment::Time(time) if mark.is_empty() => time.strftime("%Y-%m-%d %H:%M").to_string(),
        Moment::Time(time) => format!("{mark}{}", time.date()),
    }
}

/// One hit for people: a line of rank, kind, title and date; source and tags; snippet; path and id.
fn text(terminal: &mut Terminal, hit: &Hit, rank: usize) -> io::Result<()> {
    let columns = terminal.width();
    let record = &hit.record;
    let number = format!("{rank}.");
    let indent = " ".repeat(width(&number).max(2) + 1);
    let kind = record.kind();
    let when = date(record);
    let mut head = format!("{KIND}{}{KIND:#} {}", kind.name(), marked(&hit.title, TITLE));
    if !when.is_empty() {
        head.push_str(&format!("  {DATE}{when}{DATE:#}"));
    }
    let mut lines = wrap(&head, columns, &indent);
    if let Some(first) = lines.first_mut() {
        first.replace_range(..indent.len(), &format!("{number:<width$}", width = indent.len()));
    }
    if let Some(line) = about(record, kind) {
        lines.extend(wrap(&line, columns, &indent));
    }
    if !hit.snippet.text.trim().is_empty() {
        let before = if hit.snippet.cut_start { "…" } else { "" };
        let after = if hit.snippet.cut_end { "…" } else { "" };
        let line = format!("{before}{}{after}", marked(&hit.snippet, Style::new()));
        lines.extend(wrap(&line, columns, &indent));
    }
    if !hit.missing.is_empty() {
        let missing = sanitize::line(&hit.missing.join(" ")).into_owned();
        lines.extend(wrap(&format!("{DIM}lacks: {missing}{DIM:#}"), columns, &indent));
    }
    let (path, _) = json::place(record);
    let (path, id) = (sanitize::line(path), sanitize::line(record.id()));
    let place = format!("{DIM}{path}  {id}{DIM:#}");
    lines.extend(wrap(&place, columns, &indent));
    for line in lines {
        terminal.line(line)?;
    }
    terminal.line("")
}

/// Source, category, tags, number of sightings.
fn about(record: &Record, kind: Kind) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    if let Some(source) = source(record) {
        parts.push(sanitize::line(source).into_owned());
    }
    if let Record::Flash(flash) = record
        && let Some(column) = &flash.column
    {
        parts.push(sanitize::line(column).into_owned());
    }
    if let Record::Article(article) = record
        && let Some(category) = &article.category
    {
        parts.push(sanitize::line(category).into_owned());
    }
    if kind == Kind::Flash && record.seen() > 1 {
        parts.push(format!("seen in {} pages", record.seen()));
    }
    let tags = record.texts().tags;
    if !tags.is_empty() {
        let more = tags.len().saturating_sub(TAGS_SHOWN);
        let shown: Vec<String> = tags
            .iter()
            .take(TAGS_SHOWN)
            .map(|tag| format!("{TAG}#{}{TAG:#}", sanitize::line(tag)))
            .collect();
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        parts.push(format!("{}{more}", shown.join(" ")));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}
