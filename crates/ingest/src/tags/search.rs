//! The search for the best segmentation of a glued line: dynamic programming over both halves at once.

use super::Vocabulary;
use super::glue::{Glue, Range, is_tag_char};

const LONGEST_TAG: usize = 8;
const LONGEST_KEYWORD: usize = 40;
/// The tags' half is at most this long.
const LONGEST_HALF: usize = 80;
/// Hypotheses kept for each place in the tags' half: they differ only in how they cut the keywords.
const ROW: usize = 5;
/// Keywords kept for each place where one can begin.
const CHOICE: usize = 8;
/// What every pair costs: as much as two letters and a keyword hold by chance.
const PAIR: f32 = 2.2;
/// A keyword worse than this is none.
const WORST_KEYWORD: f32 = -5.0;
/// Only a keyword that the archive names ends at a worse seam.
const WORST_SEAM: f32 = -2.6;
/// What is added where the letters of a tag are a whole word of its keyword.
const WHOLE: f32 = 1.8;
/// What it is worth that the archive names a tag with its keyword.
const NAMED: f32 = 2.0;
/// Sums in another order may differ by this.
const ROUNDING: f32 = 1e-3;
/// No step.
const NONE: usize = usize::MAX;

#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) tag: Range,
    pub(super) keyword: Range,
}

/// What can be said of a range taken for a tag.
struct Tag {
    range: Range,
    score: f32,
    /// The hash of its folded text, where the archive knows it.
    known: Option<u64>,
    /// Where its letters stand.
    occurrences: Vec<usize>,
}

/// What can be said of a range taken for a keyword.
struct Keyword {
    to: usize,
    score: f32,
    known: Option<u64>,
}

/// The first pairs of a line; where the next tag begins is the step's row.
#[derive(Clone, Copy)]
struct Step {
    /// Where the next keyword begins.
    keyword: usize,
    score: f32,
    pair: Pair,
    /// The step before, as an index.
    before: usize,
}

/// The best steps of a row so far: a step that is surely worse than all of them is not made.
#[derive(Clone, Copy)]
struct BestOfRow {
    /// Steps with their scores.
    steps: [(usize, f32); ROW],
}

impl Default for BestOfRow {
    fn default() -> Self {
        Self { steps: [(NONE, f32::NEG_INFINITY); ROW] }
    }
}

impl BestOfRow {
    fn least(&self) -> f32 {
        self.steps.iter().map(|(_, score)| *score).fold(f32::INFINITY, f32::min)
    }

    fn note(&mut self, step: usize, score: f32) {
        let known = self.steps.iter().position(|(known, _)| *known == step);
        let worst = || {
            (0..ROW)
                .min_by(|a, b| self.steps[*a].1.total_cmp(&self.steps[*b].1))
                .unwrap_or_default()
        };
        let place = known.unwrap_or_else(worst);
        if score > self.steps[place].1 {
            self.steps[place] = (step, score);
        }
    }
}

pub(super) struct Search<'a> {
    line: &'a Glue,
    vocabulary: &'a Vocabulary,
    /// The tags' half ends here at the latest.
    pub(super) reach: usize,
    /// By where they begin.
    tags: Vec<Vec<Tag>>,
    keywords: Vec<Option<Vec<Keyword>>>,
    /// By where the next tag and the next keyword begin: the step among those being made, or [`NONE`].
    slots: Vec<usize>,
    /// See [`Vocabulary::richness`].
    richness: f32,
}

impl<'a> Search<'a> {
    pub(super) fn new(line: &'a Glue, vocabulary: &'a Vocabulary) -> Self {
        let mut search = Self {
            line,
            vocabulary,
            reach: 0,
            tags: Vec::new(),
            keywords: std::iter::repeat_with(|| None).take(line.len()).collect(),
            slots: Vec::new(),
            richness: vocabulary.richness(),
        };
        let last = line.len().saturating_sub(2).min(LONGEST_HALF);
        let mut ends = vec![true];
        for from in 0..last {
            // Only where another tag ends does one begin.
            let tags =
                if ends.get(from) == Some(&true) { search.tags_at(from, last) } else { Vec::new() };
            for tag in &tags {
                ends.resize(ends.len().max(tag.range.1 + 1), false);
                ends[tag.range.1] = true;
                search.reach = search.reach.max(tag.range.1);
            }
            search.tags.push(tags);
        }
        search.slots = vec![NONE; (search.reach + 1) * (line.len() + 1)];
        search
    }

