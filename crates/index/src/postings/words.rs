//! Words and paths: their numbers while an index is built, and the tables that find them again.
//!
//! ```text
//! table = block … | where each block begins u32 … | number of blocks u32
//! block = of 16 words, each: bytes shared with the one before | other bytes, their number first | number
//! ```
//!
//! in variable bytes; words in the order of bytes. The first of a block shares nothing. In the
//! table of paths every end of a path that begins a name stands for a word, as often as there are
//! paths that end so.

use std::io;

use rustc_hash::FxBuildHasher;
use string_interner::backend::StringBackend;
use string_interner::{DefaultSymbol, StringInterner, Symbol};
use tantivy::directory::OwnedBytes;

use super::pack::{read_variable, variable};

/// Words of a block.
const BLOCK: usize = 16;
/// There are fewer words than this, and fewer paths.
const MOST: usize = 1 << 29;

/// The number of every word (or path) that has come, in the order in which they came first.
#[derive(Debug)]
pub(super) struct Numbers(StringInterner<StringBackend, FxBuildHasher>);

impl Default for Numbers {
    fn default() -> Self {
        Self(StringInterner::new())
    }
}

impl Numbers {
    pub(super) fn of(&mut self, word: &str) -> io::Result<u32> {
        if self.0.len() >= MOST {
            return Err(io::Error::other("more different words or paths than an index can hold"));
        }
        Ok(self.0.get_or_intern(word).to_usize() as u32)
    }

    /// The table of them.
    pub(super) fn table(self) -> Vec<u8> {
        self.table_from(|_| std::iter::once(0))
    }

    /// The table of the ends of paths, from the beginning and from behind each `/` on.
    pub(super) fn table_of_ends(self) -> Vec<u8> {
        self.table_from(|path| {
            let behind = path.match_indices('/').map(|(at, slash)| at + slash.len());
            std::iter::once(0).chain(behind.filter(|at| *at < path.len()))
        })
    }

    /// The table of what stands in each from each of its `starts` on.
    fn table_from<'n, I: Iterator<Item = usize>>(
        &'n self,
        starts: impl Fn(&'n str) -> I,
    ) -> Vec<u8> {
        // Numbers take a third of what strings do.
        let mut order: Vec<(u32, u32)> = Vec::new();
        for (symbol, word) in &self.0 {
            order.extend(starts(word).map(|at| (symbol.to_usize() as u32, at as u32)));
        }
        let text = |(number, at): (u32, u32)| {
            let symbol = DefaultSymbol::try_from_usize(number as usize);
            let word = symbol.and_then(|symbol| self.0.resolve(symbol)).unwrap_or_default();
            word.get(at as usize..).unwrap_or_default().as_bytes()
        };
        order.sort_unstable_by(|a, b| text(*a).cmp(text(*b)).then(a.cmp(b)));
        let (mut table, mut blocks) = (Vec::new(), Vec::new());
        for block in order.chunks(BLOCK) {
            blocks.extend((table.len() as u32).to_le_bytes());
            let mut before: &[u8] = &[];
            for entry in block {
                let word = text(*entry);
                let shared = before.iter().zip(word).take_while(|(a, b)| a == b).count();
                variable(shared as u64, &mut table);
                variable((word.len() - shared) as u64, &mut table);
                table.extend(&word[shared..]);
                variable(u64::from(entry.0), &mut table);
                before = word;
            }
        }
        let count = (blocks.len() / 4) as u32;
        table.extend(blocks);
        table.extend(count.to_le_bytes());
        table
    }
}

/// Reads what [`Numbers`] wrote. A table whose bytes make no sense ends where they stop making
/// sense.
#[derive(Clone)]
pub(super) struct Table(pub(super) OwnedBytes);

impl Table {
    /// The number of a word.
    pub(super) fn number(&self, word: &str) -> Option<u32> {
        let mut found = None;
        self.each_from(word, |there, number| {
            found = (there == word).then_some(number);
            false
        });
        found
    }

