//! The options of a build, from the flags of `wensou index` and the settings of the existing index.

use std::fs::{self, File};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use wensou_index::{BuildOptions, Settings, TableFiles};
use wensou_ingest::{FieldMap, PreCommand};

use crate::args::Index as Args;
use crate::config::GlobalSettings;

/// The options of a build. The tables, the patterns of files to leave out, the encoding and the
/// keys of dumps come from the flags, else from `before`, the settings of the existing index. No
/// index keeps the command of `--pre`: without the flag, it is that of the config file.
pub(super) fn build_options(
    global: &GlobalSettings,
    args: &Args,
    before: Option<&Settings>,
) -> anyhow::Result<BuildOptions> {
    let mut options = default_options();
    options.strict = args.strict;
    options.anew = args.rebuild;
    options.wait = args.wait;
    options.allow_empty = args.allow_empty;
    options.tables = tables(before, args)?;
    if let Some(threads) = args.threads {
        options.threads = threads.max(1);
        options.ingest.threads = threads.max(1);
    }
    options.ingest.exclude_globs = globs_to_exclude(before, args);
    // The log may lie in the archive, but is not part of it.
    options.ingest.exclude.extend(args.log.clone());
    options.ingest.encoding = match &args.encoding {
        Some(auto) if auto == "auto" => None,
        Some(name) => Some(name.clone()),
        None => before.and_then(|settings| settings.encoding.clone()),
    };
    options.ingest.map = match &args.map {
        Some(map) => field_map(map)?,
        None => before.map(|settings| settings.map.clone()).unwrap_or_default(),
    };
    options.ingest.pre = pre_command(global, args.pre.as_ref(), &args.pre_glob)?;
    Ok(options)
}

/// The options of a build if no flag is given and no index exists yet.
pub(crate) fn default_options() -> BuildOptions {
    BuildOptions::default()
}

/// The patterns of files to leave out: those of the flags, else those of the last build.
fn globs_to_exclude(before: Option<&Settings>, args: &Args) -> Vec<String> {
    match args.exclude.as_slice() {
        [] => before.map(|settings| settings.exclude.clone()).unwrap_or_default(),
        named => patterns_of_exclude(named),
    }
}

/// The patterns among the values of `--exclude`. The value `none` is not one: alone, it means that
/// no file is left out.
pub(crate) fn patterns_of_exclude(values: &[String]) -> Vec<String> {
    values.iter().filter(|value| *value != "none").cloned().collect()
}

/// The fields that `--map` assigns to keys of dumps; `none` assigns none.
pub(crate) fn field_map(map: &str) -> anyhow::Result<FieldMap> {
    match map {
        "none" => Ok(FieldMap::default()),
        map => map.parse().map_err(|what: String| anyhow!("--map: {what}")),
    }
}

/// The user's tables: those of the flags, else those of the last build. The word `none` in place of
/// a file means that there is no such table.
fn tables(before: Option<&Settings>, args: &Args) -> anyhow::Result<TableFiles> {
    let before = before.map(|settings| settings.tables.files()).unwrap_or_default();
    let choose = |flag: &str, named: &Option<PathBuf>, before: Option<PathBuf>| match named {
        Some(none) if none.as_os_str() == "none" => Ok(None),
        Some(file) => ensure_readable(flag, file).map(|()| Some(file.clone())),
        None => Ok(before),
    };
    Ok(TableFiles {
        words: choose("--words", &args.words, before.words)?,
        synonyms: choose("--synonyms", &args.synonyms, before.synonyms)?,
        labels: choose("--labels", &args.labels, before.labels)?,
    })
}

/// Fails if the table that a flag names cannot be opened. A build would silently use the copy that
/// the index keeps, which is meant for tables of an earlier build that are lost.
fn ensure_readable(flag: &str, file: &Path) -> anyhow::Result<()> {
    // Opening a pipe could block.
    let opened = fs::metadata(file).and_then(|metadata| match metadata.is_file() {
        true => File::open(file).map(drop),
        false => Err(Error::new(ErrorKind::InvalidInput, "is not a regular file")),
    });
    opened.with_context(|| {
        format!(
            "cannot read {}: correct the path after {flag}; without {flag}, an index keeps the \
             table that it has",
            file.display()
        )
    })
}

/// The command that turns files of other kinds into text: that of the flags, else that of the
/// config file.
pub(crate) fn pre_command(
    global: &GlobalSettings,
    command: Option<&PathBuf>,
    globs: &[String],
) -> anyhow::Result<Option<PreCommand>> {
    let Some(command) = command.or(global.pre.as_ref()) else {
        if globs.is_empty() {
            return Ok(None);
        }
        bail!("--pre-glob needs --pre COMMAND");
    };
    let globs = if globs.is_empty() { &global.pre_glob } else { globs };
    let command = PreCommand::new(command, globs);
    command.map(Some).map_err(|what| anyhow!("--pre-glob: {what}"))
}
