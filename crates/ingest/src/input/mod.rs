//! Reads files: pages and dumps inside compressed files and containers, as streams, with limits.
//!
//! The format of a file is recognised by its content first, and by the ending of its name second.
//!
//! | module | what it does |
//! |---|---|
//! | `walk`, `folder_walk`, `file_list` | finds the files below the roots; stores their list |
//! | `walk_order` | sorts paths in the order of the walk |
//! | `folder_filter`, `ignore_rules` | decides which files and folders are left out |
//! | `fingerprint`, `file_hash` | detects changes of an archive, and of a file |
//! | `kind`, `codec`, `format`, `formats` | formats of files; the table of endings |
//! | `content`, `sniff*`, `peek` | examines the first bytes of a file |
//! | `recognise` | decides by content and name what a file is, and whether it is read |
//! | `open`, `pre` | opens a file; runs the command of the user (`--pre`) on it |
//! | `container`, `name`, `zip`, `zip_context`, `tar` | read containers |
//! | `warc`, `arc`, `http`, `chunked` | read crawls |
//! | `meter`, `fault`, `last_io_error` | limits; reasons and system errors behind failed reads |
//! | `event` | what is found when a file is opened |
//! | `original` | reads the original bytes of a record again |
//! | `own_output` | recognises the output of wensou itself |
//!
//! One thread reads a whole file, whatever it contains; the members of a container come in their
//! order in the container. A member that cannot be read is reported as `container!/member`. Such an
//! error may end the reading of the container, but other files are still read. A compressed page
//! inside a container is read; a container inside a container is not.

mod arc;
mod chunked;
pub(crate) mod codec;
mod container;
mod content;
mod event;
mod fault;
mod file_hash;
pub(crate) mod file_list;
pub(crate) mod fingerprint;
pub(crate) mod folder_filter;
pub(crate) mod folder_walk;
mod format;
pub(crate) mod formats;
mod http;
mod ignore_rules;
mod kind;
pub(crate) mod last_io_error;
mod meter;
mod name;
mod open;
pub(crate) mod original;
pub(crate) mod own_output;
mod peek;
pub(crate) mod pre;
mod recognise;
mod sniff;
pub(crate) mod sniff_json;
pub(crate) mod sniff_lines;
mod tar;
pub(crate) mod walk;
pub(crate) mod walk_order;
mod warc;
mod zip;
mod zip_context;

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rawzip::{FileReader, ReaderAt};

use codec::Codec;
use content::Content;
pub(crate) use event::{Event, Input, Visit};
pub(crate) use fault::{reason, too_large};
pub use file_hash::file_hash;

pub(crate) use format::FileFormat;
pub(crate) use kind::{DumpKind, Kind, PageKind};
use last_io_error::LastIoError;
use meter::{Meter, Metered};
use peek::{HEAD_BYTES, Peeked};
use recognise::Verdict;
pub(crate) use walk_order::MEMBER_SEPARATOR;

use crate::input::file_list::SourceFile;
use crate::input::folder_walk::lossy_path;
use crate::options::Options;
use crate::report::{Reason, Skipped};

/// Passes to `visit` every page and dump of a file, and reports each file or member that is not
/// read.
pub(crate) fn visit_file(
    source: &SourceFile,
    options: &Options,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let skip =
        |reason| Event::Skipped(Skipped { path: lossy_path(&source.path), line: None, reason });
    if let Some(command) = options.pre.as_ref().filter(|it| it.selects(Path::new(&source.relative)))
    {
        return pre::visit_output(source, options, command, visit);
    }
    let (file, bytes) = match open::regular(&source.path) {
        Ok(opened) => opened,
        Err(reason) => return visit(skip(reason)),
    };
    visit_open_file(source, options, file, bytes, FileReader::from, visit)
}

