//! What is indexed of a document: its terms, paths and column values.

use crate::term::Kind;

/// Separates words in [`FieldTerms::words`].
pub const WORD_SEPARATOR: char = '\u{1f}';

/// The terms of one text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FieldTerms {
    /// Key characters, which unigrams and bigrams are made of.
    pub key: Vec<char>,
    /// Words, joined by [`WORD_SEPARATOR`]: one allocation instead of a hundred.
    pub words: String,
}

impl FieldTerms {
    /// The words of the text, in its order, repeated ones as often as they occur.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.split(WORD_SEPARATOR).filter(|word| !word.is_empty())
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

/// A document, analysed.
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
    /// Each tag. No bigram spans two of them.
    pub tags: Vec<FieldTerms>,
    /// The paths of the pages that contain it.
    pub paths: Vec<String>,
}
