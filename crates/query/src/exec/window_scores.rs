//! The documents of one window while they are scored.

use wensou_index::Cursor;

use super::doc_id::DocId;
use super::term_scorer::{DocumentNorms, TermPostings, TermScorer, UpperBound};
use super::window::DocWindow;
use crate::rank::bm25::tf_saturation;

/// Upper bounds are summed in another order than scores, and the bounds of terms that have been
/// visited are subtracted again. A bound is multiplied by this factor, so that rounding does
/// not make it too low. One operation on `f32` rounds by at most 6e-8 of the result; the factor
/// leaves room for more than a thousand of them. After a subtraction, the rounding may be large
/// compared with the result, so [`add_body_bounds`] uses the factor as well.
const ROUNDING: f32 = 1.0 + 1e-4;

/// The documents of one window while they are scored. Vectors are parallel to `docs` unless their
/// comment says otherwise. The `number` of a term is its index among the terms of the scorer.
#[derive(Default)]
pub(super) struct WindowScores {
    pub(super) docs: Vec<DocId>,
    /// The counts of [`DocWindow::ranks`]: they give a document's index in `docs`.
    pub(super) ranks: Vec<u32>,
    /// For each field, the length norms of the documents; empty until they are first needed.
    pub(super) length_norms: [Vec<f32>; 3],
    /// The partial score of each document: what the terms visited so far add to it.
    pub(super) partial_scores: Vec<f32>,
    /// For each document an upper bound of what the pending terms of the body, which have not been
    /// visited yet, can still add.
    pub(super) body_bounds: Vec<f32>,
    /// The indices of documents that can still reach the top.
    pub(super) remaining: Vec<u32>,
    /// What each term adds to each document: all documents of the first term, then of the second,
    /// and so on.
    pub(super) added: Vec<f32>,
    /// The tf of one term in every document.
    pub(super) tfs: Vec<u32>,
}

impl WindowScores {
    /// Takes the documents of a window, with scores of 0. `terms` is the number of terms.
    pub(super) fn begin(&mut self, window: &DocWindow, terms: usize) {
        self.docs.clear();
        window.iter().for_each(|doc| self.docs.push(doc));
        window.ranks(&mut self.ranks);
        let count = self.docs.len();
        self.length_norms.iter_mut().for_each(Vec::clear);
        for sums in [&mut self.partial_scores, &mut self.body_bounds] {
            sums.clear();
            sums.resize(count, 0.0);
        }
        self.remaining.clear();
        self.remaining.extend(0..count as u32);
        // Old values are overwritten term by term.
        self.added.resize(terms * count, 0.0);
    }

    /// Records that a term adds nothing to any document.
    pub(super) fn clear_term(&mut self, number: usize) {
        self.added[number * self.docs.len()..][..self.docs.len()].fill(0.0);
    }

    /// Fills the length norms of a field, unless they are filled already.
    pub(super) fn load_length_norms(&mut self, field: usize, document_norms: &DocumentNorms) {
        let norms = &mut self.length_norms[field];
        if norms.is_empty() {
            norms.extend(self.docs.iter().map(|doc| document_norms.length_norm(field, *doc)));
        }
    }

    /// Scans the posting list of a term, and adds its score to every document that has it.
    pub(super) fn scan(
        &mut self,
        number: usize,
        term: &mut TermScorer,
        window: &DocWindow,
        document_norms: &DocumentNorms,
    ) {
        self.clear_term(number);
        let Self { docs, ranks, length_norms, partial_scores, added, .. } = self;
        let (field, max_score) = (term.field, term.max_score);
        let norms = &length_norms[field];
        let added = &mut added[number * docs.len()..][..docs.len()];
        let mut add = |at: usize, tf: u32| {
            // Few documents have the term in the title or tags: their norms are looked up one by
            // one.
            let norm = norms.get(at).copied();
            let norm = norm.unwrap_or_else(|| document_norms.length_norm(field, docs[at]));
            added[at] = tf_saturation(tf as f32, norm) * max_score;
            partial_scores[at] += added[at];
        };
        match &mut term.postings {
            TermPostings::Cursor(list, _, cost) => {
                cost.add_scan(window.expected_docs(Cursor::doc_freq(list)));
                scan_window(list, window, ranks, add);
            }
            // With few documents, one test each costs less than a pass over the window's bitset.
            TermPostings::Bitset(list) if docs.len() < window.length() / 32 => {
                for (at, doc) in docs.iter().enumerate().filter(|(_, doc)| list.contains(**doc)) {
                    add(at, list.term_freq(*doc));
                }
            }
            TermPostings::Bitset(list) => {
                let docs_with_term = window.docs_also_in(list);
                docs_with_term.for_each(|doc| add(window.rank(doc, ranks), list.term_freq(doc)));
            }
        }
    }

    /// Adds the upper bound of a term of the body to the bound of every document. Terms of titles
    /// and tags have one bound for all documents, which [`WindowScores::prune`] is given.
    pub(super) fn add_upper_bound(&mut self, term: &TermScorer, bound: UpperBound) {
        if let UpperBound::MaxTf(tf) = bound {
            let norms = &self.length_norms[term.field];
            add_body_bounds(&mut self.body_bounds, norms, tf, term.max_score);
        }
    }

