//! Combines candidates: intersections, unions and differences.

use std::cmp::Reverse;

use super::candidates::Candidates;
use super::doc_id::{DocId, TERMINATED};
use super::window::DocWindow;

/// Documents that are candidates of every member. There is at least one member.
pub(crate) struct And<M> {
    /// Ascending by cost. If the intersection leads, the first member leads and the others follow.
    members: Vec<M>,
}

impl<M: Candidates> And<M> {
    /// The intersection of at least one member.
    pub(super) fn of(mut members: Vec<M>) -> Self {
        members.sort_by_key(Candidates::cost);
        Self { members }
    }
}

impl<M: Candidates> Candidates for And<M> {
    fn cost(&self) -> u64 {
        self.members.first().map_or(0, Candidates::cost)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let Some((first, others)) = self.members.split_first_mut() else { return TERMINATED };
        let mut doc = first.seek(target);
        while doc != TERMINATED
            && let Err(next) = others.iter_mut().try_for_each(|member| member.probe(doc))
        {
            doc = first.seek(next);
        }
        doc
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        self.members.iter_mut().try_for_each(|member| member.probe(doc))
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let Some((first, others)) = self.members.split_first_mut() else { return };
        let mut filled = window.empty_like();
        first.fill(&mut filled);
        others.iter_mut().for_each(|member| member.retain(&mut filled));
        window.union(&filled);
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.members.iter_mut().for_each(|member| member.retain(window));
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
        self.members.iter_mut().all(|member| member.confirm(doc))
    }
}

/// Documents that are candidates of at least one member.
pub(crate) struct Or<M> {
    /// Members whose candidates need not be confirmed come first. Otherwise, members descend by
    /// cost: the most frequent one is the most likely to match.
    members: Vec<M>,
    /// For each member, a lower bound of its next candidate; 0 if it has not been asked yet. The
    /// bounds save looking up documents in rare members that cannot have them.
    next: Vec<DocId>,
    /// For each member, its candidates in the current window. Empty if candidates are found one by
    /// one.
    in_window: Vec<DocWindow>,
}

impl<M: Candidates> Or<M> {
    /// The union of members.
    pub(super) fn of(mut members: Vec<M>) -> Self {
        members.sort_by_key(|member| (!member.is_exact(), Reverse(member.cost())));
        Self { next: vec![0; members.len()], in_window: Vec::new(), members }
    }

    /// As [`Candidates::probe`], but a member that has `doc` counts only if `wanted` accepts it.
    fn probe_members(&mut self, doc: DocId, wanted: impl Fn(&mut M) -> bool) -> Result<(), DocId> {
        for (member, next) in self.members.iter_mut().zip(&mut self.next) {
            if *next > doc {
                continue;
            }
            match member.probe(doc) {
                Ok(()) if wanted(member) => return Ok(()),
                Ok(()) => {}
                Err(from) => *next = from,
            }
        }
        Err(self.next.iter().copied().min().unwrap_or(TERMINATED))
    }
}

impl<M: Candidates> Candidates for Or<M> {
    fn cost(&self) -> u64 {
        self.members.iter().map(Candidates::cost).sum()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        for (member, next) in self.members.iter_mut().zip(&mut self.next) {
            // The target 0 asks every member: a bound of 0 may stand for a member that has not
            // been asked yet.
            if *next < target || target == 0 {
                *next = member.seek(target);
            }
        }
        self.next.iter().copied().min().unwrap_or(TERMINATED)
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        self.probe_members(doc, |_| true)
    }

    fn fill(&mut self, window: &mut DocWindow) {
        self.in_window.clear();
        for member in &mut self.members {
            let mut filled = window.empty_like();
            member.fill(&mut filled);
            window.union(&filled);
            self.in_window.push(filled);
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.in_window.clear();
        let mut all = window.empty_like();
        for member in &mut self.members {
            let mut retained = window.clone();
            member.retain(&mut retained);
            all.union(&retained);
            self.in_window.push(retained);
        }
        *window = all;
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
        if self.in_window.is_empty() {
            return self.probe_members(doc, |member| member.confirm(doc)).is_ok();
        }
        let mut members = self.members.iter_mut().zip(&self.in_window);
        members.any(|(member, candidates)| candidates.contains(doc) && member.confirm(doc))
    }
}

/// Documents that match `included` and do not match `excluded`.
pub(crate) struct AndNot<M> {
    included: M,
    excluded: M,
}

impl<M: Candidates> AndNot<M> {
    /// The documents of `included` that `excluded` does not match.
    pub(super) fn new(included: M, excluded: M) -> Self {
        Self { included, excluded }
    }
}

impl<M: Candidates> Candidates for AndNot<M> {
    fn cost(&self) -> u64 {
        self.included.cost()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.included.seek(target)
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        self.included.probe(doc)
    }

    fn fill(&mut self, window: &mut DocWindow) {
        self.included.fill(window);
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.included.retain(window);
    }

    fn is_postings_only(&self) -> bool {
        self.included.is_postings_only()
    }

    fn is_exact(&self) -> bool {
        false
    }

    fn can_rewind(&self) -> bool {
        // `confirm` looks up documents of `excluded`, which is possible only in ascending order.
        false
    }

    /// The excluded documents are looked up only here, one by one, because few candidates are ever
    /// confirmed.
    fn confirm(&mut self, doc: DocId) -> bool {
        let Self { included, excluded } = self;
        included.confirm(doc) && !(excluded.probe(doc).is_ok() && excluded.confirm(doc))
    }
}

#[cfg(test)]
mod tests {
    use super::super::min_mass::MinMass;
    use super::super::min_should_match::MinShouldMatch;
    use super::*;

