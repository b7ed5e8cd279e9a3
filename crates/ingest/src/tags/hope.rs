//! How good the segmentations of a line can be at most: what need not be searched.

use super::keyword::Keywords;
use super::tag::Tags;

/// Sums of all pairs of a line may differ by this.
const SLACK: f32 = 0.05;
/// Numbers of tags or keywords that are looked at together: as many as fit some registers.
const BLOCK: usize = 8;

/// For each place of a line and each number, how good so many tags before it, or so many keywords behind it, can
/// be.
#[derive(Default)]
pub(super) struct Hopes {
    tags: Vec<f32>,
    keywords: Vec<f32>,
    reached: Vec<bool>,
}

impl Hopes {
    /// For each of `middles` a score that no segmentation surpasses whose keywords begin there: as if every tag
    /// could have the keyword that goes with it best, and only their numbers had to agree. All keywords that can be reached are made by `make`.
    pub(super) fn of(
        &mut self,
        middles: &[usize],
        end: usize,
        tags: &Tags,
        keywords: &mut Keywords,
        mut make: impl FnMut(&mut Keywords, usize),
    ) -> Vec<f32> {
        let Some(first) = middles.iter().copied().min() else { return Vec::new() };
        self.reached.clear();
        self.reached.resize(end + 1, false);
        for &middle in middles {
            self.reached[middle] = true;
        }
        for from in first..end {
            if self.reached[from] {
                make(keywords, from);
                for keyword in keywords.get(from) {
                    self.reached[keyword.to()] = true;
                }
            }
        }
        // No tag has less than two characters.
        let row = (tags.reach / 2).next_multiple_of(BLOCK) + 1;
        self.keywords.clear();
        self.keywords.resize((end + 1 - first) * row, f32::NEG_INFINITY);
        self.keywords[(end - first) * row] = 0.0;
        for from in (first..end).filter(|from| self.reached[*from]).rev() {
            let (here, below) = self.keywords[(from - first) * row..].split_at_mut(row);
            for keyword in keywords.get(from) {
                let rest = &below[(keyword.to() - from - 1) * row..][..row];
                add(here, rest, keyword.score);
            }
        }
        self.tags.clear();
        self.tags.resize((tags.reach + 1) * row, f32::NEG_INFINITY);
        self.tags[0] = 0.0;
        for from in 0..tags.reach {
            let (here, below) = self.tags[from * row..].split_at_mut(row);
            for tag in tags.from(from) {
                let there = &mut below[(tag.to() - from - 1) * row..][..row];
                add(there, here, tag.most);
            }
        }
        let hope = |&middle: &usize| {
            let (tags, keywords) =
                (&self.tags[middle * row..], &self.keywords[(middle - first) * row..]);
            let mut best = f32::NEG_INFINITY;
            for (tags, keywords) in tags[..row].iter().zip(keywords) {
                let sum = tags + keywords;
                best = if sum > best { sum } else { best };
            }
            best + SLACK
        };
        middles.iter().map(hope).collect()
    }
}

/// Each number of one more than `rest` has can be as good as it, and `score` more.
fn add(row: &mut [f32], rest: &[f32], score: f32) {
    for (row, rest) in row[1..].chunks_exact_mut(BLOCK).zip(rest.chunks_exact(BLOCK)) {
        for (best, rest) in row.iter_mut().zip(rest) {
            let sum = rest + score;
            *best = if sum > *best { sum } else { *best };
        }
    }
}
