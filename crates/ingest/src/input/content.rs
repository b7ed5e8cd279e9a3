//! What the first bytes of a file say about it.

use super::codec::Codec;
use super::kind::Kind;

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A kind that can be read.
    Kind(Kind),
    /// Compressed.
    Compressed(Codec),
    /// A document that only another program can read; the name of its format.
    Document(&'static str),
    /// Something else that cannot be read; the text says what it is, and what to do.
    Foreign(&'static str),
    /// Not text.
    Binary,
    /// The source of a program.
    Program,
    /// Text without signs of a certain kind. If the bytes end inside a long line, more bytes may
    /// say more.
    Text,
}
