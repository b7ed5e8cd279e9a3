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

use std::sync::Arc;

use tantivy::directory::OwnedBytes;
use tantivy::query::{EnableScoring, Query, Scorer};
use tantivy::{DocId, DocSet, SegmentReader, TantivyError};
use wensou_index::{Cursor, Index, Part, Postings, Unit, UnitKey, Unpacked};

use crate::exec::cache::{AccessCost, OpenedPostings};
use crate::exec::window::DocWindow;
use crate::plan::analyze::ScoredTerm;
use crate::rank::bm25::{LengthNorms, Statistics, tf_saturation};

/// Bounds are sums in another order than scores are, and less what was open: they may be smaller by rounding.
const ROUNDING: f32 = 1.0 + 1e-4;

/// Scores documents of one segment, in ascending order.
pub(crate) struct SegmentScorer {
    lengths: FieldLengths,
    /// Those that can add the most first: in this order a score is summed.
    terms: Vec<TermScorer>,
    window_scores: WindowScores,
    /// Units that some documents of the window may still lack.
    open: Vec<PendingTerm>,
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

/// The documents of a window while they are scored.
#[derive(Default)]
struct WindowScores {
    docs: Vec<DocId>,
    /// The [`DocWindow::ranks`] of the documents: a document's rank is its number among them.
    ranks: Vec<u32>,
    /// What dampens frequencies in each part of each document, where it has been asked for; outside of
    /// parts, nothing.
    length_norms: [Vec<f32>; 4],
    /// What is known of each score, and what may come to it at most from units of the body.
    score: Vec<f32>,
    open: Vec<f32>,
    /// Which of the documents can still be among the best.
    remaining: Vec<u32>,
    /// What each unit adds to each document: one unit behind the other.
    added: Vec<f32>,
    /// Frequencies of one unit in every document.
    tfs: Vec<u32>,
}

impl WindowScores {
    fn take(&mut self, window: &DocWindow, terms: usize) {
        self.docs.clear();
        window.iter().for_each(|doc| self.docs.push(doc));
        window.ranks(&mut self.ranks);
        let count = self.docs.len();
        self.length_norms.iter_mut().for_each(Vec::clear);
        for sums in [&mut self.score, &mut self.open] {
            sums.clear();
            sums.resize(count, 0.0);
        }
        self.remaining.clear();
        self.remaining.extend(0..count as u32);
        // What stands there is written over, unit by unit.
        self.added.resize(terms * count, 0.0);
    }

    /// The unit of this number adds nothing to any document, so far.
    fn clear_term(&mut self, number: usize) {
        self.added[number * self.docs.len()..][..self.docs.len()].fill(0.0);
    }

    /// Looks up what dampens frequencies in a part of each document.
    fn load_length_norms(&mut self, field: usize, lengths: &FieldLengths) {
        let norms = &mut self.length_norms[field];
        if norms.is_empty() {
            norms.extend(self.docs.iter().map(|doc| lengths.length_norm(field, *doc)));
        }
    }

    /// Adds what the unit of this number adds to every document, by going through its list.
    fn scan(
        &mut self,
        number: usize,
        term: &mut TermScorer,
        window: &DocWindow,
        lengths: &FieldLengths,
    ) {
        self.clear_term(number);
        let Self { docs, ranks, length_norms, score, added, .. } = self;
        let (field, max_score) = (term.field, term.max_score);
        let norms = &length_norms[field];
        let added = &mut added[number * docs.len()..][..docs.len()];
        let mut add = |at: usize, frequency: u32| {
            // Of titles and tags few are asked for.
            let norm = norms.get(at).copied();
            let norm = norm.unwrap_or_else(|| lengths.length_norm(field, docs[at]));
            added[at] = tf_saturation(frequency as f32, norm) * max_score;
            score[at] += added[at];
        };
        match &mut term.postings {
            TermPostings::Cursor(list, _, cost) => {
                cost.add_scan(window.expected(Cursor::count(list)));
                scan_window(list, window, ranks, add);
            }
            // Where documents are few, the window has more bits to go through.
            TermPostings::Bitset(list) if docs.len() < window.length() / 32 => {
                for (at, doc) in docs.iter().enumerate().filter(|(_, doc)| list.contains(**doc)) {
                    add(at, list.frequency(*doc));
                }
            }
            TermPostings::Bitset(list) => {
                let shared = window.shared(list);
                shared.for_each(|doc| add(window.rank(doc, ranks), list.frequency(doc)));
            }
            TermPostings::Bonus(_) => {}
        }
    }

