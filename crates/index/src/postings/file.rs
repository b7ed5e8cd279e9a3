//! The file of postings.
//!
//! ```text
//! lists | dictionary | index of the dictionary | words | ends of paths | lengths of titles, bodies, tags | footer
//! ```
//!
//! The dictionary has, by key, the difference to the key before, the documents of the list and its
//! bytes, in variable bytes, 32 keys a block; its index has, for each block, the first key and
//! where its entries and its lists begin. The footer says where everything lies, the totals that
//! average lengths are made of, and a checksum of all before it. All numbers are little-endian.

mod difference;

use std::fs::File;
use std::io::{self, Write};

use tantivy::directory::OwnedBytes;
use xxhash_rust::xxh3::Xxh3;

pub(crate) use self::difference::difference;
use super::UnitKey;
use super::cursor::Cursor;
use super::pack::{read_variable, variable};
use super::unpacked::Unpacked;
use super::words::Table;
use crate::schema::{Kind, Part, Unit};

/// Entries of a block of the dictionary.
const ENTRIES: usize = 32;
/// Bytes of an entry of its index.
const INDEX_ENTRY: usize = 24;
/// Bytes of lists that are written at once: most lists have but a few.
const WAITING: usize = 1 << 18;
/// What the file ends with.
const MAGIC: u64 = u64::from_le_bytes(*b"wensou-3");
/// Numbers of the footer: see [`Footer`].
const FOOTER: usize = 16 * 8;

/// Writes the lists as they come, in the order of their keys.
pub(super) struct Writer {
    out: File,
    checksum: Xxh3,
    written: u64,
    dictionary: Vec<u8>,
    index: Vec<u8>,
    entries: usize,
    last: u64,
    /// Lists that are not written yet.
    bytes: Vec<u8>,
}

impl Writer {
    #[cfg(test)]
    pub(super) fn create(path: &std::path::Path) -> io::Result<Self> {
        Ok(Self::into(File::create_new(path)?))
    }

    /// Into an empty file.
    pub(super) fn into(out: File) -> Self {
        Self {
            out,
            checksum: Xxh3::new(),
            written: 0,
            dictionary: Vec::new(),
            index: Vec::new(),
            entries: 0,
            last: 0,
            bytes: Vec::new(),
        }
    }

    /// Writes the packed list of so many documents.
    pub(super) fn list(&mut self, key: UnitKey, documents: usize, list: &[u8]) -> io::Result<()> {
        if self.entries.is_multiple_of(ENTRIES) {
            let at = self.written + self.bytes.len() as u64;
            for number in [key.0, self.dictionary.len() as u64, at] {
                self.index.extend(number.to_le_bytes());
            }
            self.last = key.0;
        }
        self.entries += 1;
        self.bytes.extend_from_slice(list);
        variable(key.0 - self.last, &mut self.dictionary);
        self.last = key.0;
        variable(documents as u64, &mut self.dictionary);
        variable(list.len() as u64, &mut self.dictionary);
        if self.bytes.len() >= WAITING { self.flush() } else { Ok(()) }
    }

    /// Writes the lists that wait.
    fn flush(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.bytes);
        self.put(&bytes)?;
        bytes.clear();
        self.bytes = bytes;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.checksum.update(bytes);
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    pub(super) fn finish(
        mut self,
        [words, paths]: [Vec<u8>; 2],
        lengths: &[Vec<u8>; 3],
        by_kind: [u64; 2],
        totals: [[u64; 3]; 2],
    ) -> io::Result<()> {
        self.flush()?;
        let lists = self.written;
        let (dictionary, index) =
            (std::mem::take(&mut self.dictionary), std::mem::take(&mut self.index));
        self.put(&dictionary)?;
        self.put(&index)?;
        for bytes in [&words, &paths].into_iter().chain(lengths) {
            self.put(bytes)?;
        }
        let [articles, flashes] = totals;
        let sections = [dictionary.len(), index.len(), words.len(), paths.len(), lengths[0].len()];
        let footer = std::iter::once(lists)
            .chain(sections.map(|length| length as u64))
            .chain(by_kind)
            .chain(articles)
            .chain(flashes);
        let mut bytes: Vec<u8> = footer.flat_map(u64::to_le_bytes).collect();
        self.checksum.update(&bytes);
        bytes.extend(self.checksum.digest().to_le_bytes());
        bytes.extend(MAGIC.to_le_bytes());
        self.out.write_all(&bytes)
    }
}

