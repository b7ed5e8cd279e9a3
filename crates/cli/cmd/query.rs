//! Parses the query of every verb that takes one, chooses its options and clock, and prints the
//! messages about it.

use anyhow::Context;
use jiff::civil::Date;
use serde_json::{Value, json};
use wensou_index::civil_seconds;
use wensou_query::lang::{Clock, Diagnostic, Query, Style};
use wensou_query::{Options, Reading, Recency, Sort as Order};

use crate::args::Search;
use crate::config::{GlobalSettings, QueryMistake, read_query};
use crate::open_index::OpenIndex;
use crate::out::{Terminal, sanitize};
use crate::types::{AsOf, HalfLife, HitFormat, Sort};

/// The options of a search.
pub(super) fn search_options(global: &GlobalSettings, args: &Search, clock: &Clock) -> Options {
    let mut options = Options::default();
    options.limit = args.limit.unwrap_or(*global.limit);
    options.offset = args.offset;
    options.snippet = args.snippet.unwrap_or(*global.snippet);
    options.recency = recency(args.recency, clock);
    // Zero-terminated ids are for another program, which must not get documents that lack words.
    options.strict = args.strict || args.null;
    // In these formats each line is a document, so near-duplicates get lines of their own.
    options.all = args.all || matches!(args.format, HitFormat::Ids | HitFormat::Tsv);
    // An empty id separates hits with all words from those that lack some. A program that gets
    // zero-terminated ids would take the empty id as an argument. Lines of `vimgrep` have no
    // separator.
    options.backfill = !args.null && args.format != HitFormat::Vimgrep;
    options.pinyin = true;
    options.sort = args.sort.or(*global.sort).map(|sort| match sort {
        Sort::Rank => Order::Rank,
        Sort::Newest => Order::Newest,
        Sort::Oldest => Order::Oldest,
    });
    options
}

/// The preference for newer hits; `None` if the user asked for none.
pub(super) fn recency(half_life: Option<HalfLife>, clock: &Clock) -> Option<Recency> {
    half_life.map(|HalfLife { days }| Recency {
        // The end of today, so that no document of today is in the future.
        today: civil_seconds(clock.today.at(23, 59, 59, 0)),
        // In seconds.
        half_life: days * 24 * 60 * 60,
    })
}

/// The clock that says which day is "today" in the query: the day of `--as-of`, or the current day.
pub(crate) fn clock(
    global: &GlobalSettings,
    index: &OpenIndex,
    as_of: Option<AsOf>,
) -> anyhow::Result<Clock> {
    let today: Date = match as_of {
        Some(AsOf::Day(day)) => day,
        Some(AsOf::Newest) => {
            let [_, newest] = wensou_query::date_bounds(index)?;
            newest
                .map(jiff::civil::DateTime::date)
                .context("--as-of newest: no document in the index has a date")?
        }
        None => global.zone.today(),
    };
    Ok(Clock { today })
}

/// Parses a query and prints its warnings to standard error, as text. If the query has mistakes,
/// prints these and returns `None`.
pub(crate) fn parse(
    global: &GlobalSettings,
    text: &str,
    clock: &Clock,
    terminal: &mut Terminal,
) -> Option<Query> {
    let for_program = false;
    parse_and_report(global, text, clock, terminal, for_program)
}

/// Like [`parse`], but with `for_program` prints mistakes and warnings as JSON.
pub(super) fn parse_and_report(
    global: &GlobalSettings,
    text: &str,
    clock: &Clock,
    terminal: &mut Terminal,
    for_program: bool,
) -> Option<Query> {
    match read_query(text, global, clock) {
        Ok(query) => {
            report(&query.warnings, &query.text, terminal, for_program);
            Some(query)
        }
        Err(mistakes) => {
            for mistake in &mistakes {
                report_mistake(mistake, global, terminal, for_program);
            }
            None
        }
    }
}

/// Reports a mistake in the typed query, or in a saved query that it names.
fn report_mistake(
    mistake: &QueryMistake,
    global: &GlobalSettings,
    terminal: &mut Terminal,
    for_program: bool,
) {
    if let Some((name, location)) = saved_query(mistake, global) {
        if for_program {
            return terminal.notice_json(&mistake_object(mistake, global));
        }
        terminal.notice(sanitize::line(&format!("in the saved query `{name}`, {location}:")));
    }
    report(std::slice::from_ref(&mistake.diagnostic), &mistake.text, terminal, for_program);
}

/// The name of the saved query that a mistake is in, and its line of the config file; `None` if the
/// mistake is in no saved query.
fn saved_query<'m>(
    mistake: &'m QueryMistake,
    global: &GlobalSettings,
) -> Option<(&'m str, String)> {
    let name = mistake.saved.as_deref()?;
    Some((name, global.location(global.queries.get(name)?.line)))
}

/// A mistake as an object for programs, which names the saved query that the mistake is in.
pub(super) fn mistake_object(mistake: &QueryMistake, global: &GlobalSettings) -> Value {
    let mut object = json!(mistake.diagnostic);
    if let Some((name, location)) = saved_query(mistake, global) {
        object["saved_query"] = json!({"name": name, "place": location});
    }
    object
}

/// The query to answer: usually `query` itself. If no document has every word of `query`, and its
/// Latin letters can be read as pinyin, tells the user so and returns the query in Chinese words.
pub(super) fn read_pinyin(
    index: &OpenIndex,
    query: Query,
    terminal: &mut Terminal,
    for_program: bool,
) -> anyhow::Result<Query> {
    match wensou_query::read_pinyin(index, &query) {
        Ok(Some((reread, readings))) => {
            report_readings(&readings, terminal, for_program);
            Ok(reread)
        }
        // The verb reports the mistake when it runs the query.
        Ok(None) | Err(wensou_query::Error::Query(_)) => Ok(query),
        Err(error) => Err(error.into()),
    }
}

/// Tells the user how Latin words were read as pinyin.
pub(super) fn report_readings(readings: &[Reading], terminal: &mut Terminal, for_program: bool) {
    for reading in readings {
        let hint = Diagnostic::read_as_pinyin(&reading.typed, &reading.words);
        match for_program {
            true => terminal.notice_json(&hint),
            false => terminal.notice(sanitize::line(&hint.message)),
        }
    }
}

/// Prints which words of the index are similar to those of a query that has found nothing.
pub(super) fn suggest_words(
    index: &OpenIndex,
    query: &Query,
    terminal: &mut Terminal,
    for_program: bool,
) -> anyhow::Result<()> {
    let hints = wensou_query::similar_words(index, query)?;
    report(&hints, &query.text, terminal, for_program);
    Ok(())
}

/// Prints diagnostics to standard error: as text, or with `for_program` as one JSON object per
/// line. `text` is the query that they are about.
pub(super) fn report(
    diagnostics: &[Diagnostic],
    text: &str,
    terminal: &mut Terminal,
    for_program: bool,
) {
    for diagnostic in diagnostics {
        if for_program {
            terminal.notice_json(diagnostic);
        } else {
            let style = Style { colour: terminal.colours_errors(), columns: terminal.width() };
            terminal.notice(diagnostic.render(text, style).trim_end());
        }
    }
}
