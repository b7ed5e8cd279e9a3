//! One decoded block of a posting list.

use bitpacking::{BitPacker as _, BitPacker4x};

use crate::codec::bitpack::{packed_len, read_at, unpack};
use crate::codec::posting_list::{BLOCK, HAS_EXTRA_TFS, MIN_PACKED};
use crate::codec::varint::read_varint;
use crate::pages::PageSlice;
use crate::term::{DocId, TERMINATED};

/// The greatest width in bits at which the doc-id deltas of a block need no check for overflow. A
/// packed number is a delta minus 1, so one of 24 bits stands for a delta of at most 2²⁴; 128 of
/// these add up to at most 2³¹, and with the doc id before them, which is less than 2³¹, to less
/// than 2³².
const MAX_UNCHECKED_WIDTH: u8 = 24;

/// A block of a posting list. Its doc ids are decoded at once, its term frequencies and positions
/// when they are first asked for.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Doc ids, of which only the first `len` are valid.
    pub(super) docs: [DocId; BLOCK],
    pub(super) len: usize,
    /// A bit for each document, which is set if its tf is greater than 1.
    pub(super) has_extra_tf: u128,
    /// Where the term frequencies start in the list.
    tfs_at: usize,
    /// Where the block ends in the list.
    end: usize,
    tfs: TermFreqs,
    /// The position deltas, once they have been found.
    deltas: Option<Deltas>,
}

/// The term frequencies of the documents of a block that have tf > 1.
#[derive(Debug, Clone)]
struct TermFreqs {
    /// Whether they have been decoded for the current block.
    decoded: bool,
    /// tf - 2 of each of these documents; only the first `count` numbers are valid.
    extra: [u32; BLOCK],
    count: usize,
    /// Where the term frequencies end in the list, and the position deltas start.
    end: usize,
}

/// The position deltas of a block.
#[derive(Debug, Clone, Copy)]
enum Deltas {
    /// The offset of the packed deltas, and their width in bits.
    Packed(usize, u8),
    /// Deltas that are so few that they are stored as varints.
    Few([u32; MIN_PACKED]),
    /// They cannot be decoded.
    Damaged,
}

impl Block {
    /// A block without documents.
    pub(super) fn empty() -> Self {
        Self {
            docs: [0; BLOCK],
            len: 0,
            has_extra_tf: 0,
            tfs_at: 0,
            end: 0,
            tfs: TermFreqs { decoded: false, extra: [0; BLOCK], count: 0, end: 0 },
            deltas: None,
        }
    }

