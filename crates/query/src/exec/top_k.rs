//! The order of hits, and how many of them a search finds.
//!
//! The order does not depend on how documents are spread over segments: a hash of the id, which the
//! index stores as the tie breaker, orders documents with equal scores (or dates).

use std::cmp::Reverse;

use foldhash::HashSet;

use super::doc_id::DocAddress;
use super::groups::Groups;
use super::repeats::RepeatCounter;
use crate::rank::Coverage;

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Highest score first.
    #[default]
    Rank,
    /// Newest first, undated last.
    Newest,
    /// Oldest first, undated last.
    Oldest,
}

impl Sort {
    /// The number by which documents with this date are sorted, in descending order. It is 0 for
    /// all documents if hits are sorted by rank.
    pub(super) fn date_key(self, date: Option<i64>) -> i64 {
        match self {
            Self::Rank => 0,
            Self::Newest => date.unwrap_or(i64::MIN),
            Self::Oldest => date.map_or(i64::MIN, |date| -date),
        }
    }
}

/// A preference for newer documents: a score is multiplied by `½ + ½ · 2^(-age / half-life)`, which
/// is 1 for a document of today and ½ for a very old one. A document without a date counts as one
/// half-life old, and a document from the future as one of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recency {
    /// The time from which ages are counted, in civil seconds, as the index stores dates.
    pub today: i64,
    /// The age in seconds at which a document has lost a quarter of its score. That is half of what
    /// age can take from it.
    pub half_life: i64,
}

impl Recency {
    /// The factor for a document of this date.
    pub(crate) fn factor(self, date: Option<i64>) -> f32 {
        let age = date.map_or(self.half_life, |date| self.today.saturating_sub(date)).max(0);
        let half_lives = age as f64 / self.half_life.max(1) as f64;
        (0.5 + 0.5 * (-half_lives).exp2()) as f32
    }
}

/// A document that matches, with its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScoredDoc {
    pub(crate) address: DocAddress,
    /// How much of a relaxed query the document has; zero for other queries.
    pub(crate) coverage: Coverage,
    pub(crate) score: f32,
    /// The factor for the age of the document, by which `score` was multiplied already.
    pub(crate) recency: f32,
    /// What reranking has added to the score because the document is newer than others of the first
    /// hits; 0 before reranking. Unlike `recency`, it only decides between nearly equal scores.
    pub(crate) newness: f32,
    pub(crate) tie_breaker: u64,
    pub(super) rank_key: RankKey,
}

impl ScoredDoc {
    /// The number by which documents are sorted if hits are sorted by date, see
    /// [`Sort::date_key`]; else 0.
    #[cfg(feature = "cluster")]
    pub(crate) fn rank_date(&self) -> i64 {
        self.rank_key.date
    }
}

/// What hits are sorted by, descending. A document that has more of a relaxed query comes first,
/// whatever it scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RankKey {
    pub(super) date: i64,
    pub(super) coverage: Coverage,
    /// The bits of the score: scores are never negative, so the bits order as the numbers do.
    pub(super) score: u32,
    pub(super) tie_breaker: Reverse<u64>,
}

/// What a search counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Count<'g> {
    /// Nothing: candidates that score below the threshold are never confirmed, and the total only
    /// says whether anything matches.
    Nothing,
    /// All documents that match.
    Documents,
    /// All documents that match, and the hits that they make if near-duplicates are shown as one.
    Hits(&'g RepeatCounter<'g>),
}

impl Count<'_> {
    /// Whether all documents that match are counted.
    pub(super) fn counts_all(self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// What a search finds: the first `limit` documents that match, in order. If near-duplicates are
/// shown as one hit and these documents make fewer hits than [`DistinctHits::wanted`], further
/// documents follow until there are that many hits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TopK<'g> {
    pub(crate) limit: usize,
    /// The hits that are wanted if near-duplicates are shown as one hit; `None` if each document is
    /// a hit.
    pub(crate) hits: Option<DistinctHits<'g>>,
    /// Documents that are never found, ascending.
    pub(crate) excluded_docs: &'g [DocAddress],
    /// Documents with a lower coverage are never found; `None` if any coverage will do.
    pub(crate) min_coverage: Option<Coverage>,
    pub(crate) count: Count<'g>,
    pub(crate) sort: Sort,
    pub(crate) recency: Option<Recency>,
}

