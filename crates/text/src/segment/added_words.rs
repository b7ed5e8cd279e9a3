//! The words that are added to those of the embedded trie: the words of the project and of the
//! user.

use std::collections::HashMap;

use crate::tables::{CHAR_IDS, char_id};

/// A word that is added to the dictionary.
#[derive(Debug, Clone)]
pub(super) struct AddedWord {
    pub(super) chars: Box<[char]>,
    pub(super) freq: u64,
    pub(super) log_freq: f64,
}

/// All words that are added to the dictionary.
#[derive(Debug, Clone, Default)]
pub(super) struct AddedWords {
    /// By first character, ascending by length.
    by_first_char: HashMap<char, Vec<AddedWord>>,
    /// For the id of each first character, a set of second characters (see [`second_char_bit`]).
    /// These sets save nearly all look-ups in `by_first_char`. Characters without an id share entry
    /// 0.
    second_chars: Vec<u64>,
}

/// The bit of a second character in a set of [`AddedWords::second_chars`].
#[inline(always)]
fn second_char_bit(id: u16) -> u64 {
    1 << (id & 63)
}

impl AddedWords {
    /// The added words with the first character of `chars`; `None` if there are none, or if the
    /// second character of `chars` excludes them all. `first` and `second` are the ids of these two
    /// characters.
    #[inline(always)]
    pub(super) fn words_at(&self, first: u16, second: u16, chars: &[char]) -> Option<&[AddedWord]> {
        let second_chars = *self.second_chars.get(usize::from(first))?;
        if second_chars & second_char_bit(second) == 0 {
            return None;
        }
        self.starting_with(chars)
    }

    /// The added words with the same first character as `chars`.
    #[cold]
    pub(super) fn starting_with(&self, chars: &[char]) -> Option<&[AddedWord]> {
        self.by_first_char.get(chars.first()?).map(Vec::as_slice)
    }

    /// Adds a word, in place of an equal one.
    pub(super) fn add(&mut self, added: AddedWord) {
        let Some(first) = added.chars.first() else { return };
        if self.second_chars.is_empty() {
            self.second_chars = vec![0; CHAR_IDS];
        }
        if let Some(second_chars) = self.second_chars.get_mut(usize::from(char_id(*first))) {
            // After a word of one character, any character may follow.
            *second_chars |=
                added.chars.get(1).map_or(u64::MAX, |second| second_char_bit(char_id(*second)));
        }
        let words = self.by_first_char.entry(*first).or_default();
        match words.iter().position(|old| old.chars == added.chars) {
            Some(at) => words[at] = added,
            None => {
                let at = words.partition_point(|old| old.chars.len() <= added.chars.len());
                words.insert(at, added);
            }
        }
    }
}
