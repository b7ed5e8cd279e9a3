//! What documents score: the sum over the units of the query, stopped as soon as it cannot matter.
//!
//! The documents of a window are scored together, a unit at a time. First come the units of bodies whose
//! frequencies are at hand for all of them at once: in memory, or in lists that it costs less to go
//! through than to look into for each document. Then each document is scored only as long as it can still get
//! among the best: a unit adds nothing where its list has already gone by, and elsewhere no more than
//! it would as often as any document of the blocks there has it, in a text as long as this one (MaxScore and
//! block maxima as in Ding and Suel, "Faster top-k document retrieval using block-max indexes", SIGIR 2011;
//! the length of the one document is tighter than the shortest of its block).

use std::sync::Arc;

use tantivy::directory::OwnedBytes;
use tantivy::postings::{Postings as _, SegmentPostings};
use tantivy::query::{EnableScoring, Query, Scorer};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TantivyError, Term};
use wensou_index::{Cursor, FrequencyTable, Index, Part, Postings};

use crate::stats::{Norms, Statistics, pair_key, share};
use crate::terms::Scored;
use crate::window::{self, Window};

/// Bounds are sums in another order than scores are, and less what was open: they may be smaller by rounding.
const ROUNDING: f32 = 1.0 + 1e-4;

/// Scores documents of one segment, in ascending order.
pub(crate) struct SegmentScorer {
    lengths: Lengths,
    /// Those that can add the most first: in this order a score is summed.
    units: Vec<UnitScorer>,
    at_hand: AtHand,
}

/// The documents of a window while they are scored.
#[derive(Default)]
struct AtHand {
    docs: Vec<DocId>,
    /// What dampens frequencies in each part of each document; in none, nothing.
    damping: [Vec<f32>; 4],
    /// The least in each part.
    least_damping: [f32; 4],
    /// What is known of each score, and what may come to it at most from units of the body.
    score: Vec<f32>,
    open: Vec<f32>,
    /// Which of the documents can still be among the best.
    left: Vec<u32>,
    /// What each unit adds to each document that is left: one unit behind the other.
    added: Vec<f32>,
    /// Frequencies of one unit in every document of the window, and in those at hand.
    room: Vec<u32>,
    frequencies: Vec<f32>,
}

impl AtHand {
    fn take(&mut self, window: &Window, lengths: &Lengths, units: usize) {
        self.docs.clear();
        self.docs.extend(window.iter());
        let count = self.docs.len();
        lengths.damp(&self.docs, &mut self.damping);
        for (least, damping) in self.least_damping.iter_mut().zip(&self.damping) {
            *least = damping.iter().copied().fold(f32::MAX, f32::min);
        }
        for sums in [&mut self.score, &mut self.open] {
            sums.clear();
            sums.resize(count, 0.0);
        }
        self.left.clear();
        self.left.extend(0..count as u32);
        if self.added.len() < units * count {
            self.added.resize(units * count, 0.0);
        }
        self.room.resize(window::MOST, 0);
    }

    /// Adds what the unit of this number adds to every document, if its frequencies are at hand.
    fn add_to_all(&mut self, number: usize, unit: &mut UnitScorer, window: &Window) -> bool {
        let Self { docs, damping, score, added, room, frequencies, .. } = self;
        frequencies.clear();
        match &mut unit.list {
            List::Known(table) => {
                frequencies.extend(docs.iter().map(|doc| table.of_document(*doc) as f32));
            }
            List::Pair(list)
                if unit.place == BODY && window.is_dense(Cursor::count(list), docs.len()) =>
            {
                spread(list, window, docs.iter().copied(), room);
                frequencies.extend(docs.iter().map(|doc| room[window.place(*doc)] as f32));
            }
            _ => return false,
        }
        let added = &mut added[number * docs.len()..][..docs.len()];
        let sums = added.iter_mut().zip(score);
        for ((added, score), (frequency, damping)) in
            sums.zip(frequencies.iter().zip(&damping[unit.place]))
        {
            *added = share(*frequency, *damping) * unit.most;
            *score += *added;
        }
        true
    }

