//! `wensou browse`: search as you type. The work is in `crate::browse`.

use wensou_index::Index;

use super::query::clock;
use crate::args::Browse;
use crate::browse;
use crate::config::{Global, read_query};
use crate::exit::Outcome;

pub(crate) fn run(global: &Global, args: &Browse) -> anyhow::Result<Outcome> {
    browse::check_terminal()?;
    let index = Index::open(&global.index)?;
    let clock = clock(global, &index, args.as_of)?;
    let typed = args.query.join(" ");
    // Expand a saved query. A query with mistakes stays as typed, and the screen shows them.
    let query = read_query(&typed, global, &clock).map_or(typed, |query| query.text);
    browse::run(global, query, index, clock)
}
