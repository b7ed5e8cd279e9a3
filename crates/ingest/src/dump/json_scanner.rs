//! Splits JSON into values without parsing them: by brackets, quotes and separators alone.

use std::io::{self, BufRead};

use super::text_reader::TextReader;
use crate::record::Span;

/// Maximum bytes that are kept of a key.
const MAX_KEY_BYTES: usize = 1 << 10;

/// JSON text that knows which bytes of a file it comes from.
pub(super) trait JsonText: BufRead {
    /// Offset in the text of the next byte.
    fn offset(&self) -> u64;

    /// The bytes of the file for a range of the text. Ranges must come in order.
    fn span(&mut self, start: u64, end: u64) -> Span;
}

impl JsonText for TextReader<'_> {
    fn offset(&self) -> u64 {
        self.offset()
    }

    fn span(&mut self, start: u64, end: u64) -> Span {
        self.span(start, end)
    }
}

/// Splits a text into values, without parsing them.
pub(super) struct Scanner<'s> {
    text: &'s mut dyn JsonText,
    /// The number of the line that is read next.
    pub(super) line: u64,
    /// The value that was read last; if it is too long, its first `max_record_bytes` + 1 bytes.
    value: Vec<u8>,
}

impl<'s> Scanner<'s> {
    /// A scanner of a text whose first line has the number `line`.
    pub(super) fn new(text: &'s mut dyn JsonText, line: u64) -> Self {
        Self { text, line, value: Vec::new() }
    }

    pub(super) fn offset(&self) -> u64 {
        self.text.offset()
    }

    pub(super) fn span(&mut self, start: u64, end: u64) -> Span {
        self.text.span(start, end)
    }

    /// The value that was read last.
    pub(super) fn value(&self) -> &[u8] {
        &self.value
    }

    /// Moves to the next value and returns its first byte, or `None` after the last one. An array
    /// does not count as a value, but its elements do. With a `depth`, the number of open arrays,
    /// the last value is that before the end of the outermost of them.
    pub(super) fn next_value(&mut self, depth: &mut Option<u64>) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let (mut length, mut found, mut array_ended) = (0, None, false);
            for byte in buffer {
                match byte {
                    b'[' => *depth = depth.map(|depth| depth + 1),
                    b']' => {
                        *depth = depth.map(|depth| depth.saturating_sub(1));
                        array_ended = *depth == Some(0);
                    }
                    b'\n' => self.line += 1,
                    // Separators, bytes of a byte order mark, and stray `}` in malformed files.
                    b' ' | b'\t' | b'\r' | b',' | b'}' | 0xef | 0xbb | 0xbf => {}
                    _ => found = Some(*byte),
                }
                if found.is_some() {
                    break;
                }
                length += 1;
                if array_ended {
                    break;
                }
            }
            self.text.consume(length);
            if found.is_some() || array_ended {
                return Ok(found);
            }
        }
    }

    /// Consumes and returns the next byte that is neither white space nor a comma; `None` at the
    /// end of the text.
    pub(super) fn next_in_object(&mut self) -> io::Result<Option<u8>> {
        let next = self.skip(|byte| byte.is_ascii_whitespace() || byte == b',')?;
        if next.is_some() {
            self.text.consume(1);
        }
        Ok(next)
    }

    /// Moves to the value after a key or after a `[`, and returns its first byte.
    pub(super) fn peek_value(&mut self) -> io::Result<Option<u8>> {
        self.skip(|byte| byte.is_ascii_whitespace() || byte == b':')
    }

    /// Skips bytes, and returns the first that is not skipped without consuming it.
    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let next = buffer.iter().copied().find(|byte| !is_skipped(*byte));
            let length = buffer.iter().take_while(|byte| is_skipped(**byte)).count();
            self.line += memchr::memchr_iter(b'\n', &buffer[..length]).count() as u64;
            self.text.consume(length);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Reads the rest of a key after its first quotation mark, and the mark that ends it.
    pub(super) fn key(&mut self) -> io::Result<String> {
        let (mut key, mut escaped) = (b"\"".to_vec(), false);
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|byte| match byte {
                _ if escaped => {
                    escaped = false;
                    false
                }
                b'\\' => {
                    escaped = true;
                    false
                }
                _ => *byte == b'"',
            });
            let piece = &buffer[..end.map_or(buffer.len(), |end| end + 1)];
            let room = MAX_KEY_BYTES.saturating_sub(key.len()).min(piece.len());
            key.extend_from_slice(&piece[..room]);
            self.line += memchr::memchr_iter(b'\n', piece).count() as u64;
            let length = piece.len();
            self.text.consume(length);
            if end.is_some() {
                break;
            }
        }
        let plain = || String::from_utf8_lossy(&key).trim_matches('"').to_owned();
        Ok(serde_json::from_slice(&key).unwrap_or_else(|_| plain()))
    }

    /// Reads a value, and keeps at most `max_record_bytes` + 1 bytes of it. Returns its length, and
    /// whether it is complete. Stops reading a value of more than `max_skippable_bytes` bytes.
    pub(super) fn read_value(
        &mut self,
        max_record_bytes: usize,
        max_skippable_bytes: u64,
    ) -> io::Result<(u64, bool)> {
        self.read_to_end_of(Brackets::default(), max_record_bytes + 1, max_skippable_bytes)
    }

    /// Skips the rest of an array, and returns its length. Stops after more than
    /// `max_skippable_bytes` bytes.
    pub(super) fn skip_array(&mut self, max_skippable_bytes: u64) -> io::Result<u64> {
        let inside = Brackets { depth: 1, begun: true, ..Brackets::default() };
        let kept_bytes = 0;
        Ok(self.read_to_end_of(inside, kept_bytes, max_skippable_bytes)?.0)
    }

    fn read_to_end_of(
        &mut self,
        mut brackets: Brackets,
        kept_bytes: usize,
        max_skippable_bytes: u64,
    ) -> io::Result<(u64, bool)> {
        self.value.clear();
        let mut read = 0_u64;
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                // A value without brackets may end with the file; an object or array may not.
                return Ok((read, brackets.is_scalar));
            }
            let end = brackets.find_end(buffer);
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            let room = kept_bytes.saturating_sub(self.value.len()).min(piece.len());
            self.value.extend_from_slice(&piece[..room]);
            self.line += memchr::memchr_iter(b'\n', piece).count() as u64;
            let length = piece.len();
            self.text.consume(length);
            read += length as u64;
            if end.is_some() || read > max_skippable_bytes {
                return Ok((read, end.is_some()));
            }
        }
    }
}

/// Finds the end of a value by brackets and quotes.
#[derive(Default)]
struct Brackets {
    depth: u64,
    in_string: bool,
    escaped: bool,
    /// Whether the value has begun.
    begun: bool,
    /// Whether the value is a string, a number or a literal. It has no brackets, so a separator
    /// ends it.
    is_scalar: bool,
}

impl Brackets {
    /// Examines `part`, which continues the value. Returns the offset where the value ends, or
    /// `None` if it does not end in this part.
    fn find_end(&mut self, part: &[u8]) -> Option<usize> {
        for (at, byte) in part.iter().enumerate() {
            if !std::mem::replace(&mut self.begun, true) {
                self.is_scalar = !matches!(byte, b'{' | b'[');
            }
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' if !self.is_scalar => self.depth += 1,
                b'}' | b']' if !self.is_scalar => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                // A value without brackets ends at a separator, or at the bracket of what follows.
                b',' | b'\n' | b'[' | b']' | b'{' | b'}' if self.is_scalar => return Some(at),
                _ => {}
            }
        }
        None
    }
}
