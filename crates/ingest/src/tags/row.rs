//! The best ways to one place of the tags' half: a beam.

/// Hypotheses kept for each place in the tags' half: they differ only in how they cut the keywords.
const ROW: usize = 5;
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
    /// Of equals the one whose keywords end earlier.
    fn is_before(&self, other: &Self) -> bool {
        other.score.total_cmp(&self.score).then(self.keyword.cmp(&other.keyword)).is_lt()
    }
}

/// The best steps to a place, best first, no two with the same next keyword.
#[derive(Default)]
pub(super) struct Row {
    steps: [Step; ROW],
    length: usize,
}

impl Row {
    /// A step with a lower score than this is not kept.
    pub(super) fn least(&self) -> f32 {
        if self.length < ROW { f32::NEG_INFINITY } else { self.steps[ROW - 1].score }
    }

    /// Keeps a step if it is among the best. Of two with the same keyword and score the first stays.
    pub(super) fn offer(&mut self, step: Step) {
        if step.score < self.least() {
            return;
        }
        let steps = &self.steps[..self.length];
        // What makes room: the step with the same keyword, else a free place, else the last.
        let out = match steps.iter().position(|known| known.keyword == step.keyword) {
            Some(at) if steps[at].score >= step.score => return,
            Some(at) => at,
            None => self.length.min(ROW - 1),
        };
        let place = steps.iter().position(|known| step.is_before(known)).unwrap_or(self.length);
        if place <= out {
            self.length = self.length.max(out + 1);
            self.steps.copy_within(place..out, place + 1);
            self.steps[place] = step;
        }
    }

    /// The steps, best first.
    pub(super) fn settle(&self) -> impl Iterator<Item = Step> + use<> {
        self.steps.into_iter().take(self.length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_row_holds_the_best_of_all_steps(offers in prop::collection::vec((0..9_u32, 0..6_u8), 0..40)) {
            let mut row = Row::default();
            let mut all: Vec<Step> = Vec::new();
            for (number, (keyword, score)) in (0_u32..).zip(offers) {
                let step = Step { keyword, score: f32::from(score), tag: number, before: 0 };
                row.offer(step);
                match all.iter_mut().find(|known| known.keyword == keyword) {
                    Some(known) if known.score >= step.score => {}
                    Some(known) => *known = step,
                    None => all.push(step),
                }
            }
            all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.keyword.cmp(&b.keyword)));
            all.truncate(ROW);
            prop_assert_eq!(row.settle().collect::<Vec<_>>(), all);
        }
    }
}
