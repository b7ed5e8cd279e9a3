//! From files to pages and dumps: through compression and containers, streamed, with limits.
//!
//! A file is one piece of work whatever it holds; the members of a container come in its own order. What
//! cannot be read is named, with the container and the member as `container!/member`, and never ends more
//! than the container that it stands in. A compressed page inside a container is read, a container inside
//! a container is not.

mod chunked;
mod codec;
mod container;
mod fault;
pub(crate) mod file_list;
pub(crate) mod fingerprint;
pub(crate) mod folder_filter;
mod format;
mod http;
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
pub(crate) use fault::reason;
pub(crate) use format::{FileFormat, Kind};
use io_errors::IoErrors;
use meter::{Meter, Metered};

use crate::input::file_list::SourceFile;
use crate::input::walk::lossy_path;
use crate::options::Options;
use crate::report::{Reason, Skipped};

/// What stands between the path of a container and that of its member.
pub(crate) const MEMBER_SEPARATOR: &str = "!/";

/// A page or a dump, opened.
pub(crate) struct Input<'a> {
    /// The file, or `container!/member`.
    pub(crate) path: String,
    /// The same below the root; what an article's id is made from.
    pub(crate) relative: String,
    /// [`Kind::Page`] or [`Kind::Dump`].
    pub(crate) kind: Kind,
    /// Length where it is known beforehand.
    pub(crate) bytes: Option<u64>,
    /// The charset that a server stated.
    pub(crate) charset: Option<&'static Encoding>,
    /// The address that it was fetched from.
    pub(crate) url: Option<String>,
    pub(crate) read: &'a mut dyn Read,
    /// What the system said while the file was read.
    pub(crate) io_errors: &'a IoErrors,
}

/// What is found in a file.
pub(crate) enum Event<'a> {
    Input(Input<'a>),
    /// A page or dump that cannot be read, or a container from there on.
    Skipped(Skipped),
    /// A member that is neither page nor dump by its name or type.
    Ignored(PathBuf),
    /// A member whose name is not UTF-8; it is read nevertheless.
    NonUtf8Name(PathBuf),
}

/// Who is told of each event, in order.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(Event<'_>) -> ControlFlow<()>;

/// Tells `visit` of every page and dump that a file holds.
pub(crate) fn each(source: &SourceFile, options: &Options, visit: Visit<'_>) -> ControlFlow<()> {
    let skip =
        |reason| Event::Skipped(Skipped { path: lossy_path(&source.path), line: None, reason });
    // Known without a look inside, so the file is not opened.
    if source.format.is_plain_page() && source.bytes > options.max_file_bytes {
        return visit(skip(too_large(source.bytes, options)));
    }
    let (file, bytes) = match open::regular(&source.path) {
        Ok(opened) => opened,
        Err(reason) => return visit(skip(reason)),
    };
    opened(source, options, file, bytes, FileReader::from, visit)
}

/// The same of a file that is open, or of its bytes; `at` makes of it what is read at any place.
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
        // Its table of contents stands at the end.
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
        // Nobody has said so: a layer between took the error for the end of the data.
        Some(reason) => visit(skip(reason)),
        None => ControlFlow::Continue(()),
    }
}

/// A file that is read from beginning to end.
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

/// Over the limit of a page, by `bytes` so far.
pub(crate) fn too_large(bytes: u64, options: &Options) -> Reason {
    Reason::TooLarge { bytes, limit: options.max_file_bytes }
}
