//! Queries of the cluster of which a document must match at least one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Collects queries of which a document must match at least one. They are meant for filters: their
/// scores are not used.
///
/// The cluster looks up many values of a field in one pass. So the terms of a field become one
/// query, also those inside an added query that is itself a list of alternatives.
#[derive(Debug, Default)]
pub(super) struct Alternatives {
    /// The values of which a field must have one, by the name of the field.
    values: BTreeMap<String, Vec<Value>>,
    /// The queries that are not for values of a field.
    others: Vec<Value>,
}

impl Alternatives {
    /// Adds a query. In a `term` query, the field must have a plain value, as in
    /// `{ "term": { "a": "1" } }`, and not an object with options such as a boost.
    pub(super) fn add(&mut self, mut query: Value) {
        if let Some(members) = members_of(&mut query) {
            members.into_iter().for_each(|member| self.add(member));
        } else if let Some((field, value)) = only_entry(query.get("term")) {
            self.values.entry(field.to_owned()).or_default().push(value.clone());
        } else if let Some((field, Value::Array(values))) = only_entry(query.get("terms")) {
            self.values.entry(field.to_owned()).or_default().extend(values.iter().cloned());
        } else {
            self.others.push(query);
        }
    }

    /// The queries: one for each field with values, and all others.
    pub(super) fn into_queries(self) -> Vec<Value> {
        let of_field = |(field, mut values): (String, Vec<Value>)| match values.len() {
            1 => json!({ "term": { (field): values.remove(0) } }),
            _ => json!({ "terms": { (field): values } }),
        };
        self.values.into_iter().map(of_field).chain(self.others).collect()
    }
}

/// The members of a query that consists of alternatives only.
fn members_of(query: &mut Value) -> Option<Vec<Value>> {
    let clauses = query.get_mut("bool")?.as_object_mut()?;
    if clauses.len() > 1 {
        return None;
    }
    match clauses.get_mut("should")?.take() {
        Value::Array(members) => Some(members),
        _ => None,
    }
}

/// The field that a `term` or `terms` query is for, with what it must have.
fn only_entry(clause: Option<&Value>) -> Option<(&str, &Value)> {
    let (field, value) = clause?.as_object()?.iter().next()?;
    Some((field, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_a_field_become_one_query() {
        let mut alternatives = Alternatives::default();
        let phrase = json!({ "match_phrase": { "b": "1 2" } });
        let both = json!({ "bool": { "filter": [{ "term": { "a": "5" } }, phrase] } });
        let at_least = json!({ "bool": { "should": [phrase], "minimum_should_match": 1 } });
        for query in [
            json!({ "term": { "a": "1" } }),
            json!({ "bool": { "should": [
                { "term": { "a": "2" } },
                { "term": { "b": "3" } },
                phrase,
                { "bool": { "should": [{ "terms": { "a": ["3", "4"] } }] } },
            ] } }),
            both.clone(),
            at_least.clone(),
        ] {
            alternatives.add(query);
        }
        let a = json!({ "terms": { "a": ["1", "2", "3", "4"] } });
        let b = json!({ "term": { "b": "3" } });
        assert_eq!(alternatives.into_queries(), [a, b, phrase, both, at_least]);
    }
}
