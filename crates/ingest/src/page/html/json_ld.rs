//! The article's fields in JSON-LD, which may be a single object, an array, or an object with the
//! field `@graph`.

use serde_json::Value;

use super::date_precision::stated_moment;
use super::names::is_person;
use super::script::in_script;
use crate::fields::placeholder::is_placeholder;
use crate::record::Moment;

/// Maximum number of objects that are read.
const MAX_OBJECTS: usize = 1_000;

/// What JSON-LD states about the article.
#[derive(Debug, Default)]
pub(super) struct JsonLd {
    pub(super) headline: Option<String>,
    /// When the article was published, or else created.
    pub(super) published: Option<Moment>,
    /// The field `pubDate`, which search engines read: when the page was last published.
    pub(super) pub_date: Option<Moment>,
    pub(super) authors: Vec<String>,
    pub(super) publisher: Option<String>,
    pub(super) section: Option<String>,
    pub(super) url: Option<String>,
    pub(super) keywords: Vec<String>,
}

/// Reads all JSON-LD of a page.
pub(super) fn read(texts: &[String]) -> JsonLd {
    let mut found = JsonLd::default();
    for text in texts {
        match serde_json::from_str::<Value>(text.trim().trim_end_matches(';')) {
            Ok(value) => {
                let objects = objects(&value);
                let (articles, others): (Vec<&Value>, Vec<&Value>) =
                    objects.into_iter().partition(|object| is_article(object));
                articles.iter().chain(&others).for_each(|object| found.take(object));
            }
            // Line breaks in strings and superfluous commas are frequent.
            Err(_) => found.take_broken(text),
        }
    }
    found
}

impl JsonLd {
    /// Takes from an object what is still missing.
    fn take(&mut self, object: &Value) {
        let text = |key: &str| object.get(key).and_then(text_of).map(str::to_owned);
        let date = |key: &str| text(key).and_then(|value| stated_moment(&value));
        let is_other = !is_article(object) && object.get("headline").is_none();
        self.published = self.published.or_else(|| date("datePublished"));
        self.pub_date = self.pub_date.or_else(|| date("pubDate"));
        // Organizations, breadcrumbs and the like state their own names and addresses.
        if is_other && object.get("datePublished").is_none() && object.get("pubDate").is_none() {
            return;
        }
        let set_if_missing = |slot: &mut Option<String>, value: Option<String>| {
            if slot.is_none() {
                *slot = value.filter(|value| !value.is_empty());
            }
        };
        set_if_missing(&mut self.headline, text("headline").or_else(|| text("title")));
        set_if_missing(&mut self.publisher, text("publisher"));
        set_if_missing(&mut self.section, text("articleSection"));
        set_if_missing(&mut self.url, text("url").or_else(|| text("mainEntityOfPage")));
        self.published = self.published.or_else(|| date("dateCreated"));
        if self.authors.is_empty() {
            let authors = texts_of(object.get("author"));
            self.authors = authors.into_iter().filter(|name| is_person(name)).collect();
        }
        if self.keywords.is_empty() {
            self.keywords = texts_of(object.get("keywords"));
        }
    }

    /// Takes what is still missing from a text that is no valid JSON, by searching for the keys.
    fn take_broken(&mut self, text: &str) {
        let date = |key| in_script(text, key, stated_moment);
        let string = |key| in_script(text, key, |value| Some(value.to_owned()));
        self.published = self.published.or_else(|| date("datePublished"));
        self.pub_date = self.pub_date.or_else(|| date("pubDate"));
        self.headline = self.headline.take().or_else(|| string("headline"));
    }
}

/// The objects in a value: itself, those in lists, and those in the fields that hold articles or
/// lists of them, such as `@graph`; breadth first, at most [`MAX_OBJECTS`].
fn objects(value: &Value) -> Vec<&Value> {
    let mut objects = Vec::new();
    let mut queue = std::collections::VecDeque::from([value]);
    while let Some(value) = queue.pop_front() {
        if objects.len() >= MAX_OBJECTS {
            break;
        }
        match value {
            Value::Array(items) => queue.extend(items),
            Value::Object(fields) => {
                objects.push(value);
                let inner = ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement"];
                queue.extend(inner.iter().filter_map(|key| fields.get(*key)));
            }
            _ => {}
        }
    }
    objects
}

/// Whether the type of an object is some kind of article.
fn is_article(object: &Value) -> bool {
    let is_kind = |kind: &str| {
        kind.ends_with("Article") || kind.ends_with("Posting") || kind.ends_with("Report")
    };
    match object.get("@type") {
        Some(Value::String(kind)) => is_kind(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is_kind),
        _ => false,
    }
}

/// A string, or the name or address of an object, or the first of a list.
fn text_of(value: &Value) -> Option<&str> {
    let value = if let Value::Array(items) = value { items.first()? } else { value };
    let named = || value.get("name").or_else(|| value.get("@id"));
    let text = value.as_str().or_else(|| named().and_then(Value::as_str)).map(str::trim);
    text.filter(|text| !is_placeholder(text))
}

/// The strings or names in a list; a single string is split at commas.
fn texts_of(value: Option<&Value>) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
        Some(value) => text_of(value)
            .map(|text| text.split([',', '，', '、', ';']).collect())
            .unwrap_or_default(),
        None => Vec::new(),
    };
    let texts = texts.into_iter().map(str::trim);
    texts.filter(|text| !text.is_empty() && !is_placeholder(text)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> JsonLd {
        read(&[text.to_owned()])
    }

    #[test]
    fn the_article_is_found_in_an_object_an_array_or_a_graph() {
        let article = r#"{"@type":"NewsArticle","headline":"甲","datePublished":"2024-03-04T05:06:07+08:00",
            "author":[{"@type":"Person","name":"王小明"}],"publisher":{"name":"示例网"},"keywords":"乙,丙"}"#;
        for text in [
            article.to_owned(),
            format!("[{{\"@type\":\"Organization\",\"name\":\"丁\"}},{article}]"),
            format!("{{\"@graph\":[{{\"@type\":\"WebSite\",\"name\":\"丁\"}},{article}]}}"),
        ] {
            let found = of(&text);
            assert_eq!(found.headline.as_deref(), Some("甲"), "{text}");
            assert_eq!(found.authors, ["王小明"], "{text}");
            assert_eq!(found.publisher.as_deref(), Some("示例网"), "{text}");
            assert_eq!(found.keywords, ["乙", "丙"], "{text}");
            assert!(found.published.is_some(), "{text}");
        }
    }

    #[test]
    fn broken_json_still_states_its_date() {
        assert!(
            of("{\"datePublished\":\"2024-03-04\",\n \"description\":\"a\nb\",}")
                .published
                .is_some()
        );
        // Lists that are nested this deep are refused, and do not overflow the stack.
        assert!(of(&"[".repeat(200_000)).published.is_none());
    }
}
