//! Reads one posting list, document by document.

use bitpacking::{BitPacker as _, BitPacker4x};

use crate::codec::bitpack::{packed_len, read_at, unpack};
use crate::codec::posting_list::{BLOCK, HAS_TF, MIN_PACKED, SKIP};
use crate::codec::varint::read_varint;
use crate::pages::PageSlice;
use crate::term::{DocId, TERMINATED};

/// 128 deltas of at most 24 bits cannot overflow a doc id.
const CANNOT_OVERFLOW: u8 = 24;

/// A cursor over one posting list. It decodes a block of 128 documents when it reaches it, and the
/// term frequencies and positions of a block when they are asked for.
///
/// Doc ids ascend strictly. A list that is damaged ends where it stops making sense, and its file
/// remembers the damage, see [`Postings::damage`](crate::Postings::damage).
#[derive(Clone)]
pub struct Cursor {
    list: PageSlice,
    doc_freq: u32,
    has_positions: bool,
    /// Number of the current block, and where its bytes end.
    block: usize,
    block_end: usize,
    /// Documents of the block that are decoded, and the current one among them.
    decoded: usize,
    at: usize,
    docs: [DocId; BLOCK],
    /// A bit for each document of the block with tf > 1.
    has_tf: u128,
    /// Where the term frequencies of the block start.
    tfs_at: usize,
    tfs: TermFreqs,
    /// Where the position deltas of the block are, once known.
    deltas: Option<Deltas>,
    /// The block that [`Cursor::max_tf_in`] looked at last.
    shallow_block: usize,
}

/// The term frequencies of the documents of a block that have tf > 1.
#[derive(Debug, Clone)]
struct TermFreqs {
    /// Whether they belong to the current block.
    current: bool,
    /// tf - 2 of each.
    extra: [u32; BLOCK],
    count: usize,
    /// Where the position deltas start.
    end: usize,
}

/// Where the position deltas of a block are.
#[derive(Debug, Clone, Copy)]
enum Deltas {
    /// Their first byte and their width in bits.
    Packed(usize, u8),
    /// So few that they are not packed.
    Few([u32; MIN_PACKED]),
    /// They make no sense.
    Damaged,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Cursor");
        debug.field("doc_freq", &self.doc_freq).field("doc", &self.doc()).finish()
    }
}

impl Cursor {
    /// [`Cursor::scan`] reports at most so many documents at once.
    pub const BLOCK_LEN: usize = BLOCK;

    /// A cursor at the first of `doc_freq` documents.
    pub(crate) fn new(list: PageSlice, doc_freq: u32, has_positions: bool) -> Self {
        let mut cursor = Self {
            list,
            doc_freq,
            has_positions,
            block: 0,
            block_end: 0,
            decoded: 0,
            at: 0,
            docs: [0; BLOCK],
            has_tf: 0,
            tfs_at: 0,
            tfs: TermFreqs { current: false, extra: [0; BLOCK], count: 0, end: 0 },
            deltas: None,
            shallow_block: 0,
        };
        let skips = if cursor.blocks() > 1 { cursor.blocks() * SKIP } else { 0 };
        if cursor.list.get(0..skips).is_none() {
            // Without skips the list is at its end.
            cursor.list.report_damage(0);
            cursor.doc_freq = 0;
        }
        cursor.load(0);
        cursor
    }

    /// Documents that contain the term.
    #[must_use]
    pub fn doc_freq(&self) -> u32 {
        self.doc_freq
    }

