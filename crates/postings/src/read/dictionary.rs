//! The dictionary: from the key of a term to its posting list.
//!
//! ```text
//! dictionary = entry …          in the order of keys
//! entry      = key delta | document frequency | length of the list in bytes          varints
//! index      = for each block of 32 entries:
//!              first key u64 | offset of the first entry u64 | offset of the first list u64
//! ```
//!
//! The key delta of the first entry of a block is 0. Lists follow one another in the order of their
//! keys, so an entry has only the length of its list, and not its offset.

use std::ops::Range;

use super::cursor::Cursor;
use crate::codec::varint::{read_varint, write_varint};
use crate::pages::PageSlice;
use crate::term::TermKey;

/// The number of entries of a block of the dictionary.
pub(crate) const BLOCK_ENTRIES: usize = 32;
/// Length of an entry of the index in bytes.
pub(crate) const INDEX_ENTRY_LEN: usize = 24;
/// Maximum length of an entry in bytes: three varints of at most nine bytes each.
const MAX_ENTRY_LEN: usize = 3 * 9;

/// Collects the entries of a dictionary that is being written.
#[derive(Debug, Default)]
pub(crate) struct DictionaryWriter {
    pub(crate) entries: Vec<u8>,
    pub(crate) index: Vec<u8>,
    /// The number of entries.
    count: usize,
    /// The key of the last entry.
    last: u64,
}

impl DictionaryWriter {
    /// Adds the next key, with the offset and the length of its list in bytes.
    pub(crate) fn push(&mut self, key: TermKey, doc_freq: u32, offset: u64, length: usize) {
        if self.count.is_multiple_of(BLOCK_ENTRIES) {
            for number in [key.0, self.entries.len() as u64, offset] {
                self.index.extend(number.to_le_bytes());
            }
            self.last = key.0;
        }
        self.count += 1;
        write_varint(key.0 - self.last, &mut self.entries);
        self.last = key.0;
        write_varint(u64::from(doc_freq), &mut self.entries);
        write_varint(length as u64, &mut self.entries);
    }
}

/// The dictionary of a file, and its posting lists.
#[derive(Debug, Clone)]
pub(crate) struct Dictionary {
    pub(crate) lists: PageSlice,
    pub(crate) entries: PageSlice,
    pub(crate) index: PageSlice,
}

impl Dictionary {
    fn block_count(&self) -> usize {
        self.index.len() / INDEX_ENTRY_LEN
    }

    fn first_key(&self, block: usize) -> Option<u64> {
        self.index.u64(block * INDEX_ENTRY_LEN)
    }
}

/// Reads entries of a dictionary. If keys are looked up in ascending order, each block is read at
/// most once.
pub(crate) struct DictionaryReader<'d> {
    dictionary: &'d Dictionary,
    /// The bytes of the current block that have not been read, and how many entries they have. In
    /// the last block, `remaining` may be too great: there the entries end with the bytes.
    unread: &'d [u8],
    remaining: usize,
    /// The number of the block after the current one, and its first key: [`u64::MAX`] if there is
    /// no such block; 0 while no block is open, so that every lookup searches for its block.
    next_block: usize,
    next_block_key: u64,
    /// Key and document frequency of the current entry.
    key: u64,
    doc_freq: u64,
    /// The byte range of the list of the current entry.
    list: Range<usize>,
}

impl<'d> DictionaryReader<'d> {
    /// A reader before the first entry.
    pub(crate) fn new(dictionary: &'d Dictionary) -> Self {
        Self {
            dictionary,
            unread: &[],
            remaining: 0,
            next_block: 0,
            next_block_key: 0,
            key: 0,
            doc_freq: 0,
            list: 0..0,
        }
    }

    /// Goes to a block, before its first entry. `None` if it cannot be read.
    fn open_block(&mut self, block: usize) -> Option<()> {
        let dictionary = self.dictionary;
        let at = block * INDEX_ENTRY_LEN;
        let entries_at = usize::try_from(dictionary.index.u64(at + 8)?).ok()?;
        let list_at = usize::try_from(dictionary.index.u64(at + 16)?).ok()?;
        let end = match block + 1 < dictionary.block_count() {
            true => usize::try_from(dictionary.index.u64(at + INDEX_ENTRY_LEN + 8)?).ok()?,
            false => dictionary.entries.len(),
        };
        // A damaged index must not make the block longer than its entries can be.
        let end = end.min(entries_at.checked_add(BLOCK_ENTRIES * MAX_ENTRY_LEN)?);
        self.unread = dictionary.entries.get(entries_at..end.max(entries_at))?;
        self.remaining = BLOCK_ENTRIES;
        self.next_block = block + 1;
        self.key = dictionary.first_key(block)?;
        self.next_block_key = match block + 1 < dictionary.block_count() {
            true => dictionary.first_key(block + 1)?,
            false => u64::MAX,
        };
        self.list = list_at..list_at;
        Some(())
    }

    /// Reads the next entry of the block.
    fn advance(&mut self) -> Option<()> {
        self.remaining = self.remaining.checked_sub(1)?;
        self.key = self.key.checked_add(read_varint(&mut self.unread)?)?;
        self.doc_freq = read_varint(&mut self.unread)?;
        let length = usize::try_from(read_varint(&mut self.unread)?).ok()?;
        let start = self.list.end;
        self.list = start..start.checked_add(length)?;
        Some(())
    }

    /// Goes to the entry of a key; `None` if there is none.
    fn seek(&mut self, key: TermKey) -> Option<()> {
        if key.0 < self.key || self.next_block_key <= key.0 {
            // Note that no block is open. If the new block turns out to be invalid, the next lookup
            // searches again.
            self.next_block_key = 0;
            let (mut low, mut high) = (0, self.dictionary.block_count());
            while low < high {
                let middle = (low + high) / 2;
                match self.dictionary.first_key(middle)? <= key.0 {
                    true => low = middle + 1,
                    false => high = middle,
                }
            }
            self.open_block(low.checked_sub(1)?)?;
            self.advance()?;
        }
        while self.key < key.0 {
            self.advance()?;
        }
        (self.key == key.0).then_some(())
    }

    /// The document frequency of a term; 0 if it has no list.
    pub(crate) fn doc_freq(&mut self, key: TermKey) -> u32 {
        match self.seek(key) {
            Some(()) => u32::try_from(self.doc_freq).unwrap_or_default(),
            None => 0,
        }
    }

    /// A cursor over the posting list of a term; `None` if the term has no list.
    pub(crate) fn cursor(&mut self, key: TermKey) -> Option<Cursor> {
        self.seek(key)?;
        self.current_cursor()
    }

    /// A cursor over the posting list of the current entry.
    pub(crate) fn current_cursor(&self) -> Option<Cursor> {
        let list = self.dictionary.lists.slice(self.list.clone())?;
        let doc_freq = u32::try_from(self.doc_freq).ok()?;
        Some(Cursor::new(list, doc_freq, TermKey(self.key).is_bigram()))
    }

    /// The document frequency of the current entry, and the bytes of its list.
    pub(crate) fn current_list(&self) -> Option<(u64, &'d [u8])> {
        Some((self.doc_freq, self.dictionary.lists.get(self.list.clone())?))
    }

    /// Goes to the next entry and returns its key; `None` at the end of the dictionary, or if the
    /// next entry is invalid.
    pub(crate) fn next_key(&mut self) -> Option<TermKey> {
        if self.remaining == 0 || self.unread.is_empty() {
            if self.next_block >= self.dictionary.block_count() {
                return None;
            }
            self.open_block(self.next_block)?;
        }
        self.advance()?;
        Some(TermKey(self.key))
    }
}
