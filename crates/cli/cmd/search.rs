//! `wensou search`: the main job.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use jiff::civil::Date;
use wensou_index::{Error as IndexError, Index, civil_seconds};
use wensou_query::lang::{Clock, Diagnostic, Query, Style};
use wensou_query::{Clause, Options, Recency, Results, Sort as Order};

use crate::args::{AsOf, Format, Global, HalfLife, Search, Sort};
use crate::config::{Fault, read_query};
use crate::exit::Outcome;
use crate::out::count::count;
use crate::out::{Terminal, facets, hits, sanitize};

/// The archive that a search without an index builds one of.
const SAMPLE: [&str; 2] = ["data/archive", "data"];

pub(crate) fn run(
    global: &Global,
    args: &Search,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    if !args.facet.is_empty() && matches!(args.format, Format::Ids | Format::Tsv) {
        bail!("--facet needs --format text, json or jsonl");
    }
    let fields = args.fields.as_slice();
    hits::check_fields(args.format, fields)?;
    if args.null && args.format != Format::Ids {
        bail!("--null needs --format ids");
    }
    // The program ends with the search, and the system takes all its memory back sooner than file
    // by file.
    let index = ManuallyDrop::new(open_or_build(&global.index, terminal)?);
    let started = Instant::now();
    let clock = clock(global, &index, args.as_of)?;
    if let Some(file) = &args.batch {
        return super::batch::run(&index, file, global, args, &clock, terminal);
    }
    let machine = args.format != Format::Text;
    let text = args.query.join(" ");
    let Some(query) = parse_as(global, &text, &clock, terminal, machine) else {
        return Ok(Outcome::Refused);
    };
    let results = match wensou_query::search(&index, &query, &options(global, args, &clock)) {
        Ok(results) => results,
        Err(wensou_query::Error::Query(diagnostics)) => {
            report(&diagnostics, &query.text, terminal, machine);
            return Ok(Outcome::Refused);
        }
        Err(error) => return Err(error.into()),
    };
    report(&results.warnings, &query.text, terminal, machine);
    let facets = facets::count(&index, &query, args)?;
    match (args.format, facets.is_empty()) {
        (Format::Json, false) => facets::print_object(terminal, &results.hits, &facets)?,
        (format, _) => {
            let layout = hits::Layout { offset: args.offset, fields, null: args.null };
            hits::print(terminal, format, &results.hits, layout)?;
            facets::print(terminal, format, &facets)?;
        }
    }
    if !machine {
        for reading in &results.readings {
            let words = reading.words.join(", ");
            terminal.say(format_args!(
                "no document contains {}; read as pinyin for {} in titles, tags and sources",
                sanitize::line(&reading.typed),
                sanitize::line(&words),
            ));
        }
        terminal.say(summary(&results, args, started));
        if let Some(partial) = results.partial {
            let some = count(partial, "document");
            let verb = if partial == 1 { "contains" } else { "contain" };
            terminal.say(format_args!(
                "{some} {verb} some of the words: put OR between the words to find them"
            ));
        }
        if results.total == 0 || results.relaxed {
            say_clauses(&wensou_query::clauses(&index, &query)?, terminal);
        }
    }
    Ok(if results.total == 0 { Outcome::Nothing } else { Outcome::Done })
}

/// What is wanted of each search.
pub(super) fn options(global: &Global, args: &Search, clock: &Clock) -> Options {
    let mut options = Options::default();
    options.limit = args.limit.unwrap_or(*global.limit);
    options.offset = args.offset;
    options.snippet = args.snippet.unwrap_or(*global.snippet);
    options.recency = recency(args.recency, clock);
    // Programs get what was asked for and nothing else.
    options.pinyin = args.format == Format::Text && args.batch.is_none();
    options.sort = args.sort.or(*global.sort).map(|sort| match sort {
        Sort::Rank => Order::Rank,
        Sort::Newest => Order::Newest,
        Sort::Oldest => Order::Oldest,
    });
    options
}

/// The preference for newer hits that was asked for.
pub(super) fn recency(half_life: Option<HalfLife>, clock: &Clock) -> Option<Recency> {
    half_life.map(|HalfLife { days }| Recency {
        // The end of today: what was written this morning is not from the future.
        today: civil_seconds(clock.today.at(23, 59, 59, 0)),
        half_life: days * 24 * 60 * 60,
    })
}