    /// A new cursor at the first document of the same list.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self::new(self.list.clone(), self.doc_freq, self.has_positions)
    }

    /// The current document; [`TERMINATED`] at the end.
    #[must_use]
    #[inline]
    pub fn doc(&self) -> DocId {
        if self.at < self.decoded { self.docs[self.at] } else { TERMINATED }
    }

    /// Advances to the next document and returns it; [`TERMINATED`] at the end, and ever after.
    pub fn advance(&mut self) -> DocId {
        self.at += 1;
        if self.at >= self.decoded && self.decoded > 0 {
            self.load(self.block + 1);
        }
        self.doc()
    }

    /// Advances to the first document from `target` on, and returns it. Does not move if the
    /// current document is not before `target`.
    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() >= target {
            return self.doc();
        }
        if self.docs[self.decoded - 1] < target {
            self.load_block_of(target);
            if self.doc() >= target {
                return self.doc();
            }
        }
        let rest = &self.docs[self.at..self.decoded];
        // Most callers go from one document to the next.
        if rest.get(1).is_some_and(|doc| *doc >= target) {
            self.at += 1;
            return self.doc();
        }
        let mut step = 2;
        while step < rest.len() && rest[step] < target {
            step *= 2;
        }
        let (from, until) = (step / 2, rest.len().min(step + 1));
        let near = &rest[from.min(until)..until];
        self.at += from + near.partition_point(|doc| *doc < target);
        if self.at >= self.decoded {
            // Only where a skip and its block contradict each other.
            self.list.report_damage(0);
            self.load(self.blocks());
        }
        self.doc()
    }

    /// How often the current document contains the term.
    pub fn term_freq(&mut self) -> u32 {
        if self.at >= self.decoded || self.has_tf >> self.at & 1 == 0 {
            return 1;
        }
        let rank = self.with_tf_before(self.at);
        self.extra_tfs().get(rank).map_or(1, |extra| extra.saturating_add(2))
    }

    /// Replaces the content of `positions` by the positions of the current document, ascending; by
    /// none if the list has none.
    pub fn positions(&mut self, positions: &mut Vec<u32>) {
        positions.clear();
        if !self.has_positions || self.doc() == TERMINATED {
            return;
        }
        let tf = self.term_freq() as usize;
        let (at, before) = (self.at, self.with_tf_before(self.at));
        // One for each document before, and whatever its tf is above one.
        let repeated = self.extra_tfs()[..before].iter().map(|extra| *extra as usize + 1);
        let start = repeated.fold(at, usize::saturating_add);
        let deltas = match self.deltas {
            Some(deltas) => deltas,
            None => *self.deltas.insert(self.find_deltas().unwrap_or(Deltas::Damaged)),
        };
        let mut position = 0_u32;
        let mut push = |delta: u32| {
            position = position.saturating_add(delta);
            positions.push(position);
        };
        match deltas {
            Deltas::Packed(at, width) => {
                let packed = self.block_bytes(at).unwrap_or_default();
                let bit = |number: usize| number * usize::from(width);
                (start..start + tf).for_each(|at| push(read_at(packed, bit(at), width)));
            }
            Deltas::Few(few) => few.iter().skip(start).take(tf).for_each(|delta| push(*delta)),
            Deltas::Damaged => self.list.report_damage(self.tfs_at),
        }
    }

    /// Sets the bit of every document in the window that starts at `from` and has a bit for each
    /// document, and advances past its end. The cursor must not have advanced past `from`.
    pub fn fill(&mut self, from: DocId, bits: &mut [u64]) {
        let until = from.saturating_add(bits.len() as u32 * u64::BITS).min(TERMINATED);
        while self.seek(from) < until {
            let here = self.decoded_until(until);
            let mut set = |doc: DocId| {
                let at = (doc - from) as usize;
                bits[at / 64] |= 1 << (at % 64);
            };
            // Neighbours are often in one word, which has to be written before it is read again:
            // documents of the two halves are set in turns.
            let (front, back) = self.docs[self.at..self.at + here].split_at(here / 2);
            for (front, back) in front.iter().zip(back) {
                set(*front);
                set(*back);
            }
            back[front.len()..].iter().copied().for_each(set);
            self.skip_decoded(here);
        }
    }

    /// Reports the documents from `from` on and before `until` with their term frequencies, at most
    /// [`Cursor::BLOCK_LEN`] at a time, and advances past them. The cursor must not have advanced
    /// past `from`.
    #[inline]
    pub fn scan(&mut self, from: DocId, until: DocId, mut report: impl FnMut(&[DocId], &[u32])) {
        while self.seek(from) < until {
            let here = self.decoded_until(until);
            let mut tfs = [1; BLOCK];
            let mut has_tf = self.has_tf;
            for extra in self.extra_tfs() {
                tfs[has_tf.trailing_zeros() as usize % BLOCK] = extra.saturating_add(2);
                has_tf &= has_tf.wrapping_sub(1);
            }
            let range = self.at..self.at + here;
            report(&self.docs[range.clone()], &tfs[range]);
            self.skip_decoded(here);
        }
    }

    /// An upper bound of tf for the documents from `from` on and before `until`, if the list has
    /// one; 255 stands for any number from there on. Does not move the cursor. `from` must not
    /// decrease from call to call.
    pub fn max_tf_in(&mut self, from: DocId, until: DocId) -> Option<u8> {
        let blocks = self.blocks();
        if blocks < 2 {
            return None;
        }
        self.shallow_block = self.shallow_block.max(self.block);
        while self.last_of(self.shallow_block)? < from {
            self.shallow_block += 1;
        }
        let mut bound = 0;
        loop {
            let (last, _, max_tf) = self.skip(self.shallow_block)?;
            bound = bound.max(max_tf);
            if last >= until.saturating_sub(1) || self.shallow_block + 1 >= blocks {
                return Some(bound);
            }
            self.shallow_block += 1;
        }
    }
}

