//! A concatenated line has two halves: n tags, then their n keywords. There is a beam for each
//! position in the first half: it keeps the best partial segmentations whose last tag ends there.

use super::keyword::sortable_bits;

/// The number of steps that a beam keeps. Of the steps with the same next keyword, only the best
/// matters, so the steps of a beam differ in where the next keyword begins.
const BEAM_WIDTH: usize = 5;
/// [`Step::previous`] of the initial step, which has no tag and no keyword yet.
pub(super) const NO_STEP: u32 = u32::MAX;

/// A partial segmentation, as a linked list: its last entry (a tag of the first half, and the
/// keyword of this tag in the second half), and the index of the step with the entry before. The
/// next tag begins where this tag ends; that position is also the index of the beam that has the
/// step.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Step {
    /// Where the next keyword begins.
    pub(super) next_keyword: u32,
    /// The sum of the scores of all entries, up to this one.
    pub(super) score: f32,
    /// The index of the entry's tag in `SplitSearch::tags`. Its keyword extends from `next_keyword`
    /// of the previous step to that of this one.
    pub(super) tag: u32,
    /// The index of the previous step in `SplitSearch::steps`.
    pub(super) previous: u32,
}

impl Step {
    /// A number above 0 that is higher for a better step and, on equal scores, for one whose
    /// keywords end earlier.
    fn rank(&self) -> u64 {
        u64::from(sortable_bits(self.score)) << 32 | u64::from(!self.next_keyword)
    }
}

/// The best steps whose tags end at one position, best first; no two with the same next keyword.
#[derive(Default)]
pub(super) struct Beam {
    steps: [Step; BEAM_WIDTH],
    /// The ranks of the steps; 0 for an empty slot.
    ranks: [u64; BEAM_WIDTH],
}

impl Beam {
    /// The score that a step must have at least to be kept; -∞ as long as the beam has room.
    pub(super) fn threshold(&self) -> f32 {
        if self.ranks[BEAM_WIDTH - 1] == 0 {
            f32::NEG_INFINITY
        } else {
            self.steps[BEAM_WIDTH - 1].score
        }
    }

    /// Keeps a step if it is among the best. Of steps with the same next keyword, only the best is
    /// kept; on equal scores, the one offered first.
    pub(super) fn offer(&mut self, step: Step) {
        let rank = step.rank();
        // The slot to replace: the one with the same next keyword (the lower half of a rank), or
        // else the last.
        let mut slot = BEAM_WIDTH - 1;
        for (index, known) in self.ranks.iter().enumerate() {
            slot = if *known as u32 == rank as u32 { index } else { slot };
        }
        if self.ranks[slot] >= rank {
            return;
        }
        // Move the worse steps down by one slot.
        while slot > 0 && self.ranks[slot - 1] < rank {
            self.ranks[slot] = self.ranks[slot - 1];
            self.steps[slot] = self.steps[slot - 1];
            slot -= 1;
        }
        self.ranks[slot] = rank;
        self.steps[slot] = step;
    }

    /// The steps, best first.
    pub(super) fn steps(&self) -> &[Step] {
        let length = self.ranks.iter().take_while(|rank| **rank > 0).count();
        &self.steps[..length]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_beam_keeps_the_best_of_all_steps(
            offers in prop::collection::vec((0..9_u32, 0..6_u8), 0..40),
        ) {
            let mut beam = Beam::default();
            let mut all: Vec<Step> = Vec::new();
            for (number, (next_keyword, score)) in (0_u32..).zip(offers) {
                let score = f32::from(score);
                // The tag tells the steps of a test apart.
                let step = Step { next_keyword, score, tag: number, previous: 0 };
                beam.offer(step);
                match all.iter_mut().find(|known| known.next_keyword == next_keyword) {
                    Some(known) if known.score >= step.score => {}
                    Some(known) => *known = step,
                    None => all.push(step),
                }
            }
            let by_keyword = |a: &Step, b: &Step| a.next_keyword.cmp(&b.next_keyword);
            all.sort_by(|a, b| b.score.total_cmp(&a.score).then(by_keyword(a, b)));
            all.truncate(BEAM_WIDTH);
            prop_assert_eq!(beam.steps(), all);
        }
    }
}
