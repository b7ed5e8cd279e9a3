//! Scores of single units. A document with a higher coverage has a larger sum of these scores.
//!
//! A *unit* is a word of the query, or all words of a date. The mass of the units that a document
//! matches decides its coverage, see [`CoverageScale`](crate::rank::CoverageScale). A cluster
//! cannot compute a coverage, but it adds up the scores of the units that a document matches.

use crate::rank::{Coverage, IdfMass};

/// The maximum number of units for which scores are searched for: all combinations are tried.
const MAX_UNITS: usize = 4;

/// The maximum of each of the scores of [`AdditiveScores`]. Two or three units of random masses
/// never needed more.
const MAX_SCORE: u32 = 3;

/// The maximum sum of the scores of a document. It bounds the scores on the cluster, see
/// [`SCORE_PER_LEVEL`](super::levels::SCORE_PER_LEVEL).
pub(super) const MAX_SUM: u32 = 8;

/// How many units of a plan each document matches that a search for the plan finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitsMatched {
    /// At least one.
    OneOrMore,
    /// Any number. A unit may be a word that a document must have as a whole, while the search also
    /// finds documents that have only a bigram of the word.
    ZeroOrMore,
}

/// A score for each unit of a plan, one for matching any unit, and one for matching all units.
/// Documents with equal coverage have equal sums of scores, and documents with more coverage have a
/// larger sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AdditiveScores {
    /// The score of each unit that a document matches, in the order of the units of the plan.
    pub(super) units: Vec<u32>,
    /// What is added if a document matches any unit. 0 if every document that is found does.
    pub(super) any_unit: u32,
    /// What is added if a document matches all units.
    pub(super) all_units: u32,
    /// The coverages that documents can have, each with the sum that documents of that coverage
    /// get.
    sums: Vec<(Coverage, u32)>,
}

impl AdditiveScores {
    /// Finds the scores with the least sum for a document that matches all units. `coverage` gives
    /// the coverage of a document for the mass of the units that it matches.
    ///
    /// Returns `None` if no scores order the documents by their coverage, or if there are more than
    /// [`MAX_UNITS`] units.
    pub(super) fn find(
        masses: &[IdfMass],
        units_matched: UnitsMatched,
        coverage: impl Fn(IdfMass) -> Coverage,
    ) -> Option<Self> {
        if masses.len() > MAX_UNITS {
            return None;
        }
        let combinations = combinations(masses, units_matched, coverage);
        let any_unit_scores = match units_matched {
            UnitsMatched::ZeroOrMore => 0..=MAX_SCORE,
            UnitsMatched::OneOrMore => 0..=0,
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
    units_matched: UnitsMatched,
    coverage: impl Fn(IdfMass) -> Coverage,
) -> Vec<(Coverage, Vec<bool>)> {
    let first = match units_matched {
        UnitsMatched::ZeroOrMore => 0,
        UnitsMatched::OneOrMore => 1,
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
    fn find(masses: &[u32], units_matched: UnitsMatched) -> Option<AdditiveScores> {
        let masses: Vec<IdfMass> = masses.iter().copied().map(IdfMass::from_1024ths).collect();
        let all = masses.iter().copied().sum();
        let min = masses.iter().copied().min().unwrap_or_default();
        let scale = CoverageScale::new(all, min, masses.len());
        AdditiveScores::find(&masses, units_matched, |mass| scale.coverage(mass))
    }

    #[test]
    fn the_scores_of_two_words_have_the_least_sums() {
        // One word has less than a third of the mass, so its coverage is 1; the other has more than
        // two thirds, so its coverage is 3. Both together have coverage 4.
        let scores = find(&[1000, 5000], UnitsMatched::OneOrMore).unwrap();
        assert_eq!((scores.units, scores.any_unit, scores.all_units), (vec![0, 1], 0, 1));
        // Each word has half of the mass, so its coverage is 2.
        let scores = find(&[3000, 3000], UnitsMatched::ZeroOrMore).unwrap();
        assert_eq!((scores.units, scores.any_unit, scores.all_units), (vec![1, 1], 0, 0));
    }

    #[test]
    fn more_than_four_units_have_no_additive_scores() {
        assert_eq!(find(&[1000; 5], UnitsMatched::OneOrMore), None);
    }

    proptest! {
        #[test]
        fn two_or_three_words_always_have_additive_scores(
            masses in prop::collection::vec(1500_u32..10_000, 2..=3),
            each_matches_a_unit in any::<bool>(),
        ) {
            let units_matched =
                if each_matches_a_unit { UnitsMatched::OneOrMore } else { UnitsMatched::ZeroOrMore };
            let scores = find(&masses, units_matched);
            prop_assert!(scores.is_some(), "{:?}", masses);
        }
    }
}