/// Blocks.
impl Cursor {
    fn blocks(&self) -> usize {
        (self.doc_freq as usize).div_ceil(BLOCK)
    }

    /// The last doc id of a block, the end of its bytes and the greatest tf in it. Only lists of
    /// more than one block have skips, whose pages were verified when the cursor was made.
    #[inline]
    fn skip(&self, block: usize) -> Option<(DocId, usize, u8)> {
        if block >= self.blocks() {
            return None;
        }
        let at = block * SKIP;
        let skip: &[u8; SKIP] = self.list.verified(at..at + SKIP)?.try_into().ok()?;
        let [a, b, c, d, e, f, g, h, max_tf] = *skip;
        let end = u32::from_le_bytes([e, f, g, h]) as usize;
        Some((u32::from_le_bytes([a, b, c, d]), self.blocks() * SKIP + end, max_tf))
    }

    fn last_of(&self, block: usize) -> Option<DocId> {
        self.skip(block).map(|(last, ..)| last)
    }

    /// Decodes the doc ids of a block, or ends the list.
    fn load(&mut self, block: usize) {
        let previous = self.decoded.checked_sub(1).map(|last| self.docs[last]);
        self.block = block;
        self.at = 0;
        self.tfs.current = false;
        self.deltas = None;
        if block < self.blocks() {
            // A damaged skip can lead back, and whoever merges lists relies on their order.
            if self.decode(block).is_some_and(|()| previous < Some(self.docs[0])) {
                return;
            }
            self.list.report_damage(0);
        }
        self.decoded = 0;
        self.block = self.blocks();
    }

    fn decode(&mut self, block: usize) -> Option<()> {
        let blocks = self.blocks();
        let (mut start, mut end, mut last) = (0, self.list.len(), None);
        if blocks > 1 {
            (_, end, _) = self.skip(block)?;
            start = blocks * SKIP;
            if block > 0 {
                let (before, before_end, _) = self.skip(block - 1)?;
                last = Some(before).filter(|last| *last < TERMINATED);
                last?;
                start = before_end;
            }
        }
        if start > end {
            return None;
        }
        let bytes = self.list.get(start..end)?;
        let count = (self.doc_freq as usize - block * BLOCK).min(BLOCK);
        let (has_tf, rest) = match count {
            BLOCK => decode_full(bytes, last, &mut self.docs)?,
            _ => decode_short(bytes, last.unwrap_or_default(), &mut self.docs[..count])?,
        };
        self.has_tf = has_tf;
        self.tfs_at = end - rest;
        self.block_end = end;
        self.decoded = count;
        Some(())
    }

    /// Decodes the block that would contain `target`, or ends the list.
    fn load_block_of(&mut self, target: DocId) {
        let blocks = self.blocks();
        let before = |block: usize| self.last_of(block).is_some_and(|last| last < target);
        // Gallop: the target is usually near.
        let (mut low, mut step) = (self.block + 1, 1);
        while low + step <= blocks && before(low + step - 1) {
            low += step;
            step *= 2;
        }
        let mut high = blocks.min(low + step);
        while low < high {
            let middle = (low + high) / 2;
            match before(middle) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        self.load(low);
    }

    /// Documents of the block from the current one on that lie before `until`.
    fn decoded_until(&self, until: DocId) -> usize {
        let rest = &self.docs[self.at..self.decoded];
        match rest.last() {
            Some(last) if *last >= until => rest.partition_point(|doc| *doc < until),
            _ => rest.len(),
        }
    }

    /// Advances by `count` documents of the block.
    fn skip_decoded(&mut self, count: usize) {
        self.at += count;
        if self.at >= self.decoded {
            self.load(self.block + 1);
        }
    }
}

/// Term frequencies and positions of the current block.
impl Cursor {
    /// The bytes of the current block from `at` on; its pages were verified when it was decoded.
    fn block_bytes(&self, at: usize) -> Option<&[u8]> {
        self.list.verified(at..self.block_end)
    }

