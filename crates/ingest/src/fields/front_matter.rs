//! Reads the metadata in the front matter of a Markdown file.

use serde_json::{Map, Value};

use super::field::Field;
use super::field_map::FieldMap;
use super::key_reader::KeyReader;
use crate::page::front_matter::FrontMatter;
use crate::page::labels::Labels;
use crate::page::metadata::Metadata;
use crate::record::DateOrigin;

/// Parses front matter as TOML or YAML, or line by line if it is not valid.
fn values(front_matter: FrontMatter<'_>) -> Map<String, Value> {
    let parsed = match front_matter.is_toml {
        true => toml::from_str::<toml::Table>(front_matter.text).ok().map(|table| {
            let depth = 0;
            table.into_iter().map(|(key, value)| (key, json_of(value, depth))).collect()
        }),
        false => serde_saphyr::from_str::<Map<String, Value>>(front_matter.text).ok(),
    };
    parsed.unwrap_or_else(|| simple_lines(front_matter))
}

/// Reads front matter that is not valid TOML or YAML, for example because a title contains a colon:
/// only lines `key: value` (in TOML, `key = value`), and lists of lines `- item` after a key.
fn simple_lines(front_matter: FrontMatter<'_>) -> Map<String, Value> {
    let separator = if front_matter.is_toml { '=' } else { ':' };
    let mut values = Map::new();
    // The key of the list to which the next lines may add items.
    let mut list_key: Option<String> = None;
    for line in front_matter.text.lines() {
        let item = line.trim_start().strip_prefix("- ").map(unquoted);
        if let (Some(key), Some(item)) = (&list_key, item) {
            if let Some(Value::Array(items)) = values.get_mut(key) {
                items.push(Value::String(item.to_owned()));
            }
            continue;
        }
        let Some((key, value)) = line.split_once(separator) else { continue };
        if key.starts_with([' ', '\t', '#']) {
            continue;
        }
        let (key, value) = (key.trim().to_owned(), unquoted(value));
        list_key = value.is_empty().then(|| key.clone());
        let value = match list_key {
            Some(_) => Value::Array(Vec::new()),
            None => Value::String(value.to_owned()),
        };
        values.entry(key).or_insert(value);
    }
    values
}

/// A trimmed value without the quotation marks around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let quoted =
        |quote| value.strip_prefix(quote).and_then(|value: &str| value.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}

/// A TOML value as JSON; dates become text.
fn json_of(value: toml::Value, depth: usize) -> Value {
    /// Maximum nesting; what is deeper becomes null. The parser has a limit of its own.
    const MAX_DEPTH: usize = 16;
    match value {
        _ if depth > MAX_DEPTH => Value::Null,
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(value) => Value::Bool(value),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(values) => {
            values.into_iter().map(|value| json_of(value, depth + 1)).collect()
        }
        toml::Value::Table(table) => {
            table.into_iter().map(|(key, value)| (key, json_of(value, depth + 1))).collect()
        }
    }
}

/// The metadata that a Markdown file states in its front matter.
pub(crate) fn metadata(file: &str, map: &FieldMap, labels: &Labels) -> Metadata {
    let Some(front_matter) = FrontMatter::of(file) else { return Metadata::default() };
    let mut values = values(front_matter);
    // Some generators put keys into tables: Zola, for example, its tags into `taxonomies`.
    for table in ["taxonomies", "extra", "params"] {
        if let Some(Value::Object(inner)) = values.remove(table) {
            for (key, value) in inner {
                values.entry(key).or_insert(value);
            }
        }
    }
    // In a dump, the key of a summary may stand for the text. Here it is left out: the text is
    // below the front matter.
    let summaries = ["description", "summary", "excerpt", "abstract", "intro", "desc"];
    summaries.into_iter().for_each(|key| drop(values.remove(key)));
    // Only counts of unused keys need the line, and those are dropped here.
    let line = 1;
    let mut understood = KeyReader::new(map, labels).understand(&values, line);
    let mut tags = std::mem::take(&mut understood.tags);
    tags.dedup();
    Metadata {
        title: Some(std::mem::take(&mut understood.title)).filter(|title| !title.is_empty()),
        author: understood.take(Field::Author),
        translator: understood.take(Field::Translator),
        editor: understood.take(Field::Editor),
        source: understood.take(Field::Source),
        site: understood.take(Field::Site),
        category: understood.take(Field::Category),
        url: understood.take(Field::Url),
        tags,
        date: understood.date.map(|moment| (moment, DateOrigin::FrontMatter)),
        unread_date: understood.unread_date.take(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &str) -> Metadata {
        metadata(file, &FieldMap::default(), Labels::builtin())
    }

    #[test]
    fn yaml_toml_and_broken_yaml_are_read() {
        for file in [
            "---\ntitle: \"甲: 乙\"\ndate: 2021-03-04 05:06\ntags: [丙, 丁]\nauthor: 張三\n---\n正文",
            "---\ntitle: '甲: 乙'\ndate: 2021-03-04 05:06:00 +0800\ntags:\n  - 丙\n  - 丁\nauthor:\n  name: 張三\n...\n",
            "\u{feff}+++\ntitle = \"甲: 乙\"\ndate = 2021-03-04T05:06:00+08:00\nauthor = \"張三\"\n[taxonomies]\ntags = [\"丙\", \"丁\"]\n+++\n",
            "---\r\ntitle: 甲: 乙\r\ndate: 2021-03-04 05:06\r\ntags: 丙, 丁\r\nauthor: 張三\r\n---\r\n",
            "---\ntitle: 甲: 乙\ndate: 2021-03-04 05:06\ntags:\n- 丙\n- 丁\nauthor: 張三\n---\n",
        ] {
            let metadata = of(file);
            assert_eq!(metadata.title.as_deref(), Some("甲: 乙"), "{file}");
            assert_eq!(metadata.tags, ["丙", "丁"], "{file}");
            assert_eq!(metadata.author.as_deref(), Some("張三"), "{file}");
            let (date, origin) = metadata.date.unwrap();
            assert_eq!(crate::date::sort_key(date).to_string(), "2021-03-04T05:06:00", "{file}");
            assert_eq!(origin, DateOrigin::FrontMatter);
        }
        assert_eq!(of("---\n正文\n"), Metadata::default());
        assert_eq!(of("正文"), Metadata::default());
    }

    #[test]
    fn reading_hostile_front_matter_terminates() {
        let mut nested_aliases = "---\na0: &a0 [x, x]\n".to_owned();
        for level in 1..60 {
            let (name, before) = (level, level - 1);
            nested_aliases.push_str(&format!("a{name}: &a{name} [*a{before}, *a{before}]\n"));
        }
        of(&(nested_aliases + "title: *a59\n---\n"));
        of(&format!("---\na: {}\n---\n", "[".repeat(60_000)));
        of(&format!("+++\na = {}\n+++\n", "[".repeat(60_000)));
        of(&format!("---\n{}\n---\n", "a:\n ".repeat(9_000)));
    }
}
