//! The outline of a query, for `explain`: what documents must match, one line for each operator or
//! leaf, indented by two spaces a level.
//!
//! The compiler writes the outline while it compiles the query, so that the outline describes what
//! is really executed.

use std::fmt::Write;

use wensou_text::fold;

use super::analyze::{AnalysedText, MatchMode, Origin, QueryWord, Variant, WordRole};
use super::clause_context::ClauseContext;
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
    pub(super) fn write_line(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            let indent = self.depth * 2;
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{:indent$}{}", "", line());
        }
    }

    /// Starts a group: writes its name, and indents the lines that follow until
    /// [`Outline::close_group`].
    pub(super) fn open_group(&mut self, name: &str) {
        self.write_line(|| name.to_owned());
        self.depth += 1;
    }

    /// Ends a group.
    pub(super) fn close_group(&mut self) {
        self.depth -= 1;
    }

    /// Writes the words of a text, each according to its role. If `prefix` is set, the last word is
    /// the start of longer words.
    pub(super) fn write_text(
        &mut self,
        text: &AnalysedText,
        prefix: bool,
        context: ClauseContext<'_>,
    ) {
        let role = |number: usize| match context.required {
            true => text.role(number, prefix, context.group_has_text),
            false => WordRole::RankedOnly,
        };
        let is_required = (0..text.words.len()).any(|number| role(number) == WordRole::Required);
        let question = text.question && is_required;
        let group = match (prefix, question) {
            (true, _) => Some("ending in a prefix"),
            // The lines of the words, any of which is enough, follow the "or" of this line.
            (false, true) => Some("a question: any bigram of its words, or"),
            (false, false) => None,
        };
        group.into_iter().for_each(|name| self.open_group(name));
        self.write_words(text, |number| match role(number) {
            // Any word is enough, also an optional one, so it is written like the others.
            WordRole::Optional if question => WordRole::Required,
            role => role,
        });
        group.into_iter().for_each(|_| self.close_group());
    }

    /// Writes a quoted phrase, which is matched as `whole`; or, if its words may stand within the
    /// distance `near`, the words and the distance. If it is not `required`, it is written as text
    /// that only affects the rank. `whole` is `None` if the phrase is only punctuation: the
    /// compiler reports that as a mistake, so that nobody sees the outline.
    pub(super) fn write_phrase(
        &mut self,
        text: &AnalysedText,
        whole: Option<&QueryWord>,
        near: Option<u32>,
        required: bool,
    ) {
        match near {
            _ if !required => self.write_line(|| ranked_only_line(&text.typed)),
            None => {
                let whole = whole.and_then(|word| word.variants.first());
                self.write_line(|| whole.map_or_else(String::new, variant_line));
            }
            Some(distance) => {
                self.open_group(&format!("within {distance} characters"));
                self.write_words(text, |_| WordRole::Required);
                self.close_group();
            }
        }
    }

    /// Writes each word according to the role that `role` returns for its index: a required word
    /// with all its variants, others as typed.
    fn write_words(&mut self, text: &AnalysedText, role: impl Fn(usize) -> WordRole) {
        for (number, word) in text.words.iter().enumerate() {
            match (role(number), word.variants.as_slice()) {
                (WordRole::RankedOnly, _) => self.write_line(|| ranked_only_line(&word.typed)),
                (WordRole::Optional, _) => {
                    self.write_line(|| format!("(optional: {})", word.typed));
                }
                (WordRole::Required, [variant]) => self.write_line(|| variant_line(variant)),
                (WordRole::Required, variants) => {
                    self.open_group("any of");
                    variants.iter().for_each(|variant| self.write_line(|| variant_line(variant)));
                    self.close_group();
                }
            }
        }
    }

    /// Writes a field clause; `node` is the node that holds it. The values of some fields are
    /// compared in folded form, and are written in it. Clauses of other fields are written in
    /// canonical form.
    pub(super) fn write_clause(&mut self, clause: &FieldClause, node: &Node) {
        self.write_line(|| match clause {
            FieldClause::Tag(values) => values_line("tag", values),
            FieldClause::Source(values) => values_line("source", values),
            FieldClause::Author(values) => values_line("author", values),
            FieldClause::Site(values) => values_line("site", values),
            FieldClause::Category(values) => values_line("category", values),
            _ => node.to_string(),
        });
    }
}

/// The line for text that a document need not have.
fn ranked_only_line(typed: &str) -> String {
    format!("(ranked only: {typed})")
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
