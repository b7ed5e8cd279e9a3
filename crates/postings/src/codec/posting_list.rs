//! Encoding of one posting list: the documents that contain a term, how often, and where.
//!
//! ```text
//! list  = [skip of each block] block …          the skips only if there is more than one block
//! skip  = last doc id u32 | end of the block u32 | greatest tf u8, or 255 if it is more
//! block = doc ids | term frequencies | positions      of 128 documents; the last may have fewer
//! ```
//!
//! The end of a block is counted in bytes from the start of the first block.
//!
//! A full block has 128 documents. Its first byte has the width in bits of its packed numbers,
//! which follow in the layout of the `bitpacking` crate: the doc-id deltas, each less one; but the
//! first doc id of the list is stored as it is. If the highest bit of the first byte is set, some
//! documents contain the term more than once, and the 128 bits after the packed numbers say which.
//! In a shorter block a document is a varint: twice the doc-id delta, plus one if tf > 1. There the
//! delta of the first doc id of the list is that doc id.
//!
//! Term frequencies, less two, are stored only for documents with tf > 1. Positions are deltas
//! within a document; the first position of a document is stored as it is. The term frequencies of
//! a block are packed: first the width of the greatest, then all of them in this width. The
//! position deltas of a block are packed in the same way if there are at least four. Fewer position
//! deltas are varints, because most lists are short.

use bitpacking::{BitPacker as _, BitPacker4x};

use super::bitpack::{pack, width_of};
use super::varint::write_varint;
use crate::term::TERMINATED;

/// The number of documents of a full block.
pub(crate) const BLOCK: usize = BitPacker4x::BLOCK_LEN;
/// The bit of a full block's first byte that says that some of its documents have tf > 1.
pub(crate) const HAS_EXTRA_TFS: u8 = 0x80;
/// Length of a skip in bytes.
pub(crate) const SKIP_LEN: usize = 9;
/// Position deltas of a block are packed if there are at least this many.
pub(crate) const MIN_PACKED: usize = 4;

/// A posting list that is not encoded yet: the numbers of all its blocks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct PostingList {
    /// For each document twice its doc-id delta, plus one if tf > 1.
    pub(crate) doc_deltas: Vec<u32>,
    /// The extra tf, which is tf - 2, of each document with tf > 1.
    pub(crate) extra_tfs: Vec<u32>,
    /// Position deltas of each document; empty if the term has no positions.
    pub(crate) position_deltas: Vec<u32>,
    /// The last doc id; 0 if the list is empty.
    last: u32,
}

impl PostingList {
    /// Removes all documents.
    pub(crate) fn clear(&mut self) {
        self.doc_deltas.clear();
        self.extra_tfs.clear();
        self.position_deltas.clear();
        self.last = 0;
    }

    /// Fills an empty list with ascending doc ids, each repeated as often as the document contains
    /// the term.
    ///
    /// Whether a doc id repeats is unpredictable, so the loops are written without branches.
    pub(crate) fn fill(&mut self, documents: impl ExactSizeIterator<Item = u32>) {
        let count = documents.len();
        self.doc_deltas.resize(count, 0);
        self.extra_tfs.resize(count, 0);
        let (numbers, counts) = (&mut self.doc_deltas[..count], &mut self.extra_tfs[..count]);
        // First collect the distinct doc ids, and for each the number of occurrences in it and in
        // the documents before it. `TERMINATED` is no doc id, so the first one counts as new.
        let (mut last, mut distinct) = (TERMINATED, 0);
        for (occurrences_before, document) in (0..).zip(documents) {
            distinct += usize::from(document != last);
            last = document;
            numbers[distinct - 1] = document;
            counts[distinct - 1] = occurrences_before + 1;
        }
        let (mut repeated, mut before) = (0, 0);
        last = 0;
        for at in 0..distinct {
            let (document, until) = (numbers[at], counts[at]);
            let has_extra_tf = until - before > 1;
            numbers[at] = (document - last) << 1 | u32::from(has_extra_tf);
            // Writing never overtakes reading. The entry of a document with tf = 1 is overwritten
            // by the next one.
            counts[repeated] = (until - before).wrapping_sub(2);
            repeated += usize::from(has_extra_tf);
            (last, before) = (document, until);
        }
        self.doc_deltas.truncate(distinct);
        self.extra_tfs.truncate(repeated);
        self.last = last;
    }

