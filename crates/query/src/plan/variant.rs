//! The surface forms of a query word, and how each is matched.

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use wensou_text::{Relation, TokenKind, key_of};

/// The shortest Latin word, in letters and digits, that is also found inside longer runs, because
/// pages lose the spaces between Latin words. Shorter words would be found everywhere.
pub(crate) const MIN_EMBEDDED: usize = 4;

/// The shortest word, in letters or digits, that is also found at the start of longer words. Too
/// many words start with a given single letter or digit.
const MIN_START: usize = 2;

/// A word of typed text, with its symbols.
pub(super) struct TypedWord {
    /// The range of the word in characters of the folded text, including its symbols.
    pub(super) chars: Range<usize>,
    /// The variants of the word. A document that has any of them has the word.
    pub(super) variants: Vec<Variant>,
}

/// One surface form of a query word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Variant {
    /// The folded text: as the segmenter gives it or, for an expansion, as its table has it.
    pub(crate) text: String,
    /// The key characters of the text.
    pub(crate) key: Vec<char>,
    /// How the variant is matched.
    pub(crate) mode: MatchMode,
    /// Why the variant counts as finding the word.
    pub(crate) origin: Origin,
}

/// How a variant is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MatchMode {
    /// As a sequence of key characters.
    Characters,
    /// As a word of the index. A typed word may also be found where a longer word starts, see
    /// [`Variant::longer_word_prefix`].
    Word,
    /// As a word of the index, or inside a run of Latin letters.
    WordOrEmbedded,
    /// As a sequence of key characters with the symbols that count.
    Exact,
    /// As [`MatchMode::Exact`], but only where a word or a part of a word starts and ends.
    ExactWord,
    /// As the value of a number, however the page writes it.
    Value,
    /// By the date of the document, and not in its text: from the first day (inclusive) to the
    /// second (exclusive).
    Dated(#[serde(with = "iso_day")] Date, #[serde(with = "iso_day")] Date),
}

impl MatchMode {
    /// The name of the mode, for output.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Characters => "characters",
            Self::Word => "word",
            Self::WordOrEmbedded => "word or glued",
            Self::Exact => "exact",
            Self::ExactWord => "exact word",
            Self::Value => "value",
            Self::Dated(..) => "date",
        }
    }
}

/// A civil day, serialised as `2024-05-01`.
mod iso_day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// Why a variant counts as finding a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Origin {
    /// It is what was typed.
    Typed,
    /// Neighbouring Latin words, joined without the space between them.
    Joined,
    /// The same number, written in another way.
    Number,
    /// The document is dated in the year, month or day that was typed.
    Date,
    /// A table says that it means the same.
    Synonym(Relation),
}

impl Origin {
    const ALL: [Self; 7] = [
        Self::Typed,
        Self::Joined,
        Self::Number,
        Self::Date,
        Self::Synonym(Relation::Name),
        Self::Synonym(Relation::Region),
        Self::Synonym(Relation::User),
    ];

    /// The name of the origin, for output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Joined => "joined",
            Self::Number => "number",
            Self::Date => "date",
            Self::Synonym(relation) => relation.as_str(),
        }
    }
}

impl From<Origin> for &'static str {
    fn from(origin: Origin) -> Self {
        origin.as_str()
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|origin| origin.as_str() == name);
        named.ok_or_else(|| format!("no origin is called {name}"))
    }
}

impl Variant {
    /// The variant of a token of this kind; `None` if it has no key characters.
    pub(crate) fn new(text: &str, kind: TokenKind, origin: Origin) -> Option<Self> {
        // The decimal point and the sign of a value belong to its key.
        let key = match kind {
            TokenKind::Value => text.chars().collect(),
            _ => key_of(text),
        };
        let mode = match kind {
            _ if key.is_empty() => return None,
            // This includes words with digits: other pages write GPT4 as GPT 4.
            TokenKind::Latin if key.len() >= MIN_EMBEDDED => MatchMode::WordOrEmbedded,
            TokenKind::Latin | TokenKind::Number => MatchMode::Word,
            TokenKind::Value => MatchMode::Value,
            TokenKind::Han | TokenKind::Other => MatchMode::Characters,
        };
        Some(Self { text: text.to_owned(), key, mode, origin })
    }

    /// The prefix of the longer words that this word is also found in, if there are such: `ai` for
    /// `AI`, which is found in AIGC, and `500.` for `500`, which is found in 500.00. Only words of
    /// letters or digits that were typed have one.
    pub(crate) fn longer_word_prefix(&self) -> Option<String> {
        if self.mode != MatchMode::Word
            || self.origin != Origin::Typed
            || self.key.len() < MIN_START
        {
            return None;
        }
        match self.text.chars().next_back() {
            // Digits do not match the start of a longer integer, but may be the integer part of a
            // decimal number.
            Some('0'..='9') if self.key.iter().all(char::is_ascii_digit) => {
                Some(format!("{}.", self.text))
            }
            Some(c) if c.is_alphabetic() => Some(self.text.clone()),
            _ => None,
        }
    }

    /// A variant that is found together with the symbols of `text`, which is folded.
    pub(super) fn exact(text: &str, mode: MatchMode) -> Self {
        Self { text: text.to_owned(), key: key_of(text), mode, origin: Origin::Typed }
    }
}
