//! `wensou copy`: copies the index to a cluster. `wensou index` does so, too, if the index is on one.

use std::path::Path;

use anyhow::anyhow;
use indicatif::{ProgressBar, ProgressStyle};
use wensou_cluster::{ClusterAddress, CopyOptions, Layout, copy};
use wensou_index::Index;

use crate::args::{Copy, Spread};
use crate::config::Global;
use crate::exit::Outcome;
use crate::location::needs_folder;
use crate::out::Terminal;
use crate::out::count::count_noun;

pub(crate) fn run(
    global: &Global,
    args: &Copy,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    needs_folder(global, "copy", "name a folder with --index, and the cluster with --to")?;
    let address =
        ClusterAddress::parse(&args.to).map_err(|error| anyhow!("--to {}: {error}", args.to))?;
    copy_to(global, (&global.index, &address), &args.spread.into(), args.quiet, terminal)?;
    Ok(Outcome::Done)
}

impl From<Spread> for CopyOptions {
    fn from(Spread { shards, replicas, replace }: Spread) -> Self {
        Self { layout: Layout { shards, replicas }, replace, ..Self::default() }
    }
}

/// Copies the index in a folder to an address.
pub(super) fn copy_to(
    global: &Global,
    (folder, address): (&Path, &ClusterAddress),
    options: &CopyOptions,
    quiet: bool,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let index = Index::open(folder)?;
    let client = global.cluster.connect(address)?;
    let bar = bar("copying", quiet);
    let copied = copy(&index, &client, address, options, &|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let copied = copied?;
    if !quiet {
        terminal.notice(format_args!(
            "copied to {address}: {}, of which {} sent and {} deleted",
            count_noun(copied.documents, "document"),
            copied.sent,
            copied.deleted,
        ));
    }
    Ok(())
}

/// A bar of documents, on a terminal.
pub(super) fn bar(verb: &'static str, quiet: bool) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
    match ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {per_sec} {eta} left ") {
        Ok(style) => bar.with_style(style).with_prefix(verb),
        Err(_) => bar,
    }
}
