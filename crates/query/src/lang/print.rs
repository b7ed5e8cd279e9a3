//! The canonical form of a query: what it prints parses to the same query.

use std::fmt::{self, Display, Write};

use super::ast::{FieldClause, Node, NodeKind, Phrase, Term, Value};
use super::chars::{ends_value, ends_word, fold, is_operator_word, is_range_sign};
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
                join(f, nodes, " ", |kind| matches!(kind, Self::And(_) | Self::Or(_)))
            }
            Self::Or(nodes) => join(f, nodes, " OR ", |kind| matches!(kind, Self::Or(_))),
            Self::Not(node) => {
                f.write_char('-')?;
                operand(f, node)
            }
            Self::Required(node) => {
                f.write_char('+')?;
                operand(f, node)
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

fn join(
    f: &mut fmt::Formatter<'_>,
    nodes: &[Node],
    between: &str,
    grouped: fn(&NodeKind) -> bool,
) -> fmt::Result {
    for (at, node) in nodes.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { between })?;
        match grouped(&node.kind) {
            true => write!(f, "({node})")?,
            false => node.fmt(f)?,
        }
    }
    Ok(())
}

/// Prints the operand of a prefix operator.
fn operand(f: &mut fmt::Formatter<'_>, node: &Node) -> fmt::Result {
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
        let is_operator = is_operator_word(text) || is_range_sign(text);
        let link = text.contains("://");
        for (at, c) in text.char_indices() {
            let syntax = match fold(c) {
                '\\' | '*' | '^' => true,
                '-' | '+' | '=' | '/' | '[' | '{' => at == 0,
                _ => ends_word(c) || (c == '?' && !link),
            };
            if syntax || Some(at) == colon || (is_operator && at == 0) {
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
        let syntax = |c: char| ends_value(c) || matches!(fold(c), '\\' | '*') || c == '?';
        let bracket = self.text.starts_with(|c| matches!(fold(c), '[' | '{'));
        if !self.prefix && (bracket || self.text.contains(syntax)) {
            return f.write_str(&quoted(&self.text));
        }
        for (at, c) in self.text.char_indices() {
            f.write_str(if syntax(c) || (bracket && at == 0) { "\\" } else { "" })?;
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
            | Self::Path(values) => list(f, values.iter()),
            Self::Kind(kinds) => list(f, kinds.iter().map(|kind| kind.as_str())),
            Self::Has(has) => list(f, has.iter().map(|has| has.as_str())),
            Self::Script(scripts) => list(f, scripts.iter().map(|script| script.as_str())),
            Self::Date(filter) => filter.fmt(f),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = impl fmt::Display>) -> fmt::Result {
    for (at, item) in items.enumerate() {
        write!(f, "{}{item}", if at == 0 { "" } else { "," })?;
    }
    Ok(())
}

/// `text` in ASCII quotes, as a query would have it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        if c == '"' || fold(c) == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
