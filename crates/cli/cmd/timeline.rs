//! `wensou timeline`: documents over time.

use wensou_query::Step as By;

use super::query::{clock, parse_and_report, read_pinyin, report, suggest_words};
use crate::args::Timeline;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::{OpenIndex, answer_from_index};
use crate::out::{Terminal, timeline};
use crate::types::{ListFormat, Step};

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Timeline,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    answer_from_index(global, terminal, |index, terminal| answer(global, index, args, terminal))
}

/// As [`run`], with an open index.
fn answer(
    global: &GlobalSettings,
    index: &OpenIndex,
    args: &Timeline,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let for_program = args.format != ListFormat::Text;
    let text = args.query.join(" ");
    let Some(query) =
        parse_and_report(global, &text, &clock(global, index, args.as_of)?, terminal, for_program)
    else {
        return Ok(Outcome::Refused);
    };
    let query = read_pinyin(index, query, terminal, for_program)?;
    let by = args.by.map(|step| match step {
        Step::Day => By::Day,
        Step::Week => By::Week,
        Step::Month => By::Month,
        Step::Quarter => By::Quarter,
        Step::Year => By::Year,
    });
    let counted = match wensou_query::timeline(index, &query, by) {
        Ok(counted) => counted,
        Err(wensou_query::Error::Query(diagnostics)) => {
            report(&diagnostics, &text, terminal, for_program);
            return Ok(Outcome::Refused);
        }
        Err(error) => return Err(error.into()),
    };
    let is_empty = counted.bars.is_empty() && counted.undated == 0;
    if is_empty {
        suggest_words(index, &query, terminal, for_program)?;
    }
    if is_empty && !for_program {
        terminal.notice("no documents match");
        return Ok(Outcome::Nothing);
    }
    timeline::print(terminal, args.format, &counted)?;
    Ok(if is_empty { Outcome::Nothing } else { Outcome::Done })
}
