//! `wensou similar`: documents similar to a document.

use wensou_index::RecordExt;
use wensou_query::{Highlighter, Options};

use crate::args::Similar;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::lookup;
use crate::open_index::{OpenIndex, answer_from_index};
use crate::out::{Terminal, hits, vimgrep};
use crate::types::HitFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Similar,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    answer_from_index(global, terminal, |index, terminal| answer(index, args, terminal))
}

/// As [`run`], with an open index.
fn answer(index: &OpenIndex, args: &Similar, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let Some(record) = lookup::record(index, &args.id, terminal)? else {
        return Ok(Outcome::Nothing);
    };
    let mut options = Options::default();
    options.limit = args.limit;
    options.snippet = args.snippet;
    let found = wensou_query::similar(index, record.id(), &options)?;
    match args.format {
        HitFormat::Vimgrep => vimgrep::print(terminal, index, &Highlighter::none(), &found)?,
        format => hits::print(terminal, format, &found, hits::HitOptions::default())?,
    }
    if found.is_empty() && args.format == HitFormat::Text {
        terminal.notice("no similar documents");
    }
    Ok(if found.is_empty() { Outcome::Nothing } else { Outcome::Done })
}
