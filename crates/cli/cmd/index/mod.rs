//! `wensou index`: builds or updates the index, with a progress bar and a summary.
//!
//! - `local` updates an index in a folder, `cluster` one on a cluster.
//! - `options` reads most flags, `roots` the flags that say what the index covers, `share` the
//!   flags for one share of an archive.
//! - `build` runs a build, with `progress`, `log` and `signals`, and prints its `summary`.
//! - `dry_run` prints what a build would change.
//! - `formats` lists the kinds of files that can be read.

mod build;
#[cfg(feature = "cluster")]
mod cluster;
mod dry_run;
mod formats;
mod local;
mod log;
mod options;
mod progress;
mod roots;
mod share;
mod signals;
mod summary;

pub(crate) use self::build::{Reporting, build};
pub(crate) use self::options::{default_options, field_map, patterns_of_exclude, pre_command};
pub(crate) use self::progress::ProgressDisplay;
pub(crate) use self::roots::sample_archive;
pub(crate) use self::share::select_paths;
pub(crate) use self::summary::{
    MAX_NAMED, changes, comma_separated, ignored, pages_and_dumps, share_paths, skipped,
};

use crate::args::Index as Args;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
#[cfg(feature = "cluster")]
use crate::open_index::is_address;
use crate::open_index::require_folder;
use crate::out::Terminal;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    if args.list_formats {
        formats::list(terminal)?;
        return Ok(Outcome::Done);
    }
    #[cfg(feature = "cluster")]
    if is_address(&global.index) {
        return cluster::run(global, args, terminal);
    }
    // An address gets here only in a build without the feature `cluster`.
    require_folder(global, "index", "this build of wensou cannot write there")?;
    local::run(global, args, terminal)
}