    /// Removes all documents.
    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.tfs.decoded = false;
        self.deltas = None;
    }

    /// Replaces the block by another one: `count` documents, encoded in the bytes from `start` to
    /// `end` of `list`. `last` is the last doc id of the block before that one; `None` for the
    /// first block. Returns `None` if the block cannot be decoded.
    pub(super) fn decode(
        &mut self,
        list: &PageSlice,
        (start, end): (usize, usize),
        count: usize,
        last: Option<DocId>,
    ) -> Option<()> {
        self.clear();
        if start > end {
            return None;
        }
        let bytes = list.get(start..end)?;
        let (has_extra_tf, remaining) = match count {
            BLOCK => decode_full(bytes, last, &mut self.docs)?,
            _ => decode_short(bytes, last.unwrap_or_default(), &mut self.docs[..count])?,
        };
        self.has_extra_tf = has_extra_tf;
        self.tfs_at = end - remaining;
        self.end = end;
        self.len = count;
        Some(())
    }

    /// How often the document with the index `at` in the block contains the term.
    pub(super) fn term_freq(&mut self, at: usize, list: &PageSlice) -> u32 {
        if at >= self.len || self.has_extra_tf >> at & 1 == 0 {
            return 1;
        }
        let rank = self.extra_tfs_before(at);
        self.extra_tfs(list).get(rank).map_or(1, |extra| extra.saturating_add(2))
    }

    /// tf - 2 of each document with tf > 1.
    #[inline]
    pub(super) fn extra_tfs(&mut self, list: &PageSlice) -> &[u32] {
        if !self.tfs.decoded {
            self.decode_tfs(list);
        }
        &self.tfs.extra[..self.tfs.count]
    }

    /// Calls `push` with each position of the document with the index `at` in the block. Positions
    /// ascend.
    pub(super) fn for_each_position(
        &mut self,
        at: usize,
        list: &PageSlice,
        mut push: impl FnMut(u32),
    ) {
        let tf = self.term_freq(at, list) as usize;
        let before = self.extra_tfs_before(at);
        // Each document before this one has as many positions as its tf: one, and tf - 1 more if
        // its tf is greater than 1.
        let further_positions =
            self.extra_tfs(list)[..before].iter().map(|extra| *extra as usize + 1);
        let start = further_positions.fold(at, usize::saturating_add);
        let deltas = match self.deltas {
            Some(deltas) => deltas,
            None => *self.deltas.insert(self.find_deltas(list).unwrap_or(Deltas::Damaged)),
        };
        let mut position = 0_u32;
        let mut add = |delta: u32| {
            position = position.saturating_add(delta);
            push(position);
        };
        match deltas {
            Deltas::Packed(at, width) => {
                let packed = list.get_verified(at..self.end).unwrap_or_default();
                let bit = |number: usize| number * usize::from(width);
                (start..start + tf).for_each(|number| add(read_at(packed, bit(number), width)));
            }
            Deltas::Few(few) => few.iter().skip(start).take(tf).for_each(|delta| add(*delta)),
            Deltas::Damaged => list.report_damage(self.tfs_at),
        }
    }

    /// The number of documents with tf > 1 among the first `count` documents.
    fn extra_tfs_before(&self, count: usize) -> usize {
        let before = 1_u128.checked_shl(count as u32).map_or(u128::MAX, |bit| bit - 1);
        (self.has_extra_tf & before).count_ones() as usize
    }

    fn decode_tfs(&mut self, list: &PageSlice) {
        let count = self.extra_tfs_before(self.len);
        let mut end = self.tfs_at;
        if count > 0 {
            let extra = &mut self.tfs.extra[..count];
            // The pages of the block were verified when its doc ids were decoded.
            let bytes = list.get_verified(end..self.end);
            let tfs_len = bytes.and_then(<[u8]>::split_first).and_then(|(width, packed)| {
                unpack(packed, *width, extra).map(|()| 1 + packed_len(count, *width))
            });
            match tfs_len {
                Some(length) => end += length,
                None => {
                    extra.fill(0);
                    list.report_damage(end);
                }
            }
        }
        self.tfs.decoded = true;
        self.tfs.count = count;
        self.tfs.end = end;
    }

    /// Finds the position deltas, after the term frequencies have been decoded.
    fn find_deltas(&self, list: &PageSlice) -> Option<Deltas> {
        let TermFreqs { extra, count, end, .. } = &self.tfs;
        // One delta for each document, and tf - 1 further ones if its tf is greater than 1.
        let further_deltas = extra[..*count].iter().map(|extra| *extra as usize + 1);
        let delta_count = further_deltas.fold(self.len, usize::saturating_add);
        let mut bytes = list.get_verified(*end..self.end)?;
        if delta_count >= MIN_PACKED {
            let (width, packed) = bytes.split_first()?;
            let bits = delta_count.checked_mul(usize::from(*width))?;
            // A damaged tf can ask for more positions than there are bytes for. Deltas of width 0
            // take no bytes, so their number is limited here: each of them is 0, a document has the
            // position 0 only once, and a block has at most `BLOCK` documents.
            let fits = bits.div_ceil(8) <= packed.len() && (*width > 0 || delta_count <= BLOCK);
            return (*width <= 32 && fits).then_some(Deltas::Packed(end + 1, *width));
        }
        let mut few = [0; MIN_PACKED];
        for delta in &mut few[..delta_count] {
            *delta = read_varint(&mut bytes)? as u32;
        }
        Some(Deltas::Few(few))
    }
}

/// Decodes a full block of doc ids that follow `last`. Returns a bit for each document, which is
/// set if its tf is greater than 1, and the number of bytes after the doc ids.
fn decode_full(
    bytes: &[u8],
    last: Option<DocId>,
    docs: &mut [DocId; BLOCK],
) -> Option<(u128, usize)> {
    let (first, mut remaining) = bytes.split_first()?;
    let width = first & !HAS_EXTRA_TFS;
    if width > 32 {
        return None;
    }
    let packed = remaining.split_off(..BitPacker4x::compressed_block_size(width))?;
    BitPacker4x::new().decompress_strictly_sorted(last, packed, docs, width);
    let mut has_extra_tf = 0;
    if first & HAS_EXTRA_TFS != 0 {
        has_extra_tf = u128::from_le_bytes(remaining.split_off(..16)?.try_into().ok()?);
    }
    // Wider deltas can overflow, so that doc ids repeat or descend.
    let ascending = width <= MAX_UNCHECKED_WIDTH || docs.is_sorted_by(|a, b| a < b);
    (ascending && docs[BLOCK - 1] < TERMINATED).then_some((has_extra_tf, remaining.len()))
}

/// [`decode_full`] for a block that is not full. `last` is 0 for the first block.
fn decode_short(bytes: &[u8], mut last: DocId, docs: &mut [DocId]) -> Option<(u128, usize)> {
    let (mut remaining, mut has_extra_tf) = (bytes, 0);
    for (at, doc) in docs.iter_mut().enumerate() {
        // The lowest bit says whether tf > 1; the bits above it are the doc-id delta. A delta of 0
        // would repeat the last doc id.
        let number = u32::try_from(read_varint(&mut remaining)?).ok()?;
        let repeats = number < 2 && at > 0;
        last = last.checked_add(number >> 1).filter(|doc| *doc < TERMINATED && !repeats)?;
        *doc = last;
        has_extra_tf |= u128::from(number & 1) << at;
    }
    Some((has_extra_tf, remaining.len()))
}
