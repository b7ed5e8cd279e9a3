//! Builds or updates an index on a cluster: builds the index in a folder on this machine, and
//! copies it to the cluster.

use wensou_cluster::{ClusterAddress, CopyOptions, DocumentsToSend};

use super::local;
use crate::args::Index as Args;
use crate::cmd::copy::{copy_options, copy_to};
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::local_folder;
use crate::out::Terminal;

/// Builds or updates the index on this machine, then copies it.
pub(super) fn run(
    global: &GlobalSettings,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let address = ClusterAddress::parse(&global.index.to_string_lossy())?;
    let folder = match &args.local {
        Some(folder) => folder.clone(),
        None => local_folder(&address)?,
    };
    let mut local_settings = global.clone();
    local_settings.index.value.clone_from(&folder);
    local_settings.written.value.clone_from(&folder);
    // Connect first, so that a wrong address is reported at once: reading an archive may take
    // hours.
    if !args.dry_run {
        global.cluster.connect(&address)?;
    }
    let outcome = local::run(&local_settings, args, terminal)?;
    if outcome == Outcome::Done && !args.dry_run {
        // `StatedSumDiffers`: send only documents that have changed. The sum of a document is a
        // hash of its fields; the copy on the cluster states the sum that it had before.
        let to_send =
            if args.rebuild { DocumentsToSend::All } else { DocumentsToSend::StatedSumDiffers };
        let options =
            CopyOptions { to_send, wait: args.wait, ..copy_options(global, args.copy_flags) };
        copy_to(global, (&folder, &address), &options, args.quiet, terminal)?;
    }
    Ok(outcome)
}
