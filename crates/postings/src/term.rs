//! Terms and the keys that posting lists are found by.

use serde::{Deserialize, Serialize};

/// The number of a document within its file, from 0 on.
pub type DocId = u32;

/// What [`Cursor::doc`](crate::Cursor::doc) returns past the end of a list. No document has this id
/// or a greater one. tantivy uses the same value.
pub const TERMINATED: DocId = i32::MAX as u32;

/// The kind of a document. Lengths are averaged by kind, because a flash item is a tenth as long as
/// an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Kind {
    /// The article of a page.
    Article = 0,
    /// A flash item (快訊).
    Flash = 1,
}

impl Kind {
    /// Both kinds, in the order of their codes.
    pub const ALL: [Kind; 2] = [Kind::Article, Kind::Flash];

    /// The name in output and in `kind:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Article => "article",
            Kind::Flash => "flash",
        }
    }
}

/// A field of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum TextField {
    /// The title.
    Title = 0,
    /// The paragraphs of an article, the text of a flash item.
    Body = 1,
    /// Tags, those at the end of the title among them.
    Tags = 2,
}

impl TextField {
    /// All fields, in the order in which they are scored.
    pub const ALL: [TextField; 3] = [TextField::Title, TextField::Body, TextField::Tags];

    /// The name in `explain` and in field names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TextField::Title => "title",
            TextField::Body => "body",
            TextField::Tags => "tags",
        }
    }
}

/// What kind of term a posting list belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum TermKind {
    /// Two neighbouring key characters. Its list has positions.
    Bigram = 0,
    /// One key character.
    Unigram = 1,
    /// A word of the segmenter.
    Word = 2,
}

/// The key of a posting list: a term of one field, or a path.
///
/// Keys are ordered by field, then by the first character, a unigram before the bigrams that start
/// with it; words and paths follow all characters. FORMAT.md has the layout of the bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermKey(pub(crate) u64);

/// Bits of a character.
pub(crate) const CHAR_BITS: u32 = 21;
/// What keys of words and paths have in place of the field.
pub(crate) const WORDS: u64 = TextField::ALL.len() as u64;
/// The bit that is set in keys of paths.
pub(crate) const PATHS: u32 = 1 << 31;

impl TermKey {
    /// The key of a single character.
    #[must_use]
    pub fn unigram(field: TextField, c: char) -> Self {
        Self((field as u64) << (2 * CHAR_BITS) | (c as u64) << CHAR_BITS)
    }

    /// The key of two neighbouring characters.
    #[must_use]
    pub fn bigram(field: TextField, first: char, second: char) -> Self {
        Self(Self::unigram(field, first).0 | (second as u64 + 1))
    }

    /// The key of a word, by its number in its file.
    pub(crate) fn word(field: TextField, number: u32) -> Self {
        Self::of_word_or_path(number << 2 | field as u32)
    }

    /// The key of a path, by its number in its file.
    pub(crate) fn path(number: u32) -> Self {
        Self::of_word_or_path(PATHS | number << 2)
    }

    /// A key of which only the lowest 32 bits are given: those above are the same for all words and
    /// paths.
    pub(crate) fn of_word_or_path(low: u32) -> Self {
        Self(WORDS << (2 * CHAR_BITS) | u64::from(low))
    }

    /// Whether its list has positions.
    #[must_use]
    pub fn is_bigram(self) -> bool {
        self.0 >> (2 * CHAR_BITS) < WORDS && self.0 & ((1 << CHAR_BITS) - 1) != 0
    }

    /// The field of a unigram; `None` for any other key.
    pub(crate) fn unigram_field(self) -> Option<TextField> {
        let is_unigram = self.0 >> (2 * CHAR_BITS) < WORDS && !self.is_bigram();
        is_unigram.then(|| TextField::ALL[(self.0 >> (2 * CHAR_BITS)) as usize])
    }
}
