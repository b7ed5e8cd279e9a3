//! Reads dumps line by line: JSON lines, and labelled lines (a label, a tab and a text).

use std::io::{self, BufRead};

use serde_json::Value;

use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::key_reader::RawFields;
use crate::input::sniff_lines::{LabelledLine, labelled, separated};

/// Passes the record in each line to `sink`.
pub(super) fn json_lines(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    each_line(file, sink, &mut |sink, line, span, number| sink.json(line, span, number))
}

/// Passes the text in each line to `sink`, with its label as category.
pub(super) fn labelled_lines(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    each_line(file, sink, &mut |sink, line, span, number| {
        let string = |bytes: &[u8]| Value::String(String::from_utf8_lossy(bytes).into_owned());
        let mut fields = RawFields::new();
        if let Some(values) = separated(line) {
            let values = values.into_iter().map(|(key, value)| (key.to_owned(), string(value)));
            fields.extend(values);
            return sink.record(&fields, line, span, number);
        }
        let Some(LabelledLine { label, text, .. }) = labelled(line) else {
            return sink.malformed(number, "not a label, a tab and a text".to_owned());
        };
        fields.insert("category".to_owned(), string(label));
        fields.insert("text".to_owned(), string(text));
        sink.record(&fields, line, span, number)
    })
}

/// A callback for a line, with its span and its number.
type ReceiveLine<'f> = &'f mut dyn FnMut(&mut Sink<'_>, &[u8], crate::record::Span, u64) -> Flow;

/// Passes every line that is not blank to `receive`, trimmed, with its span and number.
fn each_line(file: &mut TextReader<'_>, sink: &mut Sink<'_>, receive: ReceiveLine<'_>) -> Flow {
    // A line of more than `max_record_bytes` is skipped; a line of more than `max_skippable_bytes`
    // ends the reading.
    let (max_record_bytes, max_skippable_bytes) =
        (sink.max_record_bytes(), sink.max_skippable_bytes());
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        let start = file.offset();
        let read = match next_line(file, &mut line, max_record_bytes, max_skippable_bytes) {
            Ok(0) => return Flow::Continue(()),
            Ok(read) => read,
            Err(error) => return sink.failed(number, &error),
        };
        sink.begin(number)?;
        if read > max_record_bytes as u64 {
            sink.too_long(number, read)?;
            continue;
        }
        // Dumps that were joined have a byte order mark where each of them begins.
        let bare = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        let from = start + (line.len() - bare.trim_ascii_start().len()) as u64;
        let bare = bare.trim_ascii();
        if bare.is_empty() {
            continue;
        }
        let span = file.span(from, from + bare.len() as u64);
        receive(sink, bare, span, number)?;
    }
}

/// Reads one line, of which `line` keeps at most `max_record_bytes` + 1 bytes, and returns the
/// length of the whole line. Stops reading a line of more than `max_skippable_bytes` bytes.
pub(super) fn next_line(
    file: &mut impl BufRead,
    line: &mut Vec<u8>,
    max_record_bytes: usize,
    max_skippable_bytes: u64,
) -> io::Result<u64> {
    line.clear();
    let mut read = 0_u64;
    loop {
        let buffer = file.fill_buf()?;
        if buffer.is_empty() {
            return Ok(read);
        }
        let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        let room = (max_record_bytes + 1).saturating_sub(line.len()).min(piece.len());
        line.extend_from_slice(&piece[..room]);
        let length = piece.len();
        file.consume(length);
        read += length as u64;
        if end.is_some() || read > max_skippable_bytes {
            return Ok(read);
        }
    }
}
