//! Reads the original bytes of a record again: from a file, from its decompressed content, or from
//! a member of a container.

use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use crate::file_table::FileStamp;
use crate::input::file_list::SourceFile;
use crate::input::{self, Event, FileFormat, open};
use crate::options::Options;
use crate::record::Span;
use crate::report::{Reason, Skipped};

/// Returns the bytes of `span` in `file`, or in its member of this name (the part after `!/` in a
/// path).
///
/// Reads up to the end of the span; holds only the span in memory.
///
/// # Errors
///
/// System errors; [`io::ErrorKind::NotFound`] if there is no such member,
/// [`io::ErrorKind::UnexpectedEof`] if the file has become shorter, and the message of a
/// [`Reason`](crate::Reason) if it cannot be read.
pub fn original(file: &Path, member: Option<&str>, span: Span) -> io::Result<Vec<u8>> {
    read_content(file, member, &mut |read| part(read, span))
}

/// The bytes of a span and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalLines {
    /// The line that the span begins on, counted from 1.
    pub line: u64,
    /// Bytes before the span on that line.
    pub before: u64,
    /// The bytes of the span.
    pub bytes: Vec<u8>,
}

/// As [`original`], with the line that the span begins on.
///
/// # Errors
///
/// As [`original`].
pub fn original_lines(file: &Path, member: Option<&str>, span: Span) -> io::Result<OriginalLines> {
    read_content(file, member, &mut |read| {
        let mut counter = LineCounter::default();
        io::copy(&mut (&mut *read).take(span.start), &mut counter)?;
        let bytes = part(read, Span { start: 0, end: span.end.saturating_sub(span.start) })?;
        Ok(OriginalLines { line: counter.lines + 1, before: counter.before, bytes })
    })
}

/// Counts the lines of what is written to it.
#[derive(Default)]
struct LineCounter {
    lines: u64,
    /// Bytes after the last line feed.
    before: u64,
    /// Bytes so far.
    bytes: u64,
    /// The first two bytes, which tell UTF-16.
    start: [u8; 2],
    last: u8,
}

impl io::Write for LineCounter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            if let Some(start) =
                usize::try_from(self.bytes).ok().and_then(|at| self.start.get_mut(at))
            {
                *start = byte;
            }
            self.before += 1;
            // Of two bytes, which the second one completes.
            let completes = self.bytes % 2 == 1;
            let is_line_feed = match self.start {
                [0xff, 0xfe] => completes && (self.last, byte) == (b'\n', 0),
                [0xfe, 0xff] => completes && (self.last, byte) == (0, b'\n'),
                _ => byte == b'\n',
            };
            if is_line_feed {
                self.lines += 1;
                self.before = 0;
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

/// Reads the content of a file or of one of its members.
fn read_content<T>(
    file: &Path,
    member: Option<&str>,
    take: &mut dyn FnMut(&mut dyn Read) -> io::Result<T>,
) -> io::Result<T> {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let source = SourceFile {
        path: file.to_owned(),
        relative: String::new(),
        format: FileFormat::named(&name),
        stamp: FileStamp::of(&fs::metadata(file)?),
        is_root: true,
    };
    let wanted =
        member.map_or_else(String::new, |member| format!("{}{member}", input::MEMBER_SEPARATOR));
    let mut found = Err(io::Error::from(io::ErrorKind::NotFound));
    let _ = input::each(&source, &Options::default(), &mut |event| {
        match event {
            Event::Input(input) if input.relative == wanted => found = take(input.read),
            // A command made the record of it.
            Event::Ignored(path) if path == file => found = whole(file, take),
            Event::Skipped(Skipped { path, reason: Reason::Unsupported(_), .. })
                if path == file =>
            {
                found = whole(file, take);
            }
            Event::Skipped(skipped) if skipped.path == file => {
                found = Err(io::Error::other(skipped.reason.to_string()));
            }
            _ => return ControlFlow::Continue(()),
        }
        ControlFlow::Break(())
    });
    found
}

fn whole<T>(file: &Path, take: &mut dyn FnMut(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
    let (mut file, _) =
        open::regular(file).map_err(|reason| io::Error::other(reason.to_string()))?;
    take(&mut file)
}

fn part(read: &mut dyn Read, span: Span) -> io::Result<Vec<u8>> {
    let length = span.end.saturating_sub(span.start);
    let skipped = io::copy(&mut read.take(span.start), &mut io::sink())?;
    let mut bytes = Vec::new();
    read.take(length).read_to_end(&mut bytes)?;
    if skipped < span.start || (bytes.len() as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}
