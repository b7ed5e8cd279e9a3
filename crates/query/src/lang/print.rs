//! Prints a query in its canonical form, which parses to the same query.

use std::fmt::{self, Display, Write};

use super::ast::{FieldClause, Node, NodeKind, Phrase, Term, Value};
use super::chars::{ends_value, ends_word, fold_width, is_operator_word, is_range_sign};
use super::field::{WordStart, word_start};

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(nodes) => {
                write_operands(f, nodes, " ", |kind| matches!(kind, Self::And(_) | Self::Or(_)))
            }
            Self::Or(nodes) => write_operands(f, nodes, " OR ", |kind| matches!(kind, Self::Or(_))),
            Self::Not(node) => {
                f.write_char('-')?;
                write_operand(f, node)
            }
            Self::Required(node) => {
                f.write_char('+')?;
                write_operand(f, node)
            }
            Self::Term(term) => term.fmt(f),
            Self::Phrase(phrase) => phrase.fmt(f),
            Self::Field(clause) => clause.fmt(f),
            Self::Scoped { scope, node } => {
                write!(f, "{}:", scope.as_str())?;
                match node.kind {
                    Self::Term(_) | Self::Phrase(_) => node.fmt(f),
                    _ => write!(f, "({node})"),
                }
            }
            Self::All => Ok(()),
        }
    }
}

/// Prints operands with an operator between them. Operands that need parentheses get them.
fn write_operands(
    f: &mut fmt::Formatter<'_>,
    nodes: &[Node],
    operator: &str,
    needs_parentheses: fn(&NodeKind) -> bool,
) -> fmt::Result {
    for (at, node) in nodes.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { operator })?;
        if needs_parentheses(&node.kind) {
            write!(f, "({node})")?;
        } else {
            node.fmt(f)?;
        }
    }
    Ok(())
}

/// Prints the operand of a prefix operator.
fn write_operand(f: &mut fmt::Formatter<'_>, node: &Node) -> fmt::Result {
    match node.kind {
        NodeKind::And(_) | NodeKind::Or(_) => write!(f, "({node})"),
        _ => node.fmt(f),
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.as_str();
        // If the text could be read as a field, its colon must be escaped.
        let colon = match word_start(text) {
            WordStart::Field { len, .. } => {
                text[..len].char_indices().next_back().map(|(at, _)| at)
            }
            WordStart::Unknown { len } => Some(len),
            WordStart::Text => None,
        };
        // Unescaped, `OR` would be an operator, and `..` might be the sign of a date range.
        let is_operator = is_operator_word(text) || is_range_sign(text);
        // In a web address, `?` is no wildcard.
        let is_address = text.contains("://");
        for (at, c) in text.char_indices() {
            let is_syntax = match fold_width(c) {
                '\\' | '*' | '^' => true,
                '-' | '+' | '=' | '/' | '[' | '{' => at == 0,
                _ => ends_word(c) || (c == '?' && !is_address),
            };
            if is_syntax || Some(at) == colon || (is_operator && at == 0) {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_str(if self.prefix { "*" } else { "" })
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.text))?;
        self.near.map_or(Ok(()), |near| write!(f, "~{near}"))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_syntax = |c: char| ends_value(c) || matches!(fold_width(c), '\\' | '*') || c == '?';
        let opens_bracket = self.text.starts_with(|c| matches!(fold_width(c), '[' | '{'));
        if !self.prefix && (opens_bracket || self.text.contains(is_syntax)) {
            return f.write_str(&quoted(&self.text));
        }
        for (at, c) in self.text.char_indices() {
            f.write_str(if is_syntax(c) || (opens_bracket && at == 0) { "\\" } else { "" })?;
            f.write_char(c)?;
        }
        f.write_str(if self.prefix { "*" } else { "" })
    }
}

impl fmt::Display for FieldClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.name())?;
        match self {
            Self::Tag(values)
            | Self::Source(values)
            | Self::Author(values)
            | Self::Site(values)
            | Self::Url(values)
            | Self::Category(values)
            | Self::Id(values)
            | Self::Path(values) => comma_separated(f, values.iter()),
            Self::Kind(kinds) => comma_separated(f, kinds.iter().map(|kind| kind.as_str())),
            Self::Has(has) => comma_separated(f, has.iter().map(|has| has.as_str())),
            Self::Script(scripts) => {
                comma_separated(f, scripts.iter().map(|script| script.as_str()))
            }
            Self::Date(filter) => filter.fmt(f),
        }
    }
}

/// Prints the values of a field with commas between them.
fn comma_separated(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = impl fmt::Display>,
) -> fmt::Result {
    for (at, item) in items.enumerate() {
        write!(f, "{}{item}", if at == 0 { "" } else { "," })?;
    }
    Ok(())
}

/// `text` in ASCII quotes, with those quotes and backslashes in it escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        if c == '"' || fold_width(c) == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
