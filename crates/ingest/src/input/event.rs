//! What reading a file finds: pages, dumps, and what is not read.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;

use encoding_rs::Encoding;

use super::io_errors::IoErrors;
use super::kind::Kind;
use crate::report::Skipped;

/// An open page or dump.
pub(crate) struct Input<'a> {
    /// The file's path, or `container!/member`.
    pub(crate) path: String,
    /// The same path relative to the root; article ids are made from it.
    pub(crate) relative: String,
    /// [`Kind::Page`] or [`Kind::Dump`], by content.
    pub(crate) kind: Kind,
    /// Length in bytes of what is read, if known in advance.
    pub(crate) bytes: Option<u64>,
    /// The charset stated by the server.
    pub(crate) charset: Option<&'static Encoding>,
    /// The address that it was fetched from.
    pub(crate) url: Option<String>,
    /// Length of the file, if what is read was printed by a command. Offsets in it mean nothing in
    /// the file, so every span is the whole file.
    pub(crate) whole_file_bytes: Option<u64>,
    /// The root folder in which the file was found; `None` for a file that is a root itself, for
    /// members of containers, and for what a command has printed.
    pub(crate) root: Option<PathBuf>,
    pub(crate) read: &'a mut dyn Read,
    /// The system errors of this file.
    pub(crate) io_errors: &'a IoErrors,
}

/// Something found in a file.
pub(crate) enum Event<'a> {
    /// A page or dump to read.
    Input(Input<'a>),
    /// A page or dump that cannot be read, or a container that cannot be read to its end.
    Skipped(Skipped),
    /// A file or member that is not read: by its name, type or content it is neither page nor dump.
    Ignored(PathBuf),
    /// A member with a non-UTF-8 name; it is read nevertheless.
    NonUtf8Name(PathBuf),
}

/// A callback for events, in order. It breaks to end the reading.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(Event<'_>) -> ControlFlow<()>;

impl Event<'_> {
    /// Replaces the reason of a skip by the system error behind it, if there is one.
    pub(super) fn explained_by(self, io_errors: &IoErrors) -> Self {
        match self {
            Event::Skipped(mut skipped) => {
                skipped.reason = io_errors.take().unwrap_or(skipped.reason);
                Event::Skipped(skipped)
            }
            other => other,
        }
    }
}
