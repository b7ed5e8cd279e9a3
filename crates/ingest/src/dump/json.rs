//! Reads JSON that does not have one object per line: arrays of objects, objects one after another,
//! and the records in objects that programs wrap around them (`{"status":"ok","data":[…]}`).
//!
//! A scanner looks only at brackets and quotes to find where an object ends. Each object is parsed
//! when all of it has been read, so one object is in memory at a time. Only the wrapper with which
//! a file begins may be longer than a record.

use std::io::{self, BufRead};

use super::json_scanner::{JsonText, Scanner};
use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::input::sniff_json::{is_wrapper, wrapper};
use crate::record::Span;

/// Passes every object to `sink`.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    let wrapper = match file.fill_buf() {
        Ok(buffer) => wrapper(buffer),
        Err(error) => {
            let line = 1;
            return sink.failed(line, &error);
        }
    };
    let mut scanner = Scanner::new(file, 1);
    if let Some(wrapper) = wrapper {
        // The `{` of the wrapper.
        let opened = scanner.next_in_object();
        read_or_fail(opened, &scanner, sink)?;
        let mut inner_objects = wrapper.inner_objects;
        members(&mut scanner, sink, &mut inner_objects)?;
    }
    let is_wanted = |_: &mut Sink<'_>, _: &[u8]| true;
    elements(&mut scanner, sink, None, &is_wanted)
}

/// Passes the records in a wrapper to `sink`. `bytes` is the whole wrapper, which has the span
/// `span` and begins on `line`; `is_repaired` says that it is not what stands in the file.
pub(super) fn wrapped_records(
    sink: &mut Sink<'_>,
    bytes: &[u8],
    is_repaired: bool,
    span: Span,
    line: u64,
) -> Flow {
    let mut text = WrapperText { bytes, is_repaired, at: 0, span };
    let mut scanner = Scanner::new(&mut text, line);
    let opened = scanner.next_in_object();
    read_or_fail(opened, &scanner, sink)?;
    // All of the wrapper is in memory, so the objects in it can be, too.
    let mut inner_objects = 0;
    members(&mut scanner, sink, &mut inner_objects)
}

/// A wrapper that has been read whole.
struct WrapperText<'b> {
    bytes: &'b [u8],
    is_repaired: bool,
    at: usize,
    span: Span,
}

impl io::Read for WrapperText<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&self.bytes[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl BufRead for WrapperText<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.bytes[self.at..])
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

impl JsonText for WrapperText<'_> {
    fn offset(&self) -> u64 {
        self.at as u64
    }

    /// The span of the whole wrapper, if its text was decoded or repaired: offsets in the text are
    /// then not offsets in the file.
    fn span(&mut self, start: u64, end: u64) -> Span {
        let Span { start: from, end: to } = self.span;
        match !self.is_repaired && to - from == self.bytes.len() as u64 {
            true => Span { start: from + start, end: from + end },
            false => self.span,
        }
    }
}

/// What was read, or the end of the reading if that failed.
fn read_or_fail<T>(read: io::Result<T>, scanner: &Scanner<'_>, sink: &mut Sink<'_>) -> Flow<T> {
    match read {
        Ok(read) => Flow::Continue(read),
        Err(error) => match sink.failed(scanner.line, &error) {
            Flow::Break(end) => Flow::Break(end),
            Flow::Continue(()) => Flow::Break(super::sink::End::Failed),
        },
    }
}

/// Reads the members of a wrapper up to and including its `}`. Records are passed to `sink`; the
/// keys of all other members count as unused. In a wrapper that may be longer than a record, the
/// next `inner_objects` objects around the records are not read whole either.
fn members(scanner: &mut Scanner<'_>, sink: &mut Sink<'_>, inner_objects: &mut usize) -> Flow {
    loop {
        match read_or_fail(scanner.next_in_object(), scanner, sink)? {
            None | Some(b'}') => return Flow::Continue(()),
            Some(b'"') => {}
            // Not JSON: go on at the next key.
            Some(_) => continue,
        }
        let line = scanner.line;
        let key = read_or_fail(scanner.key(), scanner, sink)?;
        match read_or_fail(scanner.peek_value(), scanner, sink)? {
            None => return Flow::Continue(()),
            Some(b'{') if *inner_objects > 0 && is_wrapper(&key) => {
                read_or_fail(scanner.next_in_object(), scanner, sink)?;
                *inner_objects -= 1;
                members(scanner, sink, inner_objects)?;
            }
            Some(b'[') => array(scanner, sink, &key)?,
            Some(first_byte) => {
                let is_wanted = |sink: &mut Sink<'_>, bytes: &[u8]| match first_byte {
                    b'{' => sink.is_record_or_wrapper(bytes, is_wrapper(&key)),
                    _ => false,
                };
                let is_unused = !value(scanner, sink, first_byte, &is_wanted)?;
                if is_unused && !is_blank(scanner.value()) {
                    sink.records.keys.unused.add(&key, line);
                }
            }
        }
    }
}

