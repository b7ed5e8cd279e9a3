//! A run: a part of the archive that is inverted in memory.
//!
//! Each character of a text has a *slot* with its char id, and so has the sentinel after the text.
//!
//! Characters are sorted twice with a stable counting sort: first by the character, which gives the
//! posting list of every unigram, then by the preceding character, which gives the posting list of
//! every bigram. Char ids ascend in the order of keys, so these lists need no further sorting.
//! Words and paths are sorted separately, by their keys.

use std::fs::File;
use std::io;
use std::ops::Range;

use super::run_file::RunWriter;
use crate::codec::posting_list::PostingList;
use crate::term::{DocId, TermKey, TextField};

/// The char id that follows the last character of a text.
pub(super) const SENTINEL: u16 = 0;

/// The number of bits that a slot takes in an element of [`RunSorter`]'s buffers. The number of a
/// text takes as many, above the slot.
const SLOT_BITS: u32 = 24;
/// The lowest [`SLOT_BITS`] bits, where the slot is.
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
/// The greatest number of slots of a run.
pub(super) const MAX_SLOTS: usize = 1 << SLOT_BITS;

/// The start of a text in its run.
#[derive(Debug, Clone, Copy)]
struct TextStart {
    /// The slot of its first character.
    slot: u32,
    document: DocId,
    /// The position of the first character in its field, minus its slot.
    shift: u32,
}

/// A part of the archive that is not sorted yet.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// The char id of each slot.
    pub(super) char_ids: Vec<u16>,
    starts: Vec<TextStart>,
    /// By char id: the field and the character. The first entry is that of [`SENTINEL`], and stands
    /// for no character.
    pub(super) characters: Vec<(TextField, char)>,
    /// For each occurrence of a word or path, the lower 32 bits of its key. There is about one
    /// occurrence for every two characters, so whole keys, of 64 bits, would take a fifth of the
    /// memory that a run and its sorting need.
    words: Vec<u32>,
    /// For each document of `words`, ascending, the index of its first word or path, and its doc
    /// id.
    word_starts: Vec<(u32, DocId)>,
}

impl Run {
    /// Starts a text whose first character has this position in its field.
    pub(super) fn start_text(&mut self, document: DocId, position: u32) {
        let slot = self.char_ids.len() as u32;
        self.starts.push(TextStart { slot, document, shift: position.wrapping_sub(slot) });
    }

    /// Assigns the next char id to a character.
    pub(super) fn new_char_id(&mut self, field: TextField, c: char) -> u16 {
        if self.characters.is_empty() {
            self.characters.push((field, '\0'));
        }
        self.characters.push((field, c));
        (self.characters.len() - 1) as u16
    }

    /// Adds a word or path of a document.
    pub(super) fn push_word_or_path(&mut self, document: DocId, key: TermKey) {
        if self.word_starts.last().is_none_or(|(_, last)| *last != document) {
            self.word_starts.push((self.words.len() as u32, document));
        }
        self.words.push(key.0 as u32);
    }

