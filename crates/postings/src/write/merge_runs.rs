//! Merges the files of sorted runs into one sequence of posting lists.

use std::fs::File;
use std::io::{self, Read};

use super::run_file::ListHeader;
use crate::codec::posting_list::PostingList;
use crate::term::TermKey;

/// The number of bytes of a run that are read at once: 256 KiB.
const BUFFER: usize = 1 << 18;

/// Reads the file of a run, one posting list at a time.
struct RunReader {
    file: File,
    buffer: Vec<u8>,
    /// The offset in the buffer of the first byte that has not been consumed.
    at: usize,
    /// The header of the current list, until [`RunReader::append_to`] has taken the list.
    header: Option<ListHeader>,
    /// The key of the current list.
    key: u64,
}

impl RunReader {
    fn new(file: File) -> Self {
        Self { file, buffer: Vec::with_capacity(BUFFER), at: 0, header: None, key: 0 }
    }

    /// Reads on if necessary, and returns the bytes that have not been consumed: at least `wanted`,
    /// unless the file ends before.
    fn fill(&mut self, wanted: usize) -> io::Result<&[u8]> {
        if self.buffer.len() - self.at < wanted {
            self.buffer.drain(..self.at);
            self.at = 0;
            let missing = wanted.max(BUFFER) - self.buffer.len();
            (&self.file).take(missing as u64).read_to_end(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// Reads the header of the next list and returns its key; `None` at the end of the file. The
    /// current list must have been taken by [`RunReader::append_to`].
    fn next_key(&mut self) -> io::Result<Option<u64>> {
        let last = self.key;
        let bytes = self.fill(ListHeader::MAX_BYTES)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut remaining = bytes;
        let header = ListHeader::read(last, &mut remaining).ok_or_else(damaged)?;
        let read = bytes.len() - remaining.len();
        self.at += read;
        self.key = header.key;
        self.header = Some(header);
        Ok(Some(header.key))
    }

    /// Appends the current list to `list`.
    fn append_to(&mut self, list: &mut PostingList) -> io::Result<()> {
        let header = self.header.take().ok_or_else(damaged)?;
        let length = header.byte_len();
        let bytes = self.fill(length)?.get(..length).ok_or_else(damaged)?;
        header.append_to(bytes, list);
        self.at += length;
        Ok(())
    }
}

fn damaged() -> io::Error {
    io::Error::other("a sorted run of postings is damaged")
}

/// A loser tree, which finds the source with the smallest key. A source is a run, or a postings
/// file that is merged. Each inner node keeps the loser: the greater of the two entries that were
/// compared there. So when a source advances, only the nodes above its leaf are compared again. The
/// comparisons have no branches.
///
/// An entry has the number of a source in its lowest 20 bits, and the key of that source, which has
/// at most 44 bits, above them.
pub(super) struct LoserTree {
    winner: u64,
    losers: Vec<u64>,
}

impl LoserTree {
    /// The number of bits that the number of a source takes in an entry.
    const SOURCE_BITS: u32 = 20;
    /// The entry of a source that has no more keys.
    const EXHAUSTED: u64 = u64::MAX;

    /// The entry of a source with this key.
    pub(super) fn entry(source: usize, key: Option<u64>) -> u64 {
        key.map_or(Self::EXHAUSTED, |key| key << Self::SOURCE_BITS | source as u64)
    }

    /// A tree of sources, with the [`LoserTree::entry`] of each, in the order of their numbers.
    pub(super) fn new(entries: &[u64]) -> Self {
        let leaves = entries.len().next_power_of_two();
        let mut winners = vec![Self::EXHAUSTED; 2 * leaves];
        winners[leaves..][..entries.len()].copy_from_slice(entries);
        let mut losers = vec![Self::EXHAUSTED; leaves];
        for node in (1..leaves).rev() {
            let (a, b) = (winners[2 * node], winners[2 * node + 1]);
            winners[node] = a.min(b);
            losers[node] = a.max(b);
        }
        Self { winner: winners[1], losers }
    }

    /// The smallest key and its source; `None` if all sources are exhausted. If several sources
    /// have that key, returns the one with the lowest number.
    pub(super) fn smallest(&self) -> Option<(u64, usize)> {
        let source = (self.winner & ((1 << Self::SOURCE_BITS) - 1)) as usize;
        (self.winner != Self::EXHAUSTED).then_some((self.winner >> Self::SOURCE_BITS, source))
    }

    /// Replaces the key of `source` by its next one. `source` must be that of
    /// [`LoserTree::smallest`].
    pub(super) fn advance(&mut self, source: usize, key: Option<u64>) {
        let mut entry = Self::entry(source, key);
        let mut node = (self.losers.len() + source) / 2;
        while node > 0 {
            let loser = &mut self.losers[node];
            (entry, *loser) = (entry.min(*loser), entry.max(*loser));
            node /= 2;
        }
        self.winner = entry;
    }
}

/// Merges runs and hands the posting list of every key to `sink`, in the order of keys. The runs
/// must be in the order of their documents: the lists of a key are joined in that order.
pub(crate) fn merge_runs(
    runs: Vec<File>,
    mut sink: impl FnMut(TermKey, &PostingList) -> io::Result<()>,
) -> io::Result<()> {
    if runs.len() >> LoserTree::SOURCE_BITS != 0 {
        return Err(io::Error::other("more runs of postings than can be merged"));
    }
    let mut runs: Vec<RunReader> = runs.into_iter().map(RunReader::new).collect();
    let mut entries = Vec::with_capacity(runs.len());
    for (source, run) in runs.iter_mut().enumerate() {
        entries.push(LoserTree::entry(source, run.next_key()?));
    }
    let mut tree = LoserTree::new(&entries);
    let mut list = PostingList::default();
    while let Some((key, _)) = tree.smallest() {
        list.clear();
        while let Some((_, source)) = tree.smallest().filter(|(next_key, _)| *next_key == key) {
            runs[source].append_to(&mut list)?;
            tree.advance(source, runs[source].next_key()?);
        }
        sink(TermKey(key), &list)?;
    }
    Ok(())
}
