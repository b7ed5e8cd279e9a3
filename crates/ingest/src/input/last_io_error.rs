//! Remembers the last system error while a file is read, because decompressors and archive readers
//! may hide it. Also retries calls that a signal interrupted.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use rawzip::ReaderAt;

use crate::report::Reason;

/// The last system error while a file was read, until it is taken for the report.
#[derive(Debug, Default)]
pub(crate) struct LastIoError(RefCell<Option<String>>);

impl LastIoError {
    /// Takes the last system error since the previous call, if there was any.
    pub(crate) fn take(&self) -> Option<Reason> {
        self.0.take().map(Reason::Unreadable)
    }

    /// Wraps the file at `path`, so that its last system error is remembered.
    pub(super) fn observed<F>(&self, inner: F, path: &Path) -> Observed<'_, F> {
        // Only tests use the path.
        let _ = path;
        Observed {
            inner,
            last_io_error: self,
            #[cfg(test)]
            failing: failing::Failing::of(path),
        }
    }

    /// Calls `read`, and calls it again if a signal interrupts it. Remembers the error if it comes
    /// from the system.
    fn retry(&self, mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
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

/// A file whose last system error is remembered.
pub(super) struct Observed<'w, F> {
    inner: F,
    last_io_error: &'w LastIoError,
    #[cfg(test)]
    failing: failing::Failing,
}

impl<F> Observed<'_, F> {
    pub(super) fn into_inner(self) -> F {
        self.inner
    }
}

impl<F: Read> Read for Observed<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(test)]
        let failing = &mut self.failing;
        self.last_io_error.retry(|| {
            #[cfg(test)]
            let buffer = failing.readable_part(buffer)?;
            let read = self.inner.read(buffer)?;
            #[cfg(test)]
            failing.advance(read);
            Ok(read)
        })
    }
}

impl<F: ReaderAt> ReaderAt for Observed<'_, F> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.last_io_error.retry(|| {
            #[cfg(test)]
            self.failing.check(offset, buffer.len())?;
            self.inner.read_at(buffer, offset)
        })
    }
}

/// Fault injection for tests: files of which a certain byte cannot be read.
#[cfg(test)]
pub(crate) mod failing {
    use std::collections::HashMap;
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::{LazyLock, Mutex, PoisonError};

    /// For each file that is to fail, the number of bytes before the first that cannot be read.
    static FILES: LazyLock<Mutex<HashMap<PathBuf, u64>>> = LazyLock::new(Mutex::default);

    /// Makes reading the file in sequence fail with EIO after its first `bytes` bytes, and also
    /// each positional read of the byte after these; `None` undoes that.
    pub(crate) fn set(path: &Path, bytes: Option<u64>) {
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        match bytes {
            Some(bytes) => files.insert(path.to_owned(), bytes),
            None => files.remove(path),
        };
    }

    /// The injected fault of a file.
    pub(crate) struct Failing {
        /// Bytes before the first one that cannot be read, counted from the current position.
        left: u64,
        /// Offset of the first byte that cannot be read.
        from: u64,
        /// Whether a read has been interrupted.
        interrupted: bool,
    }

    impl Failing {
        pub(crate) fn of(path: &Path) -> Self {
            let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
            let from = files.get(path).copied().unwrap_or(u64::MAX);
            Self { left: from, from, interrupted: false }
        }

        /// The part of `buffer` that can be filled. Fails if no byte can be read, and once to
        /// simulate an interruption.
        pub(super) fn readable_part<'b>(
            &mut self,
            buffer: &'b mut [u8],
        ) -> io::Result<&'b mut [u8]> {
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

        /// Fails for a read of the first byte that cannot be read. Reads of later bytes succeed,
        /// because otherwise no zip could be read, whose directory is at its end.
        pub(super) fn check(&self, offset: u64, length: usize) -> io::Result<()> {
            let bad = (offset..offset + length as u64).contains(&self.from);
            if bad { Err(error()) } else { Ok(()) }
        }
    }

    fn error() -> io::Error {
        // 5 is EIO on every Unix, and some system error elsewhere.
        io::Error::from_raw_os_error(5)
    }
}
