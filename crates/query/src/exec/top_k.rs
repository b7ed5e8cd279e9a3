//! The k best of the documents that match, in a total order, and how many match.
//!
//! The order does not depend on how documents are spread over segments: a hash of the id, which the
//! index stores as the tie breaker, orders documents with equal scores (or dates).

use std::cmp::Reverse;

use wensou_index::{Index, Postings};

use super::candidates::Candidates;
use super::columns::{Dates, TieBreakers};
use super::coverage::CoverageCounter;
use super::doc_id::{DocAddress, DocId, TERMINATED};
use super::matcher::Matcher;
use super::segment::Segment;
use super::segment_scorer::{ScoringContext, SegmentScorer};
use super::window::{self, DocWindow};
use crate::collapse::RepeatCounter;
use crate::error::Error;
use crate::plan::Plan;
use crate::rank::Coverage;

/// Documents in the first window of a segment when the best ones cannot be scored first. A short
/// window yields a threshold early, and windows double from there, so a longer one would save few
/// of them. The number was chosen, not measured.
const FIRST_WINDOW: usize = 128;

/// The shortest of the later windows, in documents.
const MIN_WINDOW: usize = 4096;
/// Where fewer documents match, windows are longer, so that one has about this many candidates.
/// Windows of [`MIN_WINDOW`] documents for all queries are 10 % slower (docs/perf). The number
/// itself was chosen, not measured.
const TARGET_CANDIDATES: u64 = 1024;

/// Score the top 1.5 × k documents by partial score first; that raises the threshold early. The
/// number is in halves of k.
const TOP_FIRST_HALF_KS: usize = 3;

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
    pub(crate) score: f32,
    /// The factor for its age, already applied to the score.
    pub(crate) recency: f32,
    /// What its newness has added to the score.
    pub(crate) newness: f32,
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

/// What a search counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Count<'g> {
    /// Candidates that score below the threshold are never confirmed, and the total only says
    /// whether anything matches.
    Nothing,
    /// All documents that match.
    Documents,
    /// All documents that match, and near-duplicates among them.
    Hits(&'g RepeatCounter<'g>),
}

impl Count<'_> {
    /// Whether all documents that match are counted.
    fn counts(self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// Finds the first `limit` documents that match, in order.
#[derive(Debug)]
pub(crate) struct TopK<'g> {
    pub(crate) limit: usize,
    pub(crate) count: Count<'g>,
    pub(crate) sort: Sort,
    pub(crate) recency: Option<Recency>,
}

impl TopK<'_> {
    /// Searches all segments: the number of matches (see [`TopK::count`]), and the first documents
    /// in order.
    pub(super) fn search(
        &self,
        index: &Index,
        context: ScoringContext<'_>,
        plan: &Plan,
    ) -> Result<(usize, Vec<ScoredDoc>), Error> {
        let (mut total, mut scored_docs) = (0, Vec::new());
        for segment in Segment::all(index) {
            let mut best = self.search_segment(&segment?, context, plan)?;
            total += best.total;
            scored_docs.append(&mut best.scored_docs);
        }
        sort_by_rank(&mut scored_docs);
        scored_docs.truncate(self.limit);
        Ok((total, scored_docs))
    }

    fn search_segment<'i>(
        &self,
        segment: &Segment<'i>,
        context: ScoringContext<'_>,
        plan: &Plan,
    ) -> Result<SegmentTopK<'_, 'i>, Error> {
        let (cache, ordinal) = (context.cache, segment.ordinal());
        let mut scorer = SegmentScorer::new(segment, context, &plan.scored_terms);
        // Most terms that match are also scored. Reusing the scorer's open list saves finding it
        // and reading its first block a second time.
        let open = |postings: &Postings, key| {
            scorer.opened(key).or_else(|| cache.open(ordinal, postings, key))
        };
        let mut matcher = Matcher::of(&plan.match_expr, segment, &open)?;
        let covering = plan.covering.units.iter();
        let covering = covering
            .map(|unit| Ok((Matcher::of(&unit.expr, segment, &open)?, unit.mass)))
            .collect::<Result<_, Error>>()?;
        let mut best =
            SegmentTopK::new(self, segment, CoverageCounter::new(covering, plan.covering.scale))?;
        let documents = segment.documents();
        let expected = TARGET_CANDIDATES * u64::from(documents) / matcher.cost().max(1);
        let longest = expected.clamp(MIN_WINDOW as u64, window::MAX_DOCS as u64) as usize;
        let top_first = self.sort == Sort::Rank && (self.count.counts() || matcher.can_rewind());
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
            segment.retain_alive(&mut window);
            (next, length) = (window.end(), (length * 2).min(longest));
            best.collect(window, top_first, &mut scorer, &mut matcher);
        }
        cache.record_costs(ordinal, documents, scorer.access_costs());
        best.prune();
        Ok(best)
    }
}

/// Collects the first documents of one segment.
struct SegmentTopK<'t, 'i> {
    top_k: &'t TopK<'t>,
    segment: Segment<'i>,
    dates: Option<Dates<'i>>,
    tie_breakers: TieBreakers<'i>,
    coverage: CoverageCounter<'i>,
    total: usize,
    scored_docs: Vec<ScoredDoc>,
    /// A buffer for the scores of a window.
    scored: Vec<(DocId, f32)>,
    /// The rank key of the last of the first `limit` documents, once so many have been found. A
    /// document with a lower one cannot get in.
    threshold: Option<RankKey>,
}

