//! `wensou check` for an index on a cluster: verifies its documents, alone or against the index on
//! this machine that it is a copy of; `--repair` sends again the documents that differ.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;
use wensou_cluster::{
    ClusterAddress, ClusterIndex, Copied, CopyOptions, DocumentsToSend, Verified, compare, verify,
};
use wensou_index::Index;

use super::copy::{copy_options, copy_to, document_bar};
use crate::args::{Check, CopyFlags};
use crate::config::{GlobalSettings, is_address};
use crate::exit::Outcome;
use crate::kept_folder::kept_folder;
use crate::open_index::{OpenIndex, answer_from_index};
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};
use crate::types::ShowFormat;

pub(super) fn run(
    global: &GlobalSettings,
    args: &Check,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let address = ClusterAddress::parse(&global.index.to_string_lossy())?;
    let folder = match &args.from {
        None if args.repair => Some(known_folder(global, &address)?),
        from => from.clone(),
    };
    let Some(folder) = folder else {
        // Only compare documents with the records that are stored in them.
        let verified = with_bar(|progress| {
            on_current_index(global, terminal, |index| verify(index, args.all, progress))
        })?;
        return report(args, &verified, None, terminal);
    };
    if is_address(&folder) {
        bail!("--from takes the folder of an index on this machine, and no address");
    }
    let local = Index::open(&folder).with_context(|| cannot_compare(&folder))?;
    let remote = open(global, &address)?;
    if local.meta().share.is_some() || remote.description().shares > 0 {
        bail!(
            "an index of several shares cannot be compared with one on this machine: verify it \
             with `wensou check --all`; to repair it, send all shares with a new survey, or copy an \
             index of the whole archive"
        );
    }
    if remote.description().built != local.meta().built {
        terminal.notice(format_args!(
            "note: the index in {} was built at {}, and the copy is of one that was built at {}",
            folder.display(),
            sanitize::line(&local.meta().built),
            sanitize::line(&remote.description().built),
        ));
    }
    // Opens the index on the cluster anew each time, because a repair replaces it.
    let compare_all = |terminal: &mut Terminal| {
        with_bar(|progress| {
            on_current_index(global, terminal, |remote| compare(&local, remote, progress))
        })
    };
    let mut verified = compare_all(terminal).with_context(|| cannot_compare(&folder))?;
    let mut repaired = None;
    if args.repair && !verified.findings.is_empty() {
        for finding in &verified.findings {
            terminal.notice(sanitize::line(finding));
        }
        // `check` has no flags for these: the copy keeps its shards and replicas.
        let (shards, replicas, replace) = (None, None, false);
        let flags = CopyFlags { shards, replicas, replace, grace: args.grace };
        let quiet = true;
        // The sum of a document is a hash of its fields, which the document on the cluster states.
        // Do not trust it: somebody may have changed the document and left its sum as it was.
        let to_send = DocumentsToSend::ComputedSumDiffers;
        let options = CopyOptions { to_send, ..copy_options(global, flags) };
        repaired = Some(copy_to(global, (&folder, &address), &options, quiet, terminal)?);
        verified = compare_all(terminal)?;
    }
    report(args, &verified, repaired.as_ref(), terminal)
}

/// The folder of the index on this machine that `wensou index` keeps for an address.
fn known_folder(global: &GlobalSettings, address: &ClusterAddress) -> anyhow::Result<PathBuf> {
    match kept_folder(global, address)? {
        folder if wensou_index::is_index_folder(&folder) => Ok(folder),
        _ => bail!(
            "`check --repair` needs the index on this machine that the one on the cluster is a \
             copy of: name its folder with --from DIR, or send every document again with \
             `wensou index --rebuild`"
        ),
    }
}

/// The context of an error in comparing.
fn cannot_compare(folder: &Path) -> String {
    format!("cannot compare with the index in {}", folder.display())
}

fn open(global: &GlobalSettings, address: &ClusterAddress) -> wensou_cluster::Result<ClusterIndex> {
    ClusterIndex::open_with(global.cluster.connect(address)?, address)
}

/// Calls `work` with the index that the settings name. If another index replaces it meanwhile,
/// calls `work` again with the new one.
fn on_current_index<T>(
    global: &GlobalSettings,
    terminal: &mut Terminal,
    work: impl Fn(&ClusterIndex) -> wensou_cluster::Result<T>,
) -> anyhow::Result<T> {
    answer_from_index(global, terminal, |index, _| match index {
        OpenIndex::Cluster(copy) => Ok(work(&copy.index)?),
        OpenIndex::Local(index) => bail!("{} is not on a cluster", index.dir().display()),
    })
}

/// Runs `work` with a progress bar of compared documents. `work` calls its argument with the number
/// of documents that it has compared so far, and the number of all documents.
fn with_bar<T>(work: impl FnOnce(&dyn Fn(u64, u64)) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let quiet = false;
    let bar = document_bar("comparing", quiet);
    let outcome = work(&|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    outcome
}

/// Prints the findings, what was repaired, and a summary.
fn report(
    args: &Check,
    verified: &Verified,
    repaired: Option<&Copied>,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let is_intact = verified.findings.is_empty();
    if args.format == ShowFormat::Json {
        let mut object = json!({
            "sound": is_intact,
            "records": verified.documents,
            "compared": verified.compared,
            "findings": verified.findings,
        });
        if let Some(Copied { sent, deleted, .. }) = repaired {
            object["repaired"] = json!({ "sent": sent, "deleted": deleted });
        }
        terminal.json(&object)?;
    } else {
        for finding in &verified.findings {
            terminal.line(sanitize::line(finding))?;
        }
    }
    if let Some(Copied { sent, deleted, .. }) = repaired {
        terminal.notice(format_args!("repaired: {sent} sent and {deleted} deleted"));
    }
    terminal.notice(format_args!(
        "{}: {}, {} compared with their records",
        if is_intact { "intact" } else { "damaged" },
        count_noun(verified.documents, "document"),
        verified.compared,
    ));
    Ok(if is_intact { Outcome::Done } else { Outcome::Damaged })
}
