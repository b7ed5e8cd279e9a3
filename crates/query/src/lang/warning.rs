//! The wording of warnings, and of the one error that only the planner can find. Warnings about
//! what an index has are created by callers that have the index open.

use std::fmt::Display;

use super::diagnostic::{Code, Diagnostic};
use super::print::quoted;
use super::span::Span;

impl Diagnostic {
    /// Q011: after folding, nothing of `span` is left to search for.
    pub fn nothing_searchable(text: &str, span: Span) -> Self {
        let message = format!("there is nothing to search for in `{}`", span.of(text));
        Self::at(Code::NothingSearchable, text, span, message).with_help(
            "spaces and punctuation are not indexed: search for a word, a number or a tag",
        )
    }

    /// W001: `or`, `and` or `not` between two other operands.
    pub(super) fn lower_case_operator(text: &str, span: Span) -> Self {
        let typed = span.of(text);
        let upper = typed.to_ascii_uppercase();
        let message = format!("`{typed}` is searched as a word");
        Self::at(Code::LowerCaseOperator, text, span, message).with_help(format!(
            "operators are upper-case: type {upper} to combine, or quote it to silence this: {}",
            quoted(typed)
        ))
    }

    /// W002: no document has the tag `tag`. `nearest` lists similar tags with their document
    /// counts, best first.
    pub fn no_such_tag(text: &str, span: Span, tag: &str, nearest: &[(String, u64)]) -> Self {
        let warning =
            Self::at(Code::NoSuchValue, text, span, format!("no document has the tag `{tag}`"));
        if nearest.is_empty() {
            return warning.with_help("`wensou tags` lists the tags");
        }
        let nearest: Vec<String> =
            nearest.iter().map(|(name, count)| format!("{name} ({count})")).collect();
        warning.with_help(format!("similar tags: {}", nearest.join(", ")))
    }

    /// W002: no document has `value` in the field that is called `field`. `nearest` lists similar
    /// values with their document counts, best first; `help` is shown if there are none.
    pub fn no_such_value(
        text: &str,
        span: Span,
        [field, value]: [&str; 2],
        nearest: &[(String, u64)],
        help: &str,
    ) -> Self {
        let message = format!("no document has the {field} `{value}`");
        let warning = Self::at(Code::NoSuchValue, text, span, message);
        let nearest: Vec<String> =
            nearest.iter().map(|(name, count)| format!("{name} ({count})")).collect();
        match nearest.is_empty() {
            true => warning.with_help(help),
            false => warning.with_help(format!("similar: {}", nearest.join(", "))),
        }
    }

    /// W007: the date clause at `span` ends on the day `last`. Another date clause of the query
    /// starts later, on the day `from`, so no day is in both.
    pub fn empty_range(text: &str, span: Span, from: impl Display, last: impl Display) -> Self {
        let message = format!("the range is inverted: it starts on {from} and ends on {last}");
        Self::at(Code::EmptyRange, text, span, message)
            .with_help("no day is in both: swap the dates, or put OR between the two")
    }

    /// W008: no document contains `word`. `nearest` lists words of the index that are written or
    /// sound alike, with their document counts, best first.
    pub fn similar_word(text: &str, span: Span, word: &str, nearest: &[(String, u64)]) -> Self {
        let nearest: Vec<String> =
            nearest.iter().map(|(name, count)| format!("{name} ({count})")).collect();
        Self::at(Code::SimilarWord, text, span, format!("no document contains `{word}`"))
            .with_help(format!("did you mean {}?", nearest.join(", ")))
    }

    /// W009: no document contains `typed`, which is read as the pinyin of `words`.
    pub fn read_as_pinyin(typed: &str, words: &[String]) -> Self {
        let message = format!(
            "no document contains {typed}; read as pinyin for {} in titles, tags and sources",
            words.join(", ")
        );
        Self::general(Code::ReadAsPinyin, message)
    }

    /// W003: the date clause at `span` starts after `newest`, the date of the newest document.
    pub fn range_after_newest(text: &str, span: Span, newest: impl Display) -> Self {
        let message = format!("the newest item is dated {newest}, before this range starts");
        Self::at(Code::RangeAfterNewest, text, span, message)
            .with_help("`--as-of newest` counts days back from there")
    }

    /// W004: `count` documents have no date, and match all of the query except the date clause at
    /// `span`.
    pub fn undated_left_out(text: &str, span: Span, count: u64) -> Self {
        let items = if count == 1 { "item" } else { "items" };
        let message = format!("{count} undated {items} left out");
        Self::at(Code::UndatedLeftOut, text, span, message)
            .with_help("use `date:none` instead of the range to see them")
    }

    /// W005: the index is stale, see [`Code::StaleIndex`]. Whether the archive has changed since is
    /// not looked at.
    pub fn stale_index(reason: impl Display) -> Self {
        Self::general(Code::StaleIndex, format!("the index is stale: {reason}"))
            .with_help("run `wensou index --rebuild`")
    }
}
