//! `wensou search --batch`: many queries, one per line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::json;
use wensou_index::Index;
use wensou_query::lang::{Clock, Diagnostic};
use wensou_query::{Error, Session};

use super::query::options;
use crate::args::Search;
use crate::config::{Global, read_query};
use crate::exit::Outcome;
use crate::out::{Terminal, hits, json};
use crate::types::Format;

/// Runs each line of `file` as a query. A query with a mistake gives an object with the mistake,
/// and the exit status of the whole run is that of a mistake.
pub(crate) fn run(
    index: &Index,
    file: &Path,
    global: &Global,
    args: &Search,
    clock: &Clock,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let ids = match args.format {
        Format::Ids => true,
        Format::Text | Format::Jsonl => false,
        Format::Json | Format::Tsv => {
            bail!("--batch supports only --format jsonl (the default) and ids")
        }
    };
    let session = Session::new(index)?;
    let options = options(global, args, clock);
    let (mut found, mut refused) = (false, false);
    for line in read(file)? {
        let line = line.with_context(|| format!("cannot read {}", file.display()))?;
        let answer = match read_query(&line, global, clock) {
            Err(faults) => Err(faults.into_iter().map(|fault| fault.diagnostic).collect()),
            Ok(query) if ids => match session.ids(&query, &options) {
                Ok(hits) => {
                    found |= !hits.is_empty();
                    let end = if args.null { '\0' } else { '\n' };
                    let line: Vec<String> = hits.iter().map(|(id, _)| hits::cell(id)).collect();
                    write!(terminal.out(), "{}{end}", line.join("\t"))?;
                    continue;
                }
                Err(error) => Err(mistakes(error)?),
            },
            Ok(query) => match session.search(&query, &options) {
                Ok(results) => Ok(results),
                Err(error) => Err(mistakes(error)?),
            },
        };
        match answer {
            Ok(results) => {
                found |= results.total > 0;
                let hits: Vec<_> = results.hits.iter().map(json::hit).collect();
                let object = json!({
                    "query": line,
                    "total": results.total,
                    "relaxed": results.relaxed,
                    "hits": hits,
                });
                terminal.json(&object)?;
            }
            Err(errors) => {
                refused = true;
                match ids {
                    // An empty line, so that line numbers of input and output agree.
                    true => writeln!(terminal.out())?,
                    false => {
                        let object = json!({"query": line, "errors": errors});
                        terminal.json(&object)?;
                    }
                }
            }
        }
    }
    Ok(match (refused, found) {
        (true, _) => Outcome::Refused,
        (_, true) => Outcome::Done,
        (_, false) => Outcome::Nothing,
    })
}

/// The mistakes of a query; any other error ends the run.
fn mistakes(error: Error) -> anyhow::Result<Vec<Diagnostic>> {
    match error {
        Error::Query(diagnostics) => Ok(diagnostics),
        error => Err(error.into()),
    }
}

/// The lines of a file, or of standard input for `-`.
fn read(file: &Path) -> anyhow::Result<Box<dyn Iterator<Item = io::Result<String>>>> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin().lines()));
    }
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Box::new(BufReader::new(opened).lines()))
}