/// Does the same as [`visit_file`] for a file that is already open, or for bytes in memory, except
/// that the command of `--pre` is never run. `bytes` is the length of the file. `to_positional`
/// makes a positional reader of the file, which a zip needs.
pub(crate) fn visit_open_file<F: Read, R: ReaderAt>(
    source: &SourceFile,
    options: &Options,
    file: F,
    bytes: u64,
    to_positional: impl FnOnce(F) -> R,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let (meter, last_io_error) = (Meter::new(bytes, options), LastIoError::default());
    let container =
        container::Container { source, options, meter: &meter, last_io_error: &last_io_error };
    let visit_event: Visit<'_> = &mut |event| visit(event.with_system_error(&last_io_error));
    // Do not try to read beyond the end: that would take another system call.
    let head_bytes = usize::try_from(bytes).map_or(HEAD_BYTES, |bytes| bytes.clamp(1, HEAD_BYTES));
    let mut file = Peeked::new(last_io_error.observed(file, &source.path), head_bytes);
    let content = recognise::content(&mut file);
    match codec(source.format.codec, content) {
        Codec::Plain => {
            let verdict = recognise::verdict(source.format.kind, content, file.head());
            if verdict == Verdict::Read(Kind::Zip) {
                let file = last_io_error
                    .observed(to_positional(file.into_inner().into_inner()), &source.path);
                zip::visit_members(&container, file, bytes, visit_event)?;
            } else {
                visit_stream(&container, verdict, file, Some(bytes), visit_event)?;
            }
        }
        codec => match codec.reader(file) {
            Ok(inner) => {
                let mut inner = Peeked::new(Metered { inner, meter: &meter }, HEAD_BYTES);
                let content = recognise::content(&mut inner);
                let verdict = match recognise::verdict(source.format.kind, content, inner.head()) {
                    // The central directory of a zip is at its end, so it cannot be streamed.
                    Verdict::Read(Kind::Zip) => Verdict::Refused(Reason::Nested),
                    verdict => verdict,
                };
                let bytes = None;
                visit_stream(&container, verdict, inner, bytes, visit_event)?;
            }
            Err(error) => {
                let reason = fault::damage_reason(&error);
                let path = lossy_path(&source.path);
                visit_event(Event::Skipped(Skipped { path, line: None, reason }))?;
            }
        },
    }
    match last_io_error.take() {
        // Report a system error that a decoder or container reader took for the end of the data.
        Some(reason) => {
            visit(Event::Skipped(Skipped { path: lossy_path(&source.path), line: None, reason }))
        }
        None => ControlFlow::Continue(()),
    }
}

/// Whether the bytes of a file, `raw`, are a container, possibly compressed. `format` is the format
/// by name, which may be wrong: a `.txt.gz` may contain a WARC file.
pub(crate) fn is_container(format: FileFormat, raw: &[u8]) -> bool {
    let mut file = Peeked::new(raw, HEAD_BYTES);
    let content = recognise::content(&mut file);
    let Ok(inner) = codec(format.codec, content).reader(file) else { return false };
    let mut inner = Peeked::new(inner, HEAD_BYTES);
    let content = recognise::content(&mut inner);
    let verdict = recognise::verdict(format.kind, content, inner.head());
    matches!(verdict, Verdict::Read(kind) if kind.is_container())
}

/// Reads a file from beginning to end, after decompression. `bytes` is the length of the file if
/// the file is not compressed, and `None` otherwise.
fn visit_stream(
    container: &container::Container<'_>,
    verdict: Verdict,
    mut read: impl Read,
    bytes: Option<u64>,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let container::Container { source, options, last_io_error, .. } = container;
    let kind = match verdict {
        Verdict::Read(Kind::Tar) => return tar::visit_members(container, read, visit),
        Verdict::Read(Kind::Warc) => return warc::visit_members(container, read, visit),
        Verdict::Read(Kind::Arc) => return arc::visit_members(container, read, visit),
        Verdict::Read(kind) => kind,
        Verdict::Refused(reason) => {
            return match options.pre.as_ref().filter(|command| command.takes_every_unread_file()) {
                Some(command) if is_unreadable_format(&reason) => {
                    pre::visit_output(source, options, command, visit)
                }
                _ => container.skip_file(reason, visit),
            };
        }
        Verdict::Ignored => {
            return match options.pre.as_ref().filter(|command| command.takes_every_unread_file()) {
                Some(command) => pre::visit_output(source, options, command, visit),
                None => visit(Event::Ignored(lossy_path(&source.path))),
            };
        }
    };
    if let (Kind::Page(_), Some(bytes)) = (kind, bytes)
        && bytes > options.max_file_bytes
    {
        return container.skip_file(too_large(bytes, options), visit);
    }
    visit(Event::Input(Input {
        path: source.path.to_string_lossy().into_owned(),
        relative: source.relative.clone(),
        kind,
        bytes,
        charset: None,
        url: None,
        preprocessed_file_bytes: None,
        root: root_of(source),
        read: &mut read,
        last_io_error,
    }))
}

/// Whether a file is refused because of its format, and not because it is damaged.
fn is_unreadable_format(reason: &Reason) -> bool {
    matches!(reason, Reason::Unsupported(_) | Reason::Binary)
}

/// How a file is compressed: as its name says, unless the content shows that the file is compressed
/// although its name does not say so, or is not compressed although its name says so.
fn codec(named: Codec, content: Content) -> Codec {
    match (named, content) {
        (Codec::Plain, Content::Compressed(found)) => found,
        // Somebody has decompressed the file without renaming it.
        (_, Content::Kind(_)) => Codec::Plain,
        (named, _) => named,
    }
}

/// The root folder that a file was found in; `None` if the file is itself a root.
fn root_of(source: &SourceFile) -> Option<PathBuf> {
    let depth = Path::new(&source.relative).components().count();
    source.path.ancestors().nth(depth).filter(|_| !source.is_root).map(Path::to_path_buf)
}
