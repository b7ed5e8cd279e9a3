//! Front-coded tables of words and paths, which map a string to its number.
//!
//! ```text
//! table = block … | start of each block u32 … | number of blocks u32
//! block = 16 entries: length of the shared prefix | length of the suffix | suffix | number
//! ```
//!
//! Lengths (in bytes) and numbers are varints, and entries are in the order of bytes. The prefix is
//! shared with the previous entry; the first entry of a block shares nothing. The table of paths
//! has an entry for each path and for each of its suffixes after a `/`. If several paths have the
//! same suffix, the table has several entries for it, one with the number of each path.
//!
//! A map of the `fst` crate is as small, but its keys must be unique, so it cannot hold a suffix of
//! several paths.

use crate::codec::varint::read_varint;
use crate::pages::PageSlice;

/// The number of entries of a block.
pub(crate) const BLOCK_ENTRIES: usize = 16;
/// Numbers are less than this: a term key has 29 bits for the number of a word or path.
pub(crate) const MAX_NUMBERS: usize = 1 << 29;

/// A table of words or paths. An entry with invalid lengths or an invalid number ends its block;
/// invalid UTF-8, or a block with an invalid start or a damaged page, ends the table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    bytes: PageSlice,
}

impl Table {
    pub(crate) fn new(bytes: PageSlice) -> Self {
        Self { bytes }
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> &PageSlice {
        &self.bytes
    }

    /// The number of a word; `None` if the table does not contain it.
    pub(crate) fn number_of(&self, word: &str) -> Option<u32> {
        let mut found = None;
        self.for_each_from(word, |entry, number| {
            found = (entry == word).then_some(number);
            false
        });
        found
    }

    /// Calls `each` with every entry from `from` on and its number, in the order of bytes, until
    /// `each` returns `false`.
    pub(crate) fn for_each_from(&self, from: &str, mut each: impl FnMut(&str, u32) -> bool) {
        let mut text = Vec::new();
        let blocks = self.block_count();
        let (mut low, mut high) = (0, blocks);
        while low < high {
            let middle = (low + high) / 2;
            text.clear();
            let first =
                self.block(middle, blocks).and_then(|mut block| next_entry(&mut block, &mut text));
            match first.is_some() && text.as_slice() < from.as_bytes() {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        // Block `low` is the first one that starts at `from` or after it. The block before it may
        // end with such entries.
        for block_number in low.saturating_sub(1)..blocks {
            let Some(mut block) = self.block(block_number, blocks) else { return };
            text.clear();
            for _ in 0..BLOCK_ENTRIES {
                let Some(number) = next_entry(&mut block, &mut text) else { break };
                let Ok(text) = std::str::from_utf8(&text) else { return };
                if text >= from && !each(text, number) {
                    return;
                }
            }
        }
    }

    fn block_count(&self) -> usize {
        let count = self.bytes.len().checked_sub(4).and_then(|at| self.bytes.u32(at));
        (count.unwrap_or_default() as usize).min(self.bytes.len() / 4)
    }

    /// The bytes of the block with this number, in a table of `blocks` blocks; `None` if the start
    /// of the block is invalid, or if a page of it is damaged.
    fn block(&self, number: usize, blocks: usize) -> Option<&[u8]> {
        let starts = self.bytes.len().checked_sub(4 + blocks * 4)?;
        let start = self.bytes.u32(starts + number * 4)? as usize;
        let end = match number + 1 < blocks {
            true => self.bytes.u32(starts + number * 4 + 4)? as usize,
            false => starts,
        };
        if start > end.min(starts) {
            return None;
        }
        self.bytes.get(start..end.min(starts))
    }
}

/// Reads the next entry of a block: replaces `text`, the text of the previous entry, by the text of
/// this entry, and returns its number.
fn next_entry(block: &mut &[u8], text: &mut Vec<u8>) -> Option<u32> {
    let shared_len = usize::try_from(read_varint(block)?).ok()?;
    let suffix_len = usize::try_from(read_varint(block)?).ok()?;
    if shared_len > text.len() {
        return None;
    }
    text.truncate(shared_len);
    text.extend(block.split_off(..suffix_len)?);
    let number = read_varint(block)?;
    u32::try_from(number).ok().filter(|number| (*number as usize) < MAX_NUMBERS)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::write::interner::Interner;

    proptest! {
        #[test]
        fn words_are_found_with_their_numbers(words in vec("[ab比特币]{1,5}", 0..120), from in "[ab比]{0,3}") {
            let mut numbers = Interner::default();
            let mut wanted = std::collections::BTreeMap::new();
            for word in &words {
                let number = numbers.get_or_add(word).unwrap();
                prop_assert_eq!(*wanted.entry(word.as_str()).or_insert(number), number);
            }
            let table = Table::new(PageSlice::of(numbers.table()));
            for (word, number) in &wanted {
                prop_assert_eq!(table.number_of(word), Some(*number));
            }
            prop_assert_eq!(table.number_of("无"), None);
            prop_assert_eq!(table.number_of(&from), wanted.get(from.as_str()).copied());
            let mut found = Vec::new();
            table.for_each_from(&from, |word, number| {
                found.push((word.to_owned(), number));
                true
            });
            let wanted = wanted.range(from.as_str()..);
            let wanted: Vec<_> = wanted.map(|(word, number)| ((*word).to_owned(), *number)).collect();
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn every_path_with_a_suffix_is_found(folders in 1_u32..70) {
            // All paths have the same two suffixes, whose entries fill several blocks.
            let mut numbers = Interner::default();
            for folder in 0..folders {
                prop_assert_eq!(numbers.get_or_add(&format!("{folder}/頁/一.txt")).unwrap(), folder);
            }
            let table = Table::new(PageSlice::of(numbers.path_table()));
            for end in ["一.txt", "頁/一.txt"] {
                let mut found = Vec::new();
                table.for_each_from(end, |entry, number| {
                    let wanted = entry == end;
                    found.extend(wanted.then_some(number));
                    wanted
                });
                prop_assert_eq!(found, (0..folders).collect::<Vec<_>>());
            }
            prop_assert_eq!(table.number_of("0/頁/一.txt"), Some(0));
        }

        #[test]
        fn a_damaged_table_never_panics(bytes in vec(any::<u8>(), 0..200), blocks in 0..9_u8) {
            // A table ends with the number of its blocks.
            let bytes = [bytes, vec![blocks, 0, 0, 0]].concat();
            let table = Table::new(PageSlice::of(bytes));
            table.number_of("a");
            let mut count = 0;
            table.for_each_from("", |_, _| {
                count += 1;
                true
            });
            prop_assert!(count <= BLOCK_ENTRIES * usize::from(blocks));
        }
    }
}
