//! `wensou browse`: search as you type. The work is in `crate::browse`.

use super::query::clock;
use crate::args::Browse;
use crate::browse;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::OpenIndex;

pub(crate) fn run(global: &GlobalSettings, args: &Browse) -> anyhow::Result<Outcome> {
    browse::check_terminal()?;
    let index = OpenIndex::open(global)?;
    let clock = clock(global, &index, args.as_of)?;
    let typed = args.query.join(" ");
    browse::run(global, typed, index, clock)
}
