//! The chunked transfer coding (RFC 9112, section 7.1).

use std::io::{self, BufRead, Cursor, Read};

use super::fault::{fault, truncated};
use crate::report::Reason;

/// Maximum length in bytes of a line with a chunk size. The standard sets no limit; servers stay
/// far below.
const MAX_LINE_BYTES: u64 = 4096;

/// A reader that decodes a chunked body; a body that is not chunked is read unchanged.
pub(super) fn reader<'a>(mut inner: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut line = Vec::new();
    inner.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
    match chunk_size(&line) {
        Some(left) => Ok(Box::new(Chunked { inner, left, done: left == 0 })),
        None => Ok(Box::new(Cursor::new(line).chain(inner))),
    }
}

/// The chunk size in a line, which must include its line feed, because the size of a cut-off line
/// may have had more digits; `None` if the line has none.
fn chunk_size(line: &[u8]) -> Option<u64> {
    size(line.strip_suffix(b"\n")?)
}

/// The chunk size in a line without its line feed.
fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    // Reject a sign, which `from_str_radix` would accept.
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A body in chunks.
struct Chunked<R> {
    inner: R,
    /// Bytes left in this chunk.
    left: u64,
    /// Whether the last chunk has been read.
    done: bool,
}

impl<R: BufRead> Read for Chunked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done || buffer.is_empty() {
            return Ok(0);
        }
        let read = self.inner.by_ref().take(self.left).read(buffer)?;
        if read == 0 {
            return Err(fault(truncated()));
        }
        self.left -= read as u64;
        if self.left == 0 {
            self.next_chunk()?;
        }
        Ok(read)
    }
}

impl<R: BufRead> Chunked<R> {
    /// Advances to the next chunk: reads the line break after the data, then the next size.
    fn next_chunk(&mut self) -> io::Result<()> {
        let mut line = Vec::new();
        // If the first line is blank, it is the line break after the data, and the second line has
        // the size.
        for _ in 0..2 {
            line.clear();
            self.inner.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
            if !line.trim_ascii().is_empty() {
                break;
            }
        }
        self.done = match line.strip_suffix(b"\n") {
            Some(line) => size(line) == Some(0),
            // Some servers close the connection instead of sending a last chunk, or after its size.
            // But several zeros may be the beginning of another size.
            None => matches!(line.as_slice(), [] | [b'0'] | [b'0', b'\r'] | [b'0', b';', ..]),
        };
        self.left = if self.done { 0 } else { chunk_size(&line).ok_or_else(invalid_size)? };
        Ok(())
    }
}

fn invalid_size() -> io::Error {
    fault(Reason::Damaged("a chunk without a valid size".to_owned()))
}
