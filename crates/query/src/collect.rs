//! The best of the documents that match, in a total order, and how many match.
//!
//! The order never depends on how segments lie: equal scores (or dates) are settled by the hash of
//! the id that the index keeps for this.

use std::cmp::Reverse;

use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, TERMINATED};
use wensou_index::{Index, Postings};

use crate::matching::Matcher;
use crate::score::SegmentScorer;
use crate::stats::Statistics;
use crate::terms::Scored;
use crate::window::{self, DocWindow};

/// Documents of the first window of a segment, where the best of it cannot be told beforehand.
const FIRST_WINDOW: usize = 128;

/// Documents of a window that is not the first, at least; and so many candidates in it, about.
const WINDOW: usize = 4096;
const CANDIDATES: u64 = 1024;

/// Of the documents that have the most already so many halves of what is kept are scored first.
const TOP_FIRST_HALVES: usize = 3;

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best first.
    #[default]
    Rank,
    /// Newest first, undated last.
    Newest,
    /// Oldest first, undated last.
    Oldest,
}

/// A preference for newer documents: a score counts in full today and half as much after a long
/// time, `½ + ½ · 2^(-age / half-life)`. A document without a date counts as one half-life old; one
/// from the future as of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recency {
    /// Civil seconds of "today", as the index counts them.
    pub today: i64,
    /// After so many seconds half of what can be lost is lost.
    pub half_life: i64,
}

impl Recency {
    /// What a score is multiplied with.
    pub(crate) fn factor(self, date: Option<i64>) -> f32 {
        let age = date.map_or(self.half_life, |date| self.today.saturating_sub(date)).max(0);
        let lives = age as f64 / self.half_life.max(1) as f64;
        (0.5 + 0.5 * (-lives).exp2()) as f32
    }
}

/// A document that matched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) address: DocAddress,
    pub(crate) score: Score,
    /// What its score was multiplied with for its age.
    pub(crate) recency: f32,
    pub(crate) tie: u64,
    place: Place,
}

/// Where a document stands in the order: the greater, the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    date: i64,
    /// Bits of the score: scores are never negative, so they order as the numbers do.
    score: u32,
    tie: Reverse<u64>,
}

/// What is matched, and what is scored of it.
pub(crate) struct Wanted<'q> {
    pub(crate) matched: &'q dyn Query,
    pub(crate) scored: &'q [Scored],
    /// What a document gains for matching another query.
    pub(crate) bonus: &'q [(Box<dyn Query>, f32)],
}

/// Keeps the first `limit` of what matches.
#[derive(Debug)]
pub(crate) struct Best {
    pub(crate) limit: usize,
    /// Whether all matches are counted. If not, candidates that score too little are never looked
    /// at closely, and the count is of those that were: none only if nothing matches.
    pub(crate) count: bool,
    pub(crate) sort: Sort,
    pub(crate) recency: Option<Recency>,
}

impl Best {
    /// How many documents match (see [`Best::count`]), and the first of them, in order.
    pub(crate) fn of(
        &self,
        index: &Index,
        statistics: &Statistics<'_>,
        wanted: &Wanted<'_>,
    ) -> tantivy::Result<(usize, Vec<Found>)> {
        let searcher = index.searcher();
        let scoring = EnableScoring::disabled_from_searcher(searcher);
        let (mut total, mut found) = (0, Vec::new());
        for (segment, reader) in (0..).zip(searcher.segment_readers()) {
            let mut best = SegmentBest::new(self, index, segment)?;
            let (scored, bonus) = (wanted.scored, wanted.bonus);
            let mut scorer = SegmentScorer::new(index, statistics, reader, scored, bonus)?;
            // What is matched is mostly what is scored: to find its lists and read their first blocks again takes longer.
            let open = |postings: &Postings, key| {
                let opened = scorer.opened(key);
                opened
                    .or_else(|| statistics.postings_cache.open(reader.segment_id(), postings, key))
            };
            let mut matched = Matcher::of(wanted.matched, scoring, reader, &open)?;
            let documents = reader.max_doc();
            let alive = reader.alive_bitset();
            let expected = CANDIDATES * u64::from(documents) / matched.cost().max(1);
            let longest = expected.clamp(WINDOW as u64, window::MAX_DOCS as u64) as usize;
            let promise = self.sort == Sort::Rank
                && scorer.can_rewind()
                && (self.count || matched.can_rewind());
            // The sooner it is known what is too little, the better.
            let mut length = if promise { longest } else { FIRST_WINDOW };
            let mut next = 0;
            while next < documents {
                let from = matched.seek(next);
                if from == TERMINATED {
                    break;
                }
                let mut window = DocWindow::new(from, length, documents);
                matched.fill(&mut window);
                if let Some(alive) = alive {
                    window.retain(|doc| alive.is_alive(doc));
                }
                (next, length) = (window.end(), (length * 2).min(longest));
                best.collect(window, promise, &mut scorer, &mut matched);
            }
            statistics.postings_cache.record_costs(
                reader.segment_id(),
                documents,
                scorer.access_costs(),
            );
            best.shrink();
            total += best.total;
            found.append(&mut best.found);
        }
        order(&mut found);
        found.truncate(self.limit);
        Ok((total, found))
    }
}

struct SegmentBest<'b> {
    best: &'b Best,
    segment: SegmentOrdinal,
    date: Option<&'b Column<i64>>,
    tie: &'b Column<u64>,
    total: usize,
    found: Vec<Found>,
    /// Room for a window's.
    scored: Vec<(DocId, Score)>,
    /// The last place that can still get in, once there are `limit`.
    floor: Option<Place>,
}

