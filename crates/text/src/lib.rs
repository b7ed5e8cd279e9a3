//! Folding, segmentation and offsets: what a character of an archive means to a search.
//!
//! Documents and queries go through the same three steps:
//!
//! 1. [`Folded`]: script, width, case and variants are made one, with an exact map back to the original text;
//! 2. [`Key`]: the characters that a quoted phrase is compared with;
//! 3. [`Segmenter`]: the words.
//!
//! No input or output happens here, and nothing of the index is known. [`ANALYSIS_VERSION`] and
//! [`analysis_fingerprint`] tell an index whether it was built by the same analysis.

#![forbid(unsafe_code)]

mod fold;
mod segment;
mod tables;

pub use fold::key::{Key, is_key_char, key_of};
pub use fold::script::{Script, script_of, script_of_all};
pub use fold::t2s::t2s;
pub use fold::{Folded, fold, fold_char};
pub use segment::numbers::values;
pub use segment::{Segmenter, Token, TokenKind};
pub use tables::editable::TableError;
pub use tables::synonyms::{Relation, Synonyms, parse_synonyms};
pub use tables::words::{Word, parse_words};

/// Whether `c` is a Han character: what the dictionary and the phrases of the fold are about.
pub fn is_han(c: char) -> bool {
    tables::class::in_han_block(c)
}

/// Version of the analysis, raised whenever code changes what it makes of a text. Tables and dictionary need no such care:
/// [`analysis_fingerprint`] follows them.
pub const ANALYSIS_VERSION: u32 = 2;

/// One number over the fold, the character classes, the dictionary, the tables of words and synonyms and
/// [`ANALYSIS_VERSION`]: an index built under another number holds other terms and is stale. Computed at build time.
pub const fn analysis_fingerprint() -> u64 {
    let numbers = tables::DATA_FINGERPRINT
        ^ tables::words::FINGERPRINT
        ^ tables::synonyms::FINGERPRINT
        ^ ANALYSIS_VERSION as u64;
    numbers.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
