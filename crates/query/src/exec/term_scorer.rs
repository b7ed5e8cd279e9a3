//! One term of a query in one segment: its postings, what it adds to a score, and at most.

use std::sync::Arc;

use tantivy::directory::OwnedBytes;
use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, SegmentReader, TantivyError};
use wensou_index::{Cursor, Index, Part, Postings, Unit, UnitKey, Unpacked};

use super::cache::{AccessCost, OpenedPostings};
use super::window::DocWindow;
use crate::plan::queries::ScoredTerm;
use crate::rank::bm25::{LengthNorms, Statistics, tf_saturation};

/// How long each part of each document is, and what that is worth.
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

    /// What dampens frequencies in this part of a document; outside of parts, nothing.
    pub(super) fn length_norm(&self, field: usize, doc: DocId) -> f32 {
        match (self.lengths.get(field), self.norms.get(field)) {
            (Some(lengths), Some(norms)) => {
                norms.of(lengths.get(doc as usize).copied().unwrap_or_default())
            }
            _ => 0.0,
        }
    }
}

pub(super) fn postings<'i>(
    index: &'i Index,
    reader: &SegmentReader,
) -> tantivy::Result<&'i Postings> {
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
        let tf = scorer.tf(doc);
        (tf > 0.0)
            .then(|| tf_saturation(tf, lengths.length_norm(scorer.field, doc)) * scorer.max_score)
    }))
}

/// The place of what is worth as much wherever it stands; others have the number of their part.
pub(super) const NO_FIELD: usize = Part::ALL.len();

pub(super) const BODY: usize = Part::Body as usize;

/// More often than anything stands anywhere.
const UNBOUNDED_TF: f32 = f32::MAX;

/// Scores one unit.
pub(super) struct TermScorer {
    pub(super) postings: TermPostings,
    pub(super) field: usize,
    /// Whether it is a single character.
    pub(super) is_unigram: bool,
    /// It never adds more.
    pub(super) max_score: f32,
}

pub(super) enum TermPostings {
    /// In memory.
    Bitset(Arc<Unpacked>),
    /// In the file; and how much it was looked into.
    Cursor(Box<Cursor>, UnitKey, AccessCost),
    /// As much for every document that matches.
    Bonus(Box<dyn Scorer>),
}

impl TermPostings {
    /// The list as it stands, if another one can go on for it.
    pub(super) fn snapshot(&self) -> Option<Self> {
        match self {
            Self::Bitset(list) => Some(Self::Bitset(list.clone())),
            Self::Cursor(list, key, cost) => Some(Self::Cursor(list.clone(), *key, *cost)),
            Self::Bonus(_) => None,
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

    /// Whether its list is gone through for so many documents of a window.
    pub(super) fn is_scanned(&self, window: &DocWindow, documents: usize) -> bool {
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
    pub(super) fn upper_bound(&mut self, window: &DocWindow, norms: &[f32]) -> UpperBound {
        let (from, until) = (window.start(), window.end());
        let tf = match &mut self.postings {
            TermPostings::Cursor(list, ..) if list.doc() >= until => return UpperBound::Zero,
            TermPostings::Bonus(matched) if matched.doc() >= until => return UpperBound::Zero,
            TermPostings::Cursor(list, ..) => match list.most_within(from.max(list.doc()), until) {
                // 255 stands for any number from there on.
                None | Some(u8::MAX) => UNBOUNDED_TF,
                Some(tf) => f32::from(tf),
            },
            TermPostings::Bitset(list) => {
                list.most_within(from, until).map_or(UNBOUNDED_TF, |max_tf| max_tf as f32)
            }
            TermPostings::Bonus(_) => UNBOUNDED_TF,
        };
        match self.field == BODY {
            // Bodies are of very different lengths.
            true => UpperBound::MaxTf(tf),
            false => {
                let min_norm = norms.iter().copied().fold(f32::MAX, f32::min);
                UpperBound::Fixed(tf_saturation(tf, min_norm) * self.max_score)
            }
        }
    }

    /// How often `doc` has it. Documents ascend, or stay.
    pub(super) fn tf(&mut self, doc: DocId) -> f32 {
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
pub(super) enum UpperBound {
    /// It stands in no document of the window.
    Zero,
    /// So much to any document.
    Fixed(f32),
    /// As much as when it stands in each so often.
    MaxTf(f32),
}

/// The first document from `doc` on.
pub(super) fn seek(list: &mut (impl DocSet + ?Sized), doc: DocId) -> DocId {
    if list.doc() < doc { list.seek(doc) } else { list.doc() }
}
