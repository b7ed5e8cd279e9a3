//! Tells what surrounds the archive whose end record comes last in a zip file. In a file that was
//! cut off, this archive can be a member of the archive that the file was meant to be.

use std::io;

use rawzip::{ReaderAt, ZipArchive};

const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
const END_RECORD: &[u8] = b"PK\x05\x06";
/// Length of a local header without the name and the extra field.
const LOCAL_HEADER_BYTES: usize = 30;
/// Length of an end record without the comment.
const END_RECORD_BYTES: usize = 22;
/// How many bytes before an archive are searched for the header or end record of another one. A
/// name and a comment are seldom longer.
const MAX_LOOKBACK: u64 = 1024;

/// What surrounds an archive in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// No other archive. There may be a prefix, such as the program of a self-extracting archive.
    Alone,
    /// The archive is a member of another archive, whose own end record is lost.
    Member,
    /// Another archive comes directly before or after it.
    Neighbour,
}

/// The context of an archive in a file of `bytes` bytes.
pub(super) fn context(archive: &ZipArchive<impl ReaderAt>, bytes: u64) -> io::Result<Context> {
    let file = archive.get_ref();
    let starts_local_header = |offset: u64| {
        let mut signature = [0; 4];
        let is_complete = offset + 4 <= bytes;
        let read = if is_complete { file.read_exact_at(&mut signature, offset) } else { Ok(()) };
        read.map(|()| signature == LOCAL_HEADER)
    };
    let start = start(archive)?;
    // Some tools write archives over 4 GiB with offsets of 32 bits that have wrapped.
    if start % (1 << 32) != 0 {
        let lookback = start.min(MAX_LOOKBACK);
        let mut before = vec![0; usize::try_from(lookback).map_err(io::Error::other)?];
        file.read_exact_at(&mut before, start - lookback)?;
        if ends_with_header(&before, LOCAL_HEADER, LOCAL_HEADER_BYTES, &[26, 28]) {
            return Ok(Context::Member);
        }
        if ends_with_header(&before, END_RECORD, END_RECORD_BYTES, &[20]) {
            return Ok(Context::Neighbour);
        }
        // A file that begins as an archive has no other prefix than the rest of this archive.
        if starts_local_header(0)? {
            return Ok(Context::Member);
        }
    }
    let has_follower = starts_local_header(archive.end_offset())?;
    Ok(if has_follower { Context::Neighbour } else { Context::Alone })
}

/// The offset at which an archive starts, as far as its end record tells: the length of a prefix
/// that its offsets do not count.
fn start(archive: &ZipArchive<impl ReaderAt>) -> io::Result<u64> {
    let (file, end) = (archive.get_ref(), archive.eocd_offset());
    let mut record = [0; END_RECORD_BYTES];
    file.read_exact_at(&mut record, end)?;
    let [.., s0, s1, s2, s3, o0, o1, o2, o3, _, _] = record;
    let directory_bytes = u64::from(u32::from_le_bytes([s0, s1, s2, s3]));
    let declared = u32::from_le_bytes([o0, o1, o2, o3]);
    // Another record has the offset, which may need 64 bits. It is never corrected for a prefix.
    if declared == u32::MAX {
        return Ok(0);
    }
    // The directory of an archive ends at its end record. At the declared offset, the file may have
    // the directory of another archive.
    let before_end = end.saturating_sub(directory_bytes);
    let mut signature = [0; 4];
    file.read_exact_at(&mut signature, before_end)?;
    let directory = match signature == CENTRAL_HEADER || archive.entries_hint() == 0 {
        true => before_end,
        false => archive.directory_offset(),
    };
    Ok(directory.saturating_sub(declared.into()))
}

/// Whether `bytes` end with a header that begins with `signature`. Its length is `fixed` and the
/// 16-bit lengths at the offsets `lengths`.
fn ends_with_header(bytes: &[u8], signature: &[u8], fixed: usize, lengths: &[usize]) -> bool {
    memchr::memmem::find_iter(bytes, signature).any(|at| {
        let header = &bytes[at..];
        let length_at = |at: &usize| match header.get(*at..*at + 2) {
            Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
            _ => 0,
        };
        header.len() == fixed + lengths.iter().map(length_at).sum::<usize>()
    })
}
