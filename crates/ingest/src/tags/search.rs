//! The search for the best segmentation of a glued line: dynamic programming over both halves at once.

use std::mem::take;

use super::Vocabulary;
use super::glue::{Glue, Range, is_tag_char};
use super::row::{NONE, Row, Step};

const LONGEST_TAG: usize = 8;
const LONGEST_KEYWORD: usize = 40;
/// The tags' half is at most this long.
const LONGEST_HALF: usize = 80;
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
/// What it is worth that a keyword has nothing to do with its tag.
const UNRELATED: f32 = -2.0;
/// Sums in another order may differ by this.
const ROUNDING: f32 = 1e-3;
/// Sums of all pairs of a line may differ by this.
const SLACK: f32 = 0.05;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Where its letters stand below it, as a range of [`Search::occurrences`].
    occurrences: Range,
    /// No keyword goes with it better than this.
    hope: f32,
}

/// What can be said of a range taken for a keyword.
#[derive(Clone, Copy, Default)]
pub(super) struct Keyword {
    pub(super) to: usize,
    pub(super) score: f32,
    known: Option<u64>,
}

pub(super) struct Search<'a> {
    line: &'a Glue,
    vocabulary: &'a Vocabulary,
    /// The tags' half ends here at the latest.
    pub(super) reach: usize,
    /// See [`Vocabulary::richness`].
    richness: f32,
    room: Room,
}

/// What a search holds. Made once for many lines: to ask for so much memory takes as long as a short search.
#[derive(Default)]
pub(super) struct Room {
    tags: Vec<Tag>,
    /// By where tags begin: their range in `tags`.
    tags_from: Vec<Range>,
    occurrences: Vec<usize>,
    keywords: Vec<Keyword>,
    /// By where keywords begin: their range in `keywords`, once they are made.
    keywords_from: Vec<Option<Range>>,
    /// For [`Search::from`].
    rows: Vec<Row>,
    steps: Vec<Step>,
}

impl<'a> Search<'a> {
    pub(super) fn new(line: &'a Glue, vocabulary: &'a Vocabulary, mut room: Room) -> Self {
        room.tags.clear();
        room.tags_from.clear();
        room.occurrences.clear();
        room.keywords.clear();
        room.keywords_from.clear();
        room.keywords_from.resize(line.len(), None);
        let richness = vocabulary.richness();
        let mut search = Self { line, vocabulary, reach: 0, richness, room };
        let last = line.len().saturating_sub(2).min(LONGEST_HALF);
        let mut ends = [false; LONGEST_HALF + 1];
        ends[0] = true;
        for from in 0..last {
            let first = search.room.tags.len();
            // Only where another tag ends does one begin.
            if ends[from] {
                search.make_tags(from, last);
            }
            for tag in &search.room.tags[first..] {
                ends[tag.range.1] = true;
                search.reach = search.reach.max(tag.range.1);
            }
            search.room.tags_from.push((first, search.room.tags.len()));
        }
        search
    }

    /// What was lent to it.
    pub(super) fn into_room(self) -> Room {
        self.room
    }

    fn make_tags(&mut self, from: usize, last: usize) {
        for to in from + 2..=last.min(from + LONGEST_TAG) {
            let range = (from, to);
            let hash = self.line.hash(range);
            let times = self.vocabulary.tag(hash);
            let score = if times > 0 {
                1.5 + 0.35 * (1.0 + times as f32).ln()
            } else if let Some(score) = stranger(self.line.chars(range)) {
                score - self.richness
            } else {
                continue;
            };
            let first = self.room.occurrences.len();
            self.room.occurrences.extend(self.line.occurrences_below(range));
            let occurrences = (first, self.room.occurrences.len());
            let held =
                if occurrences.0 < occurrences.1 { held(to - from, WHOLE) } else { f32::MIN };
            let known = (times > 0).then_some(hash);
            let hope = held.max(if known.is_some() { NAMED } else { UNRELATED });
            self.room.tags.push(Tag { range, score, known, occurrences, hope });
        }
    }

    fn tags(&self, from: usize) -> &[Tag] {
        self.room.tags_from.get(from).map_or(&[], |&(first, end)| &self.room.tags[first..end])
    }

