//! A mistake in a query or a hint about it: its code, wording and location.
//!
//! [`render`](super::render) draws it. The wordings are in [`mistake`](super::mistake),
//! [`reserved`](super::reserved) and [`warning`](super::warning).

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::span::Span;

/// The stable name of a mistake or a hint. The wording may change; codes do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// Q001: a quote that nothing closes, or that closes nothing.
    UnmatchedQuote,
    /// Q002: a parenthesis that nothing closes, or that closes nothing.
    UnmatchedParenthesis,
    /// Q003: an unknown field.
    UnknownField,
    /// Q004: an empty value, phrase or group.
    Empty,
    /// Q005: not a date.
    NotADate,
    /// Q006: a range whose end is before its start.
    ReversedRange,
    /// Q007: an operator without operand, or a `~` without a number.
    NoOperand,
    /// Q008: a unit of time that can be read in two ways.
    AmbiguousUnit,
    /// Q009: an unknown value of `kind:`, `has:` or `script:`.
    UnknownValue,
    /// Q010: a wildcard after too few characters.
    BroadWildcard,
    /// Q011: a text in which there is nothing to search for, such as punctuation.
    NothingSearchable,
    /// Q012: a query that is nested too deeply or too long.
    TooLarge,
    /// Q013: syntax that is reserved and not supported.
    Reserved,
    /// Q014: no saved query has this name.
    UnknownSaved,
    /// W001: an operator in lower case, searched as a word.
    LowerCaseOperator,
    /// W002: no document has this tag, or this value of another field.
    NoSuchValue,
    /// W003: a date range that starts after the date of the newest document.
    RangeAfterNewest,
    /// W004: documents without a date were left out.
    UndatedLeftOut,
    /// W005: the index is stale: built with another text analysis than the program's, or with
    /// tables of the user that have changed since.
    StaleIndex,
    /// W007: no day is in all date ranges of the query.
    EmptyRange,
    /// W008: no document contains a word of the query; documents contain one that is written alike
    /// or sounds alike.
    SimilarWord,
    /// W009: Latin letters were read as pinyin.
    ReadAsPinyin,
}

impl Code {
    /// The code as printed, `Q003`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnmatchedQuote => "Q001",
            Self::UnmatchedParenthesis => "Q002",
            Self::UnknownField => "Q003",
            Self::Empty => "Q004",
            Self::NotADate => "Q005",
            Self::ReversedRange => "Q006",
            Self::NoOperand => "Q007",
            Self::AmbiguousUnit => "Q008",
            Self::UnknownValue => "Q009",
            Self::BroadWildcard => "Q010",
            Self::NothingSearchable => "Q011",
            Self::TooLarge => "Q012",
            Self::Reserved => "Q013",
            Self::UnknownSaved => "Q014",
            Self::LowerCaseOperator => "W001",
            Self::NoSuchValue => "W002",
            Self::RangeAfterNewest => "W003",
            Self::UndatedLeftOut => "W004",
            Self::StaleIndex => "W005",
            // W006 is a warning of the program `wensou`: a file of a hit has changed.
            Self::EmptyRange => "W007",
            Self::SimilarWord => "W008",
            Self::ReadAsPinyin => "W009",
        }
    }

    /// Whether this is a mistake, with which the query cannot be run. Warnings do not affect the
    /// exit status.
    pub fn is_error(self) -> bool {
        self.as_str().starts_with('Q')
    }

    /// `error` or `warning`.
    pub fn severity(self) -> &'static str {
        if self.is_error() { "error" } else { "warning" }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One mistake or hint.
///
/// [`render`](Diagnostic::render) draws it for people. Serialized, it is the object that `--format
/// jsonl` prints, with the span in characters and in bytes:
///
/// ```
/// # use wensou_query::lang::{Clock, parse};
/// let clock = Clock { today: "2023-05-17".parse().unwrap() };
/// let errors = parse("減半 has:", &clock).unwrap_err();
/// assert_eq!(
///     serde_json::to_string(&errors[0]).unwrap(),
///     r#"{"severity":"error","code":"Q004","message":"`has:` without a value","#.to_owned()
///         + r#""help":"put one right after the colon, as in `has:tags`","#
///         + r#""span":{"chars":{"start":3,"end":7},"bytes":{"start":7,"end":11}}}"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Diagnostic {
    /// Which mistake or hint.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// What the user can do about it.
    pub help: Option<String>,
    /// The part of the query that the diagnostic is about; `None` if it is about the whole query or
    /// the index.
    pub location: Option<Location>,
}

/// A span of the query, in both units that readers of the JSON count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Location {
    /// In Unicode characters (scalar values) of the typed query.
    pub chars: Span,
    /// In UTF-8 bytes of the typed query.
    pub bytes: Span,
}

impl Diagnostic {
    /// A diagnostic about the query as a whole, or about the index.
    pub fn general(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, location: None }
    }

    /// A diagnostic about the bytes `span` of the query `text`.
    pub fn at(code: Code, text: &str, span: Span, message: impl Into<String>) -> Self {
        let location = Location { chars: span.in_chars(text), bytes: span };
        Self { location: Some(location), ..Self::general(code, message) }
    }

    /// Adds advice.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The part of the typed query that the diagnostic is about, in bytes; `None` as for
    /// [`Diagnostic::location`].
    pub fn span(&self) -> Option<Span> {
        self.location.map(|location| location.bytes)
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Diagnostic", 5)?;
        object.serialize_field("severity", self.code.severity())?;
        object.serialize_field("code", self.code.as_str())?;
        object.serialize_field("message", &self.message)?;
        object.serialize_field("help", &self.help)?;
        object.serialize_field("span", &self.location)?;
        object.end()
    }
}
