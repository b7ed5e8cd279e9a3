//! Rows of dots that are one character: ellipses and leaders. `build.rs` shares this file.
//!
//! A compatibility character usually stands for the characters that it is written with: `％` for
//! `%`, `⒈` for `1.`, `½` for `1/2`, and their symbols count (see [`symbols`](super::symbols)). A
//! row of dots is the exception. NFKC makes `...` of `…`, but what a writer means is one mark of
//! punctuation, not three full stops.

/// The character that every row of dots folds to. Unlike `…`, NFKC does not change it.
pub(crate) const ELLIPSIS: char = '⋯';

/// `c`, or [`ELLIPSIS`] if `c` is a row of dots.
pub(crate) const fn without_leaders(c: char) -> char {
    match c {
        '‥' | '…' | '\u{fe19}' | '\u{fe30}' => ELLIPSIS,
        _ => c,
    }
}