/// Hits of which no two are near-duplicates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DistinctHits<'g> {
    pub(crate) groups: Groups<'g>,
    /// Groups whose documents are no hits, because a document of the group is shown already.
    pub(crate) excluded_groups: Option<&'g HashSet<u32>>,
    /// The number of hits that are wanted.
    pub(crate) wanted: usize,
}

impl<'g> DistinctHits<'g> {
    /// The first `wanted` hits.
    pub(crate) fn of(groups: Groups<'g>, wanted: usize) -> Self {
        Self { groups, excluded_groups: None, wanted }
    }

    /// A function that is called with documents in order, and returns whether each is a hit: the
    /// first of its group, or in no group.
    fn hit_test(self) -> impl FnMut(&ScoredDoc) -> bool + 'g {
        let mut groups_met = HashSet::default();
        move |doc| match self.groups.group_of(doc.address) {
            Some(group) => {
                let is_excluded = self.excluded_groups.is_some_and(|it| it.contains(&group));
                !is_excluded && groups_met.insert(group)
            }
            None => true,
        }
    }
}

impl<'g> TopK<'g> {
    /// The first `limit` documents.
    pub(crate) fn documents(limit: usize, count: Count<'g>, sort: Sort) -> Self {
        Self {
            limit,
            hits: None,
            excluded_docs: &[],
            min_coverage: None,
            count,
            sort,
            recency: None,
        }
    }

    /// A document that matches, given its score, date, coverage and tie breaker.
    #[cfg(feature = "cluster")]
    pub(crate) fn scored_doc(
        &self,
        address: DocAddress,
        score: f32,
        (date, coverage, tie_breaker): (Option<i64>, Coverage, u64),
    ) -> ScoredDoc {
        let recency = self.recency.map_or(1.0, |recency| recency.factor(date));
        let score = score * recency;
        let rank_key = RankKey {
            date: self.sort.date_key(date),
            coverage,
            score: score.max(0.0).to_bits(),
            tie_breaker: Reverse(tie_breaker),
        };
        ScoredDoc { address, coverage, score, recency, newness: 0.0, tie_breaker, rank_key }
    }

    /// The maximum number of documents that [`TopK::keep_first`] keeps.
    pub(super) fn max_kept(&self) -> usize {
        self.limit.saturating_add(self.hits.map_or(0, |hits| hits.wanted))
    }

    /// Sorts documents, and drops those that are not among the first. If enough documents remain,
    /// returns the rank key of the last of them: no document with a lower rank key is among the
    /// first.
    pub(crate) fn keep_first(&self, docs: &mut Vec<ScoredDoc>) -> Option<RankKey> {
        docs.sort_unstable_by_key(|doc| Reverse(doc.rank_key));
        let Some(hits) = self.hits else {
            docs.truncate(self.limit);
            return docs.last().filter(|_| docs.len() == self.limit).map(|doc| doc.rank_key);
        };
        let mut is_hit = hits.hit_test();
        let (mut visited, mut hits_kept) = (0, 0);
        docs.retain(|doc| {
            if visited >= self.limit && hits_kept >= hits.wanted {
                return false;
            }
            let is_hit = is_hit(doc);
            visited += 1;
            hits_kept += usize::from(is_hit);
            is_hit || visited <= self.limit
        });
        let enough = visited >= self.limit && hits_kept >= hits.wanted;
        docs.last().filter(|_| enough).map(|doc| doc.rank_key)
    }

    /// The number of hits among documents that are sorted.
    pub(crate) fn hits_among(&self, docs: &[ScoredDoc]) -> usize {
        match self.hits {
            None => docs.len(),
            Some(hits) => {
                let mut is_hit = hits.hit_test();
                docs.iter().filter(|doc| is_hit(doc)).count()
            }
        }
    }
}
