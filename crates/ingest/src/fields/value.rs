//! Reads the values of dumps, whatever their type: texts, lists, and names in nested objects.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::fields::field::Field;
use crate::fields::html_text::{has_markup, html_lines};

/// Maximum depth of nested values that are looked into.
const MAX_DEPTH: usize = 3;
/// Maximum number of values taken from a list.
const MAX_VALUES: usize = 10_000;

/// The keys of nested objects that hold the name of the object.
const NAMES: [&str; 13] = [
    "name", "title", "text", "value", "label", "$oid", "#text", "@value", "_", "cn", "zh", "term",
    "rendered",
];
/// The keys of nested objects that hold a text.
const TEXTS: [&str; 16] = [
    "text", "content", "html", "rendered", "body", "value", "#text", "@value", "_", "cn", "zh",
    "name", "title", "label", "data", "blocks",
];
/// The keys of nested objects that hold an address.
const ADDRESSES: [&str; 5] = ["url", "href", "@id", "link", "value"];

/// A single text: a string, a number, the name in an object, or several of these in a list, joined
/// by `、`. Empty for null, and for a string or a list without text. `None` for a boolean, an object
/// without a name, a list of only such values, and anything nested deeper than [`MAX_DEPTH`].
pub(crate) fn single(value: &Value) -> Option<String> {
    let texts = collected(value, &NAMES)?;
    Some(texts.join("、"))
}

/// The first address in a value. Reads the value as [`single`] does, but takes the address of an
/// object and not its name.
pub(crate) fn address(value: &Value) -> Option<String> {
    let texts = collected(value, &ADDRESSES)?;
    Some(texts.into_iter().next().unwrap_or_default())
}

/// A list of names: those in a list, the parts of a string such as `甲,乙`, or what [`single`] finds
/// in any other value. Empty or `None` in the same cases as [`single`].
pub(crate) fn list(value: &Value) -> Option<Vec<String>> {
    let texts = collected(value, &NAMES)?;
    match value {
        Value::String(text) => Some(separated(text)),
        _ => Some(texts),
    }
}

/// The paragraphs of a text, of a list of texts, or of the texts in objects. `None` in the same
/// cases as [`single`].
pub(crate) fn paragraphs(value: &Value) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    if !collect(value, &TEXTS, MAX_DEPTH, &mut |text| texts.push(text.to_owned())) {
        return None;
    }
    let mut paragraphs = Vec::new();
    for text in texts {
        if has_markup(&text) {
            paragraphs.extend(html_lines(&text));
        } else {
            let lines = text.split(['\n', '\r']).map(str::trim);
            paragraphs.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
        }
    }
    Some(paragraphs)
}

/// A text without its markup, on one line.
pub(crate) fn one_line(text: &str) -> String {
    let text: Cow<'_, str> = match has_markup(text) {
        true => Cow::Owned(html_lines(text).join(" ")),
        false => Cow::Borrowed(text),
    };
    let text = text.trim();
    if !text.contains(['\n', '\r', '\t']) {
        return text.to_owned();
    }
    let pieces = text.split(['\n', '\r', '\t']).map(str::trim).filter(|piece| !piece.is_empty());
    pieces.collect::<Vec<_>>().join(" ")
}

/// Whether a value says nothing.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The keys of the objects in the value of a field that say something and are not read.
pub(crate) fn unread_keys(field: Field, value: &Value) -> Vec<&str> {
    let keys: &[&str] = match field {
        // Each form of a date has keys of its own.
        Field::Date => return Vec::new(),
        Field::Text => &TEXTS,
        Field::Url => &ADDRESSES,
        _ => &NAMES,
    };
    let mut unread = Vec::new();
    add_unread_keys(value, keys, MAX_DEPTH, &mut unread);
    unread
}

/// Adds the keys that [`collect`] does not look at, each once.
fn add_unread_keys<'v>(value: &'v Value, keys: &[&str], depth: usize, unread: &mut Vec<&'v str>) {
    /// Maximum number of keys that are returned.
    const MAX_UNREAD: usize = 32;
    match value {
        Value::Array(values) if depth > 0 => {
            for value in values.iter().take(MAX_VALUES) {
                add_unread_keys(value, keys, depth - 1, unread);
            }
        }
        Value::Object(fields) if depth > 0 => {
            let read = key_to_read(fields, keys);
            for (key, value) in fields {
                let is_new = unread.len() < MAX_UNREAD && !unread.contains(&&**key);
                if is_new && read != Some(&**key) && !is_empty(value) {
                    unread.push(key);
                }
            }
            if let Some(value) = read.and_then(|key| fields.get(key)) {
                add_unread_keys(value, keys, depth - 1, unread);
            }
        }
        _ => {}
    }
}

