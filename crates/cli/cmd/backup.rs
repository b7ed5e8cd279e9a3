//! `wensou backup`: a consistent copy of the index.

use crate::args::Backup;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::require_folder;
use crate::out::count::{byte_size, count_noun};
use crate::out::{Terminal, sanitize};

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Backup,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    require_folder(global, "backup", "the cluster has snapshots of its own")?;
    let copied = wensou_index::backup(&global.index, &args.to)?;
    if !args.quiet {
        let to = args.to.display().to_string();
        terminal.notice(format_args!(
            "copied {} ({}) to {}",
            count_noun(copied.files, "file"),
            byte_size(copied.bytes),
            sanitize::line(&to)
        ));
    }
    Ok(Outcome::Done)
}
