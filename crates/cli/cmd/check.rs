//! `wensou check`: verifies the index; `--repair` rebuilds what is damaged.

use anyhow::bail;
use serde_json::json;
use wensou_index::{Checked, Error as IndexError, Finding, Severity};

use super::index::{ProgressDisplay, Reporting, default_options};
use crate::args::Check;
use crate::config::GlobalSettings;
use crate::exit::{Outcome, index_error};
#[cfg(feature = "cluster")]
use crate::open_index::is_address;
use crate::open_index::require_folder;
use crate::out::count::{byte_size, count_noun};
use crate::out::{Terminal, sanitize};
use crate::types::ShowFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Check,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    if args.quick {
        require_folder(
            global,
            "check --quick",
            "without --quick, `check` verifies a sample of the documents on the cluster",
        )?;
    }
    #[cfg(feature = "cluster")]
    if is_address(&global.index) {
        return super::check_cluster::run(global, args, terminal);
    }
    // An address gets here only in a build without the feature `cluster`.
    require_folder(global, "check", "this build of wensou cannot read there")?;
    #[cfg(feature = "cluster")]
    if args.from.is_some() {
        bail!(
            "--from is for an index on a cluster: an index in a folder is compared with its archive"
        );
    }
    if args.all {
        bail!(
            "--all is for an index on a cluster: an index in a folder is always compared completely"
        );
    }
    let mut checked = match check(global, args) {
        // `CURRENT` is missing, but perhaps there is an intact generation.
        Err(error) if args.repair && is_missing(&error) => {
            if !wensou_index::restore_current(&global.index)? {
                return Err(error);
            }
            check(global, args)?
        }
        // An index of another format is rebuilt; records of what cannot be read are kept. A file
        // that is missing from a readable root counts as deleted.
        Err(error) if args.repair && is_of_another_format(&error) => {
            rebuild(global, args, terminal)?;
            check(global, args)?
        }
        checked => checked?,
    };
    if args.repair {
        print_before_repair(&checked, terminal);
        repair(global, args, &checked, terminal)?;
        checked = check(global, args)?;
    }
    print(&checked, args, terminal)?;
    terminal.notice(summary(&checked));
    Ok(match checked.worst() {
        Some(Severity::Damage) => Outcome::Damaged,
        Some(Severity::Stale) => Outcome::OutOfDate,
        _ => Outcome::Done,
    })
}

/// Verifies the index: with `--quick` its checksums only, otherwise everything.
fn check(global: &GlobalSettings, args: &Check) -> anyhow::Result<Checked> {
    if args.quick {
        return Ok(wensou_index::check_files(&global.index)?);
    }
    let (quiet, log) = (false, None);
    let bar = ProgressDisplay::new(quiet, log);
    let checked = wensou_index::check(&global.index, &default_options().ingest, &bar);
    bar.clear();
    Ok(checked?)
}

fn is_missing(error: &anyhow::Error) -> bool {
    matches!(index_error(error), Some(IndexError::Missing { .. }))
}

fn is_of_another_format(error: &anyhow::Error) -> bool {
    matches!(index_error(error), Some(IndexError::Format { .. }))
}

fn finding_line(finding: &Finding) -> String {
    let Finding { severity, what } = finding;
    let (what, cure) = (sanitize::line(what), severity.cure());
    format!("{:<8} {what}; to fix: `{cure}`", severity.as_str())
}

/// Prints the findings before they are repaired, to standard error.
fn print_before_repair(checked: &Checked, terminal: &mut Terminal) {
    checked.findings.iter().for_each(|finding| terminal.notice(finding_line(finding)));
}

/// Prints the findings to standard output.
fn print(checked: &Checked, args: &Check, terminal: &mut Terminal) -> anyhow::Result<()> {
    if args.format == ShowFormat::Text {
        for finding in &checked.findings {
            terminal.line(finding_line(finding))?;
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
        "archive_compared": checked.archive_compared,
        "findings": findings.collect::<Vec<_>>(),
    });
    Ok(terminal.json(&object)?)
}

fn summary(checked: &Checked) -> String {
    let state = match checked.worst() {
        None | Some(Severity::Litter) => "intact",
        Some(Severity::Stale) => "intact, but out of date",
        Some(Severity::Unreadable) => "intact, but parts of the archive could not be read",
        Some(Severity::Damage) => "damaged",
    };
    let mut line =
        format!("{state}: {} ({})", count_noun(checked.files, "file"), byte_size(checked.bytes));
    if checked.records > 0 {
        line.push_str(&format!(", {}", count_noun(checked.records, "record")));
    }
    line.push_str(match checked.archive_compared {
        true => ", compared with the archive",
        false => ", not compared with the archive",
    });
    line
}

/// Repairs the findings: uses another intact generation or rebuilds the index, then removes what
/// stopped builds have left behind.
fn repair(
    global: &GlobalSettings,
    args: &Check,
    checked: &Checked,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    // Perhaps another generation is intact, or only markers are missing.
    let recovers = || -> anyhow::Result<bool> {
        wensou_index::restore_current(&global.index)?;
        Ok(!check(global, args)?.is_damaged())
    };
    if checked.is_damaged() && !recovers()? {
        rebuild(global, args, terminal)?;
    }
    Ok(wensou_index::remove_litter(&global.index)?)
}

/// Rebuilds the index from its archive; records of files that cannot be read come from the old
/// index.
fn rebuild(global: &GlobalSettings, args: &Check, terminal: &mut Terminal) -> anyhow::Result<()> {
    let Some(settings) = wensou_index::settings(&global.index) else {
        anyhow::bail!(
            "the index no longer says which files it was built from: run `wensou index --rebuild \
             PATH…` with the files and folders of the archive"
        );
    };
    let mut options = default_options();
    options.anew = true;
    options.allow_empty = args.allow_empty;
    options.keep_missing = true;
    options.tables = settings.tables.files();
    options.ingest.encoding.clone_from(&settings.encoding);
    options.ingest.map.clone_from(&settings.map);
    options.ingest.exclude_globs.clone_from(&settings.exclude);
    options.stats.clone_from(&settings.stats);
    let (share, stats) = (settings.share.as_ref(), settings.stats.as_deref());
    if let Err(why) = wensou_index::select_share(&mut options.ingest, share, stats) {
        anyhow::bail!(
            "{why}: the index is a share of an archive and needs these statistics; put the file \
             there again, or run `wensou index --rebuild PATH… --base DIR --stats FILE`"
        );
    }
    // Files of other kinds are read with the command `pre` of the config file: `check` has no flags
    // for another command.
    let (command, globs): (_, &[String]) = (None, &[]);
    options.ingest.pre = super::index::pre_command(global, command, globs)?;
    let roots = settings.roots_from_here();
    super::index::build(&global.index, &roots, &options, Reporting::default(), terminal)
}