/// Keeps the `count` highest scores and all that equal the last of them: only for these does the
/// caller have to read tie breakers.
fn keep_top(scored: &mut Vec<(DocId, f32)>, count: usize) {
    if count > 0 && count < scored.len() {
        let (.., last, _) = scored.select_nth_unstable_by(count - 1, |a, b| b.1.total_cmp(&a.1));
        let cutoff = last.1;
        scored.retain(|(_, score)| *score >= cutoff);
    }
}

/// Sorts by rank key, best first.
fn sort_by_rank(scored_docs: &mut [ScoredDoc]) {
    scored_docs.sort_unstable_by_key(|doc| Reverse(doc.rank_key));
}

impl<'t, 'i> SegmentTopK<'t, 'i> {
    fn new(
        top_k: &'t TopK<'t>,
        segment: &Segment<'i>,
        coverage: CoverageCounter<'i>,
    ) -> Result<Self, Error> {
        let dates = match top_k.sort {
            Sort::Rank if top_k.recency.is_none() => None,
            _ => Some(segment.dates()?),
        };
        Ok(Self {
            top_k,
            segment: *segment,
            dates,
            tie_breakers: segment.tie_breakers()?,
            coverage,
            total: 0,
            scored_docs: Vec::new(),
            scored: Vec::new(),
            threshold: None,
        })
    }

    /// Adds the matches of a window. With `top_first`, the most promising documents are scored
    /// first as long as there is no threshold.
    fn collect(
        &mut self,
        mut window: DocWindow,
        top_first: bool,
        scorer: &mut SegmentScorer,
        matcher: &mut Matcher<'_>,
    ) {
        if self.top_k.count.counts() {
            if !matcher.is_exact() {
                window.retain(|doc| matcher.confirm(doc));
            }
            self.total += window.count();
            if let Count::Hits(repeats) = self.top_k.count {
                repeats.add(self.segment.ordinal(), &window);
            }
        }
        if let Some(threshold) = self.threshold
            && self.top_k.sort != Sort::Rank
        {
            window.retain(|doc| self.date(doc) >= threshold.date);
        }
        let (min_coverage, _) = self.min_coverage_and_score();
        self.coverage.begin_window(&mut window, min_coverage);
        if window.count() == 0 {
            return;
        }
        scorer.begin_window(&window);
        if top_first && self.threshold.is_none() {
            let count = self.top_k.limit.saturating_mul(TOP_FIRST_HALF_KS) / 2;
            self.admit_all(matcher, |_, scored| scorer.score_top(&window, count, scored));
        }
        let (min_coverage, min_score) = self.min_coverage_and_score();
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

    /// The coverage and the score that a document needs: one that covers less, or that covers as
    /// much and scores less, cannot get in.
    fn min_coverage_and_score(&self) -> (Coverage, f32) {
        match self.threshold {
            // The factor for age only lowers a score: one below the threshold without it stays
            // below.
            Some(threshold) if self.top_k.sort == Sort::Rank => {
                (threshold.coverage, f32::from_bits(threshold.score))
            }
            _ => (Coverage::default(), 0.0),
        }
    }

    /// Scores candidates with `score`, and admits those that match and beat the threshold.
    fn admit_all(
        &mut self,
        matcher: &mut Matcher<'_>,
        score: impl FnOnce(&CoverageCounter<'_>, &mut Vec<(DocId, f32)>),
    ) {
        let mut scored = std::mem::take(&mut self.scored);
        score(&self.coverage, &mut scored);
        let all_match = self.top_k.count.counts() || matcher.is_exact();
        let by_score = self.top_k.sort == Sort::Rank && self.coverage.is_empty();
        if all_match && by_score && self.top_k.recency.is_none() {
            keep_top(&mut scored, self.top_k.limit);
        }
        for (doc, score) in scored.drain(..) {
            self.admit(doc, score, matcher);
        }
        self.scored = scored;
        if self.threshold.is_none() && self.scored_docs.len() >= self.top_k.limit {
            self.prune();
        }
    }

    /// The part of the rank key that comes before the score.
    fn date(&self, doc: DocId) -> i64 {
        match (self.top_k.sort, self.dates) {
            (Sort::Newest, Some(dates)) => dates.of(doc).unwrap_or(i64::MIN),
            (Sort::Oldest, Some(dates)) => dates.of(doc).map_or(i64::MIN, |date| -date),
            _ => 0,
        }
    }

    /// Adds a candidate if it matches and beats the threshold.
    fn admit(&mut self, doc: DocId, score: f32, matcher: &mut Matcher<'_>) {
        let (date, coverage) = (self.date(doc), self.coverage.of(doc));
        let recency = match (self.top_k.recency, self.dates) {
            (Some(recency), Some(dates)) => recency.factor(dates.of(doc)),
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
        let tie_breaker = self.tie_breakers.of(doc);
        let rank_key = RankKey { date, coverage, score: bits, tie_breaker: Reverse(tie_breaker) };
        if self.threshold.is_some_and(|threshold| rank_key < threshold) {
            return;
        }
        if !self.top_k.count.counts() {
            if !matcher.confirm(doc) {
                return;
            }
            self.total += 1;
        }
        let address = self.segment.address(doc);
        self.scored_docs.push(ScoredDoc {
            address,
            coverage,
            score,
            recency,
            newness: 0.0,
            tie_breaker,
            rank_key,
        });
        // Sorting after every `limit` arrivals costs less than sifting a heap at each.
        if self.scored_docs.len() >= self.top_k.limit.max(1) * 2 {
            self.prune();
        }
    }

    /// Drops all but the first `limit` documents, and raises the threshold to the last of them.
    fn prune(&mut self) {
        sort_by_rank(&mut self.scored_docs);
        self.scored_docs.truncate(self.top_k.limit);
        if self.scored_docs.len() == self.top_k.limit {
            self.threshold = self.scored_docs.last().map(|doc| doc.rank_key);
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
