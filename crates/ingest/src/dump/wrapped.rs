//! Unwraps records as search engines and databases export them.
//!
//! | form | program |
//! |---|---|
//! | `{"_index":…,"_id":…,"_source":{…}}` | Elasticsearch, OpenSearch: hits and exports |
//! | `{"index":{"_id":…}}` in the line before a record | the same: bulk requests |
//! | `{"id":…,"key":…,"value":…,"doc":{…}}` | CouchDB |
//! | `{"payload":{"before":…,"after":{…},"op":"c"}}` | Debezium, with or without `payload` |
//!
//! Also recognises objects that wrap several records, such as the answers of web services:
//! `{"code":0,"data":[…]}`.

use serde_json::Value;

use crate::fields::key_reader::{KeyReader, OwnTexts, RawFields};
use crate::fields::keys;
use crate::input::sniff_json::is_wrapper;

/// The key under which search engines state an id.
const ID: &str = "_id";
/// Maximum number of objects around a record, each of which wraps the next.
pub(super) const MAX_WRAPPERS: usize = 4;

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
    if let Some(hit) = record_in_hit(&fields)
        && let Some(Value::Object(record)) = at_path_mut(&mut fields, hit.path)
    {
        let record = std::mem::take(record);
        return Unwrapped::Record(with_id(record, hit.id.and_then(|id| fields.remove(id))));
    }
    Unwrapped::Record(with_id(fields, action_id))
}

/// Where the record is in a hit of a search engine, a row of a database or the like.
struct RecordInHit {
    /// The keys of the objects around the record, and its own.
    path: &'static [&'static str],
    /// The key of its id, outside of it.
    id: Option<&'static str>,
}

/// Where the record is in an object; `None` if the object is no hit of a search engine or the like.
fn record_in_hit(fields: &RawFields) -> Option<RecordInHit> {
    let has_object = |key: &str| fields.get(key).is_some_and(Value::is_object);
    let is_hit = fields.contains_key("_index") || fields.contains_key(ID);
    let is_row = fields.contains_key("key") && fields.contains_key("value");
    let has_texts = || fields.keys().any(|key| keys::is_title_or_text(key));
    if has_object("_source") && (is_hit || !has_texts()) {
        let id = [ID, "id"].into_iter().find(|id| fields.contains_key(*id));
        return Some(RecordInHit { path: &["_source"], id });
    }
    if is_row && has_object("doc") {
        return Some(RecordInHit { path: &["doc"], id: Some("id") });
    }
    let is_change = |fields: &RawFields| {
        let has = |key: &str| fields.contains_key(key);
        fields.get("after").is_some_and(Value::is_object) && has("before") && has("op")
    };
    if fields.get("payload").and_then(Value::as_object).is_some_and(is_change) {
        return Some(RecordInHit { path: &["payload", "after"], id: None });
    }
    is_change(fields).then_some(RecordInHit { path: &["after"], id: None })
}

/// The value at a path of keys.
fn at_path_mut<'v>(fields: &'v mut RawFields, path: &[&str]) -> Option<&'v mut Value> {
    let (first, remaining) = path.split_first()?;
    remaining.iter().try_fold(fields.get_mut(*first)?, |value, key| value.get_mut(*key))
}

/// Whether an object wraps records: it has none of the texts of an article itself, but records are
/// in its arrays or objects. An object that may be a record with a title or a summary wraps only
/// records that have a title and a text, and only under the keys under which programs put records.
pub(super) fn wraps_records(fields: &RawFields, keys: &mut KeyReader<'_>) -> bool {
    wraps_at(fields, keys, MAX_WRAPPERS)
}

/// Whether an object in a wrapper is a record: it has a title and a text, or one of them if a
/// record `is_expected`.
pub(super) fn is_record(fields: &RawFields, is_expected: bool, keys: &mut KeyReader<'_>) -> bool {
    // A hit of a search engine has the record in it.
    let inner = ["_source", "doc"].into_iter().find_map(|key| fields.get(key)?.as_object());
    let OwnTexts { title, text, summary } = keys.own_texts(inner.unwrap_or(fields));
    let has_text = text || summary;
    title && has_text
        || is_expected && (title || has_text)
        || record_in_hit(fields).is_some()
        || keys.has_article_object(fields, is_expected)
}

/// [`wraps_records`], if at most `depth` objects are around the records.
fn wraps_at(fields: &RawFields, keys: &mut KeyReader<'_>, depth: usize) -> bool {
    let holds_objects = |value: &Value| first_object(value).is_some() || value.is_object();
    if depth == 0 || record_in_hit(fields).is_some() || !fields.values().any(holds_objects) {
        return false;
    }
    let OwnTexts { title, text, summary } = keys.own_texts(fields);
    if text {
        return false;
    }
    let may_be_record = title || summary;
    // Lists beside an article, such as related ones, are none of records.
    let has_article = keys.has_article_object(fields, false);
    let mut objects = 0;
    for (key, value) in fields {
        let is_expected = is_wrapper(key);
        if (may_be_record || has_article && value.is_array()) && !is_expected {
            continue;
        }
        if let Some(first) = first_object(value) {
            let is_wrapped = is_record(first, is_expected && !may_be_record, keys)
                || (is_expected || !may_be_record) && wraps_at(first, keys, depth - 1);
            if is_wrapped {
                return true;
            }
        }
        if let Value::Object(inner) = value {
            objects += usize::from(is_record(inner, false, keys));
            // A single one stands for the article, and its keys are read as those of the record.
            if objects > 1 || wraps_at(inner, keys, depth - 1) {
                return true;
            }
        }
    }
    false
}

/// The first value of an array, if it is an object.
fn first_object(value: &Value) -> Option<&RawFields> {
    value.as_array()?.first()?.as_object()
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
        let hit = json!({"id": "7", "timestamp": 1, "_source": {"title": "甲"}});
        assert_eq!(unwrapped(hit), json!({"_id": "7", "title": "甲"}));
        let change = json!({"before": null, "after": {"a": 1}, "op": "c", "source": {"db": "x"}});
        assert_eq!(unwrapped(change.clone()), json!({"a": 1}));
        assert_eq!(unwrapped(json!({"schema": {}, "payload": change})), json!({"a": 1}));
        assert_eq!(unwrapped(json!({"index": {"_index": "n", "_id": 7}})), json!([7]));
        assert_eq!(unwrapped(json!({"index": {}})), json!([null]));
        for record in [
            json!({"_source": {"title": "甲"}, "title": "乙"}),
            json!({"after": {"title": "甲"}, "before": null}),
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
