//! Translates expressions and scored terms to the query language of the cluster.
//!
//! Every expression is translated exactly, except for two kinds that postings cannot answer: exact
//! texts with symbols, and words near each other. Their translation finds all documents that may
//! match, until [`Translator::verified`] has the ids of those that do.

use serde_json::{Value, json};
use wensou_cluster::{Description, bigrams, field, text_field, word_prefix_token, word_token};
use wensou_index::{Kind, TermKind, TextField};

use super::alternatives::Alternatives;
use crate::plan::expr::{Filter, FilterField, FilterValue};
use crate::plan::{CoveringUnit, MatchExpr, ScoredTerm};

/// The maximum number of clauses in one query, those of nested queries included. A cluster accepts
/// 1024 by default.
pub(super) const MAX_CLAUSES: usize = 1000;

/// An expression, and the ids of the documents that match it, found by comparing their texts.
pub(super) type VerifiedIds = (MatchExpr, Vec<String>);

/// Translates expressions.
///
/// Remembers the expressions that were verified: they are translated to lists of ids.
#[derive(Debug, Default)]
pub(super) struct Translator {
    /// The expressions that were verified.
    pub(super) verified: Vec<VerifiedIds>,
    /// The text fields that are empty in all documents of a kind, so that no query need name them.
    empty_fields: Vec<(Kind, TextField)>,
}

impl Translator {
    /// A translator for the index with this description.
    pub(super) fn new(description: &Description) -> Self {
        let all = Kind::ALL.into_iter().flat_map(|kind| TextField::ALL.map(|field| (kind, field)));
        let is_empty = |(kind, field): &(Kind, TextField)| {
            description.with_field[*kind as usize][*field as usize] == 0
        };
        Self { verified: Vec::new(), empty_fields: all.filter(is_empty).collect() }
    }

    /// The query for the documents that match an expression. It is meant for filters: its scores
    /// are not used.
    pub(super) fn query(&self, expr: &MatchExpr) -> Value {
        let queries = |members: &[MatchExpr]| members.iter().map(|it| self.query(it)).collect();
        if let Some((_, ids)) = self.verified.iter().find(|(known, _)| known == expr) {
            return json!({ "ids": { "values": ids } });
        }
        match expr {
            MatchExpr::All => json!({ "match_all": {} }),
            MatchExpr::None => json!({ "match_none": {} }),
            MatchExpr::And(members) => all_of(queries(members)),
            MatchExpr::Or(members) => any_of(queries(members)),
            MatchExpr::MinShouldMatch(count, members) => match *count {
                0 => json!({ "match_all": {} }),
                count if count > members.len() => json!({ "match_none": {} }),
                count => {
                    let members: Vec<Value> = queries(members);
                    json!({ "bool": { "should": members, "minimum_should_match": count } })
                }
            },
            MatchExpr::AndNot(included, excluded) => json!({ "bool": {
                "filter": self.query(included),
                "must_not": self.query(excluded),
            } }),
            MatchExpr::Term { fields, word } => {
                let token = word_token(word);
                self.in_fields(fields, |field| json!({ "term": { field: token } }))
            }
            MatchExpr::Phrase { fields, key } => {
                let key: Vec<char> = key.chars().collect();
                self.in_fields(fields, |field| phrase_query(field, &key))
            }
            MatchExpr::Exact { fields, needle } => {
                let pattern = needle.pattern();
                let words: Vec<String> =
                    pattern.symbol_terms().iter().map(|term| word_token(term)).collect();
                self.in_fields(fields, |field| {
                    let key =
                        (!pattern.key().is_empty()).then(|| phrase_query(field, pattern.key()));
                    let words = words.iter().map(|word| json!({ "term": { field: word } }));
                    all_of(key.into_iter().chain(words).collect())
                })
            }
            MatchExpr::Near { words, .. } => all_of(queries(words)),
            MatchExpr::Prefix { fields, prefix } => {
                let token = word_prefix_token(prefix);
                self.in_fields(fields, |field| json!({ "prefix": { field: token } }))
            }
            MatchExpr::Path { name, whole } => path_query(name, *whole),
            MatchExpr::Filter(filter) => filter_query(filter),
        }
    }