    /// Documents among the first `count` of the block with tf > 1.
    fn with_tf_before(&self, count: usize) -> usize {
        let before = 1_u128.checked_shl(count as u32).map_or(u128::MAX, |bit| bit - 1);
        (self.has_tf & before).count_ones() as usize
    }

    /// tf - 2 of the documents with tf > 1.
    fn extra_tfs(&mut self) -> &[u32] {
        if !self.tfs.current {
            self.decode_tfs();
        }
        &self.tfs.extra[..self.tfs.count]
    }

    fn decode_tfs(&mut self) {
        let count = self.with_tf_before(self.decoded);
        let mut end = self.tfs_at;
        if count > 0 {
            let extra = &mut self.tfs.extra[..count];
            let bytes = self.list.verified(end..self.block_end);
            let unpacked = bytes.and_then(<[u8]>::split_first).and_then(|(width, packed)| {
                unpack(packed, *width, extra).map(|()| 1 + packed_len(count, *width))
            });
            match unpacked {
                Some(length) => end += length,
                None => {
                    extra.fill(0);
                    self.list.report_damage(end);
                }
            }
        }
        self.tfs.current = true;
        self.tfs.count = count;
        self.tfs.end = end;
    }

    /// Finds the position deltas of the block, whose term frequencies have been decoded.
    fn find_deltas(&self) -> Option<Deltas> {
        let TermFreqs { extra, count, end, .. } = &self.tfs;
        let repeated = extra[..*count].iter().map(|extra| *extra as usize + 1);
        let count = repeated.fold(self.decoded, usize::saturating_add);
        let mut bytes = self.block_bytes(*end)?;
        if count >= MIN_PACKED {
            let (width, packed) = bytes.split_first()?;
            let bits = count.checked_mul(usize::from(*width))?;
            // A damaged tf asks for more than there is; if the width is 0, for a position twice.
            let fits = bits.div_ceil(8) <= packed.len() && (*width > 0 || count <= BLOCK);
            return (*width <= 32 && fits).then_some(Deltas::Packed(end + 1, *width));
        }
        let mut few = [0; MIN_PACKED];
        for delta in &mut few[..count] {
            *delta = read_varint(&mut bytes)? as u32;
        }
        Some(Deltas::Few(few))
    }
}

/// Decodes a full block of doc ids that follow `last`. Returns the bits of the documents with
/// tf > 1, and how many bytes follow.
fn decode_full(
    bytes: &[u8],
    last: Option<DocId>,
    docs: &mut [DocId; BLOCK],
) -> Option<(u128, usize)> {
    let (first, mut rest) = bytes.split_first()?;
    let width = first & !HAS_TF;
    if width > 32 {
        return None;
    }
    let packed = rest.split_off(..BitPacker4x::compressed_block_size(width))?;
    BitPacker4x::new().decompress_strictly_sorted(last, packed, docs, width);
    let mut has_tf = 0;
    if first & HAS_TF != 0 {
        has_tf = u128::from_le_bytes(rest.split_off(..16)?.try_into().ok()?);
    }
    // Wider deltas can overflow, so that doc ids repeat or descend.
    let ascending = width <= CANNOT_OVERFLOW || docs.is_sorted_by(|a, b| a < b);
    (ascending && docs[BLOCK - 1] < TERMINATED).then_some((has_tf, rest.len()))
}

/// [`decode_full`] for a block that is not full.
fn decode_short(bytes: &[u8], mut last: DocId, docs: &mut [DocId]) -> Option<(u128, usize)> {
    let (mut rest, mut has_tf) = (bytes, 0);
    for (at, doc) in docs.iter_mut().enumerate() {
        let number = u32::try_from(read_varint(&mut rest)?).ok()?;
        let repeats = number < 2 && at > 0;
        last = last.checked_add(number >> 1).filter(|doc| *doc < TERMINATED && !repeats)?;
        *doc = last;
        has_tf |= u128::from(number & 1) << at;
    }
    Some((has_tf, rest.len()))
}
