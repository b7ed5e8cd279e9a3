//! What an opened file contains: pages and dumps to read, and files and members that are not read.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;

use encoding_rs::Encoding;

use super::kind::Kind;
use super::last_io_error::LastIoError;
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
    /// The charset that the server stated, for a page that a crawler has recorded.
    pub(crate) charset: Option<&'static Encoding>,
    /// The address of a page that a crawler has recorded.
    pub(crate) url: Option<String>,
    /// Set only if a command (`--pre`) printed what is read: the length of the file that the
    /// command has read. Offsets in the output mean nothing in the file, so every span is the whole
    /// file.
    pub(crate) preprocessed_file_bytes: Option<u64>,
    /// The root folder in which the file was found; `None` for a file that is a root itself, for
    /// members of containers, and for what a command has printed.
    pub(crate) root: Option<PathBuf>,
    pub(crate) read: &'a mut dyn Read,
    /// The last system error of this file.
    pub(crate) last_io_error: &'a LastIoError,
}

/// Something found in a file.
pub(crate) enum Event<'a> {
    /// A page or dump to read.
    Input(Input<'a>),
    /// A page or dump that cannot be read, or a container that cannot be read to its end.
    Skipped(Skipped),
    /// A file or member that is left out, which is no error: its name, media type, HTTP status or
    /// content shows that it is neither a page nor a dump.
    Ignored(PathBuf),
    /// A member with a non-UTF-8 name; it is read nevertheless.
    NonUtf8Name(PathBuf),
}

/// A callback for events, in order. It returns `Break` to end the reading.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(Event<'_>) -> ControlFlow<()>;

impl Event<'_> {
    /// Replaces the reason of a skip by the system error that caused the skip, if there was one.
    pub(super) fn with_system_error(self, last_io_error: &LastIoError) -> Self {
        match self {
            Event::Skipped(mut skipped) => {
                skipped.reason = last_io_error.take().unwrap_or(skipped.reason);
                Event::Skipped(skipped)
            }
            other => other,
        }
    }
}
