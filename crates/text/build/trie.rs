//! Builds the dictionary's double-array trie, in which each edge is a whole character, not a byte.
//! `src/segment/trie.rs` reads it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// The parent of the nodes of first characters.
const ROOT: u32 = 0xFF_FFFE;
/// The parent of free slots.
const EMPTY: u32 = 0xFF_FFFF;
/// If the search for a node's slots tries more free slots than this in vain, the search for the
/// next node with as many children resumes where that search ended. The slots that were skipped are
/// left to nodes with fewer children.
const MAX_TRIES: usize = 64;

/// A node, in its slot: the child by character id `c` is at slot `base ^ c`.
#[derive(Clone, Copy)]
struct Unit {
    /// 0 if the node has no children.
    base: u32,
    /// The slot of the parent, [`ROOT`] or [`EMPTY`].
    parent: u32,
    /// The id of the frequency of the word that ends here; 0 if none does.
    freq_id: u16,
}

/// The array under construction. Its free slots form a doubly linked list.
pub(crate) struct DoubleArray {
    units: Vec<Unit>,
    next: Vec<u32>,
    previous: Vec<u32>,
    /// Slots are added in blocks of this size, a power of two greater than any id.
    block: u32,
    /// The number of children of the node for which [`DoubleArray::base_for`] searched last.
    searched_children: usize,
    /// The slot after which the next search for a node with as many children begins.
    search_after: u32,
}

/// A node whose children have no slots yet. In the order of nodes, one with more children is
/// greater; of nodes with equally many children, the one whose words come first is greater.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pending {
    children: usize,
    /// The range of the words that pass through the node: its start and its end.
    words: Reverse<(usize, usize)>,
    /// The number of characters that these words have in common.
    depth: usize,
    slot: u32,
}

impl DoubleArray {
    /// Builds the array. `words` are sequences of character ids from 1, in ascending order, each
    /// with the id of its frequency, from 1.
    pub(crate) fn of(words: &[(Vec<u16>, u16)]) -> DoubleArray {
        let max_id = words.iter().flat_map(|(ids, _)| ids).max().copied().unwrap_or(0);
        let block = (u32::from(max_id) + 1).next_power_of_two();
        let mut array = DoubleArray {
            units: Vec::new(),
            next: Vec::new(),
            previous: Vec::new(),
            block,
            searched_children: 0,
            search_after: 0,
        };
        // An unknown first character has id 0, and so leads to slot 0. No node ever gets this slot,
        // so nothing continues from it.
        array.grow();
        let mut pending = BinaryHeap::new();
        let depth = 0;
        // The node of a first character has the id of the character as its slot.
        for (id, range) in children(words, 0..words.len(), depth) {
            array.take(u32::from(id));
            array.fill(u32::from(id), ROOT, words, range, depth + 1, &mut pending);
        }
        // Place nodes with many children first, while there is room for them.
        while let Some(Pending { words: Reverse((start, end)), depth, slot, .. }) = pending.pop() {
            let children = children(words, start..end, depth);
            let base = array.base_for(&children);
            array.units[slot as usize].base = base;
            for (id, range) in children {
                array.fill(base ^ u32::from(id), slot, words, range, depth + 1, &mut pending);
            }
        }
        assert!(array.units.len() < ROOT as usize, "24 bits are too few for the dictionary");
        array
    }

    /// The units as they are stored: base in the low 24 bits, slot of the parent in the next 24, id
    /// of the frequency in the high 16.
    pub(crate) fn units(&self) -> impl Iterator<Item = u64> {
        self.units.iter().map(|unit| {
            u64::from(unit.base) | u64::from(unit.parent) << 24 | u64::from(unit.freq_id) << 48
        })
    }

    /// Writes the unit of a node into its slot, which has been taken. The words of `range` pass
    /// through the node and have `depth` characters in common. If some of them are longer, adds the
    /// node to `pending`.
    fn fill(
        &mut self,
        slot: u32,
        parent: u32,
        words: &[(Vec<u16>, u16)],
        range: Range<usize>,
        depth: usize,
        pending: &mut BinaryHeap<Pending>,
    ) {
        let (first, freq_id) = &words[range.start];
        // A word sorts before its extensions.
        let ends_here = first.len() == depth;
        let freq_id = if ends_here { *freq_id } else { 0 };
        self.units[slot as usize] = Unit { base: 0, parent, freq_id };
        let longer = range.start + usize::from(ends_here)..range.end;
        if !longer.is_empty() {
            let children = children(words, longer.clone(), depth).len();
            let words = Reverse((longer.start, longer.end));
            pending.push(Pending { children, words, depth, slot });
        }
    }

    /// Takes slots for `children` of one node, and returns the node's base.
    fn base_for(&mut self, children: &[(u16, Range<usize>)]) -> u32 {
        let (first_id, _) = &children[0];
        let first = u32::from(*first_id);
        // Whether the slots of all children are free if the node has this base.
        let is_free = |array: &Self, base: u32| {
            base != 0
                && children.iter().all(|(id, _)| {
                    array.units[(base ^ u32::from(*id)) as usize].parent == EMPTY
                        && base ^ u32::from(*id) != 0
                })
        };
        if self.searched_children != children.len() {
            (self.searched_children, self.search_after) = (children.len(), 0);
        }
        let (mut found, mut tried, mut at) = (None, 0, self.search_after);
        loop {
            // Slot 0 is the head of the list, so the list ends where it started.
            at = self.next[at as usize];
            if at == 0 {
                break;
            }
            if is_free(self, at ^ first) {
                found = Some(at ^ first);
                break;
            }
            tried += 1;
        }
        if tried > MAX_TRIES {
            self.search_after = self.previous[at as usize];
        }
        let base = found.unwrap_or_else(|| self.grow());
        for (id, _) in children {
            self.take(base ^ u32::from(*id));
        }
        base
    }

    /// Appends a block of free slots to the end of the list, and returns the first of them.
    fn grow(&mut self) -> u32 {
        let from = self.units.len() as u32;
        let unit = Unit { base: 0, parent: EMPTY, freq_id: 0 };
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

    /// Removes a slot from the free list. Slot 0 is never removed: it is the head of the list, and
    /// not one of the free slots.
    fn take(&mut self, slot: u32) {
        debug_assert_ne!(slot, 0, "the head of the free list is never taken");
        let (previous, next) = (self.previous[slot as usize], self.next[slot as usize]);
        if self.search_after == slot {
            self.search_after = previous;
        }
        self.next[previous as usize] = next;
        self.previous[next as usize] = previous;
    }
}

/// The character ids at index `depth` of the words in `range`, whose ids before that index are the
/// same. Each id comes with the range of the words that have it.
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
        let (ids, _) = &run[0];
        (ids[depth], start..at)
    })
    .collect()
}
