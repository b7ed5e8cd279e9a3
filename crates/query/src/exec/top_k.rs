//! The k best of the documents that match, in a total order, and how many match.
//!
//! The order does not depend on how documents are spread over segments: equal scores (or dates) are
//! settled by a hash of the id, which the index stores for this.

use std::cmp::Reverse;

use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, TERMINATED};
use wensou_index::{Index, Postings};

use crate::exec::coverage::{Coverage, CoverageCounter};
use crate::exec::matcher::Matcher;
use crate::exec::segment_scorer::SegmentScorer;
use crate::exec::window::{self, DocWindow};
use crate::plan::queries::ScoredTerm;
use crate::rank::bm25::Statistics;

/// Documents in the first window of a segment when the best ones cannot be scored first. A short
/// window yields a threshold early.
const FIRST_WINDOW: usize = 128;

/// The shortest of the later windows, in documents.
const MIN_WINDOW: usize = 4096;
/// Where fewer documents match, windows are longer, so that one has about this many candidates.
const TARGET_CANDIDATES: u64 = 1024;

/// Score the top 1.5 × k documents by partial score first; that raises the threshold early. The
/// number is in halves of k.
const TOP_FIRST_HALVES: usize = 3;

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Highest score first.
    #[default]
    Rank,
    /// Newest first, undated last.
    Newest,
    /// Oldest first, undated last.
    Oldest,
}

/// A preference for newer documents: a score is multiplied by `½ + ½ · 2^(-age / half-life)`, which
/// is 1 for a document of today and ½ for a very old one. A document without a date counts as one
/// half-life old, one from the future as of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recency {
    /// Civil seconds of "today", as the index stores dates.
    pub today: i64,
    /// Seconds after which a document has lost half of what age can take from it, a quarter of its
    /// score.
    pub half_life: i64,
}

impl Recency {
    /// The factor for a document of this date.
    pub(crate) fn factor(self, date: Option<i64>) -> f32 {
        let age = date.map_or(self.half_life, |date| self.today.saturating_sub(date)).max(0);
        let lives = age as f64 / self.half_life.max(1) as f64;
        (0.5 + 0.5 * (-lives).exp2()) as f32
    }
}

/// A document that matches, with its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScoredDoc {
    pub(crate) address: DocAddress,
    /// How much of a relaxed query it has; zero for other queries.
    pub(crate) coverage: Coverage,
    pub(crate) score: Score,
    /// The factor for its age, already applied to the score.
    pub(crate) recency: f32,
    pub(crate) tie_breaker: u64,
    rank_key: RankKey,
}

/// What hits are sorted by, descending. A document that has more of a relaxed query comes first,
/// whatever it scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RankKey {
    date: i64,
    coverage: Coverage,
    /// The bits of the score: scores are never negative, so the bits order as the numbers do.
    score: u32,
    tie_breaker: Reverse<u64>,
}

/// Which documents match, and which terms score them.
pub(crate) struct RankedQuery<'q> {
    pub(crate) match_query: &'q dyn Query,
    pub(crate) scored_terms: &'q [ScoredTerm],
    /// The queries whose number of matches is a document's coverage. Empty if hits are not ordered
    /// by coverage.
    pub(crate) covering: &'q [Box<dyn Query>],
}

/// Finds the first `limit` documents that match, in order.
#[derive(Debug)]
pub(crate) struct TopK {
    pub(crate) limit: usize,
    /// Whether to count all matches. If not, candidates that score below the threshold are never
    /// confirmed, and the total only says whether anything matches.
    pub(crate) count: bool,
    pub(crate) sort: Sort,
    pub(crate) recency: Option<Recency>,
}

