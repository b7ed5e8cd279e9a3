//! Reads tables in JSON that are written column by column, or as rows without keys.
//!
//! | form | program |
//! |---|---|
//! | `{"title":{"0":…,"1":…},"text":{"0":…,"1":…}}` | pandas, `to_json()` |
//! | `{"columns":["title","text"],"data":[[…],[…]]}` | pandas, `orient="split"`; SQL interfaces |

use serde_json::{Map, Value};

use crate::fields::field_map::FieldMap;
use crate::fields::key_reader::RawFields;
use crate::fields::keys;

/// The keys of the rows of a table that names its columns.
const ROWS: [&str; 4] = ["data", "rows", "values", "datarows"];

/// The rows of a table as records; `None` if the object is no such table.
pub(super) fn rows(fields: &RawFields, map: &FieldMap) -> Option<Vec<RawFields>> {
    let is_text = |name: &str| keys::is_title_or_text(name) || map.is_title_or_text(name);
    rows_without_keys(fields, &is_text).or_else(|| rows_of_columns(fields, &is_text))
}

/// The keys of such a table that are neither its columns nor its rows.
pub(super) fn unused_keys(fields: &RawFields) -> impl Iterator<Item = &str> {
    // The index of pandas numbers the rows.
    let is_used = |key: &str| key == "columns" || key == "index" || ROWS.contains(&key);
    let names_columns = fields.get("columns").is_some_and(Value::is_array);
    fields.keys().map(String::as_str).filter(move |key| names_columns && !is_used(key))
}

/// `{"columns":["title","text"],"data":[[…],[…]]}`
fn rows_without_keys(fields: &RawFields, is_text: &dyn Fn(&str) -> bool) -> Option<Vec<RawFields>> {
    let columns = fields.get("columns")?.as_array()?;
    let name = |column: &'_ Value| -> Option<String> {
        let name = column.as_str().or_else(|| column.get("name")?.as_str())?;
        Some(name.to_owned())
    };
    let names: Vec<String> = columns.iter().map(name).collect::<Option<_>>()?;
    // An article may have a table beside its text.
    let has_own_text = fields.keys().any(|key| key != "columns" && is_text(key));
    if has_own_text || !names.iter().any(|name| is_text(name)) {
        return None;
    }
    let rows = ROWS.iter().find_map(|key| fields.get(*key)?.as_array())?;
    let row = |row: &'_ Value| -> Option<RawFields> {
        let cells = row.as_array()?.iter().cloned();
        Some(names.iter().cloned().zip(cells).collect())
    };
    let rows: Vec<RawFields> = rows.iter().map(row).collect::<Option<_>>()?;
    (!rows.is_empty()).then_some(rows)
}

/// `{"title":{"0":…,"1":…},"text":{"0":…,"1":…}}`
fn rows_of_columns(fields: &RawFields, is_text: &dyn Fn(&str) -> bool) -> Option<Vec<RawFields>> {
    let is_index = |cells: &Map<String, Value>| {
        let is_number = |key: &String| key.len() < 19 && key.bytes().all(|b| b.is_ascii_digit());
        !cells.is_empty() && cells.keys().all(is_number)
    };
    let columns: Option<Vec<(&String, &Map<String, Value>)>> = fields
        .iter()
        .map(|(name, cells)| Some((name, cells.as_object().filter(|cells| is_index(cells))?)))
        .collect();
    let columns = columns?;
    if !columns.iter().any(|(name, _)| is_text(name)) {
        return None;
    }
    let mut rows: std::collections::BTreeMap<u64, RawFields> = std::collections::BTreeMap::new();
    for (name, cells) in columns {
        for (index, cell) in cells {
            let index = index.parse().ok()?;
            rows.entry(index).or_default().insert(name.clone(), cell.clone());
        }
    }
    Some(rows.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_by_columns_and_rows_without_keys_are_records() {
        let of = |value: Value| {
            let rows = rows(value.as_object().unwrap(), &FieldMap::default());
            rows.map_or(Value::Null, |rows| json!(rows))
        };
        let expected = json!([{"title": "甲", "text": 1}, {"title": "乙", "text": 2}]);
        for table in [
            json!({"title": {"0": "甲", "1": "乙"}, "text": {"0": 1, "1": 2}}),
            json!({"columns": ["title", "text"], "index": [0, 1], "data": [["甲", 1], ["乙", 2]]}),
            json!({"columns": [{"name": "title"}, {"name": "text"}], "rows": [["甲", 1], ["乙", 2]]}),
        ] {
            assert_eq!(of(table.clone()), expected, "{table}");
        }
        for other in [
            json!({"title": {"0": "甲"}, "text": "乙"}),
            json!({"title": {"zh": "甲"}, "text": {"zh": "乙"}}),
            json!({"0": {"title": "甲"}}),
            json!({"a": {"0": "甲"}}),
            json!({"columns": ["a"], "data": [["甲"]]}),
            json!({}),
        ] {
            assert_eq!(of(other.clone()), Value::Null, "{other}");
        }
    }
}
