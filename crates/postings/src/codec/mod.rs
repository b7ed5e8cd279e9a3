//! How numbers, lengths and posting lists are encoded. FORMAT.md specifies each encoding.

pub(crate) mod bitpack;
pub(crate) mod length;
pub(crate) mod posting_list;
pub(crate) mod varint;
