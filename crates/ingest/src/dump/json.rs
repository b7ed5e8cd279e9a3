//! Reads JSON that does not have one object per line: arrays of objects, objects one after another,
//! and arrays that programs wrap in an object (`{"status":"ok","data":[…]}`).
//!
//! A scanner looks only at brackets and quotes to find where an object ends. Each object is parsed
//! when all of it has been read, so one object is in memory at a time.

use std::io::{self, BufRead};

use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::input::sniff_json::wrapper_length;

/// Passes every object to `sink`.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    let mut scanner = Scanner { file, line: 1, value: Vec::new(), wrapped: false, depth: 0 };
    let wrapper_bytes = match scanner.file.fill_buf() {
        Ok(buffer) => wrapper_length(buffer),
        Err(error) => return sink.failed(scanner.line, &error),
    };
    if let Some(bytes) = wrapper_bytes {
        scanner.skip(bytes);
        (scanner.wrapped, scanner.depth) = (true, 1);
    }
    loop {
        let first_byte = match scanner.next_value() {
            Ok(Some(first_byte)) => first_byte,
            Ok(None) => return Flow::Continue(()),
            Err(error) => return sink.failed(scanner.line, &error),
        };
        let (start, line) = (scanner.file.offset(), scanner.line);
        let (max_record_bytes, max_skippable_bytes) =
            (sink.max_record_bytes(), sink.max_skippable_bytes());
        let (bytes, is_complete) = match scanner.read_value(max_record_bytes, max_skippable_bytes) {
            Ok(read) => read,
            Err(error) => return sink.failed(line, &error),
        };
        sink.begin(line)?;
        // This ends the reading if the end of the value was not searched for: the rest of a string
        // may look like objects.
        if bytes > max_record_bytes as u64 {
            sink.too_long(line, bytes)?;
            continue;
        }
        if first_byte != b'{' {
            sink.malformed(line, "not an object".to_owned())?;
            continue;
        }
        let span = scanner.file.span(start, start + bytes);
        if is_complete {
            sink.json(&scanner.value, span, line)?;
        } else {
            sink.malformed(line, "the file ends inside the object".to_owned())?;
        }
    }
}

/// Splits the file into values, without parsing them.
struct Scanner<'s, 'r> {
    file: &'s mut TextReader<'r>,
    /// The number of the line that is read next.
    line: u64,
    /// The value that was read last; if it is too long, its first `max_record_bytes` + 1 bytes.
    value: Vec<u8>,
    /// Whether an object wraps the array of records. Reading then stops at the end of the array,
    /// because what follows is not a record.
    wrapped: bool,
    /// The number of open arrays around the next value.
    depth: u64,
}

impl Scanner<'_, '_> {
    /// Skips bytes that are in the buffer already.
    fn skip(&mut self, bytes: usize) {
        let buffer = self.file.fill_buf().unwrap_or_default();
        let bytes = bytes.min(buffer.len());
        self.line += memchr::memchr_iter(b'\n', &buffer[..bytes]).count() as u64;
        self.file.consume(bytes);
    }

    /// Moves to the next value and returns its first byte, or `None` after the last one. An array
    /// does not count as a value, but its elements do.
    fn next_value(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.file.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let (mut length, mut found, mut wrapped_array_ended) = (0, None, false);
            for byte in buffer {
                match byte {
                    b'[' => self.depth += 1,
                    b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        wrapped_array_ended = self.wrapped && self.depth == 0;
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
                if wrapped_array_ended {
                    break;
                }
            }
            self.file.consume(length);
            if found.is_some() || wrapped_array_ended {
                return Ok(found);
            }
        }
    }

    /// Reads a value, and keeps at most `max_record_bytes` + 1 bytes of it. Returns its length, and
    /// whether it is complete. Stops reading a value of more than `max_skippable_bytes` bytes.
    fn read_value(
        &mut self,
        max_record_bytes: usize,
        max_skippable_bytes: u64,
    ) -> io::Result<(u64, bool)> {
        self.value.clear();
        let mut brackets = Brackets::default();
        let mut read = 0_u64;
        loop {
            let buffer = self.file.fill_buf()?;
            if buffer.is_empty() {
                // A value without brackets may end with the file; an object or array may not.
                return Ok((read, brackets.is_scalar));
            }
            let end = brackets.find_end(buffer);
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            let room = (max_record_bytes + 1).saturating_sub(self.value.len()).min(piece.len());
            self.value.extend_from_slice(&piece[..room]);
            self.line += memchr::memchr_iter(b'\n', piece).count() as u64;
            let length = piece.len();
            self.file.consume(length);
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
