//! Signals that end a build: the old index stays, and nothing of the new one is left.

use std::io;

use super::log::Log;

/// From now on SIGINT, SIGTERM and SIGHUP end the program at once, and what it has written of an
/// index that is not in use yet is removed first.
#[cfg(unix)]
pub(super) fn catch(log: Option<Log>) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            if let Some(log) = &log {
                log.close(&format!("stopped by signal {signal}; the index in use was not touched"));
            }
            wensou_index::abandon();
            // As a shell reports it.
            std::process::exit(128 + signal);
        }
    })?;
    Ok(())
}

/// Where there are no signals, what is left is the next build's to remove.
#[cfg(not(unix))]
pub(super) fn catch(_: Option<Log>) -> io::Result<()> {
    Ok(())
}
