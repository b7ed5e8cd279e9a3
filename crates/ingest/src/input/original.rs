//! Reads the original bytes of a record again: from a file, from its decompressed content, or from
//! a member of a container.

use std::fs;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::file_table::FileStamp;
use crate::input::file_list::SourceFile;
use crate::input::folder_walk::lossy_path;
use crate::input::{self, Event, FileFormat, open};
use crate::options::Options;
use crate::record::Span;
use crate::report::Reason;

/// Returns the bytes of `span` in `file`, or in the member of `file` that is named `member` (the
/// part after `!/` in a path).
///
/// Reads up to the end of the span; holds only the span in memory.
///
/// # Errors
///
/// System errors; [`io::ErrorKind::NotFound`] if there is no such member or if it is ignored, as a
/// hidden file or the source of a program is; [`io::ErrorKind::UnexpectedEof`] if the file has
/// become shorter, and the message of a [`Reason`](crate::Reason) if the file or the member cannot
/// be read.
pub fn original(file: &Path, member: Option<&str>, span: Span) -> io::Result<Vec<u8>> {
    read_content(file, member, &[span], &mut |read| read_span(read, span))
}

/// The bytes of a span, and the line that it begins on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OriginalLines {
    /// The line that the span begins on, counted from 1.
    pub line: u64,
    /// Bytes before the span on that line.
    pub before: u64,
    /// The bytes of the span.
    pub bytes: Vec<u8>,
}

/// As [`original`] for several spans of one file, with the line that each begins on. The content is
/// read once, and only the spans are held in memory.
///
/// # Errors
///
/// As [`original`], if any of the spans cannot be read.
pub fn original_lines(
    file: &Path,
    member: Option<&str>,
    spans: &[Span],
) -> io::Result<Vec<OriginalLines>> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|at| (spans[*at].start, spans[*at].end));
    // Spans can overlap, because the span of a page contains those of its flash items. Overlapping
    // spans are read together: each entry has the range that they cover, and their indices in
    // `spans`.
    let mut joined_spans: Vec<(Span, Vec<usize>)> = Vec::new();
    for index in order {
        let Span { start, end } = spans[index];
        let end = end.max(start);
        match joined_spans.last_mut() {
            Some((joined, indices)) if start < joined.end => {
                joined.end = joined.end.max(end);
                indices.push(index);
            }
            _ => joined_spans.push((Span { start, end }, vec![index])),
        }
    }
    read_content(file, member, spans, &mut |read| {
        let mut counter = LineCounter::default();
        let mut lines = vec![OriginalLines::default(); spans.len()];
        for (joined, indices) in &joined_spans {
            io::copy(&mut (&mut *read).take(joined.start - counter.bytes), &mut counter)?;
            let bytes = read_span(read, Span { start: 0, end: joined.end - joined.start })?;
            for &index in indices {
                let span = spans[index];
                let offset = |byte: u64| usize::try_from(byte.saturating_sub(joined.start));
                let (Ok(from), Ok(to)) = (offset(span.start), offset(span.end)) else {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                };
                let mut span_counter = counter.clone();
                span_counter.write_all(&bytes[..from])?;
                let bytes = bytes.get(from..to).unwrap_or_default().to_vec();
                let LineCounter { lines: lines_before, after_line_feed: before, .. } = span_counter;
                lines[index] = OriginalLines { line: lines_before + 1, before, bytes };
            }
            counter.write_all(&bytes)?;
        }
        Ok(lines)
    })
}

/// Counts the lines of the bytes that are written to it.
#[derive(Clone, Default)]
struct LineCounter {
    lines: u64,
    /// Bytes after the last line feed.
    after_line_feed: u64,
    /// All bytes so far.
    bytes: u64,
    /// The first two bytes of the file: a byte order mark shows that it is UTF-16.
    start: [u8; 2],
    /// The previous byte.
    last: u8,
}

impl Write for LineCounter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            if let Some(start) =
                usize::try_from(self.bytes).ok().and_then(|at| self.start.get_mut(at))
            {
                *start = byte;
            }
            self.after_line_feed += 1;
            // In UTF-16, a line feed has two bytes, of which this must be the second.
            let is_second_byte = self.bytes % 2 == 1;
            let is_line_feed = match self.start {
                [0xff, 0xfe] => is_second_byte && (self.last, byte) == (b'\n', 0),
                [0xfe, 0xff] => is_second_byte && (self.last, byte) == (0, b'\n'),
                _ => byte == b'\n',
            };
            if is_line_feed {
                self.lines += 1;
                self.after_line_feed = 0;
            }
            self.last = byte;
            self.bytes += 1;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Passes a reader of the content of a file, or of one of its members, to `take`, and returns the