    /// Adds to what may come to each what a unit adds at most.
    fn may_add(&mut self, unit: &UnitScorer, bound: Bound) {
        if let Bound::Each(frequency) = bound {
            for (open, damping) in self.open.iter_mut().zip(&self.damping[unit.place]) {
                *open += share(frequency, *damping) * unit.most;
            }
        }
    }

    /// Adds what the unit of this number adds to the documents that are left, in place of what it
    /// may.
    fn add(&mut self, number: usize, unit: &mut UnitScorer, window: &Window, bound: Bound) {
        let Self { docs, damping, score, open, left, added, room, .. } = self;
        let added = &mut added[number * docs.len()..][..docs.len()];
        let damping = &damping[unit.place];
        let most = unit.most;
        let mut add = |at: usize, frequency: f32| {
            added[at] = if frequency > 0.0 { share(frequency, damping[at]) * most } else { 0.0 };
            score[at] += added[at];
            if let Bound::Each(bound) = bound {
                open[at] -= share(bound, damping[at]) * most;
            }
        };
        match &mut unit.list {
            List::Pair(list) if window.is_dense(Cursor::count(list), left.len()) => {
                let doc = |at: &u32| docs[*at as usize];
                spread(list, window, left.iter().map(doc), room);
                let frequency = |at: &u32| room[window.place(doc(at))] as f32;
                left.iter().for_each(|at| add(*at as usize, frequency(at)));
            }
            _ => {
                left.iter().for_each(|at| add(*at as usize, unit.frequency(docs[*at as usize])));
            }
        }
    }

    /// Nothing of the unit stands in the window.
    fn add_nothing(&mut self, number: usize) {
        let added = &mut self.added[number * self.docs.len()..][..self.docs.len()];
        self.left.iter().for_each(|at| added[*at as usize] = 0.0);
    }

    /// Leaves out what cannot score `least`, where so much may come to any.
    fn prune(&mut self, least: f32, open_of_all: f32) {
        let Self { score, open, left, .. } = self;
        let may = |at: usize| (score[at] + open[at].max(0.0) + open_of_all) * ROUNDING;
        left.retain(|at| may(*at as usize) >= least);
    }
}

