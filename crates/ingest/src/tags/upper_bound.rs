//! Upper bounds on the scores of segmentations, to skip hopeless searches.

use super::keyword::Keywords;
use super::tag::Tags;

/// Margin for rounding when all entries of a line are summed.
const SLACK: f32 = 0.05;
/// Counts processed together: as many as fit in a few vector registers.
const BLOCK: usize = 8;

/// For each position and each count, bounds on the score of that many tags before the position, or
/// keywords after it.
#[derive(Default)]
pub(super) struct UpperBounds {
    tags: Vec<f32>,
    keywords: Vec<f32>,
    reached: Vec<bool>,
}

impl UpperBounds {
    /// For each of `keyword_starts`, a score that no segmentation with keywords from there on can
    /// exceed: as if every tag had its best keyword, and only the counts had to match.
    /// `make_keywords` is called for all positions that keywords can reach.
    pub(super) fn compute(
        &mut self,
        keyword_starts: &[usize],
        end: usize,
        tags: &Tags,
        keywords: &mut Keywords,
        mut make_keywords: impl FnMut(&mut Keywords, usize),
    ) -> Vec<f32> {
        let Some(first) = keyword_starts.iter().copied().min() else { return Vec::new() };
        self.reached.clear();
        self.reached.resize(end + 1, false);
        for &keywords_start in keyword_starts {
            self.reached[keywords_start] = true;
        }
        for from in first..end {
            if self.reached[from] {
                make_keywords(keywords, from);
                for keyword in keywords.get(from) {
                    self.reached[keyword.to()] = true;
                }
            }
        }
        // Tags have at least two characters.
        let width = (tags.reach / 2).next_multiple_of(BLOCK) + 1;
        self.keywords.clear();
        self.keywords.resize((end + 1 - first) * width, f32::NEG_INFINITY);
        self.keywords[(end - first) * width] = 0.0;
        for from in (first..end).filter(|from| self.reached[*from]).rev() {
            let (here, below) = self.keywords[(from - first) * width..].split_at_mut(width);
            for keyword in keywords.get(from) {
                let remaining = &below[(keyword.to() - from - 1) * width..][..width];
                add(here, remaining, keyword.score);
            }
        }
        self.tags.clear();
        self.tags.resize((tags.reach + 1) * width, f32::NEG_INFINITY);
        self.tags[0] = 0.0;
        for from in 0..tags.reach {
            let (here, below) = self.tags[from * width..].split_at_mut(width);
            for tag in tags.from(from) {
                let there = &mut below[(tag.to() - from - 1) * width..][..width];
                add(there, here, tag.max_gain);
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

/// Updates the bounds for one more element: its `score` plus the remaining ones.
fn add(scores: &mut [f32], remaining: &[f32], score: f32) {
    for (scores, remaining) in
        scores[1..].chunks_exact_mut(BLOCK).zip(remaining.chunks_exact(BLOCK))
    {
        for (best, remaining) in scores.iter_mut().zip(remaining) {
            let sum = remaining + score;
            *best = if sum > *best { sum } else { *best };
        }
    }
}
