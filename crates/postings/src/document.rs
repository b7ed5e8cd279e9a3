//! A document as it is added to a [`PostingsBuilder`](crate::PostingsBuilder).

use crate::term::{Kind, TextField};

/// Separates words in [`FieldTerms::words`].
pub const WORD_SEPARATOR: char = '\u{1f}';

/// The terms of one text: a title, a body or a tag.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FieldTerms {
    /// The key characters of the text. Each is a unigram, and each with the next one is a bigram.
    pub key: Vec<char>,
    /// The words of the text, joined by [`WORD_SEPARATOR`], so that they need one allocation
    /// together, and not one each.
    pub words: String,
}

impl FieldTerms {
    /// The words in the order of the text. A word that occurs twice is returned twice.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let mut remaining = self.words.as_str();
        std::iter::from_fn(move || {
            while !remaining.is_empty() {
                let (word, after) = remaining.split_at(first_word_end(remaining.as_bytes()));
                // Skip the separator, which is one byte.
                remaining = after.get(1..).unwrap_or_default();
                if !word.is_empty() {
                    return Some(word);
                }
            }
            None
        })
    }
}

/// Where the first word ends. Most words have fewer than eight bytes, so the first eight bytes are
/// searched at once, which takes less than a call of `memchr`.
fn first_word_end(words: &[u8]) -> usize {
    /// Eight bytes of value 1.
    const ONES: u64 = u64::MAX / 0xff;
    if let Some(eight) = words.first_chunk() {
        // A byte of `differs_from_separator` is zero where a separator is, and subtracting 1 sets
        // its highest bit. The lowest bit of `found` is that of the first separator; borrows can
        // set wrong bits only above it.
        let differs_from_separator = u64::from_le_bytes(*eight) ^ (ONES * WORD_SEPARATOR as u64);
        let separator_bits = differs_from_separator.wrapping_sub(ONES) & !differs_from_separator;
        let found = separator_bits & (ONES << 7);
        if found != 0 {
            return found.trailing_zeros() as usize / 8;
        }
    }
    words.iter().position(|b| *b == WORD_SEPARATOR as u8).unwrap_or(words.len())
}

/// The column values of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnValues {
    /// Documents with equal scores are sorted by this number.
    pub tie_breaker: u64,
    /// The hash of the stored record.
    pub content_hash: u64,
    /// The number that stands for the id, less than [`u64::MAX`]; `None` if the id is not `a` or
    /// `f` and twelve hexadecimal digits.
    pub id_number: Option<u64>,
    /// The date in seconds of civil time (the local time of the archive, without a time zone) since
    /// 1970-01-01T00:00:00; `None` if the date is unknown.
    pub date: Option<i64>,
}

/// The terms and column values of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTerms {
    /// Whether it is an article or a flash item.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_what_stands_between_separators(
            // U+001E, and the last byte of U+009F, differ from the separator in one bit.
            words in prop::collection::vec("[a字é\u{1e}\u{9f}]{0,9}", 0..6),
        ) {
            let words = words.join("\u{1f}");
            let wanted: Vec<&str> = words.split('\u{1f}').filter(|word| !word.is_empty()).collect();
            let terms = FieldTerms { words: words.clone(), ..FieldTerms::default() };
            prop_assert_eq!(terms.words().collect::<Vec<_>>(), wanted);
        }
    }
}
