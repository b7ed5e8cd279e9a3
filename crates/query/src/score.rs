//! What a document scores: the sum over the units of the query, stopped as soon as it cannot matter.
//!
//! Documents come from what matches, in their order, and all of them are counted. Each is scored only
//! as long as it can still get among the best: a unit adds no more than its block of 128 documents
//! says, so most documents need a few additions and no postings (MaxScore and block maxima as in Ding and Suel,
//! "Faster top-k document retrieval using block-max indexes", SIGIR 2011; here the count is exact).

use tantivy::directory::OwnedBytes;
use tantivy::postings::{Postings as _, SegmentPostings};
use tantivy::query::{EnableScoring, Query, Scorer};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, TantivyError, Term};
use wensou_index::{Cursor, Index, Part};

use crate::stats::{Norms, Statistics, pair_key};
use crate::terms::Scored;

/// Bounds are sums in another order than scores are: they may be smaller by rounding.
const ROUNDING: f32 = 1.0 + 1e-5;

/// Scores documents of one segment, in ascending order.
pub(crate) struct SegmentScorer {
    /// Those that can add the most first.
    units: Vec<UnitScorer>,
    /// The least of the documents up to which a bound holds.
    bounded_until: Option<DocId>,
    /// The sum of all bounds.
    bound: f32,
}

impl SegmentScorer {
    pub(crate) fn new(
        index: &Index,
        statistics: &Statistics<'_>,
        reader: &SegmentReader,
        scored: &[Scored],
        bonus: &[(Box<dyn Query>, f32)],
    ) -> tantivy::Result<Self> {
        let norms = Part::ALL.map(|part| statistics.norms(part));
        let mut units = Vec::with_capacity(scored.len() + bonus.len());
        for unit in scored {
            units.extend(UnitScorer::new(index, statistics, reader, &norms, unit)?);
        }
        for (query, worth) in bonus {
            let scoring = EnableScoring::disabled_from_searcher(index.searcher());
            let matched = query.weight(scoring)?.scorer(reader, 1.0)?;
            units.push(UnitScorer {
                source: Source::Bonus(matched),
                most: *worth,
                bound: *worth,
                bounded_until: TERMINATED,
            });
        }
        units.sort_by(|a, b| b.most.total_cmp(&a.most));
        Ok(Self { units, bounded_until: None, bound: 0.0 })
    }

    /// The score of a document, if it can be `least` or more; `None` if not. Documents must be asked
    /// for in ascending order.
    pub(crate) fn score(&mut self, doc: DocId, least: f32) -> Option<f32> {
        if least <= 0.0 {
            return Some(self.units.iter_mut().map(|unit| unit.score(doc)).sum());
        }
        if self.bounded_until.is_none_or(|until| until < doc) {
            let until = self.units.iter_mut().map(|unit| unit.bound(doc)).min();
            self.bounded_until = Some(until.unwrap_or(TERMINATED));
            self.bound = self.units.iter().map(|unit| unit.bound).sum();
        }
        let (mut score, mut open) = (0.0, self.bound);
        for unit in &mut self.units {
            if (score + open) * ROUNDING < least {
                return None;
            }
            open -= unit.bound;
            score += unit.score(doc);
        }
        Some(score)
    }
}

/// What one unit adds to the score of one document; `None` if the document has it not.
pub(crate) fn part_of_score(
    index: &Index,
    statistics: &Statistics<'_>,
    reader: &SegmentReader,
    unit: &Scored,
    doc: DocId,
) -> tantivy::Result<Option<f32>> {
    let norms = Part::ALL.map(|part| statistics.norms(part));
    let scorer = UnitScorer::new(index, statistics, reader, &norms, unit)?;
    Ok(scorer.map(|mut scorer| scorer.score(doc)).filter(|score| *score > 0.0))
}

/// Scores one unit.
struct UnitScorer {
    source: Source,
    /// It never adds more.
    most: f32,
    /// It adds no more for any document up to `bounded_until`.
    bound: f32,
    bounded_until: DocId,
}

enum Source {
    Pair {
        list: Box<Cursor>,
        lengths: OwnedBytes,
        norms: Norms,
    },
    Word {
        list: Box<SegmentPostings>,
        lengths: OwnedBytes,
        norms: Norms,
    },
    /// As much for every document that matches.
    Bonus(Box<dyn Scorer>),
}

impl UnitScorer {
    fn new(
        index: &Index,
        statistics: &Statistics<'_>,
        reader: &SegmentReader,
        norms: &[Norms; 3],
        unit: &Scored,
    ) -> tantivy::Result<Option<Self>> {
        let Some(postings) = index.postings().of(reader.segment_id()) else {
            return Err(TantivyError::InternalError("no postings of a segment".to_owned()));
        };
        let (lengths, norms) = (postings.lengths(unit.part), norms[unit.part as usize].clone());
        let source = match pair_key(unit.part, unit.unit, &unit.text) {
            Some(key) => postings.list(key).map(|list| {
                let list = Box::new(list);
                Source::Pair { list, lengths, norms }
            }),
            None => {
                let field = index.fields().words(unit.part);
                let term = Term::from_field_text(field, &unit.text);
                let words = reader.inverted_index(field)?;
                let list = words.read_postings(&term, IndexRecordOption::WithFreqs)?;
                list.map(|list| Source::Word { list: Box::new(list), lengths, norms })
            }
        };
        let most = unit.weight * statistics.most(unit.part, unit.unit, &unit.text)?;
        Ok(source.map(|source| Self { source, most, bound: most, bounded_until: 0 }))
    }

    /// Looks at the block that has `doc`; returns up to where the bound holds.
    fn bound(&mut self, doc: DocId) -> DocId {
        if self.bounded_until < doc || self.bounded_until == 0 {
            self.bound = self.most;
            self.bounded_until = TERMINATED;
            if let Source::Pair { list, norms, .. } = &mut self.source
                && let Some(block) = list.most(doc)
            {
                // 255 stands for any number from there on.
                let frequency = match block.frequency {
                    u8::MAX => u32::MAX,
                    frequency => u32::from(frequency),
                };
                let lengths = block.shortest.into_iter().flatten();
                let shares = lengths.map(|length| norms.share(frequency, length));
                self.bound = self.most * shares.fold(0.0, f32::max);
                self.bounded_until = block.last;
            }
        }
        self.bounded_until
    }

    fn score(&mut self, doc: DocId) -> f32 {
        let (share, most) = match &mut self.source {
            Source::Pair { list, lengths, norms } => {
                if list.seek(doc) != doc {
                    return 0.0;
                }
                let length = lengths.get(doc as usize).copied().unwrap_or_default();
                (norms.share(list.frequency(), length), self.most)
            }
            Source::Word { list, lengths, norms } => {
                if list.doc() < doc {
                    list.seek(doc);
                }
                if list.doc() != doc {
                    return 0.0;
                }
                let length = lengths.get(doc as usize).copied().unwrap_or_default();
                (norms.share(list.term_freq(), length), self.most)
            }
            Source::Bonus(matched) => {
                if matched.doc() < doc {
                    matched.seek(doc);
                }
                (if matched.doc() == doc { 1.0 } else { 0.0 }, self.most)
            }
        };
        share * most
    }
}
