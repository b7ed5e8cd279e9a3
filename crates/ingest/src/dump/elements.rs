//! Finds the elements of a dump in XML or in a similar format, one at a time.

use std::io::{self, BufRead};

use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::key_reader::RawFields;

/// Maximum bytes that are kept of the text before the first element.
const MAX_PREFIX_BYTES: usize = 16 << 10;
/// At least the length of every marker that is searched for, such as `<![CDATA[` or a start tag.
const MAX_MARKER_BYTES: usize = 16;

/// Finds elements by their names.
pub(super) struct Elements<'s, 'r> {
    pub(super) file: &'s mut TextReader<'r>,
    names: &'static [&'static str],
    /// What has been read, but not returned as an element or discarded.
    pending: Vec<u8>,
    /// Offset of `pending` in the text.
    offset: u64,
    /// Line number of the beginning of `pending`.
    line: u64,
    /// The text before the first element.
    pub(super) prefix: Vec<u8>,
    /// Whether the first element was found.
    has_begun: bool,
    /// Whether the file was read to its end.
    ended: bool,
    /// See [`new`](Self::new).
    max_bytes: usize,
}

/// An element, from its start tag to its end tag.
pub(super) struct Element {
    pub(super) text: Vec<u8>,
    /// Its offset in the text of the dump.
    pub(super) start: u64,
    /// The number of the line on which it begins.
    pub(super) line: u64,
    /// Whether the element is longer than the limit, see [`Elements::new`]; `text` is then only its
    /// beginning.
    pub(super) is_cut: bool,
}

/// Passes every element with one of these names to `sink`. `fields` makes the fields of the record
/// from the text of the element and from the text before the first element.
pub(super) fn each(
    file: &mut TextReader<'_>,
    names: &'static [&'static str],
    sink: &mut Sink<'_>,
    mut fields: impl FnMut(&str, &[u8]) -> RawFields,
) -> Flow {
    let mut elements = Elements::new(file, names, sink.max_record_bytes());
    loop {
        let element = match elements.next() {
            Ok(Some(element)) => element,
            Ok(None) => return Flow::Continue(()),
            Err(error) => return sink.failed(elements.line, &error),
        };
        sink.begin(element.line)?;
        if element.is_cut {
            sink.too_long(element.line, element.text.len() as u64)?;
            continue;
        }
        let Ok(text) = std::str::from_utf8(&element.text) else {
            sink.malformed(element.line, "not UTF-8".to_owned())?;
            continue;
        };
        let end = element.start + element.text.len() as u64;
        let span = elements.file.span(element.start, end);
        sink.record(&fields(text, &elements.prefix), &element.text, span, element.line)?;
    }
}

impl<'s, 'r> Elements<'s, 'r> {
    /// Finds elements with these names. An element is cut as soon as more than `max_bytes` bytes of
    /// it are read without its end.
    pub(super) fn new(
        file: &'s mut TextReader<'r>,
        names: &'static [&'static str],
        max_bytes: usize,
    ) -> Self {
        Self {
            file,
            names,
            pending: Vec::new(),
            offset: 0,
            line: 1,
            prefix: Vec::new(),
            has_begun: false,
            ended: false,
            max_bytes,
        }
    }

    /// The next element.
    pub(super) fn next(&mut self) -> io::Result<Option<Element>> {
        let name = loop {
            match self.find_start() {
                Some((at, name)) => {
                    self.discard(at);
                    self.has_begun = true;
                    break name;
                }
                None if self.ended => return Ok(None),
                None => {
                    self.discard(self.pending.len().saturating_sub(MAX_MARKER_BYTES));
                    self.fill()?;
                }
            }
        };
        // After the `<` of the start tag.
        let mut from = 1;
        loop {
            let end = match self.find_end(name, &mut from) {
                Some(end) => end,
                None if self.ended => self.pending.len(),
                None if self.pending.len() > self.max_bytes => {
                    let is_cut = true;
                    return Ok(Some(self.take(self.pending.len(), is_cut)));
                }
                None => {
                    self.fill()?;
                    continue;
                }
            };
            let is_cut = false;
            return Ok(Some(self.take(end, is_cut)));
        }
    }

    /// Where the next element begins in `pending`, and its name.
    fn find_start(&self) -> Option<(usize, &'static str)> {
        memchr::memchr_iter(b'<', &self.pending).find_map(|at| {
            let name = self.names.iter().find(|name| opens(&self.pending[at..], name))?;
            Some((at, *name))
        })
    }

    /// Where the element ends: after its end tag, or before the next start tag of the same name.
    /// Searches from the offset `from` on, and sets `from` to where the next search must go on if
    /// the end was not found.
    fn find_end(&self, name: &str, from: &mut usize) -> Option<usize> {
        let text = &self.pending;
        loop {
            let at = *from + memchr::memchr(b'<', text.get(*from..)?)?;
            let remaining = &text[at..];
            *from = at;
            if remaining.len() < MAX_MARKER_BYTES && !self.ended {
                return None;
            }
            if remaining.starts_with(b"<![CDATA[") {
                *from = at + memchr::memmem::find(remaining, b"]]>")?;
            } else if remaining.starts_with(b"<!--") {
                *from = at + memchr::memmem::find(remaining, b"-->")?;
            } else if closes(remaining, name) {
                return Some(at + memchr::memchr(b'>', remaining)? + 1);
            } else if opens(remaining, name) {
                return Some(at);
            }
            *from += 1;
        }
    }

    /// Takes the bytes of `pending` before `end` as an element.
    fn take(&mut self, end: usize, is_cut: bool) -> Element {
        let text = self.pending[..end].to_vec();
        let element = Element { text, start: self.offset, line: self.line, is_cut };
        self.discard(end);
        element
    }

    /// Drops the first bytes of `pending`.
    fn discard(&mut self, bytes: usize) {
        let consumed = &self.pending[..bytes];
        if !self.has_begun {
            let room = MAX_PREFIX_BYTES.saturating_sub(self.prefix.len()).min(consumed.len());
            self.prefix.extend_from_slice(&consumed[..room]);
        }
        self.line += memchr::memchr_iter(b'\n', consumed).count() as u64;
        self.offset += bytes as u64;
        self.pending.drain(..bytes);
    }

    /// Reads more bytes into `pending`.
    fn fill(&mut self) -> io::Result<()> {
        let buffer = self.file.fill_buf()?;
        self.ended = buffer.is_empty();
        self.pending.extend_from_slice(buffer);
        let length = buffer.len();
        self.file.consume(length);
        Ok(())
    }
}

/// Whether a text begins with a start tag of this name.
fn opens(text: &[u8], name: &str) -> bool {
    let after = text.get(1..).and_then(|text| text.strip_prefix(name.as_bytes()));
    after.and_then(<[u8]>::first).is_some_and(|b| matches!(b, b'>' | b' ' | b'\n' | b'\t' | b'\r'))
}

/// Whether a text begins with an end tag of this name.
fn closes(text: &[u8], name: &str) -> bool {
    let after = text.strip_prefix(b"</").and_then(|text| text.strip_prefix(name.as_bytes()));
    after.and_then(<[u8]>::first).is_some_and(|b| *b == b'>' || b.is_ascii_whitespace())
}

/// The text in the first element of this name, unchanged.
pub(super) fn inner_text<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let start = memchr::memchr_iter(b'<', text.as_bytes())
        .find(|at| opens(&text.as_bytes()[*at..], name))?;
    let from = start + text[start..].find('>')? + 1;
    let length = text[from..].find(&format!("</{name}"))?;
    Some(&text[from..from + length])
}
