//! One term of a query in one segment: its postings, what it adds to the score of a document, and
//! an upper bound of what it adds.

use std::sync::Arc;

use wensou_index::{BitsetPostings, Cursor, TermKey, TermKind, TextField};

use super::cache::{AccessCost, OpenedPostings, PostingsCache};
use super::doc_id::DocId;
use super::segment::{FieldLengths, Segment};
use super::window::DocWindow;
use crate::plan::ScoredTerm;
use crate::rank::bm25::{LengthNorms, max_score, tf_saturation};

/// The BM25 length norm of every field of every document of a segment.
pub(super) struct DocumentNorms {
    lengths: [FieldLengths; 3],
    norms: [LengthNorms; 3],
}

impl DocumentNorms {
    pub(super) fn of(segment: &Segment<'_>, norms: &[LengthNorms; 3]) -> Self {
        Self { lengths: TextField::ALL.map(|field| segment.lengths(field)), norms: norms.clone() }
    }

    /// The length norm of a field of a document.
    pub(super) fn length_norm(&self, field: usize, doc: DocId) -> f32 {
        self.norms[field].of(self.lengths[field].code(doc))
    }
}

/// The index of the body in arrays with an item for each field.
pub(super) const BODY: usize = TextField::Body as usize;

/// Stands for the tf of a term whose tf has no known bound: its saturation is 1, the highest.
const UNBOUNDED_TF: f32 = f32::MAX;

/// Scores one term.
pub(super) struct TermScorer {
    pub(super) postings: TermPostings,
    /// The field as an index, see [`BODY`].
    pub(super) field: usize,
    /// Whether the term is a single character.
    pub(super) is_unigram: bool,
    /// The supremum of what the term adds: its BM25 score at infinite tf.
    pub(super) max_score: f32,
}

/// The posting list of a term, opened for reading.
pub(super) enum TermPostings {
    /// Decoded, in memory.
    Bitset(Arc<BitsetPostings>),
    /// On disk, with the term and what has been spent on reading it.
    Cursor(Box<Cursor>, TermKey, AccessCost),
}

impl TermPostings {
    /// A copy that stays at the current document, so that the caller can return to it.
    pub(super) fn snapshot(&self) -> Self {
        match self {
            Self::Bitset(list) => Self::Bitset(list.clone()),
            Self::Cursor(list, key, cost) => Self::Cursor(list.clone(), *key, *cost),
        }
    }
}

impl TermScorer {
    /// The scorer of a term; `None` if no document of the segment has it.
    pub(super) fn new(
        segment: &Segment<'_>,
        cache: &PostingsCache,
        term: &ScoredTerm,
    ) -> Option<Self> {
        let postings = segment.postings();
        let key = postings.term_key(term.field, term.kind, &term.text)?;
        let list = match cache.open(segment.ordinal(), postings, key)? {
            OpenedPostings::Cached(list) => TermPostings::Bitset(list),
            OpenedPostings::OnDisk(list) => TermPostings::Cursor(list, key, AccessCost::default()),
        };
        Some(Self {
            postings: list,
            field: term.field as usize,
            is_unigram: term.kind == TermKind::Unigram,
            max_score: term.weight * max_score(term.idf),
        })
    }

    /// What the term adds to the score of `doc`; `None` if the document lacks it. Documents must
    /// not descend.
    pub(super) fn score(&mut self, doc: DocId, norms: &DocumentNorms) -> Option<f32> {
        let tf = self.tf(doc);
        (tf > 0.0).then(|| tf_saturation(tf, norms.length_norm(self.field, doc)) * self.max_score)
    }

    /// Whether to scan the window's part of the posting list instead of looking up each document of
    /// the window. `documents` is the number of these documents.
    pub(super) fn should_scan(&self, window: &DocWindow, documents: usize) -> bool {
        let doc_freq = match &self.postings {
            // Never scan the lists of unigrams of bodies. They are long, and their scores hardly
            // differ between documents, because those that have a word also have its characters.
            // Few documents are left to look up, because most terms have been scored before them.
            TermPostings::Cursor(..) | TermPostings::Bitset(_)
                if self.is_unigram && self.field == BODY =>
            {
                return false;
            }
            TermPostings::Bitset(_) => return true,
            TermPostings::Cursor(list, ..) => Cursor::doc_freq(list),
        };
        window.expected_docs(doc_freq) <= documents as u64
    }

    /// The upper bound of what the term adds to documents of the window, whose length norms in the
    /// field are `norms`.
    pub(super) fn upper_bound(&mut self, window: &DocWindow, norms: &[f32]) -> UpperBound {
        let (from, until) = (window.start(), window.end());
        let tf = match &mut self.postings {
            TermPostings::Cursor(list, ..) if list.doc() >= until => return UpperBound::Zero,
            TermPostings::Cursor(list, ..) => match list.max_tf_in(from.max(list.doc()), until) {
                // The stored maximum saturates at 255.
                None | Some(u8::MAX) => UNBOUNDED_TF,
                Some(tf) => f32::from(tf),
            },
            TermPostings::Bitset(list) => {
                list.max_tf_in(from, until).map_or(UNBOUNDED_TF, |max_tf| max_tf as f32)
            }
        };
        match self.field == BODY {
            // Bodies vary widely in length: bound each document by its own norm.
            true => UpperBound::MaxTf(tf),
            false => {
                let min_norm = norms.iter().copied().fold(f32::MAX, f32::min);
                UpperBound::Fixed(tf_saturation(tf, min_norm) * self.max_score)
            }
        }
    }

    /// The tf of the term in `doc`, 0 if the document lacks it. Documents must not descend.
    pub(super) fn tf(&mut self, doc: DocId) -> f32 {
        let reached = match &mut self.postings {
            TermPostings::Bitset(_) => doc,
            TermPostings::Cursor(list, ..) => list.seek(doc),
        };
        match &mut self.postings {
            _ if reached != doc => 0.0,
            TermPostings::Bitset(list) => list.term_freq(doc) as f32,
            TermPostings::Cursor(list, ..) => list.term_freq() as f32,
        }
    }
}

/// The most that a term can add to the score of a document.
#[derive(Debug, Clone, Copy)]
pub(super) enum UpperBound {
    /// The term is in no document of the window.
    Zero,
    /// This score, for any document.
    Fixed(f32),
    /// The score of this tf, at the document's own length norm.
    MaxTf(f32),
}
