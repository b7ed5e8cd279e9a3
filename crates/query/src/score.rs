//! What a document scores: the sum over the units of the query, stopped as soon as it cannot matter.
//!
//! Documents come from what may match, in their order. Each is scored only as long as it can still get
//! among the best: a unit adds nothing where its list has already gone by, and elsewhere no more than
//! it would as often as any of its block of 128 documents has it, in a text as long as this one. So most documents
//! need a few additions and few postings (MaxScore and block maxima as in Ding and Suel, "Faster top-k
//! document retrieval using block-max indexes", SIGIR 2011; the length of the one document is tighter than the
//! shortest of its block).

use tantivy::directory::OwnedBytes;
use tantivy::postings::{Postings as _, SegmentPostings};
use tantivy::query::{EnableScoring, Query, Scorer};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, TantivyError, Term};
use wensou_index::{Cursor, Index, Most, Part, Postings};

use crate::stats::{Norms, Statistics, pair_key, share};
use crate::terms::Scored;

/// Bounds are sums in another order than scores are, and less what was open: they may be smaller by rounding.
const ROUNDING: f32 = 1.0 + 1e-4;

/// Scores documents of one segment, in ascending order.
pub(crate) struct SegmentScorer {
    lengths: Lengths,
    /// Those that can add the most first.
    units: Vec<UnitScorer>,
    outlook: Outlook,
}

/// What is known of each unit without reading its list any further. It is looked at for every document, so
/// it lies in arrays.
#[derive(Debug, Default)]
struct Outlook {
    /// No document before this one has the unit.
    next: Vec<DocId>,
    /// No document before `until` has it more often.
    frequency: Vec<f32>,
    until: Vec<DocId>,
    /// The least of all of `until`.
    soonest: DocId,
    most: Vec<f32>,
    place: Vec<u8>,
    /// The most that it adds to the document at hand.
    bound: Vec<f32>,
}

impl Outlook {
    /// Nothing is known but by looking.
    fn of(units: &[UnitScorer]) -> Self {
        let count = units.len();
        Self {
            next: vec![0; count],
            frequency: vec![ANY; count],
            until: vec![0; count],
            soonest: 0,
            most: units.iter().map(|unit| unit.most).collect(),
            place: units.iter().map(|unit| unit.place as u8).collect(),
            bound: vec![0.0; count],
        }
    }

    /// Looks at the blocks that have `doc`.
    fn look_at_blocks(&mut self, doc: DocId, units: &mut [UnitScorer]) {
        self.soonest = TERMINATED;
        for (at, unit) in units.iter_mut().enumerate() {
            if self.until[at] <= doc {
                (self.frequency[at], self.until[at]) = unit.outlook(doc.max(self.next[at]));
            }
            self.soonest = self.soonest.min(self.until[at]);
        }
    }

    /// Makes the bounds those of a document; returns their sum.
    fn bound(&mut self, doc: DocId, damping: &[f32; 4]) -> f32 {
        let Self { next, frequency, most, place, bound, .. } = self;
        let units = next.iter().zip(frequency).zip(most).zip(place).zip(bound);
        let mut sum = 0.0;
        for ((((next, frequency), most), place), bound) in units {
            if *next <= doc {
                *bound = share(*frequency, damping[usize::from(*place & 3)]) * *most;
                sum += *bound;
            }
        }
        sum
    }
}

impl SegmentScorer {
    pub(crate) fn new(
        index: &Index,
        statistics: &Statistics<'_>,
        reader: &SegmentReader,
        scored: &[Scored],
        bonus: &[(Box<dyn Query>, f32)],
    ) -> tantivy::Result<Self> {
        let mut units = Vec::with_capacity(scored.len() + bonus.len());
        for unit in scored {
            units.extend(UnitScorer::new(index, statistics, reader, unit)?);
        }
        for (query, worth) in bonus {
            let scoring = EnableScoring::disabled_from_searcher(index.searcher());
            let matched = query.weight(scoring)?.scorer(reader, 1.0)?;
            units.push(UnitScorer { list: List::Bonus(matched), place: ANYWHERE, most: *worth });
        }
        units.sort_by(|a, b| b.most.total_cmp(&a.most));
        let lengths = Lengths::of(statistics, postings(index, reader)?);
        Ok(Self { lengths, outlook: Outlook::of(&units), units })
    }

    /// The score of a document, if it can be `least` or more; `None` if not. Documents must be asked
    /// for in ascending order.
    pub(crate) fn score(&mut self, doc: DocId, least: f32) -> Option<f32> {
        let Self { lengths, units, outlook } = self;
        let damping = lengths.damping(doc);
        if outlook.soonest <= doc {
            outlook.look_at_blocks(doc, units);
        }
        let most = outlook.bound(doc, &damping);
        let (mut score, mut open) = (0.0, most * ROUNDING);
        for (at, unit) in units.iter_mut().enumerate() {
            if score + open < least {
                return None;
            }
            if outlook.next[at] > doc {
                continue;
            }
            outlook.next[at] = unit.seek(doc);
            open -= outlook.bound[at];
            if outlook.next[at] == doc {
                score += share(unit.frequency(), damping[unit.place]) * unit.most;
            }
        }
        Some(score)
    }
}