    /// Replaces the upper bound of a term by its score, in the documents that remain.
    pub(super) fn score_term(
        &mut self,
        number: usize,
        term: &mut TermScorer,
        window: &DocWindow,
        bound: UpperBound,
    ) {
        let Self { docs, ranks, length_norms, partial_scores, body_bounds, remaining, added, tfs } =
            self;
        let added = &mut added[number * docs.len()..][..docs.len()];
        let norms = &length_norms[term.field];
        let max_score = term.max_score;
        let mut add = |at: usize, tf: f32| {
            added[at] = if tf > 0.0 { tf_saturation(tf, norms[at]) * max_score } else { 0.0 };
            partial_scores[at] += added[at];
            if let UpperBound::MaxTf(bound) = bound {
                body_bounds[at] -= tf_saturation(bound, norms[at]) * max_score;
            }
        };
        match &mut term.postings {
            TermPostings::Cursor(list, _, cost)
                if window.scan_is_cheaper(Cursor::doc_freq(list), remaining.len()) =>
            {
                cost.add_scan(window.expected_docs(Cursor::doc_freq(list)));
                tfs.clear();
                tfs.resize(docs.len(), 0);
                scan_window(list, window, ranks, |at, tf| tfs[at] = tf);
                remaining.iter().for_each(|at| add(*at as usize, tfs[*at as usize] as f32));
            }
            list => {
                if let TermPostings::Cursor(_, _, cost) = list {
                    cost.add_lookups(remaining.len());
                }
                remaining.iter().for_each(|at| add(*at as usize, term.tf(docs[*at as usize])));
            }
        }
    }

    /// Drops the documents whose partial score, body bound and `fixed_bounds` together stay below
    /// their threshold. `fixed_bounds` is the most that pending terms of titles and tags can add.
    pub(super) fn prune(&mut self, threshold: &impl Fn(DocId) -> f32, fixed_bounds: f32) {
        let Self { docs, partial_scores, body_bounds, remaining, .. } = self;
        let bound =
            |at: usize| (partial_scores[at] + body_bounds[at].max(0.0) + fixed_bounds) * ROUNDING;
        remaining.retain(|at| bound(*at as usize) >= threshold(docs[*at as usize]));
    }

    /// Keeps the `count` documents with the highest partial scores, and returns the others.
    pub(super) fn split_top(&mut self, count: usize) -> Vec<u32> {
        let Self { partial_scores, remaining, .. } = self;
        if count >= remaining.len() {
            return Vec::new();
        }
        remaining.select_nth_unstable_by(count, |a, b| {
            partial_scores[*b as usize].total_cmp(&partial_scores[*a as usize])
        });
        let mut others = remaining.split_off(count);
        remaining.sort_unstable();
        others.sort_unstable();
        others
    }
}

/// Adds to the bound of each document the most that a term can add with `tf`, times [`ROUNDING`].
/// Later, what the term can add is subtracted without that factor. So 1e-4 of the greatest sum
/// remains, which is more than all additions and subtractions round by, however little else
/// remains.
fn add_body_bounds(body_bounds: &mut [f32], norms: &[f32], tf: f32, max_score: f32) {
    let max_score = max_score * ROUNDING;
    for (body_bound, norm) in body_bounds.iter_mut().zip(norms) {
        *body_bound += tf_saturation(tf, *norm) * max_score;
    }
}

/// Scans a posting list over a window: for each document of the window that has the term, calls
/// `visit` with the index of the document in [`WindowScores::docs`] and its tf.
fn scan_window(
    list: &mut Cursor,
    window: &DocWindow,
    ranks: &[u32],
    mut visit: impl FnMut(usize, u32),
) {
    list.scan(window.start(), window.end(), |docs, frequencies| {
        // A branch on `window.contains` would be unpredictable, so the loop is written without one.
        // `% BLOCK_LEN` changes no index, because `count` is below `BLOCK_LEN` there.
        let (mut wanted, mut count) = ([0; Cursor::BLOCK_LEN], 0);
        for (at, doc) in docs.iter().enumerate() {
            wanted[count % Cursor::BLOCK_LEN] = at;
            count += usize::from(window.contains(*doc));
        }
        for at in &wanted[..count] {
            visit(window.rank(docs[*at], ranks), frequencies[*at]);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_one_term_outlasts_those_of_many_greater_ones() {
        let (tf, norm, greater, smallest) = (3.0, 3.0, 1.0, 1e-6);
        let mut bounds = [0.0_f32];
        (0..100).for_each(|_| add_body_bounds(&mut bounds, &[norm], tf, greater));
        add_body_bounds(&mut bounds, &[norm], tf, smallest);
        // As `WindowScores::score_term` subtracts what it has scored.
        (0..100).for_each(|_| bounds[0] -= tf_saturation(tf, norm) * greater);
        assert!(bounds[0] >= tf_saturation(tf, norm) * smallest, "{bounds:?}");
    }
}
