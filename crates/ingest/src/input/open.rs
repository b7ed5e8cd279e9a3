//! Opening a file that may have become something else since the walk looked at it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::fault::reason;
use crate::report::Reason;

/// Opens a regular file. A pipe would be waited for, and opening a device can do things, so neither is
/// opened; should one take the file's place in between, it is at least not waited for.
pub(super) fn regular(path: &Path) -> Result<(File, u64), Reason> {
    let refused = |error| reason(&error);
    if !again(|| fs::metadata(path)).map_err(refused)?.is_file() {
        return Err(Reason::Special);
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = again(|| options.open(path)).map_err(refused)?;
    let about = again(|| file.metadata()).map_err(refused)?;
    if about.is_file() { Ok((file, about.len())) } else { Err(Reason::Special) }
}

/// Calls `call` until no signal interrupts it.
fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
