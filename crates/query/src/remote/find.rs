//! Finds the first documents of a plan: the cluster sends candidates, which are ranked here.
//!
//! Also fetches single documents by id.

use serde::Deserialize;
use serde_json::{Value, json};
use wensou_cluster::field;

use super::cluster_engine::ClusterEngine;
use super::levels::LevelScores;
use super::request::{DocFilter, MAX_GROUPS, RequestBuilder, SearchOptions, group_aggregation};
use super::response::{Aggregations, GroupCount, GroupCounts, Hit, Hits, SearchResponse, Total};
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
fn first_size(top_k: &TopK<'_>) -> usize {
    let needed = match top_k.hits {
        // Near-duplicates are often next to each other, so ask for two documents for each hit.
        Some(hits) => top_k.limit.max(hits.wanted.saturating_mul(2)),
        None => top_k.limit,
    };
    needed.saturating_add(needed.saturating_mul(MARGIN_PERCENT) / 100 + MARGIN).min(MAX_RESULTS)
}

/// The options of a search for the first `limit` documents.
fn search_options(top_k: &TopK<'_>, limit: usize) -> SearchOptions {
    let count_groups = matches!(top_k.count, Count::Hits(_));
    SearchOptions { limit, sort: top_k.sort, recency: top_k.recency, count_groups }
}