/// result of `take`, which reads `spans`.
fn read_content<T>(
    file: &Path,
    member: Option<&str>,
    spans: &[Span],
    take: &mut dyn FnMut(&mut dyn Read) -> io::Result<T>,
) -> io::Result<T> {
    let metadata = fs::metadata(file)?;
    // All spans in a file that a command (`--pre`) has read are the whole file, which may be
    // compressed, damaged or a container.
    let whole_file = Span { start: 0, end: metadata.len() };
    if member.is_none() && spans.iter().all(|span| *span == whole_file) {
        return read_unchanged(file, take);
    }
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let source = SourceFile {
        path: file.to_owned(),
        relative: String::new(),
        format: FileFormat::named(&name),
        stamp: FileStamp::of(&metadata),
        is_root: true,
    };
    // The relative path of the file is empty, so that of a member consists of separator and name.
    let wanted =
        member.map_or_else(String::new, |member| format!("{}{member}", input::MEMBER_SEPARATOR));
    // Events have paths that are valid UTF-8.
    let lossy_name = lossy_path(file);
    let wanted_path = PathBuf::from(format!("{}{wanted}", file.to_string_lossy()));
    let mut found = None;
    let _ = input::visit_file(&source, &Options::default(), &mut |event| {
        found = Some(match event {
            Event::Input(input) if input.relative == wanted => take(input.read),
            Event::Ignored(path) if path == lossy_name => read_unchanged(file, take),
            Event::Skipped(skipped) if skipped.path == lossy_name => {
                match counts_raw_bytes(&skipped.reason) {
                    true => read_unchanged(file, take),
                    false => Err(io::Error::other(skipped.reason.to_string())),
                }
            }
            // Not the paths are compared, but their text: `a.tar!//b.txt` is another member than
            // `a.tar!/b.txt`, though the same path.
            Event::Skipped(skipped) if skipped.path.as_os_str() == wanted_path.as_os_str() => {
                Err(io::Error::other(skipped.reason.to_string()))
            }
            _ => return ControlFlow::Continue(()),
        });
        ControlFlow::Break(())
    });
    match (found, member) {
        (Some(found), _) => found,
        // A container as a whole.
        (None, None) => read_unchanged(file, take),
        (None, Some(_)) => Err(io::ErrorKind::NotFound.into()),
    }
}

/// Whether the span of a record counts the bytes of its file as they are, although the file is not
/// read for this reason. Either a higher limit allowed a large page to be read, or a command
/// (`--pre`) has read the file, whose length may have changed since. Only a command can have read a
/// file that is ignored, or a container as a whole.
fn counts_raw_bytes(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::Unsupported(_) | Reason::Binary | Reason::Nested | Reason::TooLarge { .. }
    )
}

/// Passes the bytes of a file to `take`, not decompressed.
fn read_unchanged<T>(
    file: &Path,
    take: &mut dyn FnMut(&mut dyn Read) -> io::Result<T>,
) -> io::Result<T> {
    let (mut file, _) = open::regular_or_error(file)?;
    take(&mut file)
}

/// Reads the bytes of a span, counted from the current position.
fn read_span(read: &mut dyn Read, span: Span) -> io::Result<Vec<u8>> {
    let length = span.end.saturating_sub(span.start);
    let skipped = io::copy(&mut read.take(span.start), &mut io::sink())?;
    let mut bytes = Vec::new();
    read.take(length).read_to_end(&mut bytes)?;
    if skipped < span.start || (bytes.len() as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn original_lines_accept_spans_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        fs::write(&file, "一二\nab\r\ncd\n\nend").unwrap();
        let spans = [(0, 15), (14, 18), (7, 9), (8, 12), (3, 3)];
        let spans = spans.map(|(start, end)| Span { start, end });
        let member = None;
        let lines = original_lines(&file, member, &spans).unwrap();
        let found: Vec<(u64, u64, &str)> = lines
            .iter()
            .map(|it| (it.line, it.before, std::str::from_utf8(&it.bytes).unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                (1, 0, "一二\nab\r\ncd\n\n"),
                (4, 0, "\nend"),
                (2, 0, "ab"),
                (2, 1, "b\r\nc"),
                (1, 3, ""),
            ]
        );
        assert!(original_lines(&file, member, &[Span { start: 10, end: 99 }]).is_err());
    }

    #[test]
    fn a_file_that_only_a_command_can_have_read_is_returned_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let png = b"\x89PNG\r\n\x1a\n\0\0";
        for (name, bytes) in [
            ("a.pdf", b"%PDF-1.7\n".as_slice()),
            ("b.txt", png.as_slice()),
            ("c.jsonl", png.as_slice()),
            ("d.png", png.as_slice()),
        ] {
            let file = folder.path().join(name);
            fs::write(&file, bytes).unwrap();
            let (member, span) = (None, Span { start: 0, end: bytes.len() as u64 });
            assert_eq!(original(&file, member, span).unwrap(), bytes, "{name}");
        }
    }
}
