//! `wensou export`: prints every record, in archive order; after a flash item, its variants.

use crate::args::Export;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::{OpenIndex, answer_from_index};
use crate::out::{Terminal, json};
use crate::types::ExportFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Export,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    answer_from_index(global, terminal, |index, terminal| answer(index, args, terminal))
}

/// As [`run`], with an open index.
fn answer(index: &OpenIndex, args: &Export, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let mut has_records = false;
    index.as_index_ref().for_each_record(|record| -> anyhow::Result<()> {
        has_records = true;
        match args.format {
            ExportFormat::Jsonl => {
                terminal.json(&json::record_object(&record))?;
                for variant in json::variant_objects(&record) {
                    terminal.json(&variant)?;
                }
            }
        }
        Ok(())
    })?;
    Ok(if has_records { Outcome::Done } else { Outcome::Nothing })
}
