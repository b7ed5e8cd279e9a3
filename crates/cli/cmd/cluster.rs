//! What verbs do otherwise if the index is on a cluster.

use std::path::PathBuf;

use anyhow::Context;
use etcetera::BaseStrategy;
use serde_json::json;
use wensou_cluster::{ClusterAddress, ClusterIndex, CopyOptions, Sent};

use super::copy::{copy_to, options};
use crate::args::{Index, Stats};
use crate::config::Global;
use crate::exit::Outcome;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};
use crate::types::ShowFormat;

/// `wensou index`: builds or updates the index on this machine, then copies it.
pub(super) fn index(
    global: &Global,
    args: &Index,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let address = ClusterAddress::parse(&global.index.to_string_lossy())?;
    let folder = match &args.local {
        Some(folder) => folder.clone(),
        None => local_folder(&address)?,
    };
    let mut local = global.clone();
    local.index.value.clone_from(&folder);
    local.written.value.clone_from(&folder);
    // Connect first: reading an archive may take hours.
    if !args.dry_run {
        global.cluster.connect(&address)?;
    }
    let outcome = super::index::run(&local, args, terminal)?;
    if outcome == Outcome::Done && !args.dry_run {
        let sent = if args.rebuild { Sent::All } else { Sent::Changed };
        let options = CopyOptions { sent, wait: args.wait, ..options(global, args.spread) };
        copy_to(global, (&folder, &address), &options, args.quiet, terminal)?;
    }
    Ok(outcome)
}

/// The folder of the index that an index on a cluster is a copy of.
pub(super) fn local_folder(address: &ClusterAddress) -> anyhow::Result<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new()
        .context("no folder for the index on this machine: name one with --local, or set HOME")?;
    let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    let host = address.nodes().first().map_or_else(String::new, |node| node.host().to_owned());
    let name = format!("{}@{host}", address.index()).replace(['/', ':', '\\'], "_");
    Ok(state.join("wensou").join(name))
}

/// `wensou stats`.
pub(super) fn stats(
    index: &ClusterIndex,
    args: &Stats,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let about = index.description();
    let overview = wensou_query::overview(index)?;
    let date = |date: Option<jiff::civil::DateTime>| date.map(|at| at.to_string());
    if args.format == ShowFormat::Json {
        return Ok(terminal.json_pretty(&json!({
            "index": index.address().to_string(),
            "built": about.built,
            "program": about.program,
            "format": about.format,
            "analysis": about.analysis,
            "roots": about.roots,
            "articles": overview.articles,
            "flash_items": overview.flashes,
            "undated": overview.undated,
            "inferred": overview.inferred,
            "oldest": date(overview.oldest),
            "newest": date(overview.newest),
            "distinct_tags": overview.tags,
        }))?);
    }
    let range = match (overview.oldest, overview.newest) {
        (Some(oldest), Some(newest)) => format!("{} .. {}", oldest.date(), newest.date()),
        _ => "none".to_owned(),
    };
    let version = index.client().version();
    let server = version.map_or_else(String::new, |it| format!("{} {}", it.product(), it.number()));
    let inferred = count_noun(overview.inferred, "date");
    let rows = [
        ("index", index.address().to_string()),
        ("cluster", server),
        ("built", format!("{} by wensou {}", about.built, about.program)),
        ("versions", format!("format {}, analysis {}", about.format, about.analysis)),
        ("roots", about.roots.join(", ")),
        ("articles", overview.articles.to_string()),
        ("flash items", format!("{} distinct", overview.flashes)),
        ("dates", range),
        ("undated", format!("{}; {inferred} inferred", overview.undated)),
        ("tags", format!("{} distinct", overview.tags)),
    ];
    for (name, value) in rows {
        terminal.line(format_args!("{name:<12} {}", sanitize::line(&value)))?;
    }
    Ok(())
}
