//! Folding, segmentation and offsets: what the characters of an archive mean to a search.
//!
//! Documents and queries go through the same three steps:
//!
//! 1. [`Folded`] unifies script, width, case and character variants, and keeps an exact map back to
//!    the original text.
//! 2. [`Key`] extracts the characters that quoted phrases are compared with.
//! 3. [`Segmenter`] finds the words.
//!
//! A [`Pattern`] finds a phrase together with its symbols, [`Synonyms`] has the words that mean the
//! same, and [`t2s`], [`Simplified`] and [`Traditional`] convert the script of text that is
//! displayed.
//!
//! This crate does no input or output and knows nothing of an index. [`ANALYSIS_VERSION`] and
//! [`analysis_fingerprint`] tell an index whether it was built by the same analysis.

#![forbid(unsafe_code)]

mod fold;
mod segment;
mod simplified;
mod tables;
mod traditional;
mod version;
mod word_tables;

pub use fold::annotation::is_pinyin_syllable;
pub use fold::key::{Key, is_key_char, key_of};
pub use fold::pattern::{Edges, Pattern, PatternMatch};
pub use fold::script::{Script, script_of, script_of_all};
pub use fold::symbols::{SYMBOL_TERM_PREFIX, has_symbols, is_symbol, symbol_terms};
pub use fold::t2s::t2s;
pub use fold::{Folded, fold, fold_char};
pub use segment::Segmenter;
pub use segment::numerals::number_values;
pub use segment::token::{Token, TokenKind};
pub use simplified::Simplified;
pub use tables::class::is_han;
pub use traditional::Traditional;
pub use version::{ANALYSIS_VERSION, analysis_fingerprint};
pub use word_tables::TableError;
pub use word_tables::synonyms::{Relation, Synonyms, parse_synonyms};
pub use word_tables::words::{Word, parse_words};
