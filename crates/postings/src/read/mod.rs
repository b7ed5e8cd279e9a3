//! Reads a postings file.
//!
//! - `reader` opens a file.
//! - `dictionary` finds the posting list of a term. This module also writes the dictionary.
//! - `table` finds the numbers of words and paths.
//! - `cursor` reads a posting list, one decoded `block` after the other; `bitset` holds a whole
//!   decoded list, in which `rank` finds the tf of a document.
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
