//! The best of the documents that match, in a total order, and how many match.
//!
//! The order never depends on how segments lie: equal scores (or dates) are settled by the hash of
//! the id that the index keeps for this.

use std::cmp::Reverse;

use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, TERMINATED};
use wensou_index::{Index, Postings};

use crate::exec::matcher::Matcher;
use crate::exec::segment_scorer::SegmentScorer;
use crate::exec::window::{self, DocWindow};
use crate::plan::queries::ScoredTerm;
use crate::rank::bm25::Statistics;

/// Documents of the first window of a segment, where the best of it cannot be told beforehand.
const FIRST_WINDOW: usize = 128;

/// Documents of a window that is not the first, at least; and so many candidates in it, about.
const MIN_WINDOW: usize = 4096;
const TARGET_CANDIDATES: u64 = 1024;

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
pub(crate) struct ScoredDoc {
    pub(crate) address: DocAddress,
    pub(crate) score: Score,
    /// What its score was multiplied with for its age.
    pub(crate) recency: f32,
    pub(crate) tie_breaker: u64,
    rank_key: RankKey,
}

/// Where a document stands in the order: the greater, the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RankKey {
    date: i64,
    /// Bits of the score: scores are never negative, so they order as the numbers do.
    score: u32,
    tie_breaker: Reverse<u64>,
}

/// What is matched, and what is scored of it.
pub(crate) struct RankedQuery<'q> {
    pub(crate) matched: &'q dyn Query,
    pub(crate) scored: &'q [ScoredTerm],
    /// What a document gains for matching another query.
    pub(crate) bonus: &'q [(Box<dyn Query>, f32)],
}

/// Keeps the first `limit` of what matches.
#[derive(Debug)]
pub(crate) struct TopK {
    pub(crate) limit: usize,
    /// Whether all matches are counted. If not, candidates that score too little are never looked
    /// at closely, and the count is of those that were: none only if nothing matches.
    pub(crate) count: bool,
    pub(crate) sort: Sort,
    pub(crate) recency: Option<Recency>,
}

impl TopK {
    /// How many documents match (see [`TopK::count`]), and the first of them, in order.
    pub(crate) fn search(
        &self,
        index: &Index,
        statistics: &Statistics<'_>,
        query: &RankedQuery<'_>,
    ) -> tantivy::Result<(usize, Vec<ScoredDoc>)> {
        let searcher = index.searcher();
        let scoring = EnableScoring::disabled_from_searcher(searcher);
        let (mut total, mut found) = (0, Vec::new());
        for (segment, reader) in (0..).zip(searcher.segment_readers()) {
            let mut best = SegmentTopK::new(self, index, segment)?;
            let (scored, bonus) = (query.scored, query.bonus);
            let mut scorer = SegmentScorer::new(index, statistics, reader, scored, bonus)?;
            // What is matched is mostly what is scored: to find its lists and read their first blocks again takes longer.
            let open = |postings: &Postings, key| {
                let opened = scorer.opened(key);
                opened
                    .or_else(|| statistics.postings_cache.open(reader.segment_id(), postings, key))
            };
            let mut matched = Matcher::of(query.matched, scoring, reader, &open)?;
            let documents = reader.max_doc();
            let alive = reader.alive_bitset();
            let expected = TARGET_CANDIDATES * u64::from(documents) / matched.cost().max(1);
            let longest = expected.clamp(MIN_WINDOW as u64, window::MAX_DOCS as u64) as usize;
            let top_first = self.sort == Sort::Rank
                && scorer.can_rewind()
                && (self.count || matched.can_rewind());
            // The sooner it is known what is too little, the better.
            let mut length = if top_first { longest } else { FIRST_WINDOW };
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
                best.collect(window, top_first, &mut scorer, &mut matched);
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
        sort_by_rank(&mut found);
        found.truncate(self.limit);
        Ok((total, found))
    }
}

struct SegmentTopK<'b> {
    top_k: &'b TopK,
    segment: SegmentOrdinal,
    date: Option<&'b Column<i64>>,
    tie_breaker: &'b Column<u64>,
    total: usize,
    found: Vec<ScoredDoc>,
    /// Room for a window's.
    scored: Vec<(DocId, Score)>,
    /// The last place that can still get in, once there are `limit`.
    threshold: Option<RankKey>,
}

/// Leaves the `count` that score the most, and those that score as much as the last of them: what settles equal
/// scores is read for each that is left.
fn keep_top(scored: &mut Vec<(DocId, Score)>, count: usize) {
    if count > 0 && count < scored.len() {
        let (.., last, _) = scored.select_nth_unstable_by(count - 1, |a, b| b.1.total_cmp(&a.1));
        let cutoff = last.1;
        scored.retain(|(_, score)| *score >= cutoff);
    }
}

