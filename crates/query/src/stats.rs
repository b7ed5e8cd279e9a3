//! The statistics that BM25 is computed with: lengths per kind, document frequencies over both.
//!
//! A word is as rare as it is in the whole archive, whichever kind of document it stands in; but
//! a text is as long as it is among texts of its own kind, because an article is twenty times as
//! long as a flash item: over both, the average length would be nobody's, and one kind would drown
//! the other. Lengths are in key characters, for words too.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use wensou_index::{
    Cursor, Index, KINDS_OF_LENGTH, Kind, Part, Postings, Unit, UnitKey, Unpacked, length_of,
};

use crate::window::FASTER;

/// How soon another occurrence of a unit stops to count.
const K1: f32 = 1.2;
/// How much the length of a text counts.
const B: f32 = 0.75;

/// The list of a unit is kept in memory if one in so many documents has it, or more, once queries before have looked
/// into it for as long as it takes to read it whole.
const COMMON: usize = 256;
/// Bytes of lists that are kept, about.
const KEPT: usize = 32 << 20;

#[derive(Debug)]
pub(crate) struct Statistics<'a> {
    index: &'a Index,
    documents: u64,
    kept: Mutex<Kept>,
}

/// Lists of common units, from one query of a session to the next: as Lucene keeps the bits of filters that
/// come again.
#[derive(Debug, Default)]
struct Kept {
    units: FxHashMap<(SegmentId, UnitKey), Asked>,
    bytes: usize,
}

#[derive(Debug)]
enum Asked {
    /// For so many documents, as [`Looked`] counts.
    For(u64),
    Kept(Arc<Unpacked>),
}

impl<'a> Statistics<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        Self { index, documents: index.searcher().num_docs(), kept: Mutex::default() }
    }

    /// Documents of both kinds that have a unit in a part.
    pub(crate) fn doc_freq(&self, part: Part, unit: Unit, text: &str) -> tantivy::Result<u64> {
        let found = self.index.postings().count(part, unit, text);
        Ok(found.min(self.documents))
    }

    /// Inverse document frequency over both kinds.
    pub(crate) fn idf(&self, part: Part, unit: Unit, text: &str) -> tantivy::Result<f32> {
        let (found, all) = (self.doc_freq(part, unit, text)? as f32, self.documents as f32);
        Ok((1.0 + (all - found + 0.5) / (found + 0.5)).ln())
    }

    /// The most that a unit of this weight adds to a score.
    pub(crate) fn most(&self, part: Part, unit: Unit, text: &str) -> tantivy::Result<f32> {
        Ok(self.idf(part, unit, text)? * (1.0 + K1))
    }

    /// The list of a unit in memory, if it is common and it is worth while; `list` is its list.
    pub(crate) fn keep(
        &self,
        segment: SegmentId,
        postings: &Postings,
        key: UnitKey,
        list: &Cursor,
    ) -> Option<Arc<Unpacked>> {
        if !is_common(list.count(), postings.documents()) {
            return None;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { units, bytes } = &mut *kept;
        let asked = units.get_mut(&(segment, key))?;
        match asked {
            Asked::Kept(list) => Some(list.clone()),
            Asked::For(looked) => {
                let needed = Unpacked::bytes(list.count(), postings.documents());
                if *looked < Looked::at_all(list.count()) || *bytes + needed > KEPT {
                    return None;
                }
                *bytes += needed;
                let list = Arc::new(postings.unpacked(key)?);
                *asked = Asked::Kept(list.clone());
                Some(list)
            }
        }
    }

    /// Remembers how much a query has looked into lists that are not kept, by their units and how many documents
    /// they have, in a segment of so many documents.
    pub(crate) fn looked(
        &self,
        segment: SegmentId,
        documents: u32,
        lists: impl Iterator<Item = (UnitKey, u32, Looked)>,
    ) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count, Looked(for_documents)) in lists {
            if is_common(count, documents as usize)
                && let Asked::For(all) = kept.units.entry((segment, key)).or_insert(Asked::For(0))
            {
                *all += for_documents;
            }
        }
    }

    /// The list of a unit, if it is in memory.
    pub(crate) fn kept(&self, segment: SegmentId, key: UnitKey) -> Option<Arc<Unpacked>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.units.get(&(segment, key)) {
            Some(Asked::Kept(list)) => Some(list.clone()),
            _ => None,
        }
    }

    /// For each length byte, what is added to the frequency of a unit to damp it.
    pub(crate) fn norms(&self, part: Part) -> Norms {
        let averages =
            Kind::ALL.map(|kind| self.index.postings().average_length(kind, part).max(1.0) as f32);
        let norms = std::array::from_fn(|code| {
            let (kind, length) = length_of(code as u8);
            K1 * (1.0 - B + B * length as f32 / averages[kind as usize])
        });
        Norms(Arc::new(norms))
    }
}

/// Whether a list of `count` documents is long among so many.
fn is_common(count: u32, documents: usize) -> bool {
    count as usize >= documents / COMMON
}

/// How much a list was looked into: for so many documents.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Looked(u64);

impl Looked {
    /// What it takes to read a list of `count` documents whole.
    fn at_all(count: u32) -> u64 {
        u64::from(count) / FASTER
    }

    /// For so many documents more.
    pub(crate) fn look(&mut self, documents: usize) {
        self.0 += documents as u64;
    }

    /// So many of its documents were gone through.
    pub(crate) fn go_through(&mut self, documents: u64) {
        self.0 += documents / FASTER;
    }
}

/// What is added to the frequency of a unit, by the length byte of the text that it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Norms(Arc<[f32; KINDS_OF_LENGTH]>);

impl Norms {
    /// That of a length byte.
    pub(crate) fn of(&self, length: u8) -> f32 {
        self.0[usize::from(length)]
    }
}

/// The share of its most that a unit adds to a score.
pub(crate) fn share(frequency: f32, damping: f32) -> f32 {
    frequency / (frequency + damping)
}
