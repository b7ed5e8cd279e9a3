//! Reads the values of fields of JSON-LD: texts, addresses, and names of objects.

use foldhash::HashMap;
use serde_json::Value;

use crate::fields::placeholder::is_placeholder;

/// A string, or the name of an object, or the first of a list.
pub(super) fn text_of(value: &Value) -> Option<&str> {
    let value = if let Value::Array(items) = value { items.first()? } else { value };
    let named = || text_of(value.get("name").filter(|name| !name.is_object())?);
    let text = value.as_str().map_or_else(named, |text| Some(text.trim()));
    text.filter(|text| !is_placeholder(text))
}

/// An address, or that of an object, or the first of a list.
pub(super) fn address(value: &Value) -> Option<&str> {
    let value = if let Value::Array(items) = value { items.first()? } else { value };
    let of_object = || ["@id", "url"].iter().find_map(|key| value.get(*key)?.as_str());
    let address = value.as_str().or_else(of_object).map(str::trim);
    address.filter(|address| !is_placeholder(address))
}

/// The names of all objects that have an `@id`, which other objects name in place of the object:
/// `"author":{"@id":"#王小明"}`.
pub(super) struct NamesById<'v>(HashMap<&'v str, &'v str>);

impl<'v> NamesById<'v> {
    pub(super) fn of(values: &'v [Value]) -> Self {
        /// Maximum number of values that are looked at.
        const MAX_VALUES: usize = 20_000;
        let mut names = HashMap::default();
        let mut stack: Vec<&Value> = values.iter().rev().collect();
        for _ in 0..MAX_VALUES {
            let Some(value) = stack.pop() else { break };
            if let Some(id) = value.get("@id").and_then(Value::as_str)
                && let Some(name) = value.get("name").and_then(text_of)
            {
                names.entry(id).or_insert(name);
            }
            match value {
                Value::Array(items) => stack.extend(items.iter().rev()),
                Value::Object(fields) => {
                    stack.extend(fields.values().rev().filter(|value| !value.is_string()));
                }
                _ => {}
            }
        }
        Self(names)
    }

    /// The name of a person or an organisation: a string, or the name of an object, which may stand
    /// elsewhere. A list counts by its first.
    pub(super) fn name<'n>(&self, value: &'n Value) -> Option<&'n str>
    where
        'v: 'n,
    {
        let value = if let Value::Array(items) = value { items.first()? } else { value };
        // In a context that says so, a string is an `@id`, too.
        let id = value.get("@id").and_then(Value::as_str).or(value.as_str());
        let named = || id.and_then(|id| self.0.get(id).copied());
        let is_name = |name: &&str| !name.starts_with(['#', '_', '/']) && !name.contains("://");
        named().or_else(|| text_of(value)).filter(is_name)
    }

    /// The names in a list; a single string is split at commas.
    pub(super) fn names(&self, value: &Value) -> Vec<String> {
        match value {
            Value::Array(items) => {
                items.iter().filter_map(|item| self.name(item)).map(str::to_owned).collect()
            }
            value => self.name(value).map(separated).unwrap_or_default(),
        }
    }
}

/// The strings or names in a list; a single string is split at commas.
pub(super) fn texts_of(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => {
            let texts = items.iter().filter_map(text_of).filter(|text| !text.is_empty());
            texts.map(str::to_owned).collect()
        }
        Some(value) => text_of(value).map(separated).unwrap_or_default(),
        None => Vec::new(),
    }
}

/// The parts of a text between commas.
fn separated(text: &str) -> Vec<String> {
    let texts = text.split([',', '，', '、', ';']).map(str::trim);
    texts.filter(|text| !text.is_empty() && !is_placeholder(text)).map(str::to_owned).collect()
}
