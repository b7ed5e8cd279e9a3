//! Text that is not in the query language: a question of a judged set, a pasted sentence.

use super::{Node, NodeKind, Query, Span, Term};

/// A query for the text as it is: no character of it is an operator, a quote or part of a field.
#[must_use]
pub fn plain(text: &str) -> Query {
    let kind = match text.trim() {
        "" => NodeKind::All,
        text => NodeKind::Term(Term { text: text.to_owned(), prefix: false }),
    };
    let root = Node { kind, span: Span::new(0, text.len()) };
    Query { root, text: text.to_owned(), warnings: Vec::new() }
}
