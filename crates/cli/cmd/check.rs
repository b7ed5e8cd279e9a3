//! `wensou check`: whether the index is what was written; `--repair` makes it so.

use serde_json::json;
use wensou_index::{Checked, Finding, Severity};

use super::index::{Bar, Show, default_options};
use super::stats::bytes;
use crate::args::{Check, Global, ShowFormat};
use crate::exit::Outcome;
use crate::out::{Terminal, sanitize};

pub(crate) fn run(
    global: &Global,
    args: &Check,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let mut checked = check(global, args)?;
    if args.repair {
        say(&checked, terminal);
        repair(global, &checked, terminal)?;
        checked = check(global, args)?;
    }
    print(&checked, args, terminal)?;
    terminal.say(summary(&checked));
    Ok(if checked.is_damaged() { Outcome::Damaged } else { Outcome::Done })
}

fn check(global: &Global, args: &Check) -> anyhow::Result<Checked> {
    if args.quick {
        return Ok(wensou_index::check_files(&global.index)?);
    }
    let bar = Bar::new(false, None);
    let checked = wensou_index::check(&global.index, &default_options().ingest, &bar);
    bar.clear();
    Ok(checked?)
}

fn line(finding: &Finding) -> String {
    let Finding { severity, what } = finding;
    let (what, cure) = (sanitize::line(what), severity.cure());
    format!("{:<8} {what}; cure: `{cure}`", severity.as_str())
}

/// Tells what is about to be mended.
fn say(checked: &Checked, terminal: &mut Terminal) {
    checked.findings.iter().for_each(|finding| terminal.say(line(finding)));
}

fn print(checked: &Checked, args: &Check, terminal: &mut Terminal) -> anyhow::Result<()> {
    if args.format == ShowFormat::Text {
        for finding in &checked.findings {
            terminal.line(line(finding))?;
        }
        return Ok(());
    }
    let findings = checked.findings.iter().map(|finding| {
        let severity = finding.severity;
        json!({ "severity": severity.as_str(), "what": finding.what, "cure": severity.cure() })
    });
    let object = json!({
        "sound": !checked.is_damaged(),
        "files": checked.files,
        "bytes": checked.bytes,
        "records": checked.records,
        "archive_compared": checked.archive,
        "findings": findings.collect::<Vec<_>>(),
    });
    Ok(terminal.line(format_args!("{object}"))?)
}

fn summary(checked: &Checked) -> String {
    let state = match checked.findings.iter().map(|finding| finding.severity).max() {
        None | Some(Severity::Litter) => "sound",
        Some(Severity::Stale) => "sound, not up to date",
        Some(Severity::Damage) => "damaged",
    };
    let mut line = format!("{state}: {} files ({})", checked.files, bytes(checked.bytes));
    if checked.records > 0 {
        line.push_str(&format!(", {} records", checked.records));
    }
    line.push_str(match checked.archive {
        true => ", compared with the archive",
        false => ", not compared with the archive",
    });
    line
}

fn repair(global: &Global, checked: &Checked, terminal: &mut Terminal) -> anyhow::Result<()> {
    wensou_index::sweep(&global.index)?;
    if !checked.is_damaged() {
        return Ok(());
    }
    let Some(meta) = wensou_index::description(&global.index) else {
        anyhow::bail!(
            "what was indexed cannot be read any more: run `wensou index --rebuild PATH…` with the \
             files and folders of the archive"
        );
    };
    let mut options = default_options();
    options.anew = true;
    options.tables = meta.tables.files();
    options.ingest.encoding.clone_from(&meta.encoding);
    super::index::build(&global.index, &meta.roots_from_here(), &options, Show::default(), terminal)
}
