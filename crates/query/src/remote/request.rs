//! The bodies of searches for a plan, and of the responses to them.

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::{Value, json};
use wensou_cluster::{ClusterIndex, field};
use wensou_index::Kind;
use wensou_ingest::Record;

use super::dsl::{Translator, scored_term_query};
use super::levels::{LevelScores, SCORE_PER_LEVEL};
use super::statistics::ClusterStatistics;
use crate::error::Error;
use crate::exec::top_k::{Recency, Sort};
use crate::plan::{MatchExpr, Plan};
use crate::rank::IdfMass;
use crate::rank::bm25::{idf, max_score};

/// The maximum number of groups that one response lists. A node reserves memory for that many.
pub(super) const MAX_GROUPS: usize = 500;

/// Which documents a search may return.
#[derive(Debug, Clone)]
pub(super) struct DocFilter {
    pub(super) expr: MatchExpr,
    /// The least summed mass, in 1024ths of idf, of the units of the plan that a document must
    /// have; `None` for any.
    pub(super) min_mass: Option<u32>,
}

/// Makes the bodies of searches in an index.
#[derive(Debug)]
pub(super) struct RequestBuilder<'c> {
    pub(super) index: &'c ClusterIndex,
    pub(super) translator: &'c Translator,
}

/// Which of the matching documents a search returns, and what it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct SearchOptions {
    pub(super) limit: usize,
    pub(super) sort: Sort,
    pub(super) recency: Option<Recency>,
    /// Whether the documents of each group of near-duplicates are counted.
    pub(super) count_groups: bool,
}

impl RequestBuilder<'_> {
    /// The query for the documents that match. They all score the same.
    pub(super) fn filter_query(&self, plan: &Plan, filter: &DocFilter) -> Value {
        let expr = self.translator.query(&filter.expr);
        match filter.min_mass {
            None => expr,
            Some(min) => {
                let mass = self.translator.min_mass(min, &plan.covering.units);
                json!({ "bool": { "filter": [expr, mass] } })
            }
        }
    }

    /// The search for the first documents of a plan. Their scores differ a little from those of
    /// this machine, because the cluster stores lengths in another way.
    pub(super) fn search(
        &self,
        plan: &Plan,
        filter: &DocFilter,
        options: SearchOptions,
    ) -> Result<Value, Error> {
        let mut should = Vec::new();
        let terms = self.term_queries(plan)?;
        if !terms.is_empty() {
            let terms = json!({ "bool": { "should": terms } });
            // Age lowers what the terms score, but not what the coverage adds.
            should.push(match options.recency {
                Some(recency) => with_recency(terms, recency),
                None => terms,
            });
        }
        if options.sort == Sort::Rank {
            should.extend(self.level_queries(plan));
        }
        let filter = self.filter_query(plan, filter);
        let query = json!({ "bool": { "filter": filter, "should": should } });
        let by_rank = json!([{ "_score": "desc" }, { (field::TIE): "asc" }]);
        let by_date = |order: &str| {
            let date = json!({ "order": order, "missing": "_last" });
            json!([{ (field::DATE): date }, { "_score": "desc" }, { (field::TIE): "asc" }])
        };
        let mut body = json!({
            "query": query,
            "size": options.limit,
            "sort": match options.sort {
                Sort::Rank => by_rank,
                Sort::Newest => by_date("desc"),
                Sort::Oldest => by_date("asc"),
            },
            "track_total_hits": true,
            "_source": [field::RECORD, field::ORDINAL, field::GROUP],
        });
        if options.count_groups {
            body["aggs"] = group_aggregation(None);
        }
        Ok(body)
    }

    /// The search for the first documents of a relaxed plan, which also counts how many documents
    /// match the filter of the strict plan: those have every word, so they come first.
    pub(super) fn search_and_count(
        &self,
        relaxed: (&Plan, &DocFilter, SearchOptions),
        strict: (&Plan, &DocFilter),
    ) -> Result<Value, Error> {
        let (plan, filter, options) = relaxed;
        let mut body = self.search(plan, filter, options)?;
        let (plan, filter) = strict;
        body["aggs"]["complete"] = json!({ "filter": self.filter_query(plan, filter) });
        Ok(body)
    }

    /// The queries that put documents of a higher coverage first: together they add more than all
    /// terms can.
    fn level_queries(&self, plan: &Plan) -> Vec<Value> {
        let units = &plan.covering.units;
        let scored = |filter: Value, score: u32| {
            let boost = SCORE_PER_LEVEL * score;
            json!({ "constant_score": { "filter": filter, "boost": boost } })
        };
        match LevelScores::new(plan) {
            LevelScores::ByLevel(levels) => {
                let reach = |mass: IdfMass| self.translator.min_mass(mass.in_1024ths(), units);
                levels.into_iter().map(|(_, mass)| scored(reach(mass), 1)).collect()
            }
            LevelScores::Additive(scores) => {
                let exprs = || units.iter().map(|unit| unit.expr.clone());
                let mut scored_exprs: Vec<_> = exprs().zip(scores.units).collect();
                scored_exprs.push((MatchExpr::Or(exprs().collect()), scores.any_unit));
                scored_exprs.push((MatchExpr::And(exprs().collect()), scores.all_units));
                let adding = scored_exprs.into_iter().filter(|(_, score)| *score > 0);
                adding.map(|(expr, score)| scored(self.translator.query(&expr), score)).collect()
            }
        }
    }

    /// The queries that score the terms of a plan, each in the documents of each kind. The cluster
    /// multiplies the tf saturation by an idf of its own, so the boost is the maximum score of the
    /// term, divided by that idf.
    fn term_queries(&self, plan: &Plan) -> Result<Vec<Value>, Error> {
        let description = self.index.description();
        let terms = plan.scored_terms.iter();
        let terms = terms.map(|term| (term.field, term.kind, term.text.as_str()));
        let by_kind = ClusterStatistics(self.index).by_kind(terms)?;
        let mut queries = Vec::new();
        for (term, documents) in plan.scored_terms.iter().zip(by_kind) {
            for kind in Kind::ALL {
                let with_term = documents[kind as usize];
                let all = description.with_field[kind as usize][term.field as usize];
                if with_term > 0 {
                    let boost = term.weight * max_score(term.idf) / idf(with_term, all);
                    queries.push(scored_term_query(term, kind, boost));
                }
            }
        }
        Ok(queries)
    }
}

