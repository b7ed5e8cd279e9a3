//! Finds the first matching documents in a total order, and counts how many match.
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
use super::top_k::{Count, RankKey, ScoredDoc, Sort, TopK};
use super::window::{self, DocWindow};
use crate::error::Error;
use crate::plan::Plan;
use crate::rank::Coverage;

/// The length of the first window of a segment, in documents, where top-first scoring
/// ([`SegmentScorer::score_top`]) is impossible. A short window yields a threshold early. Each
/// window is twice as long as the one before it, so a longer first window would save few windows.
/// The number was chosen, not measured.
const FIRST_WINDOW: usize = 128;

/// The longest windows of a segment have at least this length, in documents.
const MIN_LONGEST_WINDOW: usize = 4096;
/// Where few documents match, windows grow longer, until a window has about this many candidates.
/// If all windows have at most [`MIN_LONGEST_WINDOW`] documents, queries with few candidates are
/// 10 % slower (docs/perf). The number of candidates was chosen, not measured.
const TARGET_CANDIDATES: u64 = 1024;

/// How many documents top-first scoring begins with, in halves of k: 3 means the top 1.5 × k
/// documents by partial score. Scoring them before the others raises the threshold early.
const TOP_FIRST_HALF_KS: usize = 3;

/// The most rounds of top-first scoring in a window. While there is no threshold, a further round
/// scores four times as many documents. The first round yields no threshold where many of the best
/// documents are near-duplicates.
const MAX_TOP_FIRST_ROUNDS: usize = 3;

/// Searches all segments. Returns the number of matches (see [`TopK::count`]), and the first
/// documents in order.
pub(super) fn search(
    top_k: &TopK<'_>,
    index: &Index,
    context: ScoringContext<'_>,
    plan: &Plan,
) -> Result<(usize, Vec<ScoredDoc>), Error> {
    let (mut total, mut scored_docs) = (0, Vec::new());
    for segment in Segment::all(index) {
        let mut best = search_segment(top_k, &segment?, context, plan)?;
        total += best.total;
        scored_docs.append(&mut best.scored_docs);
    }
    top_k.keep_first(&mut scored_docs);
    Ok((total, scored_docs))
}

fn search_segment<'t, 'i>(
    top_k: &'t TopK<'t>,
    segment: &Segment<'i>,
    context: ScoringContext<'_>,
    plan: &Plan,
) -> Result<SegmentTopK<'t, 'i>, Error> {
    let (cache, ordinal) = (context.cache, segment.ordinal());
    let mut scorer = SegmentScorer::new(segment, context, &plan.scored_terms);
    // Most terms of the match expression are also scored. Reusing the list that the scorer has open
    // saves finding the list and reading its first block a second time.
    let open = |postings: &Postings, key| {
        scorer.opened(key).or_else(|| cache.open(ordinal, postings, key))
    };
    let mut matcher = Matcher::of(&plan.match_expr, segment, &open)?;
    let covering = plan.covering.units.iter();
    let covering = covering
        .map(|unit| Ok((Matcher::of(&unit.expr, segment, &open)?, unit.mass)))
        .collect::<Result<_, Error>>()?;
    let coverage = CoverageCounter::new(covering, plan.covering.scale, top_k.min_coverage);
    let mut best = SegmentTopK::new(top_k, segment, coverage)?;
    let documents = segment.documents();
    let target_length = TARGET_CANDIDATES * u64::from(documents) / best.cost(&matcher).max(1);
    let longest = target_length.clamp(MIN_LONGEST_WINDOW as u64, window::MAX_DOCS as u64) as usize;
    // Top-first scoring confirms the top documents of a window and then goes back to the others. It
    // need not go back if all matches are counted: then all of them have been confirmed before.
    let top_first = top_k.sort == Sort::Rank && (top_k.count.counts_all() || matcher.can_rewind());
    // Without top-first scoring, begin with a short window: it gives a threshold early.
    let mut length = if top_first { longest } else { FIRST_WINDOW };
    let mut next = 0;
    while next < documents {
        let from = match best.coverage.leader() {
            // Few documents have enough words. Filling every window finds them sooner than seeking,
            // which would stop at each document that has any of the words.
            Some(_) => next,
            None => matcher.seek(next),
        };
        if from == TERMINATED {
            break;
        }
        let mut window = DocWindow::new(from, length, documents);
        match best.coverage.leader() {
            Some(leader) => {
                leader.fill(&mut window);
                matcher.retain(&mut window);
            }
            None => matcher.fill(&mut window),
        }
        segment.retain_alive(&mut window);
        best.exclude_docs(&mut window);
        (next, length) = (window.end(), (length * 2).min(longest));
        if window.is_empty() {
            continue;
        }
        best.collect(window, top_first, &mut scorer, &mut matcher);
    }
    cache.record_costs(ordinal, documents, scorer.access_costs());
    best.prune();
    Ok(best)
}

/// Collects the first documents of one segment.
struct SegmentTopK<'t, 'i> {
    top_k: &'t TopK<'t>,
    segment: Segment<'i>,
    /// `None` if neither the order of hits nor a recency factor depends on dates.
    dates: Option<Dates<'i>>,
    tie_breakers: TieBreakers<'i>,
    coverage: CoverageCounter<'i>,
    /// The number of matches so far, see [`TopK::count`].
    total: usize,
    /// The documents that have been admitted, and not yet dropped by [`SegmentTopK::prune`].
    scored_docs: Vec<ScoredDoc>,
    /// A buffer for candidates of a window with their scores.
    scored: Vec<(DocId, f32)>,
    /// The rank key of the last document that would be returned, once enough documents have been
    /// found. A document with a lower rank key cannot get in.
    threshold: Option<RankKey>,
}

