//! One list in memory: which documents have the unit, and how often.

use tantivy::{DocId, TERMINATED};

use super::bits::{rank, ranks};
use super::cursor::Cursor;

/// Documents of which it is known together how often one has the unit at most.
const STRETCH: usize = 1024;

/// A list unpacked: a bit for each document of the index, and how often those have the unit that
/// have it. To look a document up, or to intersect with another list, costs a tenth of what it
/// costs in the list itself; it takes 3/16 byte for each document of the index and one for each of
/// the list.
#[derive(Debug)]
pub struct Unpacked {
    /// A bit for each document.
    bits: Vec<u64>,
    /// How many of its documents come before those of each word of bits.
    ranks: Vec<u32>,
    /// How often each of its documents has the unit; [`u8::MAX`] stands for one of `great`.
    frequencies: Vec<u8>,
    /// Documents that have it 255 times or more, ascending, and how often.
    great: Vec<(DocId, u32)>,
    /// None of the frequencies in each [`STRETCH`] of documents is greater.
    most: Vec<u8>,
}

impl Unpacked {
    /// A list that is at its beginning, in an index of so many documents.
    pub(super) fn of(mut list: Cursor, documents: usize) -> Self {
        let mut bits = vec![0; documents.div_ceil(64)];
        let mut most = vec![0; documents.div_ceil(STRETCH)];
        let mut frequencies = Vec::with_capacity((list.count() as usize).min(documents));
        let mut great = Vec::new();
        list.sweep(0, documents as DocId, |docs, often| {
            for doc in docs {
                bits[*doc as usize / 64] |= 1 << (doc % 64);
            }
            frequencies.extend(often.iter().map(|often| (*often).min(255) as u8));
            let most_here = often.iter().copied().max().unwrap_or_default().min(255) as u8;
            if let (Some(first), Some(last)) = (docs.first(), docs.last()) {
                for most in &mut most[*first as usize / STRETCH..=*last as usize / STRETCH] {
                    *most = most_here.max(*most);
                }
            }
            // There are none in most lists.
            if most_here == u8::MAX {
                let all = docs.iter().copied().zip(often.iter().copied());
                great.extend(all.filter(|(_, often)| *often >= 255));
            }
        });
        Self { ranks: ranks(&bits).collect(), bits, frequencies, great, most }
    }

    /// Documents that any of the lists has, which are at their beginning, once each.
    pub(super) fn union(lists: impl Iterator<Item = Cursor>, documents: usize) -> Self {
        let mut bits = vec![0; documents.div_ceil(64)];
        lists.for_each(|mut list| list.mark(0, &mut bits));
        if let (Some(last), over @ 1..) = (bits.last_mut(), documents % 64) {
            *last &= (1 << over) - 1;
        }
        let count: u32 = bits.iter().map(|bits| bits.count_ones()).sum();
        let most = vec![1; documents.div_ceil(STRETCH)];
        Self {
            ranks: ranks(&bits).collect(),
            bits,
            frequencies: vec![1; count as usize],
            great: Vec::new(),
            most,
        }
    }

    /// Bytes of an unpacked list of `count` documents, in an index of so many.
    #[must_use]
    pub fn bytes(count: u32, documents: usize) -> usize {
        documents / 8 + documents / 16 + count as usize
    }

    /// Documents of the list.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.frequencies.len() as u32
    }

    /// The bits of the documents from `from` on, which is a multiple of 64; a document that the
    /// index has not may have none.
    #[must_use]
    pub fn bits(&self, from: DocId) -> &[u64] {
        self.bits.get(from as usize / 64..).unwrap_or_default()
    }

    /// The first document of the list from `target` on.
    #[must_use]
    pub fn next(&self, target: DocId) -> DocId {
        let at = target as usize;
        let Some((first, rest)) = self.bits.get(at / 64..).and_then(<[u64]>::split_first) else {
            return TERMINATED;
        };
        let first = first & (u64::MAX << (at % 64));
        let mut words = (at / 64..).zip(std::iter::once(&first).chain(rest));
        let found = words.find(|(_, bits)| **bits != 0);
        found.map_or(TERMINATED, |(word, bits)| word as DocId * 64 + bits.trailing_zeros())
    }

    /// Whether `doc` has the unit.
    #[must_use]
    #[inline]
    pub fn contains(&self, doc: DocId) -> bool {
        let bits = self.bits.get(doc as usize / 64);
        bits.is_some_and(|bits| bits >> (doc % 64) & 1 == 1)
    }

    /// How often `doc` has the unit.
    #[must_use]
    #[inline]
    pub fn frequency(&self, doc: DocId) -> u32 {
        if !self.contains(doc) {
            return 0;
        }
        match self.frequencies[rank(&self.bits, &self.ranks, doc as usize)] {
            u8::MAX => {
                let found = self.great.binary_search_by_key(&doc, |(doc, _)| *doc);
                found.map_or(0, |at| self.great[at].1)
            }
            often => u32::from(often),
        }
    }

    /// No document from `from` on and before `until` has the unit more often; `None` where some may
    /// have it 255 times or more.
    #[must_use]
    pub fn most_within(&self, from: DocId, until: DocId) -> Option<u32> {
        let stretches = (until as usize).div_ceil(STRETCH).min(self.most.len());
        let within = self.most.get(from as usize / STRETCH..stretches).unwrap_or_default();
        let most = within.iter().copied().max().unwrap_or_default();
        (most < u8::MAX).then_some(u32::from(most))
    }
}