/// The aggregation that counts, for each group of near-duplicates, its documents that match. One
/// response lists at most [`MAX_GROUPS`] groups; `after` is the last group of the previous
/// response, if further groups follow it.
pub(super) fn group_aggregation(after: Option<&str>) -> Value {
    let mut composite = json!({
        "size": MAX_GROUPS,
        "sources": [{ "group": { "terms": { "field": field::GROUP } } }],
    });
    if let Some(after) = after {
        composite["after"] = json!({ "group": after });
    }
    json!({ "groups": { "composite": composite } })
}

/// Multiplies the scores of a query by a factor that depends on age, see [`Recency::factor`].
fn with_recency(query: Value, recency: Recency) -> Value {
    let dated = json!({ "exists": { "field": field::DATE } });
    let newer = json!({ "range": { (field::DATE): { "gt": recency.today } } });
    let decay = json!({ (field::DATE): {
        "origin": recency.today,
        "scale": recency.half_life.max(1),
        "decay": 0.5,
    } });
    // Half of the factor is the same for all documents. Documents from the future get all of the
    // other half; undated ones get half of it, as if they were one half-life old.
    json!({ "function_score": {
        "query": query,
        "functions": [
            { "weight": 0.5 },
            { "filter": newer, "weight": 0.5 },
            { "filter": { "bool": { "must_not": dated } }, "weight": 0.25 },
            {
                "filter": { "bool": { "filter": dated, "must_not": newer } },
                "exp": decay,
                "weight": 0.5,
            },
        ],
        "score_mode": "sum",
        "boost_mode": "multiply",
    } })
}

/// The response to a search.
#[derive(Debug, Deserialize)]
pub(super) struct SearchResponse {
    pub(super) hits: Hits,
    #[serde(default)]
    pub(super) aggregations: Aggregations,
}

#[derive(Debug, Deserialize)]
pub(super) struct Hits {
    pub(super) total: Total,
    pub(super) hits: Vec<Hit>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Total {
    pub(super) value: usize,
}

/// A document that was found.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Hit {
    /// The values that the document is sorted by. The first is its score if hits are sorted by
    /// rank. Asking for the score in its own field, too, would make the cluster compute it twice.
    #[serde(default)]
    sort: Vec<Value>,
    #[serde(rename = "_source")]
    pub(super) source: Source,
}

impl Hit {
    /// The score that the cluster gave the document. Valid only if hits are sorted by rank;
    /// otherwise the number returned is a date.
    pub(super) fn score(&self) -> Option<f32> {
        self.sort.first().and_then(Value::as_f64).map(|score| score as f32)
    }
}

/// The fields of a document that the cluster sends.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Source {
    pub(super) record: Record,
    pub(super) ordinal: u64,
    #[serde(default)]
    pub(super) group: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Aggregations {
    #[serde(default)]
    pub(super) groups: GroupCounts,
    /// How many of the documents that match have every word, see
    /// [`RequestBuilder::search_and_count`].
    pub(super) complete: Option<DocCount>,
}

impl Aggregations {
    /// Counts the groups of near-duplicates among `hits`, which are all documents that match.
    pub(super) fn of_hits(hits: &[Hit]) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::default();
        for group in hits.iter().filter_map(|hit| hit.source.group.as_deref()) {
            *counts.entry(group).or_default() += 1;
        }
        let count = |(group, doc_count): (&str, usize)| GroupCount {
            key: GroupKey { group: group.to_owned() },
            doc_count,
        };
        let buckets = counts.into_iter().map(count).collect();
        Self { groups: GroupCounts { buckets, after_key: None }, complete: None }
    }
}

/// The groups of near-duplicates among the documents that match.
#[derive(Debug, Default, Deserialize)]
pub(super) struct GroupCounts {
    pub(super) buckets: Vec<GroupCount>,
    pub(super) after_key: Option<GroupKey>,
}

/// A number of documents that an aggregation has counted.
#[derive(Debug, Deserialize)]
pub(super) struct DocCount {
    pub(super) doc_count: usize,
}

/// A group of near-duplicates, and how many of its documents match.
#[derive(Debug, Deserialize)]
pub(super) struct GroupCount {
    pub(super) key: GroupKey,
    pub(super) doc_count: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct GroupKey {
    pub(super) group: String,
}
