//! Documents that match members whose masses together reach a minimum, for the coverage of a
//! relaxed query. The mass of a member is the idf of a word, see [`IdfMass`](crate::rank::IdfMass).
//! There are few members, so all combinations of them can be tried. The dozens of members that
//! [`MinShouldMatch`](super::min_should_match::MinShouldMatch) has would have too many
//! combinations.

use std::cmp::Reverse;

use super::candidates::Candidates;
use super::doc_id::{DocId, TERMINATED};
use super::window::DocWindow;

/// The most members whose combinations are tried: each further member can double the time. With
/// more members, a window also keeps documents with too little mass.
pub(crate) const MAX_COMBINED_MEMBERS: usize = 8;

/// Documents that are candidates of members whose masses add up to `min` or more.
pub(crate) struct MinMass<M> {
    /// The mass that a document needs, in 1024ths of idf, as all masses here.
    min: u32,
    /// Descending by mass.
    members: Vec<Member<M>>,
    /// The indices of the members in the order in which they are asked for candidates: ascending by
    /// cost, but first those whose candidates do not come from posting lists.
    order: Vec<usize>,
    /// Whether candidates are found a window at a time. Else they are found one by one.
    by_windows: bool,
    /// A buffer for 64 bits of each member's window.
    bits: Vec<u64>,
}

struct Member<M> {
    matcher: M,
    mass: u32,
    /// Whether every candidate of the member matches.
    is_exact: bool,
    /// A lower bound of the member's next candidate.
    next: DocId,
    /// The member's candidates in the current window, if candidates are found a window at a time.
    /// Documents that cannot reach the minimum mass may be missing.
    in_window: DocWindow,
    /// The mass of this member and all after it.
    remaining: u32,
    /// Whether the member has not been asked yet for its candidates in the current window.
    pending: bool,
}

