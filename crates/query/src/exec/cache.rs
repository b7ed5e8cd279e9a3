//! A cache of posting lists. A session keeps in memory the lists that its queries read again and
//! again, as Lucene caches the bitsets of filters.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;
use wensou_index::{BitsetPostings, Cursor, Postings, TermKey};

use super::window::SCAN_SPEEDUP;

/// A posting list may be cached if at least one in this many documents of its segment has the term.
/// A cached list has a bit for every document of the segment, so a list with fewer documents would
/// take more than 32 bytes for each of them. The list is cached once scoring has spent as much on
/// reading it, in all searches so far, as one full read costs. What matching reads is not counted.
const MIN_DF_DIVISOR: usize = 256;
/// Bytes that all cached posting lists may take together, approximately. None is evicted: a list
/// that does not fit is read from the file. With 128 MB queries are slower, because a list is read
/// whole before it is cached (docs/perf).
const MAX_CACHED_BYTES: usize = 32 << 20;

/// The maximum number of lists in [`Cache::opened`]. They take some 2 MB. When there are as many,
/// all are forgotten.
const MAX_OPENED: usize = 1024;

/// A posting list, opened for reading.
pub(crate) enum OpenedPostings {
    /// Decoded, in memory.
    Cached(Arc<BitsetPostings>),
    /// In the postings file; the cursor stands on the first document.
    OnDisk(Box<Cursor>),
}

/// Opens the posting list of a term, from a cache or from the file. `None` if no document has the
/// term.
pub(crate) type PostingsOpener<'o> = &'o dyn Fn(&Postings, TermKey) -> Option<OpenedPostings>;

/// Opens posting lists for one query after another, and caches the lists that are worth caching.
#[derive(Debug, Default)]
pub(crate) struct PostingsCache(Mutex<Cache>);

#[derive(Debug, Default)]
struct Cache {
    /// By the ordinal of the segment and the term.
    entries: HashMap<(u32, TermKey), Entry>,
    /// The bytes that the cached lists take together, approximately.
    bytes: usize,
    /// The lists that the current query has opened on disk, each with its cursor on the first
    /// document; `None` if no document has the term. A query opens most of its lists several times.
    opened: HashMap<(u32, TermKey), Option<Box<Cursor>>>,
}

#[derive(Debug)]
enum Entry {
    /// Not cached: what scoring has spent on the list in all searches so far, in the unit of
    /// [`AccessCost`].
    Cost(u64),
    Cached(Arc<BitsetPostings>),
}

impl PostingsCache {
    /// Forgets the lists that the previous query has opened.
    pub(crate) fn begin_query(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).opened.clear();
    }

    /// Opens the posting list of a term, from the cache if it is there. `None` if no document has
    /// the term.
    pub(crate) fn open(
        &self,
        segment: u32,
        postings: &Postings,
        key: TermKey,
    ) -> Option<OpenedPostings> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Cache { entries, bytes, opened } = &mut *cache;
        let entry = match entries.get_mut(&(segment, key)) {
            // A cached list is not opened on disk as well: that would read its first block for
            // nothing.
            Some(Entry::Cached(list)) => return Some(OpenedPostings::Cached(list.clone())),
            entry => entry,
        };
        if opened.len() == MAX_OPENED {
            opened.clear();
        }
        let open = || postings.cursor(key).map(Box::new);
        let list = opened.entry((segment, key)).or_insert_with(open).clone()?;
        if let Some(entry) = entry
            && let Entry::Cost(cost) = *entry
            && cost >= AccessCost::full_scan(list.doc_freq())
        {
            let needed = BitsetPostings::memory_bytes(list.doc_freq(), postings.num_docs());
            if *bytes + needed <= MAX_CACHED_BYTES {
                let list = Arc::new(postings.bitset(key)?);
                *bytes += needed;
                *entry = Entry::Cached(list.clone());
                return Some(OpenedPostings::Cached(list));
            }
        }
        Some(OpenedPostings::OnDisk(list))
    }

    /// Adds what scoring has spent, in one search of a segment, on posting lists that are not
    /// cached. Each item is the term, its document frequency and the cost; `documents` is the
    /// number of documents of the segment.
    pub(crate) fn record_costs(
        &self,
        segment: u32,
        documents: u32,
        lists: impl Iterator<Item = (TermKey, u32, AccessCost)>,
    ) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, doc_freq, AccessCost(cost)) in lists {
            if doc_freq as usize >= documents as usize / MIN_DF_DIVISOR
                && let Entry::Cost(total) =
                    cache.entries.entry((segment, key)).or_insert(Entry::Cost(0))
            {
                *total += cost;
            }
        }
    }
}

/// What reading a posting list has cost. The unit is the cost of looking up one document. A scan
/// reads [`SCAN_SPEEDUP`] documents at this cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AccessCost(u64);

impl AccessCost {
    /// The cost of reading a list of `doc_freq` documents from beginning to end, in the unit of
    /// [`AccessCost`].
    fn full_scan(doc_freq: u32) -> u64 {
        u64::from(doc_freq) / SCAN_SPEEDUP
    }

    /// Adds look-ups of single documents.
    pub(crate) fn add_lookups(&mut self, documents: usize) {
        self.0 += documents as u64;
    }

    /// Adds a scan over this many documents of the list.
    pub(crate) fn add_scan(&mut self, documents: u64) {
        self.0 += documents / SCAN_SPEEDUP;
    }
}
