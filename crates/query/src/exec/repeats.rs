//! Counts hits where near-duplicates are shown as one hit.

use std::cell::RefCell;

use super::doc_id::{DocAddress, DocId};
use super::groups::Groups;
use super::matched_docs::MatchedDocs;
use super::window::DocWindow;

/// Counts the hits among the matching documents: those that do not repeat another. A document
/// repeats another if it follows a near-duplicate which matches, too.
#[derive(Debug)]
pub(crate) struct RepeatCounter<'g> {
    groups: Groups<'g>,
    /// [`Counted::few_docs`] is complete as long as there are fewer hits than this.
    wanted: usize,
    counted: RefCell<Counted>,
}

#[derive(Debug)]
struct Counted {
    /// For each group, whether a document of the group has matched.
    seen: Vec<bool>,
    /// The matching documents that repeat no other.
    hits: usize,
    /// All matching documents, ascending, as long as they make fewer hits than wanted. Later
    /// documents may be missing.
    few_docs: Vec<DocAddress>,
    /// All matching documents; `None` if a cluster has counted them.
    matched: Option<MatchedDocs>,
}

impl<'g> RepeatCounter<'g> {
    /// A counter that also keeps the documents if they make fewer than `wanted` hits.
    pub(crate) fn new(groups: Groups<'g>, wanted: usize) -> Self {
        let seen = vec![false; groups.count()];
        let matched = Some(MatchedDocs::default());
        let counted = Counted { seen, hits: 0, few_docs: Vec::new(), matched };
        Self { groups, wanted, counted: RefCell::new(counted) }
    }

    /// The groups of near-duplicates.
    pub(crate) fn groups(&self) -> Groups<'g> {
        self.groups
    }

    /// Counts the documents of a window of a segment.
    pub(crate) fn add(&self, segment: u32, matches: &DocWindow) {
        let Counted { seen, hits, few_docs, matched } = &mut *self.counted.borrow_mut();
        let repeats = match self.groups {
            Groups::Local(groups) => count_repeats(matches, seen, groups.groups_in(segment)),
            #[cfg(feature = "cluster")]
            Groups::Cluster(groups) => {
                let group_of = |doc| groups.group_of(DocAddress::new(segment, doc));
                count_repeats(matches, seen, group_of)
            }
        };
        *hits += matches.count() - repeats;
        if *hits < self.wanted {
            few_docs.extend(matches.iter().map(|doc| DocAddress::new(segment, doc)));
        }
        if let Some(matched) = matched {
            matched.push(segment, matches);
        }
    }

    /// Sets what a cluster has counted: how many hits there are, and all documents if they make
    /// fewer hits than wanted.
    #[cfg(feature = "cluster")]
    pub(crate) fn set_hits(&self, hits: usize, few_docs: Vec<DocAddress>) {
        let mut counted = self.counted.borrow_mut();
        *counted = Counted { seen: Vec::new(), hits, few_docs, matched: None };
    }

    /// The number of hits up to which all documents are kept.
    #[cfg(feature = "cluster")]
    pub(crate) fn wanted(&self) -> usize {
        self.wanted
    }

    /// The number of hits so far.
    pub(crate) fn hits(&self) -> usize {
        self.counted.borrow().hits
    }

    /// Takes the documents that were counted, ascending: all of them if they make fewer hits than
    /// wanted, else perhaps only some.
    pub(crate) fn take_few_docs(&self) -> Vec<DocAddress> {
        std::mem::take(&mut self.counted.borrow_mut().few_docs)
    }

    /// All documents that were counted; `None` if a cluster has counted them.
    pub(crate) fn into_matched(self) -> Option<MatchedDocs> {
        self.counted.into_inner().matched
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
        if let Some(seen) = group_of(doc).and_then(|group| seen.get_mut(group as usize)) {
            repeats += usize::from(std::mem::replace(seen, true));
        }
    }
    repeats
}
