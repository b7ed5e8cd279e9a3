//! Finds the best segmentation of a concatenated line whose keywords begin at a given position, by
//! dynamic programming over both halves at once: each step takes the next tag of the first half and
//! the next keyword of the second. Of the steps whose tags end at the same position, only the best
//! are kept, in a [`Beam`], so in rare cases a better segmentation is missed.

use super::Vocabulary;
use super::beam::{Beam, NO_STEP, Step};
use super::concatenated::{CharRange, ConcatenatedTags};
use super::keyword::{Keyword, Keywords};
use super::tag::{ENTRY_COST, NAMED, Tag, Tags, UNRELATED};
use super::upper_bound::UpperBounds;

/// A tag and its keyword, as ranges of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) tag: CharRange,
    pub(super) keyword: CharRange,
}

/// A search for the best split of a line: the line, and the ranges that can be its tags and
/// keywords. Reused for many lines, because allocating this memory takes as long as a short search.
#[derive(Default)]
pub(super) struct SplitSearch {
    pub(super) line: ConcatenatedTags,
    tags: Tags,
    keywords: Keywords,
    upper_bounds: UpperBounds,
    /// Buffers of [`SplitSearch::best_from`].
    beams: Vec<Beam>,
    steps: Vec<Step>,
}

impl SplitSearch {
    /// Loads a line. Returns false if there is nothing to search; the other methods must not be
    /// called then.
    pub(super) fn load(&mut self, line: &str, vocabulary: &Vocabulary) -> bool {
        if !self.line.load(line) {
            return false;
        }
        self.tags.find(&self.line, vocabulary);
        if self.max_tags_end() == 0 {
            return false;
        }
        self.keywords.load(&self.line, vocabulary);
        true
    }

    /// The last possible end of the tags' half.
    pub(super) fn max_tags_end(&self) -> usize {
        self.tags.max_end
    }

    /// The score of the best first entry if the keywords begin at `keywords_start`: a heuristic for
    /// how likely they begin there.
    pub(super) fn best_first_entry_score(
        &mut self,
        keywords_start: usize,
        vocabulary: &Vocabulary,
    ) -> f32 {
        self.keywords.compute(keywords_start, &self.line, vocabulary);
        let mut best = f32::MIN;
        let keywords = self.keywords.starting_at(keywords_start);
        // The best keyword is the first, or the second if the first is the one that ends the line.
        let highest = keywords.iter().take(2).map(|keyword| keyword.score);
        let highest = highest.fold(f32::MIN, |best, score| if score > best { score } else { best });
        for tag in self.tags.starting_at(0).iter().filter(|tag| tag.to() <= keywords_start) {
            if tag.max_gain + highest <= best {
                continue;
            }
            for keyword in keywords {
                if tag.max_gain + keyword.score > best {
                    best = best.max(self.entry_score(tag, keywords_start, keyword, vocabulary));
                }
            }
        }
        best
    }

    /// For each of `keyword_starts`, an upper bound on the score that [`SplitSearch::best_from`]
    /// returns.
    pub(super) fn upper_bounds(
        &mut self,
        keyword_starts: &[usize],
        vocabulary: &Vocabulary,
    ) -> Vec<f32> {
        let Self { line, tags, keywords, upper_bounds, .. } = self;
        upper_bounds.compute(keyword_starts, line.len(), tags, keywords, |keywords, from| {
            keywords.compute(from, line, vocabulary);
        })
    }

