//! The errors of the system while a file is read: remembered here, because decompressors and readers of
//! archives may hide them, and tried again where a signal interrupted the call.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use rawzip::ReaderAt;

use super::Event;
use crate::report::Reason;

/// The last system error of one file that has not been reported yet.
#[derive(Debug, Default)]
pub(crate) struct IoErrors(RefCell<Option<String>>);

impl IoErrors {
    /// The reason that the system gave, if it refused anything since the last call.
    pub(crate) fn take(&self) -> Option<Reason> {
        self.0.take().map(Reason::Unreadable)
    }

    /// `event`, but where something is skipped after a system error, that error is the reason.
    pub(super) fn explain<'e>(&self, event: Event<'e>) -> Event<'e> {
        match event {
            Event::Skipped(mut skipped) => {
                skipped.reason = self.take().unwrap_or(skipped.reason);
                Event::Skipped(skipped)
            }
            other => other,
        }
    }

    /// The file of this path, watched.
    pub(super) fn observed<F>(&self, inner: F, path: &Path) -> Observed<'_, F> {
        let _ = path;
        Observed {
            inner,
            io_errors: self,
            #[cfg(test)]
            failing: failing::Failing::of(path),
        }
    }

    /// Calls `read` until no signal interrupts it.
    fn over(&self, mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
        loop {
            match read() {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    if error.raw_os_error().is_some() {
                        *self.0.borrow_mut() = Some(error.to_string());
                    }
                    return Err(error);
                }
                Ok(bytes) => return Ok(bytes),
            }
        }
    }
}

/// A file, watched.
pub(super) struct Observed<'w, F> {
    inner: F,
    io_errors: &'w IoErrors,
    #[cfg(test)]
    failing: failing::Failing,
}

impl<F: Read> Read for Observed<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(test)]
        let failing = &mut self.failing;
        self.io_errors.over(|| {
            #[cfg(test)]
            let buffer = failing.room(buffer)?;
            let read = self.inner.read(buffer)?;
            #[cfg(test)]
            failing.advance(read);
            Ok(read)
        })
    }
}

impl<F: ReaderAt> ReaderAt for Observed<'_, F> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.io_errors.over(|| {
            #[cfg(test)]
            self.failing.check(offset, buffer.len())?;
            self.inner.read_at(buffer, offset)
        })
    }
}

/// Files whose reading fails from some byte on, for tests.
#[cfg(test)]
pub(crate) mod failing {
    use std::collections::HashMap;
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::{LazyLock, Mutex, PoisonError};

    static FILES: LazyLock<Mutex<HashMap<PathBuf, u64>>> = LazyLock::new(Mutex::default);

    /// Lets every read of the file fail with EIO behind its first `bytes` bytes, or no more.
    pub(crate) fn set(path: &Path, bytes: Option<u64>) {
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        match bytes {
            Some(bytes) => files.insert(path.to_owned(), bytes),
            None => files.remove(path),
        };
    }

    /// How a file fails.
    pub(crate) struct Failing {
        left: u64,
        from: u64,
        interrupted: bool,
    }

    impl Failing {
        pub(crate) fn of(path: &Path) -> Self {
            let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
            let from = files.get(path).copied().unwrap_or(u64::MAX);
            // Every file is interrupted once before it is read.
            Self { left: from, from, interrupted: false }
        }

        pub(super) fn room<'b>(&mut self, buffer: &'b mut [u8]) -> io::Result<&'b mut [u8]> {
            if !std::mem::replace(&mut self.interrupted, true) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if self.left == 0 {
                return Err(error());
            }
            let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
            Ok(&mut buffer[..length])
        }

        pub(super) fn advance(&mut self, bytes: usize) {
            self.left = self.left.saturating_sub(bytes as u64);
        }

        /// Only the first bad byte counts, or no archive with its table at the end could be read at all.
        pub(super) fn check(&self, offset: u64, length: usize) -> io::Result<()> {
            let bad = (offset..offset + length as u64).contains(&self.from);
            if bad { Err(error()) } else { Ok(()) }
        }
    }

    fn error() -> io::Error {
        // EIO on every Unix, and an error of the system elsewhere.
        io::Error::from_raw_os_error(5)
    }
}
