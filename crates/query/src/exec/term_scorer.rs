//! One term of a query in one segment: its postings, what it adds to the score of a document, and
//! the upper bound of that.

use std::sync::Arc;

use tantivy::directory::OwnedBytes;
use tantivy::{DocId, DocSet, SegmentReader, TantivyError};
use wensou_index::{Cursor, Index, Part, Postings, Unit, UnitKey, Unpacked};

use super::cache::{AccessCost, OpenedPostings};
use super::window::DocWindow;
use crate::plan::queries::ScoredTerm;
use crate::rank::bm25::{LengthNorms, Statistics, tf_saturation};

/// The length of every field of every document, and the BM25 length norm of each length.
pub(super) struct FieldLengths {
    lengths: [OwnedBytes; 3],
    norms: [LengthNorms; 3],
}

impl FieldLengths {
    pub(super) fn of(statistics: &Statistics<'_>, postings: &Postings) -> Self {
        Self {
            lengths: Part::ALL.map(|field| postings.lengths(field)),
            norms: statistics.length_norms().clone(),
        }
    }

    /// The length norm of a field of a document.
    pub(super) fn length_norm(&self, field: usize, doc: DocId) -> f32 {
        let length = self.lengths[field].get(doc as usize).copied().unwrap_or_default();
        self.norms[field].of(length)
    }
}

pub(super) fn postings<'i>(
    index: &'i Index,
    reader: &SegmentReader,
) -> tantivy::Result<&'i Postings> {
    let postings = index.postings().of(reader.segment_id());
    postings.ok_or_else(|| {
        TantivyError::InternalError("a segment has no postings: rebuild the index".to_owned())
    })
}

/// What one term adds to the score of one document; `None` if the document lacks the term.
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
        let tf = scorer.tf(doc);
        (tf > 0.0)
            .then(|| tf_saturation(tf, lengths.length_norm(scorer.field, doc)) * scorer.max_score)
    }))
}

pub(super) const BODY: usize = Part::Body as usize;

/// A bound above every possible tf.
const UNBOUNDED_TF: f32 = f32::MAX;

/// Scores one term.
pub(super) struct TermScorer {
    pub(super) postings: TermPostings,
    pub(super) field: usize,
    /// Whether the term is a single character.
    pub(super) is_unigram: bool,
    /// The supremum of what the term adds: its BM25 score at infinite tf.
    pub(super) max_score: f32,
}

pub(super) enum TermPostings {
    /// Decoded, in memory.
    Bitset(Arc<Unpacked>),
    /// On disk, with the term and what has been spent on reading it.
    Cursor(Box<Cursor>, UnitKey, AccessCost),
}

impl TermPostings {
    /// A second reader at the same document, to return to.
    pub(super) fn snapshot(&self) -> Self {
        match self {
            Self::Bitset(list) => Self::Bitset(list.clone()),
            Self::Cursor(list, key, cost) => Self::Cursor(list.clone(), *key, *cost),
        }
    }
}

impl TermScorer {
    pub(super) fn new(
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

    /// Whether to scan the whole list of the window rather than look up each of its `documents`.
    pub(super) fn is_scanned(&self, window: &DocWindow, documents: usize) -> bool {
        let count = match &self.postings {
            // The lists of unigrams are long, and a document that has a word has its characters
            // anyway.
            TermPostings::Cursor(..) | TermPostings::Bitset(_)
                if self.is_unigram && self.field == BODY =>
            {
                return false;
            }
            TermPostings::Bitset(_) => return true,
            TermPostings::Cursor(list, ..) => Cursor::count(list),
        };
        window.expected(count) <= documents as u64
    }

    /// The upper bound of what the term adds to documents of the window, whose length norms in the
    /// field are `norms`.
    pub(super) fn upper_bound(&mut self, window: &DocWindow, norms: &[f32]) -> UpperBound {
        let (from, until) = (window.start(), window.end());
        let tf = match &mut self.postings {
            TermPostings::Cursor(list, ..) if list.doc() >= until => return UpperBound::Zero,
            TermPostings::Cursor(list, ..) => match list.most_within(from.max(list.doc()), until) {
                // The stored maximum saturates at 255.
                None | Some(u8::MAX) => UNBOUNDED_TF,
                Some(tf) => f32::from(tf),
            },
            TermPostings::Bitset(list) => {
                list.most_within(from, until).map_or(UNBOUNDED_TF, |max_tf| max_tf as f32)
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
        let there = match &mut self.postings {
            TermPostings::Bitset(_) => doc,
            TermPostings::Cursor(list, ..) => list.seek(doc),
        };
        match &mut self.postings {
            _ if there != doc => 0.0,
            TermPostings::Bitset(list) => list.frequency(doc) as f32,
            TermPostings::Cursor(list, ..) => list.frequency() as f32,
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
