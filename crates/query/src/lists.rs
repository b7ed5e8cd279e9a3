//! The lists of units, opened. A session keeps in memory those that its queries look into again and again, as
//! Lucene keeps the bits of filters.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use wensou_index::{Cursor, Postings, UnitKey, Unpacked};

use crate::window::FASTER;

/// The list of a unit is kept in memory if one in so many documents has it, or more, once queries before have looked
/// into it for as long as it takes to read it whole.
const COMMON: usize = 256;
/// Bytes of lists that are kept, about.
const KEPT: usize = 32 << 20;

/// A list.
pub(crate) enum Opened {
    /// In memory.
    Kept(Arc<Unpacked>),
    /// In the file, at its first document.
    Own(Box<Cursor>),
}

impl Opened {
    /// The list of a unit, from the file.
    pub(crate) fn from_file(postings: &Postings, key: UnitKey) -> Option<Self> {
        postings.list(key).map(|list| Self::Own(Box::new(list)))
    }
}

/// Opens lists for one query after another.
#[derive(Debug, Default)]
pub(crate) struct Lists(Mutex<Kept>);

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

impl Lists {
    /// The list of a unit, if any document has it.
    pub(crate) fn open(
        &self,
        segment: SegmentId,
        postings: &Postings,
        key: UnitKey,
    ) -> Option<Opened> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { units, bytes } = &mut *kept;
        let asked = match units.get_mut(&(segment, key)) {
            // What is kept is not opened: its first block would be read for nothing.
            Some(Asked::Kept(list)) => return Some(Opened::Kept(list.clone())),
            asked => asked,
        };
        let list = postings.list(key)?;
        if let Some(asked) = asked
            && let Asked::For(looked) = *asked
            && looked >= Looked::at_all(list.count())
        {
            let needed = Unpacked::bytes(list.count(), postings.documents());
            if *bytes + needed <= KEPT {
                *bytes += needed;
                let list = Arc::new(postings.unpacked(key)?);
                *asked = Asked::Kept(list.clone());
                return Some(Opened::Kept(list));
            }
        }
        Some(Opened::Own(Box::new(list)))
    }

    /// Remembers how much a query has looked into lists that are not kept, by their units and how many documents
    /// they have, in a segment of so many documents.
    pub(crate) fn looked(
        &self,
        segment: SegmentId,
        documents: u32,
        lists: impl Iterator<Item = (UnitKey, u32, Looked)>,
    ) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count, Looked(for_documents)) in lists {
            if count as usize >= documents as usize / COMMON
                && let Asked::For(all) = kept.units.entry((segment, key)).or_insert(Asked::For(0))
            {
                *all += for_documents;
            }
        }
    }
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