/// Where everything lies, in bytes of each section.
#[derive(Debug, Clone, Copy)]
struct Footer {
    documents: usize,
    by_kind: [u64; 2],
    totals: [[u64; 3]; 2],
}

/// An open file of postings. Clones share it.
#[derive(Clone)]
pub struct Postings {
    lists: OwnedBytes,
    dictionary: OwnedBytes,
    index: OwnedBytes,
    words: Table,
    /// Ends of paths.
    paths: Table,
    lengths: [OwnedBytes; 3],
    footer: Footer,
}

impl std::fmt::Debug for Postings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postings").field("footer", &self.footer).finish_non_exhaustive()
    }
}

impl Postings {
    /// Reads the footer of a file; nothing else is read before it is asked for.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn open(file: OwnedBytes) -> Result<Self, &'static str> {
        let at = file.len().checked_sub(FOOTER).ok_or("the file of postings is too short")?;
        let (mut rest, footer) = file.split(at);
        let mut numbers = [0_u64; FOOTER / 8];
        for (number, bytes) in numbers.iter_mut().zip(footer.chunks_exact(8)) {
            *number = u64::from_le_bytes(bytes.try_into().map_err(|_| "eight bytes are not")?);
        }
        let [lists, dictionary, index, words, paths, documents, a, b, c, d, e, f, g, h, _, magic] =
            numbers;
        if magic != MAGIC {
            return Err("the file of postings does not end as one does");
        }
        let damaged = "the sections of the file of postings do not fit into it";
        let mut section = |length: u64| -> Result<OwnedBytes, &'static str> {
            let length = usize::try_from(length).ok().filter(|length| *length <= rest.len());
            let (section, after) = rest.clone().split(length.ok_or(damaged)?);
            rest = after;
            Ok(section)
        };
        let lists = section(lists)?;
        let (dictionary, index) = (section(dictionary)?, section(index)?);
        let (words, paths) = (Table(section(words)?), Table(section(paths)?));
        let lengths = [section(documents)?, section(documents)?, section(documents)?];
        if !rest.is_empty() || !index.len().is_multiple_of(INDEX_ENTRY) {
            return Err(damaged);
        }
        let footer = Footer {
            documents: documents as usize,
            by_kind: [a, b],
            totals: [[c, d, e], [f, g, h]],
        };
        Ok(Self { lists, dictionary, index, words, paths, lengths, footer })
    }

    /// Documents, of both kinds.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.footer.documents
    }

    /// Documents of a kind.
    #[must_use]
    pub fn documents_of(&self, kind: Kind) -> u64 {
        self.footer.by_kind[kind as usize]
    }

    /// Key characters in a part of all documents of a kind.
    #[must_use]
    pub fn characters_of(&self, kind: Kind, part: Part) -> u64 {
        self.footer.totals[kind as usize][part as usize]
    }

    /// The length byte of a part of each document, see [`super::length_of`].
    #[must_use]
    pub fn lengths(&self, part: Part) -> OwnedBytes {
        self.lengths[part as usize].clone()
    }

    /// What the list of a unit is found by; `None` for a word that stands nowhere.
    #[must_use]
    pub fn key(&self, part: Part, unit: Unit, text: &str) -> Option<UnitKey> {
        let mut chars = text.chars();
        match (unit, chars.next(), chars.next()) {
            (Unit::Gram, Some(first), Some(second)) => Some(UnitKey::pair(part, first, second)),
            (Unit::Char, Some(only), _) => Some(UnitKey::single(part, only)),
            (Unit::Word, ..) => Some(UnitKey::word(part, self.words.number(text)?)),
            _ => None,
        }
    }

    /// Says every word that begins so, in the order of bytes, and what its list is found by; the
    /// part need not have it.
    pub fn words(&self, part: Part, prefix: &str, mut each: impl FnMut(&str, UnitKey)) {
        self.words.each_from(prefix, |word, number| {
            let begins = word.starts_with(prefix);
            if begins {
                each(word, UnitKey::word(part, number));
            }
            begins
        });
    }

    /// Documents that have a unit.
    #[must_use]
    pub fn count(&self, key: UnitKey) -> u32 {
        Entries::of(self).find(key).map_or(0, |(count, _)| count)
    }

    /// The list of a unit, if any document has it.
    #[must_use]
    pub fn list(&self, key: UnitKey) -> Option<Cursor> {
        Entries::of(self).list(key)
    }

    /// The list of a unit, if any document has it, all of it read.
    #[must_use]
    pub fn unpacked(&self, key: UnitKey) -> Option<Unpacked> {
        Some(Unpacked::of(self.list(key)?, self.documents()))
    }

    /// The documents that have a word that begins so in one of the parts.
    #[must_use]
    pub fn with_prefix(&self, parts: &[Part], prefix: &str) -> Unpacked {
        let mut keys = Vec::new();
        parts.iter().for_each(|part| self.words(*part, prefix, |_, key| keys.push(key)));
        self.with_any(keys)
    }

    /// The documents that stand in a file or folder of this name, or path, at whatever depth;
    /// unless `whole`, in one whose name begins so.
    #[must_use]
    pub fn in_paths(&self, name: &str, whole: bool) -> Unpacked {
        let mut keys = Vec::new();
        let mut take = |from: &str, whole: bool| {
            self.paths.each_from(from, |end, number| {
                let wanted = if whole { end == from } else { end.starts_with(from) };
                if wanted {
                    keys.push(UnitKey::path(number));
                }
                wanted
            });
        };
        take(name, whole);
        if whole {
            take(&format!("{name}/"), false);
        }
        self.with_any(keys)
    }

    /// The documents that are in the list of any of the keys.
    fn with_any(&self, mut keys: Vec<UnitKey>) -> Unpacked {
        keys.sort_unstable();
        keys.dedup();
        let mut entries = Entries::of(self);
        let lists = keys.into_iter().filter_map(|key| entries.list(key));
        Unpacked::union(lists, self.documents())
    }
}

