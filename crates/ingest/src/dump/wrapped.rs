//! Unwraps the records of search engines and databases.
//!
//! | form | program |
//! |---|---|
//! | `{"_index":…,"_id":…,"_source":{…}}` | Elasticsearch, OpenSearch: hits and exports |
//! | `{"index":{"_id":…}}` in the line before a record | the same: bulk requests |
//! | `{"id":…,"key":…,"value":…,"doc":{…}}` | CouchDB |

use serde_json::Value;

use crate::fields::understood::Fields;

/// The key of an id.
const ID: &str = "_id";

/// An object without what wraps it.
#[derive(Debug, PartialEq)]
pub(super) enum Unwrapped {
    Record(Fields),
    /// The object is not a record. It states the id of the record after it, if it has one.
    Action(Option<Value>),
}

/// Unwraps an object. `id` is the id that the object before it has stated.
pub(super) fn unwrap(mut fields: Fields, id: Option<Value>) -> Unwrapped {
    if let Some(action) = action(&fields) {
        return Unwrapped::Action(action.get(ID).cloned());
    }
    let is_hit = fields.contains_key("_index") || fields.contains_key(ID);
    let is_row = fields.contains_key("key") && fields.contains_key("value");
    if is_hit && let Some(Value::Object(record)) = fields.get_mut("_source") {
        let record = std::mem::take(record);
        return Unwrapped::Record(with_id(record, fields.remove(ID)));
    }
    if is_row && let Some(Value::Object(record)) = fields.get_mut("doc") {
        let record = std::mem::take(record);
        return Unwrapped::Record(with_id(record, fields.remove("id")));
    }
    Unwrapped::Record(with_id(fields, id))
}

/// The only value of an object, if it is the action of a bulk request.
fn action(fields: &Fields) -> Option<&Fields> {
    let (name, value) = fields.iter().next().filter(|_| fields.len() == 1)?;
    let is_action = matches!(name.as_str(), "index" | "create");
    let value = value.as_object().filter(|_| is_action)?;
    let is_setting = |key: &String| key.starts_with('_') || key == "routing" || key == "pipeline";
    value.keys().all(is_setting).then_some(value)
}

/// A record with the id that was stated outside of it.
fn with_id(mut record: Fields, id: Option<Value>) -> Fields {
    if let Some(id) = id.filter(|id| !id.is_null()) {
        record.insert(ID.to_owned(), id);
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Value) -> Value {
        let Value::Object(fields) = value else { return Value::Null };
        match unwrap(fields, None) {
            Unwrapped::Record(fields) => Value::Object(fields),
            Unwrapped::Action(id) => json!([id]),
        }
    }

    #[test]
    fn only_what_wraps_a_record_is_removed() {
        let hit = json!({"_index": "n", "_id": "7", "_score": 1, "_source": {"title": "甲"}});
        assert_eq!(of(hit), json!({"_id": "7", "title": "甲"}));
        assert_eq!(of(json!({"_index": "n", "_source": {"a": 1}})), json!({"a": 1}));
        let row = json!({"id": "7", "key": 1, "value": {"rev": 1}, "doc": {"_id": "7", "a": 1}});
        assert_eq!(of(row), json!({"_id": "7", "a": 1}));
        assert_eq!(of(json!({"index": {"_index": "n", "_id": 7}})), json!([7]));
        assert_eq!(of(json!({"index": {}})), json!([null]));
        for record in [
            json!({"_source": {"title": "甲"}, "title": "乙"}),
            json!({"_id": "7", "_source": "甲"}),
            json!({"doc": {"a": 1}, "title": "乙"}),
            json!({"index": {"title": "甲"}}),
            json!({"index": 7}),
            json!({"create": {"_id": 1}, "title": "甲"}),
        ] {
            assert_eq!(of(record.clone()), record);
        }
    }
}
