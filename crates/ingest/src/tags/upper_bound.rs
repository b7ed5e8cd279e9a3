//! Upper bounds on the scores of segmentations. The search skips every start of the keywords whose
//! bound is below the best score so far.

use super::keyword::Keywords;
use super::tag::Tags;

/// Margin added to upper bounds, because summing all entries of a line rounds.
const SLACK: f32 = 0.05;
/// How many neighbouring elements of a table are processed together: as many as fit in a few vector
/// registers.
const BLOCK: usize = 8;

/// Two tables of upper bounds, indexed by a position and a count n: on the score of n tags before
/// the position, and on that of n keywords from the position to the end of the line.
#[derive(Default)]
pub(super) struct UpperBounds {
    tags: Vec<f32>,
    keywords: Vec<f32>,
    /// For each position, whether a keyword can begin there: it is one of the given starts, or the
    /// end of a keyword that begins at a reached position.
    reached: Vec<bool>,
}

impl UpperBounds {
    /// For each of `keyword_starts`, a score that no segmentation whose keywords begin there can
    /// exceed: as if every tag had its best keyword, and only the counts had to match. `end` is the
    /// length of the line. `compute_keywords` computes the keywords that begin at a position; it is
    /// called for all positions where keywords can begin.
    pub(super) fn compute(
        &mut self,
        keyword_starts: &[usize],
        end: usize,
        tags: &Tags,
        keywords: &mut Keywords,
        mut compute_keywords: impl FnMut(&mut Keywords, usize),
    ) -> Vec<f32> {
        let Some(first) = keyword_starts.iter().copied().min() else { return Vec::new() };
        self.reached.clear();
        self.reached.resize(end + 1, false);
        for &keywords_start in keyword_starts {
            self.reached[keywords_start] = true;
        }
        for from in first..end {
            if self.reached[from] {
                compute_keywords(keywords, from);
                for keyword in keywords.starting_at(from) {
                    self.reached[keyword.to()] = true;
                }
            }
        }
        // The number of counts in a row of a table. Tags have at least two characters.
        let width = (tags.max_end / 2).next_multiple_of(BLOCK) + 1;
        self.keywords.clear();
        self.keywords.resize((end + 1 - first) * width, f32::NEG_INFINITY);
        self.keywords[(end - first) * width] = 0.0;
        for from in (first..end).filter(|from| self.reached[*from]).rev() {
            let (row, later_rows) = self.keywords[(from - first) * width..].split_at_mut(width);
            for keyword in keywords.starting_at(from) {
                let remaining = &later_rows[(keyword.to() - from - 1) * width..][..width];
                raise(row, remaining, keyword.score);
            }
        }
        self.tags.clear();
        self.tags.resize((tags.max_end + 1) * width, f32::NEG_INFINITY);
        self.tags[0] = 0.0;
        for from in 0..tags.max_end {
            let (row, later_rows) = self.tags[from * width..].split_at_mut(width);
            for tag in tags.starting_at(from) {
                let end_row = &mut later_rows[(tag.to() - from - 1) * width..][..width];
                raise(end_row, row, tag.max_gain);
            }
        }
        let upper_bound = |&keywords_start: &usize| {
            let (tags, keywords) = (
                &self.tags[keywords_start * width..],
                &self.keywords[(keywords_start - first) * width..],
            );
            let mut best = f32::NEG_INFINITY;
            for (tags, keywords) in tags[..width].iter().zip(keywords) {
                let sum = tags + keywords;
                best = if sum > best { sum } else { best };
            }
            best + SLACK
        };
        keyword_starts.iter().map(upper_bound).collect()
    }
}

/// Raises `bounds`, one row of a table, by one more tag or keyword, which has this score. It can be
/// added to every segmentation for which `remaining`, another row, has a bound. So bound n of
/// `remaining` plus the score is a candidate for bound n + 1 of `bounds`.
fn raise(bounds: &mut [f32], remaining: &[f32], score: f32) {
    for (bounds, remaining) in
        bounds[1..].chunks_exact_mut(BLOCK).zip(remaining.chunks_exact(BLOCK))
    {
        for (bound, remaining) in bounds.iter_mut().zip(remaining) {
            let sum = remaining + score;
            *bound = if sum > *bound { sum } else { *bound };
        }
    }
}
