//! One run: a part of the archive that is inverted in memory, and the lists of it in a file.
//!
//! Twice every character is put behind those of its group, and each time the groups keep the order
//! that they find: by the character, which is a list of every character, and then, as these come,
//! by the one before, which is a list of every pair. Codes in the order of keys leave nothing else
//! to sort.
//!
//! ```text
//! list = tag u8 | key, less the one before | documents | first document | [several | gaps] | numbers
//! ```
//!
//! in variable bytes; then the numbers of [`List`], whose first lacks the first document. The
//! numbers of a kind are of as many bytes as the greatest needs, one, two or four: what is read
//! once is better read fast than small.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::ops::Range;

use super::UnitKey;
use super::list::List;
use super::pack::{read_variable, variable};
use crate::schema::Part;

/// The code of no character, behind the last one of a text.
pub(super) const END: u16 = 0;

/// Bits of a number of a text and of a slot.
const BITS: u32 = 24;
const MASK: u64 = (1 << BITS) - 1;
/// Slots of a run at most.
pub(super) const MOST_SLOTS: usize = 1 << BITS;

/// Bytes of lists that are written at once.
const WAITING: usize = 1 << 18;

/// Where a text begins in its run.
#[derive(Debug, Clone, Copy)]
struct Start {
    slot: u32,
    document: u32,
    /// Place in its part of the document, less the slot.
    shift: u32,
}

/// Part of an archive, not yet sorted: texts in slots, a code for every character and one behind
/// the last of a text, which is [`END`].
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) codes: Vec<u16>,
    starts: Vec<Start>,
    /// What each code stands for; the first is [`END`].
    pub(super) characters: Vec<(Part, char)>,
    /// For each word that stands there, and each path: its key without what all of them have, and
    /// its document in 32 bits.
    words: Vec<u64>,
}

impl Run {
    /// Begins a text whose first character has this place in its part of the document.
    pub(super) fn start(&mut self, document: u32, place: u32) {
        let slot = self.codes.len() as u32;
        self.starts.push(Start { slot, document, shift: place.wrapping_sub(slot) });
    }

    /// Gives a character the next code.
    pub(super) fn code(&mut self, part: Part, c: char) -> u16 {
        if self.characters.is_empty() {
            self.characters.push((part, '\0'));
        }
        self.characters.push((part, c));
        (self.characters.len() - 1) as u16
    }

    /// Adds a word of a document, or a path where it stands.
    pub(super) fn word(&mut self, document: u32, key: UnitKey) {
        self.words.push(key.0 << 32 | u64::from(document));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.words.is_empty()
    }

    /// Codes in the order of keys.
    fn rank(&mut self) {
        if self.characters.is_empty() {
            return;
        }
        let mut order: Vec<u16> = (0..self.characters.len() as u16).collect();
        // It stands first, whatever else it is.
        order[1..].sort_unstable_by_key(|code| self.characters[usize::from(*code)]);
        let mut ranks = vec![END; order.len()];
        for (code, rank) in order.iter().zip(0..) {
            ranks[usize::from(*code)] = rank;
        }
        self.characters = order.iter().map(|code| self.characters[usize::from(*code)]).collect();
        for code in &mut self.codes {
            *code = ranks[usize::from(*code)];
        }
    }
}

/// Sorts runs, one after another in the same memory.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    /// The code before, the text, the slot: 16, 24 and 24 bits.
    by_character: Vec<u64>,
    /// The code behind, the text, the slot.
    by_pair: Vec<u64>,
    list: List,
}

impl Sorter {
    /// Writes the lists of a run, in the order of their keys, into an empty file, and rewinds it.
    pub(super) fn sort(&mut self, mut run: Run, file: File) -> io::Result<File> {
        run.rank();
        if self.by_character.len() < run.codes.len() {
            self.by_character.resize(run.codes.len(), 0);
            self.by_pair.resize(run.codes.len(), 0);
        }
        // No more pairs begin with a character than it stands there.
        let groups = groups(&run.codes, run.characters.len());
        let ends = self.sort_characters(&run, groups.clone());
        let ends_of_pairs = self.sort_pairs(&groups, &ends);
        let mut out = Lists { file, last: 0, bytes: Vec::with_capacity(2 * WAITING) };
        for code in 1..groups.len() {
            let group = groups[code] as usize;
            self.write_single(&run, code, group..ends[code] as usize, &mut out)?;
            self.write_pairs(&run, code, group..ends_of_pairs[code] as usize, &mut out)?;
        }
        self.write_words(run.words, &mut out)?;
        out.finish()
    }

    fn write_words(&mut self, mut words: Vec<u64>, out: &mut Lists) -> io::Result<()> {
        words.sort_unstable();
        for word in words.chunk_by(|a, b| a >> 32 == b >> 32) {
            self.list.clear();
            self.list.fill(word.iter().map(|word| *word as u32));
            out.add(UnitKey::of_word((word[0] >> 32) as u32), &mut self.list)?;
        }
        Ok(())
    }

