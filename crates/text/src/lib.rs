//! Folding, segmentation and offsets: what the characters of an archive mean to a search.
//!
//! Documents and queries go through the same three steps:
//!
//! 1. [`Folded`] unifies script, width, case and character variants, and keeps an exact map back to
//!    the original text.
//! 2. [`Key`] extracts the characters that quoted phrases are compared with.
//! 3. [`Segmenter`] finds the words.
//!
//! This crate does no input or output and knows nothing of an index. [`ANALYSIS_VERSION`] and
//! [`analysis_fingerprint`] tell an index whether it was built by the same analysis.

#![forbid(unsafe_code)]

mod fold;
mod segment;
mod tables;
mod traditional;

pub use fold::key::{Key, is_key_char, key_of};
pub use fold::pattern::{Edges, Pattern, PatternMatch};
pub use fold::script::{Script, script_of, script_of_all};
pub use fold::symbols::{SYMBOL_TERM, has_symbols, is_symbol, symbol_terms};
pub use fold::t2s::t2s;
pub use fold::{Folded, fold, fold_char};
pub use segment::numerals::values;
pub use segment::{Segmenter, Token, TokenKind};
pub use tables::editable::TableError;
pub use tables::synonyms::{Relation, Synonyms, parse_synonyms};
pub use tables::words::{Word, parse_words};
pub use traditional::Traditional;

/// Whether `c` is a Han character. The dictionary has words of Han characters only.
pub fn is_han(c: char) -> bool {
    tables::class::in_han_block(c)
}

/// Version of the analysis. Raise it whenever code changes the result for some text. Changes of
/// tables and dictionary need no new version: [`analysis_fingerprint`] follows them.
pub const ANALYSIS_VERSION: u32 = 4;

/// A hash over the fold, the character classes, the dictionary, the tables of words and synonyms,
/// and [`ANALYSIS_VERSION`]. An index that was built with another value holds other terms and is
/// stale. Computed at build time.
pub const fn analysis_fingerprint() -> u64 {
    let numbers = tables::DATA_FINGERPRINT
        ^ tables::words::FINGERPRINT
        ^ tables::synonyms::FINGERPRINT
        ^ ANALYSIS_VERSION as u64;
    numbers.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
