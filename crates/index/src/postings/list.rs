//! One list: the documents that have a unit, how often, and where.
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

use tantivy::directory::OwnedBytes;
use tantivy::{DocId, DocSet, TERMINATED};

use super::lengths::FLASH;
use super::pack::{pack, packed_len, read_variable, unpack, variable, width_of};

/// Documents of a block.
pub(super) const BLOCK: usize = 128;
/// Bytes of a skip.
const SKIP: usize = 11;
/// Fewer places than this are not packed.
const LEAST_PACKED: usize = 4;
/// No document of a kind in a block.
const NONE: u8 = u8::MAX;

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

    /// Appends the coded list; `code` is the length byte of a document.
    pub(super) fn encode(&self, code: impl Fn(u32) -> u8, out: &mut Vec<u8>) {
        let blocks = self.numbers.len().div_ceil(BLOCK);
        if blocks == 1 {
            encode_block(&self.numbers, &self.more, &self.gaps, out);
            return;
        }
        let skips = out.len();
        out.resize(skips + blocks * SKIP, 0);
        let start = out.len();
        let (mut last, mut more, mut gaps) = (0, &self.more[..], &self.gaps[..]);
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
            encode_block(numbers, of_block, here, out);
            // A code has its kind in the highest bit, so the least of all is of the other kind only
            // if there is none of this one.
            let (mut article, mut flash) = (u8::MAX, u8::MAX);
            for number in numbers {
                last += number >> 1;
                let code = code(last);
                article = article.min(code);
                flash = flash.min(code ^ FLASH);
            }
            let shortest = |least: u8| if least < FLASH { least } else { NONE };
            let most = of_block.iter().max().map_or(1, |more| more.saturating_add(2).min(255));
            let end = (out.len() - start) as u32;
            let skip = &mut out[skips + block * SKIP..][..SKIP];
            skip[..4].copy_from_slice(&last.to_le_bytes());
            skip[4..8].copy_from_slice(&end.to_le_bytes());
            skip[8..].copy_from_slice(&[most as u8, shortest(article), shortest(flash)]);
        }
    }
}

fn encode_block(numbers: &[u32], more: &[u32], gaps: &[u32], out: &mut Vec<u8>) {
    if numbers.len() == BLOCK {
        pack_with_width(numbers, out);
    } else {
        numbers.iter().for_each(|number| variable(u64::from(*number), out));
    }
    if !more.is_empty() {
        pack_with_width(more, out);
    }
    if gaps.len() >= LEAST_PACKED {
        pack_with_width(gaps, out);
    } else {
        gaps.iter().for_each(|gap| variable(u64::from(*gap), out));
    }
}

