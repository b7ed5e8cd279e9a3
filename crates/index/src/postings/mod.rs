//! Postings of pairs, single characters, words and paths: the exact-phrase structure, what ranks
//! beside it and where a document stands, in one file beside the engine's segment, in the order of
//! its documents.
//!
//! The engine inverts any text at some 200 ns a token, and every character of Chinese is three
//! tokens here (itself, a pair, part of a word). Sorting numbers does the same in a tenth of it,
//! and one list for both kinds of documents halves the dictionary; `docs/STRUCTURES.md` has the
//! figures.
//!
//! - [`Builder`] takes documents in order, sorts *runs* of bounded size, and merges them at the
//!   end;
//! - [`Postings`] opens the file: a dictionary of [`Unit`]s, a [`Cursor`] over each list, a length
//!   of every part of every document; [`Unpacked`] is one list in memory;
//! - `run` sorts and writes a run, `merge` reads them all, `packing` writes what is merged;
//! - `bits` ranks documents that are bits;
//! - `words` numbers words and paths and finds them again;
//! - `list` writes one list and `cursor` reads it; `pack` and `unpack` do its numbers, `lengths`
//!   the lengths.

mod bits;
mod builder;
mod cursor;
mod file;
mod lengths;
mod list;
mod merge;
mod pack;
mod packing;
mod run;
mod segments;
mod unpack;
mod unpacked;
mod words;

pub use bits::{rank, ranks};
pub(crate) use builder::Builder;
pub use cursor::Cursor;
pub use file::Postings;
pub(crate) use file::difference;
pub use lengths::{KINDS_OF_LENGTH, length_of};
pub(crate) use segments::postings_file;
pub use segments::{SegmentPostings, Totals};
pub use unpacked::Unpacked;

use crate::schema::Part;

/// What has a list: a pair of neighbouring key characters, one key character, or a word, of one
/// part; or a path.
///
/// As a number, ordered: part, first character, then nothing before any second character; then
/// words, then paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitKey(u64);

const CHAR_BITS: u32 = 21;
/// What words and paths have in the place of the part.
const WORDS: u64 = Part::ALL.len() as u64;
/// What paths have beside it.
const PATHS: u32 = 1 << 31;

impl UnitKey {
    /// The list of a single character. It has frequencies and no places.
    #[must_use]
    pub fn single(part: Part, c: char) -> Self {
        Self((part as u64) << (2 * CHAR_BITS) | (c as u64) << CHAR_BITS)
    }

    /// The list of a pair.
    #[must_use]
    pub fn pair(part: Part, first: char, second: char) -> Self {
        Self(Self::single(part, first).0 | (second as u64 + 1))
    }

    /// The list of a word, by its number in its file. It has frequencies and no places.
    fn word(part: Part, number: u32) -> Self {
        Self::of_word(number << 2 | part as u32)
    }

    /// The list of a path, by its number in its file. It has no places.
    fn path(number: u32) -> Self {
        Self::of_word(PATHS | number << 2)
    }

    /// The list of a word or path, by what it has behind the place of the part.
    fn of_word(word: u32) -> Self {
        Self(WORDS << (2 * CHAR_BITS) | u64::from(word))
    }

    fn is_pair(self) -> bool {
        self.0 >> (2 * CHAR_BITS) < WORDS && self.0 & ((1 << CHAR_BITS) - 1) != 0
    }
}

#[cfg(test)]
mod tests;