impl<M: Candidates> MinMass<M> {
    /// Documents with at least the mass `min`. The members together must have at least this mass.
    pub(super) fn of(min: u32, mut members: Vec<(u32, M)>) -> Self {
        members.sort_by_key(|(mass, _)| Reverse(*mass));
        let mut remaining: u32 = members.iter().map(|(mass, _)| mass).sum();
        let member = |(mass, matcher): (u32, M)| {
            let member = Member {
                is_exact: matcher.is_exact(),
                matcher,
                mass,
                next: 0,
                // A placeholder until the first window is filled.
                in_window: DocWindow::new(0, 1, 0),
                remaining,
                pending: false,
            };
            remaining -= mass;
            member
        };
        let members: Vec<Member<M>> = members.into_iter().map(member).collect();
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|at| {
            let matcher = &members[*at].matcher;
            (matcher.is_postings_only(), matcher.cost())
        });
        Self { min, members, order, by_windows: false, bits: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Changes the mass that a document needs. Call this only on a follower.
    pub(super) fn set_min(&mut self, min: u32) {
        self.min = min;
    }

    /// The highest mass that `doc`, a candidate of the current window, can have.
    pub(super) fn upper_bound(&self, doc: DocId) -> u32 {
        let members = self.members.iter().filter(|member| member.in_window.contains(doc));
        members.map(|member| member.mass).sum()
    }

    /// The mass that `doc`, a candidate of the current window, has.
    pub(super) fn confirmed(&mut self, doc: DocId) -> u32 {
        let mut mass = 0;
        for member in &mut self.members {
            if member.in_window.contains(doc) && (member.is_exact || member.matcher.confirm(doc)) {
                mass += member.mass;
            }
        }
        mass
    }

    /// The candidates in the range of a window: all of them or, if `only_set`, those whose bit is
    /// set in `window`.
    ///
    /// As soon as the pending members together have less mass than `min`, they are only asked about
    /// documents that can still reach `min`.
    fn candidates_in(&mut self, window: &DocWindow, only_set: bool) -> DocWindow {
        self.by_windows = true;
        self.members.iter_mut().for_each(|member| member.pending = true);
        let mut pending_mass = self.members.first().map_or(0, |member| member.remaining);
        let mut possible = if only_set { window.clone() } else { window.empty_like() };
        for at in 0..self.order.len() {
            let member = &mut self.members[self.order[at]];
            if only_set || pending_mass < self.min {
                member.in_window.clone_from(&possible);
                member.matcher.retain(&mut member.in_window);
            } else {
                member.in_window.clear_like(window);
                member.matcher.fill(&mut member.in_window);
                possible.union(&member.in_window);
            }
            member.pending = false;
            pending_mass -= member.mass;
            if pending_mass < self.min {
                self.retain_enough(&mut possible);
            }
        }
        possible
    }

    /// Removes the documents that do not have enough mass even with all pending members.
    fn retain_enough(&mut self, possible: &mut DocWindow) {
        let Self { min, members, bits, .. } = self;
        if members.len() > MAX_COMBINED_MEMBERS {
            return;
        }
        for (at, docs) in possible.bits().iter_mut().enumerate().filter(|(_, docs)| **docs != 0) {
            bits.clear();
            bits.extend(members.iter_mut().map(|member| match member.pending {
                true => *docs,
                false => member.in_window.bits()[at],
            }));
            *docs &= bits_with_mass(members, bits, *min);
        }
    }
}

/// Of 64 documents, the bits of those that may have a mass of at least `min` from these members.
/// `bits` has 64 bits for each member: those of the documents that may match the member.
fn bits_with_mass<M>(members: &[Member<M>], bits: &[u64], min: u32) -> u64 {
    match (members, bits) {
        _ if min == 0 => u64::MAX,
        ([first, members @ ..], [own, bits @ ..]) if first.remaining >= min => {
            let with_first = match own {
                0 => 0,
                own => own & bits_with_mass(members, bits, min.saturating_sub(first.mass)),
            };
            with_first | bits_with_mass(members, bits, min)
        }
        _ => 0,
    }
}

impl<M: Candidates> Candidates for MinMass<M> {
    /// The summed cost of the members that are asked about all documents: every candidate is a
    /// candidate of one of them.
    fn cost(&self) -> u64 {
        let mut pending_mass = self.members.first().map_or(0, |member| member.remaining);
        let mut cost = 0;
        for member in self.order.iter().map(|at| &self.members[*at]) {
            if pending_mass < self.min {
                break;
            }
            cost += member.matcher.cost();
            pending_mass -= member.mass;
        }
        cost
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let mut bound = target;
        loop {
            for member in &mut self.members {
                if member.next < bound || bound == 0 {
                    member.next = member.matcher.seek(bound);
                }
            }
            // Add up the masses in the order of the next candidates. Before the candidate at which
            // the sum reaches `min`, no document has enough mass.
            let mut ascending: Vec<(DocId, u32)> =
                self.members.iter().map(|member| (member.next, member.mass)).collect();
            ascending.sort_unstable();
            let mut mass = 0;
            let reached = ascending.iter().find(|(_, own)| {
                mass += own;
                mass >= self.min
            });
            let Some((reached, _)) = reached.filter(|(doc, _)| *doc != TERMINATED) else {
                return TERMINATED;
            };
            let (first_candidate, _) = ascending[0];
            if first_candidate == *reached {
                return *reached;
            }
            let mass_of_reached: u32 =
                ascending.iter().filter(|(doc, _)| doc == reached).map(|(_, mass)| mass).sum();
            if mass_of_reached >= self.min {
                return *reached;
            }
            bound = *reached;
        }
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        let mut mass = 0;
        for member in &mut self.members {
            if member.next <= doc {
                member.next = member.matcher.probe(doc).err().unwrap_or(doc);
            }
            if member.next == doc {
                mass += member.mass;
            }
        }
        if mass >= self.min { Ok(()) } else { Err(doc + 1) }
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let only_set = false;
        let filled = self.candidates_in(window, only_set);
        window.union(&filled);
    }

    fn retain(&mut self, window: &mut DocWindow) {
        let only_set = true;
        *window = self.candidates_in(window, only_set);
    }

    fn is_postings_only(&self) -> bool {
        self.members.iter().all(|member| member.matcher.is_postings_only())
    }

    fn is_exact(&self) -> bool {
        self.members.iter().all(|member| member.is_exact)
    }

    fn can_rewind(&self) -> bool {
        self.members.iter().all(|member| member.matcher.can_rewind())
    }

    fn confirm(&mut self, doc: DocId) -> bool {
        let (by_windows, mut missing) = (self.by_windows, self.min);
        for member in &mut self.members {
            let is_candidate = match by_windows {
                true => member.in_window.contains(doc),
                false => member.next == doc,
            };
            if is_candidate && (member.is_exact || member.matcher.confirm(doc)) {
                missing = missing.saturating_sub(member.mass);
                if missing == 0 {
                    return true;
                }
            }
        }
        false
    }
}
