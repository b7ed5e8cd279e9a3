//! `wensou survey`: collects the corpus statistics of a part of an archive, or merges those of
//! several parts.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::bail;
use wensou_index::TableFiles;
use wensou_ingest::{
    ArchiveSurvey, FileTotals, Options, SurveySummary, merge_survey_files, write_survey_file,
};

use super::index::{
    MAX_NAMED, ProgressDisplay, default_options, field_map, patterns_of_exclude, pre_command,
    select_paths,
};
use crate::args::Survey as Args;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::out::count::{byte_size, count_noun};
use crate::out::{Terminal, sanitize};

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let (mut surveyed, done) = match args.paths.as_slice() {
        [first, others @ ..] if args.merge => (merge_survey_files(first, others)?, "merged"),
        _ => (survey(global, args, terminal)?, "surveyed"),
    };
    write_survey_file(&mut surveyed, &args.output)?;
    if !args.quiet {
        let FileTotals { files, bytes, .. } = surveyed.totals();
        let parts = match args.merge {
            true => format!("{} of ", count_noun(surveyed.parts().len() as u64, "part")),
            false => String::new(),
        };
        terminal.notice(format_args!(
            "{done} {parts}{} ({}) in {:.1} s; wrote {}",
            count_noun(files, "file"),
            byte_size(bytes),
            started.elapsed().as_secs_f64(),
            sanitize::line(&args.output.display().to_string()),
        ));
    }
    Ok(Outcome::Done)
}

/// Surveys the part of the archive that the arguments name.
fn survey(
    global: &GlobalSettings,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<ArchiveSurvey> {
    let (base, paths) = base_and_paths(args)?;
    let mut options = survey_options(global, args)?;
    options.selection = select_paths(base, paths)?;
    let labels = args.labels.clone().filter(|file| file.as_os_str() != "none");
    let tables = TableFiles { labels, ..TableFiles::default() };
    let log = None;
    let bar = ProgressDisplay::new(args.quiet, log);
    let outcome = wensou_index::survey(base, &options, &tables, &bar);
    bar.clear();
    let (surveyed, summary) = outcome?;
    print_unread(&summary, args.quiet, terminal);
    Ok(surveyed)
}

/// The folder of the whole archive, and the paths in it that are surveyed.
fn base_and_paths(args: &Args) -> anyhow::Result<(&Path, &[PathBuf])> {
    match (&args.base, args.paths.as_slice()) {
        (Some(base), paths) => Ok((base, paths)),
        (None, [base]) => Ok((base, &[])),
        (None, []) => bail!("name the archive: wensou survey DIR -o FILE"),
        (None, _) => bail!("name the folder that contains them all with --base DIR"),
    }
}

/// The options for reading pages. A survey does not read its own output.
fn survey_options(global: &GlobalSettings, args: &Args) -> anyhow::Result<Options> {
    let mut options = default_options().ingest;
    if let Some(threads) = args.threads {
        options.threads = threads.max(1);
    }
    options.exclude.push(args.output.clone());
    options.exclude_globs = patterns_of_exclude(&args.exclude);
    options.encoding = args.encoding.clone().filter(|name| name != "auto");
    options.map = args.map.as_deref().map(field_map).transpose()?.unwrap_or_default();
    options.pre = pre_command(global, args.pre.as_ref(), &args.pre_glob)?;
    Ok(options)
}

/// Prints what could not be read, and the number of ignored files.
fn print_unread(summary: &SurveySummary, quiet: bool, terminal: &mut Terminal) {
    let SurveySummary { skipped, unreadable, ignored } = summary;
    let skipped = skipped.iter().map(ToString::to_string);
    let unreadable = unreadable.iter().map(|path| format!("{}: unreadable", path.display()));
    let lines: Vec<String> = skipped.chain(unreadable).collect();
    for line in lines.iter().take(MAX_NAMED) {
        terminal.notice(format_args!("skipped {}", sanitize::line(line)));
    }
    if lines.len() > MAX_NAMED {
        terminal.notice(format_args!("skipped {} more", lines.len() - MAX_NAMED));
    }
    if *ignored > 0 && !quiet {
        terminal.notice(format_args!("ignored {}", count_noun(*ignored, "file")));
    }
}
