//! Reads JSONL dumps line by line, so a dump may have any length.

pub(crate) mod jsonl;

use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_64;

use crate::direct_mapped::DirectMapped;
use crate::input::{self, Input};
use crate::pipeline::finding::{Finding, skipped};
use crate::pipeline::reader::Reader;
use crate::record::{Record, Span};
use crate::report::Reason;

/// A line longer than this multiple of the line limit ends the dump: skipping it could take
/// forever.
const LONGEST: u64 = 16;

impl Reader<'_> {
    /// Passes every record of a dump to `emit`, line by line.
    pub(crate) fn dump(
        &self,
        input: Input<'_>,
        emit: &mut dyn FnMut(Finding) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Input { path, bytes, io_errors, .. } = input;
        let mut file = BufReader::with_capacity(1 << 16, input.read);
        let limit = self.options.max_line_bytes;
        let longest = (limit as u64).saturating_mul(LONGEST);
        let mut progress = Recent::new();
        let (mut number, mut at) = (0_u64, 0_u64);
        let mut line = Vec::new();
        // Compressed dumps have their own limits.
        if bytes.is_some() && file.fill_buf().is_ok_and(is_nothing_but_nul) {
            return emit(skipped(&path, None, Reason::Binary));
        }
        loop {
            let read = match next_line(&mut file, &mut line, limit, longest) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    let reason = io_errors.take().unwrap_or_else(|| input::reason(&error));
                    return emit(skipped(&path, Some(number + 1), reason));
                }
            };
            number += 1;
            let start = at;
            at += read;
            progress.barren += 1;
            if read > longest {
                let reason = Reason::Abandoned(format!("a line of more than {longest} bytes"));
                emit(skipped(&path, Some(number), reason))?;
                break;
            }
            if progress.barren > self.options.max_barren_lines {
                let lines = self.options.max_barren_lines;
                let what = format!("{lines} consecutive lines without a new record");
                emit(skipped(&path, Some(number), Reason::Abandoned(what)))?;
                break;
            }
            if read > limit as u64 {
                let reason = Reason::TooLarge { bytes: read, limit: limit as u64 };
                emit(skipped(&path, Some(number), reason))?;
                continue;
            }
            match record(&line, &path, start, number) {
                Some(Ok(found)) => {
                    progress.see(&found, &line);
                    emit(found)?;
                }
                Some(Err(what)) => emit(skipped(&path, Some(number), Reason::Malformed(what)))?,
                None => {}
            }
        }
        if number == 0 {
            return emit(skipped(&path, None, Reason::Empty));
        }
        emit(Finding::Dump { path, bytes: at })
    }
}

/// The record on one line, or what is wrong with the line; `None` for a blank line.
fn record(line: &[u8], path: &str, start: u64, number: u64) -> Option<Result<Finding, String>> {
    let bare = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(line);
    let from = start + (line.len() - bare.trim_ascii_start().len()) as u64;
    let bare = bare.trim_ascii();
    if bare.is_empty() {
        return None;
    }
    let Ok(text) = std::str::from_utf8(bare) else { return Some(Err("not UTF-8".to_owned())) };
    let span = Span { start: from, end: from + bare.len() as u64 };
    let found = jsonl::parse(text, path, span)
        .map(|record| Finding::Record { record: Box::new(record), line: number });
    Some(found)
}

/// Whether a dump starts with NUL bytes only; most likely a sparse file of the right length.
fn is_nothing_but_nul(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0)
}

/// Detects dumps that yield nothing new.
struct Recent {
    /// Lines since the last new record.
    barren: u64,
    /// Hashes of recent record keys. A dump that keeps repeating fewer records than the cache holds
    /// is detected.
    keys: DirectMapped<()>,
}

/// Slots for recent records, at 8 bytes each.
const SLOTS: usize = 1 << 16;

impl Recent {
    fn new() -> Self {
        Self { barren: 0, keys: DirectMapped::new(SLOTS) }
    }

    /// Notes the record of a line, identified by its id or else by the whole line.
    fn see(&mut self, found: &Finding, line: &[u8]) {
        let Finding::Record { record, .. } = found else { return };
        let id = match &**record {
            Record::Article(article) => &article.id,
            Record::Flash(flash) => &flash.id,
        };
        let key = if id.is_empty() { xxh3_64(line) } else { xxh3_64(id.as_bytes()) };
        if self.keys.get(key).is_none() {
            self.keys.insert(key, ());
            self.barren = 0;
        }
    }
}

/// Reads one line, of which `line` keeps at most `limit` + 1 bytes; returns the length of the whole
/// line. A line of more than `longest` bytes is not read to its end.
fn next_line(
    file: &mut impl BufRead,
    line: &mut Vec<u8>,
    limit: usize,
    longest: u64,
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
        let room = (limit + 1).saturating_sub(line.len()).min(piece.len());
        line.extend_from_slice(&piece[..room]);
        let length = piece.len();
        file.consume(length);
        read += length as u64;
        if end.is_some() || read > longest {
            return Ok(read);
        }
    }
}
