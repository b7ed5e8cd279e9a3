//! Documents that match at least a given number of many members. The search for similar documents
//! finds in this way the documents that share enough key terms.

use super::candidates::Candidates;
use super::doc_id::{DocId, TERMINATED};
use super::window::DocWindow;

/// Documents that are candidates of at least `count` members.
pub(crate) struct MinShouldMatch<M> {
    count: usize,
    members: Vec<M>,
    /// For each member, a lower bound of its next candidate.
    next: Vec<DocId>,
    /// For each member, its candidates in the current window. Empty if candidates are found one by
    /// one.
    in_window: Vec<DocWindow>,
}

impl<M: Candidates> MinShouldMatch<M> {
    /// Documents that are candidates of at least `count` members. There must be at least `count`
    /// members.
    pub(super) fn of(count: usize, members: Vec<M>) -> Self {
        Self { count, next: vec![0; members.len()], in_window: Vec::new(), members }
    }

    /// The documents of the window that at least `count` members have in `in_window`.
    fn with_enough(&self, window: &DocWindow) -> DocWindow {
        // At index n: the documents that are candidates of more than n of the members visited so
        // far.
        let mut by_count = vec![window.empty_like(); self.count];
        for candidates in &self.in_window {
            for n in (1..self.count).rev() {
                let mut one_more = candidates.clone();
                one_more.intersect(&by_count[n - 1]);
                by_count[n].union(&one_more);
            }
            by_count[0].union(candidates);
        }
        by_count.pop().unwrap_or_else(|| window.clone())
    }
}

impl<M: Candidates> Candidates for MinShouldMatch<M> {
    fn cost(&self) -> u64 {
        // Each candidate is a candidate of at least `count` members, so there are at most this many
        // if the costs of the members are exact.
        self.members.iter().map(Candidates::cost).sum::<u64>() / self.count.max(1) as u64
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let mut bound = target;
        loop {
            for (member, next) in self.members.iter_mut().zip(&mut self.next) {
                if *next < bound || bound == 0 {
                    *next = member.seek(bound);
                }
            }
            // Fewer than `count` members have a candidate before `reached`.
            let mut ascending = self.next.clone();
            ascending.sort_unstable();
            let reached = ascending.get(self.count - 1).copied().unwrap_or(TERMINATED);
            if reached == TERMINATED || ascending[0] == reached {
                return reached;
            }
            bound = reached;
        }
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        for (member, next) in self.members.iter_mut().zip(&mut self.next) {
            if *next <= doc {
                *next = member.probe(doc).err().unwrap_or(doc);
            }
        }
        match self.next.iter().filter(|next| **next == doc).count() >= self.count {
            true => Ok(()),
            false => Err(doc + 1),
        }
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let fill = |member: &mut M| {
            let mut candidates = window.empty_like();
            member.fill(&mut candidates);
            candidates
        };
        self.in_window = self.members.iter_mut().map(fill).collect();
        window.union(&self.with_enough(window));
    }

    fn retain(&mut self, window: &mut DocWindow) {
        let retain = |member: &mut M| {
            let mut candidates = window.clone();
            member.retain(&mut candidates);
            candidates
        };
        self.in_window = self.members.iter_mut().map(retain).collect();
        *window = self.with_enough(window);
    }

    fn is_postings_only(&self) -> bool {
        self.members.iter().all(Candidates::is_postings_only)
    }

    fn is_exact(&self) -> bool {
        self.members.iter().all(Candidates::is_exact)
    }

    fn can_rewind(&self) -> bool {
        self.members.iter().all(Candidates::can_rewind)
    }

    fn confirm(&mut self, doc: DocId) -> bool {
        let in_window = &self.in_window;
        let members = self.members.iter_mut().zip(&self.next).enumerate();
        let matched = members.filter_map(|(at, (member, next))| {
            let is_candidate = match in_window.get(at) {
                Some(candidates) => candidates.contains(doc),
                None => *next == doc,
            };
            (is_candidate && member.confirm(doc)).then_some(())
        });
        matched.take(self.count).count() == self.count
    }
}
