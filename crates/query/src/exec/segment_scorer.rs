//! The scores of the documents of one segment: BM25 summed over the terms of the query, skipping
//! whatever cannot reach the results.
//!
//! The documents of a window are scored together, one term at a time. First come the terms whose
//! posting lists are scanned ([`TermScorer::should_scan`]): those that have about as many postings
//! in the window as the window has documents, or fewer, and those whose lists are cached. Unigrams
//! of bodies are not among them, whatever their lists are. What every other term can still add has
//! an upper bound: zero if the term's posting list has no document left in the window, else the
//! score of the highest tf in the list's blocks there. For a term of the body, that score is
//! computed with the length norm of each document; for a term of titles or tags, with the lowest
//! length norm in the window. (MaxScore and block maxima as in Ding and Suel, "Faster top-k
//! document retrieval using block-max indexes", SIGIR 2011; the document's own length gives a
//! tighter bound than the shortest length in the block.) A document is then scored only as long as
//! it can still reach the top. The documents with the highest partial scores come first
//! ([`SegmentScorer::score_top`]), because that raises the threshold early.
//!
//! However terms are visited, a score is always summed in the same order, so that it is the same to
//! the bit.

use wensou_index::{Cursor, TermKey};

use super::cache::{AccessCost, OpenedPostings, PostingsCache};
use super::doc_id::DocId;
use super::segment::Segment;
use super::term_scorer::{BODY, DocumentNorms, TermPostings, TermScorer, UpperBound};
use super::window::DocWindow;
use super::window_scores::WindowScores;
use crate::plan::ScoredTerm;
use crate::rank::bm25::LengthNorms;

/// What scoring needs beside a plan.
#[derive(Clone, Copy)]
pub(super) struct ScoringContext<'e> {
    /// The length norms of each field.
    pub(super) norms: &'e [LengthNorms; 3],
    /// Opens posting lists.
    pub(super) cache: &'e PostingsCache,
}

/// Scores the documents of one segment, window by window, in ascending order.
pub(crate) struct SegmentScorer {
    document_norms: DocumentNorms,
    /// Descending by maximum score. Scores are summed in this order.
    terms: Vec<TermScorer>,
    window_scores: WindowScores,
    /// The terms that have not been scanned in the current window.
    pending: Vec<PendingTerm>,
}

/// A term whose postings in the current window have not been scanned.
#[derive(Debug, Clone, Copy)]
struct PendingTerm {
    /// Its index in [`SegmentScorer::terms`].
    term: usize,
    bound: UpperBound,
    /// The sum of [`UpperBound::Fixed`] over this term and all pending ones after it. Only terms of
    /// titles and tags have such a bound; the sum is the most that they can add to any document.
    fixed_bounds: f32,
}

impl SegmentScorer {
    /// A scorer of the terms that a segment has.
    pub(crate) fn new(
        segment: &Segment<'_>,
        context: ScoringContext<'_>,
        scored: &[ScoredTerm],
    ) -> Self {
        let ScoringContext { norms, cache } = context;
        let in_segment = scored.iter().filter_map(|term| TermScorer::new(segment, cache, term));
        let mut terms: Vec<TermScorer> = in_segment.collect();
        terms.sort_by(|a, b| b.max_score.total_cmp(&a.max_score));
        let document_norms = DocumentNorms::of(segment, norms);
        Self { document_norms, terms, window_scores: WindowScores::default(), pending: Vec::new() }
    }

    /// A copy of the posting list of a term that this scorer has open. Only before the first
    /// window: afterwards the list has advanced.
    pub(crate) fn opened(&self, key: TermKey) -> Option<OpenedPostings> {
        self.terms.iter().find_map(|term| match &term.postings {
            TermPostings::Cursor(list, own_key, _) if *own_key == key => {
                Some(OpenedPostings::OnDisk(list.clone()))
            }
            _ => None,
        })
    }