/// Puts the earliest places first.
fn sort_by_rank(found: &mut [ScoredDoc]) {
    found.sort_unstable_by_key(|found| Reverse(found.rank_key));
}

impl<'b> SegmentTopK<'b> {
    fn new(top_k: &'b TopK, index: &'b Index, segment: SegmentOrdinal) -> tantivy::Result<Self> {
        let date = match top_k.sort {
            Sort::Rank if top_k.recency.is_none() => None,
            _ => Some(index.dates(segment)?),
        };
        let tie_breaker = index.ties(segment)?;
        let (total, found, scored, threshold) = (0, Vec::new(), Vec::new(), None);
        Ok(Self { top_k, segment, date, tie_breaker, total, found, scored, threshold })
    }

    /// Takes the candidates of a window that match and are among the best; with `top_first`, first those that
    /// have the most already, as long as it is not known what is too little.
    fn collect(
        &mut self,
        mut window: DocWindow,
        top_first: bool,
        scorer: &mut SegmentScorer,
        matched: &mut Matcher,
    ) {
        if self.top_k.count {
            if !matched.is_exact() {
                window.retain(|doc| matched.confirm(doc));
            }
            self.total += window.count();
        }
        if let Some(threshold) = self.threshold
            && self.top_k.sort != Sort::Rank
        {
            window.retain(|doc| self.date(doc) >= threshold.date);
        }
        if window.count() == 0 {
            return;
        }
        scorer.begin_window(&window);
        if top_first && self.threshold.is_none() {
            let count = self.top_k.limit.saturating_mul(TOP_FIRST_HALVES) / 2;
            self.admit_all(matched, |scored| scorer.score_top(&window, count, scored));
        }
        let min_score = self.min_score();
        self.admit_all(matched, |scored| scorer.score_rest(&window, min_score, scored));
    }

    /// Scores below this are too little, whatever the date.
    fn min_score(&self) -> f32 {
        match self.threshold {
            // A score is only lowered by age, so what is too little before is too little after.
            Some(threshold) if self.top_k.sort == Sort::Rank => f32::from_bits(threshold.score),
            _ => 0.0,
        }
    }

    /// Takes what is scored if it matches and is among the best.
    fn admit_all(&mut self, matched: &mut Matcher, score: impl FnOnce(&mut Vec<(DocId, Score)>)) {
        let mut scored = std::mem::take(&mut self.scored);
        score(&mut scored);
        let all_match = self.top_k.count || matched.is_exact();
        if all_match && self.top_k.sort == Sort::Rank && self.top_k.recency.is_none() {
            keep_top(&mut scored, self.top_k.limit);
        }
        for (doc, score) in scored.drain(..) {
            self.admit(doc, score, matched);
        }
        self.scored = scored;
        if self.threshold.is_none() && self.found.len() >= self.top_k.limit {
            self.shrink();
        }
    }

    /// What a document is sorted by before its score.
    fn date(&self, doc: DocId) -> i64 {
        match (self.top_k.sort, &self.date) {
            (Sort::Newest, Some(dates)) => dates.first(doc).unwrap_or(i64::MIN),
            (Sort::Oldest, Some(dates)) => dates.first(doc).map_or(i64::MIN, |date| -date),
            _ => 0,
        }
    }

    /// Takes a candidate if it matches and is among the best.
    fn admit(&mut self, doc: DocId, score: f32, matched: &mut Matcher) {
        let date = self.date(doc);
        let recency = match (self.top_k.recency, &self.date) {
            (Some(recency), Some(dates)) => recency.factor(dates.first(doc)),
            _ => 1.0,
        };
        let score = score * recency;
        let bits = score.max(0.0).to_bits();
        if self.threshold.is_some_and(|threshold| (date, bits) < (threshold.date, threshold.score))
        {
            return;
        }
        let tie_breaker = self.tie_breaker.first(doc).unwrap_or_default();
        let rank_key = RankKey { date, score: bits, tie_breaker: Reverse(tie_breaker) };
        if self.threshold.is_some_and(|threshold| rank_key < threshold) {
            return;
        }
        if !self.top_k.count {
            if !matched.confirm(doc) {
                return;
            }
            self.total += 1;
        }
        let address = DocAddress::new(self.segment, doc);
        self.found.push(ScoredDoc { address, score, recency, tie_breaker, rank_key });
        // Sorting once every `limit` arrivals costs less than a heap's sifting on each.
        if self.found.len() >= self.top_k.limit.max(1) * 2 {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        sort_by_rank(&mut self.found);
        self.found.truncate(self.top_k.limit);
        if self.found.len() == self.top_k.limit {
            self.threshold = self.found.last().map(|found| found.rank_key);
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
            keep_top(&mut remaining, count);
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
