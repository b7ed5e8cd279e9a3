//! Reading one list, whose coding `list` has.

use tantivy::directory::OwnedBytes;
use tantivy::{DocId, DocSet, TERMINATED};

use super::list::{BLOCK, LEAST_PACKED, NONE, SKIP};
use super::pack::{packed_len, read_variable};
use super::unpack::{read, unpack};

/// What a block says before it is read: nothing in it scores more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// No document of the block has the unit more often; 255 stands for any number from there on.
    pub frequency: u8,
    /// Length bytes of the shortest part of each kind in the block, if it has the kind.
    pub shortest: [Option<u8>; 2],
    /// The last document of the block.
    pub last: DocId,
}

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
    /// Twice each document of the block, plus one if it has the unit several times.
    marked: [u32; BLOCK],
    /// Where the frequencies of the block begin; they are read when one is asked for.
    frequencies_at: usize,
    frequencies: Frequencies,
    /// The gaps of the block's places; looked for when they are asked for.
    gaps: Option<Gaps>,
    /// Where the block ends that [`Cursor::most`] was last asked about.
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
    /// A list of `count` documents, at its first; `bytes` may go on behind it.
    pub(super) fn new(bytes: OwnedBytes, count: u32, placed: bool) -> Self {
        let mut cursor = Self {
            bytes,
            count,
            placed,
            block: 0,
            held: 0,
            at: 0,
            marked: [0; BLOCK],
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
        let before = self.held.checked_sub(1).map(|last| self.marked[last] >> 1);
        self.block = block;
        self.at = 0;
        self.frequencies.known = false;
        self.gaps = None;
        // A damaged skip can lead back, and whoever merges lists relies on their order.
        let read = self.read(block).filter(|()| before < Some(self.marked[0] >> 1));
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
        let (mut start, mut last) = (0, 0);
        if blocks > 1 {
            start = blocks * SKIP;
            if block > 0 {
                let [a, b, c, d, e, f, g, h, ..] = self.skip(block - 1)?;
                last = u32::from_le_bytes([a, b, c, d]);
                start += u32::from_le_bytes([e, f, g, h]) as usize;
            }
        }
        let bytes = self.bytes.get(start..)?;
        let held = (self.count as usize - block * BLOCK).min(BLOCK);
        let after = if held == BLOCK {
            let (width, packed) = bytes.split_first()?;
            unpack(packed, *width, &mut self.marked)?;
            packed.get(packed_len(BLOCK, *width)..)?
        } else {
            let mut rest = bytes;
            for number in &mut self.marked[..held] {
                *number = u32::try_from(read_variable(&mut rest)?).ok()?;
            }
            rest
        };
        self.frequencies_at = self.bytes.len() - after.len();
        let numbers = &mut self.marked[..held];
        let stands = numbers[1..].iter().fold(false, |stands, number| stands | (*number < 2));
        let sum = add_up(u64::from(last) << 1, numbers);
        // No document comes twice, and they only grow: where the last one is a number, all are.
        if stands || sum >= u64::from(TERMINATED) << 1 {
            return None;
        }
        self.held = held;
        Some(())
    }

    /// How often the document at hand has the unit.
    pub fn frequency(&mut self) -> u32 {
        if self.at >= self.held || self.marked[self.at] & 1 == 0 {
            return 1;
        }
        let before = self.several(self.at);
        let known = self.frequencies();
        known.get(before).map_or(1, |less| less.saturating_add(2))
    }

    /// Documents among the first `count` of the block that have the unit several times.
    fn several(&self, count: usize) -> usize {
        self.marked[..count].iter().map(|number| number & 1).sum::<u32>() as usize
    }

    fn frequencies(&mut self) -> &[u32] {
        if !self.frequencies.known {
            self.read_frequencies();
        }
        &self.frequencies.numbers[..self.frequencies.count]
    }

    fn read_frequencies(&mut self) {
        let count = self.several(self.held);
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

    /// Puts the places of the document at hand into `places`, ascending, in place of what was there.
    pub fn places(&mut self, places: &mut Vec<u32>) {
        places.clear();
        if !self.placed || self.doc() == TERMINATED {
            return;
        }
        let frequency = self.frequency() as usize;
        let (at, before) = (self.at, self.several(self.at));
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

    /// Sets the bit of every document of the list from `from` on, as many as there are bits, and goes
    /// behind the last of them. No document from `from` on may have been gone by.
    pub fn mark(&mut self, from: DocId, bits: &mut [u64]) {
        let until = from.saturating_add(bits.len() as u32 * u64::BITS).min(TERMINATED);
        while self.seek(from) < until {
            let here = self.held_until(until);
            for number in &self.marked[self.at..self.at + here] {
                let at = ((number >> 1) - from) as usize;
                bits[at / 64] |= 1 << (at % 64);
            }
            self.skip_held(here);
        }
    }

    /// Writes how often each document from `from` on has the unit, as many as there is room for, and
    /// goes behind the last of them; the room of those that have it not is left as it is. No
    /// document from `from` on may have been gone by.
    pub fn spread(&mut self, from: DocId, room: &mut [u32]) {
        let until = from.saturating_add(room.len() as u32).min(TERMINATED);
        while self.seek(from) < until {
            let here = self.held_until(until);
            let mut before = self.several(self.at);
            if !self.frequencies.known {
                self.read_frequencies();
            }
            let less = &self.frequencies.numbers;
            for number in &self.marked[self.at..self.at + here] {
                let several = number & 1;
                // Whether it is one of several is as good as random: no branch depends on it.
                let more = less[before % BLOCK].saturating_add(1).saturating_mul(several);
                room[((number >> 1) - from) as usize] = more.saturating_add(1);
                before += several as usize;
            }
            self.skip_held(here);
        }
    }

    /// Documents of the block from the one at hand on that lie before `until`.
    fn held_until(&self, until: DocId) -> usize {
        let rest = &self.marked[self.at..self.held];
        match rest.last() {
            Some(last) if last >> 1 >= until => rest.partition_point(|it| it >> 1 < until),
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

    /// What the block says that has `target`, if the list says so; without moving. `target` must
    /// not lie before one asked for before.
    pub fn most(&mut self, target: DocId) -> Option<Most> {
        let blocks = self.blocks();
        if blocks < 2 {
            return None;
        }
        self.glanced = self.glanced.max(self.block);
        while self.last_of(self.glanced)? < target {
            self.glanced += 1;
            if self.glanced >= blocks {
                return None;
            }
        }
        let [.., frequency, article, flash] = self.skip(self.glanced)?;
        let shortest = |code: u8| (code != NONE).then_some(code);
        let shortest = [shortest(article), shortest(flash).map(|code| code | 0x80)];
        Some(Most { frequency, shortest, last: self.last_of(self.glanced)? })
    }

    /// No document from `from` on and before `until` has the unit more often, if the list says so;
    /// 255 stands for any number from there on. Without moving, and as [`Cursor::most`] ascending.
    pub fn most_within(&mut self, from: DocId, until: DocId) -> Option<u8> {
        let mut most = self.most(from)?;
        let mut frequency = most.frequency;
        while most.last + 1 < until
            && let Some(next) = self.most(most.last + 1)
        {
            frequency = frequency.max(next.frequency);
            most = next;
        }
        Some(frequency)
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

/// Makes gaps documents, each twice and with its mark; returns the last, twice.
///
/// Four at a time, so that only one addition in four waits for the one before.
fn add_up(mut sum: u64, numbers: &mut [u32]) -> u64 {
    let gap = |number: u32| u64::from(number & !1);
    let mut fours = numbers.chunks_exact_mut(4);
    for four in &mut fours {
        let (a, b, c, d) = (gap(four[0]), gap(four[1]), gap(four[2]), gap(four[3]));
        let (two, three, all) = (a + b, a + b + c, (a + b) + (c + d));
        four[0] = (sum + a) as u32 | four[0] & 1;
        four[1] = (sum + two) as u32 | four[1] & 1;
        four[2] = (sum + three) as u32 | four[2] & 1;
        sum += all;
        four[3] = sum as u32 | four[3] & 1;
    }
    for number in fours.into_remainder() {
        sum += gap(*number);
        *number = sum as u32 | *number & 1;
    }
    sum
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
        if self.marked[self.held - 1] >> 1 < target {
            self.load_with(target);
            if self.doc() >= target {
                return self.doc();
            }
        }
        let rest = &self.marked[self.at..self.held];
        // Whoever goes from one to the next, as most do, is there.
        if rest.get(1).is_some_and(|number| *number >> 1 >= target) {
            self.at += 1;
            return self.doc();
        }
        let mut step = 2;
        while step < rest.len() && rest[step] >> 1 < target {
            step *= 2;
        }
        let (from, until) = (step / 2, rest.len().min(step + 1));
        let near = &rest[from..until];
        self.at += from + near.partition_point(|number| *number >> 1 < target);
        if self.at >= self.held {
            // Only where a skip and its block contradict each other.
            self.load(self.blocks());
        }
        self.doc()
    }

    fn doc(&self) -> DocId {
        if self.at < self.held { self.marked[self.at] >> 1 } else { TERMINATED }
    }

    fn size_hint(&self) -> u32 {
        self.count
    }
}
