//! What documents score: the sum over the units of the query, stopped as soon as it cannot matter.
//!
//! The documents of a window are scored together, a unit at a time. First come the units whose lists have
//! fewer documents there than are looked at: such a list is gone through, and says at once which have it and
//! which have not. What a unit may still add is bounded: nothing where its list has gone by, and elsewhere no
//! more than it would as often as any document of the blocks there has it, in a text as long as this one
//! (MaxScore and block maxima as in Ding and Suel, "Faster top-k document retrieval using block-max
//! indexes", SIGIR 2011; the length of the one document is tighter than the shortest of its block). Then each
//! document is scored only as long as it can still get among the best; those that have the most already come
//! first ([`SegmentScorer::score_top`]), so that it is known soon what is too little.
//!
//! Whatever the order in which units are looked at, a score is summed in one order, so that it is the same to the
//! bit.

use tantivy::query::{EnableScoring, Query};
use tantivy::{DocId, SegmentReader};
use wensou_index::{Cursor, Index, UnitKey};

use crate::exec::cache::{AccessCost, OpenedPostings};
use crate::exec::term_scorer::{
    BODY, FieldLengths, NO_FIELD, TermPostings, TermScorer, UpperBound, postings,
};
use crate::exec::window::DocWindow;
use crate::exec::window_scores::WindowScores;
use crate::plan::queries::ScoredTerm;
use crate::rank::bm25::Statistics;

/// Scores documents of one segment, in ascending order.
pub(crate) struct SegmentScorer {
    lengths: FieldLengths,
    /// Those that can add the most first: in this order a score is summed.
    terms: Vec<TermScorer>,
    window_scores: WindowScores,
    /// Units that some documents of the window may still lack.
    pending: Vec<PendingTerm>,
}

/// A unit whose list has not been gone through.
#[derive(Debug, Clone, Copy)]
struct PendingTerm {
    /// Its number.
    term: usize,
    bound: UpperBound,
    /// What may come to any document at most from this unit and those behind it.
    max_after: f32,
}

impl SegmentScorer {
    pub(crate) fn new(
        index: &Index,
        statistics: &Statistics<'_>,
        reader: &SegmentReader,
        scored: &[ScoredTerm],
        bonus: &[(Box<dyn Query>, f32)],
    ) -> tantivy::Result<Self> {
        let mut terms = Vec::with_capacity(scored.len() + bonus.len());
        for term in scored {
            terms.extend(TermScorer::new(index, statistics, reader, term)?);
        }
        for (query, worth) in bonus {
            let scoring = EnableScoring::disabled_from_searcher(index.searcher());
            let list = TermPostings::Bonus(query.weight(scoring)?.scorer(reader, 1.0)?);
            terms.push(TermScorer {
                postings: list,
                field: NO_FIELD,
                is_unigram: false,
                max_score: *worth,
            });
        }
        terms.sort_by(|a, b| b.max_score.total_cmp(&a.max_score));
        let lengths = FieldLengths::of(statistics, postings(index, reader)?);
        Ok(Self { lengths, terms, window_scores: WindowScores::default(), pending: Vec::new() })
    }

    /// A list that it has open, as long as no window has been looked at.
    pub(crate) fn opened(&self, key: UnitKey) -> Option<OpenedPostings> {
        self.terms.iter().find_map(|term| match &term.postings {
            TermPostings::Cursor(list, of, _) if *of == key => {
                Some(OpenedPostings::OnDisk(list.clone()))
            }
            _ => None,
        })
    }

    /// Takes the documents of a window, and finds of their scores what is found soonest. Windows must
    /// ascend.
    pub(crate) fn begin_window(&mut self, window: &DocWindow) {
        let Self { lengths, terms, window_scores, pending } = self;
        window_scores.take(window, terms.len());
        window_scores.load_length_norms(BODY, lengths);
        pending.clear();
        for (number, term) in terms.iter_mut().enumerate() {
            if term.is_scanned(window, window_scores.docs.len()) {
                window_scores.scan(number, term, window, lengths);
            } else {
                window_scores.load_length_norms(term.field, lengths);
                let bound = term.upper_bound(window, &window_scores.length_norms[term.field]);
                match bound {
                    UpperBound::Zero => window_scores.clear_term(number),
                    bound => window_scores.add_upper_bound(term, bound),
                }
                pending.push(PendingTerm { term: number, bound, max_after: 0.0 });
            }
        }
        // From the least on: what is added up to a bonus and taken from it again is no more the same.
        let mut max_after = 0.0;
        for term in pending.iter_mut().rev() {
            if let UpperBound::Fixed(score) = term.bound {
                max_after += score;
            }
            term.max_after = max_after;
        }
    }

    /// The units whose lists are not in memory, how many documents these have, and how much they were looked into.
    pub(crate) fn access_costs(&self) -> impl Iterator<Item = (UnitKey, u32, AccessCost)> {
        self.terms.iter().filter_map(|term| match &term.postings {
            TermPostings::Cursor(list, key, cost) => Some((*key, Cursor::count(list), *cost)),
            TermPostings::Bitset(_) | TermPostings::Bonus(_) => None,
        })
    }

    /// Whether [`SegmentScorer::score_top`] can be asked, which goes back to the beginning of the window.
    pub(crate) fn can_rewind(&self) -> bool {
        self.terms.iter().all(|term| !matches!(term.postings, TermPostings::Bonus(_)))
    }

    /// Puts the `count` documents of the window that have the most so far into `best`, with their scores.
    pub(crate) fn score_top(
        &mut self,
        window: &DocWindow,
        count: usize,
        out: &mut Vec<(DocId, f32)>,
    ) {
        let others = self.window_scores.split_top(count);
        let lists: Vec<_> = self
            .pending
            .iter()
            .map(|pending| self.terms[pending.term].postings.snapshot())
            .collect();
        self.score_rest(window, 0.0, out);
        for (pending, list) in self.pending.iter().zip(lists) {
            if let Some(list) = list {
                self.terms[pending.term].postings = list;
            }
        }
        self.window_scores.remaining = others;
    }

    /// Puts the other documents of the window that score `least` or more into `best`, with their scores, and
    /// perhaps some that score less.
    pub(crate) fn score_rest(
        &mut self,
        window: &DocWindow,
        threshold: f32,
        out: &mut Vec<(DocId, f32)>,
    ) {
        let Self { terms, window_scores, pending, .. } = self;
        for PendingTerm { term, bound, max_after } in pending {
            window_scores.prune(threshold, *max_after);
            match *bound {
                _ if window_scores.remaining.is_empty() => return,
                UpperBound::Zero => {}
                bound => window_scores.score_remaining(*term, &mut terms[*term], window, bound),
            }
        }
        window_scores.prune(threshold, 0.0);
        let count = window_scores.docs.len();
        out.extend(window_scores.remaining.iter().map(|at| {
            let added = window_scores.added.iter().skip(*at as usize).step_by(count);
            // Nothing at all is 0, and not -0 as `sum` has it.
            (window_scores.docs[*at as usize], added.fold(0.0, |sum, added| sum + added))
        }));
    }
}
