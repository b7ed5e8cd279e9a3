//! Writing one list: the documents that have a unit, how often, and where.
//!
//! ```text
//! list  = [skip of each block] block …          the skips only if there is more than one block
//! skip  = last document u32 | end of the block u32 | most u8
//! block = documents | frequencies | places      of 128 documents; the last one of fewer
//! ```
//!
//! The documents of a full block are the gaps between them, less one, as the `bitpacking` crate
//! lays 128 numbers out for vector instructions, behind the bits of the greatest in one byte; if
//! any has the unit several times, that byte has its highest bit set and a bit for each of them
//! follows. In a shorter block a document is twice the gap to the one before it, plus one if it has
//! the unit several times. The frequencies, less two, are of those alone that have it several
//! times. Places are gaps within a document. Frequencies and four places or more are packed to the
//! bits of the greatest; the rest is in variable bytes, because most lists are short.

use bitpacking::{BitPacker as _, BitPacker4x};
use tantivy::TERMINATED;

use super::pack::{pack, variable, width_of};

/// Documents of a block.
pub(super) const BLOCK: usize = BitPacker4x::BLOCK_LEN;
/// The bit of a block's first byte that says that some of its documents have the unit several
/// times.
pub(super) const SEVERAL: u8 = 0x80;
/// Bytes of a skip.
pub(super) const SKIP: usize = 9;
/// Fewer places than this are not packed.
pub(super) const LEAST_PACKED: usize = 4;

/// The postings of one unit as the numbers that are written, not yet in blocks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// One for each document: twice the gap to the one before it, plus one if it has several.
    pub(super) numbers: Vec<u32>,
    /// Of the documents that have several: how many, less two.
    pub(super) more: Vec<u32>,
    /// Gaps between the places of each document; of a single character none at all.
    pub(super) gaps: Vec<u32>,
    /// The last document.
    last: u32,
}

impl List {
    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.more.clear();
        self.gaps.clear();
        self.last = 0;
    }

    /// Puts documents, ascending, as often each as it has the unit, into an empty list.
    ///
    /// Whether a document is the one before is as good as random: no branch depends on it.
    pub(super) fn fill(&mut self, documents: impl ExactSizeIterator<Item = u32>) {
        let count = documents.len();
        self.numbers.resize(count, 0);
        self.more.resize(count, 0);
        let (numbers, more) = (&mut self.numbers[..count], &mut self.more[..count]);
        // First the documents themselves, and how many there are up to the last of each.
        let (mut last, mut held) = (TERMINATED, 0);
        for (before, document) in (0..).zip(documents) {
            held += usize::from(document != last);
            last = document;
            numbers[held - 1] = document;
            more[held - 1] = before + 1;
        }
        let (mut of_several, mut before) = (0, 0);
        last = 0;
        for at in 0..held {
            let (document, until) = (numbers[at], more[at]);
            let several = until - before > 1;
            numbers[at] = (document - last) << 1 | u32::from(several);
            // It never overtakes what is read; of one alone it is written over.
            more[of_several] = (until - before).wrapping_sub(2);
            of_several += usize::from(several);
            (last, before) = (document, until);
        }
        self.numbers.truncate(held);
        self.more.truncate(of_several);
        self.last = last;
    }

    /// [`List::fill`] with the places, ascending in each document.
    pub(super) fn fill_placed(
        &mut self,
        places: impl ExactSizeIterator<Item = (u32, u32)> + Clone,
    ) {
        self.gaps.resize(places.len(), 0);
        let (mut last, mut before) = (TERMINATED, 0);
        for (gap, (document, place)) in self.gaps.iter_mut().zip(places.clone()) {
            *gap = place - if document == last { before } else { 0 };
            (last, before) = (document, place);
        }
        self.fill(places.map(|(document, _)| document));
    }

    /// Makes one list of two, the second of a later run, which begins at these places of the
    /// arrays, and whose first number lacks the document, `first`.
    pub(super) fn join(&mut self, at: [usize; 3], first: u32) {
        let [document, mut more, gaps] = at;
        let last =
            first + self.numbers[document + 1..].iter().map(|number| number >> 1).sum::<u32>();
        if document == 0 || self.last != first {
            self.numbers[document] |= (first - self.last) << 1;
        } else {
            // One document, which lies across two runs.
            let before =
                if self.numbers[document - 1] & 1 == 1 { self.more[more - 1] + 2 } else { 1 };
            if gaps < self.gaps.len() {
                let of_document = &self.gaps[gaps - before as usize..gaps];
                self.gaps[gaps] -= of_document.iter().sum::<u32>();
            }
            if before > 1 {
                more -= 1;
                self.more.remove(more);
            }
            if self.numbers.remove(document) & 1 == 1 {
                self.more[more] += before;
            } else {
                self.more.insert(more, before - 1);
            }
            self.numbers[document - 1] |= 1;
        }
        self.last = last;
    }

    #[cfg(test)]
    pub(super) fn as_slices(&self) -> Slices<'_> {
        Slices { numbers: &self.numbers, more: &self.more, gaps: &self.gaps }
    }
}

