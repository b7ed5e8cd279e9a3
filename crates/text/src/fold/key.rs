//! The key of a text: its folded characters without spaces, punctuation and some symbols. A quoted
//! phrase matches a text if the key of the text contains that of the phrase.

use std::ops::Range;

use crate::fold::{Folded, fold};
use crate::tables::class_of;

/// Whether a folded character takes part in phrase matching. Letters and digits of any script do,
/// and symbols such as emoji; spaces, punctuation, combining marks, control and format characters,
/// and the symbols of mathematics and money do not.
pub fn is_key_char(c: char) -> bool {
    class_of(c).is_key()
}

/// The key characters of a folded text, with their offsets in it.
///
/// ```
/// use wensou_text::{Folded, Key, key_of};
/// let folded = Folded::new("「開源」，大 模型");
/// let key = Key::new(&folded);
/// let hit = key.find_all(&key_of("源大模")).next().unwrap();
/// assert_eq!(folded.slice(key.folded_range(hit)), "源」,大 模");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Key {
    chars: Vec<char>,
    /// For each key character, its offset in the folded text, in characters.
    folded_offsets: Vec<u32>,
}

impl Key {
    /// The key of `folded`, which may have up to 4 billion characters.
    pub fn new(folded: &Folded<'_>) -> Key {
        let mut key = Key {
            chars: Vec::with_capacity(folded.char_count()),
            folded_offsets: Vec::with_capacity(folded.char_count()),
        };
        for (at, c) in (0u32..).zip(folded.as_str().chars()) {
            if is_key_char(c) {
                key.chars.push(c);
                key.folded_offsets.push(at);
            }
        }
        key
    }

    /// The key characters, in order.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// The range of the folded text from the first to the last character of a key range. It
    /// includes the characters in between that the key leaves out.
    pub fn folded_range(&self, key: Range<usize>) -> Range<usize> {
        let offset_of = |index: usize| self.folded_offsets.get(index).map(|at| *at as usize);
        let end_of_key = self.folded_offsets.last().map_or(0, |at| *at as usize + 1);
        let start = offset_of(key.start).unwrap_or(end_of_key);
        match key.end.checked_sub(1).filter(|last| *last >= key.start) {
            Some(last) => start..offset_of(last).map_or(end_of_key, |at| at + 1),
            None => start..start,
        }
    }

    /// The range of the folded text, which has `char_count` characters, between key characters
    /// `at - 1` and `at`. It begins at the start of the text if `at` is 0, and ends at the end of
    /// the text if there is no key character `at`.
    pub(crate) fn gap(&self, at: usize, char_count: usize) -> Range<usize> {
        let start = at.checked_sub(1).and_then(|before| self.folded_offsets.get(before));
        let end = self.folded_offsets.get(at).map_or(char_count, |at| *at as usize);
        start.map_or(0, |before| *before as usize + 1)..end
    }

    /// The range of the key whose characters lie in `folded`, a range of characters of the folded
    /// text.
    pub fn range_of(&self, folded: Range<usize>) -> Range<usize> {
        // The index of the first key character at this offset or after it.
        let key_index =
            |offset: usize| self.folded_offsets.partition_point(|at| (*at as usize) < offset);
        key_index(folded.start)..key_index(folded.end)
    }

    /// All occurrences of `needle` as ranges of the key, including overlapping ones. An empty
    /// needle has none.
    pub fn find_all<'k>(&'k self, needle: &'k [char]) -> impl Iterator<Item = Range<usize>> + 'k {
        let first_and_starts = match needle.first() {
            Some(first) if needle.len() <= self.chars.len() => {
                Some((*first, &self.chars[..=self.chars.len() - needle.len()]))
            }
            _ => None,
        };
        first_and_starts.into_iter().flat_map(move |(first, starts)| {
            starts.iter().enumerate().filter_map(move |(at, c)| {
                let range = at..at + needle.len();
                (*c == first && self.chars[range.clone()] == *needle).then_some(range)
            })
        })
    }
}

/// The key of a text as characters alone, for texts whose offsets are not needed, such as a typed
/// phrase.
///
/// ```
/// assert_eq!(wensou_text::key_of("BRC-20").iter().collect::<String>(), "brc20");
/// ```
pub fn key_of(text: &str) -> Vec<char> {
    fold(text).chars().filter(|c| is_key_char(*c)).collect()
}
