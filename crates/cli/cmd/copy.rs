//! `wensou copy`: copies the index in a folder to a cluster. `wensou index` does this, too, for an
//! index on a cluster.

use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use indicatif::{ProgressBar, ProgressStyle};
use wensou_cluster::{
    Client, ClusterAddress, Copied, CopyOptions, Error, LayoutOptions, ShareSent, ShareState, copy,
    send_share,
};
use wensou_index::Index;

use crate::args::{Copy, CopyFlags};
use crate::config::{GlobalSettings, has_user};
use crate::exit::Outcome;
use crate::open_index::require_folder;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Copy,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    require_folder(global, "copy", "name a folder with --index, and the cluster with --to")?;
    let address = ClusterAddress::parse(&args.to).map_err(|error| match has_user(&args.to) {
        // The address has a password.
        true => anyhow!("--to: {error}"),
        false => anyhow!("--to {}: {error}", args.to),
    })?;
    let options = CopyOptions { wait: args.wait, ..copy_options(global, args.copy_flags) };
    copy_to(global, (&global.index, &address), &options, args.quiet, terminal)?;
    Ok(Outcome::Done)
}

/// The options of a copy that flags set. How long the replaced copy is kept is set by the flag
/// `--grace`, else by the config file, else it is the default.
pub(super) fn copy_options(global: &GlobalSettings, flags: CopyFlags) -> CopyOptions {
    let CopyFlags { shards, replicas, replace, grace } = flags;
    let default = CopyOptions::default();
    let grace = grace.or(global.cluster.grace).map_or(default.grace, Duration::from_secs);
    CopyOptions { layout: LayoutOptions { shards, replicas }, replace, grace, ..default }
}

/// Copies the index in a folder to an address.
pub(super) fn copy_to(
    global: &GlobalSettings,
    (folder, address): (&Path, &ClusterAddress),
    options: &CopyOptions,
    quiet: bool,
    terminal: &mut Terminal,
) -> anyhow::Result<Copied> {
    let index = Index::open(folder)?;
    let client = global.cluster.connect(address)?;
    if index.meta().share.is_some() {
        return send_own_share(&index, &client, (address, options), quiet, terminal);
    }
    let bar = document_bar("copying", quiet);
    let attempt = |options: &CopyOptions| {
        copy(&index, &client, address, options, &|done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })
    };
    // Try without waiting first, so that the user is told which process has the lock.
    let copied = match attempt(&CopyOptions { wait: false, ..*options }) {
        Err(error @ Error::Locked { .. }) if options.wait => {
            terminal.notice(format_args!("waiting: {}", sanitize::line(&error.to_string())));
            attempt(options)
        }
        copied => copied,
    };
    bar.finish_and_clear();
    let copied = copied?;
    for name in &copied.kept {
        terminal.notice(format_args!(
            "warning: the index {} on the cluster was kept: it is not marked as a copy to \
             {address}, an alias leads to it, or several machines write it; if it is of no use, \
             delete it",
            sanitize::line(name),
        ));
    }
    if !quiet {
        terminal.notice(format_args!(
            "copied to {address}: {}, of which {} sent and {} deleted",
            count_noun(copied.documents, "document"),
            copied.sent,
            copied.deleted,
        ));
    }
    Ok(copied)
}

/// Sends the share of an archive that `index` covers to an address that several machines write to.
fn send_own_share(
    index: &Index,
    client: &Client,
    (address, options): (&ClusterAddress, &CopyOptions),
    quiet: bool,
    terminal: &mut Terminal,
) -> anyhow::Result<Copied> {
    let bar = document_bar("sending", quiet);
    let sent = send_share(index, client, address, options, &|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let ShareSent { documents, merged, files, all_files, state } = sent?;
    let copied = Copied { documents, sent: documents, ..Copied::default() };
    if quiet {
        return Ok(copied);
    }
    if state != ShareState::PublishedBefore {
        terminal.notice(format_args!(
            "sent to {address}: {}; {merged} of these had been sent by other shares, too",
            count_noun(documents, "document"),
        ));
    }
    terminal.notice(match state {
        ShareState::Waiting => format!(
            "{files} of {all_files} files are there: searches find this index when all shares are \
             sent"
        ),
        ShareState::Published => format!("all shares are there: searches of {address} find them"),
        ShareState::PublishedBefore => format!(
            "{address} was published with this survey: nothing was sent. To send files that have \
             changed since, survey the archive again"
        ),
    });
    Ok(copied)
}

/// A progress bar that counts documents. `activity`, such as `copying`, stands before the bar. The
/// bar is drawn only on a terminal, and not if `quiet`.
pub(super) fn document_bar(activity: &'static str, quiet: bool) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
    match ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {per_sec} {eta} left ") {
        Ok(style) => bar.with_style(style).with_prefix(activity),
        Err(_) => bar,
    }
}
