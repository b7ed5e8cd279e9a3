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
    open_if_regular(path).map_err(|error| reason(&error))?.ok_or(Reason::Special)
}

/// As [`regular`], with the error of the system, which has a kind and a number, instead of a reason
/// with its message. For what is not a regular file, the error has the message of
/// [`Reason::Special`].
pub(super) fn regular_or_error(path: &Path) -> io::Result<(File, u64)> {
    open_if_regular(path)?.ok_or_else(|| io::Error::other(Reason::Special.to_string()))
}

/// As [`regular`]; `None` for what is not a regular file.
fn open_if_regular(path: &Path) -> io::Result<Option<(File, u64)>> {
    if !retry_if_interrupted(|| fs::metadata(path))?.is_file() {
        return Ok(None);
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = retry_if_interrupted(|| options.open(path))?;
    let metadata = retry_if_interrupted(|| file.metadata())?;
    Ok(metadata.is_file().then_some((file, metadata.len())))
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
