//! Reading one list, whose coding `list` has.

use bitpacking::{BitPacker as _, BitPacker4x};
use tantivy::directory::OwnedBytes;
use tantivy::{DocId, DocSet, TERMINATED};

use super::list::{BLOCK, LEAST_PACKED, SEVERAL, SKIP};
use super::pack::{packed_len, read_variable};
use super::unpack::{read, unpack};

/// Gaps of so many bits, as many as a block has, are together less than the documents there can be.
const SURELY_ASCENDING: u8 = 24;

/// Reads a list, document by document, each block when it is come to.
///
/// A list whose bytes make no sense ends where they stop making sense.
#[derive(Clone)]
pub struct Cursor {
    /// The list to its end and whatever follows it.
    bytes: OwnedBytes,
    /// How many documents the list has.
    count: u32,
    placed: bool,
    /// Number of the block at hand.
    block: usize,
    /// How many documents it has, and which of these is at hand.
    held: usize,
    at: usize,
    docs: [DocId; BLOCK],
    /// A bit for each document of the block that has the unit several times.
    several: u128,
    /// Where the frequencies of the block begin; they are read when one is asked for.
    frequencies_at: usize,
    frequencies: Frequencies,
    /// The gaps of the block's places; looked for when they are asked for.
    gaps: Option<Gaps>,
    /// The block that [`Cursor::most_within`] looked at last.
    glanced: usize,
}

/// How often the documents of a block have the unit that have it several times, less two.
#[derive(Debug, Clone)]
struct Frequencies {
    /// Of the block at hand, and not of one before.
    known: bool,
    numbers: [u32; BLOCK],
    count: usize,
    /// Where what follows them begins.
    end: usize,
}

/// Where the gaps of a block's places are.
#[derive(Debug, Clone, Copy)]
enum Gaps {
    /// Where they begin, and their bits.
    Packed(usize, u8),
    /// There are so few that they are not packed.
    Few([u32; LEAST_PACKED]),
    /// They make no sense.
    Damaged,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor").field("count", &self.count).field("doc", &self.doc()).finish()
    }
}

impl Cursor {
    /// [`Cursor::sweep`] says of so many documents at once, at most.
    pub const AT_ONCE: usize = BLOCK;

    /// A list of `count` documents, at its first; `bytes` may go on behind it.
    pub(super) fn new(bytes: OwnedBytes, count: u32, placed: bool) -> Self {
        let mut cursor = Self {
            bytes,
            count,
            placed,
            block: 0,
            held: 0,
            at: 0,
            docs: [0; BLOCK],
            several: 0,
            frequencies_at: 0,
            frequencies: Frequencies { known: false, numbers: [0; BLOCK], count: 0, end: 0 },
            gaps: None,
            glanced: 0,
        };
        cursor.load(0);
        cursor
    }

