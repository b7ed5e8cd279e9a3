//! Posting lists of Chinese text, in a file: exact phrases, term frequencies for ranking, words,
//! paths, and a few column values for each document.
//!
//! General-purpose engines invert Chinese text at some 200 ns a token, and every character is three
//! tokens here: itself, a bigram, a part of a word. Sorting small numbers does the same in a tenth
//! of the time (`docs/STRUCTURES.md` has the measurements). This crate knows neither pages nor the
//! engine that stores them; `docs/FORMAT.md` specifies every byte that it writes.
//!
//! # Writing
//!
//! [`PostingsBuilder`] takes the [terms of documents](DocumentTerms) and writes a file. Memory does
//! not grow with the text: sorted runs go to disk and are merged at the end. [`merge_segments`]
//! joins finished files, and leaves deleted documents out.
//!
//! # Reading
//!
//! [`Postings`] opens a file. A term has a [`TermKey`]; its list is read with a [`Cursor`], or
//! decoded as a whole into a [`BitsetPostings`]. Opening reads a two-thousandth of the file.
//! Looking up a term is a binary search in the index of the dictionary and a scan of at most 32
//! entries: about half a microsecond.
//!
//! # Damage
//!
//! Every page of 8 KiB has a checksum that is [verified](PageBytes) when the page is first read. A
//! list whose pages are damaged ends early, and [`Postings::damage`] then says so; no input makes a
//! reader panic or loop.
//!
//! See [`PostingsBuilder`] for an example.
//!
//! # Bibliography
//!
//! - D. Lemire, L. Boytsov: *Decoding billions of integers per second through vectorization*
//!   (2015); the layout of doc ids is the one of the `bitpacking` crate.
//! - S. Ding, T. Suel: *Faster top-k document retrieval using block-max indexes* (2011), for the
//!   upper bounds in skips.
//! - J. Zobel, A. Moffat: *Inverted files for text search engines* (2006).

mod codec;
mod document;
mod footer;
#[cfg(test)]
mod format_tests;
mod pages;
mod read;
mod term;
#[cfg(test)]
mod tests;
mod write;

pub use codec::length::{LENGTH_CODES, decode_length, encode_length};
pub use document::{ColumnValues, DocumentTerms, FieldTerms, WORD_SEPARATOR};
pub use footer::FORMAT_VERSION;
pub use pages::{PAGE, PAGE_SUM, PageBytes, PageHasher};
pub use read::bitset::BitsetPostings;
pub use read::columns::{Columns, LengthCodes};
pub use read::cursor::Cursor;
pub use read::difference::difference;
pub use read::rank::{rank, ranks};
pub use read::reader::Postings;
pub use term::{DocId, Kind, TERMINATED, TermKey, TermKind, TextField};
pub use write::builder::PostingsBuilder;
pub use write::merge_segments::{MergeSource, merge_segments};
