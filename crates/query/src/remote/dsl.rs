//! Translates expressions and scored terms to the query language of the cluster.
//!
//! Every expression is translated exactly, except for two kinds that postings cannot answer: exact
//! texts with symbols, and words near each other. For these, [`Translator`] is given the documents
//! that have them, or else finds all documents that may have them.

use serde_json::{Value, json};
use wensou_cluster::{bigrams, field, text_field, word_prefix_token, word_token};
use wensou_index::{Kind, TermKind, TextField};

use crate::plan::expr::{Filter, FilterField, FilterValue};
use crate::plan::{CoveringUnit, MatchExpr, ScoredTerm};

/// The most clauses that the cluster takes in one query.
const MAX_CLAUSES: usize = 1000;

/// The ids of the documents that match an expression, as the text of each was compared.
pub(super) type Verified = (MatchExpr, Vec<String>);

/// Translates expressions.
#[derive(Debug, Default)]
pub(super) struct Translator {
    pub(super) verified: Vec<Verified>,
}

impl Translator {
    /// The query for the documents that match an expression. They all score the same.
    pub(super) fn query(&self, expr: &MatchExpr) -> Value {
        let all = |members: &[MatchExpr]| members.iter().map(|it| self.query(it)).collect();
        if let Some((_, ids)) = self.verified.iter().find(|(of, _)| of == expr) {
            return json!({ "ids": { "values": ids } });
        }
        match expr {
            MatchExpr::All => json!({ "match_all": {} }),
            MatchExpr::None => json!({ "match_none": {} }),
            MatchExpr::And(members) => all_of(all(members)),
            MatchExpr::Or(members) => any_of(all(members)),
            MatchExpr::MinShouldMatch(count, members) => match *count {
                0 => json!({ "match_all": {} }),
                count if count > members.len() => json!({ "match_none": {} }),
                count => {
                    let members: Vec<Value> = all(members);
                    json!({ "bool": { "should": members, "minimum_should_match": count } })
                }
            },
            MatchExpr::AndNot(included, excluded) => json!({ "bool": {
                "filter": self.query(included),
                "must_not": self.query(excluded),
            } }),
            MatchExpr::Term { fields, word } => {
                let token = word_token(word);
                in_fields(fields, |field| json!({ "term": { field: token } }))
            }
            MatchExpr::Phrase { fields, key } => {
                let key: Vec<char> = key.chars().collect();
                in_fields(fields, |field| sequence(field, &key))
            }
            MatchExpr::Exact { fields, needle } => {
                let pattern = needle.pattern();
                let words: Vec<String> =
                    pattern.symbol_terms().iter().map(|term| word_token(term)).collect();
                in_fields(fields, |field| {
                    let key = (!pattern.key().is_empty()).then(|| sequence(field, pattern.key()));
                    let words = words.iter().map(|word| json!({ "term": { field: word } }));
                    all_of(key.into_iter().chain(words).collect())
                })
            }
            MatchExpr::Near { words, .. } => all_of(all(words)),
            MatchExpr::Prefix { fields, prefix } => {
                let token = word_prefix_token(prefix);
                in_fields(fields, |field| json!({ "prefix": { field: token } }))
            }
            MatchExpr::Path { name, whole } => path(name, *whole),
            MatchExpr::Filter(filter) => filtered(filter),
        }
    }

    /// The query for documents with units of a plan whose masses add up to `min`. A score adds up
    /// the mass: the sums are whole numbers below 2^24, which a float has exactly. Where any unit
    /// is enough, or every unit is needed, no sum is.
    pub(super) fn min_mass(&self, min: u32, units: &[CoveringUnit]) -> Value {
        let masses = || units.iter().map(|unit| unit.mass.units());
        let (least, all) = (masses().min().unwrap_or(0), masses().sum::<u32>());
        let exprs = || units.iter().map(|unit| self.query(&unit.expr)).collect();
        if min <= least {
            return any_of(exprs());
        }
        if min <= all && min > all - least {
            return all_of(exprs());
        }
        let unit = |unit: &CoveringUnit| {
            let filter = self.query(&unit.expr);
            json!({ "constant_score": { "filter": filter, "boost": unit.mass.units() } })
        };
        let units: Vec<Value> = units.iter().map(unit).collect();
        json!({ "function_score": {
            "query": { "bool": { "should": units } },
            "min_score": min,
        } })
    }
}

