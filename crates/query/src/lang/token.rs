//! The tokens that the lexer passes to the parser.

use super::ast::{Phrase, Scope, Term};
use super::field::FieldName;
use super::span::Span;

/// One token and the bytes of the query that it was typed as.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Clone, Debug)]
pub(super) enum TokenKind {
    /// `AND`.
    And,
    /// `OR` and `|`.
    Or,
    /// `NOT` and `-`.
    Not,
    /// `+`.
    Plus,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `title:` or `body:`; an operand follows directly.
    Scope(Scope),
    /// Any other field, with at least one value.
    Field { name: FieldName, values: Vec<RawValue> },
    /// A quoted text, with the `~N` after it if there is one.
    Phrase(Phrase),
    /// A word or an unspaced run, without quotes.
    Term(Term),
    /// An operand whose mistake has been reported and of which nothing could be kept.
    Broken,
}

/// One value of a field, before it is checked.
#[derive(Clone, Debug)]
pub(super) struct RawValue {
    /// The text without quotes, escapes and the `*` of a prefix.
    pub(super) text: String,
    /// Whether a `*` follows the text.
    pub(super) prefix: bool,
    /// Bytes of the query, quotes included.
    pub(super) span: Span,
}

impl TokenKind {
    /// Whether an operand can start with this token.
    pub(super) fn starts_operand(&self) -> bool {
        !matches!(self, Self::And | Self::Or | Self::Close)
    }
}
