//! `wensou explain`: how a query is understood, and why a hit ranks where it does.

use wensou_index::RecordExt;

use super::query::{clock, parse_and_report, read_pinyin, recency, report};
use crate::args::Explain;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::lookup;
use crate::open_index::{OpenIndex, answer_from_index};
use crate::out::{Terminal, explanation};
use crate::types::ShowFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Explain,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    answer_from_index(global, terminal, |index, terminal| answer(global, index, args, terminal))
}

/// As [`run`], with an open index.
fn answer(
    global: &GlobalSettings,
    index: &OpenIndex,
    args: &Explain,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let for_program = args.format == ShowFormat::Json;
    let text = args.query.join(" ");
    let clock = clock(global, index, args.as_of)?;
    let Some(query) = parse_and_report(global, &text, &clock, terminal, for_program) else {
        return Ok(Outcome::Refused);
    };
    let query = read_pinyin(index, query, terminal, for_program)?;
    let id = match &args.id {
        None => None,
        Some(id) => match lookup::record(index, id, terminal)? {
            Some(record) => Some(record.id().to_owned()),
            None => return Ok(Outcome::Nothing),
        },
    };
    let explained =
        match wensou_query::explain(index, &query, id.as_deref(), recency(args.recency, &clock)) {
            Ok(explained) => explained,
            Err(wensou_query::Error::Query(diagnostics)) => {
                report(&diagnostics, &text, terminal, for_program);
                return Ok(Outcome::Refused);
            }
            Err(error) => return Err(error.into()),
        };
    match args.format {
        ShowFormat::Text => explanation::print(terminal, &explained)?,
        ShowFormat::Json => terminal.json_pretty(&explanation::object(&explained))?,
    }
    Ok(if explained.total == 0 { Outcome::Nothing } else { Outcome::Done })
}
