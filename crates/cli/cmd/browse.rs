//! `wensou browse`: search as you type. The work is in `crate::browse`.

use wensou_index::Index;

use super::search::clock;
use crate::args::{Browse, Global};
use crate::browse;
use crate::exit::Outcome;

pub(crate) fn run(global: &Global, args: &Browse) -> anyhow::Result<Outcome> {
    let index = Index::open(&global.index)?;
    let clock = clock(&index, args.as_of)?;
    browse::run(global, args, index, clock)
}
