//! The best ways to one place of the tags' half: a beam.

use super::search::Pair;

/// Hypotheses kept for each place in the tags' half: they differ only in how they cut the keywords.
const ROW: usize = 5;
/// No step.
pub(super) const NONE: usize = usize::MAX;

/// The first pairs of a line; where the next tag begins is the step's row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// Where the next keyword begins.
    pub(super) keyword: usize,
    pub(super) score: f32,
    pub(super) pair: Pair,
    /// The step before, as an index.
    pub(super) before: usize,
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
    steps: [Option<Step>; ROW],
}

impl Row {
    /// A step with a lower score than this is not kept.
    pub(super) fn least(&self) -> f32 {
        self.steps[ROW - 1].map_or(f32::NEG_INFINITY, |step| step.score)
    }

    /// Keeps a step if it is among the best. Of two with the same keyword and score the first stays.
    pub(super) fn offer(&mut self, step: Step) {
        let same = |known: &Option<Step>| known.is_some_and(|known| known.keyword == step.keyword);
        // What is pushed out: the step with the same keyword, else the last.
        let out = match self.steps.iter().position(same) {
            Some(at) if self.steps[at].is_some_and(|known| known.score >= step.score) => return,
            Some(at) => at,
            None => ROW - 1,
        };
        let worse = |known: &Option<Step>| known.is_none_or(|known| step.is_before(&known));
        let Some(place) = self.steps.iter().position(worse).filter(|place| *place <= out) else {
            return;
        };
        self.steps[place..=out].rotate_right(1);
        self.steps[place] = Some(step);
    }

    /// The steps, best first.
    pub(super) fn settle(&mut self) -> impl Iterator<Item = Step> + use<> {
        self.steps.into_iter().flatten()
    }
}