    /// Adds to what may come to each what a unit adds at most.
    fn add_upper_bound(&mut self, term: &TermScorer, bound: UpperBound) {
        if let UpperBound::MaxTf(frequency) = bound {
            for (open, norm) in self.open.iter_mut().zip(&self.length_norms[term.field]) {
                *open += tf_saturation(frequency, *norm) * term.max_score;
            }
        }
    }

    /// Adds what the unit of this number adds to the documents that are left, in place of what it
    /// may.
    fn score_remaining(
        &mut self,
        number: usize,
        term: &mut TermScorer,
        window: &DocWindow,
        bound: UpperBound,
    ) {
        let Self { docs, ranks, length_norms, score, open, remaining, added, tfs } = self;
        let added = &mut added[number * docs.len()..][..docs.len()];
        let norms = &length_norms[term.field];
        let max_score = term.max_score;
        let mut add = |at: usize, frequency: f32| {
            added[at] =
                if frequency > 0.0 { tf_saturation(frequency, norms[at]) * max_score } else { 0.0 };
            score[at] += added[at];
            if let UpperBound::MaxTf(bound) = bound {
                open[at] -= tf_saturation(bound, norms[at]) * max_score;
            }
        };
        match &mut term.postings {
            TermPostings::Cursor(list, _, cost)
                if window.is_dense(Cursor::count(list), remaining.len()) =>
            {
                cost.add_scan(window.expected(Cursor::count(list)));
                tfs.clear();
                tfs.resize(docs.len(), 0);
                scan_window(list, window, ranks, |at, frequency| tfs[at] = frequency);
                remaining.iter().for_each(|at| add(*at as usize, tfs[*at as usize] as f32));
            }
            list => {
                if let TermPostings::Cursor(_, _, cost) = list {
                    cost.add_lookups(remaining.len());
                }
                remaining
                    .iter()
                    .for_each(|at| add(*at as usize, term.frequency(docs[*at as usize])));
            }
        }
    }

    /// Leaves out what cannot score `least`, where so much may come to any.
    fn prune(&mut self, threshold: f32, open_of_all: f32) {
        let Self { score, open, remaining, .. } = self;
        let may = |at: usize| (score[at] + open[at].max(0.0) + open_of_all) * ROUNDING;
        remaining.retain(|at| may(*at as usize) >= threshold);
    }