    /// Where a keyword that begins at `from` can end, with how good it is by itself: the best [`CHOICE`],
    /// best first, but before them the one that ends the line.
    pub(super) fn make_keywords(&mut self, from: usize) -> Range {
        if let Some(made) = self.room.keywords_from.get(from).copied().flatten() {
            return made;
        }
        let end = self.line.len();
        let mut choice = [Keyword::default(); CHOICE];
        let mut chosen = 0;
        let mut breaks = 0.0_f32;
        let mut shapes = self.vocabulary.shapes_from(self.line, from);
        // Most ranges begin as no keyword does that the archive names.
        let mut may_be_known =
            from + 2 <= end && self.vocabulary.may_begin(self.line.hash((from, from + 2)));
        let last = end.min(from + LONGEST_KEYWORD);
        let mut to = from + 1;
        while to < last {
            to += 1;
            breaks += self.line.break_at(from, to - 1);
            if !may_be_known && shapes.is_empty() {
                // Breaks only become more.
                let best = -1.5 - breaks + self.line.best_seam_from(to);
                let choosy = chosen == CHOICE && choice[CHOICE - 1].score >= best;
                if (choosy || best < WORST_KEYWORD) && to < last {
                    if -1.5 - breaks < WORST_KEYWORD || last < end {
                        break;
                    }
                    // The end of the line is one in any case, but for its breaks.
                    for at in to..last {
                        breaks += self.line.break_at(from, at);
                    }
                    to = last;
                }
            }
            let seam = self.line.seam(to);
            if seam < -10.0 {
                continue;
            }
            let hash = self.line.hash((from, to));
            may_be_known = may_be_known && self.vocabulary.may_go_on(hash);
            let times = if may_be_known { self.vocabulary.keyword(hash) } else { 0 };
            let score = if times > 0 {
                3.0 + 0.3 * (1.0 + times as f32).ln() + seam.max(-1.5)
            } else if seam < WORST_SEAM {
                continue;
            } else if !shapes.is_empty()
                && let Some((held, known)) = shapes.best(to)
            {
                let word = if known { 1.0 } else { -0.8 };
                0.8 + 0.25 * (1.0 + held as f32).ln() + word + seam
            } else {
                -1.5 - breaks + seam
            };
            if score > WORST_KEYWORD {
                // A keyword that ends the line stays, however bad the others make it look.
                let better = |other: &Keyword| to != end && other.score.total_cmp(&score).is_ge();
                let place = choice[..chosen].iter().rposition(better).map_or(0, |place| place + 1);
                if place < CHOICE {
                    chosen = CHOICE.min(chosen + 1);
                    choice.copy_within(place..chosen - 1, place + 1);
                    choice[place] = Keyword { to, score, known: (times > 0).then_some(hash) };
                }
            }
        }
        let first = self.room.keywords.len();
        self.room.keywords.extend_from_slice(&choice[..chosen]);
        let made = (first, self.room.keywords.len());
        if let Some(slot) = self.room.keywords_from.get_mut(from) {
            *slot = Some(made);
        }
        made
    }

    /// The keywords that can begin at `from`, as far as they are made.
    pub(super) fn keywords(&self, from: usize) -> &[Keyword] {
        let made = self.room.keywords_from.get(from).copied().flatten();
        made.map_or(&[], |(first, end)| &self.room.keywords[first..end])
    }

    /// How good the first pair can be if the keywords begin at `middle`.
    pub(super) fn promise(&mut self, middle: usize) -> f32 {
        self.make_keywords(middle);
        let mut best = f32::MIN;
        let keywords = self.keywords(middle);
        let highest = keywords.iter().map(|keyword| keyword.score).fold(f32::MIN, f32::max);
        for tag in self.tags(0).iter().filter(|tag| tag.range.1 <= middle) {
            if most(tag, highest) <= best {
                continue;
            }
            for keyword in keywords {
                if most(tag, keyword.score) > best {
                    best = best.max(self.worth(tag, middle, keyword));
                }
            }
        }
        best
    }

    /// For each of `middles` a score that [`Search::from`] does not surpass: as if every tag could have the
    /// keyword that goes with it best, and only their numbers had to agree.
    pub(super) fn hopes(&mut self, middles: &[usize]) -> Vec<f32> {
        let end = self.line.len();
        let mut reached = vec![false; end + 1];
        for &middle in middles {
            reached[middle] = true;
        }
        for from in 0..end {
            if reached[from] {
                let (first, last) = self.make_keywords(from);
                for keyword in &self.room.keywords[first..last] {
                    reached[keyword.to] = true;
                }
            }
        }
        // By place, then by the number of tags or keywords.
        let row = self.reach / 2 + 1;
        let mut keywords = vec![f32::NEG_INFINITY; (end + 1) * row];
        keywords[end * row] = 0.0;
        for from in (0..end).filter(|from| reached[*from]).rev() {
            let (here, below) = keywords[from * row..].split_at_mut(row);
            // No keyword has less than two characters.
            let here = &mut here[..row.min((end - from) / 2 + 1)];
            for keyword in self.keywords(from) {
                let rest = &below[(keyword.to - from - 1) * row..][..row];
                for (here, rest) in here[1..].iter_mut().zip(rest) {
                    *here = here.max(keyword.score + rest);
                }
            }
        }
        let mut tags = vec![f32::NEG_INFINITY; (self.reach + 1) * row];
        tags[0] = 0.0;
        for from in 0..self.reach {
            let (here, below) = tags[from * row..].split_at_mut(row);
            let here = &here[..row.min(from / 2 + 1)];
            for tag in self.tags(from) {
                let there = &mut below[(tag.range.1 - from - 1) * row..][..row];
                for (there, here) in there[1..].iter_mut().zip(here) {
                    *there = there.max(here + (tag.score + tag.hope - PAIR));
                }
            }
        }
        let both =
            |middle: usize| tags[middle * row..][..row].iter().zip(&keywords[middle * row..]);
        let hope = |middle| both(middle).map(|(a, b)| a + b).fold(f32::NEG_INFINITY, f32::max);
        middles.iter().map(|&middle| hope(middle) + SLACK).collect()
    }

