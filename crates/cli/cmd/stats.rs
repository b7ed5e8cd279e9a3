//! `wensou stats`: prints index statistics.

use serde_json::json;
use wensou_index::{Index, Meta, Share};
use wensou_ingest::Report;

use crate::args::Stats;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::{OpenIndex, require_folder};
use crate::out::count::{byte_size, count_noun};
use crate::out::{Terminal, sanitize};
use crate::types::ShowFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Stats,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    if args.skipped {
        let instead = "name the folder of the machine that read the archive, see --local of \
                       `wensou index`";
        require_folder(global, "stats --skipped", instead)?;
    }
    let opened = OpenIndex::open(global)?;
    #[allow(
        clippy::infallible_destructuring_match,
        reason = "a second arm with the feature `cluster`"
    )]
    let index = match &opened {
        OpenIndex::Local(index) => index,
        #[cfg(feature = "cluster")]
        OpenIndex::Cluster(copy) => {
            super::stats_cluster::run(&copy.index, args, terminal)?;
            return Ok(Outcome::Done);
        }
    };
    match args.format {
        ShowFormat::Json => print_json(index, terminal)?,
        ShowFormat::Text => print_text(index, args, terminal)?,
    }
    Ok(Outcome::Done)
}

fn print_json(index: &Index, terminal: &mut Terminal) -> anyhow::Result<()> {
    let meta = index.meta();
    let overview = wensou_query::overview(index)?;
    let object = json!({
        "index": index.dir(),
        "bytes": index.bytes(),
        "built": meta.built,
        "program": meta.program,
        "format": meta.format,
        "analysis": meta.analysis,
        "stale": meta.stale().map(|stale| stale.to_string()),
        "tables": meta.tables,
        "roots": meta.roots,
        "encoding": meta.encoding,
        "exclude": meta.exclude,
        "share": meta.share,
        "files": meta.file_counts,
        "articles": overview.articles,
        "flash_items": overview.flashes,
        "undated": overview.undated,
        "inferred": overview.inferred,
        "oldest": overview.oldest.map(|at| at.to_string()),
        "newest": overview.newest.map(|at| at.to_string()),
        "distinct_tags": overview.tags,
        "report": meta.report,
    });
    terminal.json_pretty(&object)?;
    Ok(())
}

fn print_text(index: &Index, args: &Stats, terminal: &mut Terminal) -> anyhow::Result<()> {
    let meta = index.meta();
    let overview = wensou_query::overview(index)?;
    let report = &meta.report;
    let range = match (overview.oldest, overview.newest) {
        (Some(oldest), Some(newest)) => format!("{} .. {}", oldest.date(), newest.date()),
        _ => "none".to_owned(),
    };
    let rows = [
        ("index", format!("{} ({})", index.dir().display(), byte_size(index.bytes()))),
        ("built", format!("{} by wensou {}", meta.built, meta.program)),
        ("versions", versions(meta)),
        ("tables", tables(meta)),
        ("roots", super::index::comma_separated(&meta.roots)),
        ("encoding", meta.encoding.clone().unwrap_or_else(|| "detected for each file".to_owned())),
        (
            "read",
            format!("{} ({})", super::index::pages_and_dumps(report), byte_size(report.bytes)),
        ),
        ("articles", overview.articles.to_string()),
        (
            "flash items",
            format!(
                "{} distinct, {}",
                overview.flashes,
                count_noun(report.flash_occurrences, "occurrence")
            ),
        ),
        ("dates", range),
        (
            "undated",
            format!("{}; {} inferred", overview.undated, count_noun(overview.inferred, "date")),
        ),
        ("tags", tags(overview.tags, report.unsplit_tags)),
        ("files", files(meta)),
        ("skipped", super::index::skipped(report)),
        ("ignored", super::index::ignored(report)),
        ("repaired", repaired(report)),
        ("map", if meta.map.is_empty() { "none".to_owned() } else { meta.map.to_string() }),
        (
            "left out",
            if meta.exclude.is_empty() { "nothing".to_owned() } else { meta.exclude.join(", ") },
        ),
    ];
    let share = meta.share.as_ref().map(|share| ("share", describe_share(share)));
    for (name, value) in rows.into_iter().chain(share) {
        terminal.line(format_args!("{name:<12} {}", sanitize::line(&value)))?;
    }
    if report.boilerplate_lines > 0 {
        let lines = count_noun(report.boilerplate_lines, "line");
        let name = "boilerplate";
        terminal.line(format_args!(
            "{name:<12} {lines} left out that recur over the pages of a site"
        ))?;
    }
    if args.skipped {
        print_skipped(report, terminal)?;
    }
    Ok(())
}