/// Opens the index. Where there is none in the default place but a sample archive beside it, that
/// is indexed first, so that the first command a newcomer types gives hits.
fn open_or_build(dir: &Path, terminal: &mut Terminal) -> anyhow::Result<Index> {
    match Index::open(dir) {
        Err(missing @ IndexError::Missing { .. }) => {
            let (true, Some(sample)) = (dir == Path::new("index"), sample()) else {
                return Err(missing.into());
            };
            terminal.say(format_args!("no index yet: building it from {} first", sample.display()));
            super::index::build(
                dir,
                &[sample],
                &super::index::default_options(),
                Default::default(),
                terminal,
            )?;
            Ok(Index::open(dir)?)
        }
        outcome => Ok(outcome?),
    }
}

/// The sample archive, where the working folder has it.
pub(crate) fn sample() -> Option<PathBuf> {
    SAMPLE.into_iter().map(PathBuf::from).find(|path| path.is_dir())
}

/// What "today" is.
pub(crate) fn clock(global: &Global, index: &Index, as_of: Option<AsOf>) -> anyhow::Result<Clock> {
    let today: Date = match as_of {
        Some(AsOf::Day(day)) => day,
        Some(AsOf::Newest) => wensou_query::date_bounds(index)?[1]
            .map(jiff::civil::DateTime::date)
            .context("--as-of newest: no document in the index has a date")?,
        None => global.zone.today(),
    };
    Ok(Clock { today })
}

/// Parses a query; what is wrong with it goes to standard error.
pub(crate) fn parse(
    global: &Global,
    text: &str,
    clock: &Clock,
    terminal: &mut Terminal,
) -> Option<Query> {
    parse_as(global, text, clock, terminal, false)
}

pub(super) fn parse_as(
    global: &Global,
    text: &str,
    clock: &Clock,
    terminal: &mut Terminal,
    machine: bool,
) -> Option<Query> {
    match read_query(text, global, clock) {
        Ok(query) => {
            report(&query.warnings, &query.text, terminal, machine);
            Some(query)
        }
        Err(faults) => {
            for fault in &faults {
                refuse(fault, global, terminal, machine);
            }
            None
        }
    }
}

/// Reports a mistake in what was typed or in a saved query.
fn refuse(fault: &Fault, global: &Global, terminal: &mut Terminal, machine: bool) {
    let saved = fault.saved.as_ref().and_then(|name| global.queries.get_key_value(name));
    let Some((name, query)) = saved else {
        return report(std::slice::from_ref(&fault.diagnostic), &fault.text, terminal, machine);
    };
    let place = global.place(query.line);
    if machine && let Ok(mut object) = serde_json::to_value(&fault.diagnostic) {
        object["saved_query"] = serde_json::json!({"name": name, "place": place});
        return terminal.say_json(&object);
    }
    terminal.say(sanitize::line(&format!("in the saved query `{name}`, {place}:")));
    report(std::slice::from_ref(&fault.diagnostic), &fault.text, terminal, machine);
}

/// Prints diagnostics: drawn for people, one object a line for machines.
pub(super) fn report(
    diagnostics: &[Diagnostic],
    text: &str,
    terminal: &mut Terminal,
    machine: bool,
) {
    for diagnostic in diagnostics {
        if machine {
            terminal.say_json(diagnostic);
        } else {
            let style = Style { colour: terminal.colours_errors(), columns: terminal.width() };
            terminal.say(diagnostic.render(text, style).trim_end());
        }
    }
}

/// Says how many documents each clause matches alone, and without which one there were hits.
fn say_clauses(clauses: &[Clause], terminal: &mut Terminal) {
    if clauses.len() < 2 {
        return;
    }
    let shown = |clause: &Clause| sanitize::line(&clause.text).into_owned();
    let alone: Vec<String> =
        clauses.iter().map(|clause| format!("{} {}", shown(clause), clause.alone)).collect();
    terminal.say(format_args!("hits of each clause alone: {}", alone.join(" · ")));
    for clause in clauses {
        if let Some(without @ 1..) = clause.without {
            terminal.say(format_args!("without {}: {}", shown(clause), count(without, "hit")));
        }
    }
}

fn summary(results: &Results, args: &Search, started: Instant) -> String {
    let took = started.elapsed().as_secs_f64() * 1000.0;
    let total = count(results.total, "hit");
    let (first, last) = (args.offset + 1, args.offset + results.hits.len());
    let mut line = match results.hits.len() {
        _ if results.total == 0 => "no hits".to_owned(),
        printed if printed == results.total => total,
        0 => format!("none after the first {} of {total}", args.offset),
        1 => format!("{first} of {total}"),
        _ => format!("{first}–{last} of {total}"),
    };
    line.push_str(&format!(" ({took:.1} ms)"));
    if results.relaxed && results.total > 0 {
        line.push_str("; no document contains every word, showing the closest matches");
    }
    line
}