/// Whether documents that the cluster has not sent may belong before the last document of `kept`.
/// `sent` has the documents of a response in the order of the cluster, without those that `TopK`
/// excludes; `kept` has the first of them. `size` is the number of documents that the cluster was
/// asked for; a prefetched response may have more. `last_score` is the score that the cluster gave
/// the last document of the response, which `sent` lacks if `TopK` excludes it.
fn may_miss_documents(
    plan: &Plan,
    sort: Sort,
    [sent, kept]: [&[ScoredDoc]; 2],
    size: usize,
    last_score: Option<f32>,
) -> bool {
    let (Some(last_sent), Some(last_kept)) = (sent.last(), kept.last()) else { return false };
    match sort {
        Sort::Rank => {
            size < MAX_TIES
                && last_score.is_some_and(|score| may_precede(plan, (last_sent, score), last_kept))
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
fn may_precede(plan: &Plan, (last, score): (&ScoredDoc, f32), kept: &ScoredDoc) -> bool {
    if last.coverage != kept.coverage {
        return last.coverage > kept.coverage;
    }
    score - LevelScores::new(plan).score_of(last.coverage) >= kept.score * (1.0 - TOLERANCE)
}

/// The number of hits if `hits` were counted, and the documents of each of these groups of
/// near-duplicates are one hit. `hits` and `groups` may come from different responses. If the index
/// changes between the responses, the groups may have more documents than there were hits.
fn hits_left(hits: usize, groups: &GroupCounts) -> usize {
    let repeats = |group: &GroupCount| group.doc_count.saturating_sub(1);
    hits.saturating_sub(groups.buckets.iter().map(repeats).sum())
}

/// Whether a search for the relaxed plan puts all documents that match the strict plan before those
/// that lack a unit of the relaxed plan.
fn complete_docs_come_first(strict: &Plan, relaxed: &Plan, sort: Sort) -> bool {
    let MatchExpr::And(required) = &strict.match_expr else { return false };
    let units = &relaxed.covering.units;
    sort == Sort::Rank && units.len() > 1 && units.iter().all(|unit| required.contains(&unit.expr))
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
            let is_incomplete = || {
                !is_enough
                    || needs_all
                    || may_miss_documents(plan, top_k.sort, [&sent, &kept], size, last_score)
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
    fn verify_plan(&self, plan: &Plan) -> Result<(), Error> {
        self.verify(&plan.match_expr)?;
        plan.covering.units.iter().try_for_each(|unit| self.verify(&unit.expr))
    }

    /// Which documents of a plan are candidates: those that match, are none of
    /// [`TopK::excluded_docs`], and have at least [`TopK::min_coverage`].
    fn doc_filter(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<DocFilter, Error> {
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

    fn send(
        &self,
        plan: &Plan,
        filter: &DocFilter,
        options: SearchOptions,
    ) -> Result<SearchResponse, Error> {
        let response: SearchResponse =
            self.index.search(&self.search_body(plan, filter, options)?)?;
        self.members.keep_counts(filter, &response.aggregations.groups);
        Ok(response)
    }

    fn search_body(
        &self,
        plan: &Plan,
        filter: &DocFilter,
        options: SearchOptions,
    ) -> Result<Value, Error> {
        let translator = self.translator.borrow();
        let requests = RequestBuilder { index: self.index, translator: &translator };
        requests.search(plan, filter, options)
    }

    /// Searches for the documents of a relaxed plan, and keeps the response until the relaxed
    /// search is run. If the response has all documents that match the strict plan, these are kept
    /// as the response to the strict search, which then sends no request.
    ///
    /// Whether the response has them all is known in one of two ways. If documents with every word
    /// come first (see [`complete_docs_come_first`]), it has them all if its last hit lacks a word.
    /// Otherwise the cluster also counts the documents that match the strict plan.
    pub(super) fn fetch_ahead(
        &self,
        (strict, strict_top_k): (&Plan, &TopK<'_>),
        (relaxed, relaxed_top_k): (&Plan, &TopK<'_>),
    ) -> Result<(), Error> {
        self.verify_plan(strict)?;
        self.verify_plan(relaxed)?;
        let strict_filter = self.doc_filter(strict, strict_top_k)?;
        let filter = self.doc_filter(relaxed, relaxed_top_k)?;
        let options = search_options(relaxed_top_k, first_size(relaxed_top_k));
        let body = {
            let translator = self.translator.borrow();
            let requests = RequestBuilder { index: self.index, translator: &translator };
            match complete_docs_come_first(strict, relaxed, options.sort) {
                true => requests.search(relaxed, &filter, options)?,
                false => requests
                    .search_and_count((relaxed, &filter, options), (strict, &strict_filter))?,
            }
        };
        let response: SearchResponse = self.index.search(&body)?;
        self.members.keep_counts(&filter, &response.aggregations.groups);
        if let Some(hits) = self.all_complete_hits(relaxed, &strict_filter, &response)? {
            let aggregations = Aggregations::of_hits(&hits);
            self.members.keep_counts(&strict_filter, &aggregations.groups);
            let hits = Hits { total: Total { value: hits.len() }, hits };
            let options = search_options(strict_top_k, first_size(strict_top_k));
            self.prefetched.keep(strict, options, SearchResponse { hits, aggregations });
        }
        self.prefetched.keep(relaxed, options, response);
        Ok(())
    }

    /// The hits of a search for a relaxed plan that match the filter of the strict plan. `None` if
    /// the cluster may have more of them than it has sent.
    fn all_complete_hits(
        &self,
        relaxed: &Plan,
        strict: &DocFilter,
        response: &SearchResponse,
    ) -> Result<Option<Vec<Hit>>, Error> {
        self.cache_documents(&response.hits.hits)?;
        let mut complete = Vec::new();
        let mut last_coverage = None;
        for hit in &response.hits.hits {
            let document = self.document(self.cache_document(&hit.source)?)?;
            if document.matches(&strict.expr) {
                complete.push(hit.clone());
            }
            last_coverage = Some(document.coverage(relaxed));
        }
        let are_all = match &response.aggregations.complete {
            Some(count) => count.doc_count == complete.len(),
            None => {
                let scale = &relaxed.covering.scale;
                response.hits.hits.len() >= response.hits.total.value
                    || last_coverage.is_some_and(|last| last < scale.coverage(scale.all))
            }
        };
        Ok(are_all.then_some(complete))
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
            let translator = self.translator.borrow();
            let requests = RequestBuilder { index: self.index, translator: &translator };
            let query = requests.filter_query(plan, filter);
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
    use jiff::civil::date;

    use super::super::response::GroupKey;
    use super::*;
    use crate::lang::{Clock, parse};
    use crate::plan::Mode;
    use crate::runner::Runner;
    use crate::test_support::sample_index;

    #[test]
    fn documents_with_every_word_come_first_if_the_words_are_the_units() {
        let index = sample_index();
        let runner = Runner::new(&index);
        for (typed, sort, expected) in [
            ("以太坊 減半", Sort::Rank, true),
            ("以太坊 減半 市場", Sort::Rank, true),
            ("以太坊 減半", Sort::Newest, false),
            // The only word is no part of the query that a document may lack.
            ("以太坊", Sort::Rank, false),
        ] {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            let [strict, relaxed] =
                [Mode::Strict, Mode::Relaxed].map(|mode| runner.plan(&query, mode).unwrap());
            assert_eq!(complete_docs_come_first(&strict, &relaxed, sort), expected, "{typed}");
        }
    }

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