/// Leaves the `count` that score the most, and those that score as much as the last of them: what settles equal
/// scores is read for each that is left.
fn leave_best(scored: &mut Vec<(DocId, Score)>, count: usize) {
    if count > 0 && count < scored.len() {
        let (.., last, _) = scored.select_nth_unstable_by(count - 1, |a, b| b.1.total_cmp(&a.1));
        let least = last.1;
        scored.retain(|(_, score)| *score >= least);
    }
}

/// Puts the earliest places first.
fn order(found: &mut [Found]) {
    found.sort_unstable_by_key(|found| Reverse(found.place));
}

impl<'b> SegmentBest<'b> {
    fn new(best: &'b Best, index: &'b Index, segment: SegmentOrdinal) -> tantivy::Result<Self> {
        let date = match best.sort {
            Sort::Rank if best.recency.is_none() => None,
            _ => Some(index.dates(segment)?),
        };
        let tie = index.ties(segment)?;
        let (total, found, scored, floor) = (0, Vec::new(), Vec::new(), None);
        Ok(Self { best, segment, date, tie, total, found, scored, floor })
    }

    /// Takes the candidates of a window that match and are among the best; with `promise`, first those that
    /// have the most already, as long as it is not known what is too little.
    fn collect(
        &mut self,
        mut window: DocWindow,
        promise: bool,
        scorer: &mut SegmentScorer,
        matched: &mut Matcher,
    ) {
        if self.best.count {
            if !matched.is_exact() {
                window.retain(|doc| matched.confirm(doc));
            }
            self.total += window.count();
        }
        if let Some(floor) = self.floor
            && self.best.sort != Sort::Rank
        {
            window.retain(|doc| self.date(doc) >= floor.date);
        }
        if window.count() == 0 {
            return;
        }
        scorer.begin_window(&window);
        if promise && self.floor.is_none() {
            let count = self.best.limit.saturating_mul(TOP_FIRST_HALVES) / 2;
            self.admit_all(matched, |scored| scorer.score_top(&window, count, scored));
        }
        let least = self.least();
        self.admit_all(matched, |scored| scorer.score_rest(&window, least, scored));
    }

    /// Scores below this are too little, whatever the date.
    fn least(&self) -> f32 {
        match self.floor {
            // A score is only lowered by age, so what is too little before is too little after.
            Some(floor) if self.best.sort == Sort::Rank => f32::from_bits(floor.score),
            _ => 0.0,
        }
    }

    /// Takes what is scored if it matches and is among the best.
    fn admit_all(&mut self, matched: &mut Matcher, score: impl FnOnce(&mut Vec<(DocId, Score)>)) {
        let mut scored = std::mem::take(&mut self.scored);
        score(&mut scored);
        let sure = self.best.count || matched.is_exact();
        if sure && self.best.sort == Sort::Rank && self.best.recency.is_none() {
            leave_best(&mut scored, self.best.limit);
        }
        for (doc, score) in scored.drain(..) {
            self.admit(doc, score, matched);
        }
        self.scored = scored;
        if self.floor.is_none() && self.found.len() >= self.best.limit {
            self.shrink();
        }
    }

    /// What a document is sorted by before its score.
    fn date(&self, doc: DocId) -> i64 {
        match (self.best.sort, &self.date) {
            (Sort::Newest, Some(dates)) => dates.first(doc).unwrap_or(i64::MIN),
            (Sort::Oldest, Some(dates)) => dates.first(doc).map_or(i64::MIN, |date| -date),
            _ => 0,
        }
    }

    /// Takes a candidate if it matches and is among the best.
    fn admit(&mut self, doc: DocId, score: f32, matched: &mut Matcher) {
        let date = self.date(doc);
        let recency = match (self.best.recency, &self.date) {
            (Some(recency), Some(dates)) => recency.factor(dates.first(doc)),
            _ => 1.0,
        };
        let score = score * recency;
        let bits = score.max(0.0).to_bits();
        if self.floor.is_some_and(|floor| (date, bits) < (floor.date, floor.score)) {
            return;
        }
        let tie = self.tie.first(doc).unwrap_or_default();
        let place = Place { date, score: bits, tie: Reverse(tie) };
        if self.floor.is_some_and(|floor| place < floor) {
            return;
        }
        if !self.best.count {
            if !matched.confirm(doc) {
                return;
            }
            self.total += 1;
        }
        let address = DocAddress::new(self.segment, doc);
        self.found.push(Found { address, score, recency, tie, place });
        // Sorting once every `limit` arrivals costs less than a heap's sifting on each.
        if self.found.len() >= self.best.limit.max(1) * 2 {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        order(&mut self.found);
        self.found.truncate(self.best.limit);
        if self.found.len() == self.best.limit {
            self.floor = self.found.last().map(|found| found.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_left_and_all_that_are_as_good_as_the_last() {
        let scored = [(3, 1.0), (5, 2.0), (6, 0.5), (8, 2.0), (9, 1.0)];
        let remaining = |count: usize| {
            let mut remaining = scored.to_vec();
            leave_best(&mut remaining, count);
            remaining.sort_unstable_by_key(|(doc, _)| *doc);
            remaining.into_iter().map(|(doc, _)| doc).collect::<Vec<_>>()
        };
        assert_eq!(remaining(1), [5, 8]);
        assert_eq!(remaining(2), [5, 8]);
        assert_eq!(remaining(3), [3, 5, 8, 9]);
        assert_eq!(remaining(4), [3, 5, 8, 9]);
        for all in [0, 5, 6] {
            assert_eq!(remaining(all), [3, 5, 6, 8, 9], "{all}: nothing is too much");
        }
    }
}