    /// Leaves the `count` documents that have the most, and returns the others.
    fn split_top(&mut self, count: usize) -> Vec<u32> {
        let Self { score, remaining, .. } = self;
        if count >= remaining.len() {
            return Vec::new();
        }
        remaining.select_nth_unstable_by(count, |a, b| {
            score[*b as usize].total_cmp(&score[*a as usize])
        });
        let mut others = remaining.split_off(count);
        remaining.sort_unstable();
        others.sort_unstable();
        others
    }
}

/// Goes through what a list has of the documents of a window: the number of each among them, and how often it has the
/// unit.
fn scan_window(
    list: &mut Cursor,
    window: &DocWindow,
    ranks: &[u32],
    mut found: impl FnMut(usize, u32),
) {
    list.sweep(window.start(), window.end(), |docs, frequencies| {
        // Which of them are wanted is as good as random: no branch depends on it.
        let (mut wanted, mut count) = ([0; Cursor::AT_ONCE], 0);
        for (at, doc) in docs.iter().enumerate() {
            wanted[count % Cursor::AT_ONCE] = at;
            count += usize::from(window.contains(*doc));
        }
        for at in &wanted[..count] {
            found(window.rank(docs[*at], ranks), frequencies[*at]);
        }
    });
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
        Ok(Self { lengths, terms, window_scores: WindowScores::default(), open: Vec::new() })
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
        let Self { lengths, terms, window_scores, open } = self;
        window_scores.take(window, terms.len());
        window_scores.load_length_norms(BODY, lengths);
        open.clear();
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
                open.push(PendingTerm { term: number, bound, max_after: 0.0 });
            }
        }
        // From the least on: what is added up to a bonus and taken from it again is no more the same.
        let mut max_after = 0.0;
        for open in open.iter_mut().rev() {
            if let UpperBound::Fixed(score) = open.bound {
                max_after += score;
            }
            open.max_after = max_after;
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
        best: &mut Vec<(DocId, f32)>,
    ) {
        let others = self.window_scores.split_top(count);
        let lists: Vec<_> =
            self.open.iter().map(|open| self.terms[open.term].postings.snapshot()).collect();
        self.score_rest(window, 0.0, best);
        for (open, list) in self.open.iter().zip(lists) {
            if let Some(list) = list {
                self.terms[open.term].postings = list;
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
        best: &mut Vec<(DocId, f32)>,
    ) {
        let Self { terms, window_scores, open, .. } = self;
        for open in open {
            window_scores.prune(threshold, open.max_after);
            match open.bound {
                _ if window_scores.remaining.is_empty() => return,
                UpperBound::Zero => {}
                bound => {
                    window_scores.score_remaining(open.term, &mut terms[open.term], window, bound)
                }
            }
        }
        window_scores.prune(threshold, 0.0);
        let count = window_scores.docs.len();
        best.extend(window_scores.remaining.iter().map(|at| {
            let added = window_scores.added.iter().skip(*at as usize).step_by(count);
            // Nothing at all is 0, and not -0 as `sum` has it.
            (window_scores.docs[*at as usize], added.fold(0.0, |sum, added| sum + added))
        }));
    }
}

/// How long each part of each document is, and what that is worth.
struct FieldLengths {
    lengths: [OwnedBytes; 3],
    norms: [LengthNorms; 3],
}

impl FieldLengths {
    fn of(statistics: &Statistics<'_>, postings: &Postings) -> Self {
        Self {
            lengths: Part::ALL.map(|field| postings.lengths(field)),
            norms: statistics.length_norms().clone(),
        }
    }

    /// What dampens frequencies in this part of a document; outside of parts, nothing.
    fn length_norm(&self, field: usize, doc: DocId) -> f32 {
        match (self.lengths.get(field), self.norms.get(field)) {
            (Some(lengths), Some(norms)) => {
                norms.of(lengths.get(doc as usize).copied().unwrap_or_default())
            }
            _ => 0.0,
        }
    }
}

fn postings<'i>(index: &'i Index, reader: &SegmentReader) -> tantivy::Result<&'i Postings> {
    let postings = index.postings().of(reader.segment_id());
    postings.ok_or_else(|| TantivyError::InternalError("no postings of a segment".to_owned()))
}

/// What one unit adds to the score of one document; `None` if the document has it not.
pub(crate) fn term_score(
    index: &Index,
    statistics: &Statistics<'_>,
    reader: &SegmentReader,
    term: &ScoredTerm,
    doc: DocId,
) -> tantivy::Result<Option<f32>> {
    let lengths = FieldLengths::of(statistics, postings(index, reader)?);
    let scorer = TermScorer::new(index, statistics, reader, term)?;
    Ok(scorer.and_then(|mut scorer| {
        let frequency = scorer.frequency(doc);
        (frequency > 0.0).then(|| {
            tf_saturation(frequency, lengths.length_norm(scorer.field, doc)) * scorer.max_score
        })
    }))
}

/// The place of what is worth as much wherever it stands; others have the number of their part.
const NO_FIELD: usize = Part::ALL.len();
const BODY: usize = Part::Body as usize;

/// More often than anything stands anywhere.
const UNBOUNDED_TF: f32 = f32::MAX;

/// Scores one unit.
struct TermScorer {
    postings: TermPostings,
    field: usize,
    /// Whether it is a single character.
    is_unigram: bool,
    /// It never adds more.
    max_score: f32,
}

enum TermPostings {
    /// In memory.
    Bitset(Arc<Unpacked>),
    /// In the file; and how much it was looked into.
    Cursor(Box<Cursor>, UnitKey, AccessCost),
    /// As much for every document that matches.
    Bonus(Box<dyn Scorer>),
}

