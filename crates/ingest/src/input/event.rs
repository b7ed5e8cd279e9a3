//! What is found in a file.

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
    /// Length in bytes, if known in advance.
    pub(crate) bytes: Option<u64>,
    /// The charset stated by the server.
    pub(crate) charset: Option<&'static Encoding>,
    /// The address that it was fetched from.
    pub(crate) url: Option<String>,
    /// Length of the file, if it is read through a command: offsets in what is read mean nothing
    /// in the file, so every span is the whole file.
    pub(crate) whole: Option<u64>,
    /// The folder that is the root of a file; `None` for a file that is a root itself, and for
    /// members of containers.
    pub(crate) root: Option<PathBuf>,
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
