//! A beam: the best partial segmentations up to one position of the tags' half.

use super::keyword::ordered;

/// Beam width. The hypotheses at a position differ only in how they split the keywords.
const BEAM_WIDTH: usize = 5;
/// No previous step.
pub(super) const NONE: u32 = u32::MAX;

/// A partial segmentation. The position of the next tag is the index of the step's beam.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Step {
    /// Where the next keyword begins.
    pub(super) keyword: u32,
    pub(super) score: f32,
    /// Index of the last entry's tag; its keyword lies between the `keyword` positions of the
    /// previous step and this one.
    pub(super) tag: u32,
    /// Index of the previous step.
    pub(super) before: u32,
}

impl Step {
    /// A number above 0 that is higher for a better step and, on equal scores, for one whose
    /// keywords end earlier.
    fn rank(&self) -> u64 {
        u64::from(ordered(self.score)) << 32 | u64::from(!self.keyword)
    }
}

/// The best steps to one position, best first; no two with the same next keyword.
#[derive(Default)]
pub(super) struct Beam {
    steps: [Step; BEAM_WIDTH],
    /// The ranks of the steps; 0 for an empty slot.
    ranks: [u64; BEAM_WIDTH],
}

impl Beam {
    /// Steps with a lower score are not kept.
    pub(super) fn threshold(&self) -> f32 {
        if self.ranks[BEAM_WIDTH - 1] == 0 {
            f32::NEG_INFINITY
        } else {
            self.steps[BEAM_WIDTH - 1].score
        }
    }

    /// Keeps a step if it is among the best. On equal keyword and score, the first stays.
    pub(super) fn offer(&mut self, step: Step) {
        let rank = step.rank();
        // The slot to replace: the one with the same keyword, or else the last.
        let mut slot_out = BEAM_WIDTH - 1;
        for (slot, known) in self.ranks.iter().enumerate() {
            slot_out = if *known as u32 == rank as u32 { slot } else { slot_out };
        }
        if self.ranks[slot_out] >= rank {
            return;
        }
        while slot_out > 0 && self.ranks[slot_out - 1] < rank {
            self.ranks[slot_out] = self.ranks[slot_out - 1];
            self.steps[slot_out] = self.steps[slot_out - 1];
            slot_out -= 1;
        }
        self.ranks[slot_out] = rank;
        self.steps[slot_out] = step;
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
        fn a_row_holds_the_best_of_all_steps(offers in prop::collection::vec((0..9_u32, 0..6_u8), 0..40)) {
            let mut beam = Beam::default();
            let mut all: Vec<Step> = Vec::new();
            for (number, (keyword, score)) in (0_u32..).zip(offers) {
                let step = Step { keyword, score: f32::from(score), tag: number, before: 0 };
                beam.offer(step);
                match all.iter_mut().find(|known| known.keyword == keyword) {
                    Some(known) if known.score >= step.score => {}
                    Some(known) => *known = step,
                    None => all.push(step),
                }
            }
            all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.keyword.cmp(&b.keyword)));
            all.truncate(BEAM_WIDTH);
            prop_assert_eq!(beam.steps(), all);
        }
    }
}