/// How long each part of each document is, and what that is worth.
struct Lengths {
    lengths: [OwnedBytes; 3],
    norms: [Norms; 3],
}

impl Lengths {
    fn of(statistics: &Statistics<'_>, postings: &Postings) -> Self {
        Self {
            lengths: Part::ALL.map(|part| postings.lengths(part)),
            norms: Part::ALL.map(|part| statistics.norms(part)),
        }
    }

    /// What dampens frequencies in each part of a document, and in none.
    fn damping(&self, doc: DocId) -> [f32; 4] {
        let mut damping = [0.0; 4];
        for ((damping, lengths), norms) in damping.iter_mut().zip(&self.lengths).zip(&self.norms) {
            *damping = norms.of(lengths.get(doc as usize).copied().unwrap_or_default());
        }
        damping
    }
}

fn postings<'i>(index: &'i Index, reader: &SegmentReader) -> tantivy::Result<&'i Postings> {
    let postings = index.postings().of(reader.segment_id());
    postings.ok_or_else(|| TantivyError::InternalError("no postings of a segment".to_owned()))
}

/// What one unit adds to the score of one document; `None` if the document has it not.
pub(crate) fn part_of_score(
    index: &Index,
    statistics: &Statistics<'_>,
    reader: &SegmentReader,
    unit: &Scored,
    doc: DocId,
) -> tantivy::Result<Option<f32>> {
    let damping = Lengths::of(statistics, postings(index, reader)?).damping(doc);
    let scorer = UnitScorer::new(index, statistics, reader, unit)?;
    Ok(scorer.and_then(|mut scorer| {
        (scorer.seek(doc) == doc)
            .then(|| share(scorer.frequency(), damping[scorer.place]) * scorer.most)
    }))
}

/// The place of what is worth as much wherever it stands; others have the number of their part.
const ANYWHERE: usize = Part::ALL.len();

/// More often than anything stands anywhere.
const ANY: f32 = f32::MAX;

/// Scores one unit.
struct UnitScorer {
    list: List,
    place: usize,
    /// It never adds more.
    most: f32,
}

enum List {
    Pair(Box<Cursor>),
    Word(Box<SegmentPostings>),
    /// As much for every document that matches.
    Bonus(Box<dyn Scorer>),
}

impl UnitScorer {
    fn new(
        index: &Index,
        statistics: &Statistics<'_>,
        reader: &SegmentReader,
        unit: &Scored,
    ) -> tantivy::Result<Option<Self>> {
        let list = match pair_key(unit.part, unit.unit, &unit.text) {
            Some(key) => postings(index, reader)?.list(key).map(|list| List::Pair(Box::new(list))),
            None => {
                let field = index.fields().words(unit.part);
                let term = Term::from_field_text(field, &unit.text);
                let words = reader.inverted_index(field)?;
                let list = words.read_postings(&term, IndexRecordOption::WithFreqs)?;
                list.map(|list| List::Word(Box::new(list)))
            }
        };
        let Some(list) = list else { return Ok(None) };
        let most = unit.weight * statistics.most(unit.part, unit.unit, &unit.text)?;
        Ok(Some(Self { list, place: unit.part as usize, most }))
    }

    /// How often `doc` has it at most, and any document before the one returned.
    fn outlook(&mut self, doc: DocId) -> (f32, DocId) {
        match &mut self.list {
            List::Pair(list) => match list.most(doc) {
                // 255 stands for any number from there on.
                Some(Most { frequency: u8::MAX, last, .. }) => (ANY, last + 1),
                Some(Most { frequency, last, .. }) => (f32::from(frequency), last + 1),
                None => (ANY, TERMINATED),
            },
            List::Word(_) | List::Bonus(_) => (ANY, TERMINATED),
        }
    }

    /// The first document from `doc` on that has it.
    fn seek(&mut self, doc: DocId) -> DocId {
        match &mut self.list {
            List::Pair(list) => list.seek(doc),
            List::Word(list) if list.doc() >= doc => list.doc(),
            List::Word(list) => list.seek(doc),
            List::Bonus(matched) if matched.doc() >= doc => matched.doc(),
            List::Bonus(matched) => matched.seek(doc),
        }
    }

    /// How often the document at hand has it.
    fn frequency(&mut self) -> f32 {
        match &mut self.list {
            List::Pair(list) => list.frequency() as f32,
            List::Word(list) => list.term_freq() as f32,
            List::Bonus(_) => 1.0,
        }
    }
}
