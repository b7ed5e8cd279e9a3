//! The coverages by which the cluster orders documents.
//!
//! A *level* is one of the coverages of a plan's [`CoverageScale`](crate::rank::CoverageScale). A
//! *unit* is a word of the query, or all words of a date; it adds its mass (an idf) to each
//! document that matches it. The more mass a document has, the higher a level it reaches.

use foldhash::HashSet;

use crate::exec::MAX_COMBINED_MEMBERS;
use crate::plan::{Covering, Plan};
use crate::rank::{Coverage, IdfMass};

/// What the cluster adds to the score of a document for each level that it reaches. Sums stay below
/// 2^13, so that a float still tells scores apart that differ by a thousandth.
pub(super) const SCORE_PER_LEVEL: u32 = 1000;

/// The coverages that tell documents of a plan apart, from the highest down, each with the least
/// mass (summed idf of the matched words) that a document needs for it.
///
/// Each level costs the cluster a search for all words. Most queries have so few words that the
/// same documents reach two adjacent levels of the scale, so one of the two is enough.
pub(super) fn distinct_levels(plan: &Plan) -> Vec<(Coverage, IdfMass)> {
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

/// What the cluster adds to the score of documents of a coverage.
pub(super) fn level_score(plan: &Plan, coverage: Coverage) -> f32 {
    let reached = distinct_levels(plan).iter().filter(|(level, _)| *level <= coverage).count();
    SCORE_PER_LEVEL as f32 * reached as f32
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
    fn the_level_score_orders_documents_as_their_coverage_does() {
        let index = sample_index();
        let runner = Runner::new(&index);
        let mut counts = HashSet::default();
        for typed in QUERIES.into_iter().chain(["以太坊 減半", "以太坊 減半 市場 價格"])
        {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            let plan = runner.plan(&query, Mode::Relaxed).unwrap();
            let levels = distinct_levels(&plan);
            counts.insert((plan.covering.units.len(), levels.len()));
            let masses = possible_masses(&plan).into_iter();
            let coverages: Vec<_> =
                masses.map(|mass| (plan.covering.scale.coverage(mass), mass)).collect();
            for (one, mass) in &coverages {
                // The cluster counts the levels by mass, not by coverage.
                let reached = levels.iter().filter(|(_, needed)| mass >= needed).count();
                assert_eq!(
                    level_score(&plan, *one),
                    SCORE_PER_LEVEL as f32 * reached as f32,
                    "{typed}"
                );
                for (other, _) in &coverages {
                    let by_level = level_score(&plan, *one) < level_score(&plan, *other);
                    assert_eq!(one < other, by_level, "{typed}: {one:?} {other:?} {levels:?}");
                }
            }
        }
        assert!(counts.iter().any(|(units, levels)| *units == 2 && *levels <= 2), "{counts:?}");
    }
}
