//! Reads the members of a tar archive, in order.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;

use tar::{Archive, EntryType};

use super::Visit;
use super::container::Container;
use super::fault::{damage_reason, fault, truncated};
use super::name::SeenNames;
use crate::report::Reason;

/// Maximum bytes that describe a member (header, long name, extended headers); they are held in
/// memory.
const MAX_HEADER_BYTES: u64 = 1 << 20;
/// A tar archive consists of blocks of this many bytes.
const BLOCK_BYTES: u64 = 512;

/// Passes every page and dump of the archive to `visit`.
pub(super) fn visit_members(
    container: &Container<'_>,
    read: impl Read,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let left = Cell::new(MAX_HEADER_BYTES);
    let mut archive = Archive::new(Limited { inner: read, left: &left });
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return container.skip_file(damage_reason(&error), visit),
    };
    let mut seen_names = SeenNames::default();
    let mut members = 0_u64;
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(_) if left.get() == 0 => return container.skip_file(long_headers(), visit),
            Err(error) => return container.skip_file(damage_reason(&error), visit),
        };
        members += 1;
        container.meter.count_member();
        // Within a member no limit is needed: the library stops at the end of the member.
        left.set(u64::MAX);
        let (kind, bytes) = (entry.header().entry_type(), entry.size());
        let unread = Cell::new(bytes);
        if !matches!(kind, EntryType::Directory | EntryType::XGlobalHeader) {
            let name = entry.path_bytes().into_owned();
            if let Some((path, format)) = container.admit(&mut seen_names, &name, visit)? {
                match kind {
                    EntryType::Regular | EntryType::Continuous => {
                        let member = CompleteMember { inner: entry, left: &unread };
                        container.emit(&path, format, bytes, member, visit)?;
                    }
                    EntryType::GNUSparse => {
                        let what = "a sparse file".to_owned();
                        container.skip_member(&path, Reason::Unsupported(what), visit)?;
                    }
                    _ => container.skip_member(&path, Reason::Special, visit)?,
                }
            }
        }
        if let Some(reason) = container.meter.exceeded() {
            return container.skip_file(reason, visit);
        }
        // Before the next member, the library skips the rest of this one and its padding, which is
        // less than a block, and reads the next headers.
        left.set(unread.get().saturating_add(BLOCK_BYTES + MAX_HEADER_BYTES));
    }
    if members == 0 { container.skip_file(Reason::Empty, visit) } else { ControlFlow::Continue(()) }
}

fn long_headers() -> Reason {
    Reason::Damaged(format!("the headers of a member are longer than {MAX_HEADER_BYTES} bytes"))
}

/// A reader that fails after a number of bytes, so that the library does not read endless headers
/// into memory.
struct Limited<'g, R> {
    inner: R,
    /// Bytes that may still be read.
    left: &'g Cell<u64>,
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(fault(long_headers()));
        }
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..length])?;
        self.left.set(left - read as u64);
        Ok(read)
    }
}

/// A member that must be complete: the library takes the end of a truncated archive for the end of
/// the member.
struct CompleteMember<'w, R> {
    inner: R,
    /// Bytes of the member that have not been read yet.
    left: &'w Cell<u64>,
}

impl<R: Read> Read for CompleteMember<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.left.get() > 0 {
            return Err(fault(truncated()));
        }
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}
