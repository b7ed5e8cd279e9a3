//! Counts hits where near-duplicates are shown as one hit.

use std::cell::RefCell;

use super::doc_id::{DocAddress, DocId};
use super::groups::Groups;
use super::matched_docs::MatchedDocs;
use super::window::DocWindow;

/// Counts the hits among the matching documents: those that do not repeat another. A document
/// repeats another one if a near-duplicate of it was counted before.
#[derive(Debug)]
pub(crate) struct RepeatCounter<'g> {
    groups: Groups<'g>,
    /// [`RepeatCounter::few_docs`] returns the matching documents if they make fewer hits than
    /// this.
    wanted: usize,
    counted: RefCell<Counted>,
}

#[derive(Debug)]
struct Counted {
    /// For each group, whether a document of the group has matched.
    seen: Vec<bool>,
    /// The matching documents that repeat no other.
    hits: usize,
    documents: KnownDocs,
}

/// The matching documents, as far as they are known.
#[derive(Debug)]
enum KnownDocs {
    /// All of them, of an index in a folder.
    Matched(MatchedDocs),
    /// All of them, ascending, of an index on a cluster; none if they make as many hits as are
    /// wanted.
    #[cfg(feature = "cluster")]
    Few(Vec<DocAddress>),
}

impl<'g> RepeatCounter<'g> {
    /// A counter whose [`RepeatCounter::few_docs`] returns documents if they make fewer than
    /// `wanted` hits.
    pub(crate) fn new(groups: Groups<'g>, wanted: usize) -> Self {
        let seen = vec![false; groups.count()];
        let documents = KnownDocs::Matched(MatchedDocs::default());
        Self { groups, wanted, counted: RefCell::new(Counted { seen, hits: 0, documents }) }
    }

    /// The groups of near-duplicates.
    pub(crate) fn groups(&self) -> Groups<'g> {
        self.groups
    }

    /// Counts the documents of a window of a segment.
    pub(crate) fn add(&self, segment: u32, matches: &DocWindow) {
        let Counted { seen, hits, documents } = &mut *self.counted.borrow_mut();
        let repeats = match self.groups {
            Groups::Local(groups) => count_repeats(matches, seen, groups.groups_in(segment)),
            #[cfg(feature = "cluster")]
            Groups::Cluster(groups) => {
                let group_of = |doc| groups.group_of(DocAddress::new(segment, doc));
                count_repeats(matches, seen, group_of)
            }
        };
        *hits += matches.count() - repeats;
        match documents {
            KnownDocs::Matched(matched) => matched.push(segment, matches),
            #[cfg(feature = "cluster")]
            KnownDocs::Few(few_docs) => {
                few_docs.extend(matches.iter().map(|doc| DocAddress::new(segment, doc)));
            }
        }
    }

    /// Sets what a cluster has counted: how many hits there are, and all documents if they make
    /// fewer hits than wanted.
    #[cfg(feature = "cluster")]
    pub(crate) fn set_hits(&self, hits: usize, few_docs: Vec<DocAddress>) {
        let documents = KnownDocs::Few(few_docs);
        *self.counted.borrow_mut() = Counted { seen: Vec::new(), hits, documents };
    }

    /// The number of hits from which on the documents are not needed.
    #[cfg(feature = "cluster")]
    pub(crate) fn wanted(&self) -> usize {
        self.wanted
    }

    /// The number of hits so far.
    pub(crate) fn hits(&self) -> usize {
        self.counted.borrow().hits
    }

    /// All documents that were counted, ascending, if they make fewer hits than wanted; else none.
    pub(crate) fn few_docs(&self) -> Vec<DocAddress> {
        let counted = self.counted.borrow();
        match &counted.documents {
            _ if counted.hits >= self.wanted => Vec::new(),
            KnownDocs::Matched(matched) => matched.iter().collect(),
            #[cfg(feature = "cluster")]
            KnownDocs::Few(few_docs) => few_docs.clone(),
        }
    }

    /// All documents that were counted; `None` if a cluster has counted them.
    pub(crate) fn into_matched(self) -> Option<MatchedDocs> {
        match self.counted.into_inner().documents {
            KnownDocs::Matched(matched) => Some(matched),
            #[cfg(feature = "cluster")]
            KnownDocs::Few(_) => None,
        }
    }
}

/// The number of documents whose group has been seen before. `seen` says of each group whether it
/// has been seen.
fn count_repeats(
    documents: &DocWindow,
    seen: &mut [bool],
    group_of: impl Fn(DocId) -> Option<u32>,
) -> usize {
    let mut repeats = 0;
    for doc in documents.iter() {
        if let Some(is_seen) = group_of(doc).and_then(|group| seen.get_mut(group as usize)) {
            repeats += usize::from(std::mem::replace(is_seen, true));
        }
    }
    repeats
}