/// Whether an expression is one of those whose matches are read from the text of documents.
pub(super) fn is_verified(expr: &MatchExpr) -> bool {
    match expr {
        MatchExpr::Near { .. } => true,
        MatchExpr::Exact { needle, .. } => !needle.pattern().is_one_symbol(),
        _ => false,
    }
}

/// The parts of an expression whose matches are read from the text of documents, each once.
pub(super) fn verified_parts(expr: &MatchExpr) -> Vec<&MatchExpr> {
    let mut parts = Vec::new();
    collect_verified(expr, &mut parts);
    parts
}

fn collect_verified<'e>(expr: &'e MatchExpr, parts: &mut Vec<&'e MatchExpr>) {
    if is_verified(expr) {
        if !parts.contains(&expr) {
            parts.push(expr);
        }
        return;
    }
    match expr {
        MatchExpr::And(members)
        | MatchExpr::Or(members)
        | MatchExpr::MinShouldMatch(_, members) => {
            members.iter().for_each(|member| collect_verified(member, parts));
        }
        MatchExpr::AndNot(included, excluded) => {
            collect_verified(included, parts);
            collect_verified(excluded, parts);
        }
        _ => {}
    }
}

/// The query that scores one term in documents of a kind. `idf` is what the cluster multiplies by.
pub(super) fn scored(term: &ScoredTerm, kind: Kind, boost: f32) -> Value {
    let token = match term.kind {
        TermKind::Word => word_token(&term.text),
        TermKind::Unigram | TermKind::Bigram => term.text.clone(),
    };
    json!({ "term": { text_field(kind, term.field): { "value": token, "boost": boost } } })
}

/// A sequence of key characters in a field of the cluster.
fn sequence(field: &str, key: &[char]) -> Value {
    match key {
        [] => json!({ "match_none": {} }),
        [_] | [_, _] => {
            let token: String = key.iter().collect();
            json!({ "term": { field: token } })
        }
        key => json!({ "match_phrase": { field: bigrams(key) } }),
    }
}

/// Documents of both kinds that match in one of the fields.
fn in_fields(fields: &[TextField], query: impl Fn(&str) -> Value) -> Value {
    let of_kind = |kind| fields.iter().map(move |field| text_field(kind, *field));
    any_of(Kind::ALL.into_iter().flat_map(of_kind).map(|field| query(&field)).collect())
}

fn all_of(mut members: Vec<Value>) -> Value {
    match members.len() {
        0 => json!({ "match_all": {} }),
        1 => members.remove(0),
        _ => json!({ "bool": { "filter": in_groups(members, "filter") } }),
    }
}

fn any_of(mut members: Vec<Value>) -> Value {
    match members.len() {
        0 => json!({ "match_none": {} }),
        1 => members.remove(0),
        _ => json!({ "bool": { "should": in_groups(members, "should") } }),
    }
}

/// Members in groups of as many as the cluster takes.
fn in_groups(members: Vec<Value>, occur: &str) -> Vec<Value> {
    if members.len() <= MAX_CLAUSES {
        return members;
    }
    members.chunks(MAX_CLAUSES).map(|group| json!({ "bool": { occur: group } })).collect()
}

fn path(name: &str, whole: bool) -> Value {
    let starts_with = |prefix: &str| json!({ "prefix": { field::PATH: prefix } });
    match whole {
        false => starts_with(name),
        true => {
            let ends = json!({ "term": { field::PATH: name } });
            any_of(vec![ends, starts_with(&format!("{name}/"))])
        }
    }
}

fn filtered(filter: &Filter) -> Value {
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