    /// Puts every character behind those of its group, and returns where the groups end.
    fn sort_characters(&mut self, run: &Run, mut ends: Vec<u32>) -> Vec<u32> {
        for (text, start) in run.starts.iter().enumerate() {
            let end = run.starts.get(text + 1).map_or(run.codes.len(), |next| next.slot as usize);
            let of_text = (text as u64) << BITS | u64::from(start.slot);
            let mut before = END;
            for (number, code) in (of_text..).zip(&run.codes[start.slot as usize..end]) {
                if *code != END {
                    let end = &mut ends[usize::from(*code)];
                    self.by_character[*end as usize] = u64::from(before) << (2 * BITS) | number;
                    *end += 1;
                }
                before = *code;
            }
        }
        ends
    }

    /// Puts every pair into the group of its first character, and returns where these groups end.
    fn sort_pairs(&mut self, groups: &[u32], ends: &[u32]) -> Vec<u32> {
        let mut ends_of_pairs = groups.to_vec();
        for (code, (start, end)) in groups.iter().zip(ends).enumerate() {
            for number in &self.by_character[*start as usize..*end as usize] {
                let before = (number >> (2 * BITS)) as u16;
                if before != END {
                    // The slot of the first of the two.
                    let first = (number & (MASK << BITS | MASK)) - 1;
                    let end = &mut ends_of_pairs[usize::from(before)];
                    self.by_pair[*end as usize] = (code as u64) << (2 * BITS) | first;
                    *end += 1;
                }
            }
        }
        ends_of_pairs
    }

    fn write_single(
        &mut self,
        run: &Run,
        code: usize,
        group: Range<usize>,
        out: &mut Lists,
    ) -> io::Result<()> {
        let mut numbers = &self.by_character[group];
        // One behind the last text is there for its pair, and is a list of the next run.
        if let Some((last, rest)) = numbers.split_last()
            && (last & MASK) as usize == run.codes.len() - 1
        {
            numbers = rest;
        }
        self.list.clear();
        let document = |number: &u64| run.starts[(number >> BITS & MASK) as usize].document;
        self.list.fill(numbers.iter().map(document));
        let (part, c) = run.characters[code];
        out.add(UnitKey::single(part, c), &mut self.list)
    }

    fn write_pairs(
        &mut self,
        run: &Run,
        code: usize,
        group: Range<usize>,
        out: &mut Lists,
    ) -> io::Result<()> {
        let (part, first) = run.characters[code];
        let place = |number: &u64| {
            let start = run.starts[(number >> BITS & MASK) as usize];
            (start.document, start.shift.wrapping_add((number & MASK) as u32))
        };
        for pair in self.by_pair[group].chunk_by(|a, b| a >> (2 * BITS) == b >> (2 * BITS)) {
            let (_, second) = run.characters[(pair[0] >> (2 * BITS)) as usize];
            let key = UnitKey::pair(part, first, second);
            if let [number] = pair {
                let (document, place) = place(number);
                out.add_place(key, document, place)?;
            } else {
                self.list.clear();
                self.list.fill_placed(pair.iter().map(place));
                out.add(key, &mut self.list)?;
            }
        }
        Ok(())
    }
}

/// Where the numbers of each code begin, if they lie in the order of codes; none of [`END`].
fn groups(codes: &[u16], count: usize) -> Vec<u32> {
    let mut counts = vec![0; count];
    for code in codes {
        counts[usize::from(*code)] += 1;
    }
    if let Some(ends) = counts.first_mut() {
        *ends = 0;
    }
    let mut start = 0;
    for count in &mut counts {
        start += std::mem::replace(count, start);
    }
    counts
}

/// Lists on their way into the file of a run.
struct Lists {
    file: File,
    /// The last key.
    last: u64,
    bytes: Vec<u8>,
}

impl Lists {
    /// The list, if it has any document; it loses the first.
    fn add(&mut self, key: UnitKey, list: &mut List) -> io::Result<()> {
        let Some(first) = list.numbers.first_mut() else { return Ok(()) };
        let document = *first >> 1;
        *first &= 1;
        let widths = [&list.numbers, &list.more, &list.gaps].map(|numbers| Width::of(numbers));
        let several = !list.more.is_empty();
        let [a, b, c] = widths.map(|width| width as u8);
        self.head(u8::from(several) << 6 | c << 4 | b << 2 | a, key, list.numbers.len(), document);
        if several {
            variable(list.more.len() as u64, &mut self.bytes);
            variable(list.gaps.len() as u64, &mut self.bytes);
        }
        for (numbers, width) in [&list.numbers, &list.more, &list.gaps].into_iter().zip(widths) {
            width.write(numbers, &mut self.bytes);
        }
        self.flush_if(WAITING)
    }

    /// A list of one place, as [`Lists::add`] would: most lists of a run are.
    fn add_place(&mut self, key: UnitKey, document: u32, place: u32) -> io::Result<()> {
        let width = Width::of(&[place]);
        self.head((width as u8) << 4, key, 1, document);
        self.bytes.push(0);
        width.write(&[place], &mut self.bytes);
        self.flush_if(WAITING)
    }

