//! Ranks the first hits again, by proximity (see [`crate::rank::proximity`]) and by a second
//! number. If hits may lack words, this is the idf of the words that a hit has; else it is the
//! [`newness()`] of the hit.

use wensou_index::{Cursor, Index, TermKey, TextField, decode_length};

use super::cache::PostingsCache;
use super::candidates::Candidates;
use super::doc_id::{DocAddress, DocId};
use super::matcher::Matcher;
use super::segment::{FieldLengths, Segment};
use super::top_k::ScoredDoc;
use crate::error::Error;
use crate::plan::Plan;
use crate::rank::proximity::{ProximityScore, QueryBigrams, RERANK_DEPTH, body_start};
use crate::rank::{COVERAGE_WEIGHT, newness};

/// Adds rerank scores and newness to the scores of the first hits, and sorts these hits again.
pub(super) fn rerank(
    index: &Index,
    cache: &PostingsCache,
    plan: &Plan,
    found: &mut [ScoredDoc],
) -> Result<(), Error> {
    let depth = reranked_count(plan, found.len());
    if depth == 0 {
        return Ok(());
    }
    // Postings are read in ascending order of documents.
    let mut order: Vec<usize> = (0..depth).collect();
    order.sort_unstable_by_key(|at| found[*at].address);
    // The ordinal of the segment of the previous hit, and the scorer of that segment.
    let mut previous: Option<(u32, RerankScorer<'_>)> = None;
    let mut rerank_scores = vec![None; depth];
    for at in order {
        let hit = &found[at];
        let segment = hit.address.segment_ord;
        let scorer = match &mut previous {
            Some((previous_segment, scorer)) if *previous_segment == segment => scorer,
            previous => {
                let scorer = RerankScorer::new(&Segment::at(index, segment)?, cache, plan)?;
                let (_, scorer) = previous.insert((segment, scorer));
                scorer
            }
        };
        rerank_scores[at] = Some(scorer.score(hit.address.doc_id, &plan.bigrams));
    }
    let rerank_scores: Vec<RerankScore> = rerank_scores.into_iter().flatten().collect();
    let first = &mut found[..depth];
    let dates = first.iter().map(|hit| {
        let segment = Segment::at(index, hit.address.segment_ord)?;
        Ok(segment.dates()?.of(hit.address.doc_id))
    });
    let dates = dates.collect::<Result<Vec<_>, Error>>()?;
    add_to_scores(plan, first, &rerank_scores, &dates);
    Ok(())
}

/// The number of hits that are ranked again, if `found` hits were found: 0 if the query has no
/// texts.
pub(crate) fn reranked_count(plan: &Plan, found: usize) -> usize {
    if plan.bigrams.has_texts() { found.min(RERANK_DEPTH) } else { 0 }
}

/// Adds to the scores of hits their rerank scores and their newness. Sorts the hits again.
/// `rerank_scores` and `dates` are in the order of `found`.
pub(crate) fn add_to_scores(
    plan: &Plan,
    found: &mut [ScoredDoc],
    rerank_scores: &[RerankScore],
    dates: &[Option<i64>],
) {
    for (hit, added) in found.iter_mut().zip(rerank_scores) {
        hit.score += (added.proximity.sum() + added.words) * hit.recency;
    }
    add_newness(plan, found, dates);
    found.sort_by(|a, b| {
        let by_score = || b.score.total_cmp(&a.score);
        b.coverage.cmp(&a.coverage).then_with(by_score).then(a.tie_breaker.cmp(&b.tie_breaker))
    });
}

/// Adds the newness of the first hits to their scores. Adds nothing if hits may lack words (the
/// best answer to a question may be old), or if a recency factor has lowered a score already.
fn add_newness(plan: &Plan, found: &mut [ScoredDoc], dates: &[Option<i64>]) {
    if plan.may_lack_words || found.iter().any(|hit| hit.recency < 1.0) {
        return;
    }
    for (hit, newness) in found.iter_mut().zip(newness(dates)) {
        hit.newness = hit.score * newness;
        hit.score += hit.newness;
    }
}

/// The rerank score of one document.
pub(super) fn rerank_score(
    index: &Index,
    cache: &PostingsCache,
    plan: &Plan,
    address: DocAddress,
) -> Result<RerankScore, Error> {
    let segment = Segment::at(index, address.segment_ord)?;
    let mut scorer = RerankScorer::new(&segment, cache, plan)?;
    Ok(scorer.score(address.doc_id, &plan.bigrams))
}

/// What reranking adds to the BM25 score of one of the first hits, newness aside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RerankScore {
    pub(crate) proximity: ProximityScore,
    /// The summed idf of the words that the document has, weighted; 0 if all hits have all words.
    pub(crate) words: f32,
}

