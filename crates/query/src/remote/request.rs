//! The requests of a search, and what they return.

use serde::Deserialize;
use serde_json::{Value, json};
use wensou_cluster::{ClusterIndex, field};
use wensou_index::Kind;
use wensou_ingest::Record;

use super::dsl::{Translator, scored};
use super::levels::{LEVEL, distinct_levels};
use super::statistics::ClusterStatistics;
use crate::error::Error;
use crate::exec::top_k::{Recency, Sort};
use crate::plan::{MatchExpr, Plan};
use crate::rank::bm25::{idf, max_score};

/// The most groups that one answer lists. A node reserves memory for as many.
pub(super) const MAX_GROUPS: usize = 500;

/// Which documents are searched.
#[derive(Debug, Clone)]
pub(super) struct Searched {
    pub(super) expr: MatchExpr,
    /// The least mass of the units of the plan that a document has, if there is one.
    pub(super) min_mass: Option<u32>,
}

/// Translates plans for an index.
#[derive(Debug)]
pub(super) struct Requests<'c> {
    pub(super) index: &'c ClusterIndex,
    pub(super) translator: &'c Translator,
}

/// Which documents a search returns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) limit: usize,
    pub(super) sort: Sort,
    pub(super) recency: Option<Recency>,
    /// Whether the documents of each group of near-duplicates are counted.
    pub(super) count_groups: bool,
}

impl Requests<'_> {
    /// The query for some documents of a plan. They all score the same.
    pub(super) fn filter(&self, plan: &Plan, searched: &Searched) -> Value {
        let expr = self.translator.query(&searched.expr);
        match searched.min_mass {
            None => expr,
            Some(min) => {
                let mass = self.translator.min_mass(min, &plan.covering.units);
                json!({ "bool": { "filter": [expr, mass] } })
            }
        }
    }

    /// The search for the first documents of a plan, scored nearly as they are here: the cluster
    /// stores lengths in another way.
    pub(super) fn search(
        &self,
        plan: &Plan,
        searched: &Searched,
        wanted: Wanted,
    ) -> Result<Value, Error> {
        let mut should = Vec::new();
        let terms = self.scored_terms(plan)?;
        if !terms.is_empty() {
            let terms = json!({ "bool": { "should": terms } });
            // Age lowers what the terms score, and not what the coverage adds.
            should.push(match wanted.recency {
                Some(recency) => recent(terms, recency),
                None => terms,
            });
        }
        if wanted.sort == Sort::Rank {
            should.extend(self.levels(plan));
        }
        let filter = self.filter(plan, searched);
        let query = json!({ "bool": { "filter": filter, "should": should } });
        let by_rank = json!([{ "_score": "desc" }, { (field::TIE): "asc" }]);
        let by_date = |order: &str| {
            let date = json!({ "order": order, "missing": "_last" });
            json!([{ (field::DATE): date }, { "_score": "desc" }, { (field::TIE): "asc" }])
        };
        let mut body = json!({
            "query": query,
            "size": wanted.limit,
            "sort": match wanted.sort {
                Sort::Rank => by_rank,
                Sort::Newest => by_date("desc"),
                Sort::Oldest => by_date("asc"),
            },
            "track_total_hits": true,
            "_source": [field::RECORD, field::ORDINAL, field::GROUP],
        });
        if wanted.count_groups {
            body["aggs"] = groups(None);
        }
        Ok(body)
    }

    /// The queries that put documents of a higher coverage first: one for each coverage, which adds
    /// more than all terms can.
    fn levels(&self, plan: &Plan) -> impl Iterator<Item = Value> {
        let units = &plan.covering.units;
        distinct_levels(plan).into_iter().map(move |(_, mass)| {
            let filter = self.translator.min_mass(mass.units(), units);
            json!({ "constant_score": { "filter": filter, "boost": LEVEL } })
        })
    }

    /// The queries that score the terms of a plan, each in the documents of each kind. The cluster
    /// multiplies by an idf of its own, so ours is divided by that.
    fn scored_terms(&self, plan: &Plan) -> Result<Vec<Value>, Error> {
        let description = self.index.description();
        let terms = plan.scored_terms.iter();
        let terms = terms.map(|term| (term.field, term.kind, term.text.as_str()));
        let by_kind = ClusterStatistics(self.index).by_kind(terms)?;
        let mut queries = Vec::new();
        for (term, documents) in plan.scored_terms.iter().zip(by_kind) {
            for kind in Kind::ALL {
                let have_it = documents[kind as usize];
                let all = description.with_field[kind as usize][term.field as usize];
                if have_it > 0 {
                    let boost = term.weight * max_score(term.idf) / idf(have_it, all);
                    queries.push(scored(term, kind, boost));
                }
            }
        }
        Ok(queries)
    }
}

/// The aggregation that counts the groups of near-duplicates among the documents that match: after
/// the group `after`, if the first answer did not list them all.
pub(super) fn groups(after: Option<&str>) -> Value {
    let mut composite = json!({
        "size": MAX_GROUPS,
        "sources": [{ "group": { "terms": { "field": field::GROUP } } }],
    });
    if let Some(after) = after {
        composite["after"] = json!({ "group": after });
    }
    json!({ "groups": { "composite": composite } })
}

/// A query whose scores depend on age, see [`Recency::factor`].
fn recent(query: Value, recency: Recency) -> Value {
    let dated = json!({ "exists": { "field": field::DATE } });
    let newer = json!({ "range": { (field::DATE): { "gt": recency.today } } });
    let decay = json!({ (field::DATE): {
        "origin": recency.today,
        "scale": recency.half_life.max(1),
        "decay": 0.5,
    } });
    // Half the factor does not depend on age. Of the other half, documents from the future get all,
    // and undated ones a half, as if they were one half-life old.
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

/// The answer to a search.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
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
#[derive(Debug, Deserialize)]
pub(super) struct Hit {
    /// What it is ordered by. Asked for beside that, its score would be calculated once more.
    #[serde(default)]
    sort: Vec<Value>,
    #[serde(rename = "_source")]
    pub(super) source: Source,
}

impl Hit {
    /// The score that the cluster gave it, if documents are ordered by score.
    pub(super) fn score(&self) -> Option<f32> {
        self.sort.first().and_then(Value::as_f64).map(|score| score as f32)
    }
}

/// What of a document is sent.
#[derive(Debug, Deserialize)]
pub(super) struct Source {
    pub(super) record: Record,
    pub(super) ordinal: u64,
    #[serde(default)]
    pub(super) group: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Aggregations {
    #[serde(default)]
    pub(super) groups: Groups,
}

/// The groups of near-duplicates among the documents that match.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Groups {
    pub(super) buckets: Vec<Group>,
    pub(super) after_key: Option<GroupKey>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Group {
    pub(super) doc_count: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct GroupKey {
    pub(super) group: String,
}
