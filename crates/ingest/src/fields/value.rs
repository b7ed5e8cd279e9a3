//! Reads the values of dumps, whatever their type: texts, lists, and names in nested objects.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::fields::field::Field;
use crate::fields::html_text::{has_markup, html_lines};
use crate::fields::placeholder::{is_nameless, is_null_word};
use crate::fields::{keys, literal};

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

/// How a value is read.
#[derive(Clone, Copy)]
struct Reading {
    /// The keys of nested objects that are looked at.
    keys: &'static [&'static str],
    /// Whether names are wanted: a number is then an id, and no name; and a list or object that is
    /// written as one text is read.
    are_names: bool,
}

const ANY_TEXT: Reading = Reading { keys: &NAMES, are_names: false };
const NAME: Reading = Reading { keys: &NAMES, are_names: true };
const ADDRESS: Reading = Reading { keys: &ADDRESSES, are_names: true };
const PARAGRAPH: Reading = Reading { keys: &TEXTS, are_names: false };

/// A single text: a string, a number, the name in an object, or several of these in a list, joined
/// by `、`. Empty for null, and for a string or a list without text. `None` for a boolean, an object
/// without a name, a list of only such values, and anything nested deeper than [`MAX_DEPTH`].
pub(crate) fn single(value: &Value) -> Option<String> {
    let texts = collected(value, ANY_TEXT)?;
    Some(texts.join("、"))
}

/// The names in a value, as [`single`] finds texts, but also those in a list that is written as one
/// text. `None` also for a number, which is an id.
pub(crate) fn names(value: &Value) -> Option<Vec<String>> {
    collected(value, NAME)
}

/// The first address in a value. Reads the value as [`names`] does, but takes the address of an
/// object and not its name.
pub(crate) fn address(value: &Value) -> Option<String> {
    let texts = collected(value, ADDRESS)?;
    Some(texts.into_iter().next().unwrap_or_default())
}

/// A list of names: those in a list, the parts of a string such as `甲,乙`, or what [`names`] finds
/// in any other value. Empty or `None` in the same cases as [`names`].
pub(crate) fn list(value: &Value) -> Option<Vec<String>> {
    let texts = match value {
        Value::String(text) if literal::parsed(text).is_none() => {
            let names = separated(without_key(text, Field::Tags));
            return Some(names);
        }
        _ => collected(value, NAME)?,
    };
    Some(texts.iter().flat_map(|text| at_hashes(text)).take(MAX_VALUES).collect())
}

/// The paragraphs of a text, of a list of texts, or of the texts in objects. `None` in the same
/// cases as [`single`].
pub(crate) fn paragraphs(value: &Value) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    if let Some(text) = inline_text(value) {
        texts.push(text);
    } else if !collect(value, PARAGRAPH, MAX_DEPTH, &mut |text| texts.push(text.to_owned())) {
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

/// The text of a list of texts and of objects that format a part of it, as Telegram exports them:
/// `["甲", {"type": "bold", "text": "乙"}]` is one text, not two paragraphs.
fn inline_text(value: &Value) -> Option<String> {
    const TYPES: [&str; 21] = [
        "plain",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "link",
        "text_link",
        "mention",
        "mention_name",
        "hashtag",
        "cashtag",
        "code",
        "pre",
        "blockquote",
        "email",
        "phone",
        "bot_command",
        "bank_card",
        "custom_emoji",
        "unknown",
    ];
    let parts = value.as_array()?;
    let part = |part: &'_ Value| -> Option<String> {
        let Value::Object(fields) = part else { return part.as_str().map(str::to_owned) };
        let is_inline = TYPES.contains(&fields.get("type")?.as_str()?);
        fields.get("text")?.as_str().filter(|_| is_inline).map(str::to_owned)
    };
    // A list of strings has paragraphs.
    parts.iter().any(Value::is_object).then(|| parts.iter().map(part).collect()).flatten()
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
fn collected(value: &Value, reading: Reading) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    let mut add = |text: &str| {
        let text = one_line(text);
        if !text.is_empty() {
            texts.push(text);
        }
    };
    collect(value, reading, MAX_DEPTH, &mut add).then_some(texts)
}

/// Passes the texts of a value to `add`; returns whether the value is of a type that can have any.
/// Looks into at most `depth` levels of lists and objects.
fn collect(value: &Value, reading: Reading, depth: usize, add: &mut dyn FnMut(&str)) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => false,
        Value::Number(_) if reading.are_names => false,
        Value::Number(number) => {
            add(&number.to_string());
            true
        }
        Value::String(text) if is_null_word(text) => true,
        Value::String(text) if reading.are_names && is_nameless(text) => true,
        Value::String(text) => {
            let written = literal::parsed(text).filter(|_| reading.are_names && depth > 0);
            match written {
                Some(written) => collect(&written, reading, depth, add),
                None => {
                    add(text);
                    true
                }
            }
        }
        _ if depth == 0 => false,
        Value::Array(values) => {
            let all = values.iter().take(MAX_VALUES);
            let read = all.filter(|value| collect(value, reading, depth - 1, add)).count();
            read > 0 || values.is_empty()
        }
        Value::Object(fields) => {
            let named = key_to_read(fields, reading.keys).and_then(|key| fields.get(key));
            named.is_some_and(|value| collect(value, reading, depth - 1, add))
        }
    }
}

