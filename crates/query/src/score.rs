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

/// Bounds are sums in another order than scores are: they may be smaller by rounding.
const ROUNDING: f32 = 1.0 + 1e-5;

/// Scores documents of one segment, in ascending order.
pub(crate) struct SegmentScorer {
    lengths: Lengths,
    /// Those that can add the most first.
    units: Vec<UnitScorer>,
    /// Of each unit, what is looked at for every document.
    outlooks: Vec<Outlook>,
    /// The units that are not rare; and no document before `rare_next` has any that is. Most documents have
    /// none of the many units of titles and tags.
    common: Vec<usize>,
    rare_next: DocId,
    /// Units that may add something to the document at hand, with the most that they and those behind them add.
    open: Vec<(usize, f32)>,
}

/// What is known of a unit without reading its list any further.
#[derive(Debug, Clone, Copy)]
struct Outlook {
    /// No document before this one has it.
    next: DocId,
    /// No document before `until` has it more often.
    frequency: f32,
    until: DocId,
    most: f32,
    place: usize,
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
            let (place, most) = (ANYWHERE, *worth);
            units.push(UnitScorer { list: List::Bonus(matched), place, most, rare: false });
        }
        units.sort_by(|a, b| b.most.total_cmp(&a.most));
        let outlook = |UnitScorer { place, most, .. }: &UnitScorer| {
            // Nothing is known but by looking.
            Outlook { next: 0, frequency: ANY, until: 0, most: *most, place: *place }
        };
        let outlooks = units.iter().map(outlook).collect();
        let lengths = Lengths::of(statistics, postings(index, reader)?);
        let common = (0..units.len()).filter(|at| !units[*at].rare).collect();
        Ok(Self { lengths, units, outlooks, common, rare_next: 0, open: Vec::new() })
    }

    /// The score of a document, if it can be `least` or more; `None` if not. Documents must be asked
    /// for in ascending order.
    pub(crate) fn score(&mut self, doc: DocId, least: f32) -> Option<f32> {
        let damping = self.lengths.damping(doc);
        self.look(doc, &damping);
        let Self { units, outlooks, open, .. } = self;
        let mut score = 0.0;
        for (at, open) in open {
            if (score + *open) * ROUNDING < least {
                return None;
            }
            let Outlook { next, most, place, .. } = &mut outlooks[*at];
            *next = units[*at].seek(doc);
            if *next == doc {
                score += share(units[*at].frequency(), damping[*place]) * *most;
            }
        }
        Some(score)
    }

    /// Puts the units that may add something to a document into `open`.
    fn look(&mut self, doc: DocId, damping: &[f32; 4]) {
        let Self { units, outlooks, common, rare_next, open, .. } = self;
        let rare = *rare_next <= doc;
        if rare {
            *rare_next = TERMINATED;
            for (unit, outlook) in units.iter_mut().zip(&mut *outlooks) {
                if unit.rare {
                    if outlook.next <= doc {
                        outlook.next = unit.seek(doc);
                    }
                    *rare_next = outlook.next.max(doc + 1).min(*rare_next);
                }
            }
        }
        open.clear();
        let all = 0..units.len();
        let look_at = |at: usize| {
            let outlook = &mut outlooks[at];
            if outlook.next <= doc {
                if outlook.until <= doc {
                    (outlook.frequency, outlook.until) = units[at].outlook(doc);
                }
                open.push((at, share(outlook.frequency, damping[outlook.place]) * outlook.most));
            }
        };
        match rare {
            true => all.for_each(look_at),
            false => common.iter().copied().for_each(look_at),
        }
        let mut sum = 0.0;
        for (_, bound) in open.iter_mut().rev() {
            sum += *bound;
            *bound = sum;
        }
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
    /// Whether few documents have it.
    rare: bool,
}

/// One document in so many has what is rare.
const RARE: u32 = 64;

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
        let documents = match &list {
            List::Pair(list) => Cursor::count(list),
            List::Word(list) => list.doc_freq(),
            List::Bonus(_) => reader.max_doc(),
        };
        let rare = documents < reader.max_doc() / RARE;
        Ok(Some(Self { list, place: unit.part as usize, most, rare }))
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