    /// The best segmentation whose keywords begin at `middle`.
    pub(super) fn from(&mut self, middle: usize) -> Option<(f32, Vec<Pair>)> {
        let (mut rows, mut steps) = (take(&mut self.room.rows), take(&mut self.room.steps));
        rows.clear();
        rows.resize_with(middle + 1, Row::default);
        steps.clear();
        rows[0].offer(Step { keyword: small(middle), score: 0.0, tag: 0, before: NONE });
        // Every step leads on in the tags' half, so a place is settled once it is reached.
        for place in 0..middle {
            for step in rows[place].settle() {
                steps.push(step);
                self.extend(place, step, small(steps.len() - 1), middle, &mut rows);
            }
        }
        // Both halves end together, so there is one last step.
        let best = rows[middle].settle().next().map(|last| {
            let mut pairs = Vec::new();
            let mut step = last;
            while step.before != NONE {
                let before = steps[step.before as usize];
                let keyword = (before.keyword as usize, step.keyword as usize);
                pairs.push(Pair { tag: self.room.tags[step.tag as usize].range, keyword });
                step = before;
            }
            pairs.reverse();
            (last.score, pairs)
        });
        (self.room.rows, self.room.steps) = (rows, steps);
        best
    }

    /// Every pair that can follow a step at `place` of the tags' half.
    fn extend(&mut self, place: usize, step: Step, before: u32, middle: usize, rows: &mut [Row]) {
        let (end, from) = (self.line.len(), step.keyword as usize);
        self.make_keywords(from);
        let keywords = self.keywords(from);
        let ends = usize::from(keywords.first().is_some_and(|keyword| keyword.to == end));
        let (last, others) = keywords.split_at(ends);
        let (first, _) = self.room.tags_from.get(place).copied().unwrap_or_default();
        for (number, tag) in self.tags(place).iter().enumerate() {
            let left = middle.checked_sub(tag.range.1);
            let fitting = match left {
                // One letter that is left over makes no tag.
                None | Some(1) => continue,
                Some(0) => last,
                Some(_) => others,
            };
            let row = &mut rows[tag.range.1];
            for keyword in fitting {
                // The keywords after it are no better.
                if step.score + most(tag, keyword.score) < row.least() {
                    break;
                }
                let score = step.score + self.worth(tag, from, keyword);
                let (keyword, tag) = (small(keyword.to), small(first + number));
                row.offer(Step { keyword, score, tag, before });
            }
        }
    }

    /// What a tag and its keyword add to a segmentation.
    fn worth(&self, tag: &Tag, from: usize, keyword: &Keyword) -> f32 {
        tag.score + keyword.score - PAIR + self.agreement(tag, from, keyword)
    }

    /// How well a keyword goes with its tag.
    fn agreement(&self, tag: &Tag, from: usize, keyword: &Keyword) -> f32 {
        let length = tag.range.1 - tag.range.0;
        let word = self.room.occurrences[tag.occurrences.0..tag.occurrences.1]
            .iter()
            .filter(|at| **at >= from && **at + length <= keyword.to)
            .map(|&at| {
                let opens = at == from || self.line.parts_words(at - 1);
                let ends = at + length == keyword.to || self.line.parts_words(at + length);
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
            (Some(tag), Some(keyword)) if self.vocabulary.pair(*tag, *keyword) => NAMED,
            _ => UNRELATED,
        }
    }
}

/// Lines are short, and steps many.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}

/// A tag and a keyword of this score add no more than this.
fn most(tag: &Tag, keyword: f32) -> f32 {
    tag.score + keyword - PAIR + tag.hope + ROUNDING
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
