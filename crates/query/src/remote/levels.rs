//! The coverages by which the cluster orders documents.
//!
//! A *level* is one of the coverages of a plan's [`CoverageScale`](crate::rank::CoverageScale). A
//! *unit* is a word of the query, or all words of a date; it adds its mass (an idf) to each
//! document that matches it. The more mass a document has, the higher a level it reaches.
//!
//! A query of few units scores each unit on its own, and the sum tells the level
//! ([`AdditiveScores`]). If no such scores exist, each level is a query of its own, which costs the
//! cluster another pass over all units.

use foldhash::HashSet;

use super::additive_scores::{AdditiveScores, UnitsMatched};
use crate::exec::MAX_COMBINED_MEMBERS;
use crate::plan::{Covering, MatchExpr, Plan};
use crate::rank::{Coverage, IdfMass};

/// What the cluster adds to the score of a document for each level that it reaches, or for each
/// point of the sum of its additive scores, which is at most [`MAX_SUM`]. So what is added stays
/// below 2^13, and a float still tells scores apart that differ by a thousandth.
///
/// [`MAX_SUM`]: super::additive_scores::MAX_SUM
pub(super) const SCORE_PER_LEVEL: u32 = 1000;

/// How the cluster scores documents by their coverage.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum LevelScores {
    /// Each unit has a score.
    Additive(AdditiveScores),
    /// Each level that a document reaches adds the same score. The levels are the coverages that
    /// tell documents of the plan apart, from the highest down, each with the least mass (summed
    /// idf of the matched words) that a document needs for it. None if documents are not ordered
    /// by coverage, see [`RequestBuilder::level_scores`].
    ///
    /// [`RequestBuilder::level_scores`]: super::request::RequestBuilder::level_scores
    ByLevel(Vec<(Coverage, IdfMass)>),
}

impl LevelScores {
    /// The scores for the documents that match a plan.
    pub(super) fn new(plan: &Plan) -> Self {
        let levels = distinct_levels(plan);
        if levels.len() < 2 {
            // One pass for the only level is as cheap as one for all units.
            return Self::ByLevel(levels);
        }
        let Covering { units, scale, .. } = &plan.covering;
        let masses: Vec<IdfMass> = units.iter().map(|unit| unit.mass).collect();
        let units_matched = match every_match_has_a_unit(plan) {
            true => UnitsMatched::OneOrMore,
            false => UnitsMatched::ZeroOrMore,
        };
        match AdditiveScores::find(&masses, units_matched, |mass| scale.coverage(mass)) {
            Some(scores) => Self::Additive(scores),
            None => Self::ByLevel(levels),
        }
    }

    /// Whether documents of a higher coverage come first.
    pub(super) fn order_documents(&self) -> bool {
        match self {
            Self::Additive(_) => true,
            Self::ByLevel(levels) => !levels.is_empty(),
        }
    }

    /// What the cluster adds to the score of documents of a coverage.
    pub(super) fn score_of(&self, coverage: Coverage) -> f32 {
        let points = match self {
            Self::Additive(scores) => scores.sum_for(coverage),
            Self::ByLevel(levels) => {
                levels.iter().filter(|(level, _)| *level <= coverage).count() as u32
            }
        };
        (SCORE_PER_LEVEL * points) as f32
    }
}

/// Whether every document that matches the plan matches at least one of its units.
fn every_match_has_a_unit(plan: &Plan) -> bool {
    let is_unit = |expr: &MatchExpr| plan.covering.units.iter().any(|unit| unit.expr == *expr);
    match &plan.match_expr {
        MatchExpr::Or(members) => members.iter().all(is_unit),
        expr => is_unit(expr),
    }
}

