//! The outline of a query, for `explain`: what documents must match, one line for each operator or
//! leaf, indented by two spaces a level.
//!
//! The compiler writes the outline while it compiles the query, so that the outline describes what
//! is really executed.

use std::fmt::Write;

use wensou_text::fold;

use super::analyze::{AnalysedText, MatchMode, Origin, QueryWord, Variant};
use super::expr::bigram_offsets;
use crate::lang::{FieldClause, Node, Value};

/// An outline that is being written. If `lines` is `None`, all that is written is discarded.
pub(super) struct Outline {
    lines: Option<String>,
    depth: usize,
}

impl Outline {
    /// An outline that discards what is written.
    pub(super) fn discarding() -> Self {
        Self { lines: None, depth: 0 }
    }

    /// An empty outline that keeps what is written.
    pub(super) fn recording() -> Self {
        Self { lines: Some(String::new()), depth: 0 }
    }

    /// The lines that were written.
    pub(super) fn into_text(self) -> String {
        self.lines.unwrap_or_default()
    }

    /// Writes the line that `line` returns, indented by the current depth. An outline that discards
    /// lines does not call `line`.
    pub(super) fn line(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            let indent = self.depth * 2;
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{:indent$}{}", "", line());
        }
    }

    /// Starts a group: writes its name, and indents the lines that follow until [`Outline::close`].
    pub(super) fn open(&mut self, name: &str) {
        self.line(|| name.to_owned());
        self.depth += 1;
    }

    /// Ends a group.
    pub(super) fn close(&mut self) {
        self.depth -= 1;
    }

    /// Writes the words of a text. If `prefix` is set, the last word is the start of longer words.
    pub(super) fn text(&mut self, text: &AnalysedText, prefix: bool) {
        let group = match (prefix, text.question) {
            (true, _) => Some("ending in a prefix"),
            // The lines of the words complete this line.
            (false, true) => Some("a question: any bigram of its words, or"),
            (false, false) => None,
        };
        group.into_iter().for_each(|name| self.open(name));
        self.words(text);
        group.into_iter().for_each(|_| self.close());
    }

    /// Writes a quoted phrase, which is matched as `whole`; or, if its words may stand within the
    /// distance `near`, the words and the distance.
    pub(super) fn phrase(
        &mut self,
        text: &AnalysedText,
        whole: Option<&QueryWord>,
        near: Option<u32>,
    ) {
        match near {
            None => {
                let whole = whole.and_then(|word| word.variants.first());
                self.line(|| whole.map_or_else(String::new, variant_line));
            }
            Some(distance) => {
                self.open(&format!("within {distance} characters"));
                self.words(text);
                self.close();
            }
        }
    }

    /// Writes each word, with all its variants if it has several. Stop words are written as words
    /// that only affect the rank, unless the text has no other words.
    fn words(&mut self, text: &AnalysedText) {
        let meaningful = text.words.iter().any(|word| !word.stop);
        for word in &text.words {
            if word.stop && meaningful {
                self.line(|| format!("(ranked only: {})", word.typed));
                continue;
            }
            match word.variants.as_slice() {
                [variant] => self.line(|| variant_line(variant)),
                variants => {
                    self.open("any of");
                    variants.iter().for_each(|variant| self.line(|| variant_line(variant)));
                    self.close();
                }
            }
        }
    }

    /// Writes a field clause; `node` is the node that holds it. The values of some fields are
    /// compared in folded form, and are written in it. Clauses of other fields are written in
    /// canonical form.
    pub(super) fn clause(&mut self, clause: &FieldClause, node: &Node) {
        self.line(|| match clause {
            FieldClause::Tag(values) => values_line("tag", values),
            FieldClause::Source(values) => values_line("source", values),
            FieldClause::Author(values) => values_line("author", values),
            FieldClause::Site(values) => values_line("site", values),
            FieldClause::Category(values) => values_line("category", values),
            _ => node.to_string(),
        });
    }
}

fn variant_line(variant: &Variant) -> String {
    let origin = match variant.origin {
        Origin::Typed => String::new(),
        origin => format!("  ({})", origin.as_str()),
    };
    let mode = variant.mode.as_str();
    match variant.mode {
        MatchMode::Dated(from, until) => {
            format!("{mode} from {from} until {until} (exclusive){origin}")
        }
        MatchMode::Characters => format!("{mode} {}{origin}", characters(&variant.key)),
        _ => format!("{mode} {}{origin}", variant.text),
    }
}

/// A sequence of key characters, with the bigrams that find it and their offsets.
fn characters(key: &[char]) -> String {
    let text: String = key.iter().collect();
    match key.len() {
        0..=2 => text,
        length => {
            let bigram = |at: usize| format!("{}{}@{at}", key[at], key[at + 1]);
            let bigrams: Vec<String> = bigram_offsets(length).map(bigram).collect();
            format!("{text} = {}", bigrams.join(" "))
        }
    }
}

/// The line of a clause whose values are compared in folded form.
fn values_line(name: &str, values: &[Value]) -> String {
    let value = |value: &Value| match value.prefix {
        true => format!("starts with {}", fold(&value.text)),
        false => format!("is {}", fold(&value.text)),
    };
    format!("{name} {}", values.iter().map(value).collect::<Vec<_>>().join(" or "))
}
