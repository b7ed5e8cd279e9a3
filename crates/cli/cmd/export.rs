//! `wensou export`: prints every record, in archive order.

use wensou_index::Index;

use crate::args::Export;
use crate::config::Global;
use crate::exit::Outcome;
use crate::out::{Terminal, json};
use crate::types::ExportFormat;

pub(crate) fn run(
    global: &Global,
    args: &Export,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let index = Index::open(&global.index)?;
    let addresses = index.in_order()?;
    for address in &addresses {
        let record = index.record(*address)?;
        match args.format {
            ExportFormat::Jsonl => {
                terminal.json(&json::record(&record))?;
                for variant in json::variants(&record) {
                    terminal.json(&variant)?;
                }
            }
        }
    }
    Ok(if addresses.is_empty() { Outcome::Nothing } else { Outcome::Done })
}