    /// Fills an empty list. `positions` has the doc id and the position of each occurrence of the
    /// term, ascending.
    pub(crate) fn fill_with_positions(
        &mut self,
        positions: impl ExactSizeIterator<Item = (u32, u32)> + Clone,
    ) {
        self.position_deltas.resize(positions.len(), 0);
        let (mut last, mut before) = (TERMINATED, 0);
        for (delta, (document, position)) in self.position_deltas.iter_mut().zip(positions.clone())
        {
            *delta = position - if document == last { before } else { 0 };
            (last, before) = (document, position);
        }
        self.fill(positions.map(|(document, _)| document));
    }

    /// Adds a document with a greater doc id than the last one. The positions of the document are
    /// ascending, or empty if the term has none.
    pub(crate) fn push(&mut self, document: u32, tf: u32, positions: &[u32]) {
        self.doc_deltas.push((document - self.last) << 1 | u32::from(tf > 1));
        self.last = document;
        if tf > 1 {
            self.extra_tfs.push(tf - 2);
        }
        let mut before = 0;
        for position in positions {
            self.position_deltas.push(position - before);
            before = *position;
        }
    }

    /// Joins to this list the list of the same term from the next run. The caller has appended the
    /// numbers of that list to the three arrays (`doc_deltas`, `extra_tfs`, `position_deltas`),
    /// where they begin at the offsets `starts`. `first` is the doc id of its first document, whose
    /// delta is 0 until it is set here, because the run does not know the document before it. That
    /// first document may also be the last one of this list, if it spans the two runs.
    pub(crate) fn join(&mut self, starts: [usize; 3], first: u32) {
        let [docs_at, mut extra_at, deltas_at] = starts;
        let later_deltas = self.doc_deltas[docs_at + 1..].iter().map(|number| number >> 1);
        let last = first + later_deltas.sum::<u32>();
        if docs_at == 0 || self.last != first {
            self.doc_deltas[docs_at] |= (first - self.last) << 1;
        } else {
            // The document is in both runs: add up its tf. Its first position in the later run was
            // a delta from 0; make it a delta from the last position of the document in this list.
            let tf_before = if self.doc_deltas[docs_at - 1] & 1 == 1 {
                self.extra_tfs[extra_at - 1] + 2
            } else {
                1
            };
            if deltas_at < self.position_deltas.len() {
                let of_document = &self.position_deltas[deltas_at - tf_before as usize..deltas_at];
                self.position_deltas[deltas_at] -= of_document.iter().sum::<u32>();
            }
            if tf_before > 1 {
                extra_at -= 1;
                self.extra_tfs.remove(extra_at);
            }
            if self.doc_deltas.remove(docs_at) & 1 == 1 {
                self.extra_tfs[extra_at] += tf_before;
            } else {
                self.extra_tfs.insert(extra_at, tf_before - 1);
            }
            self.doc_deltas[docs_at - 1] |= 1;
        }
        self.last = last;
    }

    #[cfg(test)]
    pub(crate) fn as_slices(&self) -> ListSlices<'_> {
        let Self { doc_deltas, extra_tfs, position_deltas, .. } = self;
        ListSlices { doc_deltas, extra_tfs, position_deltas }
    }
}

/// The numbers of a [`PostingList`] as slices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListSlices<'l> {
    pub(crate) doc_deltas: &'l [u32],
    pub(crate) extra_tfs: &'l [u32],
    pub(crate) position_deltas: &'l [u32],
}

