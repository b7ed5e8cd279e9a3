//! A reader whose first bytes, the head, can be examined before they are read.

use std::io::{self, ErrorKind, Read};

/// Length of the head that is examined first; it decides about most files.
pub(super) const HEAD_BYTES: usize = 4 << 10;
/// Length of the head that is examined if the first one ends inside a long line.
pub(super) const LONG_HEAD_BYTES: usize = 64 << 10;

/// A reader with its head.
pub(super) struct Peeked<R> {
    head: Vec<u8>,
    /// Number of bytes of the head that `read` has returned.
    at: usize,
    /// The error that ended the head. `read` returns it after the head.
    error: Option<io::Error>,
    inner: R,
}

impl<R: Read> Peeked<R> {
    /// Reads a head of `bytes` bytes.
    pub(super) fn new(inner: R, bytes: usize) -> Self {
        let mut peeked = Self { head: Vec::new(), at: 0, error: None, inner };
        peeked.read_ahead(bytes);
        peeked
    }

    /// Reads until the head has `bytes` bytes, or the file ends.
    pub(super) fn read_ahead(&mut self, bytes: usize) {
        let mut length = self.head.len();
        self.head.resize(bytes.max(length), 0);
        while length < bytes && self.error.is_none() {
            match self.inner.read(&mut self.head[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => self.error = Some(error),
            }
        }
        self.head.truncate(length);
    }

    /// The bytes that were read ahead.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Drops the head and returns the inner reader, for a format that is read by position.
    pub(super) fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = &self.head[self.at..];
        if left.is_empty() {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            return self.inner.read(buffer);
        }
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.at += length;
        Ok(length)
    }
}
