//! The lists of units, opened. A session keeps in memory those that its queries look into again and again, as
//! Lucene keeps the bits of filters.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use wensou_index::{Cursor, Postings, UnitKey, Unpacked};

use crate::exec::window::SCAN_SPEEDUP;

/// The list of a unit is kept in memory if one in so many documents has it, or more, once queries before have looked
/// into it for as long as it takes to read it whole.
const MIN_DF_DIVISOR: usize = 256;
/// Bytes of lists that are kept, about.
const MAX_CACHED_BYTES: usize = 32 << 20;

/// A list.
pub(crate) enum OpenedPostings {
    /// In memory.
    Cached(Arc<Unpacked>),
    /// In the file, at its first document.
    OnDisk(Box<Cursor>),
}

impl OpenedPostings {
    /// The list of a unit, from the file.
    pub(crate) fn from_file(postings: &Postings, key: UnitKey) -> Option<Self> {
        postings.list(key).map(|list| Self::OnDisk(Box::new(list)))
    }
}

/// Opens lists for one query after another.
#[derive(Debug, Default)]
pub(crate) struct PostingsCache(Mutex<Cache>);

#[derive(Debug, Default)]
struct Cache {
    entries: FxHashMap<(SegmentId, UnitKey), Entry>,
    bytes: usize,
}

#[derive(Debug)]
enum Entry {
    /// For so many documents, as [`AccessCost`] counts.
    Cost(u64),
    Cached(Arc<Unpacked>),
}

impl PostingsCache {
    /// The list of a unit, if any document has it.
    pub(crate) fn open(
        &self,
        segment: SegmentId,
        postings: &Postings,
        key: UnitKey,
    ) -> Option<OpenedPostings> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Cache { entries, bytes } = &mut *cache;
        let entry = match entries.get_mut(&(segment, key)) {
            // What is kept is not opened: its first block would be read for nothing.
            Some(Entry::Cached(list)) => return Some(OpenedPostings::Cached(list.clone())),
            entry => entry,
        };
        let list = postings.list(key)?;
        if let Some(entry) = entry
            && let Entry::Cost(cost) = *entry
            && cost >= AccessCost::full_scan(list.count())
        {
            let needed = Unpacked::bytes(list.count(), postings.documents());
            if *bytes + needed <= MAX_CACHED_BYTES {
                *bytes += needed;
                let list = Arc::new(postings.unpacked(key)?);
                *entry = Entry::Cached(list.clone());
                return Some(OpenedPostings::Cached(list));
            }
        }
        Some(OpenedPostings::OnDisk(Box::new(list)))
    }

    /// Remembers how much a query has looked into lists that are not kept, by their units and how many documents
    /// they have, in a segment of so many documents.
    pub(crate) fn record_costs(
        &self,
        segment: SegmentId,
        documents: u32,
        lists: impl Iterator<Item = (UnitKey, u32, AccessCost)>,
    ) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count, AccessCost(cost)) in lists {
            if count as usize >= documents as usize / MIN_DF_DIVISOR
                && let Entry::Cost(total) =
                    cache.entries.entry((segment, key)).or_insert(Entry::Cost(0))
            {
                *total += cost;
            }
        }
    }
}

/// How much a list was looked into: for so many documents.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AccessCost(u64);

impl AccessCost {
    /// What it takes to read a list of `count` documents whole.
    fn full_scan(count: u32) -> u64 {
        u64::from(count) / SCAN_SPEEDUP
    }

    /// For so many documents more.
    pub(crate) fn add_lookups(&mut self, documents: usize) {
        self.0 += documents as u64;
    }

    /// So many of its documents were gone through.
    pub(crate) fn add_scan(&mut self, documents: u64) {
        self.0 += documents / SCAN_SPEEDUP;
    }
}
