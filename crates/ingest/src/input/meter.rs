//! Limits on the decompressed size and on the number of members of a file, against decompression
//! bombs.

use std::cell::Cell;
use std::io::{self, Read};

use super::fault::{damage_reason, fault};
use crate::options::Options;
use crate::report::Reason;

/// Maximum number of members of a container. No archive of pages has more. There is a limit because
/// each member takes memory.
const MAX_MEMBERS: u64 = 1 << 24;

/// Counts the bytes that one file expands to, and its members.
#[derive(Debug)]
pub(super) struct Meter {
    max_bytes: u64,
    /// Bytes of the decompressed content so far.
    produced: Cell<u64>,
    members: Cell<u64>,
    is_exceeded: Cell<bool>,
}

impl Meter {
    /// A meter for a file of `bytes` bytes. The limit on the ratio of compression does not apply to
    /// content below `max_file_bytes`, because the ratio means nothing for short files.
    pub(super) fn new(bytes: u64, options: &Options) -> Self {
        let by_ratio = bytes.saturating_mul(options.max_ratio).max(options.max_file_bytes);
        Self {
            max_bytes: by_ratio.min(options.max_container_bytes),
            produced: Cell::new(0),
            members: Cell::new(0),
            is_exceeded: Cell::new(false),
        }
    }

    /// The limit that was exceeded, if any.
    pub(super) fn exceeded(&self) -> Option<Reason> {
        let what = if self.produced.get() > self.max_bytes {
            format!("it expands to more than {} bytes", self.max_bytes)
        } else {
            format!("more than {MAX_MEMBERS} members")
        };
        self.is_exceeded.get().then_some(Reason::Bomb(what))
    }

    /// Counts a member.
    pub(super) fn count_member(&self) {
        self.members.set(self.members.get() + 1);
        self.is_exceeded.set(self.is_exceeded.get() || self.members.get() > MAX_MEMBERS);
    }

    /// Counts bytes of the decompressed content. Fails if a limit is exceeded.
    fn count_bytes(&self, bytes: usize) -> io::Result<usize> {
        self.produced.set(self.produced.get() + bytes as u64);
        self.is_exceeded.set(self.is_exceeded.get() || self.produced.get() > self.max_bytes);
        match self.exceeded() {
            Some(reason) => Err(fault(reason)),
            None => Ok(bytes),
        }
    }
}

/// A decompressor whose output is counted and whose errors become skip reasons.
pub(super) struct Metered<'m, R> {
    pub(super) inner: R,
    pub(super) meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(bytes) => self.meter.count_bytes(bytes),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(fault(damage_reason(&error))),
        }
    }
}