/// Puts the frequencies of a list into the room of a window: only those of `docs` mean anything.
fn spread(list: &mut Cursor, window: &Window, docs: impl Iterator<Item = DocId>, room: &mut [u32]) {
    docs.for_each(|doc| room[window.place(doc)] = 0);
    list.spread(window.from(), &mut room[..window.length()]);
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
        Ok(Self { lengths, units, at_hand: AtHand::default() })
    }

    /// Puts the documents of the window that score `least` or more into `best`, with their scores, and
    /// perhaps some that score less. Windows must ascend.
    pub(crate) fn score(&mut self, window: &Window, least: f32, best: &mut Vec<(DocId, f32)>) {
        let Self { lengths, units, at_hand } = self;
        at_hand.take(window, lengths, units.len());
        let mut open = Vec::with_capacity(units.len());
        for (number, unit) in units.iter_mut().enumerate() {
            if !at_hand.add_to_all(number, unit, window) {
                let bound = unit.bound(window, &at_hand.least_damping);
                at_hand.may_add(unit, bound);
                open.push((number, bound, 0.0));
            }
        }
        // From the least on: what is added up to a bonus and taken from it again is no more the same.
        let mut open_of_all = 0.0;
        for (_, bound, from_here) in open.iter_mut().rev() {
            if let Bound::All(most) = bound {
                open_of_all += *most;
            }
            *from_here = open_of_all;
        }
        for (number, bound, open_of_all) in open {
            at_hand.prune(least, open_of_all);
            match bound {
                _ if at_hand.left.is_empty() => return,
                Bound::Nothing => at_hand.add_nothing(number),
                _ => at_hand.add(number, &mut units[number], window, bound),
            }
        }
        at_hand.prune(least, 0.0);
        let count = at_hand.docs.len();
        best.extend(at_hand.left.iter().map(|at| {
            let added = at_hand.added[..units.len() * count].iter().skip(*at as usize);
            // Nothing at all is 0, and not -0 as `sum` has it.
            (at_hand.docs[*at as usize], added.step_by(count).fold(0.0, |sum, added| sum + added))
        }));
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

    /// What dampens frequencies in each part of the documents, and in none.
    fn damp(&self, docs: &[DocId], damping: &mut [Vec<f32>; 4]) {
        for ((damping, lengths), norms) in damping.iter_mut().zip(&self.lengths).zip(&self.norms) {
            let length = |doc: &DocId| lengths.get(*doc as usize).copied().unwrap_or_default();
            damping.clear();
            damping.extend(docs.iter().map(|doc| norms.of(length(doc))));
        }
        damping[ANYWHERE].clear();
        damping[ANYWHERE].resize(docs.len(), 0.0);
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
    let mut damping = Default::default();
    Lengths::of(statistics, postings(index, reader)?).damp(&[doc], &mut damping);
    let scorer = UnitScorer::new(index, statistics, reader, unit)?;
    Ok(scorer.and_then(|mut scorer| {
        let frequency = scorer.frequency(doc);
        (frequency > 0.0).then(|| share(frequency, damping[scorer.place][0]) * scorer.most)
    }))
}

/// The place of what is worth as much wherever it stands; others have the number of their part.
const ANYWHERE: usize = Part::ALL.len();
const BODY: usize = Part::Body as usize;

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
    /// A unit so common that its frequencies are in memory.
    Known(Arc<FrequencyTable>),
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
            Some(key) => {
                let postings = postings(index, reader)?;
                let list = postings.list(key);
                list.map(|list| match statistics.known(reader.segment_id(), postings, key, &list) {
                    Some(known) => List::Known(known),
                    None => List::Pair(Box::new(list)),
                })
            }
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

    /// What it adds at most to documents of a window, in which frequencies are dampened by so much
    /// at least.
    fn bound(&mut self, window: &Window, least_damping: &[f32; 4]) -> Bound {
        let (from, until) = (window.from(), window.until());
        let frequency = match &mut self.list {
            List::Pair(list) if list.doc() >= until => return Bound::Nothing,
            List::Word(list) if list.doc() >= until => return Bound::Nothing,
            List::Bonus(matched) if matched.doc() >= until => return Bound::Nothing,
            List::Pair(list) => match list.most_within(from.max(list.doc()), until) {
                // 255 stands for any number from there on.
                None | Some(u8::MAX) => ANY,
                Some(frequency) => f32::from(frequency),
            },
            List::Known(_) | List::Word(_) | List::Bonus(_) => ANY,
        };
        match self.place == BODY {
            // Bodies are of very different lengths.
            true => Bound::Each(frequency),
            false => Bound::All(share(frequency, least_damping[self.place]) * self.most),
        }
    }

    /// How often `doc` has it. Documents ascend, or stay.
    fn frequency(&mut self, doc: DocId) -> f32 {
        let there = match &mut self.list {
            List::Known(_) => doc,
            List::Pair(list) => list.seek(doc),
            List::Word(list) => seek(list.as_mut(), doc),
            List::Bonus(matched) => seek(matched.as_mut(), doc),
        };
        match &mut self.list {
            _ if there != doc => 0.0,
            List::Known(table) => table.of_document(doc) as f32,
            List::Pair(list) => list.frequency() as f32,
            List::Word(list) => list.term_freq() as f32,
            List::Bonus(_) => 1.0,
        }
    }
}

/// What a unit adds at most.
#[derive(Debug, Clone, Copy)]
enum Bound {
    /// It stands in no document of the window.
    Nothing,
    /// So much to any document.
    All(f32),
    /// As much as when it stands in each so often.
    Each(f32),
}

/// The first document from `doc` on.
fn seek(list: &mut (impl DocSet + ?Sized), doc: DocId) -> DocId {
    if list.doc() < doc { list.seek(doc) } else { list.doc() }
}
