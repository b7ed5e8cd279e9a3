//! The file of postings.
//!
//! ```text
//! lists | dictionary | index of the dictionary | words | lengths of titles, bodies, tags | footer
//! ```
//!
//! The dictionary has, by key, the difference to the key before, the documents of the list and its
//! bytes, in variable bytes, 32 keys a block; its index has, for each block, the first key and where
//! its entries and its lists begin. The footer says where everything lies, the totals that average
//! lengths are made of, and a checksum of all before it. All numbers are little-endian.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tantivy::directory::OwnedBytes;
use xxhash_rust::xxh3::Xxh3;

use super::UnitKey;
use super::cursor::Cursor;
use super::list::List;
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
const MAGIC: u64 = u64::from_le_bytes(*b"wensou-2");
/// Numbers of the footer: see [`Footer`].
const FOOTER: usize = 15 * 8;

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
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            out: File::create_new(path)?,
            checksum: Xxh3::new(),
            written: 0,
            dictionary: Vec::new(),
            index: Vec::new(),
            entries: 0,
            last: 0,
            bytes: Vec::new(),
        })
    }

    pub(super) fn list(&mut self, key: UnitKey, list: &List) -> io::Result<()> {
        if self.entries.is_multiple_of(ENTRIES) {
            let at = self.written + self.bytes.len() as u64;
            for number in [key.0, self.dictionary.len() as u64, at] {
                self.index.extend(number.to_le_bytes());
            }
            self.last = key.0;
        }
        self.entries += 1;
        let start = self.bytes.len();
        list.encode(&mut self.bytes);
        variable(key.0 - self.last, &mut self.dictionary);
        self.last = key.0;
        variable(list.numbers.len() as u64, &mut self.dictionary);
        variable((self.bytes.len() - start) as u64, &mut self.dictionary);
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
        words: &[u8],
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
        self.put(words)?;
        for lengths in lengths {
            self.put(lengths)?;
        }
        let [articles, flashes] = totals;
        let sections = [dictionary.len(), index.len(), words.len(), lengths[0].len()];
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
        let [lists, dictionary, index, words, documents, a, b, c, d, e, f, g, h, _, magic] =
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
        let words = Table(section(words)?);
        let lengths = [section(documents)?, section(documents)?, section(documents)?];
        if !rest.is_empty() || !index.len().is_multiple_of(INDEX_ENTRY) {
            return Err(damaged);
        }
        let footer = Footer {
            documents: documents as usize,
            by_kind: [a, b],
            totals: [[c, d, e], [f, g, h]],
        };
        Ok(Self { lists, dictionary, index, words, lengths, footer })
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

    /// Says every word that begins so, in the order of bytes, and what its list is found by; the part need not
    /// have it.
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
        self.entry(key).map_or(0, |(count, _)| count)
    }

    /// The list of a unit, if any document has it.
    #[must_use]
    pub fn list(&self, key: UnitKey) -> Option<Cursor> {
        let (count, at) = self.entry(key)?;
        Some(Cursor::new(self.lists.slice(at..self.lists.len()), count, key.is_pair()))
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
        Unpacked::union(keys.into_iter().filter_map(|key| self.list(key)), self.documents())
    }

    /// The number of documents of a unit, and where its list begins.
    fn entry(&self, key: UnitKey) -> Option<(u32, usize)> {
        let number = |block: usize, which: usize| {
            let at = block * INDEX_ENTRY + which * 8;
            let bytes = self.index.get(at..at + 8)?;
            Some(u64::from_le_bytes(bytes.try_into().ok()?))
        };
        let (mut low, mut high) = (0, self.index.len() / INDEX_ENTRY);
        while low < high {
            let middle = (low + high) / 2;
            match number(middle, 0)? <= key.0 {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let block = low.checked_sub(1)?;
        let mut found = number(block, 0)?;
        let mut entries = self.dictionary.get(usize::try_from(number(block, 1)?).ok()?..)?;
        let mut at = usize::try_from(number(block, 2)?).ok()?;
        for _ in 0..ENTRIES {
            found = found.checked_add(read_variable(&mut entries)?)?;
            let count = read_variable(&mut entries)?;
            let length = read_variable(&mut entries)?;
            if found >= key.0 {
                let within = found == key.0 && at < self.lists.len();
                return within.then_some((u32::try_from(count).ok()?, at));
            }
            at = at.checked_add(usize::try_from(length).ok()?)?;
        }
        None
    }
}