    /// A number for each occurrence of a word or path: the lower 32 bits of its key above the 32
    /// bits of its doc id.
    fn words_with_documents(&self) -> impl Iterator<Item = u64> {
        let ends = self.word_starts.iter().skip(1).map(|(start, _)| *start as usize);
        let ends = ends.chain([self.words.len()]);
        self.word_starts.iter().zip(ends).flat_map(|((start, document), end)| {
            let of_document = self.words[*start as usize..end].iter();
            of_document.map(|key| u64::from(*key) << 32 | u64::from(*document))
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.char_ids.is_empty() && self.words.is_empty()
    }

    /// Renumbers char ids in the order of keys.
    fn sort_char_ids(&mut self) {
        if self.characters.is_empty() {
            return;
        }
        let mut order: Vec<u16> = (0..self.characters.len() as u16).collect();
        // `SENTINEL` stays the first.
        order[1..].sort_unstable_by_key(|char_id| self.characters[usize::from(*char_id)]);
        let mut ranks = vec![SENTINEL; order.len()];
        for (char_id, rank) in order.iter().zip(0..) {
            ranks[usize::from(*char_id)] = rank;
        }
        self.characters =
            order.iter().map(|char_id| self.characters[usize::from(*char_id)]).collect();
        for char_id in &mut self.char_ids {
            *char_id = ranks[usize::from(*char_id)];
        }
    }
}

/// Sorts runs one after another, in the same buffers.
#[derive(Debug, Default)]
pub(super) struct RunSorter {
    /// Occurrences of characters, each as one number: the char id of the preceding character, the
    /// number of the text, and the slot, in 16, 24 and 24 bits.
    by_character: Vec<u64>,
    /// Occurrences of bigrams, in the same way: the char id of the second character, and the text
    /// and slot of the first one.
    by_bigram: Vec<u64>,
    list: PostingList,
}

impl RunSorter {
    /// Writes the lists of a run, in the order of their keys, into an empty file, and rewinds it.
    pub(super) fn sort(&mut self, mut run: Run, file: File) -> io::Result<File> {
        run.sort_char_ids();
        grow(&mut self.by_character, run.char_ids.len());
        grow(&mut self.by_bigram, run.char_ids.len());
        // In `by_character`, the group of a character has its occurrences; in `by_bigram`, it has
        // the bigrams that start with the character. There are at most as many bigrams as
        // occurrences, so the groups start at the same offsets in both buffers; only their ends
        // differ.
        let starts = group_starts(&run.char_ids, run.characters.len());
        let ends = self.sort_characters(&run, starts.clone());
        let bigram_ends = self.sort_bigrams(&starts, &ends);
        let mut out = RunWriter::new(file);
        for char_id in 1..starts.len() {
            let start = starts[char_id] as usize;
            self.write_unigram(&run, char_id, start..ends[char_id] as usize, &mut out)?;
            self.write_bigrams(&run, char_id, start..bigram_ends[char_id] as usize, &mut out)?;
        }
        self.write_words_and_paths(&run, &mut out)?;
        out.finish()
    }

    fn write_words_and_paths(&mut self, run: &Run, out: &mut RunWriter) -> io::Result<()> {
        // Characters and bigrams have been written, so their buffers can be used.
        let Self { by_character, by_bigram, list } = self;
        let count = run.words.len();
        grow(by_character, count);
        grow(by_bigram, count);
        let words = &mut by_character[..count];
        words.iter_mut().zip(run.words_with_documents()).for_each(|(word, of_run)| *word = of_run);
        let sorted = sorted_by_key(words, &mut by_bigram[..count]);
        for word in sorted.chunk_by(|a, b| a >> 32 == b >> 32) {
            let key = TermKey::of_word_or_path((word[0] >> 32) as u32);
            if let [word] = word {
                out.push_one(key, *word as u32, None)?;
            } else {
                list.clear();
                list.fill(word.iter().map(|word| *word as u32));
                out.push(key, list)?;
            }
        }
        Ok(())
    }

    /// Appends every occurrence of a character to the group of the character, and returns the ends
    /// of the groups. The caller passes the starts of the groups as `ends`: all are empty at first.
    fn sort_characters(&mut self, run: &Run, mut ends: Vec<u32>) -> Vec<u32> {
        for (text, start) in run.starts.iter().enumerate() {
            let end =
                run.starts.get(text + 1).map_or(run.char_ids.len(), |next| next.slot as usize);
            let first = (text as u64) << SLOT_BITS | u64::from(start.slot);
            let mut before = SENTINEL;
            for (text_and_slot, char_id) in (first..).zip(&run.char_ids[start.slot as usize..end]) {
                if *char_id != SENTINEL {
                    let end = &mut ends[usize::from(*char_id)];
                    self.by_character[*end as usize] =
                        u64::from(before) << (2 * SLOT_BITS) | text_and_slot;
                    *end += 1;
                }
                before = *char_id;
            }
        }
        ends
    }

    /// Appends every bigram to the group of its first character, and returns the ends of the
    /// groups. `starts` and `ends` are those of the groups of characters.
    fn sort_bigrams(&mut self, starts: &[u32], ends: &[u32]) -> Vec<u32> {
        let mut bigram_ends = starts.to_vec();
        for (char_id, (start, end)) in starts.iter().zip(ends).enumerate() {
            for number in &self.by_character[*start as usize..*end as usize] {
                let before = (number >> (2 * SLOT_BITS)) as u16;
                if before != SENTINEL {
                    // The text, and the slot of the first of the two characters.
                    let first = (number & (SLOT_MASK << SLOT_BITS | SLOT_MASK)) - 1;
                    let end = &mut bigram_ends[usize::from(before)];
                    self.by_bigram[*end as usize] = (char_id as u64) << (2 * SLOT_BITS) | first;
                    *end += 1;
                }
            }
        }
        bigram_ends
    }

    fn write_unigram(
        &mut self,
        run: &Run,
        char_id: usize,
        group: Range<usize>,
        out: &mut RunWriter,
    ) -> io::Result<()> {
        let mut numbers = &self.by_character[group];
        // If the last text continues in the next run, the last slot of this run has the first
        // character of that continuation, so that the bigram across the two runs is found here. The
        // unigram of that character belongs to the next run.
        if let Some((last, remaining)) = numbers.split_last()
            && (last & SLOT_MASK) as usize == run.char_ids.len() - 1
        {
            numbers = remaining;
        }
        self.list.clear();
        let document =
            |number: &u64| run.starts[(number >> SLOT_BITS & SLOT_MASK) as usize].document;
        self.list.fill(numbers.iter().map(document));
        let (field, c) = run.characters[char_id];
        out.push(TermKey::unigram(field, c), &mut self.list)
    }

    fn write_bigrams(
        &mut self,
        run: &Run,
        char_id: usize,
        group: Range<usize>,
        out: &mut RunWriter,
    ) -> io::Result<()> {
        let (field, first) = run.characters[char_id];
        let occurrence = |number: &u64| {
            let start = run.starts[(number >> SLOT_BITS & SLOT_MASK) as usize];
            (start.document, start.shift.wrapping_add((number & SLOT_MASK) as u32))
        };
        for bigram in
            self.by_bigram[group].chunk_by(|a, b| a >> (2 * SLOT_BITS) == b >> (2 * SLOT_BITS))
        {
            let (_, second) = run.characters[(bigram[0] >> (2 * SLOT_BITS)) as usize];
            let key = TermKey::bigram(field, first, second);
            if let [number] = bigram {
                let (document, position) = occurrence(number);
                out.push_one(key, document, Some(position))?;
            } else {
                self.list.clear();
                self.list.fill_with_positions(bigram.iter().map(occurrence));
                out.push(key, &mut self.list)?;
            }
        }
        Ok(())
    }
}

/// Makes a buffer of at least this many numbers. Their values do not matter. New memory is zero
/// already, and a new buffer takes less time than copying the old one.
fn grow(buffer: &mut Vec<u64>, length: usize) {
    if buffer.len() < length {
        *buffer = Vec::new();
        *buffer = vec![0; length];
    }
}

/// Sorts the occurrences of words and paths by the bits of their keys, and returns them. `scratch`
/// has as many elements as `words`. The occurrences of one key are in the order of their documents
/// and stay so, because each pass is a stable counting sort by some of the bits.
fn sorted_by_key<'w>(words: &'w mut [u64], scratch: &'w mut [u64]) -> &'w [u64] {
    // The keys have 32 bits, which take three passes.
    const DIGIT_BITS: u32 = 11;
    let used = words.iter().fold(0, |used, word| used | word);
    let (mut sorted, mut other) = (words, scratch);
    for shift in (32..64).step_by(DIGIT_BITS as usize) {
        let digit = |word: u64| (word >> shift) as usize & ((1 << DIGIT_BITS) - 1);
        if digit(used) == 0 {
            continue;
        }
        let mut ends = vec![0_u32; 1 << DIGIT_BITS];
        sorted.iter().for_each(|word| ends[digit(*word)] += 1);
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        for word in &*sorted {
            let end = &mut ends[digit(*word)];
            other[*end as usize] = *word;
            *end += 1;
        }
        std::mem::swap(&mut sorted, &mut other);
    }
    sorted
}

/// For each char id, the start of its group, which has room for all occurrences of its character.
/// The group of [`SENTINEL`] is empty. `count` is the number of different char ids.
fn group_starts(char_ids: &[u16], count: usize) -> Vec<u32> {
    let mut counts = vec![0; count];
    for char_id in char_ids {
        counts[usize::from(*char_id)] += 1;
    }
    if let Some(sentinels) = counts.first_mut() {
        *sentinels = 0;
    }
    let mut start = 0;
    for count in &mut counts {
        start += std::mem::replace(count, start);
    }
    counts
}
