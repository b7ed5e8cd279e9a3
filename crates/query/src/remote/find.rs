//! Finds the first documents of a plan: candidates of the cluster, ranked here.

use serde::Deserialize;
use serde_json::{Value, json};
use wensou_cluster::field;

use super::cluster_engine::ClusterEngine;
use super::levels::level_score;
use super::request::{self, Answer, Hit, Requests, Searched, Wanted};
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::top_k::{Count, ScoredDoc, Sort, TopK};
use crate::plan::{MatchExpr, Plan};

/// How much less than here the cluster may score a document, as a part of its score.
const TOLERANCE: f32 = 0.05;

/// Documents that are fetched at most because their scores are nearly equal.
const MAX_TIES: usize = 1000;

/// The most documents that one search of the cluster returns.
const MAX_RESULTS: usize = 10_000;

/// The cluster stores lengths in another way, so that its scores differ a little. This many more
/// documents are asked for than are needed, in percent and beside that, so that none is missed.
const MARGIN_PERCENT: usize = 25;
const MARGIN: usize = 10;

/// The documents to ask the cluster for, so that those that are wanted are among them.
fn first_size(top_k: &TopK<'_>) -> usize {
    let needed = match top_k.hits {
        // Near-duplicates are often beside each other.
        Some(hits) => top_k.limit.max(hits.wanted.saturating_mul(2)),
        None => top_k.limit,
    };
    needed.saturating_add(needed.saturating_mul(MARGIN_PERCENT) / 100 + MARGIN).min(MAX_RESULTS)
}

/// The first `limit` documents, as they are asked for.
fn wanted(top_k: &TopK<'_>, limit: usize) -> Wanted {
    let count_groups = matches!(top_k.count, Count::Hits(_));
    Wanted { limit, sort: top_k.sort, recency: top_k.recency, count_groups }
}

/// Whether documents that follow `last`, to which the cluster gave this score, may precede `kept`
/// with the scores that they have here.
fn may_precede(plan: &Plan, (last, score): (&ScoredDoc, f32), kept: &ScoredDoc) -> bool {
    if last.coverage != kept.coverage {
        return last.coverage > kept.coverage;
    }
    score - level_score(plan, last.coverage) >= kept.score * (1.0 - TOLERANCE)
}

