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
            Event::Input(input) if input.relative == wanted => found = part(input.read, span),
            // A command made the record of it.
            Event::Ignored(path) if path == file => found = whole(file, span),
            Event::Skipped(Skipped { path, reason: Reason::Unsupported(_), .. })
                if path == file =>
            {
                found = whole(file, span);
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

fn whole(file: &Path, span: Span) -> io::Result<Vec<u8>> {
    let (mut file, _) =
        open::regular(file).map_err(|reason| io::Error::other(reason.to_string()))?;
    part(&mut file, span)
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
