//! Newness: of hits that are nearly equal, the newer ones come first.

/// The most that newness adds to a score, as a fraction of the score: it decides near-ties only.
const WEIGHT: f32 = 0.05;

/// The age in seconds at which newness adds half as much as to the newest hit: half a year. The age
/// of a hit is counted back from the date of the newest of the first hits.
const HALF_LIFE: f64 = 180.0 * 86_400.0;

/// For each of the first hits, what its newness adds to its score, as a fraction of the score.
/// `dates` has the date of each hit in civil seconds. The newest hit gets the most. A hit without a
/// date counts as if it had the median date. If no hit has a date, newness adds nothing.
pub(crate) fn newness(dates: &[Option<i64>]) -> Vec<f32> {
    let mut known: Vec<i64> = dates.iter().flatten().copied().collect();
    known.sort_unstable();
    let Some(newest) = known.last().copied() else { return vec![0.0; dates.len()] };
    let median = known[known.len() / 2];
    let newness = |date: &Option<i64>| {
        let age = newest.saturating_sub(date.unwrap_or(median)) as f64;
        WEIGHT * (-age / HALF_LIFE).exp2() as f32
    };
    dates.iter().map(newness).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_hits_get_more_and_undated_hits_get_as_much_as_the_median_hit() {
        let day = |n: i64| Some(n * 86_400);
        let added = newness(&[day(1000), day(820), None, day(0)]);
        assert_eq!(added[0], WEIGHT);
        assert!((added[1] - WEIGHT / 2.0).abs() < 1e-6);
        assert_eq!(added[2], added[1]);
        assert!(added[3] < WEIGHT / 16.0 && added[3] > 0.0);
        assert_eq!(newness(&[None, None]), [0.0, 0.0]);
        assert!(newness(&[]).is_empty());
    }
}
