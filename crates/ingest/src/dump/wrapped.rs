//! Unwraps records as search engines and databases export them.
//!
//! | form | program |
//! |---|---|
//! | `{"_index":…,"_id":…,"_source":{…}}` | Elasticsearch, OpenSearch: hits and exports |
//! | `{"index":{"_id":…}}` in the line before a record | the same: bulk requests |
//! | `{"id":…,"key":…,"value":…,"doc":{…}}` | CouchDB |

use serde_json::Value;

use crate::fields::key_reader::RawFields;

/// The key under which search engines state an id.
const ID: &str = "_id";

/// What an object of a dump is.
#[derive(Debug, PartialEq)]
pub(super) enum Unwrapped {
    /// A record, without what wrapped it.
    Record(RawFields),
    /// An action of a bulk request: not a record, but it may state the id of the record that
    /// follows.
    Action(Option<Value>),
}

/// Unwraps an object. `action_id` is the id that the action of a bulk request in the line before
/// has stated.
pub(super) fn unwrap_object(mut fields: RawFields, action_id: Option<Value>) -> Unwrapped {
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
    Unwrapped::Record(with_id(fields, action_id))
}

/// The settings in an action of a bulk request, such as `{"_id":7}` in `{"index":{"_id":7}}`;
/// `None` if the object is no such action.
fn action(fields: &RawFields) -> Option<&RawFields> {
    let (name, value) = fields.iter().next().filter(|_| fields.len() == 1)?;
    let is_action = matches!(name.as_str(), "index" | "create");
    let value = value.as_object().filter(|_| is_action)?;
    let is_setting = |key: &String| key.starts_with('_') || key == "routing" || key == "pipeline";
    value.keys().all(is_setting).then_some(value)
}

/// A record with the id that was stated outside of it.
fn with_id(mut record: RawFields, id: Option<Value>) -> RawFields {
    if let Some(id) = id.filter(|id| !id.is_null()) {
        record.insert(ID.to_owned(), id);
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The unwrapped record; an array with the id for an action.
    fn unwrapped(value: Value) -> Value {
        let Value::Object(fields) = value else { return Value::Null };
        let action_id = None;
        match unwrap_object(fields, action_id) {
            Unwrapped::Record(fields) => Value::Object(fields),
            Unwrapped::Action(id) => json!([id]),
        }
    }

    #[test]
    fn only_what_wraps_a_record_is_removed() {
        let hit = json!({"_index": "n", "_id": "7", "_score": 1, "_source": {"title": "甲"}});
        assert_eq!(unwrapped(hit), json!({"_id": "7", "title": "甲"}));
        assert_eq!(unwrapped(json!({"_index": "n", "_source": {"a": 1}})), json!({"a": 1}));
        let row = json!({"id": "7", "key": 1, "value": {"rev": 1}, "doc": {"_id": "7", "a": 1}});
        assert_eq!(unwrapped(row), json!({"_id": "7", "a": 1}));
        assert_eq!(unwrapped(json!({"index": {"_index": "n", "_id": 7}})), json!([7]));
        assert_eq!(unwrapped(json!({"index": {}})), json!([null]));
        for record in [
            json!({"_source": {"title": "甲"}, "title": "乙"}),
            json!({"_id": "7", "_source": "甲"}),
            json!({"doc": {"a": 1}, "title": "乙"}),
            json!({"index": {"title": "甲"}}),
            json!({"index": 7}),
            json!({"create": {"_id": 1}, "title": "甲"}),
        ] {
            assert_eq!(unwrapped(record.clone()), record);
        }
    }
}
