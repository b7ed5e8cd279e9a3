//! `wensou tags`: tags with their document counts.

use serde_json::json;
use wensou_query::{Facet, facet};

use super::query::{clock, parse, read_pinyin, suggest_words};
use crate::args::Tags;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::{OpenIndex, answer_from_index};
use crate::out::count::count_noun;
use crate::out::hits::cell;
use crate::out::style::TAG;
use crate::out::{Terminal, sanitize};
use crate::types::ListFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Tags,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    answer_from_index(global, terminal, |index, terminal| answer(global, index, args, terminal))
}

/// As [`run`], with an open index.
fn answer(
    global: &GlobalSettings,
    index: &OpenIndex,
    args: &Tags,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let as_of = None;
    let clock = clock(global, index, as_of)?;
    let Some(query) = parse(global, &args.query.join(" "), &clock, terminal) else {
        return Ok(Outcome::Refused);
    };
    let for_program = args.format != ListFormat::Text;
    let query = read_pinyin(index, query, terminal, for_program)?;
    let mut tags = facet(index, &query, Facet::Tag, args.prefix.as_deref())?;
    let tag_count = tags.len();
    if args.limit > 0 {
        tags.truncate(args.limit);
    }
    match args.format {
        ListFormat::Text => {
            for tag in &tags {
                let text = sanitize::line(&tag.value).into_owned();
                terminal.line(format_args!("{:>7}  {TAG}{text}{TAG:#}", tag.documents))?;
            }
        }
        ListFormat::Json | ListFormat::Jsonl => {
            let objects: Vec<_> = tags
                .iter()
                .map(|tag| json!({"tag": tag.value, "documents": tag.documents}))
                .collect();
            if args.format == ListFormat::Json {
                terminal.json_pretty(&objects)?;
            } else {
                for object in objects {
                    terminal.json(&object)?;
                }
            }
        }
        ListFormat::Tsv => {
            writeln!(terminal.out(), "tag\tdocuments")?;
            for tag in &tags {
                writeln!(terminal.out(), "{}\t{}", cell(&tag.value), tag.documents)?;
            }
        }
    }
    if tag_count == 0 {
        suggest_words(index, &query, terminal, for_program)?;
    }
    if tag_count == 0 && args.format == ListFormat::Text {
        terminal.notice("no tags match");
    }
    let not_printed = tag_count - tags.len();
    if not_printed > 0 && args.format == ListFormat::Text {
        terminal
            .notice(format_args!("{}: --limit 0 prints all", count_noun(not_printed, "more tag")));
    }
    Ok(if tag_count == 0 { Outcome::Nothing } else { Outcome::Done })
}