/// Reads the array that is the value of `key` in a wrapper.
fn array(scanner: &mut Scanner<'_>, sink: &mut Sink<'_>, key: &str) -> Flow {
    let line = scanner.line;
    read_or_fail(scanner.next_in_object(), scanner, sink)?;
    match read_or_fail(scanner.peek_value(), scanner, sink)? {
        Some(b'{' | b'[') => {
            let unused = std::cell::Cell::new(false);
            let is_wanted = |sink: &mut Sink<'_>, bytes: &[u8]| {
                // In such an array every object is a record, even if it lacks something.
                let is_wanted = is_wrapper(key) || sink.is_record_or_wrapper(bytes, false);
                unused.set(unused.get() || !is_wanted);
                is_wanted
            };
            elements(scanner, sink, Some(1), &is_wanted)?;
            if unused.get() {
                sink.records.keys.unused.add(key, line);
            }
            Flow::Continue(())
        }
        None | Some(b']') => {
            read_or_fail(scanner.next_in_object(), scanner, sink)?;
            Flow::Continue(())
        }
        Some(_) => {
            sink.records.keys.unused.add(key, line);
            let limit = sink.max_skippable_bytes();
            let bytes = read_or_fail(scanner.skip_array(limit), scanner, sink)?;
            match bytes > limit {
                true => sink.too_long(line, bytes),
                false => Flow::Continue(()),
            }
        }
    }
}

/// Whether an object is wanted: it is a record, or it wraps records.
type IsWanted<'f> = &'f dyn Fn(&mut Sink<'_>, &[u8]) -> bool;

/// Passes the objects that are wanted to `sink`: up to the end of the file, or to that of the
/// innermost `depth` arrays.
fn elements(
    scanner: &mut Scanner<'_>,
    sink: &mut Sink<'_>,
    mut depth: Option<u64>,
    is_wanted: IsWanted<'_>,
) -> Flow {
    while let Some(first_byte) = read_or_fail(scanner.next_value(&mut depth), scanner, sink)? {
        value(scanner, sink, first_byte, is_wanted)?;
    }
    Flow::Continue(())
}

/// Reads a value that begins with `first_byte`, and passes it to `sink` if it is wanted. Returns
/// whether it was.
fn value(
    scanner: &mut Scanner<'_>,
    sink: &mut Sink<'_>,
    first_byte: u8,
    is_wanted: IsWanted<'_>,
) -> Flow<bool> {
    let (start, line) = (scanner.offset(), scanner.line);
    let (max_record_bytes, max_skippable_bytes) =
        (sink.max_record_bytes(), sink.max_skippable_bytes());
    let read = scanner.read_value(max_record_bytes, max_skippable_bytes);
    let (bytes, is_complete) = read_or_fail(read, scanner, sink)?;
    // This ends the reading if the end of the value was not searched for: the rest of a string
    // may look like objects.
    if bytes > max_record_bytes as u64 {
        sink.begin(line)?;
        sink.too_long(line, bytes)?;
        return Flow::Continue(true);
    }
    if is_complete && !is_wanted(sink, scanner.value()) {
        return Flow::Continue(false);
    }
    sink.begin(line)?;
    if first_byte != b'{' {
        sink.malformed(line, "not an object".to_owned())?;
        return Flow::Continue(true);
    }
    let span = scanner.span(start, start + bytes);
    match is_complete {
        true => sink.json(scanner.value(), span, line)?,
        false => sink.malformed(line, "the file ends inside the object".to_owned())?,
    }
    Flow::Continue(true)
}

/// Whether a value in a wrapper says nothing.
fn is_blank(value: &[u8]) -> bool {
    matches!(value.trim_ascii(), b"" | b"null" | b"\"\"" | b"{}")
}
