//! Documents that match members of enough mass, for the closest documents of a query. These are few
//! members, whose combinations are tried; of dozens, as
//! [`MinShouldMatch`](super::min_should_match::MinShouldMatch) has, there would be too many.

use std::cmp::Reverse;

use super::candidates::Candidates;
use super::doc_id::{DocId, TERMINATED};
use super::window::DocWindow;

/// Documents that are candidates of members whose masses add up to `min` or more.
pub(crate) struct MinMass<M> {
    min: u32,
    members: Vec<Member<M>>,
    /// Whether candidates come by windows. Else they come one by one.
    by_windows: bool,
    /// A buffer for one word of each member's window.
    bits: Vec<u64>,
}

struct Member<M> {
    matcher: M,
    mass: u32,
    /// A lower bound of its next candidate.
    next: DocId,
    /// Its candidates in the current window, if candidates come by windows.
    in_window: DocWindow,
    /// The mass of this member and all after it.
    remaining: u32,
}

impl<M: Candidates> MinMass<M> {
    /// Documents with at least this mass. The members together have it.
    pub(super) fn of(min: u32, mut members: Vec<(u32, M)>) -> Self {
        members.sort_by_key(|(mass, _)| Reverse(*mass));
        let mut remaining: u32 = members.iter().map(|(mass, _)| mass).sum();
        let members = members.into_iter().map(|(mass, matcher)| {
            let member =
                Member { matcher, mass, next: 0, in_window: DocWindow::new(0, 1, 0), remaining };
            remaining -= mass;
            member
        });
        Self { min, members: members.collect(), by_windows: false, bits: Vec::new() }
    }

    /// The documents of the members' windows that have enough mass.
    fn with_enough(&mut self, window: &DocWindow) -> DocWindow {
        self.by_windows = true;
        let Self { min, members, bits, .. } = self;
        let mut enough = window.empty_like();
        for (at, word) in enough.bits().iter_mut().enumerate() {
            bits.clear();
            bits.extend(members.iter_mut().map(|member| member.in_window.bits()[at]));
            *word = bits_with(members, bits, *min);
        }
        enough
    }
}

/// Of 64 documents, those with at least `min` of the mass of these members, given as one bit for
/// each document and member.
fn bits_with<M>(members: &[Member<M>], bits: &[u64], min: u32) -> u64 {
    match (members, bits) {
        _ if min == 0 => u64::MAX,
        ([first, members @ ..], [own, bits @ ..]) if first.remaining >= min => {
            let with = match own {
                0 => 0,
                own => own & bits_with(members, bits, min.saturating_sub(first.mass)),
            };
            with | bits_with(members, bits, min)
        }
        _ => 0,
    }
}

impl<M: Candidates> Candidates for MinMass<M> {
    fn cost(&self) -> u64 {
        let all: u64 = self.members.iter().map(|member| member.matcher.cost()).sum();
        let mass = self.members.first().map_or(1, |member| member.remaining.max(1));
        all * u64::from(mass - self.min.min(mass) + 1) / u64::from(mass)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let mut bound = target;
        loop {
            for member in &mut self.members {
                if member.next < bound || bound == 0 {
                    member.next = member.matcher.seek(bound);
                }
            }
            // No document before the one that members of enough mass have reached has enough.
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
            if ascending[0].0 == *reached {
                return *reached;
            }
            let there: u32 =
                ascending.iter().filter(|(doc, _)| doc == reached).map(|(_, mass)| mass).sum();
            if there >= self.min {
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
        for member in &mut self.members {
            member.in_window = window.empty_like();
            member.matcher.fill(&mut member.in_window);
        }
        window.union(&self.with_enough(window));
    }

    fn retain(&mut self, window: &mut DocWindow) {
        for member in &mut self.members {
            member.in_window = window.clone();
            member.matcher.retain(&mut member.in_window);
        }
        *window = self.with_enough(window);
    }

    fn is_postings_only(&self) -> bool {
        self.members.iter().all(|member| member.matcher.is_postings_only())
    }

    fn is_exact(&self) -> bool {
        self.members.iter().all(|member| member.matcher.is_exact())
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
            if is_candidate && member.matcher.confirm(doc) {
                missing = missing.saturating_sub(member.mass);
                if missing == 0 {
                    return true;
                }
            }
        }
        false
    }
}
