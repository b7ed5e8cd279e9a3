//! Records of a JSONL dump, line by line: streamed, so that a dump may have any length.

use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;

use crate::found::{Found, skipped};
use crate::inputs::{self, Input};
use crate::jsonl;
use crate::read::Reader;
use crate::record::Span;
use crate::report::Reason;

impl Reader<'_> {
    /// Gives every record of a dump, line by line.
    pub(crate) fn dump(
        &self,
        input: Input<'_>,
        give: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let path = input.path;
        let mut file = BufReader::with_capacity(1 << 16, input.read);
        let limit = self.options.max_line_bytes;
        let (mut number, mut at) = (0_u64, 0_u64);
        let mut line = Vec::new();
        loop {
            let read = match next_line(&mut file, &mut line, limit) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    return give(skipped(&path, Some(number + 1), inputs::reason(&error)));
                }
            };
            number += 1;
            let start = at;
            at += read;
            if read > limit as u64 {
                let reason = Reason::TooLarge { bytes: read, limit: limit as u64 };
                give(skipped(&path, Some(number), reason))?;
                continue;
            }
            match record(&line, &path, start, number) {
                Some(Ok(found)) => give(found)?,
                Some(Err(what)) => give(skipped(&path, Some(number), Reason::Malformed(what)))?,
                None => {}
            }
        }
        if number == 0 {
            return give(skipped(&path, None, Reason::Empty));
        }
        give(Found::Dump { bytes: at })
    }
}

/// The record of one line of a dump, or what is wrong with it; nothing for a blank line.
fn record(line: &[u8], path: &str, start: u64, number: u64) -> Option<Result<Found, String>> {
    let bare = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(line);
    let from = start + (line.len() - bare.trim_ascii_start().len()) as u64;
    let bare = bare.trim_ascii();
    if bare.is_empty() {
        return None;
    }
    let Ok(text) = std::str::from_utf8(bare) else { return Some(Err("not UTF-8".to_owned())) };
    let span = Span { start: from, end: from + bare.len() as u64 };
    let found = jsonl::parse(text, path, span)
        .map(|record| Found::Record { record: Box::new(record), line: number });
    Some(found)
}

/// Reads a line of at most `limit` bytes into `line`; of a longer one only its beginning is kept, but
/// all of it is counted.
fn next_line(file: &mut impl BufRead, line: &mut Vec<u8>, limit: usize) -> io::Result<u64> {
    line.clear();
    let mut read = 0_u64;
    loop {
        let buffer = file.fill_buf()?;
        if buffer.is_empty() {
            return Ok(read);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        let room = (limit + 1).saturating_sub(line.len()).min(piece.len());
        line.extend_from_slice(&piece[..room]);
        let length = piece.len();
        file.consume(length);
        read += length as u64;
        if end.is_some() {
            return Ok(read);
        }
    }
}
