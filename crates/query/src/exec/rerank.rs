//! Ranks the first hits again by proximity, see [`crate::rank::proximity`].

use wensou_index::{Cursor, Index, TermKey, TextField, decode_length};

use super::candidates::Candidates;
use super::doc_id::{DocAddress, DocId};
use super::segment_scorer::ScoringContext;
use crate::plan::Plan;
use crate::rank::tune;
use super::segment::{FieldLengths, Segment};
use super::top_k::ScoredDoc;
use crate::error::Error;
use crate::rank::proximity::{ProximityScore, QueryBigrams, RERANK_DEPTH};

/// Adds the proximity score to the first hits, and sorts them again.
pub(super) fn rerank(
    index: &Index,
    context: ScoringContext<'_>,
    plan: &Plan,
    found: &mut [ScoredDoc],
) -> Result<(), Error> {
    let bigrams = &plan.bigrams;
    let depth = found.len().min(tune("DEPTH", RERANK_DEPTH as f32) as usize);
    if depth < 2 || !bigrams.has_texts() {
        return Ok(());
    }
    // Postings are read in ascending order of documents.
    let mut order: Vec<usize> = (0..depth).collect();
    order.sort_unstable_by_key(|at| found[*at].address);
    let wc = tune("WC", 2.0);
    let wu = tune("WU", 0.0) / 0.4;
    let mut open: Option<(u32, Segment<'_>, BigramCursors)> = None;
    let mut words: Vec<(super::matcher::Matcher<'_>, f32)> = Vec::new();
    let mut terms: Vec<super::term_scorer::TermScorer> = Vec::new();
    for at in order {
        let hit = &mut found[at];
        let ordinal = hit.address.segment_ord;
        if open.as_ref().is_none_or(|(at, ..)| *at != ordinal) {
            let segment = Segment::at(index, ordinal)?;
            let cursors = BigramCursors::of(&segment, bigrams);
            words.clear();
            if wc > 0.0 && plan.may_lack_words {
                let opener = |postings: &_, key| context.cache.open(ordinal, postings, key);
                for word in &plan.words {
                    words.push((super::matcher::Matcher::of(&word.expr, &segment, &opener)?, word.idf));
                }
            }
            terms = plan
                .rerank_terms
                .iter()
                .filter_map(|term| super::term_scorer::TermScorer::new(&segment, context.cache, term))
                .collect();
            open = Some((ordinal, segment, cursors));
        }
        let Some((_, segment, cursors)) = &mut open else { continue };
        let doc = hit.address.doc_id;
        let proximity = bigrams.proximity(cursors.positions(doc));
        let mut more = 0.0;
        for (word, idf) in &mut words {
            if word.probe(doc).is_ok() && word.confirm(doc) {
                more += wc * *idf;
            }
        }
        if !terms.is_empty() {
            let norms = super::term_scorer::DocumentNorms::of(segment, context.norms);
            more += wu * terms.iter_mut().filter_map(|term| term.score(doc, &norms)).sum::<f32>();
        }
        hit.score += (proximity.passage + proximity.runs + more) * hit.recency;
    }
    found[..depth].sort_by(|a, b| {
        let by_score = || b.score.total_cmp(&a.score);
        b.coverage.cmp(&a.coverage).then_with(by_score).then(a.tie_breaker.cmp(&b.tie_breaker))
    });
    Ok(())
}

/// What [`rerank`] adds to the score of one document.
pub(super) fn proximity(
    index: &Index,
    bigrams: &QueryBigrams,
    address: DocAddress,
) -> Result<ProximityScore, Error> {
    let segment = Segment::at(index, address.segment_ord)?;
    let mut cursors = BigramCursors::of(&segment, bigrams);
    Ok(bigrams.proximity(cursors.positions(address.doc_id)))
}

/// Cursors over the query's bigrams in one segment, in titles and in bodies.
struct BigramCursors {
    cursors: Vec<[Option<Cursor>; 2]>,
    titles: FieldLengths,
    /// The result of [`BigramCursors::positions`], a buffer that is used again for each document.
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

    /// The positions of each bigram in `doc`: those in the title, then those in the body, counted
    /// as if the body followed the title. From call to call, `doc` must ascend.
    fn positions(&mut self, doc: DocId) -> &[Vec<u32>] {
        // A stored length is rounded down by an eighth at most. Add that much, so that title and
        // body do not overlap.
        let (_, title) = decode_length(self.titles.code(doc));
        let offsets = [0, title + title / 8 + 1];
        for (cursors, positions) in self.cursors.iter_mut().zip(&mut self.positions) {
            positions.clear();
            for (cursor, offset) in cursors.iter_mut().zip(offsets) {
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
        &self.positions
    }
}