/// The coverages that tell documents of a plan apart, see [`LevelScores::ByLevel`].
///
/// Each level costs the cluster a search for all words. Most queries have so few words that the
/// same documents reach two adjacent levels of the scale, so one of the two is enough.
fn distinct_levels(plan: &Plan) -> Vec<(Coverage, IdfMass)> {
    if plan.covering.units.is_empty() {
        return Vec::new();
    }
    let masses = possible_masses(plan);
    let reaching = |needed: IdfMass| masses.iter().filter(|mass| **mass >= needed).count();
    let mut levels: Vec<_> = plan.covering.scale.levels().collect();
    // Leave out levels that no document can reach, and those that all documents reach.
    levels.retain(|(_, needed)| (1..masses.len()).contains(&reaching(*needed)));
    levels.dedup_by_key(|(_, needed)| reaching(*needed));
    levels
}

/// The masses that documents can have, ascending: the sums of all combinations of units.
///
/// More than [`MAX_COMBINED_MEMBERS`] units have too many sums. For so many units, returns the
/// masses of the single units and those that the levels need, so that no level is left out.
fn possible_masses(plan: &Plan) -> Vec<IdfMass> {
    let Covering { units, scale, .. } = &plan.covering;
    let mut masses = HashSet::from_iter([IdfMass::default()]);
    if units.len() > MAX_COMBINED_MEMBERS {
        masses.extend(units.iter().map(|unit| unit.mass));
        masses.extend(scale.levels().map(|(_, needed)| needed));
    } else {
        for unit in units {
            let with_unit = |mass: &IdfMass| -> IdfMass { [*mass, unit.mass].into_iter().sum() };
            let with_unit: Vec<_> = masses.iter().map(with_unit).collect();
            masses.extend(with_unit);
        }
    }
    let mut masses: Vec<_> = masses.into_iter().collect();
    masses.sort_unstable();
    masses
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::lang::{Clock, parse};
    use crate::plan::Mode;
    use crate::runner::Runner;
    use crate::test_support::{QUERIES, sample_index};

    #[test]
    fn the_score_of_a_coverage_orders_documents_as_the_coverage_does() {
        let index = sample_index();
        let runner = Runner::new(&index);
        let (mut additive, mut by_level) = (0, 0);
        for typed in QUERIES.into_iter().chain(["以太坊 減半", "以太坊 減半 市場 價格"])
        {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            let plan = runner.plan(&query, Mode::Relaxed).unwrap();
            let Covering { units, scale, .. } = &plan.covering;
            if units.len() > MAX_COMBINED_MEMBERS {
                continue;
            }
            let scores = LevelScores::new(&plan);
            let mut documents = Vec::new();
            let first = u32::from(every_match_has_a_unit(&plan));
            for matched in first..1 << units.len() {
                let matched: Vec<bool> =
                    (0..units.len()).map(|at| matched >> at & 1 == 1).collect();
                let with_matched = units.iter().zip(&matched).filter(|(_, matched)| **matched);
                let mass: IdfMass = with_matched.map(|(unit, _)| unit.mass).sum();
                // What the cluster adds to the score of a document that matches these units.
                let sum = match &scores {
                    LevelScores::Additive(scores) => scores.sum(&matched),
                    LevelScores::ByLevel(levels) => {
                        levels.iter().filter(|(_, needed)| mass >= *needed).count() as u32
                    }
                };
                let coverage = scale.coverage(mass);
                let sum = (SCORE_PER_LEVEL * sum) as f32;
                assert_eq!(scores.score_of(coverage), sum, "{typed} {matched:?} {scores:?}");
                documents.push((coverage, sum));
            }
            match &scores {
                LevelScores::Additive(_) => additive += 1,
                LevelScores::ByLevel(levels) => by_level += usize::from(!levels.is_empty()),
            }
            for (one, sum) in &documents {
                for (other, other_sum) in &documents {
                    assert_eq!(one < other, sum < other_sum, "{typed}: {one:?} {other:?}");
                }
            }
        }
        assert!(additive > 0 && by_level > 0, "{additive} {by_level}");
    }
}