fn pack_with_width(numbers: &[u32], out: &mut Vec<u8>) {
    // As many bits as the greatest.
    let width = width_of(numbers.iter().fold(0, |all, number| all | number));
    out.push(width);
    pack(numbers, width, out);
}

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
    documents: [u32; BLOCK],
    /// One bit for each document of the block: it has the unit several times.
    several: u128,
    /// Where the frequencies of the block begin; they are read when one is asked for.
    frequencies_at: usize,
    frequencies: Option<Vec<u32>>,
    /// Gaps of places of the block, and where those of each document begin; read when asked for.
    gaps: Option<Vec<u32>>,
    /// Where the block ends that [`Cursor::most`] was last asked about.
    glanced: usize,
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
            documents: [TERMINATED; BLOCK],
            several: 0,
            frequencies_at: 0,
            frequencies: None,
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
        let before = self.held.checked_sub(1).map(|last| self.documents[last]);
        self.block = block;
        self.at = 0;
        self.frequencies = None;
        self.gaps = None;
        // A damaged skip can lead back, and whoever merges lists relies on their order.
        let read = self.read(block).filter(|()| before < Some(self.documents[0]));
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
            unpack(packed, *width, &mut self.documents)?;
            packed.get(packed_len(BLOCK, *width)..)?
        } else {
            let mut rest = bytes;
            for number in &mut self.documents[..held] {
                *number = read_variable(&mut rest)? as u32;
            }
            rest
        };
        self.frequencies_at = self.bytes.len() - after.len();
        let (mut several, mut stands) = (0, false);
        for (at, number) in self.documents[..held].iter_mut().enumerate() {
            several |= u128::from(*number & 1) << at;
            stands |= at > 0 && *number < 2;
            last = u32::checked_add(last, *number >> 1).filter(|sum| *sum < TERMINATED)?;
            *number = last;
        }
        // No document comes twice.
        if stands {
            return None;
        }
        self.several = several;
        self.held = held;
        Some(())
    }

    /// How often the document at hand has the unit.
    pub fn frequency(&mut self) -> u32 {
        if self.several >> self.at & 1 == 0 {
            return 1;
        }
        if self.frequencies.is_none() {
            self.read_frequencies();
        }
        let before = (self.several & ((1 << self.at) - 1)).count_ones() as usize;
        let frequencies = self.frequencies.as_deref().unwrap_or_default();
        frequencies.get(before).map_or(1, |less| less.saturating_add(2))
    }

    /// Returns where the places begin.
    fn read_frequencies(&mut self) -> usize {
        let count = self.several.count_ones() as usize;
        let mut frequencies = vec![0; count];
        let mut end = self.frequencies_at;
        if count > 0
            && let Some((width, packed)) =
                self.bytes.get(end..).and_then(|bytes| bytes.split_first())
            && unpack(packed, *width, &mut frequencies).is_some()
        {
            end += 1 + packed_len(count, *width);
        }
        self.frequencies = Some(frequencies);
        end
    }

    /// Puts the places of the document at hand into `places`, ascending, in place of what was there.
    pub fn places(&mut self, places: &mut Vec<u32>) {
        places.clear();
        if !self.placed || self.doc() == TERMINATED {
            return;
        }
        if self.gaps.is_none() {
            let gaps = self.read_gaps().unwrap_or_default();
            self.gaps = Some(gaps);
        }
        let frequency = self.frequency() as usize;
        // One for each document before, and what those with several have over one.
        let mut start = self.at;
        if let Some(frequencies) = &self.frequencies {
            let before = (self.several & ((1 << self.at) - 1)).count_ones() as usize;
            start += frequencies.iter().take(before).map(|less| *less as usize + 1).sum::<usize>();
        }
        let gaps = self.gaps.as_deref().unwrap_or_default();
        let mut place = 0_u32;
        for gap in gaps.get(start..start.saturating_add(frequency)).unwrap_or_default() {
            place = place.saturating_add(*gap);
            places.push(place);
        }
    }

    fn read_gaps(&mut self) -> Option<Vec<u32>> {
        let start = self.read_frequencies();
        let more = self.frequencies.iter().flatten().map(|less| *less as usize + 1);
        let count = self.held.checked_add(more.sum())?;
        let mut bytes = self.bytes.get(start..)?;
        // A damaged frequency must not take the memory that it asks for.
        if count >= LEAST_PACKED && count / 8 > bytes.len() {
            return None;
        }
        let mut gaps = vec![0; count];
        if count >= LEAST_PACKED {
            let (width, packed) = bytes.split_first()?;
            unpack(packed, *width, &mut gaps)?;
        } else {
            for gap in &mut gaps {
                *gap = read_variable(&mut bytes)? as u32;
            }
        }
        Some(gaps)
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
        if self.documents[self.held - 1] < target {
            let blocks = self.blocks();
            // Galloping: what is sought is near more often than not.
            let (mut low, mut step) = (self.block + 1, 1);
            while low + step < blocks && self.last_of(low + step - 1).is_some_and(|l| l < target) {
                low += step;
                step *= 2;
            }
            let mut high = blocks.min(low + step);
            while low < high {
                let middle = (low + high) / 2;
                match self.last_of(middle).is_some_and(|last| last < target) {
                    true => low = middle + 1,
                    false => high = middle,
                }
            }
            self.load(low);
            if self.held == 0 {
                return TERMINATED;
            }
        }
        let rest = &self.documents[self.at..self.held];
        self.at += rest.partition_point(|document| *document < target);
        if self.at >= self.held {
            // Only where a skip and its block contradict each other.
            self.load(self.blocks());
        }
        self.doc()
    }

    fn doc(&self) -> DocId {
        if self.at < self.held { self.documents[self.at] } else { TERMINATED }
    }

    fn size_hint(&self) -> u32 {
        self.count
    }
}
