//! The lists of all runs, in the order of their keys.

use std::fs::File;
use std::io::{self, Read};

use super::UnitKey;
use super::list::List;
use super::run::Shape;

/// Bytes of a run that are read at once.
const READ: usize = 1 << 18;

/// A run that is being read, at a list.
struct Head {
    file: File,
    bytes: Vec<u8>,
    /// Where the numbers of the list begin.
    at: usize,
    shape: Option<Shape>,
    key: u64,
}

impl Head {
    fn new(file: File) -> Self {
        Self { file, bytes: Vec::with_capacity(READ), at: 0, shape: None, key: 0 }
    }

    /// What is read and not yet taken: so many bytes at least, unless the file ends before.
    fn fill(&mut self, wanted: usize) -> io::Result<&[u8]> {
        if self.bytes.len() - self.at < wanted {
            self.bytes.drain(..self.at);
            self.at = 0;
            let room = wanted.max(READ) - self.bytes.len();
            (&self.file).take(room as u64).read_to_end(&mut self.bytes)?;
        }
        Ok(&self.bytes[self.at..])
    }

    /// Goes to the next list; `None` at the end.
    fn next(&mut self) -> io::Result<Option<u64>> {
        let last = self.key;
        let bytes = self.fill(Shape::MOST)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut rest = bytes;
        let shape = Shape::read(last, &mut rest).ok_or_else(damaged)?;
        let read = bytes.len() - rest.len();
        self.at += read;
        self.key = shape.key;
        self.shape = Some(shape);
        Ok(Some(shape.key))
    }

    /// Appends the list.
    fn take(&mut self, list: &mut List) -> io::Result<()> {
        let shape = self.shape.take().ok_or_else(damaged)?;
        let length = shape.bytes();
        let bytes = self.fill(length)?.get(..length).ok_or_else(damaged)?;
        shape.append(bytes, list);
        self.at += length;
        Ok(())
    }
}

fn damaged() -> io::Error {
    io::Error::other("a run of postings does not read as written")
}

/// A tournament of runs: the least entry, and at each place above the leaves the one that lost
/// there. A run that goes on plays again those that it played before, so a step is as many
/// comparisons as the tree is high, and none of them a branch.
struct Tournament {
    least: u64,
    losers: Vec<u64>,
}

impl Tournament {
    /// Bits of the number of a run, below its key.
    const BITS: u32 = 20;
    /// The entry of a run at its end.
    const OVER: u64 = u64::MAX;

    fn entry(run: usize, key: Option<u64>) -> u64 {
        key.map_or(Self::OVER, |key| key << Self::BITS | run as u64)
    }

    fn new(entries: &[u64]) -> Self {
        let leaves = entries.len().next_power_of_two();
        let mut winners = vec![Self::OVER; 2 * leaves];
        winners[leaves..][..entries.len()].copy_from_slice(entries);
        let mut losers = vec![Self::OVER; leaves];
        for place in (1..leaves).rev() {
            let (a, b) = (winners[2 * place], winners[2 * place + 1]);
            winners[place] = a.min(b);
            losers[place] = a.max(b);
        }
        Self { least: winners[1], losers }
    }

    /// The least key and its run; of runs with the same key the first.
    fn least(&self) -> Option<(u64, usize)> {
        let run = (self.least & ((1 << Self::BITS) - 1)) as usize;
        (self.least != Self::OVER).then_some((self.least >> Self::BITS, run))
    }

    /// The run of the least entry goes on to `key`.
    fn go_on(&mut self, run: usize, key: Option<u64>) {
        let mut entry = Self::entry(run, key);
        let mut place = (self.losers.len() + run) / 2;
        while place > 0 {
            let loser = &mut self.losers[place];
            let (less, more) = (entry.min(*loser), entry.max(*loser));
            *loser = more;
            entry = less;
            place /= 2;
        }
        self.least = entry;
    }
}

/// Hands every list of the runs to `sink`, in the order of keys.
pub(super) fn merge(
    runs: Vec<File>,
    mut sink: impl FnMut(UnitKey, &List) -> io::Result<()>,
) -> io::Result<()> {
    if runs.len() >> Tournament::BITS != 0 {
        return Err(io::Error::other("more runs of postings than can be merged"));
    }
    let mut heads: Vec<Head> = runs.into_iter().map(Head::new).collect();
    let mut entries = Vec::with_capacity(heads.len());
    for (run, head) in heads.iter_mut().enumerate() {
        entries.push(Tournament::entry(run, head.next()?));
    }
    let mut tournament = Tournament::new(&entries);
    let mut list = List::default();
    while let Some((key, _)) = tournament.least() {
        list.clear();
        while let Some((_, run)) = tournament.least().filter(|(same, _)| *same == key) {
            heads[run].take(&mut list)?;
            tournament.go_on(run, heads[run].next()?);
        }
        sink(UnitKey(key), &list)?;
    }
    Ok(())
}
