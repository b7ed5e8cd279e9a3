//! Reads the elements `<doc>` in which Sogou published its corpora of news: each has lines such as
//! `<url>…</url>`, `<docno>…</docno>`, `<contenttitle>…</contenttitle>` and `<content>…</content>`.
//!
//! They are not XML: `&` and `<` are not escaped in addresses and texts.

use serde_json::Value;

use super::elements;
use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::key_reader::RawFields;

/// Passes every `<doc>` to `sink`.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    elements::each(file, &["doc", "DOC"], sink, |text, _| fields(text))
}

/// The fields of a `<doc>`.
fn fields(text: &str) -> RawFields {
    /// Maximum number of fields.
    const MAX_FIELDS: usize = 64;
    /// Maximum number of tags without an end tag. For each of them, the whole text after it is
    /// searched.
    const MAX_UNCLOSED: usize = 64;
    let mut fields = RawFields::new();
    let mut unclosed = 0;
    let mut remaining = text.split_once('>').map_or("", |(_, remaining)| remaining);
    while fields.len() < MAX_FIELDS
        && unclosed < MAX_UNCLOSED
        && let Some((_, after_sign)) = remaining.split_once('<')
    {
        let name = &after_sign[..after_sign.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        let inner = after_sign[name.len()..].strip_prefix('>').filter(|_| !name.is_empty());
        let Some(inner) = inner else {
            remaining = after_sign;
            continue;
        };
        let Some(end) = inner.find(&format!("</{name}>")) else {
            unclosed += 1;
            remaining = after_sign;
            continue;
        };
        let value = inner[..end].trim();
        if !value.is_empty() {
            fields.entry(name).or_insert_with(|| Value::String(value.to_owned()));
        }
        remaining = &inner[end..];
        remaining = remaining.split_once('>').map_or("", |(_, remaining)| remaining);
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn fields_are_found_although_signs_are_not_escaped() {
        let doc = "<doc>\n<url>http://a.b/?x=1&y=2</url>\n<docno>7</docno>\n<contenttitle>甲<乙\
            </contenttitle>\n<content>丙 < 丁</content>\n<empty></empty>\n</doc>";
        let fields = fields(doc);
        assert_eq!(fields["url"], "http://a.b/?x=1&y=2");
        assert_eq!(fields["contenttitle"], "甲<乙");
        assert_eq!(fields["content"], "丙 < 丁");
        assert_eq!(fields.len(), 4, "with `docno`, without `empty`");
    }

    #[test]
    fn tags_that_are_not_closed_take_linear_time() {
        let start = Instant::now();
        for end in ["<a>".repeat(1_000_000), format!("{}>", "<".repeat(3_000_000))] {
            let found = fields(&format!("<doc>\n<url>甲</url>\n{end}</doc>"));
            assert_eq!(found.len(), 1);
        }
        // Generous, because other tests run at the same time.
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}
