//! Shows the near-duplicates among hits as one hit.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashSet;
use wensou_index::{DuplicateGroups, Index};

use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::top_k::ScoredDoc;
use crate::exec::window::DocWindow;
use crate::runner::Answer;

/// Keeps the best hit of each group of near-duplicates.
pub(crate) fn collapse(answer: &mut Answer, groups: &DuplicateGroups) {
    let mut shown = FxHashSet::default();
    let mut is_first = |hit: &ScoredDoc| match groups.group_of(hit.address) {
        Some(group) => shown.insert(group),
        None => true,
    };
    answer.found.retain(&mut is_first);
    if let Some(backfill) = &mut answer.backfill {
        backfill.found.retain(is_first);
    }
}

/// Counts the matching documents that follow a near-duplicate which matches, too.
#[derive(Debug)]
pub(crate) struct RepeatCounter<'g> {
    groups: &'g DuplicateGroups,
    /// By group: whether a document of it has matched.
    seen: RefCell<Vec<bool>>,
    repeated: Cell<usize>,
}

impl<'g> RepeatCounter<'g> {
    pub(crate) fn new(groups: &'g DuplicateGroups) -> Self {
        let seen = RefCell::new(vec![false; groups.count()]);
        Self { groups, seen, repeated: Cell::new(0) }
    }

    /// Counts the documents of a window of a segment.
    pub(crate) fn add(&self, segment: u32, matches: &DocWindow) {
        let members = self.groups.from(DocAddress::new(segment, matches.start()));
        let mut seen = self.seen.borrow_mut();
        let mut repeated = 0;
        for (doc, group) in members.take_while(|(doc, _)| *doc < matches.end()) {
            if matches.contains(doc)
                && let Some(seen) = seen.get_mut(group as usize)
            {
                repeated += usize::from(std::mem::replace(seen, true));
            }
        }
        self.repeated.set(self.repeated.get() + repeated);
    }

    /// The number so far.
    pub(crate) fn repeated(&self) -> usize {
        self.repeated.get()
    }
}

/// The ids of the other documents of a hit's group, in the order of bytes.
pub(crate) fn near_duplicates(index: &Index, hit: DocAddress) -> Result<Vec<String>, Error> {
    let others = index.near_duplicates(hit)?.into_iter().filter(|other| *other != hit);
    let mut ids = others.map(|other| index.id(other)).collect::<Result<Vec<_>, _>>()?;
    // Addresses differ between an update and a whole build; ids do not.
    ids.sort_unstable();
    Ok(ids)
}
