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

/// How soon another occurrence of a unit stops to count.
const K1: f32 = 1.2;
/// How much the length of a text counts.
const B: f32 = 0.75;

/// The list of a unit is kept in memory if one in so many documents has it, or more, from the second query on
/// that asks for it: to read a whole list is no gain for one.
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
    /// Which query this is.
    query: u64,
    units: FxHashMap<(SegmentId, UnitKey), Asked>,
    bytes: usize,
}

#[derive(Debug)]
enum Asked {
    /// In this query, for the first time.
    In(u64),
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

    /// The next query begins.
    pub(crate) fn next_query(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).query += 1;
    }

    /// The list of a unit in memory, if it is common and this is not the first query to ask for it; `list` is
    /// its list.
    pub(crate) fn keep(
        &self,
        segment: SegmentId,
        postings: &Postings,
        key: UnitKey,
        list: &Cursor,
    ) -> Option<Arc<Unpacked>> {
        if (list.count() as usize) < postings.documents() / COMMON {
            return None;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { query, units, bytes } = &mut *kept;
        let asked = units.entry((segment, key)).or_insert(Asked::In(*query));
        match asked {
            Asked::Kept(list) => Some(list.clone()),
            Asked::In(first) => {
                let needed = Unpacked::bytes(list.count(), postings.documents());
                if first == query || *bytes + needed > KEPT {
                    return None;
                }
                *bytes += needed;
                let list = Arc::new(postings.unpacked(key)?);
                *asked = Asked::Kept(list.clone());
                Some(list)
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
