//! The search for the best segmentation of a glued line: dynamic programming over both halves at once.

use super::Vocabulary;
use super::glue::{Glue, Range};
use super::hope::Hopes;
use super::keyword::{Keyword, Keywords};
use super::row::{NONE, Row, Step};
use super::tag::{NAMED, PAIR, Tag, Tags, UNRELATED};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) tag: Range,
    pub(super) keyword: Range,
}

/// A line and what is found in it. Made once for many lines: to ask for so much memory takes as long as a short
/// search.
#[derive(Default)]
pub(super) struct Search {
    pub(super) line: Glue,
    tags: Tags,
    keywords: Keywords,
    hopes: Hopes,
    /// For [`Search::from`].
    rows: Vec<Row>,
    steps: Vec<Step>,
}

impl Search {
    /// Takes a line. If there is nothing to be searched in it, nothing can be asked.
    pub(super) fn read(&mut self, glued: &str, vocabulary: &Vocabulary) -> bool {
        if !self.line.read(glued) {
            return false;
        }
        self.tags.find(&self.line, vocabulary);
        if self.reach() == 0 {
            return false;
        }
        self.keywords.read(&self.line, vocabulary);
        true
    }

    /// The tags' half ends here at the latest.
    pub(super) fn reach(&self) -> usize {
        self.tags.reach
    }

    /// How good the first pair can be if the keywords begin at `middle`.
    pub(super) fn promise(&mut self, middle: usize, vocabulary: &Vocabulary) -> f32 {
        self.keywords.make(middle, &self.line, vocabulary);
        let mut best = f32::MIN;
        let keywords = self.keywords.get(middle);
        // But for the one that ends the line, which is the first, none is better than the second.
        let highest = keywords.iter().take(2).map(|keyword| keyword.score);
        let highest = highest.fold(f32::MIN, |best, score| if score > best { score } else { best });
        for tag in self.tags.from(0).iter().filter(|tag| tag.to() <= middle) {
            if tag.most + highest <= best {
                continue;
            }
            for keyword in keywords {
                if tag.most + keyword.score > best {
                    best = best.max(self.worth(tag, middle, keyword, vocabulary));
                }
            }
        }
        best
    }

    /// For each of `middles` a score that [`Search::from`] does not surpass.
    pub(super) fn hopes(&mut self, middles: &[usize], vocabulary: &Vocabulary) -> Vec<f32> {
        let Self { line, tags, keywords, hopes, .. } = self;
        hopes.of(middles, line.len(), tags, keywords, |keywords, from| {
            keywords.make(from, line, vocabulary);
        })
    }

    /// The best segmentation whose keywords begin at `middle`.
    pub(super) fn from(
        &mut self,
        middle: usize,
        vocabulary: &Vocabulary,
    ) -> Option<(f32, Vec<Pair>)> {
        let (mut rows, mut steps) =
            (std::mem::take(&mut self.rows), std::mem::take(&mut self.steps));
        rows.clear();
        rows.resize_with(middle + 1, Row::default);
        steps.clear();
        rows[0].offer(Step { keyword: small(middle), score: 0.0, tag: 0, before: NONE });
        // Every step leads on in the tags' half, so a place is settled once it is reached.
        for place in 0..middle {
            let (row, below) = rows[place..].split_at_mut(1);
            for step in row[0].steps() {
                self.extend(place, step, small(steps.len()), middle, below, vocabulary);
                steps.push(*step);
            }
        }
        // Both halves end together, so there is one last step.
        let best = rows[middle].steps().first().map(|last| {
            let mut pairs = Vec::new();
            let mut step = *last;
            while step.before != NONE {
                let before = steps[step.before as usize];
                let keyword = (before.keyword as usize, step.keyword as usize);
                pairs.push(Pair { tag: self.tags.get(step.tag as usize).range(), keyword });
                step = before;
            }
            pairs.reverse();
            (last.score, pairs)
        });
        (self.rows, self.steps) = (rows, steps);
        best
    }

    /// Every pair that can follow a step at `place` of the tags' half.
    fn extend(
        &mut self,
        place: usize,
        step: &Step,
        before: u32,
        middle: usize,
        below: &mut [Row],
        vocabulary: &Vocabulary,
    ) {
        let (end, from) = (self.line.len(), step.keyword as usize);
        self.keywords.make(from, &self.line, vocabulary);
        let keywords = self.keywords.get(from);
        let ends = usize::from(keywords.first().is_some_and(|keyword| keyword.to() == end));
        let (last, others) = keywords.split_at(ends);
        let numbers = self.tags.numbers_from(place);
        for (tag, number) in self.tags.from(place).iter().zip(numbers) {
            let fitting = match middle.checked_sub(tag.to()) {
                // One letter that is left over makes no tag.
                None | Some(1) => continue,
                Some(0) => last,
                Some(_) => others,
            };
            let row = &mut below[tag.to() - place - 1];
            let mut least = row.least() - step.score - tag.most;
            for keyword in fitting {
                // The keywords after it are no better.
                if keyword.score < least {
                    break;
                }
                let score = step.score + self.worth(tag, from, keyword, vocabulary);
                row.offer(Step { keyword: small(keyword.to()), score, tag: small(number), before });
                least = row.least() - step.score - tag.most;
            }
        }
    }

    /// What a tag and its keyword add to a segmentation.
    #[inline]
    fn worth(&self, tag: &Tag, from: usize, keyword: &Keyword, vocabulary: &Vocabulary) -> f32 {
        tag.score + keyword.score - PAIR + self.agreement(tag, from, keyword, vocabulary)
    }

    /// How well a keyword goes with its tag.
    fn agreement(&self, tag: &Tag, from: usize, keyword: &Keyword, vocabulary: &Vocabulary) -> f32 {
        if !tag.related {
            return UNRELATED;
        }
        let range = (from, keyword.to());
        if let Some(held) = self.tags.held(tag, range, &self.line) {
            return held;
        }
        let named = tag.known
            && keyword.known
            && vocabulary.pair(self.line.hash(tag.range()), self.line.hash(range));
        if named { NAMED } else { UNRELATED }
    }
}

/// Lines are short, and steps many.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}
