//! Numbers words and paths while a file is written, and makes their tables.

use std::io;

use foldhash::HashMap;
use foldhash::fast::RandomState;
use string_interner::backend::StringBackend;
use string_interner::{DefaultSymbol, StringInterner, Symbol};

use crate::codec::varint::write_varint;
use crate::read::table::{BLOCK_ENTRIES, MAX_NUMBERS};

/// Numbers strings (words, or paths) in the order in which they are added.
#[derive(Debug)]
pub(crate) struct Interner {
    strings: StringInterner<StringBackend, RandomState>,
    /// The numbers of all strings of six bytes, by [`two_char_key`]. Most words of a text have two
    /// Chinese characters, and so six bytes; looking up a number takes half the time of looking up
    /// a string. An entry takes 20 bytes.
    two_chars: HashMap<u64, u32>,
}

impl Default for Interner {
    fn default() -> Self {
        Self { strings: StringInterner::new(), two_chars: HashMap::default() }
    }
}

/// The bytes of a string of six bytes as a number; `None` for any other string. Two Chinese
/// characters usually have six bytes.
fn two_char_key(text: &str) -> Option<u64> {
    let [a, b, c, d, e, f] = <[u8; 6]>::try_from(text.as_bytes()).ok()?;
    Some(u64::from_le_bytes([a, b, c, d, e, f, 0, 0]))
}

impl Interner {
    /// The number of a string that was added before; `None` if it was not added.
    pub(crate) fn get(&self, text: &str) -> Option<u32> {
        match two_char_key(text) {
            Some(key) => self.two_chars.get(&key).copied(),
            None => self.strings.get(text).map(|symbol| symbol.to_usize() as u32),
        }
    }

    /// The number of a string, which is added if it is new. Fails once [`MAX_NUMBERS`] strings have
    /// been added.
    pub(crate) fn get_or_add(&mut self, text: &str) -> io::Result<u32> {
        if self.strings.len() >= MAX_NUMBERS {
            return Err(io::Error::other("more distinct words or paths than an index can hold"));
        }
        let number = self.strings.get_or_intern(text).to_usize() as u32;
        if let Some(key) = two_char_key(text) {
            self.two_chars.insert(key, number);
        }
        Ok(number)
    }

    /// The front-coded table of all strings.
    pub(crate) fn table(mut self) -> Vec<u8> {
        // Posting lists are merged at the same time, which needs the memory.
        self.two_chars = HashMap::default();
        self.table_of_suffixes(|_| std::iter::once(0))
    }

    /// The front-coded table of all paths, and of their suffixes after each `/`, without empty
    /// ones.
    pub(crate) fn path_table(self) -> Vec<u8> {
        self.table_of_suffixes(|path| {
            let after_slash = path.match_indices('/').map(|(at, slash)| at + slash.len());
            std::iter::once(0).chain(after_slash.filter(|at| *at < path.len()))
        })
    }

    /// The front-coded table of suffixes of all strings. For each string, `starts` returns the
    /// offsets at which its suffixes start.
    fn table_of_suffixes<'n, I: Iterator<Item = usize>>(
        &'n self,
        starts: impl Fn(&'n str) -> I,
    ) -> Vec<u8> {
        // A number and an offset take 8 bytes; a number and a string slice would take 24.
        let mut entries: Vec<(u32, u32)> = Vec::new();
        for (symbol, text) in &self.strings {
            entries.extend(starts(text).map(|at| (symbol.to_usize() as u32, at as u32)));
        }
        let text_of = |(number, at): (u32, u32)| {
            let symbol = DefaultSymbol::try_from_usize(number as usize);
            let text = symbol.and_then(|symbol| self.strings.resolve(symbol)).unwrap_or_default();
            text.get(at as usize..).unwrap_or_default().as_bytes()
        };
        sort_by_text(&mut entries, text_of);
        let (mut table, mut blocks) = (Vec::new(), Vec::new());
        for block in entries.chunks(BLOCK_ENTRIES) {
            blocks.extend((table.len() as u32).to_le_bytes());
            let mut previous: &[u8] = &[];
            for (number, at) in block {
                let text = text_of((*number, *at));
                let shared = previous.iter().zip(text).take_while(|(a, b)| a == b).count();
                write_varint(shared as u64, &mut table);
                write_varint((text.len() - shared) as u64, &mut table);
                table.extend(&text[shared..]);
                write_varint(u64::from(*number), &mut table);
                previous = text;
            }
        }
        let count = (blocks.len() / 4) as u32;
        table.extend(blocks);
        table.extend(count.to_le_bytes());
        table
    }
}

/// Sorts entries (a number and an offset each) by their texts, and entries with the same text by
/// number and offset.
fn sort_by_text<'n>(entries: &mut [(u32, u32)], text: impl Fn((u32, u32)) -> &'n [u8]) {
    // The first bytes of each text are kept beside its entry, so that most comparisons need not
    // read the text. Only a part of the entries has them at a time, so that memory is bounded.
    let mut with_prefix: Vec<(u64, (u32, u32))> = Vec::new();
    for part in entries.chunks_mut(PART) {
        with_prefix.clear();
        with_prefix.extend(part.iter().map(|entry| (prefix(text(*entry)), *entry)));
        with_prefix.sort_unstable_by(|(a_prefix, a), (b_prefix, b)| {
            a_prefix.cmp(b_prefix).then_with(|| text(*a).cmp(text(*b))).then(a.cmp(b))
        });
        part.iter_mut().zip(&with_prefix).for_each(|(entry, (_, sorted))| *entry = *sorted);
    }
    if entries.len() > PART {
        // This sort recognises the sorted parts and merges them.
        entries.sort_by(|a, b| text(*a).cmp(text(*b)).then(a.cmp(b)));
    }
}

/// The number of entries that are sorted with their prefixes at a time. These take 4 MiB.
const PART: usize = 1 << 18;

/// The first eight bytes of a text, filled up with zeros, as a number. A text with a smaller number
/// precedes one with a greater number.
fn prefix(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(bytes)
}
