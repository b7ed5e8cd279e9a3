//! Prints hits in each format.

use std::io;

use anstyle::Style;
use anyhow::bail;
use serde_json::Value;
use wensou_index::{Kind, RecordExt};
use wensou_ingest::{DateProvenance, Moment, Record};
use wensou_query::Hit;

use super::Terminal;
use super::attributes;
use super::json::{self, SelectedKeys};
use super::sanitize;
use super::style::{DATE, DIM, KIND, TAG, TITLE};
use super::text::{highlighted, width, wrap};
use crate::types::HitFormat;

/// Maximum number of tags that the text format prints for a hit.
const TAGS_SHOWN: usize = 8;

/// Maximum number of words that the text format of `wensou similar` prints for a hit: those that
/// the hit shares with the given document.
const SHARED_SHOWN: usize = 10;

/// Maximum number of near-duplicates that the text format prints for a hit.
const DUPLICATES_SHOWN: usize = 3;

/// The flags of `search` that decide how hits are printed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HitOptions<'a> {
    /// The first hit has rank `offset + 1`.
    pub(crate) offset: usize,
    /// The keys to print, in this order; none means all.
    pub(crate) fields: &'a [String],
    /// Whether ids end with a zero byte instead of a line feed.
    pub(crate) null: bool,
}

/// Refuses `--fields` with a key that hits do not have, or with a format that has no keys.
pub(crate) fn check_fields(format: HitFormat, fields: &[String]) -> anyhow::Result<()> {
    if !fields.is_empty() && matches!(format, HitFormat::Text | HitFormat::Ids | HitFormat::Vimgrep)
    {
        bail!("--fields needs --format json, jsonl or tsv");
    }
    match fields.iter().find(|field| !json::HIT_KEYS.contains(&field.as_str())) {
        Some(unknown) => {
            bail!("a hit has no key `{unknown}`; its keys are {}", json::HIT_KEYS.join(", "))
        }
        None => Ok(()),
    }
}

/// Prints hits.
pub(crate) fn print(
    terminal: &mut Terminal,
    format: HitFormat,
    hits: &[Hit],
    options: HitOptions<'_>,
) -> anyhow::Result<()> {
    let HitOptions { offset, fields, null } = options;
    match format {
        HitFormat::Text => {
            for (index, hit) in hits.iter().enumerate() {
                print_hit(terminal, hit, offset + index + 1)?;
            }
        }
        HitFormat::Json => match fields {
            [] => terminal.json_pretty(&hits.iter().map(json::hit_object).collect::<Vec<_>>())?,
            fields => {
                let all: Vec<_> = hits
                    .iter()
                    .map(|hit| SelectedKeys::of(hit, fields))
                    .collect::<Result<_, _>>()?;
                terminal.json_pretty(&all)?;
            }
        },
        HitFormat::Jsonl => {
            for hit in hits {
                match fields {
                    [] => terminal.json(&json::hit_object(hit))?,
                    fields => terminal.json(&SelectedKeys::of(hit, fields)?)?,
                }
            }
        }
        HitFormat::Ids => {
            for (index, hit) in hits.iter().enumerate() {
                let end = if null { '\0' } else { '\n' };
                // An empty line comes before hits that lack words.
                if hit.backfilled && (index == 0 || !hits[index - 1].backfilled) {
                    write!(terminal.out(), "{end}")?;
                }
                write!(terminal.out(), "{}{end}", cell(hit.record.id()))?;
            }
        }
        HitFormat::Tsv => match fields {
            [] => print_tsv(terminal, hits)?,
            fields => print_selected_tsv(terminal, hits, fields)?,
        },
        // The caller prints these lines with `vimgrep::print`, which needs the files of the hits.
        HitFormat::Vimgrep => {}
    }
    Ok(())
}

/// Prints hits as a table with the usual columns.
fn print_tsv(terminal: &mut Terminal, hits: &[Hit]) -> io::Result<()> {
    writeln!(
        terminal.out(),
        "id\tkind\tdate\tprovenance\ttitle\tsource\ttags\tpath\tscore\tsnippet"
    )?;
    for hit in hits {
        let date = hit.record.date();
        let provenance = match date.provenance {
            DateProvenance::Stated(_) => "stated",
            DateProvenance::Inferred(_) => "inferred",
            DateProvenance::None => "none",
        };
        let cells = [
            cell(hit.record.id()),
            hit.record.kind().name().to_owned(),
            date.value.map(attributes::iso).unwrap_or_default(),
            provenance.to_owned(),
            cell(attributes::title(&hit.record)),
            cell(source(&hit.record).unwrap_or_default()),
            cell(&hit.record.texts().tags.join(",")),
            cell(attributes::path(&hit.record)),
            format!("{:.4}", hit.score),
            cell(&hit.snippet.text),
        ];
        writeln!(terminal.out(), "{}", cells.join("\t"))?;
    }
    Ok(())
}

/// Prints hits as a table whose columns are the keys `fields`.
fn print_selected_tsv(
    terminal: &mut Terminal,
    hits: &[Hit],
    fields: &[String],
) -> anyhow::Result<()> {
    writeln!(terminal.out(), "{}", fields.join("\t"))?;
    for hit in hits {
        let chosen = SelectedKeys::of(hit, fields)?;
        let cells: Vec<String> =
            chosen.entries().map(|(_, value)| cell(&value_text(value))).collect();
        writeln!(terminal.out(), "{}", cells.join("\t"))?;
    }
    Ok(())
}