    /// A list of candidates. Those that are multiples of three do not match.
    struct Docs(Vec<DocId>);

    impl Docs {
        fn matches(&self, doc: DocId) -> bool {
            self.0.contains(&doc) && !doc.is_multiple_of(3)
        }
    }

    impl Candidates for Docs {
        fn cost(&self) -> u64 {
            self.0.len() as u64
        }

        fn seek(&mut self, target: DocId) -> DocId {
            self.0.iter().copied().find(|doc| *doc >= target).unwrap_or(TERMINATED)
        }

        fn fill(&mut self, window: &mut DocWindow) {
            let (start, end) = (window.start(), window.end());
            let within = self.0.iter().filter(|doc| (start..end).contains(*doc));
            within.for_each(|doc| window.insert(*doc));
        }

        fn retain(&mut self, window: &mut DocWindow) {
            window.retain(|doc| self.0.contains(&doc));
        }

        fn is_exact(&self) -> bool {
            false
        }

        fn confirm(&mut self, doc: DocId) -> bool {
            self.matches(doc)
        }
    }

    const DOCUMENTS: u32 = 300;

    /// The members that the tests combine.
    fn members() -> Vec<Docs> {
        [2, 5, 7, 11].map(|step| Docs((1..DOCUMENTS).step_by(step).collect())).into()
    }

    /// The matches, found in three ways: by filling windows, by retaining from windows of all
    /// documents, and by probing each document.
    fn found<C: Candidates>(candidates: impl Fn() -> C) -> [Vec<DocId>; 3] {
        // Three windows of 128 documents cover all 300.
        let windows = || (0..3).map(|n| DocWindow::new(n * 128, 128, DOCUMENTS));
        let (mut leader, mut follower, mut prober) = (candidates(), candidates(), candidates());
        let mut filled = Vec::new();
        for mut window in windows() {
            leader.fill(&mut window);
            window.retain(|doc| leader.confirm(doc));
            filled.extend(window.iter());
        }
        let mut retained = Vec::new();
        for mut window in windows() {
            window.insert_all(DOCUMENTS);
            follower.retain(&mut window);
            window.retain(|doc| follower.confirm(doc));
            retained.extend(window.iter());
        }
        let probed =
            (0..DOCUMENTS).filter(|doc| prober.probe(*doc).is_ok() && prober.confirm(*doc));
        [filled, retained, probed.collect()]
    }

    /// The matching documents, once for each way of [`found`].
    fn expected(matches: impl Fn(&[Docs], DocId) -> bool) -> [Vec<DocId>; 3] {
        let matching: Vec<DocId> = (0..DOCUMENTS).filter(|doc| matches(&members(), *doc)).collect();
        [matching.clone(), matching.clone(), matching]
    }

    #[test]
    fn each_combination_matches_the_documents_that_enough_members_match() {
        let count = |all: &[Docs], doc| all.iter().filter(|docs| docs.matches(doc)).count();
        assert_eq!(found(|| And::of(members())), expected(|all, doc| count(all, doc) == 4));
        assert_eq!(found(|| Or::of(members())), expected(|all, doc| count(all, doc) > 0));
        for min in 2..=4 {
            let enough = expected(|all, doc| count(all, doc) >= min);
            assert_eq!(found(|| MinShouldMatch::of(min, members())), enough, "{min}");
        }
        let masses = [3, 5, 2, 4];
        // 14 is the mass of all members together.
        for min in 1..=14 {
            let mass = |all: &[Docs], doc| -> u32 {
                let matching = all.iter().zip(masses).filter(|(docs, _)| docs.matches(doc));
                matching.map(|(_, mass)| mass).sum()
            };
            let by_mass = || MinMass::of(min, masses.into_iter().zip(members()).collect());
            assert_eq!(found(by_mass), expected(|all, doc| mass(all, doc) >= min), "{min}");
        }
        let difference = || {
            let [included, excluded] = [2, 5].map(|step| (1..DOCUMENTS).step_by(step).collect());
            AndNot::new(Docs(included), Docs(excluded))
        };
        let expected = expected(|all, doc| all[0].matches(doc) && !all[1].matches(doc));
        assert_eq!(found(difference), expected);
    }

    #[test]
    fn seeking_finds_every_candidate() {
        let sought = |mut candidates: Box<dyn Candidates>| {
            let mut next = candidates.seek(0);
            let mut all = Vec::new();
            while next != TERMINATED {
                all.push(next);
                next = candidates.seek(next + 1);
            }
            all
        };
        let in_at_least = |min: usize| -> Vec<DocId> {
            let has = |doc| members().iter().filter(|docs| docs.0.contains(&doc)).count() >= min;
            (0..DOCUMENTS).filter(|doc| has(*doc)).collect()
        };
        assert_eq!(sought(Box::new(Or::of(members()))), in_at_least(1));
        assert_eq!(sought(Box::new(MinShouldMatch::of(2, members()))), in_at_least(2));
        assert_eq!(sought(Box::new(MinShouldMatch::of(3, members()))), in_at_least(3));
        assert_eq!(sought(Box::new(And::of(members()))), in_at_least(4));
        for min in 1..=4 {
            let by_mass = MinMass::of(min, members().into_iter().map(|docs| (1, docs)).collect());
            assert_eq!(sought(Box::new(by_mass)), in_at_least(min as usize));
        }
    }
}
