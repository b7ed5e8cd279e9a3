//! The dictionary's double-array trie, which lies in the binary and is read in place.
//!
//! The trie goes by whole characters, which `CHAR_ID` numbers from 1 by how often text has them, so that one step is one load
//! and what is needed together lies together. It is built in `build/trie.rs`; every step checks its bounds, so that nothing
//! need be checked at the start. A unit is 64 bits, little endian: base (bits 0-23), place of the parent (24-47), number of
//! the word's frequency, 0 for no word (48-63). The child of a unit by code `c` is at `base ^ c`, if it names that unit as its
//! parent; first characters are at their codes and name [`ROOT`].

use std::hint::select_unpredictable;

use crate::tables::{LOG_FREQS, char_id};

static TRIE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/dict.trie"));

/// The parent of first characters.
pub(super) const ROOT: u32 = 0xFF_FFFE;
/// A unit that is nowhere: its parent is none.
const EMPTY_UNIT: u64 = 0xFF_FFFF << 24;

/// A place in the trie, with what is there.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) slot: u32,
    unit: u64,
}

impl Node {
    #[inline(always)]
    pub(super) fn at(slot: u32) -> Node {
        let unit = TRIE.as_chunks().0.get(slot as usize);
        Node { slot, unit: unit.map_or(EMPTY_UNIT, |unit| u64::from_le_bytes(*unit)) }
    }

    #[inline(always)]
    pub(super) fn parent(self) -> u32 {
        (self.unit >> 24) as u32 & 0xFF_FFFF
    }

    #[inline(always)]
    pub(super) fn base(self) -> u32 {
        self.unit as u32 & 0xFF_FFFF
    }

    /// Number of the frequency, 0 if no word ends here.
    #[inline(always)]
    pub(super) fn value(self) -> usize {
        (self.unit >> 48) as usize
    }

    /// The node itself if `parent` is its parent, else one that leads nowhere.
    #[inline(always)]
    pub(super) fn below(self, parent: u32) -> Node {
        let is = self.parent() == parent;
        Node {
            slot: select_unpredictable(is, self.slot, 0),
            unit: select_unpredictable(is, self.unit, EMPTY_UNIT),
        }
    }

    #[inline(always)]
    pub(super) fn first(id: u16) -> Option<Node> {
        let node = Node::at(u32::from(id));
        (node.parent() == ROOT).then_some(node)
    }

    #[inline(always)]
    pub(super) fn child(self, id: u16) -> Option<Node> {
        let node = Node::at(self.base() ^ u32::from(id));
        (node.parent() == self.slot).then_some(node)
    }
}

/// Logarithm of the frequency with this number.
#[inline(always)]
pub(super) fn log_freq(value: usize) -> f64 {
    LOG_FREQS.get(value).copied().unwrap_or(f64::NEG_INFINITY)
}

/// Walks the embedded trie along `chars`.
pub(super) fn walk(chars: &[char], mut found: impl FnMut(usize, f64)) {
    let mut ids = chars.iter().map(|c| char_id(*c));
    let mut node = ids.next().and_then(Node::first);
    let mut length = 1;
    while let Some(at) = node {
        if at.value() > 0 {
            found(length, log_freq(at.value()));
        }
        node = ids.next().and_then(|id| at.child(id));
        length += 1;
    }
}
