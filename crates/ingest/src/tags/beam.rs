//! The best ways to one place of the tags' half: a beam.

use super::keyword::ordered;

/// Hypotheses kept for each place in the tags' half: they differ only in how they cut the keywords.
const BEAM_WIDTH: usize = 5;
/// No step.
pub(super) const NONE: u32 = u32::MAX;

/// The first pairs of a line; where the next tag begins is the step's row.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Step {
    /// Where the next keyword begins.
    pub(super) keyword: u32,
    pub(super) score: f32,
    /// The last pair's tag, as an index; its keyword lies between the next keywords of this step and the one
    /// before.
    pub(super) tag: u32,
    /// The step before, as an index.
    pub(super) before: u32,
}

impl Step {
    /// A number that is higher for a better step, of equals for one whose keywords end earlier. Above 0.
    fn rank(&self) -> u64 {
        u64::from(ordered(self.score)) << 32 | u64::from(!self.keyword)
    }
}

/// The best steps to a place, best first, no two with the same next keyword.
#[derive(Default)]
pub(super) struct Beam {
    steps: [Step; BEAM_WIDTH],
    /// Of the steps; 0 where there is none.
    ranks: [u64; BEAM_WIDTH],
}

impl Beam {
    /// A step with a lower score than this is not kept.
    pub(super) fn threshold(&self) -> f32 {
        if self.ranks[BEAM_WIDTH - 1] == 0 {
            f32::NEG_INFINITY
        } else {
            self.steps[BEAM_WIDTH - 1].score
        }
    }

    /// Keeps a step if it is among the best. Of two with the same keyword and score the first stays.
    pub(super) fn offer(&mut self, step: Step) {
        let rank = step.rank();
        // What makes room: the step with the same keyword, else the last or a free place.
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
