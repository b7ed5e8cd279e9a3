//! Finds the first documents of a plan: the cluster sends candidates, which are ranked here.
//!
//! Also fetches single documents by id.

use serde::Deserialize;
use serde_json::json;
use wensou_cluster::field;

use super::cluster_engine::ClusterEngine;
use super::levels::LevelScores;
use super::request::{DocFilter, MAX_GROUPS, RequestBuilder, SearchOptions, group_aggregation};
use super::response::{Aggregations, GroupCount, GroupCounts, Hit, SearchResponse};
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::top_k::{Count, ScoredDoc, Sort, TopK};
use crate::plan::{MatchExpr, Plan};

/// A document may score lower on the cluster than here, by at most this fraction of its score.
const TOLERANCE: f32 = 0.05;

/// Once the cluster was asked for this many documents, nearly equal scores are no reason to ask for
/// more.
const MAX_TIES: usize = 1000;

/// The maximum number of documents that one search of the cluster returns.
const MAX_RESULTS: usize = 10_000;

/// The scores of the cluster differ a little from those of this machine, because the cluster stores
/// lengths in another way. So that no document is missed, the cluster is asked for more documents
/// than are needed: for this percentage of the needed number in addition, plus [`MARGIN`].
const MARGIN_PERCENT: usize = 25;
/// See [`MARGIN_PERCENT`].
const MARGIN: usize = 10;

/// How many documents to ask the cluster for, so that those that are wanted are among them.
pub(super) fn first_size(top_k: &TopK<'_>) -> usize {
    let needed = match top_k.hits {
        // Near-duplicates are often next to each other, so ask for two documents for each hit.
        Some(hits) => top_k.limit.max(hits.wanted.saturating_mul(2)),
        None => top_k.limit,
    };
    needed.saturating_add(needed.saturating_mul(MARGIN_PERCENT) / 100 + MARGIN).min(MAX_RESULTS)
}

/// The options of a search for the first `limit` documents.
pub(super) fn search_options(top_k: &TopK<'_>, limit: usize) -> SearchOptions {
    let count_groups = matches!(top_k.count, Count::Hits(_));
    SearchOptions { limit, sort: top_k.sort, recency: top_k.recency, count_groups }
}

/// Whether documents that the cluster has not sent may belong before the last document of `kept`.
/// `sent` has the documents of a response in the order of the cluster, without those that `TopK`
/// excludes; `kept` has the first of them. `size` is the number of documents that the cluster was
/// asked for; a prefetched response may have more. `last_score` is the score that the cluster gave
/// the last document of the response, which `sent` lacks if `TopK` excludes it.
fn may_miss_documents(
    levels: impl FnOnce() -> LevelScores,
    sort: Sort,
    [sent, kept]: [&[ScoredDoc]; 2],
    size: usize,
    last_score: Option<f32>,
) -> bool {
    let (Some(last_sent), Some(last_kept)) = (sent.last(), kept.last()) else { return false };
    match sort {
        Sort::Rank => {
            size < MAX_TIES
                && last_score
                    .is_some_and(|score| may_precede(&levels(), (last_sent, score), last_kept))
        }
        // Documents of one date are sorted by score, so all documents of that date are needed.
        Sort::Newest | Sort::Oldest => {
            let last_date = sent.iter().map(ScoredDoc::rank_date).min();
            sent.len() > kept.len() && Some(last_kept.rank_date()) == last_date
        }
    }
}

/// Whether documents that the cluster puts after `last` may precede `kept` with the scores that
/// they have here. `score` is the score that the cluster gave the last document of its response:
/// `last`, or an excluded document after it.
fn may_precede(levels: &LevelScores, (last, score): (&ScoredDoc, f32), kept: &ScoredDoc) -> bool {
    if last.coverage != kept.coverage {
        return last.coverage > kept.coverage;
    }
    score - levels.score_of(last.coverage) >= kept.score * (1.0 - TOLERANCE)
}

