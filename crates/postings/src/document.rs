//! A document as it is added to a [`PostingsBuilder`](crate::PostingsBuilder).

use crate::term::{Kind, TextField};

/// Separates words in [`FieldTerms::words`].
pub const WORD_SEPARATOR: char = '\u{1f}';

/// The terms of one text: a title, a body or a tag.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FieldTerms {
    /// The key characters of the text. Each is a unigram, and each with the next one is a bigram.
    pub key: Vec<char>,
    /// The words of the text, joined by [`WORD_SEPARATOR`]: one allocation instead of a hundred.
    pub words: String,
}

impl FieldTerms {
    /// The words in the order of the text. A word that occurs twice is returned twice.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let mut remaining = self.words.as_str();
        std::iter::from_fn(move || {
            while !remaining.is_empty() {
                // Words are short, so a plain loop finds their ends soonest.
                let end = remaining.bytes().position(|b| b == WORD_SEPARATOR as u8);
                let (word, after) = remaining.split_at(end.unwrap_or(remaining.len()));
                remaining = after.strip_prefix(WORD_SEPARATOR).unwrap_or_default();
                if !word.is_empty() {
                    return Some(word);
                }
            }
            None
        })
    }
}

/// The column values of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnValues {
    /// Orders documents with equal scores.
    pub tie_breaker: u64,
    /// The hash of the stored record.
    pub content_hash: u64,
    /// The id as a number, if it is one; less than [`u64::MAX`].
    pub id_number: Option<u64>,
    /// Civil seconds since 1970-01-01T00:00:00, if the date is known.
    pub date: Option<i64>,
}

/// The terms and column values of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTerms {
    /// Its kind.
    pub kind: Kind,
    /// Its column values.
    pub columns: ColumnValues,
    /// The title.
    pub title: FieldTerms,
    /// The body.
    pub body: FieldTerms,
    /// The tags. No bigram spans two of them.
    pub tags: Vec<FieldTerms>,
    /// The paths of the files that contain it, with `/` between names.
    pub paths: Vec<String>,
}

impl DocumentTerms {
    /// The terms of a field: of one text, or of several tags.
    #[must_use]
    pub fn field(&self, field: TextField) -> &[FieldTerms] {
        match field {
            TextField::Title => std::slice::from_ref(&self.title),
            TextField::Body => std::slice::from_ref(&self.body),
            TextField::Tags => &self.tags,
        }
    }
}