impl TopK {
    /// Searches all segments: the number of matches (see [`TopK::count`]), and the first documents
    /// in order.
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
            let mut scorer = SegmentScorer::new(index, statistics, reader, query.scored_terms)?;
            // Most terms that match are also scored. Reusing the scorer's open list saves finding
            // it and reading its first block a second time.
            let open = |postings: &Postings, key| {
                let opened = scorer.opened(key);
                opened
                    .or_else(|| statistics.postings_cache.open(reader.segment_id(), postings, key))
            };
            let mut matcher = Matcher::of(query.match_query, scoring, reader, &open)?;
            let matchers = query
                .covering
                .iter()
                .map(|covering| Matcher::of(covering.as_ref(), scoring, reader, &open))
                .collect::<Result<_, _>>()?;
            let coverage = CoverageCounter::new(matchers);
            let mut best = SegmentTopK::new(self, index, segment, coverage)?;
            let documents = reader.max_doc();
            let alive = reader.alive_bitset();
            let expected = TARGET_CANDIDATES * u64::from(documents) / matcher.cost().max(1);
            let longest = expected.clamp(MIN_WINDOW as u64, window::MAX_DOCS as u64) as usize;
            let top_first = self.sort == Sort::Rank
                && query.covering.is_empty()
                && (self.count || matcher.can_rewind());
            // Without top-first scoring, begin with a short window: it gives a threshold early.
            let mut length = if top_first { longest } else { FIRST_WINDOW };
            let mut next = 0;
            while next < documents {
                let from = matcher.seek(next);
                if from == TERMINATED {
                    break;
                }
                let mut window = DocWindow::new(from, length, documents);
                matcher.fill(&mut window);
                if let Some(alive) = alive {
                    window.retain(|doc| alive.is_alive(doc));
                }
                (next, length) = (window.end(), (length * 2).min(longest));
                best.collect(window, top_first, &mut scorer, &mut matcher);
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
    dates: Option<&'b Column<i64>>,
    tie_breakers: &'b Column<u64>,
    coverage: CoverageCounter,
    total: usize,
    found: Vec<ScoredDoc>,
    /// A buffer for the scores of a window.
    scored: Vec<(DocId, Score)>,
    /// The last rank key that still gets in, once `limit` documents have been found.
    threshold: Option<RankKey>,
}

/// Keeps the `count` highest scores and all that equal the last of them. The caller reads a tie
/// breaker for each document that is kept.
fn keep_top(scored: &mut Vec<(DocId, Score)>, count: usize) {
    if count > 0 && count < scored.len() {
        let (.., last, _) = scored.select_nth_unstable_by(count - 1, |a, b| b.1.total_cmp(&a.1));
        let cutoff = last.1;
        scored.retain(|(_, score)| *score >= cutoff);
    }
}

/// Sorts by rank key, best first.
fn sort_by_rank(found: &mut [ScoredDoc]) {
    found.sort_unstable_by_key(|found| Reverse(found.rank_key));
}

impl<'b> SegmentTopK<'b> {
    fn new(
        top_k: &'b TopK,
        index: &'b Index,
        segment: SegmentOrdinal,
        coverage: CoverageCounter,
    ) -> tantivy::Result<Self> {
        let dates = match top_k.sort {
            Sort::Rank if top_k.recency.is_none() => None,
            _ => Some(index.dates(segment)?),
        };
        let tie_breakers = index.ties(segment)?;
        let (total, found, scored, threshold) = (0, Vec::new(), Vec::new(), None);
        Ok(Self { top_k, segment, dates, tie_breakers, coverage, total, found, scored, threshold })
    }

