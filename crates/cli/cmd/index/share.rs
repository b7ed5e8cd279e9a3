//! `wensou index PATH… --base DIR`: which share of an archive is indexed, if several machines index
//! it together.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};
use wensou_index::{BuildOptions, Settings, Share, canonical};
use wensou_ingest::{Selection, read_survey_file};

use super::summary::{comma_separated, share_paths};
use crate::args::Index as Args;
use crate::config::GlobalSettings;

/// Sets the options that select the share that the flags name. Fails if the existing index, which
/// was built with the settings `before`, is of another share or of a whole archive.
pub(super) fn select_share(
    global: &GlobalSettings,
    args: &Args,
    before: Option<&Settings>,
    options: &mut BuildOptions,
) -> anyhow::Result<()> {
    if let Some(base) = &args.base {
        options.ingest.selection = select_paths(base, &args.paths)?;
    }
    if let Some(stats) = &args.stats {
        // The file may lie in the archive, but is not part of it.
        options.ingest.exclude.push(stats.clone());
        options.ingest.survey = Some(Arc::new(read_survey_file(stats)?));
        options.stats = Some(stats.clone());
    }
    let Some(before) = before else { return Ok(()) };
    match refusal(args, before, options) {
        None => Ok(()),
        Some(what) => Err(anyhow!("the index in {} {what}", global.index.display())),
    }
}

/// Why the existing index cannot be updated to what the flags name; `None` if it can. The text
/// follows the name of the index.
fn refusal(args: &Args, before: &Settings, options: &BuildOptions) -> Option<String> {
    let new_folder = "choose a new folder with --index, or with --local for an index on a cluster";
    match (&args.base, &before.share) {
        (None, None) => None,
        (None, Some(_)) if args.rebuild => None,
        (None, Some(share)) => Some(format!(
            "is a share ({}): name it again with --base, PATH and --stats as before, or index all \
             that it covers with --rebuild",
            describe(share, before)
        )),
        (Some(base), None) => {
            // A share that is all of `base`, with its own statistics, is the index of `base`.
            let is_whole = options.ingest.selection.is_whole() && options.ingest.survey.is_none();
            let is_same = is_whole && before.roots == [canonical(base)];
            (!is_same).then(|| format!("is not a share of an archive: {new_folder}"))
        }
        (Some(_), Some(_)) if args.rebuild => None,
        (Some(base), Some(share)) => {
            // Flags with other statistics are accepted: all files are read again. Flags without
            // statistics are a mistake if the share was built with some. So the reason "other
            // statistics" means that the flags name none.
            let lacks_stats = options.ingest.survey.is_none() && !share.survey.identity.is_empty();
            let differences = [
                ("another base", before.roots != [canonical(base)]),
                ("other paths", share.paths != options.ingest.selection.paths()),
                ("other statistics", lacks_stats),
            ];
            let (what, _) = differences.into_iter().find(|(_, differs)| *differs)?;
            Some(format!(
                "is another share ({}), built with {what}: {new_folder}, or replace it with --rebuild",
                describe(share, before)
            ))
        }
    }
}

/// A share, such as `2023, 2024 of /news`.
fn describe(share: &Share, settings: &Settings) -> String {
    format!("{} of {}", share_paths(share), comma_separated(&settings.given))
}

/// Selects these paths of the archive in `base`, or everything if there are none. Fails if one of
/// them does not lie in `base`.
pub(crate) fn select_paths(base: &Path, named: &[PathBuf]) -> anyhow::Result<Selection> {
    if !base.is_dir() {
        bail!("{} is not a folder: the base is the folder of the whole archive", base.display());
    }
    let base = canonical(base);
    let mut selected = Vec::new();
    for path in named {
        let Ok(absolute) = fs::canonicalize(path) else {
            bail!(
                "cannot read {}: name files and folders in --base, as paths from the working folder",
                path.display()
            );
        };
        let Ok(below) = absolute.strip_prefix(&base) else {
            bail!(
                "{} does not lie in --base {}: name files and folders in it, or a base that contains \
                 them all",
                path.display(),
                base.display()
            );
        };
        selected.push(with_slashes(below).ok_or_else(|| {
            anyhow!("the path `{}` is not UTF-8: name a folder above it", path.display())
        })?);
    }
    Ok(Selection::new(selected))
}

/// A relative path with `/` between its components on every system; `None` if it is not UTF-8.
fn with_slashes(path: &Path) -> Option<String> {
    let name = |component: Component<'_>| component.as_os_str().to_str().map(str::to_owned);
    let names: Option<Vec<String>> = path.components().map(name).collect();
    names.map(|names| names.join("/"))
}