    /// Documents of the list.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    fn blocks(&self) -> usize {
        (self.count as usize).div_ceil(BLOCK)
    }

    fn skip(&self, block: usize) -> Option<[u8; SKIP]> {
        let at = block * SKIP;
        self.bytes.get(at..at + SKIP)?.try_into().ok()
    }

    fn last_of(&self, block: usize) -> Option<u32> {
        let [a, b, c, d, ..] = self.skip(block)?;
        Some(u32::from_le_bytes([a, b, c, d]))
    }

    /// Reads the documents of a block, or ends the list.
    fn load(&mut self, block: usize) {
        let before = self.held.checked_sub(1).map(|last| self.docs[last]);
        self.block = block;
        self.at = 0;
        self.frequencies.known = false;
        self.gaps = None;
        // A damaged skip can lead back, and whoever merges lists relies on their order.
        let read = self.read(block).filter(|()| before < Some(self.docs[0]));
        if read.is_none() {
            self.held = 0;
            self.block = self.blocks();
        }
    }

    fn read(&mut self, block: usize) -> Option<()> {
        let blocks = self.blocks();
        if block >= blocks {
            return None;
        }
        let (mut start, mut last) = (0, None);
        if blocks > 1 {
            start = blocks * SKIP;
            if block > 0 {
                let [a, b, c, d, e, f, g, h, _] = self.skip(block - 1)?;
                last = Some(u32::from_le_bytes([a, b, c, d])).filter(|last| *last < TERMINATED);
                last?;
                start += u32::from_le_bytes([e, f, g, h]) as usize;
            }
        }
        let bytes = self.bytes.get(start..)?;
        let held = (self.count as usize - block * BLOCK).min(BLOCK);
        let (several, after) = match held {
            BLOCK => read_full(bytes, last, &mut self.docs)?,
            _ => read_few(bytes, last.unwrap_or_default(), &mut self.docs[..held])?,
        };
        self.several = several;
        self.frequencies_at = self.bytes.len() - after;
        self.held = held;
        Some(())
    }

    /// How often the document at hand has the unit.
    pub fn frequency(&mut self) -> u32 {
        if self.at >= self.held || self.several >> self.at & 1 == 0 {
            return 1;
        }
        let before = self.several_before(self.at);
        let known = self.frequencies();
        known.get(before).map_or(1, |less| less.saturating_add(2))
    }

    /// Documents among the first `count` of the block that have the unit several times.
    fn several_before(&self, count: usize) -> usize {
        let before = 1_u128.checked_shl(count as u32).map_or(u128::MAX, |bit| bit - 1);
        (self.several & before).count_ones() as usize
    }

    fn frequencies(&mut self) -> &[u32] {
        if !self.frequencies.known {
            self.read_frequencies();
        }
        &self.frequencies.numbers[..self.frequencies.count]
    }

    fn read_frequencies(&mut self) {
        let count = self.several_before(self.held);
        let Frequencies { known, numbers, count: there, end } = &mut self.frequencies;
        (*known, *there, *end) = (true, count, self.frequencies_at);
        let numbers = &mut numbers[..count];
        if count > 0
            && let Some((width, packed)) =
                self.bytes.get(*end..).and_then(|bytes| bytes.split_first())
        {
            match unpack(packed, *width, numbers) {
                Some(()) => *end += 1 + packed_len(count, *width),
                None => numbers.fill(0),
            }
        } else {
            numbers.fill(0);
        }
    }

    /// Puts the places of the document at hand into `places`, ascending, in place of what was
    /// there.
    pub fn places(&mut self, places: &mut Vec<u32>) {
        places.clear();
        if !self.placed || self.doc() == TERMINATED {
            return;
        }
        let frequency = self.frequency() as usize;
        let (at, before) = (self.at, self.several_before(self.at));
        // One for each document before, and what those with several have over one.
        let known = self.frequencies();
        let more = known[..before].iter().map(|less| *less as usize + 1);
        let start = more.fold(at, usize::saturating_add);
        let gaps = match self.gaps {
            Some(gaps) => gaps,
            None => *self.gaps.insert(self.find_gaps().unwrap_or(Gaps::Damaged)),
        };
        let mut place = 0_u32;
        let mut put = |gap: u32| {
            place = place.saturating_add(gap);
            places.push(place);
        };
        match gaps {
            Gaps::Packed(at, width) => {
                let packed = self.bytes.get(at..).unwrap_or_default();
                let bit = |number: usize| number * usize::from(width);
                (start..start + frequency).for_each(|at| put(read(packed, bit(at), width)));
            }
            Gaps::Few(few) => {
                few.iter().skip(start).take(frequency).for_each(|gap| put(*gap));
            }
            Gaps::Damaged => {}
        }
    }

    /// Looks where the gaps are; the frequencies have been read.
    fn find_gaps(&self) -> Option<Gaps> {
        let Frequencies { numbers, count, end, .. } = &self.frequencies;
        let more = numbers[..*count].iter().map(|less| *less as usize + 1);
        let count = more.fold(self.held, usize::saturating_add);
        let mut bytes = self.bytes.get(*end..)?;
        if count >= LEAST_PACKED {
            let (width, packed) = bytes.split_first()?;
            let bits = count.checked_mul(usize::from(*width))?;
            // A damaged frequency asks for more than there is; without bits, for a place twice.
            let there = bits.div_ceil(8) <= packed.len() && (*width > 0 || count <= BLOCK);
            return (*width <= 32 && there).then_some(Gaps::Packed(end + 1, *width));
        }
        let mut few = [0; LEAST_PACKED];
        for gap in &mut few[..count] {
            *gap = read_variable(&mut bytes)? as u32;
        }
        Some(Gaps::Few(few))
    }

    /// Sets the bit of every document of the list from `from` on, as many as there are bits, and
    /// goes behind the last of them. No document from `from` on may have been gone by.
    pub fn mark(&mut self, from: DocId, bits: &mut [u64]) {
        let until = from.saturating_add(bits.len() as u32 * u64::BITS).min(TERMINATED);
        while self.seek(from) < until {
            let here = self.held_until(until);
            let mut mark = |doc: DocId| {
                let at = (doc - from) as usize;
                bits[at / 64] |= 1 << (at % 64);
            };
            // Neighbours are often in one word, which has to be written before it is read again.
            let (front, back) = self.docs[self.at..self.at + here].split_at(here / 2);
            for (front, back) in front.iter().zip(back) {
                mark(*front);
                mark(*back);
            }
            back[front.len()..].iter().copied().for_each(mark);
            self.skip_held(here);
        }
    }

    /// Says of all documents from `from` on and before `until` how often they have the unit, a
    /// stretch at a time: documents, and as many frequencies. Goes behind the last of them. No
    /// document from `from` on may have been gone by.
    #[inline]
    pub fn sweep(&mut self, from: DocId, until: DocId, mut found: impl FnMut(&[DocId], &[u32])) {
        while self.seek(from) < until {
            let here = self.held_until(until);
            let mut frequencies = [1; BLOCK];
            let mut several = self.several;
            for less in self.frequencies() {
                frequencies[several.trailing_zeros() as usize % BLOCK] = less.saturating_add(2);
                several &= several.wrapping_sub(1);
            }
            let stretch = self.at..self.at + here;
            found(&self.docs[stretch.clone()], &frequencies[stretch]);
            self.skip_held(here);
        }
    }

    /// Documents of the block from the one at hand on that lie before `until`.
    fn held_until(&self, until: DocId) -> usize {
        let rest = &self.docs[self.at..self.held];
        match rest.last() {
            Some(last) if *last >= until => rest.partition_point(|doc| *doc < until),
            _ => rest.len(),
        }
    }

    /// Goes on by so many documents of the block.
    fn skip_held(&mut self, count: usize) {
        self.at += count;
        if self.at >= self.held {
            self.load(self.block + 1);
        }
    }

    /// No document from `from` on and before `until` has the unit more often, if the list says so;
    /// 255 stands for any number from there on. Without moving; `from` must not lie before one
    /// asked for before.
    pub fn most_within(&mut self, from: DocId, until: DocId) -> Option<u8> {
        let blocks = self.blocks();
        if blocks < 2 {
            return None;
        }
        self.glanced = self.glanced.max(self.block);
        while self.last_of(self.glanced)? < from {
            self.glanced += 1;
        }
        let mut most = 0;
        loop {
            let [a, b, c, d, .., here] = self.skip(self.glanced)?;
            most = most.max(here);
            if u32::from_le_bytes([a, b, c, d]) >= until.saturating_sub(1)
                || self.glanced + 1 >= blocks
            {
                return Some(most);
            }
            self.glanced += 1;
        }
    }

    /// The list from its beginning.
    #[must_use]
    pub fn rewound(&self) -> Self {
        Self::new(self.bytes.clone(), self.count, self.placed)
    }

    /// Reads the block that has `target`, or ends the list.
    fn load_with(&mut self, target: DocId) {
        let blocks = self.blocks();
        let before = |block: usize| self.last_of(block).is_some_and(|last| last < target);
        // Galloping: what is sought is near more often than not.
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
}

