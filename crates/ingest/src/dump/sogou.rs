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
    let mut fields = RawFields::new();
    let mut remaining = text.split_once('>').map_or("", |(_, remaining)| remaining);
    while let Some((_, tag)) = remaining.split_once('<') {
        let Some((name, inner)) = tag.split_once('>') else { break };
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let end = is_name.then(|| inner.find(&format!("</{name}>"))).flatten();
        let Some(end) = end.filter(|_| fields.len() < MAX_FIELDS) else {
            remaining = tag;
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
}
