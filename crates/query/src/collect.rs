//! The collector: how many documents match, and the best of them in a total order.
//!
//! The order never depends on how segments lie: equal scores (or dates) are settled by the hash of
//! the id that the index keeps for this.

use std::cmp::Reverse;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best first.
    #[default]
    Rank,
    /// Newest first, undated last.
    Newest,
    /// Oldest first, undated last.
    Oldest,
}

/// A preference for newer documents: a score counts in full today and half as much after a long
/// time, `½ + ½ · 2^(-age / half-life)`. A document without a date counts as one half-life old; one
/// from the future as of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recency {
    /// Civil seconds of "today", as the index counts them.
    pub today: i64,
    /// After so many seconds half of what can be lost is lost.
    pub half_life: i64,
}

impl Recency {
    /// What a score is multiplied with.
    pub(crate) fn factor(self, date: Option<i64>) -> f32 {
        let age = date.map_or(self.half_life, |date| self.today.saturating_sub(date)).max(0);
        let lives = age as f64 / self.half_life.max(1) as f64;
        (0.5 + 0.5 * (-lives).exp2()) as f32
    }
}

/// A document that matched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) address: DocAddress,
    pub(crate) score: Score,
    /// What its score was multiplied with for its age.
    pub(crate) recency: f32,
    pub(crate) tie: u64,
    place: Place,
}

/// Where a document stands in the order: the greater, the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    date: i64,
    /// Bits of the score: scores are never negative, so they order as the numbers do.
    score: u32,
    tie: Reverse<u64>,
}

/// Counts all matches and keeps the first `limit`.
#[derive(Debug)]
pub(crate) struct Best {
    pub(crate) limit: usize,
    pub(crate) sort: Sort,
    pub(crate) recency: Option<Recency>,
}

pub(crate) struct SegmentBest {
    segment: SegmentOrdinal,
    limit: usize,
    sort: Sort,
    recency: Option<Recency>,
    date: Option<Column<i64>>,
    tie: Column<u64>,
    total: usize,
    found: Vec<Found>,
    /// The last place that can still get in, once there are `limit`.
    floor: Option<Place>,
}

impl Collector for Best {
    type Fruit = (usize, Vec<Found>);
    type Child = SegmentBest;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentBest> {
        let columns = reader.fast_fields();
        let date = match self.sort {
            Sort::Rank if self.recency.is_none() => None,
            _ => Some(columns.i64("date")?),
        };
        let tie = columns.u64("tie")?;
        Ok(SegmentBest {
            segment,
            limit: self.limit,
            sort: self.sort,
            recency: self.recency,
            date,
            tie,
            total: 0,
            found: Vec::new(),
            floor: None,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(
        &self,
        segments: Vec<(usize, Vec<Found>)>,
    ) -> tantivy::Result<(usize, Vec<Found>)> {
        let total = segments.iter().map(|(total, _)| total).sum();
        let mut found: Vec<Found> = segments.into_iter().flat_map(|(_, found)| found).collect();
        order(&mut found);
        found.truncate(self.limit);
        Ok((total, found))
    }
}

/// Puts the earliest places first.
fn order(found: &mut [Found]) {
    found.sort_unstable_by_key(|found| Reverse(found.place));
}

impl SegmentCollector for SegmentBest {
    type Fruit = (usize, Vec<Found>);

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        let date = match (self.sort, &self.date) {
            (Sort::Newest, Some(dates)) => dates.first(doc).unwrap_or(i64::MIN),
            (Sort::Oldest, Some(dates)) => dates.first(doc).map_or(i64::MIN, |date| -date),
            _ => 0,
        };
        let recency = match (self.recency, &self.date) {
            (Some(recency), Some(dates)) => recency.factor(dates.first(doc)),
            _ => 1.0,
        };
        let score = score * recency;
        let bits = score.max(0.0).to_bits();
        if let Some(floor) = self.floor
            && (date, bits) < (floor.date, floor.score)
        {
            return;
        }
        let tie = self.tie.first(doc).unwrap_or_default();
        let place = Place { date, score: bits, tie: Reverse(tie) };
        if self.floor.is_some_and(|floor| place < floor) {
            return;
        }
        let address = DocAddress::new(self.segment, doc);
        self.found.push(Found { address, score, recency, tie, place });
        // Sorting once every `limit` arrivals costs less than a heap's sifting on each.
        if self.found.len() >= self.limit.max(1) * 2 {
            self.shrink();
        }
    }

    fn harvest(mut self) -> Self::Fruit {
        self.shrink();
        (self.total, self.found)
    }
}

impl SegmentBest {
    fn shrink(&mut self) {
        order(&mut self.found);
        self.found.truncate(self.limit);
        if self.found.len() == self.limit {
            self.floor = self.found.last().map(|found| found.place);
        }
    }
}
