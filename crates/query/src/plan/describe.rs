//! A compiled query as text, for `explain`.

use std::fmt::Write;

use wensou_index::{Analysis, Index};
use wensou_text::fold;

use crate::error::Error;
use crate::exec::phrase::cover;
use crate::lang::{FieldClause, Node, NodeKind, Query, Value};
use crate::plan::analyze::{AnalysedText, MatchMode, Origin, Requirement, Variant};
use crate::plan::expand;

/// What documents must match: one line for each operator or leaf, indented by two spaces a level.
pub(crate) fn describe(index: &Index, query: &Query) -> Result<String, Error> {
    let mut out = Writer { analysis: index.analysis()?, text: String::new(), depth: 0 };
    out.node(&query.root);
    Ok(out.text)
}

struct Writer<'a> {
    analysis: &'a Analysis,
    text: String,
    depth: usize,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        let indent = self.depth * 2;
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{line}", "");
    }

    fn group(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.line(name);
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::All => self.line("everything"),
            NodeKind::And(nodes) => self.group("all of", |out| out.nodes(nodes)),
            NodeKind::Or(nodes) => self.group("any of", |out| {
                for node in nodes {
                    out.node(node);
                }
            }),
            NodeKind::Not(inner) => self.group("not", |out| out.node(inner)),
            NodeKind::Required(inner) => self.group("required", |out| out.node(inner)),
            NodeKind::Scoped { scope, node } => {
                self.group(&format!("in the {}", scope.as_str()), |out| out.node(node));
            }
            NodeKind::Term(_) => self.nodes(std::slice::from_ref(node)),
            NodeKind::Phrase(phrase) => match phrase.near {
                None => {
                    let key = wensou_text::key_of(&phrase.text);
                    self.line(&format!("characters {}{}", text_of(&key), bigrams(&key)));
                }
                Some(distance) => {
                    let text = AnalysedText::new(
                        &phrase.text,
                        self.analysis.segmenter(),
                        Requirement::Everything,
                    );
                    self.group(&format!("within {distance} characters"), |out| out.words(&text));
                }
            },
            NodeKind::Field(clause) => self.line(&field(clause, node)),
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        // Rarity does not affect what matches, so any value will do.
        let texts = expand::texts(nodes, self.analysis, Requirement::Words, &|_, _| 1.0);
        for (node, text) in nodes.iter().zip(texts) {
            match (text, &node.kind) {
                (Some(text), NodeKind::Term(term)) if term.prefix => {
                    self.group("ending in a prefix", |out| out.words(&text));
                }
                (Some(text), _) if text.question => {
                    self.group("a question: any bigram of its words, or", |out| out.words(&text));
                }
                (Some(text), _) => self.words(&text),
                (None, _) => self.node(node),
            }
        }
    }

    fn words(&mut self, text: &AnalysedText) {
        let meaningful = text.words.iter().any(|word| !word.stop);
        for word in &text.words {
            if word.stop && meaningful {
                self.line(&format!("(ranked only: {})", word.typed));
                continue;
            }
            match word.variants.as_slice() {
                [variant] => self.line(&leaf(variant)),
                variants => self.group("any of", |out| {
                    for variant in variants {
                        out.line(&leaf(variant));
                    }
                }),
            }
        }
    }
}

fn leaf(variant: &Variant) -> String {
    let origin = match variant.origin {
        Origin::Typed => String::new(),
        origin => format!("  ({})", origin.as_str()),
    };
    let what = crate::report::explain::mode_name(variant.mode);
    match variant.mode {
        MatchMode::Dated(from, until) => {
            format!("{what} from {from} until {until} (exclusive){origin}")
        }
        MatchMode::Characters => {
            format!("{what} {}{}{origin}", text_of(&variant.key), bigrams(&variant.key))
        }
        _ => format!("{what} {}{origin}", variant.text),
    }
}

fn text_of(key: &[char]) -> String {
    key.iter().collect()
}

/// The bigrams that find a sequence, with their offsets.
fn bigrams(key: &[char]) -> String {
    match key.len() {
        0..=2 => String::new(),
        length => {
            let bigrams: Vec<String> =
                cover(length).map(|at| format!("{}{}@{at}", key[at], key[at + 1])).collect();
            format!(" = {}", bigrams.join(" "))
        }
    }
}

fn field(clause: &FieldClause, node: &Node) -> String {
    let folded = |name: &str, values: &[Value]| {
        let values: Vec<String> = values
            .iter()
            .map(|value| match value.prefix {
                true => format!("starts with {}", fold(&value.text)),
                false => format!("is {}", fold(&value.text)),
            })
            .collect();
        format!("{name} {}", values.join(" or "))
    };
    match clause {
        FieldClause::Tag(values) => folded("tag", values),
        FieldClause::Source(values) => folded("source", values),
        FieldClause::Category(values) => folded("category", values),
        _ => node.to_string(),
    }
}
