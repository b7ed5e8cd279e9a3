//! Posting lists of Chinese text in a file: bigrams with positions for exact phrases, unigrams and
//! words with term frequencies for ranking, paths, and a few column values for each document.
//!
//! General-purpose engines invert Chinese text at about 200 ns a token, and every character is
//! three tokens here: a unigram, a part of a bigram, a part of a word. This crate sorts small
//! numbers instead, which takes a tenth of the time (`docs/STRUCTURES.md` has the measurements). It
//! knows neither the pages that documents come from nor tantivy, which stores their records.
//! `docs/FORMAT.md` specifies every byte of a file, with test vectors.
//!
//! # Writing
//!
//! [`PostingsBuilder`] takes the [terms of documents](DocumentTerms) and writes a file. Its memory
//! grows with the number of documents and with the distinct words and paths, but not with the
//! posting lists: sorted runs of these are written to temporary files, and merged at the end.
//! [`merge_segments`] merges finished files and leaves deleted documents out.
//!
//! # Reading
//!
//! [`Postings`] opens a file. A term has a [`TermKey`]. Its posting list is read with a [`Cursor`],
//! or decoded as a whole into a [`BitsetPostings`]. Opening reads a thousandth of the file.
//! Looking up a term takes about half a microsecond: a binary search in the index of the
//! dictionary, then a scan of at most 32 entries.
//!
//! # Damage
//!
//! Every page of 4 KiB has a checksum, which is [verified](PageBytes) when the page is first read.
//! A posting list with a damaged page ends early, and [`Postings::damage`] then returns the page.
//! No input makes a reader panic or loop for ever.
//!
//! # Example
//!
//! ```
//! use ownedbytes::OwnedBytes;
//! use wensou_postings::{
//!     ColumnValues, DocumentTerms, FieldTerms, Kind, Postings, PostingsBuilder, TermKey,
//!     TextField,
//! };
//!
//! let mut builder = PostingsBuilder::new(std::env::temp_dir());
//! for title in ["比特币", "以太坊", "比特币比特币"] {
//!     builder.add(&DocumentTerms {
//!         kind: Kind::Article,
//!         columns: ColumnValues::default(),
//!         // `words` may have several words with separators; here the title is one word.
//!         title: FieldTerms { key: title.chars().collect(), words: title.to_owned() },
//!         body: FieldTerms::default(),
//!         tags: Vec::new(),
//!         paths: Vec::new(),
//!     })?;
//! }
//! let file = builder.finish(Vec::new())?;
//!
//! let postings = Postings::open(OwnedBytes::new(file)).unwrap();
//! let mut cursor = postings.cursor(TermKey::bigram(TextField::Title, '比', '特')).unwrap();
//! assert_eq!((cursor.doc(), cursor.advance(), cursor.doc_freq()), (0, 2, 2));
//! assert_eq!(postings.damage(), None);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Bibliography
//!
//! - D. Lemire, L. Boytsov: *Decoding billions of integers per second through vectorization*
//!   (2015). Doc ids have the layout of the `bitpacking` crate, which follows it.
//! - S. Ding, T. Suel: *Faster top-k document retrieval using block-max indexes* (2011), for the
//!   upper bounds of tf in skip entries.
//! - J. Zobel, A. Moffat: *Inverted files for text search engines* (2006).

mod codec;
mod document;
mod footer;
#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod format_vectors;
mod pages;
mod read;
mod term;
#[cfg(test)]
mod tests;
mod write;

pub use codec::length::{LENGTH_CODES, decode_length, encode_length};
pub use document::{ColumnValues, DocumentTerms, FieldTerms, WORD_SEPARATOR};
pub use footer::FORMAT_VERSION;
pub use ownedbytes::OwnedBytes;
pub use pages::{PAGE_LEN, PAGE_SUM_LEN, PageBytes, PageHasher};
pub use read::bitset::BitsetPostings;
pub use read::columns::Columns;
pub use read::cursor::Cursor;
pub use read::difference::describe_difference;
pub use read::rank::{rank, ranks};
pub use read::reader::Postings;
pub use term::{DocId, Kind, TERMINATED, TermKey, TermKind, TextField};
pub use write::builder::PostingsBuilder;
pub use write::merge_segments::{MergeSource, merge_segments};
