//! What the lexer hands to the parser.

use super::ast::{Phrase, Scope, Term};
use super::field::FieldName;
use super::span::Span;

/// One token and the bytes of the query that it was typed as.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum TokenKind {
    And,
    Or,
    /// `NOT` and `-`.
    Not,
    /// `+`.
    Plus,
    Open,
    Close,
    /// `title:` or `body:`; an operand follows directly.
    Scope(Scope),
    /// Any other field with its values, of which there is one at least.
    Field {
        name: FieldName,
        values: Vec<RawValue>,
    },
    Phrase(Phrase),
    Term(Term),
    /// An operand with a mistake in it that is already reported, and of which
    /// nothing could be kept.
    Broken,
}

/// One value of a field before it is known to be good.
#[derive(Clone, Debug)]
pub(super) struct RawValue {
    /// Without quotes, escapes and the `*` of a prefix.
    pub(super) text: String,
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
