//! A run: a part of the archive that is inverted in memory, and the file of its sorted lists.
//!
//! Characters are sorted twice with a stable counting sort: first by the character, which gives the
//! list of every unigram, then by the character before, which gives the list of every bigram. Codes
//! are in the order of keys, so nothing else has to be sorted.
//!
//! ```text
//! list = tag u8 | key delta | documents | first doc id | [number of tfs | of position deltas] | numbers
//! ```
//!
//! in varints; then the numbers of the [`PostingList`], the first of them without the first doc id.
//! The numbers of an array take as many bytes as its greatest needs, one, two or four: a run is
//! read once, so speed matters more than size.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::ops::Range;

use crate::codec::posting_list::PostingList;
use crate::codec::varint::{read_varint, write_varint};
use crate::term::{DocId, TermKey, TextField};

/// The code that follows the last character of a text.
pub(super) const END: u16 = 0;

/// Bits of the number of a text, and of a slot.
const BITS: u32 = 24;
const MASK: u64 = (1 << BITS) - 1;
/// The greatest number of slots of a run.
pub(super) const MAX_SLOTS: usize = 1 << BITS;

/// Bytes of lists that are written at once.
const BUFFER: usize = 1 << 18;

/// Where a text starts in its run.
#[derive(Debug, Clone, Copy)]
struct TextStart {
    slot: u32,
    document: DocId,
    /// Position in its field, minus the slot.
    shift: u32,
}

/// A part of the archive that is not yet sorted. Each character of a text has a slot with its code,
/// and [`END`] follows the last one.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) codes: Vec<u16>,
    starts: Vec<TextStart>,
    /// What each code stands for; the first is [`END`].
    pub(super) characters: Vec<(TextField, char)>,
    /// For each occurrence of a word or path the lower 32 bits of its key, then the doc id.
    words: Vec<u64>,
}

impl Run {
    /// Starts a text whose first character has this position in its field.
    pub(super) fn start_text(&mut self, document: DocId, position: u32) {
        let slot = self.codes.len() as u32;
        self.starts.push(TextStart { slot, document, shift: position.wrapping_sub(slot) });
    }

    /// Assigns the next code to a character.
    pub(super) fn new_code(&mut self, field: TextField, c: char) -> u16 {
        if self.characters.is_empty() {
            self.characters.push((field, '\0'));
        }
        self.characters.push((field, c));
        (self.characters.len() - 1) as u16
    }

    /// Adds a word or path of a document.
    pub(super) fn push_word_or_path(&mut self, document: DocId, key: TermKey) {
        self.words.push(key.0 << 32 | u64::from(document));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.words.is_empty()
    }