    /// The query for documents of either kind that match in one of the fields. `query` makes the
    /// query for one field of the cluster, which has a field for each kind and text field.
    fn in_fields(&self, fields: &[TextField], query: impl Fn(&str) -> Value) -> Value {
        let of_kind = |kind| fields.iter().map(move |field| (kind, *field));
        let with_text = Kind::ALL.into_iter().flat_map(of_kind);
        let with_text = with_text.filter(|field| !self.empty_fields.contains(field));
        any_of(with_text.map(|(kind, field)| query(&text_field(kind, field))).collect())
    }

    /// The query for documents with units of a plan whose masses add up to `min` 1024ths or more.
    ///
    /// The cluster adds up masses as scores, exactly: sums are whole numbers below 2^24, which a
    /// float can represent. If any unit is enough, or every unit is needed, a query without scores
    /// finds the same documents.
    pub(super) fn min_mass(&self, min: u32, units: &[CoveringUnit]) -> Value {
        let masses = || units.iter().map(|unit| unit.mass.in_1024ths());
        let (lightest, all) = (masses().min().unwrap_or(0), masses().sum::<u32>());
        let queries = || units.iter().map(|unit| self.query(&unit.expr)).collect();
        if min <= lightest {
            return any_of(queries());
        }
        if min <= all && min > all - lightest {
            return all_of(queries());
        }
        let scored_by_mass = |unit: &CoveringUnit| {
            let filter = self.query(&unit.expr);
            json!({ "constant_score": { "filter": filter, "boost": unit.mass.in_1024ths() } })
        };
        let units: Vec<Value> = units.iter().map(scored_by_mass).collect();
        json!({ "function_score": {
            "query": { "bool": { "should": units } },
            "min_score": min,
        } })
    }
}

/// Whether the cluster cannot decide if a document matches an expression, so that the text of the
/// document has to be compared here.
fn needs_verification(expr: &MatchExpr) -> bool {
    match expr {
        MatchExpr::Near { .. } => true,
        // Each symbol is a term of the index, so one symbol alone is found exactly.
        MatchExpr::Exact { needle, .. } => !needle.pattern().is_one_symbol(),
        _ => false,
    }
}

/// The parts of an expression that need verification, each once.
pub(super) fn parts_to_verify(expr: &MatchExpr) -> Vec<&MatchExpr> {
    let mut parts = Vec::new();
    collect_parts_to_verify(expr, &mut parts);
    parts
}

fn collect_parts_to_verify<'e>(expr: &'e MatchExpr, parts: &mut Vec<&'e MatchExpr>) {
    if needs_verification(expr) {
        if !parts.contains(&expr) {
            parts.push(expr);
        }
        return;
    }
    match expr {
        MatchExpr::And(members)
        | MatchExpr::Or(members)
        | MatchExpr::MinShouldMatch(_, members) => {
            members.iter().for_each(|member| collect_parts_to_verify(member, parts));
        }
        MatchExpr::AndNot(included, excluded) => {
            collect_parts_to_verify(included, parts);
            collect_parts_to_verify(excluded, parts);
        }
        _ => {}
    }
}

/// The query that scores one term in the documents of a kind: by the BM25 score that the cluster
/// computes, times `boost`.
pub(super) fn scored_term_query(term: &ScoredTerm, kind: Kind, boost: f32) -> Value {
    let token = match term.kind {
        TermKind::Word => word_token(&term.text),
        TermKind::Unigram | TermKind::Bigram => term.text.clone(),
    };
    json!({ "term": { text_field(kind, term.field): { "value": token, "boost": boost } } })
}

