//! Reading a postings file.

pub(crate) mod bitset;
mod block;
pub(crate) mod columns;
pub(crate) mod cursor;
pub(crate) mod dictionary;
pub(crate) mod difference;
pub(crate) mod rank;
pub(crate) mod reader;
pub(crate) mod table;
