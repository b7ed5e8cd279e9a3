//! Scores of single units whose sums order documents as their coverage does.

use crate::rank::{Coverage, IdfMass};

/// The maximum number of units for which scores are searched for: all combinations are tried.
const MAX_UNITS: usize = 4;

/// The maximum score of one unit, or of one of the two scores that depend on all units. Larger
/// scores were never needed for units of random masses.
const MAX_SCORE: u32 = 3;

/// The maximum sum of the scores of a document.
pub(super) const MAX_SUM: u32 = 8;

/// The number of units that a document matches at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matching {
    /// A document may match no unit, for example only a part of a word.
    MaybeNoUnit,
    /// Each document matches a unit.
    AtLeastOneUnit,
}

/// A score for each unit of a plan, and for two combinations of units. Documents with equal
/// coverage have equal sums of scores, and documents with more coverage have a larger sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AdditiveScores {
    /// The score of each unit, in the order of the units of the plan.
    pub(super) units: Vec<u32>,
    /// What is added if a document matches any unit. 0 if each document does.
    pub(super) any_unit: u32,
    /// What is added if a document matches all units.
    pub(super) all_units: u32,
    /// The coverages that documents can have, each with the sum of its documents.
    sums: Vec<(Coverage, u32)>,
}

impl AdditiveScores {
    /// Finds the scores with the least sum for a document that matches all units. `coverage` is the
    /// coverage of documents by the mass of the units that they match.
    ///
    /// Returns `None` if no scores order the documents in this way, or if there are more than
    /// [`MAX_UNITS`] units.
    pub(super) fn find(
        masses: &[IdfMass],
        matching: Matching,
        coverage: impl Fn(IdfMass) -> Coverage,
    ) -> Option<Self> {
        if masses.len() > MAX_UNITS {
            return None;
        }
        let combinations = combinations(masses, matching, coverage);
        let any_unit_scores = match matching {
            Matching::MaybeNoUnit => 0..=MAX_SCORE,
            Matching::AtLeastOneUnit => 0..=0,
        };
        let base = MAX_SCORE + 1;
        let mut best: Option<Self> = None;
        for any_unit in any_unit_scores {
            for all_units in 0..=MAX_SCORE {
                for number in 0..base.pow(masses.len() as u32) {
                    // The digits of the number are the scores of the units.
                    let digit = |at: usize| number / base.pow(at as u32) % base;
                    let units: Vec<u32> = (0..masses.len()).map(digit).collect();
                    let mut scores = Self { units, any_unit, all_units, sums: Vec::new() };
                    let max_sum = scores.max_sum();
                    let is_less = best.as_ref().is_none_or(|best| max_sum < best.max_sum());
                    if is_less && max_sum <= MAX_SUM && scores.set_sums(&combinations) {
                        best = Some(scores);
                    }
                }
            }
        }
        best
    }

    /// The sum for a document that matches all units.
    fn max_sum(&self) -> u32 {
        self.units.iter().sum::<u32>() + self.any_unit + self.all_units
    }

    /// The sum for a document, given which units it matches.
    pub(super) fn sum(&self, matched: &[bool]) -> u32 {
        let of_units = self.units.iter().zip(matched).map(|(score, matched)| match matched {
            true => *score,
            false => 0,
        });
        let any_unit = if matched.contains(&true) { self.any_unit } else { 0 };
        let all_units = if matched.contains(&false) { 0 } else { self.all_units };
        of_units.sum::<u32>() + any_unit + all_units
    }

    /// The sum for documents of a coverage; 0 if no document can have the coverage.
    pub(super) fn sum_for(&self, coverage: Coverage) -> u32 {
        let found = self.sums.iter().find(|(known, _)| *known == coverage);
        found.map_or(0, |(_, sum)| *sum)
    }

    /// Computes the sums of all coverages. Returns whether the sums order the combinations, which
    /// ascend by coverage, as their coverages do.
    fn set_sums(&mut self, combinations: &[(Coverage, Vec<bool>)]) -> bool {
        let mut sums: Vec<(Coverage, u32)> = Vec::new();
        for (coverage, matched) in combinations {
            let sum = self.sum(matched);
            match sums.last() {
                Some((last, last_sum)) if last == coverage => {
                    if *last_sum != sum {
                        return false;
                    }
                }
                Some((_, last_sum)) if *last_sum >= sum => return false,
                _ => sums.push((*coverage, sum)),
            }
        }
        self.sums = sums;
        true
    }
}

/// The combinations of units that a document can match, each with its coverage, by which they
/// ascend.
fn combinations(
    masses: &[IdfMass],
    matching: Matching,
    coverage: impl Fn(IdfMass) -> Coverage,
) -> Vec<(Coverage, Vec<bool>)> {
    let first = match matching {
        Matching::MaybeNoUnit => 0,
        Matching::AtLeastOneUnit => 1,
    };
    let mut combinations: Vec<(Coverage, Vec<bool>)> = (first..1_usize << masses.len())
        .map(|bits| {
            let matched: Vec<bool> = (0..masses.len()).map(|at| bits >> at & 1 == 1).collect();
            let with_matched = masses.iter().zip(&matched).filter(|(_, matched)| **matched);
            let mass: IdfMass = with_matched.map(|(mass, _)| *mass).sum();
            (coverage(mass), matched)
        })
        .collect();
    combinations.sort_unstable();
    combinations
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rank::CoverageScale;

    /// The scores for units of these masses.
    fn find(masses: &[u32], matching: Matching) -> Option<AdditiveScores> {
        let masses: Vec<IdfMass> = masses.iter().copied().map(IdfMass::from_1024ths).collect();
        let all = masses.iter().copied().sum();
        let min = masses.iter().copied().min().unwrap_or_default();
        let scale = CoverageScale::new(all, min, masses.len());
        AdditiveScores::find(&masses, matching, |mass| scale.coverage(mass))
    }

    #[test]
    fn the_scores_of_two_words_have_the_least_sums() {
        // A third of the mass and two thirds: coverages 1, 2 or 3, and 4 for both.
        let scores = find(&[1000, 5000], Matching::AtLeastOneUnit).unwrap();
        assert_eq!((scores.units, scores.any_unit, scores.all_units), (vec![0, 1], 0, 1));
        let scores = find(&[3000, 3000], Matching::MaybeNoUnit).unwrap();
        assert_eq!((scores.units, scores.any_unit, scores.all_units), (vec![1, 1], 0, 0));
    }

    #[test]
    fn many_units_have_no_additive_scores() {
        assert_eq!(find(&[1000; 5], Matching::AtLeastOneUnit), None);
    }

    proptest! {
        #[test]
        fn two_or_three_words_always_have_additive_scores(
            masses in prop::collection::vec(1500_u32..10_000, 2..=3),
            each_has_a_unit in any::<bool>(),
        ) {
            let matching =
                if each_has_a_unit { Matching::AtLeastOneUnit } else { Matching::MaybeNoUnit };
            let scores = find(&masses, matching);
            prop_assert!(scores.is_some(), "{:?}", masses);
        }
    }
}
