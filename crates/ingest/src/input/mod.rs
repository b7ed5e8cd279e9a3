//! Reads files: pages and dumps inside compressed files and containers, as streams, with limits.
//!
//! A file is one unit of work, whatever it holds; members of a container come in the container's
//! order. What cannot be read is reported as `container!/member` and never stops more than its
//! container. A compressed page inside a container is read; a container inside a container is not.

mod chunked;
mod codec;
mod container;
mod content_hash;
mod fault;
pub(crate) mod file_list;
pub(crate) mod fingerprint;
pub(crate) mod folder_filter;
mod format;
mod http;
mod ignore_rules;
pub(crate) mod io_errors;
mod meter;
mod name;
mod open;
pub(crate) mod original;
mod tar;
pub(crate) mod walk;
mod warc;
mod zip;

use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;

use encoding_rs::Encoding;
use rawzip::{FileReader, ReaderAt};

use codec::Codec;
pub use content_hash::content_hash;
pub(crate) use fault::reason;
pub(crate) use format::{FileFormat, Kind};
use io_errors::IoErrors;
use meter::{Meter, Metered};

use crate::input::file_list::SourceFile;
use crate::input::walk::lossy_path;
use crate::options::Options;
use crate::report::{Reason, Skipped};

/// Separates the path of a container from that of its member.
pub(crate) const MEMBER_SEPARATOR: &str = "!/";

/// An open page or dump.
pub(crate) struct Input<'a> {
    /// The file's path, or `container!/member`.
    pub(crate) path: String,
    /// The same path relative to the root; article ids are made from it.
    pub(crate) relative: String,
    /// [`Kind::Page`] or [`Kind::Dump`].
    pub(crate) kind: Kind,
    /// Length in bytes, if known in advance.
    pub(crate) bytes: Option<u64>,
    /// The charset stated by the server.
    pub(crate) charset: Option<&'static Encoding>,
    /// The address that it was fetched from.
    pub(crate) url: Option<String>,
    pub(crate) read: &'a mut dyn Read,
    /// The system errors of this file.
    pub(crate) io_errors: &'a IoErrors,
}

/// Something found in a file.
pub(crate) enum Event<'a> {
    Input(Input<'a>),
    /// A page or dump that cannot be read, or the rest of a container.
    Skipped(Skipped),
    /// A member that is neither page nor dump, by name or type.
    Ignored(PathBuf),
    /// A member with a non-UTF-8 name; it is read nevertheless.
    NonUtf8Name(PathBuf),
}

/// A callback for events, in order.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(Event<'_>) -> ControlFlow<()>;

/// Passes every page and dump of a file to `visit`.
pub(crate) fn each(source: &SourceFile, options: &Options, visit: Visit<'_>) -> ControlFlow<()> {
    let skip =
        |reason| Event::Skipped(Skipped { path: lossy_path(&source.path), line: None, reason });
    if is_too_large(source, options) {
        return visit(skip(too_large(source.stamp.bytes, options)));
    }
    let (file, bytes) = match open::regular(&source.path) {
        Ok(opened) => opened,
        Err(reason) => return visit(skip(reason)),
    };
    opened(source, options, file, bytes, FileReader::from, visit)
}

/// [`each`] for a file that is already open, or for bytes; `at` makes a positional reader of it.
pub(crate) fn opened<F: Read, R: ReaderAt>(
    source: &SourceFile,
    options: &Options,
    file: F,
    bytes: u64,
    at: impl FnOnce(F) -> R,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let FileFormat { kind, codec } = source.format;
    let skip =
        |reason| Event::Skipped(Skipped { path: lossy_path(&source.path), line: None, reason });
    let (meter, io_errors) = (Meter::new(bytes, options), IoErrors::default());
    let container = container::Container { source, options, meter: &meter, io_errors: &io_errors };
    let explained: Visit<'_> = &mut |event| visit(io_errors.explain(event));
    match (kind, codec) {
        (Kind::Zip, Codec::Plain) => {
            let file = io_errors.observed(at(file), &source.path);
            zip::each(&container, file, bytes, explained)?;
        }
        // The central directory of a zip is at its end, so it cannot be streamed.
        (Kind::Zip, _) => explained(skip(Reason::Nested))?,
        (_, Codec::Plain) => {
            let file = io_errors.observed(file, &source.path);
            stream(&container, file, Some(bytes), explained)?;
        }
        _ => match codec.read(io_errors.observed(file, &source.path)) {
            Ok(inner) => stream(&container, Metered { inner, meter: &meter }, None, explained)?,
            Err(error) => explained(skip(fault::damage_reason(&error)))?,
        },
    }
    match io_errors.take() {
        // An unreported error: a layer in between mistook it for the end of the data.
        Some(reason) => visit(skip(reason)),
        None => ControlFlow::Continue(()),
    }
}

/// Reads a file from beginning to end.
fn stream(
    container: &container::Container<'_>,
    mut read: impl Read,
    bytes: Option<u64>,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let source = container.source;
    match source.format.kind {
        Kind::Tar => tar::each(container, read, visit),
        Kind::Warc => warc::each(container, read, visit),
        kind => visit(Event::Input(Input {
            path: source.path.to_string_lossy().into_owned(),
            relative: source.relative.clone(),
            kind,
            bytes,
            charset: None,
            url: None,
            read: &mut read,
            io_errors: container.io_errors,
        })),
    }
}

/// Whether a file is a page of more bytes than allowed, so that it need not be opened.
pub(crate) fn is_too_large(source: &SourceFile, options: &Options) -> bool {
    source.format.is_plain_page() && source.stamp.bytes > options.max_file_bytes
}

/// The reason for exceeding the page limit with `bytes` bytes so far.
pub(crate) fn too_large(bytes: u64, options: &Options) -> Reason {
    Reason::TooLarge { bytes, limit: options.max_file_bytes }
}