impl TermPostings {
    /// The list as it stands, if another one can go on for it.
    fn snapshot(&self) -> Option<Self> {
        match self {
            Self::Bitset(list) => Some(Self::Bitset(list.clone())),
            Self::Cursor(list, key, cost) => Some(Self::Cursor(list.clone(), *key, *cost)),
            Self::Bonus(_) => None,
        }
    }
}

impl TermScorer {
    fn new(
        index: &Index,
        statistics: &Statistics<'_>,
        reader: &SegmentReader,
        term: &ScoredTerm,
    ) -> tantivy::Result<Option<Self>> {
        let postings = postings(index, reader)?;
        let Some(key) = postings.key(term.field, term.kind, &term.text) else { return Ok(None) };
        let list = match statistics.postings_cache.open(reader.segment_id(), postings, key) {
            None => return Ok(None),
            Some(OpenedPostings::Cached(list)) => TermPostings::Bitset(list),
            Some(OpenedPostings::OnDisk(list)) => {
                TermPostings::Cursor(list, key, AccessCost::default())
            }
        };
        let max_score = term.weight * statistics.max_score(term.field, term.kind, &term.text);
        let is_unigram = term.kind == Unit::Char;
        Ok(Some(Self { postings: list, field: term.field as usize, is_unigram, max_score }))
    }

    /// Whether its list is gone through for so many documents of a window.
    fn is_scanned(&self, window: &DocWindow, documents: usize) -> bool {
        let count = match &self.postings {
            // Their lists are long, and whatever has a word has its characters.
            TermPostings::Cursor(..) | TermPostings::Bitset(_)
                if self.is_unigram && self.field == BODY =>
            {
                return false;
            }
            TermPostings::Bitset(_) => return true,
            TermPostings::Cursor(list, ..) => Cursor::count(list),
            TermPostings::Bonus(_) => return false,
        };
        window.expected(count) <= documents as u64
    }

    /// What it adds at most to documents of a window, whose frequencies are dampened so.
    fn upper_bound(&mut self, window: &DocWindow, norms: &[f32]) -> UpperBound {
        let (from, until) = (window.start(), window.end());
        let frequency = match &mut self.postings {
            TermPostings::Cursor(list, ..) if list.doc() >= until => return UpperBound::Zero,
            TermPostings::Bonus(matched) if matched.doc() >= until => return UpperBound::Zero,
            TermPostings::Cursor(list, ..) => match list.most_within(from.max(list.doc()), until) {
                // 255 stands for any number from there on.
                None | Some(u8::MAX) => UNBOUNDED_TF,
                Some(frequency) => f32::from(frequency),
            },
            TermPostings::Bitset(list) => {
                list.most_within(from, until).map_or(UNBOUNDED_TF, |max_tf| max_tf as f32)
            }
            TermPostings::Bonus(_) => UNBOUNDED_TF,
        };
        match self.field == BODY {
            // Bodies are of very different lengths.
            true => UpperBound::MaxTf(frequency),
            false => {
                let min_norm = norms.iter().copied().fold(f32::MAX, f32::min);
                UpperBound::Fixed(tf_saturation(frequency, min_norm) * self.max_score)
            }
        }
    }

    /// How often `doc` has it. Documents ascend, or stay.
    fn frequency(&mut self, doc: DocId) -> f32 {
        let there = match &mut self.postings {
            TermPostings::Bitset(_) => doc,
            TermPostings::Cursor(list, ..) => list.seek(doc),
            TermPostings::Bonus(matched) => seek(matched.as_mut(), doc),
        };
        match &mut self.postings {
            _ if there != doc => 0.0,
            TermPostings::Bitset(list) => list.frequency(doc) as f32,
            TermPostings::Cursor(list, ..) => list.frequency() as f32,
            TermPostings::Bonus(_) => 1.0,
        }
    }
}

/// What a unit adds at most.
#[derive(Debug, Clone, Copy)]
enum UpperBound {
    /// It stands in no document of the window.
    Zero,
    /// So much to any document.
    Fixed(f32),
    /// As much as when it stands in each so often.
    MaxTf(f32),
}

/// The first document from `doc` on.
fn seek(list: &mut (impl DocSet + ?Sized), doc: DocId) -> DocId {
    if list.doc() < doc { list.seek(doc) } else { list.doc() }
}
