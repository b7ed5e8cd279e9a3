//! Reads a postings file.
//!
//! - `reader` opens a file, whose `dictionary` finds the posting list of a term, and whose `table`s
//!   find the numbers of words and paths. (The dictionary is also written by `dictionary`.)
//! - `cursor` reads a posting list, one decoded `block` after the other; `bitset` holds a whole
//!   decoded list, and `rank` finds a document in it.
//! - `columns` reads the column values of documents.
//! - `difference` describes how two files differ.

pub(crate) mod bitset;
mod block;
pub(crate) mod columns;
pub(crate) mod cursor;
pub(crate) mod dictionary;
pub(crate) mod difference;
pub(crate) mod rank;
pub(crate) mod reader;
pub(crate) mod table;
