//! Writing one list: the documents that have a unit, how often, and where.
//!
//! ```text
//! list  = [skip of each block] block …          the skips only if there is more than one block
//! skip  = last document u32 | end of the block u32 | most u8 | shortest article u8 | shortest flash item u8
//! block = documents | frequencies | places      of 128 documents; the last one of fewer
//! ```
//!
//! A document is twice the gap to the one before it, plus one if it has the unit several times; the
//! frequencies, less two, are of these alone. Places are gaps within a document. Full blocks of
//! documents, frequencies and four places or more are packed to the bits of the greatest; the rest
//! is in variable bytes, because most lists are short.

use super::lengths::length_of;
use super::pack::{pack, variable, width_of};
use crate::schema::Kind;

/// Documents of a block.
pub(super) const BLOCK: usize = 128;
/// Bytes of a skip.
pub(super) const SKIP: usize = 11;
/// Fewer places than this are not packed.
pub(super) const LEAST_PACKED: usize = 4;
/// No document of a kind in a block.
pub(super) const NONE: u8 = u8::MAX;

/// The postings of one unit, as arrays.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// Ascending.
    pub(super) documents: Vec<u32>,
    /// One for each document, at least 1.
    pub(super) frequencies: Vec<u32>,
    /// As many for each document as its frequency, ascending; of a single character none at all.
    pub(super) places: Vec<u32>,
}

impl List {
    pub(super) fn clear(&mut self) {
        self.documents.clear();
        self.frequencies.clear();
        self.places.clear();
    }

    /// Appends the coded list; `code` is the length byte of a document.
    pub(super) fn encode(&self, placed: bool, code: impl Fn(u32) -> u8, out: &mut Vec<u8>) {
        let blocks = self.documents.len().div_ceil(BLOCK);
        let skips = out.len();
        if blocks > 1 {
            out.resize(skips + blocks * SKIP, 0);
        }
        let start = out.len();
        let (mut last, mut places) = (0, &self.places[..]);
        for block in 0..blocks {
            let range = block * BLOCK..self.documents.len().min((block + 1) * BLOCK);
            let documents = &self.documents[range.clone()];
            let frequencies = &self.frequencies[range];
            let of_block = match placed {
                true => frequencies.iter().map(|n| *n as usize).sum(),
                false => 0,
            };
            let (here, rest) = places.split_at(of_block);
            places = rest;
            encode_block(last, documents, frequencies, here, out);
            last = *documents.last().unwrap_or(&0);
            if blocks > 1 {
                let shortest = |kind: Kind| {
                    let codes = documents.iter().map(|document| code(*document));
                    let of_kind = codes.filter(|code| length_of(*code).0 == kind);
                    of_kind.map(|code| code & 0x7F).min().unwrap_or(NONE)
                };
                let most = frequencies.iter().copied().max().unwrap_or(1).min(255) as u8;
                let end = (out.len() - start) as u32;
                let skip = &mut out[skips + block * SKIP..][..SKIP];
                skip[..4].copy_from_slice(&last.to_le_bytes());
                skip[4..8].copy_from_slice(&end.to_le_bytes());
                skip[8..].copy_from_slice(&[most, shortest(Kind::Article), shortest(Kind::Flash)]);
            }
        }
    }
}

fn encode_block(
    mut last: u32,
    documents: &[u32],
    frequencies: &[u32],
    places: &[u32],
    out: &mut Vec<u8>,
) {
    let mut numbers = Vec::with_capacity(BLOCK);
    for (document, frequency) in documents.iter().zip(frequencies) {
        numbers.push((document - last) << 1 | u32::from(*frequency > 1));
        last = *document;
    }
    if numbers.len() == BLOCK {
        pack_with_width(&numbers, out);
    } else {
        numbers.iter().for_each(|number| variable(u64::from(*number), out));
    }
    numbers.clear();
    numbers.extend(frequencies.iter().filter(|n| **n > 1).map(|n| n - 2));
    if !numbers.is_empty() {
        pack_with_width(&numbers, out);
    }
    if places.is_empty() {
        return;
    }
    numbers.clear();
    let mut rest = places;
    for frequency in frequencies {
        let (here, after) = rest.split_at(*frequency as usize);
        rest = after;
        let mut before = 0;
        for place in here {
            numbers.push(place - before);
            before = *place;
        }
    }
    if numbers.len() >= LEAST_PACKED {
        pack_with_width(&numbers, out);
    } else {
        numbers.iter().for_each(|number| variable(u64::from(*number), out));
    }
}

fn pack_with_width(numbers: &[u32], out: &mut Vec<u8>) {
    let width = width_of(numbers.iter().copied().max().unwrap_or(0));
    out.push(width);
    pack(numbers, width, out);
}
