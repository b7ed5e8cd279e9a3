//! `wensou search` without hits: only their number, their files, or the exit status.

use std::collections::HashSet;

use wensou_index::{Index, Lookup};
use wensou_query::lang::{Clock, Query};
use wensou_query::{Error, Options, Session};

use super::query::{options, report};
use crate::args::Search;
use crate::config::Global;
use crate::exit::Outcome;
use crate::lookup::source_member;
use crate::out::{Terminal, json};

/// Whether one of the flags of this module is given.
pub(super) fn wanted(args: &Search) -> bool {
    args.count || args.files || args.quiet
}

/// Prints what `--count`, `--files-with-matches` or `--quiet` asks for. Only documents that have
/// every word count.
pub(super) fn run(
    index: &Index,
    query: &Query,
    global: &Global,
    args: &Search,
    clock: &Clock,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let mut options = options(global, args, clock);
    options.strict = true;
    let found = match args.files {
        true => files(index, query, args, options, terminal),
        false => count(index, query, args, options, terminal),
    };
    match found {
        Ok(true) => Ok(Outcome::Done),
        Ok(false) => Ok(Outcome::Nothing),
        Err(error) => match error.downcast::<Error>()? {
            Error::Query(diagnostics) => {
                report(&diagnostics, &query.text, terminal, false);
                Ok(Outcome::Refused)
            }
            error => Err(error.into()),
        },
    }
}

/// Prints the number of documents, unless nothing is to be printed. Says whether there are any.
fn count(
    index: &Index,
    query: &Query,
    args: &Search,
    mut options: Options,
    terminal: &mut Terminal,
) -> anyhow::Result<bool> {
    options.limit = 0;
    options.offset = 0;
    let results = wensou_query::search(index, query, &options)?;
    if !args.quiet {
        report(&results.warnings, &query.text, terminal, false);
        writeln!(terminal.out(), "{}", results.total)?;
    }
    Ok(results.total > 0)
}

/// Prints the files of the documents in order of rank, each once. Says whether there are any.
fn files(
    index: &Index,
    query: &Query,
    args: &Search,
    mut options: Options,
    terminal: &mut Terminal,
) -> anyhow::Result<bool> {
    let documents = usize::try_from(index.searcher().num_docs()).unwrap_or(usize::MAX);
    options.limit = args.limit.unwrap_or(documents).min(documents);
    let ids = Session::new(index)?.ids(query, &options)?;
    let mut printed = HashSet::new();
    for (id, _) in &ids {
        let Lookup::Found(address) = index.lookup(id)? else { continue };
        let record = index.record(address)?;
        for path in json::seen_in(&record) {
            let file = source_member(index, path).map(|(file, _)| file.display().to_string());
            let file = file.unwrap_or_else(|| path.to_owned());
            if printed.insert(file.clone()) {
                write!(terminal.out(), "{file}{}", if args.null { '\0' } else { '\n' })?;
            }
        }
    }
    Ok(!printed.is_empty())
}
