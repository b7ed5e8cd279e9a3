//! The tables that `build.rs` composes, and the tables of words and synonyms, whose files in
//! `data/tables` are embedded unchanged (`embedded`). All are constant data, so that a new process
//! only pays for the pages of memory that it touches.

pub(crate) mod class;
pub(crate) mod embedded;
pub(crate) mod ignorable;

use self::class::{Class, is_han};
use self::ignorable::is_ignorable;

#[allow(clippy::approx_constant, reason = "ln 2 and ln 10: of the frequencies 2 and 10")]
mod data {
    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}
pub(crate) use data::*;

/// A special entry of `FOLD`: the character folds to several characters. Entries that are not
/// special are distances from a character to the one that it folds to.
pub(crate) const EXPAND: i32 = i32::MAX;
/// A special entry of `FOLD`: the character combines with the one before it, or vanishes.
pub(crate) const JOIN: i32 = i32::MIN;

/// Looks `c` up in a two-level table with pages of 64 code points: `pages` has the number of the
/// page of every 64 code points, and `values` has the values of each distinct page. `None` beyond
/// the characters that the table covers.
#[inline(always)]
fn paged<T: Copy>(pages: &[u16], values: &[T], c: char) -> Option<T> {
    let page = *pages.get(c as usize >> 6)?;
    values.get(usize::from(page) << 6 | (c as usize & 63)).copied()
}

/// The entry of `c` in the fold table: a distance, `EXPAND` or `JOIN`.
#[inline(always)]
pub(crate) fn fold_entry(c: char) -> i32 {
    match paged(&FOLD_PAGES, &FOLD, c) {
        Some(entry) => entry,
        // Beyond the Han characters of plane 3, only the tags and variation selectors of plane 14
        // change.
        None if is_ignorable(c) => JOIN,
        None => 0,
    }
}

/// [`fold_entry`] of a character of the basic multilingual plane, given its code point.
#[inline(always)]
pub(crate) fn fold_entry_of_code(code: u32) -> i32 {
    let page = FOLD_PAGES.get(code as usize >> 6).map_or(0, |page| usize::from(*page));
    FOLD.get(page << 6 | (code as usize & 63)).copied().unwrap_or_default()
}

/// The character at `distance` from `c`. `distance` must not be a special entry.
#[inline(always)]
pub(crate) fn at_distance(c: char, distance: i32) -> char {
    // The table has valid distances only; with an invalid one the character would stay as it is.
    char::from_u32((c as u32).wrapping_add_signed(distance)).unwrap_or(c)
}

/// The id of `c` in the dictionary's trie; 0 if no word has the character.
#[inline(always)]
pub(crate) fn char_id(c: char) -> u16 {
    paged(&CHAR_ID_PAGES, &CHAR_ID, c).unwrap_or(0)
}

/// What t2s turns `c` into outside of phrases.
#[inline]
pub(crate) fn t2s_char(c: char) -> char {
    at_distance(c, paged(&T2S_PAGES, &T2S, c).unwrap_or(0))
}

/// The value of [`script_bits`] for characters that only Traditional text uses.
pub(crate) const ONLY_TRADITIONAL: u8 = 1;
/// The value of [`script_bits`] for characters that only Simplified text uses.
pub(crate) const ONLY_SIMPLIFIED: u8 = 2;

/// [`ONLY_TRADITIONAL`] or [`ONLY_SIMPLIFIED`]; any other value decides nothing.
#[inline]
pub(crate) fn script_bits(c: char) -> u8 {
    paged(&SCRIPT_PAGES, &SCRIPT, c).unwrap_or(0)
}

/// [`script_bits`] of a character of the basic multilingual plane, given its code point.
#[inline(always)]
pub(crate) fn script_bits_of_code(code: u32) -> u8 {
    let page = SCRIPT_PAGES.get(code as usize >> 6).map_or(0, |page| usize::from(*page));
    SCRIPT.get(page << 6 | (code as usize & 63)).copied().unwrap_or_default()
}

/// All classes, by the numbers that the table has for them.
const CLASSES: [Class; 13] = [
    Class::Separator,
    Class::Mark,
    Class::Han,
    Class::Digit,
    Class::Latin,
    Class::Greek,
    Class::Cyrillic,
    Class::Hiragana,
    Class::Katakana,
    Class::LongVowel,
    Class::Hangul,
    Class::Letter,
    Class::Symbol,
];

/// The class of a folded character.
#[inline(always)]
pub(crate) fn class_of(c: char) -> Class {
    if matches!(c, '\u{4E00}'..='\u{9FFF}') {
        return Class::Han;
    }
    match paged(&CLASS_PAGES, &CLASS, c) {
        Some(class) => CLASSES.get(usize::from(class)).copied().unwrap_or(Class::Separator),
        None if is_han(c) => Class::Han,
        // The planes of private use.
        None if c >= '\u{F0000}' => Class::Symbol,
        None => Class::Separator,
    }
}