impl<'l> ListSlices<'l> {
    /// Appends the encoded list.
    pub(crate) fn encode(mut self, out: &mut Vec<u8>) {
        let blocks = self.doc_deltas.len().div_ceil(BLOCK);
        if blocks == 1 {
            self.encode_block(None, out);
            return;
        }
        let skips_at = out.len();
        out.resize(skips_at + blocks * SKIP_LEN, 0);
        let blocks_at = out.len();
        let mut last = None;
        for block in 0..blocks {
            let of_block = self.split_block();
            let last = *last.insert(of_block.encode_block(last, out));
            let extra = of_block.extra_tfs.iter().max();
            // 255 stands for every tf from 255 on.
            let max_tf = extra.map_or(1, |extra| extra.saturating_add(2).min(255));
            let end = (out.len() - blocks_at) as u32;
            let skip = &mut out[skips_at + block * SKIP_LEN..][..SKIP_LEN];
            skip[..4].copy_from_slice(&last.to_le_bytes());
            skip[4..8].copy_from_slice(&end.to_le_bytes());
            skip[8] = max_tf as u8;
        }
    }

    /// Splits the first block off, and returns it.
    fn split_block(&mut self) -> ListSlices<'l> {
        let (doc_deltas, remaining) = self.doc_deltas.split_at(self.doc_deltas.len().min(BLOCK));
        self.doc_deltas = remaining;
        let extra_tf_count = doc_deltas.iter().map(|number| (number & 1) as usize).sum();
        let (extra_tfs, remaining) = self.extra_tfs.split_at(extra_tf_count);
        self.extra_tfs = remaining;
        let mut positions = 0;
        if !self.position_deltas.is_empty() {
            let repeated = extra_tfs.iter().map(|extra| *extra as usize + 1);
            positions = doc_deltas.len() + repeated.sum::<usize>();
        }
        let (position_deltas, remaining) = self.position_deltas.split_at(positions);
        self.position_deltas = remaining;
        ListSlices { doc_deltas, extra_tfs, position_deltas }
    }

    /// Appends one encoded block and returns its last doc id. `previous` is the last doc id of the
    /// block before it; `None` for the first block.
    fn encode_block(&self, previous: Option<u32>, out: &mut Vec<u8>) -> u32 {
        let mut last = previous.unwrap_or_default();
        if self.doc_deltas.len() == BLOCK {
            let (mut documents, mut has_extra_tf) = ([0; BLOCK], 0_u128);
            for (at, (document, number)) in documents.iter_mut().zip(self.doc_deltas).enumerate() {
                last += number >> 1;
                *document = last;
                has_extra_tf |= u128::from(number & 1) << at;
            }
            let packer = BitPacker4x::new();
            let width = packer.num_bits_strictly_sorted(previous, &documents);
            out.push(if has_extra_tf == 0 { width } else { width | HAS_EXTRA_TFS });
            let start = out.len();
            out.resize(start + BitPacker4x::compressed_block_size(width), 0);
            packer.compress_strictly_sorted(previous, &documents, &mut out[start..], width);
            if has_extra_tf != 0 {
                out.extend(has_extra_tf.to_le_bytes());
            }
        } else {
            self.doc_deltas.iter().for_each(|number| write_varint(u64::from(*number), out));
            last += self.doc_deltas.iter().map(|number| number >> 1).sum::<u32>();
        }
        if !self.extra_tfs.is_empty() {
            pack_with_width(self.extra_tfs, out);
        }
        if self.position_deltas.len() >= MIN_PACKED {
            pack_with_width(self.position_deltas, out);
        } else {
            self.position_deltas.iter().for_each(|delta| write_varint(u64::from(*delta), out));
        }
        last
    }
}

/// Appends the width of the greatest number, then all numbers packed to this width.
fn pack_with_width(numbers: &[u32], out: &mut Vec<u8>) {
    // All numbers combined by OR have the width of the greatest.
    let width = width_of(numbers.iter().fold(0, |all, number| all | number));
    out.push(width);
    pack(numbers, width, out);
}