/// The query for adjacent key characters in a field of the cluster.
fn phrase_query(field: &str, key: &[char]) -> Value {
    match key {
        [] => json!({ "match_none": {} }),
        [_] | [_, _] => {
            let token: String = key.iter().collect();
            json!({ "term": { field: token } })
        }
        key => json!({ "match_phrase": { field: bigrams(key) } }),
    }
}

fn all_of(mut members: Vec<Value>) -> Value {
    match members.len() {
        0 => json!({ "match_all": {} }),
        1 => members.remove(0),
        _ => json!({ "bool": { "filter": members } }),
    }
}

fn any_of(members: Vec<Value>) -> Value {
    let mut alternatives = Alternatives::default();
    members.into_iter().for_each(|member| alternatives.add(member));
    let mut queries = alternatives.into_queries();
    match queries.len() {
        0 => json!({ "match_none": {} }),
        1 => queries.remove(0),
        _ => json!({ "bool": { "should": queries } }),
    }
}

/// The number of clauses in a query, as the cluster counts them: queries that contain others are
/// not counted themselves.
pub(super) fn clause_count(query: &Value) -> usize {
    let of_all = |queries: &Value| match queries {
        Value::Array(queries) => queries.iter().map(clause_count).sum(),
        query => clause_count(query),
    };
    let Value::Object(object) = query else { return 0 };
    let of_kind = |(kind, inner): (&String, &Value)| match (kind.as_str(), inner) {
        ("bool", Value::Object(members)) => {
            let with_queries = members.values().filter(|it| it.is_object() || it.is_array());
            with_queries.map(of_all).sum()
        }
        ("constant_score", inner) => clause_count(&inner["filter"]),
        ("function_score", inner) => clause_count(&inner["query"]),
        _ => 1,
    };
    object.iter().map(of_kind).sum()
}

/// The query for documents whose path contains `name`. In the path, `name` must begin where the
/// name of a file or folder begins; if `whole` is set, it must also end where such a name ends.
/// [`field::PATH`] has the path from each such name on: `a/b/c`, `b/c` and `c`.
fn path_query(name: &str, whole: bool) -> Value {
    let starts_with = |prefix: &str| json!({ "prefix": { field::PATH: prefix } });
    match whole {
        false => starts_with(name),
        true => {
            let ends_there = json!({ "term": { field::PATH: name } });
            any_of(vec![ends_there, starts_with(&format!("{name}/"))])
        }
    }
}

fn filter_query(filter: &Filter) -> Value {
    match filter {
        Filter::Term(field, FilterValue::Text(value)) => {
            json!({ "term": { field_name(*field): value } })
        }
        Filter::Term(field, FilterValue::Number(value)) => {
            json!({ "term": { field_name(*field): value } })
        }
        Filter::Prefix(field, prefix) => json!({ "prefix": { field_name(*field): prefix } }),
        Filter::Range { field, from, until } => {
            json!({ "range": { field_name(*field): { "gte": from, "lt": until } } })
        }
        Filter::Exists(field) => json!({ "exists": { "field": field_name(*field) } }),
    }
}

/// The name of the field of the cluster that a filter reads.
pub(super) fn field_name(field: FilterField) -> &'static str {
    match field {
        FilterField::Id => field::ID,
        FilterField::Kind => field::KIND,
        FilterField::Date => field::DATE,
        FilterField::Provenance => field::PROVENANCE,
        FilterField::Tag => field::TAG,
        FilterField::Source => field::SOURCE,
        FilterField::Author => field::AUTHOR,
        FilterField::Site => field::SITE,
        FilterField::Url => field::URL,
        FilterField::Category => field::CATEGORY,
        FilterField::Has => field::HAS,
        FilterField::Script => field::SCRIPT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clauses_of_nested_queries_are_counted() {
        let term = json!({ "term": { "title": "市場" } });
        let nested = json!({ "bool": {
            "filter": { "constant_score": { "filter": term } },
            "should": [term, { "function_score": { "query": { "bool": { "must_not": [term] } } } }],
            "minimum_should_match": 1,
        } });
        assert_eq!([&term, &nested].map(clause_count), [1, 3]);
    }
}
