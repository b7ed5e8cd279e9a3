//! The bodies of searches for a plan.

use serde_json::{Value, json};
use wensou_cluster::{ClusterIndex, field};
use wensou_index::{Kind, TermKind};

use super::dsl::{MAX_CLAUSES, Translator, clause_count, scored_term_query};
use super::levels::{LevelScores, SCORE_PER_LEVEL};
use super::statistics::ClusterStatistics;
use crate::error::Error;
use crate::exec::top_k::{Recency, Sort};
use crate::plan::{MatchExpr, Plan, ScoredTerm};
use crate::rank::bm25::{idf, max_score};
use crate::rank::{IdfMass, weight};

/// The maximum number of groups that one response lists. A node reserves memory for that many.
pub(super) const MAX_GROUPS: usize = 500;

/// Unigrams that are only parts of words are rescored if a plan has at least this many of them,
/// each counted once for every field. See [`TermQueries::rescored`].
const MIN_RESCORED: usize = 8;

/// Each shard rescores this many times as many documents as the search returns, and at least
/// [`MIN_WINDOW`].
const WINDOW_FACTOR: usize = 4;
/// See [`WINDOW_FACTOR`].
const MIN_WINDOW: usize = 200;
/// As [`MIN_WINDOW`], if terms are rescored only because a query has more than [`MAX_CLAUSES`].
/// Among such terms are words and bigrams, which tell documents apart better than unigrams do.
const MIN_WINDOW_OF_LONG_TEXTS: usize = 1000;
/// If the filter of a query leaves room for fewer terms than this, no terms are moved to the
/// rescored ones: so few would not find the best documents, and a cluster that accepts no more
/// clauses then refuses the query.
const MIN_TERMS: usize = 500;
/// The maximum number of clauses in the queries for all levels, if the search has more than
/// [`MAX_CLAUSES`] in all. It leaves room for [`MIN_TERMS`] and a filter.
const MAX_LEVEL_CLAUSES: usize = 400;
/// The maximum number of documents that a shard rescores.
const MAX_WINDOW: usize = 10_000;

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
    /// The query for the documents that match. It is meant for filters: its scores are not used.
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
        let filter = self.filter_query(plan, filter);
        let mut should = match options.sort {
            Sort::Rank => self.levels(plan).1,
            Sort::Newest | Sort::Oldest => Vec::new(),
        };
        let clauses = clause_count(&filter) + should.iter().map(clause_count).sum::<usize>();
        let mut queries = self.term_queries(plan, options.sort)?;
        let room = MAX_CLAUSES.saturating_sub(clauses);
        let is_long = room >= MIN_TERMS && queries.limit_terms(room);
        let TermQueries { terms, rescored } = queries;
        let sum_query = |terms: &[TermQuery]| {
            let terms: Vec<_> = terms.iter().map(|term| &term.query).collect();
            let terms = json!({ "bool": { "should": terms } });
            // Age lowers what the terms score, but not what the coverage adds.
            match options.recency {
                Some(recency) => with_recency(terms, recency),
                None => terms,
            }
        };
        if !terms.is_empty() {
            should.push(sum_query(&terms));
        }
        let query = json!({ "bool": { "filter": filter, "should": should } });
        let mut body = json!({
            "query": query,
            "size": options.limit,
            "track_total_hits": true,
            "_source": [field::RECORD, field::ORDINAL, field::GROUP],
        });
        match options.sort {
            Sort::Rank if rescored.is_empty() => body["sort"] = sort_keys(Sort::Rank),
            Sort::Rank => {
                // The cluster rescores only hits that are sorted by score alone, its default.
                let min_window = if is_long { MIN_WINDOW_OF_LONG_TEXTS } else { MIN_WINDOW };
                let window = options.limit.saturating_mul(WINDOW_FACTOR);
                let window = window.clamp(min_window, MAX_WINDOW);
                let rescore = |terms: &[TermQuery]| {
                    let query = json!({ "rescore_query": sum_query(terms) });
                    json!({ "window_size": window, "query": query })
                };
                body["rescore"] = rescored.chunks(MAX_CLAUSES).map(rescore).collect();
            }
            // All documents of the last date are fetched and scored here, so the cluster may leave
            // out the terms in `rescored`.
            sort @ (Sort::Newest | Sort::Oldest) => body["sort"] = sort_keys(sort),
        }
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

    /// How the cluster orders documents by coverage. It does not if a plan has so many words that
    /// the queries for its levels take the room of the terms in a search: the documents that have
    /// most of so many words have the highest scores as well.
    pub(super) fn level_scores(&self, plan: &Plan) -> LevelScores {
        self.levels(plan).0
    }

    /// As [`Self::level_scores`], with the queries for these scores.
    fn levels(&self, plan: &Plan) -> (LevelScores, Vec<Value>) {
        let scores = LevelScores::new(plan);
        let queries = self.level_queries(plan, &scores);
        let of_levels: usize = queries.iter().map(clause_count).sum();
        let of_terms = plan.scored_terms.len() * Kind::ALL.len();
        let of_filter = || clause_count(&self.translator.query(&plan.match_expr));
        match of_levels <= MAX_LEVEL_CLAUSES || of_levels + of_terms + of_filter() <= MAX_CLAUSES {
            true => (scores, queries),
            false => (LevelScores::ByLevel(Vec::new()), Vec::new()),
        }
    }

    /// The queries that put documents of a higher coverage first: a higher coverage adds at least
    /// [`SCORE_PER_LEVEL`] more to a score, which is more than all terms together add.
    fn level_queries(&self, plan: &Plan, scores: &LevelScores) -> Vec<Value> {
        let units = &plan.covering.units;
        let scored = |filter: Value, score: u32| {
            let boost = SCORE_PER_LEVEL * score;
            json!({ "constant_score": { "filter": filter, "boost": boost } })
        };
        match scores {
            LevelScores::ByLevel(levels) => {
                let reach = |mass: IdfMass| self.translator.min_mass(mass.in_1024ths(), units);
                levels.iter().map(|(_, mass)| scored(reach(*mass), 1)).collect()
            }
            LevelScores::Additive(scores) => {
                let exprs = || units.iter().map(|unit| unit.expr.clone());
                let mut scored_exprs: Vec<_> = exprs().zip(scores.units.iter().copied()).collect();
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
    fn term_queries(&self, plan: &Plan, sort: Sort) -> Result<TermQueries, Error> {
        let description = self.index.description();
        let terms = plan.scored_terms.iter();
        let terms = terms.map(|term| (term.field, term.kind, term.text.as_str()));
        let by_kind = ClusterStatistics(self.index).by_kind(terms)?;
        let is_rescored = rescores_unigrams(&plan.scored_terms, sort);
        let mut queries = TermQueries::default();
        for (term, documents) in plan.scored_terms.iter().zip(by_kind) {
            for kind in Kind::ALL {
                let with_term = documents[kind as usize];
                let all = description.with_field[kind as usize][term.field as usize];
                if with_term > 0 {
                    let max_score = term.weight * max_score(term.idf);
                    let boost = max_score / idf(with_term, all);
                    let query =
                        TermQuery { max_score, query: scored_term_query(term, kind, boost) };
                    match is_rescored && is_part_of_word(term) {
                        true => queries.rescored.push(query),
                        false => queries.terms.push(query),
                    }
                }
            }
        }
        Ok(queries)
    }
}

/// The queries that score the terms of a plan.
#[derive(Debug, Default)]
struct TermQueries {
    /// The queries that score all documents that match.
    terms: Vec<TermQuery>,
    /// The queries that score only those documents that have the highest scores without them: some
    /// hundreds of each shard, see [`WINDOW_FACTOR`].
    ///
    /// These are the characters of the words in a long text: they are in so many documents that
    /// scoring them all would cost a third of the search. A document that is not among the first
    /// because it has few words and bigrams of the text does not get there by its unigrams.
    ///
    /// If a text has more terms than the cluster accepts in one query, those that score least are
    /// rescored, too.
    rescored: Vec<TermQuery>,
}

/// The query that scores a term in the documents of a kind.
#[derive(Debug)]
struct TermQuery {
    /// The maximum of what the term adds to a score.
    max_score: f32,
    query: Value,
}

impl TermQueries {
    /// Keeps at most `count` queries in `terms`: those with the highest scores. Moves the others to
    /// `rescored`, and returns whether there are any.
    fn limit_terms(&mut self, count: usize) -> bool {
        if self.terms.len() <= count {
            return false;
        }
        self.terms.sort_by(|one, other| other.max_score.total_cmp(&one.max_score));
        self.rescored.extend(self.terms.drain(count..));
        true
    }
}

/// Whether a term is a unigram that is no word of the query, only a character of its words.
fn is_part_of_word(term: &ScoredTerm) -> bool {
    // As a word, a unigram has the weight of a word in addition.
    term.kind == TermKind::Unigram && term.weight <= weight(term.field, term.kind)
}

/// Whether a plan has so many unigrams that are no words that they are rescored.
fn rescores_unigrams(terms: &[ScoredTerm], sort: Sort) -> bool {
    sort == Sort::Rank && terms.iter().filter(|term| is_part_of_word(term)).count() >= MIN_RESCORED
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

/// What hits are sorted by.
fn sort_keys(sort: Sort) -> Value {
    let by_rank = [json!({ "_score": "desc" }), json!({ (field::TIE): "asc" })];
    let order = match sort {
        Sort::Rank => return json!(by_rank),
        Sort::Newest => "desc",
        Sort::Oldest => "asc",
    };
    let by_date = json!({ (field::DATE): { "order": order, "missing": "_last" } });
    let [by_score, by_tie] = by_rank;
    json!([by_date, by_score, by_tie])
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::lang::{Clock, parse};
    use crate::plan::Mode;
    use crate::runner::Runner;
    use crate::test_support::sample_index;

    #[test]
    fn the_terms_with_the_lowest_scores_are_rescored_if_there_are_too_many() {
        let term = |max_score| TermQuery { max_score, query: Value::Null };
        let mut queries =
            TermQueries { terms: [1.0, 4.0, 2.0, 3.0].map(term).into(), rescored: vec![term(0.5)] };
        assert!(!queries.limit_terms(4));
        assert!(queries.limit_terms(2));
        let scores = |terms: &[TermQuery]| terms.iter().map(|it| it.max_score).collect::<Vec<_>>();
        assert_eq!(scores(&queries.terms), [4.0, 3.0]);
        assert_eq!(scores(&queries.rescored), [0.5, 2.0, 1.0]);
    }

    #[test]
    fn only_unigrams_of_long_texts_are_rescored() {
        let index = sample_index();
        let runner = Runner::new(&index);
        for (typed, sort, expected) in [
            ("比特幣挖礦難度為什麼下降", Sort::Rank, true),
            ("比特幣挖礦難度為什麼下降", Sort::Newest, false),
            ("比特幣 挖礦", Sort::Rank, false),
            ("幣", Sort::Rank, false),
            // Here the unigrams are words.
            ("但他", Sort::Rank, false),
        ] {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            let plan = runner.plan(&query, Mode::Relaxed).unwrap();
            assert_eq!(rescores_unigrams(&plan.scored_terms, sort), expected, "{typed}");
        }
    }
}
