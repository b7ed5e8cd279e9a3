//! Terms, and the keys of their posting lists.

use serde::{Deserialize, Serialize};

/// The number of a document in its file, from 0.
pub type DocId = u32;

/// The value of [`Cursor::doc`](crate::Cursor::doc) at the end of a list. Every doc id is less than
/// this. tantivy's `TERMINATED` has the same value.
pub const TERMINATED: DocId = i32::MAX as u32;

/// The kind of a document. Each kind has its own average lengths, because an article is many times
/// as long as a flash item.
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

    /// The name that output and the filter `kind:` use.
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
    /// The paragraphs of an article, or the text of a flash item.
    Body = 1,
    /// The tags, including those at the end of the title.
    Tags = 2,
}

impl TextField {
    /// All fields, in the order of their codes.
    pub const ALL: [TextField; 3] = [TextField::Title, TextField::Body, TextField::Tags];

    /// The name in output and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TextField::Title => "title",
            TextField::Body => "body",
            TextField::Tags => "tags",
        }
    }
}

/// The kind of a term of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum TermKind {
    /// Two adjacent key characters. Its posting list has positions.
    Bigram = 0,
    /// One key character.
    Unigram = 1,
    /// A word of the segmenter.
    Word = 2,
}

/// The key of a posting list: it identifies a term of one field, or a path, in one file.
///
/// Keys of unigrams and bigrams are the same in every file. Words and paths are numbered in each
/// file, so their keys come from [`Postings::term_key`](crate::Postings::term_key) and
/// [`Postings::for_each_word`](crate::Postings::for_each_word).
///
/// Keys are ordered by field, then by the first character; a unigram precedes the bigrams that
/// start with it. Words and paths follow all characters. FORMAT.md has the layout of the bits.
///
/// ```
/// use wensou_postings::{TermKey, TextField};
///
/// let unigram = TermKey::unigram(TextField::Title, '比');
/// let bigram = TermKey::bigram(TextField::Title, '比', '特');
/// assert!(unigram < bigram && bigram.is_bigram());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermKey(pub(crate) u64);

/// The number of bits that a character takes in a key: code points have at most 21 bits.
pub(crate) const CHAR_BITS: u32 = 21;
/// The value that keys of words and paths have in the bits where other keys have their field. It is
/// greater than any field, so that these keys follow all others.
pub(crate) const WORDS_AND_PATHS: u64 = TextField::ALL.len() as u64;
/// The bit that is set in keys of paths.
pub(crate) const PATH_BIT: u32 = 1 << 31;

impl TermKey {
    /// The key of one character.
    #[must_use]
    pub fn unigram(field: TextField, c: char) -> Self {
        Self((field as u64) << (2 * CHAR_BITS) | (c as u64) << CHAR_BITS)
    }

    /// The key of two adjacent characters.
    #[must_use]
    pub fn bigram(field: TextField, first: char, second: char) -> Self {
        // The key of a unigram has 0 in the bits of the second character.
        Self(Self::unigram(field, first).0 | (second as u64 + 1))
    }

    /// The key of the word with this number in its file. The lowest two bits of the key have the
    /// field.
    pub(crate) fn word(field: TextField, number: u32) -> Self {
        Self::of_word_or_path(number << 2 | field as u32)
    }

    /// The key of the path with this number in its file.
    pub(crate) fn path(number: u32) -> Self {
        Self::of_word_or_path(PATH_BIT | number << 2)
    }

    /// The key of a word or path with these lowest 32 bits. The higher bits are the same in all
    /// keys of words and paths.
    pub(crate) fn of_word_or_path(low: u32) -> Self {
        Self(WORDS_AND_PATHS << (2 * CHAR_BITS) | u64::from(low))
    }

    /// Whether this is the key of a bigram. Only the posting lists of bigrams have positions.
    #[must_use]
    pub fn is_bigram(self) -> bool {
        self.0 >> (2 * CHAR_BITS) < WORDS_AND_PATHS && self.0 & ((1 << CHAR_BITS) - 1) != 0
    }

    /// The field of a unigram; `None` for any other key.
    pub(crate) fn unigram_field(self) -> Option<TextField> {
        let is_unigram = self.0 >> (2 * CHAR_BITS) < WORDS_AND_PATHS && !self.is_bigram();
        is_unigram.then(|| TextField::ALL[(self.0 >> (2 * CHAR_BITS)) as usize])
    }
}
