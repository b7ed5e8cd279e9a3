//! What the first bytes of a file say about its content.

use super::codec::Codec;
use super::kind::Kind;

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A kind that can be read.
    Kind(Kind),
    /// A compressed file.
    Compressed(Codec),
    /// A document that only another program can read; the name of its format.
    Document(&'static str),
    /// Something else that cannot be read; the text says what it is and, for most formats, what the
    /// user can do.
    Foreign(&'static str),
    /// Not text.
    Binary,
    /// The source of a program.
    Program,
    /// Text without signs of any particular kind, or no text at all. If the bytes end inside a long
    /// line, more bytes may show the kind.
    Text,
}