    fn tags_at(&mut self, from: usize, last: usize) -> Vec<Tag> {
        let mut tags = Vec::new();
        for to in from + 2..=last.min(from + LONGEST_TAG) {
            let range = (from, to);
            let hash = self.line.hash(range);
            let times = self.vocabulary.tag(hash);
            let score = if times > 0 {
                Some(1.5 + 0.35 * (1.0 + times as f32).ln())
            } else {
                stranger(self.line.chars(range)).map(|score| score - self.richness)
            };
            if let Some(score) = score {
                tags.push(Tag {
                    range,
                    score,
                    known: (times > 0).then_some(hash),
                    occurrences: self.line.occurrences(range),
                });
            }
        }
        tags
    }

    /// Where a keyword that begins at `from` can end, with how good it is by itself.
    fn keywords_at(&mut self, from: usize) -> Vec<Keyword> {
        let end = self.line.len();
        let mut keywords = Vec::new();
        let mut breaks = 0.0;
        for to in from + 2..=end.min(from + LONGEST_KEYWORD) {
            breaks += self.line.break_at(from, to - 1);
            let seam = self.line.seam(to);
            if seam < -10.0 {
                continue;
            }
            let hash = self.line.hash((from, to));
            let times = self.vocabulary.keyword(hash);
            let score = if times > 0 {
                3.0 + 0.3 * (1.0 + times as f32).ln() + seam.max(-1.5)
            } else if seam < WORST_SEAM {
                continue;
            } else if let Some((held, known)) = self.vocabulary.shape(self.line, (from, to)) {
                let word = if known { 1.0 } else { -0.8 };
                0.8 + 0.25 * (1.0 + held as f32).ln() + word + seam
            } else {
                -1.5 - breaks + seam
            };
            if score > WORST_KEYWORD {
                keywords.push(Keyword { to, score, known: (times > 0).then_some(hash) });
            }
        }
        // A keyword that ends the line stays, however bad: something has to.
        keywords.sort_by(|a, b| {
            (b.to == end)
                .cmp(&(a.to == end))
                .then(b.score.total_cmp(&a.score))
                .then(a.to.cmp(&b.to))
        });
        keywords.truncate(CHOICE);
        keywords
    }

    /// How good the first pair can be if the keywords begin at `middle`.
    pub(super) fn promise(&mut self, middle: usize) -> f32 {
        let keywords = self.keywords(middle);
        let firsts = self.tags.first().map_or(&[][..], Vec::as_slice);
        let best = firsts
            .iter()
            .filter(|tag| tag.range.1 <= middle)
            .flat_map(|tag| keywords.iter().map(move |keyword| (tag, keyword)))
            .map(|(tag, keyword)| self.worth(tag, middle, keyword))
            .fold(f32::MIN, f32::max);
        self.put_back(middle, keywords);
        best
    }