/// The numbers of a [`List`], wherever they lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slices<'l> {
    pub(super) numbers: &'l [u32],
    pub(super) more: &'l [u32],
    pub(super) gaps: &'l [u32],
}

impl Slices<'_> {
    /// Appends the coded list.
    pub(super) fn encode(self, out: &mut Vec<u8>) {
        let blocks = self.numbers.len().div_ceil(BLOCK);
        if blocks == 1 {
            encode_block(None, self.numbers, self.more, self.gaps, out);
            return;
        }
        let skips = out.len();
        out.resize(skips + blocks * SKIP, 0);
        let start = out.len();
        let (mut last, mut more, mut gaps) = (None, self.more, self.gaps);
        for (block, numbers) in self.numbers.chunks(BLOCK).enumerate() {
            let several = numbers.iter().map(|number| (number & 1) as usize).sum();
            let (of_block, rest) = more.split_at(several);
            more = rest;
            let mut places = 0;
            if !gaps.is_empty() {
                let over = of_block.iter().map(|more| *more as usize + 1);
                places = numbers.len() + over.sum::<usize>();
            }
            let (here, rest) = gaps.split_at(places);
            gaps = rest;
            let last = *last.insert(encode_block(last, numbers, of_block, here, out));
            let most = of_block.iter().max().map_or(1, |more| more.saturating_add(2).min(255));
            let end = (out.len() - start) as u32;
            let skip = &mut out[skips + block * SKIP..][..SKIP];
            skip[..4].copy_from_slice(&last.to_le_bytes());
            skip[4..8].copy_from_slice(&end.to_le_bytes());
            skip[8] = most as u8;
        }
    }
}

/// Appends a block, whose documents come behind `before`; returns the last of them.
fn encode_block(
    before: Option<u32>,
    numbers: &[u32],
    more: &[u32],
    gaps: &[u32],
    out: &mut Vec<u8>,
) -> u32 {
    let mut last = before.unwrap_or_default();
    if numbers.len() == BLOCK {
        let (mut documents, mut several) = ([0; BLOCK], 0_u128);
        for (at, (document, number)) in documents.iter_mut().zip(numbers).enumerate() {
            last += number >> 1;
            *document = last;
            several |= u128::from(number & 1) << at;
        }
        let packer = BitPacker4x::new();
        let width = packer.num_bits_strictly_sorted(before, &documents);
        out.push(if several == 0 { width } else { width | SEVERAL });
        let start = out.len();
        out.resize(start + BitPacker4x::compressed_block_size(width), 0);
        packer.compress_strictly_sorted(before, &documents, &mut out[start..], width);
        if several != 0 {
            out.extend(several.to_le_bytes());
        }
    } else {
        numbers.iter().for_each(|number| variable(u64::from(*number), out));
        last += numbers.iter().map(|number| number >> 1).sum::<u32>();
    }
    if !more.is_empty() {
        pack_with_width(more, out);
    }
    if gaps.len() >= LEAST_PACKED {
        pack_with_width(gaps, out);
    } else {
        gaps.iter().for_each(|gap| variable(u64::from(*gap), out));
    }
    last
}

fn pack_with_width(numbers: &[u32], out: &mut Vec<u8>) {
    // As many bits as the greatest.
    let width = width_of(numbers.iter().fold(0, |all, number| all | number));
    out.push(width);
    pack(numbers, width, out);
}