/// Reads entries of the dictionary; of keys that ascend, each block once.
struct Entries<'p> {
    postings: &'p Postings,
    /// What comes behind the entry at hand in its block, and how many entries.
    rest: &'p [u8],
    left: usize,
    /// The first key of the next block.
    next: u64,
    /// Of the entry at hand, if one is.
    key: u64,
    count: u64,
    /// Where its list begins and ends.
    list: (usize, usize),
}

impl<'p> Entries<'p> {
    fn of(postings: &'p Postings) -> Self {
        Self { postings, rest: &[], left: 0, next: 0, key: 0, count: 0, list: (0, 0) }
    }

    /// A number of the index of the dictionary.
    fn number(&self, block: usize, which: usize) -> Option<u64> {
        let at = block * INDEX_ENTRY + which * 8;
        let bytes = self.postings.index.get(at..at + 8)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Goes before the first entry of the block that would have the key.
    fn open(&mut self, key: UnitKey) -> Option<()> {
        let blocks = self.postings.index.len() / INDEX_ENTRY;
        let (mut low, mut high) = (0, blocks);
        while low < high {
            let middle = (low + high) / 2;
            match self.number(middle, 0)? <= key.0 {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let block = low.checked_sub(1)?;
        let entries = usize::try_from(self.number(block, 1)?).ok()?;
        let lists = usize::try_from(self.number(block, 2)?).ok()?;
        self.rest = self.postings.dictionary.get(entries..)?;
        self.left = ENTRIES;
        self.key = self.number(block, 0)?;
        self.next = if low < blocks { self.number(low, 0)? } else { u64::MAX };
        self.list = (lists, lists);
        self.advance()
    }

    fn advance(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        self.key = self.key.checked_add(read_variable(&mut self.rest)?)?;
        self.count = read_variable(&mut self.rest)?;
        let length = usize::try_from(read_variable(&mut self.rest)?).ok()?;
        self.list = (self.list.1, self.list.1.checked_add(length)?);
        Some(())
    }

    /// The number of documents of a unit, and where its list begins.
    fn find(&mut self, key: UnitKey) -> Option<(u32, usize)> {
        if key.0 < self.key || self.next <= key.0 {
            // Nothing, should the block make no sense.
            self.next = 0;
            self.open(key)?;
        }
        while self.key < key.0 {
            self.advance()?;
        }
        let within = self.key == key.0 && self.list.0 < self.postings.lists.len();
        within.then_some((u32::try_from(self.count).ok()?, self.list.0))
    }

    fn list(&mut self, key: UnitKey) -> Option<Cursor> {
        let (count, at) = self.find(key)?;
        let lists = &self.postings.lists;
        Some(Cursor::new(lists.slice(at..lists.len()), count, key.is_pair()))
    }
}
