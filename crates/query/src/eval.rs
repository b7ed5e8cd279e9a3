//! Ranking measures over a judged set.
//!
//! Judgements and runs are as TREC defines them: a grade above 0 means relevant, a query without
//! relevant documents is left out, and a query without results scores 0. MRR@10 and recall only
//! distinguish relevant documents from others. nDCG@10 also uses the grades, with linear gains and
//! a logarithmic discount, as in trec_eval.

use std::collections::HashMap;

/// The grades of documents, by query.
pub type Judgements = HashMap<String, HashMap<String, u32>>;

/// The ranked document ids of each query, best first.
pub type Run = HashMap<String, Vec<String>>;

/// The number of resamplings for an interval or a p-value. With 10,000, the standard error of a
/// p-value is at most 0.005.
const RESAMPLES: usize = 10_000;

/// The seed of all random numbers: "wensou" in ASCII.
const SEED: u64 = 0x7765_6e73_6f75;

/// The measures of one query, or their means over all queries.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measures {
    /// Reciprocal rank of the first relevant document among the first ten.
    pub mrr10: f64,
    /// Normalized discounted cumulative gain of the first ten.
    pub ndcg10: f64,
    /// Fraction of the relevant documents that are among the first ten.
    pub recall10: f64,
    /// Fraction of the relevant documents that are among the first hundred.
    pub recall100: f64,
}