/// The first of `keys` that says something in an object, or else the first that it has.
fn key_to_read<'k>(fields: &Map<String, Value>, keys: &[&'k str]) -> Option<&'k str> {
    let says = |key: &&&str| fields.get(**key).is_some_and(|value| !is_empty(value));
    let found = keys.iter().find(says);
    found.or_else(|| keys.iter().find(|key| fields.contains_key(**key))).copied()
}

/// Splits a list that is written as one text: `甲,乙`, `甲、乙`, `[甲, "乙"]`, `#甲 #乙`.
fn separated(text: &str) -> Vec<String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let separators = [',', ';', '\u{ff0c}', '\u{ff1b}', '、', '|', '\t', '\n'];
    let pieces = bare.unwrap_or(text).split(separators);
    let is_said = |piece: &String| !is_null_word(piece) && !is_nameless(piece);
    pieces.flat_map(at_hashes).filter(is_said).take(MAX_VALUES).collect()
}

/// The names in a text in which a hash may stand before, or before and after each name:
/// `#甲 #乙`, `#甲##乙#`. A hash inside another text belongs to it, as in `C#`.
fn at_hashes(text: &str) -> impl Iterator<Item = String> {
    const HASHES: [char; 2] = ['#', '\u{ff03}'];
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let names: Vec<&str> = match text.starts_with(HASHES) {
        true => text.split(HASHES).collect(),
        false => vec![text],
    };
    names.into_iter().map(one_line).filter(|name| !name.is_empty())
}

/// A text without a key of `field` and a colon before it: `關鍵詞：甲,乙`.
pub(crate) fn without_key(text: &str, field: Field) -> &str {
    let key = text.split_once([':', '\u{ff1a}']).filter(|(key, _)| key.len() <= 24);
    let is_key = |key: &str| keys::meaning(key).is_some_and(|(found, _)| found == field);
    key.filter(|(key, _)| is_key(key)).map_or(text, |(_, value)| value.trim())
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
        for value in [
            json!("#甲 #乙"),
            json!("#甲##乙#"),
            json!("#甲# #乙#"),
            json!("＃甲＃乙"),
            json!(["#甲", "#乙#"]),
            json!([["甲", 0.31], ["乙", 0.2]]),
            json!("('甲', '乙')"),
            json!("{\"甲\",\"乙\"}"),
            json!("關鍵詞：甲,乙"),
            json!("甲,暂无,乙,\\N"),
        ] {
            assert_eq!(list(&value), Some(vec!["甲".to_owned(), "乙".to_owned()]), "{value}");
        }
        assert_eq!(list(&json!("C#,F#")), Some(vec!["C#".to_owned(), "F#".to_owned()]));
        assert_eq!(list(&json!([7, 8])), None, "ids");
    }

    #[test]
    fn names_are_no_numbers_and_lists_of_names_may_be_one_text() {
        let of = |value: Value| names(&value).map(|names| names.join("|"));
        for value in [
            json!(["甲", "乙"]),
            json!("['甲', '乙']"),
            json!("{'甲', '乙'}"),
            json!("('甲', '乙')"),
            json!("{甲,乙}"),
            json!("[{\"name\":\"甲\"},{\"name\":\"乙\"}]"),
        ] {
            assert_eq!(of(value.clone()).as_deref(), Some("甲|乙"), "{value}");
        }
        assert_eq!(of(json!("{'id': None, 'name': '甲'}")).as_deref(), Some("甲"));
        assert_eq!(of(json!([["甲"]])).as_deref(), Some("甲"));
        assert_eq!(of(json!("[[甲]]")).as_deref(), Some("甲"));
        assert_eq!(of(json!("（甲）")).as_deref(), Some("（甲）"));
        assert_eq!(of(json!("不详")).as_deref(), Some(""));
        assert_eq!(of(json!(3)), None);
        assert_eq!(of(json!([3, 4])), None);
        assert_eq!(of(json!("[3, 4]")), None);
    }

    #[test]
    fn formatted_parts_of_a_text_are_no_paragraphs() {
        let text = json!(["甲", {"type": "bold", "text": "乙"}, "丙\n\n丁"]);
        assert_eq!(paragraphs(&text).unwrap(), ["甲乙丙", "丁"]);
        let blocks =
            json!([{"type": "paragraph", "text": "甲"}, {"type": "paragraph", "text": "乙"}]);
        assert_eq!(paragraphs(&blocks).unwrap(), ["甲", "乙"]);
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