    /// Says every word from `from` on, with its number, as long as `each` wants more.
    pub(super) fn each_from(&self, from: &str, mut each: impl FnMut(&str, u32) -> bool) {
        let mut word = Vec::new();
        let (mut low, mut high) = (0, self.blocks());
        while low < high {
            let middle = (low + high) / 2;
            word.clear();
            let first = self.block(middle).and_then(|mut block| next(&mut block, &mut word));
            // A word that stands there several times may begin in the block before.
            match first.is_some() && word.as_slice() < from.as_bytes() {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        for number in low.saturating_sub(1)..self.blocks() {
            let Some(mut block) = self.block(number) else { return };
            word.clear();
            for _ in 0..BLOCK {
                let Some(number) = next(&mut block, &mut word) else { break };
                let Ok(word) = std::str::from_utf8(&word) else { return };
                if word >= from && !each(word, number) {
                    return;
                }
            }
        }
    }

    fn number_at(&self, at: usize) -> Option<usize> {
        let bytes = self.0.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    }

    fn blocks(&self) -> usize {
        let count = self.0.len().checked_sub(4).and_then(|at| self.number_at(at));
        count.unwrap_or_default().min(self.0.len() / 4)
    }

    /// The bytes of a block.
    fn block(&self, number: usize) -> Option<&[u8]> {
        let starts = self.0.len().checked_sub(4 + self.blocks() * 4)?;
        let start = self.number_at(starts + number * 4)?;
        let end = match number + 1 < self.blocks() {
            true => self.number_at(starts + number * 4 + 4)?,
            false => starts,
        };
        self.0.get(start..end.min(starts))
    }
}

/// Makes `word` the next one of a block; returns its number.
fn next(block: &mut &[u8], word: &mut Vec<u8>) -> Option<u32> {
    let shared = usize::try_from(read_variable(block)?).ok()?;
    let others = usize::try_from(read_variable(block)?).ok()?;
    if shared > word.len() {
        return None;
    }
    word.truncate(shared);
    word.extend(block.split_off(..others)?);
    let number = read_variable(block)?;
    u32::try_from(number).ok().filter(|number| (*number as usize) < MOST)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_found_again(words in vec("[ab比特币]{1,5}", 0..120), from in "[ab比]{0,3}") {
            let mut numbers = Numbers::default();
            let mut wanted = std::collections::BTreeMap::new();
            for word in &words {
                let number = numbers.of(word).unwrap();
                prop_assert_eq!(*wanted.entry(word.as_str()).or_insert(number), number);
            }
            let table = Table(OwnedBytes::new(numbers.table()));
            for (word, number) in &wanted {
                prop_assert_eq!(table.number(word), Some(*number));
            }
            prop_assert_eq!(table.number("无"), None);
            prop_assert_eq!(table.number(&from), wanted.get(from.as_str()).copied());
            let mut found = Vec::new();
            table.each_from(&from, |word, number| {
                found.push((word.to_owned(), number));
                true
            });
            let wanted = wanted.range(from.as_str()..);
            let wanted: Vec<_> = wanted.map(|(word, number)| ((*word).to_owned(), *number)).collect();
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn every_path_of_an_end_is_found(folders in 1_u32..70) {
            let mut numbers = Numbers::default();
            for folder in 0..folders {
                prop_assert_eq!(numbers.of(&format!("{folder}/頁/一.txt")).unwrap(), folder);
            }
            let table = Table(OwnedBytes::new(numbers.table_of_ends()));
            for end in ["一.txt", "頁/一.txt"] {
                let mut found = Vec::new();
                table.each_from(end, |there, number| {
                    let wanted = there == end;
                    found.extend(wanted.then_some(number));
                    wanted
                });
                prop_assert_eq!(found, (0..folders).collect::<Vec<_>>());
            }
            prop_assert_eq!(table.number("0/頁/一.txt"), Some(0));
        }

        #[test]
        fn a_damaged_table_never_panics(bytes in vec(any::<u8>(), 0..200), last in 0..9_u8) {
            let bytes = [bytes, vec![last, 0, 0, 0]].concat();
            let table = Table(OwnedBytes::new(bytes));
            table.number("a");
            let mut count = 0;
            table.each_from("", |_, _| {
                count += 1;
                true
            });
            prop_assert!(count <= BLOCK * 8);
        }
    }
}