    /// The best segmentation whose keywords begin at `keywords_start`, with its score.
    pub(super) fn best_from(
        &mut self,
        keywords_start: usize,
        vocabulary: &Vocabulary,
    ) -> Option<(f32, Vec<Entry>)> {
        let (mut beams, mut steps) =
            (std::mem::take(&mut self.beams), std::mem::take(&mut self.steps));
        beams.clear();
        beams.resize_with(keywords_start + 1, Beam::default);
        steps.clear();
        let next_keyword = to_u32(keywords_start);
        beams[0].offer(Step { next_keyword, score: 0.0, tag: 0, previous: NO_STEP });
        // Every step advances in the tags' half, so a beam has all its steps when it is reached.
        for tag_offset in 0..keywords_start {
            let (beam, later) = beams[tag_offset..].split_at_mut(1);
            for step in beam[0].steps() {
                let step_index = to_u32(steps.len());
                self.extend(tag_offset, step, step_index, keywords_start, later, vocabulary);
                steps.push(*step);
            }
        }
        // Both halves end together, in the last beam.
        let best = beams[keywords_start].steps().first().map(|last| {
            let mut entries = Vec::new();
            let mut step = *last;
            while step.previous != NO_STEP {
                let previous = steps[step.previous as usize];
                let keyword = (previous.next_keyword as usize, step.next_keyword as usize);
                entries.push(Entry { tag: self.tags.get(step.tag as usize).range(), keyword });
                step = previous;
            }
            entries.reverse();
            (last.score, entries)
        });
        (self.beams, self.steps) = (beams, steps);
        best
    }

    /// Adds every entry that can follow `step`, whose index is `step_index` and whose last tag ends
    /// at `tag_offset`, to the beams `later`: the first of them is that of `tag_offset + 1`.
    fn extend(
        &mut self,
        tag_offset: usize,
        step: &Step,
        step_index: u32,
        keywords_start: usize,
        later: &mut [Beam],
        vocabulary: &Vocabulary,
    ) {
        let (end, from) = (self.line.len(), step.next_keyword as usize);
        self.keywords.compute(from, &self.line, vocabulary);
        let keywords = self.keywords.starting_at(from);
        // If one of `keywords` ends the line, it is the first. Only the last tag can have it.
        let ends_line = keywords.first().is_some_and(|keyword| keyword.to() == end);
        let (last, others) = keywords.split_at(usize::from(ends_line));
        let tag_indices = self.tags.indices_starting_at(tag_offset);
        for (tag, tag_index) in self.tags.starting_at(tag_offset).iter().zip(tag_indices) {
            let fitting = match keywords_start.checked_sub(tag.to()) {
                // A single remaining character cannot be a tag.
                None | Some(1) => continue,
                Some(0) => last,
                Some(_) => others,
            };
            let beam = &mut later[tag.to() - tag_offset - 1];
            let mut threshold = beam.threshold() - step.score - tag.max_gain;
            for keyword in fitting {
                // The following keywords score no better.
                if keyword.score < threshold {
                    break;
                }
                let score = step.score + self.entry_score(tag, from, keyword, vocabulary);
                beam.offer(Step {
                    next_keyword: to_u32(keyword.to()),
                    score,
                    tag: to_u32(tag_index),
                    previous: step_index,
                });
                threshold = beam.threshold() - step.score - tag.max_gain;
            }
        }
    }

    /// The score of the entry of `tag` and `keyword`. The keyword begins at `from`.
    #[inline]
    fn entry_score(
        &self,
        tag: &Tag,
        from: usize,
        keyword: &Keyword,
        vocabulary: &Vocabulary,
    ) -> f32 {
        tag.score + keyword.score - ENTRY_COST + self.agreement(tag, from, keyword, vocabulary)
    }

    /// The score for how well a keyword matches its tag: whether it contains the tag, or the
    /// archive names it with the tag. The keyword begins at `from`.
    fn agreement(&self, tag: &Tag, from: usize, keyword: &Keyword, vocabulary: &Vocabulary) -> f32 {
        if !tag.related {
            return UNRELATED;
        }
        let range = (from, keyword.to());
        if let Some(containment) = self.tags.containment_score(tag, range, &self.line) {
            return containment;
        }
        let is_named = tag.known
            && keyword.known
            && vocabulary.has_entry(self.line.hash(tag.range()), self.line.hash(range));
        if is_named { NAMED } else { UNRELATED }
    }
}

/// A position of a line or an index of a step, which always fit in `u32`.
fn to_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NO_STEP)
}
