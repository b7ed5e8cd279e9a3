//! Signals that end a build: the unfinished index is removed, and the old one stays.

use std::io;
use std::path::Path;

use super::log::Log;

/// Says what a build that failed has left: the old index, whose current generation is `current`, or
/// none.
pub(super) fn what_is_left(current: Option<&str>) -> &'static str {
    match current {
        None => "no index was built",
        Some(_) => "the old index was kept",
    }
}

/// Makes SIGINT, SIGTERM and SIGHUP end the program at once. Before it ends, it removes the
/// unfinished index, calls `erase` to erase the progress bar, and prints which index is in use.
#[cfg(unix)]
pub(super) fn catch(
    index: &Path,
    log: Option<Log>,
    erase: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    use std::io::Write;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let index = index.to_path_buf();
    let before = wensou_index::current_generation(&index);
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // End the commands of `--pre`, and remove the unfinished index.
            wensou_ingest::kill_commands();
            wensou_index::abandon_drafts();
            erase();
            let after = wensou_index::current_generation(&index);
            let outcome = match after.as_deref() {
                after if after.is_none() || after == before.as_deref() => what_is_left(after),
                _ => "the new index is in use",
            };
            if let Some(log) = &log {
                log.close(&format!("stopped by signal {signal}; {outcome}"));
            }
            let _ = writeln!(io::stderr(), "stopped: {outcome}");
            // Shells give this code to a program that a signal ended.
            std::process::exit(128 + signal);
        }
    })?;
    Ok(())
}

/// Without Unix signals, the next build removes an unfinished index.
#[cfg(not(unix))]
pub(super) fn catch(_: &Path, _: Option<Log>, _: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Ok(())
}
