//! Opens a file that may have changed into something else since the scan.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::fault::reason;
use crate::report::Reason;

/// Opens a regular file; returns it with its length. Opening a pipe could block and opening a
/// device could have side effects, so neither is opened. If a pipe or device takes the file's place
/// after the check, opening it at least does not block.
pub(super) fn regular(path: &Path) -> Result<(File, u64), Reason> {
    let to_reason = |error| reason(&error);
    if !retry_if_interrupted(|| fs::metadata(path)).map_err(to_reason)?.is_file() {
        return Err(Reason::Special);
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = retry_if_interrupted(|| options.open(path)).map_err(to_reason)?;
    let metadata = retry_if_interrupted(|| file.metadata()).map_err(to_reason)?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(Reason::Special) }
}

/// Repeats `call` as long as a signal interrupts it.
fn retry_if_interrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
