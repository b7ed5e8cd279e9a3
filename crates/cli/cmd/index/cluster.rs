//! Builds or updates an index on a cluster: builds the index in a folder on this machine, and
//! copies it to the cluster.

use wensou_cluster::{ClusterAddress, CopyOptions, DocumentsToSend, replaceable_roots};
use wensou_index::Index;

use super::local;
use crate::args::Index as Args;
use crate::cmd::copy::{copy_options, copy_to};
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::kept_folder::kept_folder;
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
        None => kept_folder(global, &address)?,
    };
    let mut local_settings = global.clone();
    local_settings.index.value.clone_from(&folder);
    local_settings.written.value.clone_from(&folder);
    // Connect first, so that a wrong address is reported at once: reading an archive may take
    // hours.
    let mut replaced_roots = None;
    if !args.dry_run {
        let client = global.cluster.connect(&address)?;
        // What is changed in the index on this machine may then be changed in its copy, too. If the
        // address has another index, say so before anything changes.
        let kept = wensou_index::is_index_folder(&folder).then(|| Index::open(&folder));
        if let Some(Ok(kept)) = kept {
            let replace = args.copy_flags.replace;
            replaced_roots = replaceable_roots(&kept, &client, &address, replace)?;
        }
    }
    let outcome = local::run(&local_settings, args, terminal)?;
    if outcome == Outcome::Done && !args.dry_run {
        // `StatedSumDiffers`: send only documents that have changed. The sum of a document is a
        // hash of its fields; the copy on the cluster states the sum that it had before.
        let to_send =
            if args.rebuild { DocumentsToSend::All } else { DocumentsToSend::StatedSumDiffers };
        let options = copy_options(global, args.copy_flags);
        let options = CopyOptions { to_send, replaced_roots, wait: args.wait, ..options };
        copy_to(global, (&folder, &address), &options, args.quiet, terminal)?;
    }
    Ok(outcome)
}