    fn head(&mut self, tag: u8, key: UnitKey, documents: usize, first: u32) {
        self.bytes.push(tag);
        variable(key.0 - self.last, &mut self.bytes);
        self.last = key.0;
        variable(documents as u64, &mut self.bytes);
        variable(u64::from(first), &mut self.bytes);
    }

    /// Writes what waits, if it is so many bytes.
    fn flush_if(&mut self, bytes: usize) -> io::Result<()> {
        if self.bytes.len() >= bytes {
            self.file.write_all(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<File> {
        self.flush_if(0)?;
        self.file.rewind()?;
        Ok(self.file)
    }
}

/// Bytes of a number.
#[derive(Debug, Clone, Copy)]
enum Width {
    One,
    Two,
    Four,
}

impl Width {
    fn of(numbers: &[u32]) -> Self {
        match numbers.iter().fold(0, |all, number| all | number) {
            ..0x100 => Self::One,
            0x100..0x1_0000 => Self::Two,
            _ => Self::Four,
        }
    }

    fn read_as(bits: u8) -> Option<Self> {
        [Self::One, Self::Two, Self::Four].get(usize::from(bits & 3)).copied()
    }

    fn bytes(self) -> usize {
        1 << self as usize
    }

    fn write(self, numbers: &[u32], out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + numbers.len() * self.bytes(), 0);
        let room = &mut out[start..];
        match self {
            Self::One => {
                room.iter_mut().zip(numbers).for_each(|(room, number)| *room = *number as u8);
            }
            Self::Two => {
                for (room, number) in room.chunks_exact_mut(2).zip(numbers) {
                    room.copy_from_slice(&(*number as u16).to_le_bytes());
                }
            }
            Self::Four => {
                for (room, number) in room.chunks_exact_mut(4).zip(numbers) {
                    room.copy_from_slice(&number.to_le_bytes());
                }
            }
        }
    }

    fn read(self, bytes: &[u8], numbers: &mut Vec<u32>) {
        match self {
            Self::One => numbers.extend(bytes.iter().map(|byte| u32::from(*byte))),
            Self::Two => numbers.extend(
                bytes.chunks_exact(2).map(|two| u32::from(u16::from_le_bytes([two[0], two[1]]))),
            ),
            Self::Four => numbers.extend(
                bytes
                    .chunks_exact(4)
                    .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])),
            ),
        }
    }
}

/// What stands before the numbers of a list in the file of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// The key, less the one before.
    pub(super) key: u64,
    first: u32,
    numbers: (usize, Width),
    more: (usize, Width),
    gaps: (usize, Width),
}

impl Shape {
    /// Bytes of one at most.
    pub(super) const MOST: usize = 1 + 5 * 10;

    /// Reads one, and moves `bytes` behind it. `last` is the key of the list before.
    pub(super) fn read(last: u64, bytes: &mut &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        *bytes = rest;
        let key = last.checked_add(read_variable(bytes)?)?;
        let documents = read_variable(bytes).filter(|documents| *documents > 0)? as usize;
        let first = read_variable(bytes)? as u32;
        let (mut more, mut gaps) = (0, if UnitKey(key).is_pair() { documents } else { 0 });
        if tag >> 6 & 1 == 1 {
            more = read_variable(bytes)? as usize;
            gaps = read_variable(bytes)? as usize;
        }
        Some(Self {
            key,
            first,
            numbers: (documents, Width::read_as(*tag)?),
            more: (more, Width::read_as(tag >> 2)?),
            gaps: (gaps, Width::read_as(tag >> 4)?),
        })
    }

    /// Bytes of the numbers.
    pub(super) fn bytes(&self) -> usize {
        let of_kind = |(count, width): (usize, Width)| count.saturating_mul(width.bytes());
        of_kind(self.numbers).saturating_add(of_kind(self.more)).saturating_add(of_kind(self.gaps))
    }

    /// Appends the list whose numbers are the first [`Shape::bytes`] of `bytes` to that of earlier
    /// runs.
    pub(super) fn append(&self, bytes: &[u8], list: &mut List) {
        let at = [list.numbers.len(), list.more.len(), list.gaps.len()];
        let (numbers, rest) = bytes.split_at(self.numbers.0 * self.numbers.1.bytes());
        let (more, gaps) = rest.split_at(self.more.0 * self.more.1.bytes());
        self.numbers.1.read(numbers, &mut list.numbers);
        self.more.1.read(more, &mut list.more);
        self.gaps.1.read(gaps, &mut list.gaps);
        list.join(at, self.first);
    }
}

/// A run of these lists.
#[cfg(test)]
pub(super) fn file_of(lists: &[(UnitKey, List)]) -> File {
    let mut out = Lists { file: tempfile::tempfile().unwrap(), last: 0, bytes: Vec::new() };
    for (key, list) in lists {
        out.add(*key, &mut list.clone()).unwrap();
    }
    out.finish().unwrap()
}