    /// The best segmentation whose keywords begin at `middle`.
    pub(super) fn from(&mut self, middle: usize) -> Option<(f32, Vec<Pair>)> {
        let end = self.line.len();
        let nothing = Pair { tag: (0, 0), keyword: (0, 0) };
        let mut steps = vec![Step { keyword: middle, score: 0.0, pair: nothing, before: NONE }];
        // Every step leads on in the tags' half, so a place is settled once it is reached.
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); middle + 1];
        rows[0].push(0);
        let mut best = vec![BestOfRow::default(); middle + 1];
        for place in 0..middle {
            let mut row = std::mem::take(&mut rows[place]);
            for &step in &row {
                self.slots[place * (end + 1) + steps[step].keyword] = NONE;
            }
            let key = |step: &usize| (steps[*step].score, steps[*step].keyword);
            row.sort_unstable_by(|a, b| {
                let ((a, a_place), (b, b_place)) = (key(a), key(b));
                b.total_cmp(&a).then(a_place.cmp(&b_place))
            });
            row.truncate(ROW);
            for step in row {
                self.extend(place, step, middle, &mut steps, &mut rows, &mut best);
            }
        }
        let done = std::mem::take(&mut rows[middle]);
        for &step in &done {
            self.slots[middle * (end + 1) + steps[step].keyword] = NONE;
        }
        // Both halves end together, so there is one last step.
        let mut at = *done.first()?;
        let score = steps[at].score;
        let mut pairs = Vec::new();
        while at != 0 {
            pairs.push(steps[at].pair);
            at = steps[at].before;
        }
        pairs.reverse();
        Some((score, pairs))
    }

    /// Every pair that can follow a step at `place` of the tags' half.
    fn extend(
        &mut self,
        place: usize,
        before: usize,
        middle: usize,
        steps: &mut Vec<Step>,
        rows: &mut [Vec<usize>],
        best: &mut [BestOfRow],
    ) {
        let end = self.line.len();
        let Step { keyword: from, score: so_far, .. } = steps[before];
        let keywords = self.keywords(from);
        for tag in self.tags.get(place).map_or(&[][..], Vec::as_slice) {
            let left = middle.checked_sub(tag.range.1);
            // One letter that is left over makes no tag.
            let Some(left) = left.filter(|left| *left != 1) else { continue };
            for keyword in &keywords {
                if (left == 0) != (keyword.to == end) {
                    continue;
                }
                let target = &best[tag.range.1];
                if so_far + self.most(tag, keyword) < target.least() {
                    continue;
                }
                let score = so_far + self.worth(tag, from, keyword);
                let pair = Pair { tag: tag.range, keyword: (from, keyword.to) };
                let next = Step { keyword: keyword.to, score, pair, before };
                let slot = &mut self.slots[tag.range.1 * (end + 1) + keyword.to];
                match steps.get_mut(*slot) {
                    Some(known) if known.score >= score => continue,
                    Some(known) => *known = next,
                    None => {
                        *slot = steps.len();
                        rows[tag.range.1].push(steps.len());
                        steps.push(next);
                    }
                }
                best[tag.range.1].note(*slot, score);
            }
        }
        self.put_back(from, keywords);
    }

    /// The keywords that can begin at `from`, made once; they are to be put back.
    fn keywords(&mut self, from: usize) -> Vec<Keyword> {
        match self.keywords.get_mut(from).and_then(Option::take) {
            Some(keywords) => keywords,
            None => self.keywords_at(from),
        }
    }

    fn put_back(&mut self, from: usize, keywords: Vec<Keyword>) {
        if let Some(slot) = self.keywords.get_mut(from) {
            *slot = Some(keywords);
        }
    }

    /// A tag and its keyword add no more than this.
    fn most(&self, tag: &Tag, keyword: &Keyword) -> f32 {
        let length = tag.range.1 - tag.range.0;
        tag.score + keyword.score - PAIR + held(length, WHOLE).max(NAMED) + ROUNDING
    }

    /// What a tag and its keyword add to a segmentation.
    fn worth(&self, tag: &Tag, from: usize, keyword: &Keyword) -> f32 {
        tag.score + keyword.score - PAIR + agreement(self.line, self.vocabulary, tag, from, keyword)
    }
}

/// How well a keyword goes with its tag.
fn agreement(
    line: &Glue,
    vocabulary: &Vocabulary,
    tag: &Tag,
    from: usize,
    keyword: &Keyword,
) -> f32 {
    let length = tag.range.1 - tag.range.0;
    let word = tag
        .occurrences
        .iter()
        .filter(|at| **at >= from && **at + length <= keyword.to)
        .map(|&at| {
            let opens = at == from || line.parts_words(at - 1);
            let ends = at + length == keyword.to || line.parts_words(at + length);
            // A tag that is a whole word of its keyword is hardly there by chance.
            match (opens, ends) {
                (true, true) => WHOLE,
                (false, false) => 0.0,
                _ => 0.4,
            }
        })
        .reduce(f32::max);
    if let Some(word) = word {
        return held(length, word);
    }
    match (&tag.known, &keyword.known) {
        (Some(tag), Some(keyword)) if vocabulary.pair(*tag, *keyword) => NAMED,
        _ => -2.0,
    }
}

/// What it is worth that a keyword holds the letters of its tag: a longer tag is held by chance less
/// often.
fn held(length: usize, word: f32) -> f32 {
    2.3 + 0.3 * length as f32 + word
}

/// A tag that the archive does not name anywhere: capitals and digits, mostly three.
fn stranger(chars: &[char]) -> Option<f32> {
    let fits = chars.iter().all(|c| is_tag_char(*c)) && chars.iter().any(char::is_ascii_uppercase);
    fits.then(|| match chars.len() {
        3 => 0.0,
        4 => -0.4,
        2 => -1.8,
        5 => -1.2,
        6 => -2.4,
        _ => -4.0,
    })
}