/// Reads the documents of a full block that come behind `last`; returns which of them have the unit
/// several times, and how many bytes follow.
fn read_full(
    bytes: &[u8],
    last: Option<DocId>,
    docs: &mut [DocId; BLOCK],
) -> Option<(u128, usize)> {
    let (first, mut rest) = bytes.split_first()?;
    let width = first & !SEVERAL;
    if width > 32 {
        return None;
    }
    let packed = rest.split_off(..BitPacker4x::compressed_block_size(width))?;
    BitPacker4x::new().decompress_strictly_sorted(last, packed, docs, width);
    let mut several = 0;
    if first & SEVERAL != 0 {
        several = u128::from_le_bytes(rest.split_off(..16)?.try_into().ok()?);
    }
    // No document comes twice and they only grow, or the numbers went round.
    let ascending = width <= SURELY_ASCENDING || docs.is_sorted_by(|a, b| a < b);
    (ascending && docs[BLOCK - 1] < TERMINATED).then_some((several, rest.len()))
}

/// Reads the documents of a block that is not full, otherwise as [`read_full`].
fn read_few(bytes: &[u8], mut last: DocId, docs: &mut [DocId]) -> Option<(u128, usize)> {
    let (mut rest, mut several) = (bytes, 0);
    for (at, doc) in docs.iter_mut().enumerate() {
        let number = u32::try_from(read_variable(&mut rest)?).ok()?;
        let stands = number < 2 && at > 0;
        last = last.checked_add(number >> 1).filter(|doc| *doc < TERMINATED && !stands)?;
        *doc = last;
        several |= u128::from(number & 1) << at;
    }
    Some((several, rest.len()))
}

impl DocSet for Cursor {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        if self.at >= self.held && self.held > 0 {
            self.load(self.block + 1);
        }
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() >= target {
            return self.doc();
        }
        if self.docs[self.held - 1] < target {
            self.load_with(target);
            if self.doc() >= target {
                return self.doc();
            }
        }
        let rest = &self.docs[self.at..self.held];
        // Whoever goes from one to the next, as most do, is there.
        if rest.get(1).is_some_and(|doc| *doc >= target) {
            self.at += 1;
            return self.doc();
        }
        let mut step = 2;
        while step < rest.len() && rest[step] < target {
            step *= 2;
        }
        let (from, until) = (step / 2, rest.len().min(step + 1));
        let near = &rest[from..until];
        self.at += from + near.partition_point(|doc| *doc < target);
        if self.at >= self.held {
            // Only where a skip and its block contradict each other.
            self.load(self.blocks());
        }
        self.doc()
    }

    fn doc(&self) -> DocId {
        if self.at < self.held { self.docs[self.at] } else { TERMINATED }
    }

    fn size_hint(&self) -> u32 {
        self.count
    }
}
