//! The match expression: which documents match, as plain data.
//!
//! An expression names fields and terms and refers to no index, so that it can be stored, sent to
//! another process, or translated for another search engine. `exec` runs it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use wensou_index::{TextField, civil_seconds};

use super::needle::Needle;

/// Which documents match. Nothing in an expression affects a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum MatchExpr {
    /// Every document.
    All,
    /// No document.
    None,
    /// Documents that match every member.
    And(Vec<MatchExpr>),
    /// Documents that match at least one member.
    Or(Vec<MatchExpr>),
    /// Documents that match at least this many of the members.
    MinShouldMatch(usize, Vec<MatchExpr>),
    /// Documents that match the first expression and not the second.
    AndNot(Box<MatchExpr>, Box<MatchExpr>),
    /// Documents with this word of the index in one of the fields.
    Term {
        /// Where the word may stand.
        fields: Vec<TextField>,
        /// The word, as the index has it.
        word: String,
    },
    /// Documents with these key characters in sequence in one of the fields.
    Phrase {
        /// Where the sequence may stand.
        fields: Vec<TextField>,
        /// The key characters, see [`wensou_text::Key`].
        key: String,
    },
    /// Documents with an exact text in one of the fields.
    Exact {
        /// Where the text may stand.
        fields: Vec<TextField>,
        /// The text, see [`Needle::pattern`].
        needle: Needle,
    },
    /// Documents that have, in one of the fields, a passage of at most `distance` key characters in
    /// which every word stands.
    Near {
        /// Where the words may stand.
        fields: Vec<TextField>,
        /// For each word, the documents that have it.
        words: Vec<MatchExpr>,
        /// What to find in the text of a document; [`Needle::word`] is an index into `words`.
        needles: Vec<Needle>,
        /// The longest passage, in key characters.
        distance: usize,
    },
    /// Documents with a word of the index that starts with `prefix` in one of the fields.
    Prefix {
        /// Where the word may stand.
        fields: Vec<TextField>,
        /// How the word starts.
        prefix: String,
    },
    /// Documents that occur in a file whose path contains `name`: the name of a file or folder, or
    /// several such names joined by `/`.
    Path {
        /// The name, without `./` at its start and `/` at its end.
        name: String,
        /// Whether `name` must end where the name of a file or folder ends.
        whole: bool,
    },
    /// Documents that a filter selects.
    Filter(Filter),
}

impl MatchExpr {
    /// Documents that match every member: a single member itself, or [`MatchExpr::All`] if there
    /// are no members.
    pub(crate) fn all_of(members: Vec<Self>) -> Self {
        Self::group(members, Self::All, Self::And)
    }

    /// Documents that match at least one member: a single member itself, or [`MatchExpr::None`] if
    /// there are no members.
    pub(crate) fn any_of(members: Vec<Self>) -> Self {
        Self::group(members, Self::None, Self::Or)
    }

    fn group(mut members: Vec<Self>, empty: Self, group: fn(Vec<Self>) -> Self) -> Self {
        match members.len() {
            0 => empty,
            1 => members.remove(0),
            _ => group(members),
        }
    }

    /// The expression in which `with` replaces `part` wherever documents have to match `part`.
    pub(crate) fn replace_required(&self, part: &Self, with: &Self) -> Self {
        let replace = |expr: &Self| expr.replace_required(part, with);
        match self {
            expr if expr == part => with.clone(),
            Self::And(members) => Self::And(members.iter().map(replace).collect()),
            Self::AndNot(included, excluded) => {
                Self::AndNot(Box::new(replace(included)), excluded.clone())
            }
            expr => expr.clone(),
        }
    }

    /// Documents that match `included` and not `excluded`.
    pub(crate) fn and_not(included: Self, excluded: Self) -> Self {
        Self::AndNot(Box::new(included), Box::new(excluded))
    }
}

/// A condition on a field that is not searched for text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Filter {
    /// The field has exactly this value.
    Term(FilterField, FilterValue),
    /// The field has a value that starts with this text.
    Prefix(FilterField, String),
    /// The field has a value from `from` up to `until`, which is excluded. An end that is `None` is
    /// open.
    Range {
        /// The field, which has numbers.
        field: FilterField,
        /// The least value.
        from: Option<i64>,
        /// The value after the greatest.
        until: Option<i64>,
    },
    /// The field has a value.
    Exists(FilterField),
}

/// A field that a filter reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum FilterField {
    /// The id, or an id of another variant of a flash item.
    Id,
    /// The number of a [`wensou_index::Kind`].
    Kind,
    /// The seconds from 1970-01-01T00:00:00 to the civil time of a document, without a time zone,
    /// see [`wensou_index::civil_seconds`]. Undated documents have no value.
    Date,
    /// How the date is known: [`wensou_index::PROVENANCE_NONE`] and so on.
    Provenance,
    /// Folded tags.
    Tag,
    /// Folded sources and outlets, and folded authors, translators and editors.
    Source,
    /// Folded names of authors, translators and editors.
    Author,
    /// Folded names and hosts of sites.
    Site,
    /// Addresses in the form of [`wensou_index::url_key`].
    Url,
    /// Folded categories.
    Category,
    /// What the record has: the names of [`wensou_index::HAS_VALUES`].
    Has,
    /// The script: `hans`, `hant`, `mixed` or `none`.
    Script,
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FilterValue {
    /// The value of a field of texts.
    Text(String),
    /// The value of a field of numbers.
    Number(u64),
}

/// Expressions of a single filter.
impl MatchExpr {
    /// Documents with exactly this text in a field.
    pub(crate) fn with_value(field: FilterField, value: impl Into<String>) -> Self {
        Self::Filter(Filter::Term(field, FilterValue::Text(value.into())))
    }

    /// Documents with this number in a field.
    pub(crate) fn with_number(field: FilterField, value: u64) -> Self {
        Self::Filter(Filter::Term(field, FilterValue::Number(value)))
    }

    /// Documents dated from the first day up to the second, which is excluded; the days are civil
    /// days in the archive's time zone. An end that is `None` is open.
    pub(crate) fn dated(from: Option<Date>, until: Option<Date>) -> Self {
        let start_of = |day: Date| civil_seconds(day.at(0, 0, 0, 0));
        let (from, until) = (from.map(start_of), until.map(start_of));
        Self::Filter(Filter::Range { field: FilterField::Date, from, until })
    }

    /// Documents with a text in a field that starts with `prefix`; every document if `prefix` is
    /// empty.
    pub(crate) fn with_value_prefix(field: FilterField, prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        match prefix.is_empty() {
            true => Self::All,
            false => Self::Filter(Filter::Prefix(field, prefix)),
        }
    }
}

/// The offsets of bigrams that together cover a sequence of `length` characters, which is at least
/// two: every second bigram, and the last one, which may overlap the one before it.
pub(crate) fn bigram_offsets(length: usize) -> impl Iterator<Item = usize> {
    let last = length.saturating_sub(2);
    (0..last).step_by(2).chain([last])
}
