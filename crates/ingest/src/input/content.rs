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
    /// A file such as a PDF, which only another program can turn into text. The string names the
    /// format.
    NeedsConverter(&'static str),
    /// Another format that cannot be read. The string says what it is and, for most formats, what
    /// the user can do.
    Unsupported(&'static str),
    /// Not text.
    Binary,
    /// The source of a program.
    Program,
    /// Text without signs of any particular kind; also an empty file. If the bytes end inside a
    /// long line, more bytes may show the kind.
    Text,
}