impl Measures {
    /// Names, in the order of [`Measures::values`].
    pub const NAMES: [&'static str; 4] = ["MRR@10", "nDCG@10", "recall@10", "recall@100"];

    /// The values, in the order of [`Measures::NAMES`].
    #[must_use]
    pub fn values(self) -> [f64; 4] {
        [self.mrr10, self.ndcg10, self.recall10, self.recall100]
    }

    /// The measures of one query, which must have a relevant document.
    fn of(ranked: &[String], grades: &HashMap<String, u32>) -> Self {
        let grade = |id: &String| grades.get(id).copied().unwrap_or(0);
        let relevant = grades.values().filter(|grade| **grade > 0).count() as f64;
        let relevant_in_first =
            |depth| ranked.iter().take(depth).filter(|id| grade(id) > 0).count() as f64;
        let first = ranked.iter().take(10).position(|id| grade(id) > 0);
        let mut ideal: Vec<u32> = grades.values().copied().collect();
        ideal.sort_unstable_by(|a, b| b.cmp(a));
        let dcg10 = |grades: &mut dyn Iterator<Item = u32>| -> f64 {
            grades
                .take(10)
                .zip(1_u32..)
                .map(|(grade, rank)| f64::from(grade) / f64::from(rank + 1).log2())
                .sum()
        };
        Self {
            mrr10: first.map_or(0.0, |index| 1.0 / (index + 1) as f64),
            ndcg10: dcg10(&mut ranked.iter().map(grade)) / dcg10(&mut ideal.into_iter()),
            recall10: relevant_in_first(10) / relevant,
            recall100: relevant_in_first(100) / relevant,
        }
    }
}

/// Computes the measures of every query that has a relevant document, ordered by query id.
#[must_use]
pub fn measure(run: &Run, judgements: &Judgements) -> Vec<(String, Measures)> {
    let mut all: Vec<(String, Measures)> = judgements
        .iter()
        .filter(|(_, grades)| grades.values().any(|grade| *grade > 0))
        .map(|(query, grades)| {
            let ranked = run.get(query).map_or(&[][..], Vec::as_slice);
            (query.clone(), Measures::of(ranked, grades))
        })
        .collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

/// The mean of each measure.
#[must_use]
pub fn mean(all: &[(String, Measures)]) -> Measures {
    let count = all.len().max(1) as f64;
    let mut sums = [0.0; 4];
    for (_, measures) in all {
        for (sum, value) in sums.iter_mut().zip(measures.values()) {
            *sum += value;
        }
    }
    let [mrr10, ndcg10, recall10, recall100] = sums.map(|sum| sum / count);
    Measures { mrr10, ndcg10, recall10, recall100 }
}

/// Computes the 95 % confidence interval of the mean of `values`, by the percentile bootstrap. The
/// same values always give the same interval, because the generator starts from a fixed seed.
#[must_use]
pub fn confidence_interval(values: &[f64]) -> [f64; 2] {
    if values.is_empty() {
        return [0.0; 2];
    }
    let mut random = Random(SEED);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let draw = |_| values[random.below(values.len())];
            (0..values.len()).map(draw).sum::<f64>() / values.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    [means[RESAMPLES * 25 / 1000], means[RESAMPLES * 975 / 1000]]
}

/// Computes the two-sided p-value of the mean difference of paired values, by a randomization test.
/// The signs of the differences are flipped at random, many times. The p-value is the fraction of
/// these trials whose mean difference is at least as large, in absolute value, as the observed one;
/// the observation itself counts as one more trial.
#[must_use]
pub fn p_value(ours: &[f64], theirs: &[f64]) -> f64 {
    // Pairs without a difference are left out: flipping the sign of zero changes nothing.
    let differences: Vec<f64> =
        ours.iter().zip(theirs).map(|(a, b)| a - b).filter(|d| *d != 0.0).collect();
    let observed = differences.iter().sum::<f64>().abs();
    let mut random = Random(SEED);
    let as_large_count = (0..RESAMPLES)
        .filter(|_| {
            let sum: f64 =
                differences.iter().map(|d| if random.below(2) == 0 { *d } else { -d }).sum();
            // Flipped signs may give a sum that equals the observed one except for rounding.
            sum.abs() >= observed - 1e-12
        })
        .count();
    (as_large_count + 1) as f64 / (RESAMPLES + 1) as f64
}

/// The random number generator SplitMix64 (Steele, Lea & Flood 2014). It gives the same numbers on
/// every machine, so that intervals and p-values are the same everywhere.
struct Random(u64);

impl Random {
    /// The next random number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(grades: &[(&str, u32)]) -> HashMap<String, u32> {
        grades.iter().map(|(id, grade)| ((*id).to_owned(), *grade)).collect()
    }

    fn ranked(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn measures_equal_those_computed_by_hand() {
        let found =
            Measures::of(&ranked(&["x", "a", "y", "b"]), &judged(&[("a", 1), ("b", 2), ("c", 0)]));
        assert_eq!(found.mrr10, 0.5);
        assert_eq!(found.recall10, 1.0);
        let expected =
            (1.0 / 3f64.log2() + 2.0 / 5f64.log2()) / (2.0 / 2f64.log2() + 1.0 / 3f64.log2());
        assert!((found.ndcg10 - expected).abs() < 1e-12);
        assert_eq!(Measures::of(&[], &judged(&[("a", 1)])), Measures::default());
    }

    #[test]
    fn queries_without_results_score_0_and_queries_without_relevant_documents_are_left_out() {
        let judgements = Judgements::from([
            ("q1".to_owned(), judged(&[("a", 1)])),
            ("q2".to_owned(), judged(&[("b", 1)])),
            ("q3".to_owned(), judged(&[("c", 0)])),
        ]);
        let run = Run::from([("q1".to_owned(), ranked(&["a"]))]);
        let all = measure(&run, &judgements);
        assert_eq!(all.len(), 2);
        assert_eq!(mean(&all).mrr10, 0.5);
    }

    #[test]
    fn p_values_tell_clear_differences_and_the_interval_has_the_mean() {
        let ours: Vec<f64> = (0..200).map(|i| if i % 10 == 0 { 0.5 } else { 1.0 }).collect();
        let same = ours.clone();
        let worse: Vec<f64> = ours.iter().map(|v| v * 0.8).collect();
        assert!(p_value(&ours, &same) > 0.9);
        assert!(p_value(&ours, &worse) < 0.001);
        let [low, high] = confidence_interval(&ours);
        // The mean of `ours` is 0.95.
        assert!(low < 0.95 && 0.95 < high && high - low < 0.1);
    }
}