/// Keeps the documents with the `count` highest scores, and all others that score as much as the
/// last of these. So tie breakers are read only for the documents that are kept.
fn keep_top(scored: &mut Vec<(DocId, f32)>, count: usize) {
    if count > 0 && count < scored.len() {
        let descending = |(_, a): &(DocId, f32), (_, b): &(DocId, f32)| b.total_cmp(a);
        let (_, (_, last_score), _) = scored.select_nth_unstable_by(count - 1, descending);
        let min_score = *last_score;
        scored.retain(|(_, score)| *score >= min_score);
    }
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

    /// Adds the matches of a window. With `top_first`, the documents with the highest partial
    /// scores are scored before the others, as long as there is no threshold.
    fn collect(
        &mut self,
        mut window: DocWindow,
        top_first: bool,
        scorer: &mut SegmentScorer,
        matcher: &mut Matcher<'_>,
    ) {
        if self.top_k.count.counts_all() {
            if !matcher.is_exact() {
                window.retain(|doc| matcher.confirm(doc));
            }
            self.total += window.count();
            if let Count::Hits(counter) = self.top_k.count {
                counter.add(self.segment.ordinal(), &window);
            }
        }
        // If hits are sorted by date, a document with a lower date key than the threshold cannot
        // get in, whatever it scores.
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
            self.collect_top(&window, scorer, matcher);
        }
        let (min_coverage, min_score) = self.min_coverage_and_score();
        if self.coverage.is_empty() {
            self.admit_all(matcher, |_, scored| {
                scorer.score_remaining(&window, |_| min_score, scored);
            });
            return;
        }
        self.admit_all(matcher, |coverage, scored| {
            // A document that covers more than the threshold gets in with any score.
            let min_score = |doc| if coverage.of(doc) > min_coverage { 0.0 } else { min_score };
            scorer.score_remaining(&window, min_score, scored);
        });
    }

    /// Adds the documents of a window that have the highest partial scores; more and more of them
    /// until there is a threshold.
    fn collect_top(
        &mut self,
        window: &DocWindow,
        scorer: &mut SegmentScorer,
        matcher: &mut Matcher<'_>,
    ) {
        let mut count = self.top_k.max_kept().saturating_mul(TOP_FIRST_HALF_KS) / 2;
        for _ in 0..MAX_TOP_FIRST_ROUNDS {
            self.admit_all(matcher, |_, scored| scorer.score_top(window, count, scored));
            if self.threshold.is_some() || !scorer.has_remaining() {
                return;
            }
            count = count.saturating_mul(4);
        }
    }

    /// An estimate of the number of candidates of the segment.
    fn cost(&mut self, matcher: &Matcher<'_>) -> u64 {
        let of_matcher = matcher.cost();
        self.coverage.leader().map_or(of_matcher, |leader| leader.cost().min(of_matcher))
    }

    /// Removes the documents of [`TopK::excluded_docs`] from a window.
    fn exclude_docs(&self, window: &mut DocWindow) {
        let address = |doc| DocAddress::new(self.segment.ordinal(), doc);
        let (from, until) = (address(window.start()), address(window.end()));
        let documents = self.top_k.excluded_docs;
        let first = documents.partition_point(|at| *at < from);
        let in_window = documents[first..].iter().take_while(|at| **at < until);
        in_window.for_each(|at| window.remove(at.doc_id));
    }

    /// The coverage and the score that a document needs. A document that covers less, or that
    /// covers as much and scores less, cannot get in.
    fn min_coverage_and_score(&self) -> (Coverage, f32) {
        match self.threshold {
            // The recency factor is at most 1: a score that is below the threshold without the
            // factor is also below it with the factor.
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
        let all_match = self.top_k.count.counts_all() || matcher.is_exact();
        let only_by_score = self.top_k.sort == Sort::Rank && self.coverage.is_empty();
        let only_by_score =
            only_by_score && self.top_k.hits.is_none() && self.top_k.recency.is_none();
        // If all candidates match, and only their scores and tie breakers order them, no more than
        // `limit` can get in.
        if all_match && only_by_score {
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

    /// The date in the rank key, which is compared before coverage and score. It is the same for
    /// all documents unless hits are sorted by date.
    fn date(&self, doc: DocId) -> i64 {
        self.top_k.sort.date_key(self.dates.and_then(|dates| dates.of(doc)))
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
        if !self.top_k.count.counts_all() {
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
        // Sorting once for every `max_kept` documents costs less than keeping a heap in order with
        // each document.
        if self.scored_docs.len() >= self.top_k.max_kept().max(1).saturating_mul(2) {
            self.prune();
        }
    }

    /// Drops all but the first documents, and raises the threshold to the last of them.
    fn prune(&mut self) {
        self.threshold = self.top_k.keep_first(&mut self.scored_docs).or(self.threshold);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_documents_are_kept_and_all_that_score_as_much_as_the_last_of_them() {
        let scored = [(3, 1.0), (5, 2.0), (6, 0.5), (8, 2.0), (9, 1.0)];
        let kept = |count: usize| {
            let mut kept = scored.to_vec();
            keep_top(&mut kept, count);
            kept.sort_unstable_by_key(|(doc, _)| *doc);
            kept.into_iter().map(|(doc, _)| doc).collect::<Vec<_>>()
        };
        assert_eq!(kept(1), [5, 8]);
        assert_eq!(kept(2), [5, 8]);
        assert_eq!(kept(3), [3, 5, 8, 9]);
        assert_eq!(kept(4), [3, 5, 8, 9]);
        for count in [0, 5, 6] {
            assert_eq!(kept(count), [3, 5, 6, 8, 9], "a count of {count} keeps every document");
        }
    }
}