/// Computes the rerank scores of the first hits that are in one segment.
struct RerankScorer<'i> {
    cursors: BigramCursors,
    /// The words that hits may lack, with the idf of each.
    words: Vec<(Matcher<'i>, f32)>,
}

impl<'i> RerankScorer<'i> {
    fn new(segment: &Segment<'i>, cache: &PostingsCache, plan: &Plan) -> Result<Self, Error> {
        let open = |postings: &_, key| cache.open(segment.ordinal(), postings, key);
        let words = plan.words.iter().filter(|_| plan.may_lack_words);
        let words = words.map(|word| Ok((Matcher::of(&word.expr, segment, &open)?, word.idf)));
        Ok(Self {
            cursors: BigramCursors::of(segment, &plan.bigrams),
            words: words.collect::<Result<_, Error>>()?,
        })
    }

    /// The rerank score of `doc`, which must ascend from call to call.
    fn score(&mut self, doc: DocId, bigrams: &QueryBigrams) -> RerankScore {
        let mut idf_sum = 0.0;
        for (word, idf) in &mut self.words {
            if word.probe(doc).is_ok() && word.confirm(doc) {
                idf_sum += *idf;
            }
        }
        RerankScore {
            proximity: self.cursors.proximity(doc, bigrams),
            words: COVERAGE_WEIGHT * idf_sum,
        }
    }
}

/// Cursors over the query's bigrams in one segment, in titles and in bodies.
struct BigramCursors {
    /// For each bigram, its cursors in titles and in bodies; `None` if no document has it there.
    cursors: Vec<[Option<Cursor>; 2]>,
    titles: FieldLengths,
    /// A buffer for the positions of each bigram in a document.
    positions: Vec<Vec<u32>>,
    /// A buffer for the positions of one bigram in one field.
    field_positions: Vec<u32>,
}

impl BigramCursors {
    fn of(segment: &Segment<'_>, bigrams: &QueryBigrams) -> Self {
        let postings = segment.postings();
        let cursor = |field, [first, second]: [char; 2]| {
            postings.cursor(TermKey::bigram(field, first, second))
        };
        let in_fields =
            |bigram: &[char; 2]| [TextField::Title, TextField::Body].map(|f| cursor(f, *bigram));
        let cursors: Vec<_> = bigrams.bigrams().iter().map(in_fields).collect();
        let positions = vec![Vec::new(); cursors.len()];
        Self {
            cursors,
            titles: segment.lengths(TextField::Title),
            positions,
            field_positions: Vec::new(),
        }
    }

    /// What the positions of the bigrams add to the score of `doc`. Positions in the body count as
    /// if the body followed the title. From call to call, `doc` must ascend.
    fn proximity(&mut self, doc: DocId, bigrams: &QueryBigrams) -> ProximityScore {
        let (_, title_length) = decode_length(self.titles.code(doc));
        let body_start = body_start(title_length);
        for (cursors, positions) in self.cursors.iter_mut().zip(&mut self.positions) {
            positions.clear();
            for (cursor, offset) in cursors.iter_mut().zip([0, body_start]) {
                if let Some(cursor) = cursor
                    && cursor.seek(doc) == doc
                {
                    cursor.positions(&mut self.field_positions);
                    positions.extend(
                        self.field_positions.iter().map(|position| position.saturating_add(offset)),
                    );
                }
            }
        }
        bigrams.proximity(&self.positions, body_start)
    }
}