/// A JSON value as text. Of a list: its items, with commas between them. Of an object: its `value`
/// or `text`. Of an object with neither, such as a span: all of its values, with `..` between them.
fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(value_text).collect::<Vec<_>>().join(","),
        Value::Object(object) => match object.get("value").or(object.get("text")) {
            Some(value) => value_text(value),
            None => object.values().map(value_text).collect::<Vec<_>>().join(".."),
        },
        other => other.to_string(),
    }
}

/// Replaces tabs and line breaks, which separate cells and lines, by spaces.
pub(crate) fn cell(value: &str) -> String {
    value.replace(['\t', '\n', '\r'], " ")
}

/// The publisher of a record, if it is known: the source of an article, the outlet of a flash item.
pub(crate) fn source(record: &Record) -> Option<&str> {
    match record {
        Record::Article(article) => article.source.as_deref(),
        Record::Flash(flash) => flash.outlet.as_deref(),
    }
}

/// The date as text; empty if there is no date. An inferred date begins with `~` and has no time
/// of day.
pub(crate) fn date(record: &Record) -> String {
    let date = record.date();
    let Some(moment) = date.value else { return String::new() };
    let prefix = if matches!(date.provenance, DateProvenance::Inferred(_)) { "~" } else { "" };
    match moment {
        Moment::Day(day) => format!("{prefix}{day}"),
        Moment::Time(time) if prefix.is_empty() => time.strftime("%Y-%m-%d %H:%M").to_string(),
        Moment::Time(time) => format!("{prefix}{}", time.date()),
        Moment::Month(day) => format!("{prefix}{}", day.strftime("%Y-%m")),
        Moment::Year(day) => format!("{prefix}{}", day.strftime("%Y")),
    }
}

/// Prints a hit as text: rank, kind, title and date; source and tags; snippet; words that it lacks
/// or shares, and near-duplicates, if there are any; path and id.
fn print_hit(terminal: &mut Terminal, hit: &Hit, rank: usize) -> io::Result<()> {
    let columns = terminal.width();
    let record = &hit.record;
    let number = format!("{rank}.");
    let indent = " ".repeat(width(&number).max(2) + 1);
    let kind = record.kind();
    let when = date(record);
    let mut head = format!("{KIND}{}{KIND:#} {}", kind.name(), highlighted(&hit.title, TITLE));
    if !when.is_empty() {
        head.push_str(&format!("  {DATE}{when}{DATE:#}"));
    }
    let mut lines = wrap(&head, columns, &indent);
    if let Some(first) = lines.first_mut() {
        first.replace_range(..indent.len(), &format!("{number:<width$}", width = indent.len()));
    }
    if let Some(line) = attribute_line(record, kind) {
        lines.extend(wrap(&line, columns, &indent));
    }
    if !hit.snippet.text.trim().is_empty() {
        let before = if hit.snippet.cut_start { "…" } else { "" };
        let after = if hit.snippet.cut_end { "…" } else { "" };
        let line = format!("{before}{}{after}", highlighted(&hit.snippet, Style::new()));
        lines.extend(wrap(&line, columns, &indent));
    }
    if !hit.missing.is_empty() {
        let missing = sanitize::line(&hit.missing.join(" ")).into_owned();
        lines.extend(wrap(&format!("{DIM}missing: {missing}{DIM:#}"), columns, &indent));
    }
    if !hit.shared_terms.is_empty() {
        let terms = hit.shared_terms.iter().take(SHARED_SHOWN);
        let shared = terms.map(String::as_str).collect::<Vec<_>>();
        let shared = sanitize::line(&shared.join(" ")).into_owned();
        lines.extend(wrap(&format!("{DIM}shares: {shared}{DIM:#}"), columns, &indent));
    }
    if !hit.near_duplicates.is_empty() {
        let pages = hit.near_duplicates.len() + 1;
        let others = hit.near_duplicates.iter().take(DUPLICATES_SHOWN);
        let mut others: Vec<&str> = others.map(String::as_str).collect();
        if hit.near_duplicates.len() > DUPLICATES_SHOWN {
            others.push("…");
        }
        let others = sanitize::line(&others.join(" ")).into_owned();
        let line = format!("{DIM}seen in {pages} pages, also {others}{DIM:#}");
        lines.extend(wrap(&line, columns, &indent));
    }
    let (path, _) = attributes::location(record);
    let (path, id) = (sanitize::line(path), sanitize::line(record.id()));
    let location = format!("{DIM}{path}  {id}{DIM:#}");
    lines.extend(wrap(&location, columns, &indent));
    for line in lines {
        terminal.line(line)?;
    }
    terminal.line("")
}

/// Source, column or category, number of pages and tags in one line; `None` for a record that has
/// none of them.
fn attribute_line(record: &Record, kind: Kind) -> Option<String> {
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
    if kind == Kind::Flash && record.occurrences() > 1 {
        parts.push(format!("seen in {} pages", record.occurrences()));
    }
    let tags = record.texts().tags;
    if !tags.is_empty() {
        let more = tags.len().saturating_sub(TAGS_SHOWN);
        let first: Vec<String> = tags
            .iter()
            .take(TAGS_SHOWN)
            .map(|tag| format!("{TAG}#{}{TAG:#}", sanitize::line(tag)))
            .collect();
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        parts.push(format!("{}{more}", first.join(" ")));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}
