//! Reads the values of dumps, whatever their type: texts, lists, and names in nested objects.

use std::borrow::Cow;

use serde_json::Value;

use crate::fields::html_text::{has_markup, html_lines};

/// Maximum depth of nested values that are looked into.
const MAX_DEPTH: usize = 3;
/// Maximum number of values taken from a list.
const MAX_VALUES: usize = 10_000;

/// The keys of nested objects that hold the name of the object.
const NAMES: [&str; 12] =
    ["name", "title", "text", "value", "label", "$oid", "#text", "@value", "_", "cn", "zh", "term"];
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

/// The paragraphs of a text, of a list of texts, or of any other value that [`single`] can read.
/// `None` for all others.
pub(crate) fn paragraphs(value: &Value) -> Option<Vec<String>> {
    let texts = match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().take(MAX_VALUES).filter_map(plain).collect();
            if texts.is_empty() && !values.is_empty() {
                return None;
            }
            texts
        }
        other => vec![single(other)?],
    };
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

/// A string or a number as it is. Of an object, the name in it, without markup and on one line.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(_) => collected(value, &NAMES)?.into_iter().next(),
        _ => None,
    }
}

/// All texts in a value; `None` if the value is of a type that cannot have any. Of an object, only
/// the value of the first of `keys` that it has is taken.
fn collected(value: &Value, keys: &[&str]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    collect(value, keys, MAX_DEPTH, &mut texts).then_some(texts)
}

/// Adds the texts of a value; returns whether the value is of a type that can have any. Looks into
/// at most `depth` levels of lists and objects.
fn collect(value: &Value, keys: &[&str], depth: usize, texts: &mut Vec<String>) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => false,
        Value::Number(number) => {
            texts.push(number.to_string());
            true
        }
        Value::String(text) => {
            let text = one_line(text);
            if !text.is_empty() {
                texts.push(text);
            }
            true
        }
        _ if depth == 0 => false,
        Value::Array(values) => {
            let all = values.iter().take(MAX_VALUES);
            let read = all.filter(|value| collect(value, keys, depth - 1, texts)).count();
            read > 0 || values.is_empty()
        }
        Value::Object(fields) => {
            let named = keys.iter().find_map(|key| fields.get(*key));
            named.is_some_and(|value| collect(value, keys, depth - 1, texts))
        }
    }
}

/// Splits a list that is written as one text: `甲,乙`, `甲、乙`, `['甲', '乙']`.
fn separated(text: &str) -> Vec<String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let separators = [',', ';', '\u{ff0c}', '\u{ff1b}', '、', '|', '\t', '\n'];
    let trim =
        |piece: &str| one_line(piece.trim().trim_matches(|c| matches!(c, '"' | '\'') || c == '#'));
    let pieces = bare.unwrap_or(text).split(separators).map(trim);
    pieces.filter(|piece| !piece.is_empty()).take(MAX_VALUES).collect()
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