    /// Renumbers codes in the order of keys.
    fn rank_codes(&mut self) {
        if self.characters.is_empty() {
            return;
        }
        let mut order: Vec<u16> = (0..self.characters.len() as u16).collect();
        // `END` stays the first.
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
pub(super) struct RunSorter {
    /// The code before, the text, the slot: 16, 24 and 24 bits.
    by_character: Vec<u64>,
    /// The code after, the text, the slot.
    by_bigram: Vec<u64>,
    list: PostingList,
}

impl RunSorter {
    /// Writes the lists of a run, in the order of their keys, into an empty file, and rewinds it.
    pub(super) fn sort(&mut self, mut run: Run, file: File) -> io::Result<File> {
        run.rank_codes();
        if self.by_character.len() < run.codes.len() {
            self.by_character.resize(run.codes.len(), 0);
            self.by_bigram.resize(run.codes.len(), 0);
        }
        // No more bigrams start with a character than it has occurrences.
        let groups = group_starts(&run.codes, run.characters.len());
        let ends = self.sort_characters(&run, groups.clone());
        let bigram_ends = self.sort_bigrams(&groups, &ends);
        let mut out = RunWriter { file, last: 0, bytes: Vec::with_capacity(2 * BUFFER) };
        for code in 1..groups.len() {
            let group = groups[code] as usize;
            self.write_unigram(&run, code, group..ends[code] as usize, &mut out)?;
            self.write_bigrams(&run, code, group..bigram_ends[code] as usize, &mut out)?;
        }
        self.write_words(run.words, &mut out)?;
        out.finish()
    }

    fn write_words(&mut self, mut words: Vec<u64>, out: &mut RunWriter) -> io::Result<()> {
        words.sort_unstable();
        for word in words.chunk_by(|a, b| a >> 32 == b >> 32) {
            self.list.clear();
            self.list.fill(word.iter().map(|word| *word as u32));
            out.push(TermKey::of_word_or_path((word[0] >> 32) as u32), &mut self.list)?;
        }
        Ok(())
    }

    /// Appends every character to its group, and returns the ends of the groups.
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

    /// Appends every bigram to the group of its first character, and returns the ends of the
    /// groups.
    fn sort_bigrams(&mut self, groups: &[u32], ends: &[u32]) -> Vec<u32> {
        let mut bigram_ends = groups.to_vec();
        for (code, (start, end)) in groups.iter().zip(ends).enumerate() {
            for number in &self.by_character[*start as usize..*end as usize] {
                let before = (number >> (2 * BITS)) as u16;
                if before != END {
                    // The slot of the first of the two.
                    let first = (number & (MASK << BITS | MASK)) - 1;
                    let end = &mut bigram_ends[usize::from(before)];
                    self.by_bigram[*end as usize] = (code as u64) << (2 * BITS) | first;
                    *end += 1;
                }
            }
        }
        bigram_ends
    }

    fn write_unigram(
        &mut self,
        run: &Run,
        code: usize,
        group: Range<usize>,
        out: &mut RunWriter,
    ) -> io::Result<()> {
        let mut numbers = &self.by_character[group];
        // The character after the last text is here for its bigram only. Its unigram belongs to the
        // next run.
        if let Some((last, rest)) = numbers.split_last()
            && (last & MASK) as usize == run.codes.len() - 1
        {
            numbers = rest;
        }
        self.list.clear();
        let document = |number: &u64| run.starts[(number >> BITS & MASK) as usize].document;
        self.list.fill(numbers.iter().map(document));
        let (field, c) = run.characters[code];
        out.push(TermKey::unigram(field, c), &mut self.list)
    }

    fn write_bigrams(
        &mut self,
        run: &Run,
        code: usize,
        group: Range<usize>,
        out: &mut RunWriter,
    ) -> io::Result<()> {
        let (field, first) = run.characters[code];
        let occurrence = |number: &u64| {
            let start = run.starts[(number >> BITS & MASK) as usize];
            (start.document, start.shift.wrapping_add((number & MASK) as u32))
        };
        for bigram in self.by_bigram[group].chunk_by(|a, b| a >> (2 * BITS) == b >> (2 * BITS)) {
            let (_, second) = run.characters[(bigram[0] >> (2 * BITS)) as usize];
            let key = TermKey::bigram(field, first, second);
            if let [number] = bigram {
                let (document, position) = occurrence(number);
                out.push_one(key, document, position)?;
            } else {
                self.list.clear();
                self.list.fill_with_positions(bigram.iter().map(occurrence));
                out.push(key, &mut self.list)?;
            }
        }
        Ok(())
    }
}

/// Where the group of each code starts; [`END`] has none.
fn group_starts(codes: &[u16], count: usize) -> Vec<u32> {
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

/// Writes the lists of a run.
struct RunWriter {
    file: File,
    /// The last key.
    last: u64,
    bytes: Vec<u8>,
}

impl RunWriter {
    /// Writes a list unless it is empty. Takes the first doc id out of it.
    fn push(&mut self, key: TermKey, list: &mut PostingList) -> io::Result<()> {
        let Some(first) = list.docs.first_mut() else { return Ok(()) };
        let document = *first >> 1;
        *first &= 1;
        let widths =
            [&list.docs, &list.extra_tfs, &list.position_deltas].map(|numbers| Width::of(numbers));
        let has_tf = !list.extra_tfs.is_empty();
        let [a, b, c] = widths.map(|width| width as u8);
        self.push_header(
            u8::from(has_tf) << 6 | c << 4 | b << 2 | a,
            key,
            list.docs.len(),
            document,
        );
        if has_tf {
            write_varint(list.extra_tfs.len() as u64, &mut self.bytes);
            write_varint(list.position_deltas.len() as u64, &mut self.bytes);
        }
        for (numbers, width) in
            [&list.docs, &list.extra_tfs, &list.position_deltas].into_iter().zip(widths)
        {
            width.write(numbers, &mut self.bytes);
        }
        self.flush_if(BUFFER)
    }

    /// Writes a list of one document with one position, as most lists of a run are.
    fn push_one(&mut self, key: TermKey, document: DocId, position: u32) -> io::Result<()> {
        let width = Width::of(&[position]);
        self.push_header((width as u8) << 4, key, 1, document);
        self.bytes.push(0);
        width.write(&[position], &mut self.bytes);
        self.flush_if(BUFFER)
    }

    fn push_header(&mut self, tag: u8, key: TermKey, documents: usize, first: u32) {
        self.bytes.push(tag);
        write_varint(key.0 - self.last, &mut self.bytes);
        self.last = key.0;
        write_varint(documents as u64, &mut self.bytes);
        write_varint(u64::from(first), &mut self.bytes);
    }

    /// Writes the buffer if it has so many bytes.
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

    fn from_tag(bits: u8) -> Option<Self> {
        [Self::One, Self::Two, Self::Four].get(usize::from(bits & 3)).copied()
    }

    fn bytes(self) -> usize {
        1 << self as usize
    }

    fn write(self, numbers: &[u32], out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + numbers.len() * self.bytes(), 0);
        let target = &mut out[start..];
        match self {
            Self::One => {
                target.iter_mut().zip(numbers).for_each(|(byte, number)| *byte = *number as u8);
            }
            Self::Two => {
                for (target, number) in target.chunks_exact_mut(2).zip(numbers) {
                    target.copy_from_slice(&(*number as u16).to_le_bytes());
                }
            }
            Self::Four => {
                for (target, number) in target.chunks_exact_mut(4).zip(numbers) {
                    target.copy_from_slice(&number.to_le_bytes());
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

/// The header of a list in the file of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListHeader {
    pub(super) key: u64,
    first: DocId,
    /// Length and width of each array.
    docs: (usize, Width),
    extra_tfs: (usize, Width),
    position_deltas: (usize, Width),
}

impl ListHeader {
    /// Bytes of a header at most.
    pub(super) const MAX_BYTES: usize = 1 + 5 * 10;

    /// Reads a header and advances `bytes` past it. `last` is the key of the list before.
    pub(super) fn read(last: u64, bytes: &mut &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        *bytes = rest;
        let key = last.checked_add(read_varint(bytes)?)?;
        let documents = read_varint(bytes).filter(|documents| *documents > 0)? as usize;
        let first = read_varint(bytes)? as u32;
        let (mut tfs, mut deltas) = (0, if TermKey(key).is_bigram() { documents } else { 0 });
        if tag >> 6 & 1 == 1 {
            tfs = read_varint(bytes)? as usize;
            deltas = read_varint(bytes)? as usize;
        }
        Some(Self {
            key,
            first,
            docs: (documents, Width::from_tag(*tag)?),
            extra_tfs: (tfs, Width::from_tag(tag >> 2)?),
            position_deltas: (deltas, Width::from_tag(tag >> 4)?),
        })
    }

    /// Bytes of the numbers.
    pub(super) fn bytes(&self) -> usize {
        let of_array = |(count, width): (usize, Width)| count.saturating_mul(width.bytes());
        [self.docs, self.extra_tfs, self.position_deltas]
            .map(of_array)
            .iter()
            .fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }

    /// Appends the list, whose numbers are the first [`ListHeader::bytes`] of `bytes`, to the list
    /// of earlier runs.
    pub(super) fn append_to(&self, bytes: &[u8], list: &mut PostingList) {
        let at = [list.docs.len(), list.extra_tfs.len(), list.position_deltas.len()];
        let (docs, rest) = bytes.split_at(self.docs.0 * self.docs.1.bytes());
        let (extra_tfs, deltas) = rest.split_at(self.extra_tfs.0 * self.extra_tfs.1.bytes());
        self.docs.1.read(docs, &mut list.docs);
        self.extra_tfs.1.read(extra_tfs, &mut list.extra_tfs);
        self.position_deltas.1.read(deltas, &mut list.position_deltas);
        list.join(at, self.first);
    }
}

/// A run with these lists.
#[cfg(test)]
pub(crate) fn file_of(lists: &[(TermKey, PostingList)]) -> File {
    let mut out = RunWriter { file: tempfile::tempfile().unwrap(), last: 0, bytes: Vec::new() };
    for (key, list) in lists {
        out.push(*key, &mut list.clone()).unwrap();
    }
    out.finish().unwrap()
}