/// The number of hits that remain of `hits` if the documents of each of these groups of
/// near-duplicates count as one hit. `hits` and `groups` may come from different responses. If the
/// index changes between the responses, the groups may have more documents than there were hits.
fn hits_left(hits: usize, groups: &GroupCounts) -> usize {
    let repeats = |group: &GroupCount| group.doc_count.saturating_sub(1);
    hits.saturating_sub(groups.buckets.iter().map(repeats).sum())
}

impl ClusterEngine<'_> {
    /// As [`Engine::first_hits`](crate::engine::Engine::first_hits).
    ///
    /// Repeats the search for more documents until hardly any other document can be among the
    /// first, or until [`MAX_RESULTS`] were asked for.
    pub(super) fn find(
        &self,
        plan: &Plan,
        top_k: &TopK<'_>,
    ) -> Result<(usize, Vec<ScoredDoc>), Error> {
        let filter = self.doc_filter(plan, top_k)?;
        self.verify_plan(plan)?;
        let mut size = first_size(top_k);
        let mut prefetched = self.prefetched.take(plan, top_k, search_options(top_k, size));
        loop {
            let response = match prefetched.take() {
                Some(response) => response,
                None => self.send(plan, &filter, search_options(top_k, size))?,
            };
            let total = response.hits.total.value;
            let hits = self.count_hits(plan, top_k, &filter, &response)?;
            let is_partial = response.hits.hits.len() < total;
            let last_score = response.hits.hits.last().and_then(Hit::score);
            let sent = self.score(plan, top_k, response)?;
            let mut kept = sent.clone();
            let is_enough = top_k.keep_first(&mut kept).is_some();
            // If the counter wants more hits than there are, it is given all documents.
            let needs_all = match (hits, top_k.count) {
                (Some(hits), Count::Hits(counter)) => hits < counter.wanted() && sent.len() < total,
                _ => false,
            };
            let levels = || self.with_requests(|requests| requests.level_scores(plan));
            let is_incomplete = || {
                !is_enough
                    || needs_all
                    || may_miss_documents(levels, top_k.sort, [&sent, &kept], size, last_score)
            };
            if is_partial && size < MAX_RESULTS && is_incomplete() {
                size = size.saturating_mul(2).min(MAX_RESULTS);
                continue;
            }
            if let (Some(hits), Count::Hits(counter)) = (hits, top_k.count) {
                let mut few_docs: Vec<DocAddress> = Vec::new();
                if hits < counter.wanted() {
                    few_docs.extend(kept.iter().map(|doc| doc.address));
                    few_docs.sort_unstable();
                }
                counter.set_hits(hits, few_docs);
            }
            return Ok((total, kept));
        }
    }

    /// Verifies what the cluster cannot decide of a plan, see [`ClusterEngine::verify`].
    pub(super) fn verify_plan(&self, plan: &Plan) -> Result<(), Error> {
        self.verify(&plan.match_expr)?;
        plan.covering.units.iter().try_for_each(|unit| self.verify(&unit.expr))
    }

    /// Which documents of a plan are candidates: those that match, are none of
    /// [`TopK::excluded_docs`], and have at least [`TopK::min_coverage`].
    pub(super) fn doc_filter(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<DocFilter, Error> {
        let mut expr = plan.match_expr.clone();
        if !top_k.excluded_docs.is_empty() {
            let ids = top_k.excluded_docs.iter().map(|at| Ok(self.document(*at)?.id_expr()));
            let ids = ids.collect::<Result<Vec<_>, Error>>()?;
            expr = MatchExpr::and_not(expr, MatchExpr::any_of(ids));
        }
        let min_mass = top_k.min_coverage.and_then(|min| {
            let mut levels = plan.covering.scale.levels();
            levels.find(|(level, _)| *level == min).map(|(_, mass)| mass.in_1024ths())
        });
        Ok(DocFilter { expr, min_mass })
    }

    /// Calls `make` with what makes the bodies of searches in the index.
    pub(super) fn with_requests<T>(&self, make: impl FnOnce(&RequestBuilder<'_>) -> T) -> T {
        let translator = self.translator.borrow();
        make(&RequestBuilder { index: self.index, translator: &translator })
    }

    fn send(
        &self,
        plan: &Plan,
        filter: &DocFilter,
        options: SearchOptions,
    ) -> Result<SearchResponse, Error> {
        let body = self.with_requests(|requests| requests.search(plan, filter, options))?;
        let response: SearchResponse = self.index.search(&body)?;
        self.members.keep_counts(filter, &response.aggregations.groups);
        Ok(response)
    }

    /// The number of hits: of the documents that match, those that do not repeat a near-duplicate.
    /// `None` unless hits are to be counted. Sends further requests if the response does not list
    /// all groups.
    fn count_hits(
        &self,
        plan: &Plan,
        top_k: &TopK<'_>,
        filter: &DocFilter,
        response: &SearchResponse,
    ) -> Result<Option<usize>, Error> {
        #[derive(Deserialize)]
        struct FurtherGroups {
            aggregations: Aggregations,
        }
        if !matches!(top_k.count, Count::Hits(_)) {
            return Ok(None);
        }
        let mut hits = hits_left(response.hits.total.value, &response.aggregations.groups);
        // Only a full response may be followed by others.
        let last_group = |groups: &GroupCounts| match groups.buckets.len() {
            MAX_GROUPS => groups.after_key.as_ref().map(|key| key.group.clone()),
            _ => None,
        };
        let mut after = last_group(&response.aggregations.groups);
        while let Some(group) = after {
            let query = self.with_requests(|requests| requests.filter_query(plan, filter));
            let aggs = group_aggregation(Some(&group));
            let body = json!({ "query": query, "size": 0, "aggs": aggs });
            let further: FurtherGroups = self.index.search(&body)?;
            hits = hits_left(hits, &further.aggregations.groups);
            after = last_group(&further.aggregations.groups);
        }
        Ok(Some(hits))
    }

    /// Scores the documents that the cluster has sent, in the order of the cluster, and drops those
    /// that `top_k` excludes.
    fn score(
        &self,
        plan: &Plan,
        top_k: &TopK<'_>,
        response: SearchResponse,
    ) -> Result<Vec<ScoredDoc>, Error> {
        self.cache_documents(&response.hits.hits)?;
        let mut scored: Vec<ScoredDoc> = Vec::new();
        for hit in response.hits.hits {
            let address = self.cache_document(&hit.source)?;
            // When a search is sent ahead, it is not known yet which documents to leave out.
            if top_k.excluded_docs.binary_search(&address).is_ok() {
                continue;
            }
            let document = self.document(address)?;
            let coverage = document.coverage(plan);
            if top_k.min_coverage.is_some_and(|min| coverage < min) {
                continue;
            }
            let score = document.score(plan, self.length_norms());
            let sorted_by = (document.date(), coverage, document.tie_breaker());
            scored.push(top_k.scored_doc(address, score, sorted_by));
        }
        Ok(scored)
    }

    /// The document that has an id, as its own or as that of a variant.
    pub(super) fn document_with_id(&self, id: &str) -> Result<Option<DocAddress>, Error> {
        let body = json!({
            "query": { "term": { (field::ID): id } },
            "size": 1,
            "track_total_hits": true,
            "_source": [field::RECORD, field::ORDINAL, field::GROUP],
        });
        let response: SearchResponse = self.index.search(&body)?;
        let first = response.hits.hits.first();
        first.map(|hit| self.cache_document(&hit.source)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::super::response::GroupKey;
    use super::*;

    #[test]
    fn groups_that_have_grown_since_the_hits_were_counted_leave_no_hit() {
        let key = || GroupKey { group: String::new() };
        let group = |doc_count| GroupCount { key: key(), doc_count };
        let groups = GroupCounts { buckets: vec![group(3), group(1), group(2)], after_key: None };
        assert_eq!(hits_left(7, &groups), 4);
        assert_eq!(hits_left(2, &groups), 0);
        let emptied = GroupCounts { buckets: vec![group(0)], after_key: None };
        assert_eq!(hits_left(7, &emptied), 7);
    }
}
