//! Helpers for reading text, used by all parsers.
//!
//! | module | what it does |
//! |---|---|
//! | `punctuation` | classes of characters: punctuation, spaces, Chinese characters |
//! | `word_table` | matches words whatever their script, width and case; reads tables of words |
//! | `folded_hash` | hashes texts regardless of script, width, case and spaces |
//! | `byte_pairs` | quickly checks all neighbouring bytes of a text |

pub(crate) mod byte_pairs;
pub(crate) mod folded_hash;
pub(crate) mod punctuation;
pub(crate) mod word_table;

/// The last character boundary at or before byte `at`.
pub(crate) fn char_boundary_before(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