impl ClusterEngine<'_> {
    /// As [`Engine::first_hits`](crate::engine::Engine::first_hits).
    pub(super) fn find(
        &self,
        plan: &Plan,
        top_k: &TopK<'_>,
    ) -> Result<(usize, Vec<ScoredDoc>), Error> {
        let searched = self.searched(plan, top_k)?;
        self.verify(&plan.match_expr)?;
        plan.covering.units.iter().try_for_each(|unit| self.verify(&unit.expr))?;
        let mut size = first_size(top_k);
        let mut prefetched = self.prefetched.take(plan, top_k, wanted(top_k, size));
        loop {
            size = size.min(MAX_RESULTS);
            let answer = match prefetched.take() {
                Some(answer) => answer,
                None => self.send(plan, &searched, wanted(top_k, size))?,
            };
            let total = answer.hits.total.value;
            let counted = self.count_hits(plan, top_k, &searched, &answer)?;
            let is_partial = answer.hits.hits.len() < total;
            let last_score = answer.hits.hits.last().and_then(Hit::score);
            let mut found = self.rank(plan, top_k, answer)?;
            // The last document in the order of the cluster.
            let last_hit = found.last().copied();
            let fetched = found.len();
            let last = found.iter().map(ScoredDoc::rank_date).min();
            let is_enough = top_k.keep_first(&mut found).is_some();
            // Documents of one date are ordered by score, so all of them are needed.
            let is_cut = top_k.sort != Sort::Rank
                && fetched > found.len()
                && found.last().map(ScoredDoc::rank_date) == last;
            let is_near = size < MAX_TIES
                && top_k.sort == Sort::Rank
                && last_hit
                    .zip(last_score)
                    .zip(found.last())
                    .is_some_and(|((last, score), kept)| may_precede(plan, (&last, score), kept));
            let few = counted.is_some_and(|(_, hits)| match top_k.count {
                Count::Hits(counter) => hits < counter.wanted() && fetched < total,
                Count::Nothing | Count::Documents => false,
            });
            if is_partial && size < MAX_RESULTS && (!is_enough || is_cut || is_near || few) {
                size = size.saturating_mul(4);
                continue;
            }
            if let (Some((repeated, hits)), Count::Hits(counter)) = (counted, top_k.count) {
                let mut few: Vec<DocAddress> = Vec::new();
                if hits < counter.wanted() {
                    few.extend(found.iter().map(|doc| doc.address));
                    few.sort_unstable();
                }
                counter.set(repeated, hits, few);
            }
            return Ok((total, found));
        }
    }

    /// What is searched for.
    fn searched(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<Searched, Error> {
        let mut expr = plan.match_expr.clone();
        if !top_k.left_out.is_empty() {
            let ids = top_k.left_out.iter().map(|at| Ok(self.document(*at)?.id_expr()));
            let ids = ids.collect::<Result<Vec<_>, Error>>()?;
            expr = MatchExpr::and_not(expr, MatchExpr::any_of(ids));
        }
        let min_mass = top_k.least.and_then(|least| {
            let mut levels = plan.covering.scale.levels();
            levels.find(|(level, _)| *level == least).map(|(_, mass)| mass.units())
        });
        Ok(Searched { expr, min_mass })
    }

    fn send(&self, plan: &Plan, searched: &Searched, wanted: Wanted) -> Result<Answer, Error> {
        Ok(self.index.search(&self.request(plan, searched, wanted)?)?)
    }

    fn request(&self, plan: &Plan, searched: &Searched, wanted: Wanted) -> Result<Value, Error> {
        let translator = self.translator.borrow();
        let requests = Requests { index: self.index, translator: &translator };
        requests.search(plan, searched, wanted)
    }

    /// Sends several searches in one request, and keeps the answers until they are asked for.
    pub(super) fn fetch(&self, searches: &[(&Plan, TopK<'_>)]) -> Result<(), Error> {
        let mut bodies = Vec::with_capacity(searches.len());
        for (plan, top_k) in searches {
            self.verify(&plan.match_expr)?;
            plan.covering.units.iter().try_for_each(|unit| self.verify(&unit.expr))?;
            let searched = self.searched(plan, top_k)?;
            bodies.push(self.request(plan, &searched, wanted(top_k, first_size(top_k)))?);
        }
        let answers = self.index.multi_search(&bodies)?;
        for ((plan, top_k), answer) in searches.iter().zip(answers) {
            self.prefetched.keep(plan, wanted(top_k, first_size(top_k)), answer);
        }
        Ok(())
    }

    /// The number of documents that repeat a near-duplicate, and that of hits.
    fn count_hits(
        &self,
        plan: &Plan,
        top_k: &TopK<'_>,
        searched: &Searched,
        answer: &Answer,
    ) -> Result<Option<(usize, usize)>, Error> {
        #[derive(Deserialize)]
        struct More {
            aggregations: request::Aggregations,
        }
        if !matches!(top_k.count, Count::Hits(_)) {
            return Ok(None);
        }
        let repeats = |groups: &request::Groups| -> usize {
            groups.buckets.iter().map(|group| group.doc_count - 1).sum()
        };
        let mut repeated = repeats(&answer.aggregations.groups);
        let next = |groups: &request::Groups| match groups.buckets.len() {
            request::MAX_GROUPS => groups.after_key.as_ref().map(|key| key.group.clone()),
            _ => None,
        };
        let mut after = next(&answer.aggregations.groups);
        while let Some(group) = after {
            let translator = self.translator.borrow();
            let requests = Requests { index: self.index, translator: &translator };
            let query = requests.filter(plan, searched);
            let aggs = request::groups(Some(&group));
            let body = json!({ "query": query, "size": 0, "aggs": aggs });
            let more: More = self.index.search(&body)?;
            repeated += repeats(&more.aggregations.groups);
            after = next(&more.aggregations.groups);
        }
        Ok(Some((repeated, answer.hits.total.value - repeated)))
    }

    /// Scores the documents that the cluster has sent.
    fn rank(&self, plan: &Plan, top_k: &TopK<'_>, answer: Answer) -> Result<Vec<ScoredDoc>, Error> {
        let mut found: Vec<ScoredDoc> = Vec::new();
        for hit in answer.hits.hits {
            let address = self.keep(hit.source)?;
            // A search that was sent before did not leave them out.
            if top_k.left_out.binary_search(&address).is_ok() {
                continue;
            }
            let document = self.document(address)?;
            let coverage = document.coverage(plan);
            if top_k.least.is_some_and(|least| coverage < least) {
                continue;
            }
            let score = document.score(plan, self.norms());
            let of = (document.date(), coverage, document.tie_breaker());
            found.push(top_k.scored(address, score, of));
        }
        Ok(found)
    }

    /// The document with an id, or with a variant of this id.
    pub(super) fn with_id(&self, id: &str) -> Result<Option<DocAddress>, Error> {
        let body = json!({
            "query": { "term": { (field::ID): id } },
            "size": 1,
            "track_total_hits": true,
            "_source": [field::RECORD, field::ORDINAL, field::GROUP],
        });
        let answer: Answer = self.index.search(&body)?;
        answer.hits.hits.into_iter().next().map(|hit| self.keep(hit.source)).transpose()
    }

    /// The ids of the documents of a group that match an expression, in the order of bytes. Asks
    /// for all groups of the documents that were sent at once.
    pub(super) fn members_of(&self, group: &str, expr: &MatchExpr) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Member {
            group: String,
        }
        let (of, members) = &mut *self.members.borrow_mut();
        if of != expr {
            *of = expr.clone();
            members.clear();
        }
        if let Some(members) = members.get(group) {
            return Ok(members.clone());
        }
        let mut wanted = vec![group.to_owned()];
        let others = self.groups.ids().into_iter();
        let others = others.filter(|other| !members.contains_key(other));
        wanted.extend(others.take(MAX_GROUPS_AT_ONCE));
        wanted.sort_unstable();
        wanted.dedup();
        members.extend(wanted.iter().map(|group| (group.clone(), Vec::new())));
        self.verify(expr)?;
        let matching = self.translator.borrow().query(expr);
        let in_groups = json!({ "terms": { (field::GROUP): wanted } });
        let query = json!({ "bool": { "filter": [in_groups, matching] } });
        self.for_each_match(&query, &[field::GROUP], |id, source| {
            let Member { group } = serde_json::from_str(source)?;
            members.entry(group).or_default().push(id);
            Ok(())
        })?;
        members.values_mut().for_each(|ids| ids.sort_unstable());
        Ok(members.get(group).cloned().unwrap_or_default())
    }
}

/// The most groups whose members are asked for in one request.
const MAX_GROUPS_AT_ONCE: usize = 200;
