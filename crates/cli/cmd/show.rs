//! `wensou show`: prints one record.

use anyhow::Context;
use wensou_index::RecordExt;
use wensou_ingest::{Record, original};
use wensou_query::Highlighter;

use super::query::{clock, parse, read_pinyin};
use crate::args::Show;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::file_state::{ensure_unchanged, warn_about_changes};
use crate::lookup;
use crate::open_index::{OpenIndex, answer_from_index};
use crate::original_file::find_original_member;
use crate::out::script::Converter;
use crate::out::{Terminal, attributes, json, record};
use crate::types::RecordFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Show,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    answer_from_index(global, terminal, |index, terminal| answer(global, index, args, terminal))
}

/// As [`run`], with an open index.
fn answer(
    global: &GlobalSettings,
    index: &OpenIndex,
    args: &Show,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let Some(found) = lookup::record(index, &args.id, terminal)? else {
        return Ok(Outcome::Nothing);
    };
    if args.raw {
        return print_raw(index, &found, terminal);
    }
    let path = attributes::path(&found);
    // For a citation, a changed file is an error below.
    if args.format != RecordFormat::Cite {
        let for_program = args.format == RecordFormat::Json;
        warn_about_changes(index, [path].into_iter(), for_program, terminal);
    }
    match args.format {
        RecordFormat::Cite => {
            ensure_unchanged(index, path)?;
            terminal.line(record::citation(&found))?;
        }
        RecordFormat::Json => terminal.json_pretty(&json::record_object(&found))?,
        RecordFormat::Text => {
            let query = match &args.highlight {
                None => None,
                Some(text) => {
                    let (as_of, for_program) = (None, false);
                    let clock = clock(global, index, as_of)?;
                    match parse(global, text, &clock, terminal) {
                        None => return Ok(Outcome::Refused),
                        Some(query) => Some(read_pinyin(index, query, terminal, for_program)?),
                    }
                }
            };
            let texts = found.texts();
            let view = record::RecordView {
                highlighter: match &query {
                    Some(query) => Highlighter::new(index, query)?,
                    None => Highlighter::none(),
                },
                script: Converter::new(args.script, [texts.title.as_str(), &texts.body]),
            };
            if !args.no_pager {
                terminal.hold_back();
            }
            record::print(terminal, index, &found, &view)?;
            terminal.show_held_back()?;
        }
    }
    Ok(Outcome::Done)
}

/// Prints the bytes of the record from its file: unchanged to a pipe, sanitized to a terminal.
fn print_raw(
    index: &OpenIndex,
    found: &Record,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let (path, span) = attributes::location(found);
    ensure_unchanged(index, path)?;
    let (file, member) = find_original_member(index, path)?;
    let bytes = original(&file, member, span).with_context(|| {
        format!("cannot read {path} as it was indexed: run `wensou index` to index it again")
    })?;
    terminal.out().write_all(&bytes)?;
    Ok(Outcome::Done)
}