/// Describes which part of an archive the index covers, and with which statistics it was built.
fn describe_share(share: &Share) -> String {
    let survey = &share.survey;
    let statistics = match survey.identity.as_str() {
        "" => "statistics of its own".to_owned(),
        identity => format!(
            "statistics {identity} of {} in {}",
            count_noun(survey.files, "file"),
            count_noun(survey.parts, "part")
        ),
    };
    let files = count_noun(share.files, "file");
    format!("{} ({files}), with {statistics}", super::index::share_paths(share))
}

/// The number of files of the last build, and how they differ from those of the previous build.
fn files(meta: &Meta) -> String {
    let counts = &meta.file_counts;
    match super::index::changes(counts) {
        Some(changes) => format!("{}; last build: {changes}", counts.files),
        None => counts.files.to_string(),
    }
}

/// Counts the files whose text was repaired, and the damage that could not be repaired.
fn repaired(report: &Report) -> String {
    format!(
        "{}; {} with invalid bytes, {} of mojibake left",
        count_noun(report.repaired.len() as u64, "file"),
        count_noun(report.lossy.len() as u64, "file"),
        count_noun(report.mojibake_kept.len() as u64, "paragraph"),
    )
}

/// Lists everything that the last build left out, all files that it read although something is
/// wrong with them, and the keys of dumps that it could not use.
fn print_skipped(report: &Report, terminal: &mut Terminal) -> anyhow::Result<()> {
    for skipped in &report.skipped {
        terminal.line(format_args!("  {}", sanitize::line(&skipped.to_string())))?;
    }
    for date in &report.unread_dates {
        let line = date.line.map_or_else(String::new, |line| format!(":{line}"));
        let text = format!("{}{line}: date not understood: {}", date.path.display(), date.text);
        terminal.line(format_args!("  {}", sanitize::line(&text)))?;
    }
    for path in &report.ignored {
        let path = path.display().to_string();
        terminal.line(format_args!("  {}: ignored", sanitize::line(&path)))?;
    }
    for page in &report.unextracted {
        let what = if page.reason.keeps_text() { "whole text kept" } else { "no text read" };
        let text = format!("{}: {what}: {}", page.path.display(), page.reason);
        terminal.line(format_args!("  {}", sanitize::line(&text)))?;
    }
    let read_anyway = [
        (&report.lossy, "read, although some bytes are invalid in its encoding"),
        (&report.repaired, "read, after paragraphs in another encoding were repaired"),
        (&report.non_utf8_names, "read, although its name is not UTF-8"),
    ];
    for (paths, what) in read_anyway {
        for path in paths {
            let path = path.display().to_string();
            terminal.line(format_args!("  {}: {what}", sanitize::line(&path)))?;
        }
    }
    for kept in &report.mojibake_kept {
        let path = kept.path.display().to_string();
        let what = "read, with mojibake that could not be repaired completely";
        let (start, end) = (kept.span.start, kept.span.end);
        let path = sanitize::line(&path);
        terminal.line(format_args!("  {path}: {what}, bytes {start} to {end}"))?;
    }
    let keys = [
        (&report.unused_keys, "a key that was not used"),
        (&report.keys_of_wrong_type, "a key with values of a type that cannot be read"),
        (&report.other_kinds, "a kind of records that are no articles, left out"),
    ];
    for (keys, what) in keys {
        for key in keys {
            let line =
                format!("{}:{}: {what}: {} ({})", key.path.display(), key.line, key.key, key.count);
            terminal.line(format_args!("  {}", sanitize::line(&line)))?;
        }
    }
    Ok(())
}

fn tags(distinct: usize, unsplit: u64) -> String {
    match unsplit {
        0 => format!("{distinct} distinct"),
        lines => {
            let lines = count_noun(lines, "line");
            format!("{distinct} distinct; {lines} could not be split completely")
        }
    }
}

fn versions(meta: &Meta) -> String {
    let stale = match meta.stale() {
        Some(stale) => format!(" (stale: {stale}; run `wensou index --rebuild`)"),
        None => String::new(),
    };
    format!("format {}, analysis {}{stale}", meta.format, meta.analysis)
}

/// Names the user's tables of words, synonyms and labels.
fn tables(meta: &Meta) -> String {
    let name = |table: &Option<wensou_index::TableFile>| {
        table.as_ref().map_or("none".to_owned(), |table| table.path.display().to_string())
    };
    let tables = &meta.tables;
    format!(
        "words {}, synonyms {}, labels {}",
        name(&tables.words),
        name(&tables.synonyms),
        name(&tables.labels)
    )
}
