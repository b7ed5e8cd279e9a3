//! The front end of the query language: from typed text to a syntax tree, and back.
//!
//! `GRAMMAR.md` of this crate specifies the language. This module does not use an index: it
//! neither folds nor segments words, nor does it look up tags. It does resolve dates, against a
//! [`Clock`] that the caller injects.
//!
//! ```
//! use wensou_query::lang::{Clock, NodeKind, parse};
//!
//! let clock = Clock { today: "2023-05-17".parse()? };
//! let typed = "以太坊 （質押 OR 合併） 日期：上月 -標籤:廣告";
//! let query = parse(typed, &clock).expect("it is valid");
//! assert_eq!(query.to_string(), "以太坊 (質押 OR 合併) date:2023-04 -tag:廣告");
//! assert!(matches!(query.root.kind, NodeKind::And(ref clauses) if clauses.len() == 4));
//! # Ok::<(), jiff::Error>(())
//! ```

mod ast;
mod chars;
mod date;
mod diagnostic;
mod field;
mod lex;
mod mistake;
mod operators;
mod parse;
pub(crate) mod plain;
mod print;
mod quote;
mod range;
mod render;
mod reserved;
mod saved;
mod span;
mod suggest;
mod token;
mod value;
mod warning;

use std::fmt;

pub use ast::{
    DateFilter, FieldClause, Has, Kind, Node, NodeKind, Phrase, Scope, Script, Term, Value,
};
pub use date::{Clock, DateError, Days, parse_period};
pub use diagnostic::{Code, Diagnostic, Location};
pub use field::FieldName;
pub use parse::MAX_DEPTH;
pub use render::Style;
pub use saved::{SavedName, is_saved_name, saved_name};
pub use span::Span;
pub use suggest::closest;

/// The most characters that a query may have.
pub const MAX_LENGTH: usize = 4096;

/// A query and the text that it was read from.
#[derive(Clone, Debug)]
pub struct Query {
    /// The syntax tree. Its spans are bytes of `text`.
    pub root: Node,
    /// What was typed.
    pub text: String,
    /// Hints (`W…`) that need no index.
    pub warnings: Vec<Diagnostic>,
}

/// Prints the canonical query: ASCII syntax, absolute dates, canonical names.
///
/// Parsing the result gives the same syntax tree, apart from spans, and printing that gives the
/// result again.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

/// Parses a query strictly.
///
/// Cost: linear in the length of the text, unless the text has many opening square or curly
/// brackets that nothing closes: from each of these, the rest of the text is searched.
///
/// # Errors
///
/// Every mistake that one pass finds, in the order of their locations. If the text is longer than
/// [`MAX_LENGTH`], its length is the only mistake that is returned.
pub fn parse(text: &str, clock: &Clock) -> Result<Query, Vec<Diagnostic>> {
    let (query, errors) = parse_lenient(text, clock);
    if errors.is_empty() { Ok(query) } else { Err(errors) }
}

/// Parses a query that may be unfinished or wrong, for search as you type.
///
/// Never fails: the query is the best reading of the text, and the diagnostics are the errors that
/// [`parse()`] would have returned, in the order of their locations. For a valid query, both
/// functions return the same query.
///
/// Mistakes are repaired as follows:
///
/// - An unclosed quote or group ends with the text.
/// - A closing quote or parenthesis without an opening one is ignored; so are an empty value, an
///   empty phrase or group, an operator without an operand, a bad date and an unknown value.
/// - An unknown field is read as text.
/// - Reserved syntax around a word is dropped, such as `=`, `^2` and a leading `*`; a `*` inside
///   the word and a `?` become text.
/// - A prefix that is too short is read as a word without its `*`.
/// - An operand that is nested too deeply is left out; text beyond [`MAX_LENGTH`] is not read.
pub fn parse_lenient(text: &str, clock: &Clock) -> (Query, Vec<Diagnostic>) {
    let limit = text.char_indices().nth(MAX_LENGTH).map_or(text.len(), |(at, _)| at);
    let mut parsed = parse::parse_any(&text[..limit], clock);
    if limit < text.len() {
        let excess = Span::new(limit, text.len());
        parsed.errors = vec![mistake::too_long(text, excess, MAX_LENGTH)];
    }
    let query = Query { root: parsed.root, text: text.to_owned(), warnings: parsed.warnings };
    (query, parsed.errors)
}