/// All texts in a value, on one line each; `None` if the value is of a type that cannot have any.
/// Of an object, only the value of one of `keys` is taken, see [`key_to_read`].
fn collected(value: &Value, keys: &[&str]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    let mut add = |text: &str| {
        let text = one_line(text);
        if !text.is_empty() {
            texts.push(text);
        }
    };
    collect(value, keys, MAX_DEPTH, &mut add).then_some(texts)
}

/// Passes the texts of a value to `add`; returns whether the value is of a type that can have any.
/// Looks into at most `depth` levels of lists and objects.
fn collect(value: &Value, keys: &[&str], depth: usize, add: &mut dyn FnMut(&str)) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => false,
        Value::Number(number) => {
            add(&number.to_string());
            true
        }
        Value::String(text) => {
            if !is_placeholder(text) {
                add(text);
            }
            true
        }
        _ if depth == 0 => false,
        Value::Array(values) => {
            let all = values.iter().take(MAX_VALUES);
            let read = all.filter(|value| collect(value, keys, depth - 1, add)).count();
            read > 0 || values.is_empty()
        }
        Value::Object(fields) => {
            let named = key_to_read(fields, keys).and_then(|key| fields.get(key));
            named.is_some_and(|value| collect(value, keys, depth - 1, add))
        }
    }
}

/// The first of `keys` that says something in an object, or else the first that it has.
fn key_to_read<'k>(fields: &Map<String, Value>, keys: &[&'k str]) -> Option<&'k str> {
    let says = |key: &&&str| fields.get(**key).is_some_and(|value| !is_empty(value));
    let found = keys.iter().find(says);
    found.or_else(|| keys.iter().find(|key| fields.contains_key(**key))).copied()
}

/// Whether a text only says that there is no value: programs write such words for null.
fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "null",
        "none",
        "nil",
        "nan",
        "nat",
        "n/a",
        "undefined",
        "(null)",
        "<null>",
        "\\n",
        "-",
        "--",
        "[]",
    ];
    let text = text.trim();
    text.len() <= 9 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Splits a list that is written as one text: `甲,乙`, `甲、乙`, `['甲', '乙']`.
fn separated(text: &str) -> Vec<String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let separators = [',', ';', '\u{ff0c}', '\u{ff1b}', '、', '|', '\t', '\n'];
    let trim =
        |piece: &str| one_line(piece.trim().trim_matches(|c| matches!(c, '"' | '\'') || c == '#'));
    let pieces = bare.unwrap_or(text).split(separators).map(trim);
    let is_said = |piece: &String| !piece.is_empty() && !is_placeholder(piece);
    pieces.filter(is_said).take(MAX_VALUES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_found_in_values_of_any_type() {
        let of = |value: Value| single(&value);
        assert_eq!(of(json!(" 甲 ")), Some("甲".to_owned()));
        assert_eq!(of(json!(7)), Some("7".to_owned()));
        assert_eq!(of(json!({"id": null, "name": "甲"})), Some("甲".to_owned()));
        assert_eq!(of(json!([{"name": "甲"}, "乙"])), Some("甲、乙".to_owned()));
        assert_eq!(of(json!(null)), Some(String::new()));
        assert_eq!(of(json!(true)), None);
        assert_eq!(of(json!({"x": 1})), None);
        assert_eq!(address(&json!({"url": "https://a.b"})), Some("https://a.b".to_owned()));
    }

    #[test]
    fn lists_are_split() {
        for value in [
            json!(["甲", "乙"]),
            json!("甲,乙"),
            json!("甲, 乙,"),
            json!("甲、乙"),
            json!("['甲', '乙']"),
            json!("[\"甲\",\"乙\"]"),
            json!([{"name": "甲"}, {"term": "乙"}]),
        ] {
            assert_eq!(list(&value), Some(vec!["甲".to_owned(), "乙".to_owned()]), "{value}");
        }
        assert_eq!(list(&json!("Baby Doge")), Some(vec!["Baby Doge".to_owned()]));
    }

    #[test]
    fn html_becomes_paragraphs() {
        let of = |text: &str| paragraphs(&json!(text)).unwrap();
        assert_eq!(of("<p>甲&amp;乙</p><p>丙<br>丁</p>"), ["甲&乙", "丙", "丁"]);
        assert_eq!(of("甲 < 乙\n丙 > 丁"), ["甲 < 乙", "丙 > 丁"]);
        assert_eq!(of("甲&nbsp;乙\n丙"), ["甲\u{a0}乙", "丙"]);
        assert_eq!(of("<b>甲</b>乙\n丙"), ["甲乙", "丙"]);
        assert_eq!(paragraphs(&json!(["甲", "<i>乙</i>"])).unwrap(), ["甲", "乙"]);
        assert_eq!(paragraphs(&json!([true])), None);
    }
}
