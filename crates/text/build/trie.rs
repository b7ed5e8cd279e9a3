//! Builds the dictionary's double array over whole characters; see `src/segment/trie.rs` for how it is read.

use std::collections::BinaryHeap;
use std::ops::Range;

/// The parent of the first characters of words, and that of places where nothing is.
const ROOT: u32 = 0xFF_FFFE;
const EMPTY: u32 = 0xFF_FFFF;
/// After so many free places in vain the next node of as many children begins where this one ended: what is passed over is
/// left to nodes with fewer.
const MAX_TRIES: usize = 64;

#[derive(Clone, Copy)]
struct Unit {
    base: u32,
    parent: u32,
    value: u16,
}

/// The array, while it grows. Free places are a list, both ways.
pub(crate) struct DoubleArray {
    units: Vec<Unit>,
    next: Vec<u32>,
    previous: Vec<u32>,
    /// Places are added so many at a time: a power of two that no code reaches.
    block: u32,
    /// For nodes of how many children free places are looked for, and the last place passed over.
    searched: (usize, u32),
}

/// Words that begin alike, and the place of the node that they share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pending {
    children: usize,
    words: std::cmp::Reverse<(usize, usize)>,
    depth: usize,
    slot: u32,
}

impl DoubleArray {
    /// Of words in codes from 1, sorted, each with a number from 1.
    pub(crate) fn of(words: &[(Vec<u16>, u16)]) -> DoubleArray {
        let max_id = words.iter().flat_map(|(ids, _)| ids).max().copied().unwrap_or(0);
        let block = (u32::from(max_id) + 1).next_power_of_two();
        let mut array = DoubleArray {
            units: Vec::new(),
            next: Vec::new(),
            previous: Vec::new(),
            block,
            searched: (0, 0),
        };
        array.grow();
        // Place 0 is where characters lead that no word has: it is free for nobody, and nothing goes on from there.
        array.take(0);
        let mut pending = BinaryHeap::new();
        for (id, range) in children(words, 0..words.len(), 0) {
            array.take(u32::from(id));
            array.fill(u32::from(id), ROOT, words, range, 1, &mut pending);
        }
        // Nodes with many children first, while there is room for them.
        while let Some(Pending { words: range, depth, slot, .. }) = pending.pop() {
            let children = children(words, range.0.0..range.0.1, depth);
            let base = array.base_for(&children);
            array.units[slot as usize].base = base;
            for (id, range) in children {
                array.fill(base ^ u32::from(id), slot, words, range, depth + 1, &mut pending);
            }
        }
        assert!(array.units.len() < ROOT as usize, "24 bits are too few for the dictionary");
        array
    }

    /// As they are read: base in the low 24 bits, then the parent's place in 24, then the word's number in 16.
    pub(crate) fn units(&self) -> impl Iterator<Item = u64> {
        self.units.iter().map(|unit| {
            u64::from(unit.base) | u64::from(unit.parent) << 24 | u64::from(unit.value) << 48
        })
    }

    fn fill(
        &mut self,
        slot: u32,
        parent: u32,
        words: &[(Vec<u16>, u16)],
        range: Range<usize>,
        depth: usize,
        pending: &mut BinaryHeap<Pending>,
    ) {
        let (first, value) = &words[range.start];
        // What ends here sorts before what goes on.
        let ends = first.len() == depth;
        let value = if ends { *value } else { 0 };
        self.units[slot as usize] = Unit { base: 0, parent, value };
        let longer = range.start + usize::from(ends)..range.end;
        if !longer.is_empty() {
            let children = children(words, longer.clone(), depth).len();
            let words = std::cmp::Reverse((longer.start, longer.end));
            pending.push(Pending { children, words, depth, slot });
        }
    }

    /// Takes the places of `children` of one node, and gives their base.
    fn base_for(&mut self, children: &[(u16, Range<usize>)]) -> u32 {
        let first = u32::from(children[0].0);
        let free = |array: &Self, base: u32| {
            base != 0
                && children.iter().all(|(id, _)| {
                    array.units[(base ^ u32::from(*id)) as usize].parent == EMPTY
                        && base ^ u32::from(*id) != 0
                })
        };
        if self.searched.0 != children.len() {
            self.searched = (children.len(), 0);
        }
        let (mut found, mut tried, mut at) = (None, 0, self.searched.1);
        loop {
            // The list's head is place 0, so it ends where it began.
            at = self.next[at as usize];
            if at == 0 {
                break;
            }
            if free(self, at ^ first) {
                found = Some(at ^ first);
                break;
            }
            tried += 1;
        }
        if tried > MAX_TRIES {
            self.searched.1 = self.previous[at as usize];
        }
        let base = found.unwrap_or_else(|| self.grow());
        for (id, _) in children {
            self.take(base ^ u32::from(*id));
        }
        base
    }

    /// One more block of free places, at the end of the list: whose first place this is.
    fn grow(&mut self) -> u32 {
        let from = self.units.len() as u32;
        let unit = Unit { base: 0, parent: EMPTY, value: 0 };
        for slot in from..from + self.block {
            self.units.push(unit);
            if slot == 0 {
                self.next.push(0);
                self.previous.push(0);
                continue;
            }
            let last = self.previous[0];
            self.next.push(0);
            self.previous.push(last);
            self.next[last as usize] = slot;
            self.previous[0] = slot;
        }
        from
    }

    /// Takes a place out of the list of free ones. Place 0 is its head, and never in it.
    fn take(&mut self, slot: u32) {
        if slot == 0 {
            return;
        }
        let (previous, next) = (self.previous[slot as usize], self.next[slot as usize]);
        if self.searched.1 == slot {
            self.searched.1 = previous;
        }
        self.next[previous as usize] = next;
        self.previous[next as usize] = previous;
    }
}

/// The codes that follow in words that are alike up to `depth`, each with the words that have it there.
fn children(
    words: &[(Vec<u16>, u16)],
    range: Range<usize>,
    depth: usize,
) -> Vec<(u16, Range<usize>)> {
    let mut at = range.start;
    let runs = words[range].chunk_by(|(a, _), (b, _)| a[depth] == b[depth]);
    runs.map(|run| {
        let start = at;
        at += run.len();
        (run[0].0[depth], start..at)
    })
    .collect()
}