    /// Adds the matches of a window. With `top_first`, the most promising documents are scored
    /// first as long as there is no threshold.
    fn collect(
        &mut self,
        mut window: DocWindow,
        top_first: bool,
        scorer: &mut SegmentScorer,
        matcher: &mut Matcher,
    ) {
        if self.top_k.count {
            if !matcher.is_exact() {
                window.retain(|doc| matcher.confirm(doc));
            }
            self.total += window.count();
        }
        if let Some(threshold) = self.threshold
            && self.top_k.sort != Sort::Rank
        {
            window.retain(|doc| self.date(doc) >= threshold.date);
        }
        let (min_coverage, _) = self.min_rank();
        self.coverage.begin_window(&mut window, min_coverage);
        if window.count() == 0 {
            return;
        }
        scorer.begin_window(&window);
        if top_first && self.threshold.is_none() {
            let count = self.top_k.limit.saturating_mul(TOP_FIRST_HALVES) / 2;
            self.admit_all(matcher, |_, scored| scorer.score_top(&window, count, scored));
        }
        let (min_coverage, min_score) = self.min_rank();
        if self.coverage.is_empty() {
            self.admit_all(matcher, |_, scored| scorer.score_rest(&window, |_| min_score, scored));
            return;
        }
        self.admit_all(matcher, |coverage, scored| {
            // A document that covers more than the threshold gets in with any score.
            let min_score = |doc| if coverage.of(doc) > min_coverage { 0.0 } else { min_score };
            scorer.score_rest(&window, min_score, scored);
        });
    }

    /// Documents that cover less, or that cover as much and score less, cannot get in.
    fn min_rank(&self) -> (Coverage, f32) {
        match self.threshold {
            // Age only lowers a score, so a score below the threshold before that stays below it.
            Some(threshold) if self.top_k.sort == Sort::Rank => {
                (threshold.coverage, f32::from_bits(threshold.score))
            }
            _ => (Coverage::default(), 0.0),
        }
    }

    /// Scores candidates with `score`, and admits those that match and beat the threshold.
    fn admit_all(
        &mut self,
        matcher: &mut Matcher,
        score: impl FnOnce(&CoverageCounter, &mut Vec<(DocId, Score)>),
    ) {
        let mut scored = std::mem::take(&mut self.scored);
        score(&self.coverage, &mut scored);
        let all_match = self.top_k.count || matcher.is_exact();
        let by_score = self.top_k.sort == Sort::Rank && self.coverage.is_empty();
        if all_match && by_score && self.top_k.recency.is_none() {
            keep_top(&mut scored, self.top_k.limit);
        }
        for (doc, score) in scored.drain(..) {
            self.admit(doc, score, matcher);
        }
        self.scored = scored;
        if self.threshold.is_none() && self.found.len() >= self.top_k.limit {
            self.shrink();
        }
    }

    /// The part of the rank key that comes before the score.
    fn date(&self, doc: DocId) -> i64 {
        match (self.top_k.sort, self.dates) {
            (Sort::Newest, Some(dates)) => dates.first(doc).unwrap_or(i64::MIN),
            (Sort::Oldest, Some(dates)) => dates.first(doc).map_or(i64::MIN, |date| -date),
            _ => 0,
        }
    }

    /// Adds a candidate if it matches and beats the threshold.
    fn admit(&mut self, doc: DocId, score: f32, matcher: &mut Matcher) {
        let (date, coverage) = (self.date(doc), self.coverage.of(doc));
        let recency = match (self.top_k.recency, self.dates) {
            (Some(recency), Some(dates)) => recency.factor(dates.first(doc)),
            _ => 1.0,
        };
        let score = score * recency;
        let bits = score.max(0.0).to_bits();
        let below = |threshold: RankKey| {
            (date, coverage, bits) < (threshold.date, threshold.coverage, threshold.score)
        };
        if self.threshold.is_some_and(below) {
            return;
        }
        let tie_breaker = self.tie_breakers.first(doc).unwrap_or_default();
        let rank_key = RankKey { date, coverage, score: bits, tie_breaker: Reverse(tie_breaker) };
        if self.threshold.is_some_and(|threshold| rank_key < threshold) {
            return;
        }
        if !self.top_k.count {
            if !matcher.confirm(doc) {
                return;
            }
            self.total += 1;
        }
        let address = DocAddress::new(self.segment, doc);
        self.found.push(ScoredDoc { address, coverage, score, recency, tie_breaker, rank_key });
        // Sorting after every `limit` arrivals costs less than sifting a heap at each.
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