    /// Takes the documents of a window and scores what a scan finds. Windows must ascend.
    pub(crate) fn begin_window(&mut self, window: &DocWindow) {
        let Self { document_norms, terms, window_scores, pending } = self;
        window_scores.begin(window, terms.len());
        window_scores.load_length_norms(BODY, document_norms);
        pending.clear();
        for (number, term) in terms.iter_mut().enumerate() {
            if term.should_scan(window, window_scores.docs.len()) {
                window_scores.scan(number, term, window, document_norms);
            } else {
                window_scores.load_length_norms(term.field, document_norms);
                let bound = term.upper_bound(window, &window_scores.length_norms[term.field]);
                match bound {
                    UpperBound::Zero => window_scores.clear_term(number),
                    bound => window_scores.add_upper_bound(term, bound),
                }
                pending.push(PendingTerm { term: number, bound, fixed_bounds: 0.0 });
            }
        }
        // Sum from the last term, which has the lowest maximum score: adding small numbers first
        // loses less to rounding.
        let mut fixed_bounds = 0.0;
        for term in pending.iter_mut().rev() {
            if let UpperBound::Fixed(score) = term.bound {
                fixed_bounds += score;
            }
            term.fixed_bounds = fixed_bounds;
        }
    }

    /// For each term whose list is not cached: the term, its document frequency and what was spent
    /// on it.
    pub(crate) fn access_costs(&self) -> impl Iterator<Item = (TermKey, u32, AccessCost)> {
        self.terms.iter().filter_map(|term| match &term.postings {
            TermPostings::Cursor(list, key, cost) => Some((*key, Cursor::doc_freq(list), *cost)),
            TermPostings::Bitset(_) => None,
        })
    }

    /// Scores the `count` documents of the window that have the highest partial scores, and appends
    /// them to `out`.
    pub(crate) fn score_top(
        &mut self,
        window: &DocWindow,
        count: usize,
        out: &mut Vec<(DocId, f32)>,
    ) {
        let others = self.window_scores.split_top(count);
        // Scoring advances the posting lists. Keep copies that stay where they are now, because the
        // other documents, which are scored later, may come before these.
        let lists: Vec<_> = self
            .pending
            .iter()
            .map(|pending| self.terms[pending.term].postings.snapshot())
            .collect();
        let any_score = |_: DocId| 0.0_f32;
        self.score_remaining(window, any_score, out);
        for (pending, list) in self.pending.iter().zip(lists) {
            self.terms[pending.term].postings = list;
        }
        self.window_scores.remaining = others;
    }

    /// Whether documents of the window have not been scored.
    pub(crate) fn has_remaining(&self) -> bool {
        !self.window_scores.remaining.is_empty()
    }

    /// Scores the documents of the window that have not been scored. Appends to `out` all that
    /// score `threshold` or more, and perhaps some that score less. Each document may have a
    /// threshold of its own.
    pub(crate) fn score_remaining(
        &mut self,
        window: &DocWindow,
        threshold: impl Fn(DocId) -> f32,
        out: &mut Vec<(DocId, f32)>,
    ) {
        let Self { terms, window_scores, pending, .. } = self;
        for PendingTerm { term, bound, fixed_bounds } in pending {
            window_scores.prune(&threshold, *fixed_bounds);
            match *bound {
                _ if window_scores.remaining.is_empty() => return,
                UpperBound::Zero => {}
                bound => window_scores.score_term(*term, &mut terms[*term], window, bound),
            }
        }
        let nothing_pending = 0.0;
        window_scores.prune(&threshold, nothing_pending);
        let count = window_scores.docs.len();
        out.extend(window_scores.remaining.iter().map(|at| {
            let added = window_scores.added.iter().skip(*at as usize).step_by(count);
            // An empty sum is 0 here; `Iterator::sum` would give -0.
            (window_scores.docs[*at as usize], added.fold(0.0, |sum, added| sum + added))
        }));
    }
}
