//! The dictionary's double-array trie, which is embedded in the binary and read in place.
//!
//! Its edges are whole characters. [`char_id`] numbers them from 1, the most frequent first, so
//! that a step is one load and frequent nodes share cache lines. `build/trie.rs` builds the trie.
//! Every step checks its bounds, so nothing needs to be validated at start.
//!
//! `crawdad` has the same structure and finds prefixes as fast (30 ns a character of dictionary
//! words, ours 32 ns), but it has to copy its 6.4 MB into memory at every start, which takes
//! 0.8 ms.
//!
//! A unit has 64 bits, little endian: base, or 0 if there are no children (bits 0-23), slot of the
//! parent (24-47), id of the word's frequency or 0 if no word ends here (48-63). The child of a
//! unit by character id `c` is the unit in slot `base ^ c`, if the parent of that unit is this
//! unit. A first character is in the slot of its id, with the parent [`ROOT`].

use std::hint::select_unpredictable;

use crate::tables::{LOG_FREQS, char_id};

static TRIE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/dict.trie"));

/// The parent of the nodes of first characters.
pub(super) const ROOT: u32 = 0xFF_FFFE;
/// Stands for a unit that does not exist: its parent is 0xFFFFFF, which is the number of no slot.
const EMPTY_UNIT: u64 = 0xFF_FFFF << 24;

/// A slot of the trie and the unit in it.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) slot: u32,
    unit: u64,
}

impl Node {
    /// The node in a slot.
    #[inline(always)]
    pub(super) fn at(slot: u32) -> Node {
        let unit = TRIE.as_chunks().0.get(slot as usize);
        Node { slot, unit: unit.map_or(EMPTY_UNIT, |unit| u64::from_le_bytes(*unit)) }
    }

    /// The slot of the parent.
    #[inline(always)]
    pub(super) fn parent(self) -> u32 {
        (self.unit >> 24) as u32 & 0xFF_FFFF
    }

    /// The number whose exclusive or with a character id is the slot of a child; 0 if the node has
    /// no children.
    #[inline(always)]
    pub(super) fn base(self) -> u32 {
        self.unit as u32 & 0xFF_FFFF
    }

    /// Id of the frequency; 0 if no word ends here.
    #[inline(always)]
    pub(super) fn freq_id(self) -> usize {
        (self.unit >> 48) as usize
    }

    /// This node if its parent is `parent`, else an empty one. Compiles without a branch.
    #[inline(always)]
    pub(super) fn if_child_of(self, parent: u32) -> Node {
        let is_child = self.parent() == parent;
        Node {
            slot: select_unpredictable(is_child, self.slot, 0),
            unit: select_unpredictable(is_child, self.unit, EMPTY_UNIT),
        }
    }

    /// The node of a first character; `None` if no word begins with it.
    #[inline(always)]
    pub(super) fn first(id: u16) -> Option<Node> {
        let node = Node::at(u32::from(id));
        (node.parent() == ROOT).then_some(node)
    }

    /// The child by a character id.
    #[inline(always)]
    pub(super) fn child(self, id: u16) -> Option<Node> {
        let node = Node::at(self.base() ^ u32::from(id));
        (node.parent() == self.slot).then_some(node)
    }
}

/// The logarithm of the frequency with this id.
#[inline(always)]
pub(super) fn log_freq(freq_id: usize) -> f64 {
    LOG_FREQS.get(freq_id).copied().unwrap_or(f64::NEG_INFINITY)
}

/// Calls `found` with the length and log frequency of each word of the trie that is a prefix of
/// `chars`.
pub(super) fn for_each_prefix(chars: &[char], mut found: impl FnMut(usize, f64)) {
    let mut ids = chars.iter().map(|c| char_id(*c));
    let mut node = ids.next().and_then(Node::first);
    let mut length = 1;
    while let Some(at) = node {
        if at.freq_id() > 0 {
            found(length, log_freq(at.freq_id()));
        }
        node = ids.next().and_then(|id| at.child(id));
        length += 1;
    }
}
