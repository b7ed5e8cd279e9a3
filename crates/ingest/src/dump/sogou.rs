//! Reads the elements `<doc>` in which Sogou published its corpora of news: each has lines such as
//! `<url>…</url>`, `<docno>…</docno>`, `<contenttitle>…</contenttitle>` and `<content>…</content>`.
//!
//! They are not XML: `&` and `<` are not escaped in addresses and texts.

use std::collections::HashSet;

use serde_json::Value;

use super::elements::{self, Content};
use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::key_reader::RawFields;

/// Passes every `<doc>` to `sink`.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    elements::each(file, &["doc", "DOC"], sink, |text, _| Content::Record(fields(text)))
}

/// The fields of a `<doc>`.
fn fields(text: &str) -> RawFields {
    /// Maximum number of fields.
    const MAX_FIELDS: usize = 64;
    /// Maximum number of different tags without an end tag. For each of them, the whole text after
    /// its first occurrence is searched.
    const MAX_UNCLOSED: usize = 64;
    let mut fields = RawFields::new();
    let mut unclosed: HashSet<&str> = HashSet::new();
    let mut remaining = text.split_once('>').map_or("", |(_, remaining)| remaining);
    while fields.len() < MAX_FIELDS
        && unclosed.len() < MAX_UNCLOSED
        && let Some((_, after_sign)) = remaining.split_once('<')
    {
        let name = &after_sign[..after_sign.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        let inner = after_sign[name.len()..].strip_prefix('>').filter(|_| !name.is_empty());
        let Some(inner) = inner else {
            remaining = after_sign;
            continue;
        };
        // After a tag without an end tag, there is none for the next tag of that name, either.
        let end = match unclosed.contains(name) {
            true => None,
            false => inner.find(&format!("</{name}>")),
        };
        let Some(end) = end else {
            unclosed.insert(name);
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
    fn fields_after_many_tags_that_are_not_closed_are_found() {
        let breaks = "<br>".repeat(100);
        let fields =
            fields(&format!("<doc><content type=x>{breaks}</content><url>http://a.b/</url></doc>"));
        assert_eq!(fields["url"], "http://a.b/");
    }

    #[test]
    fn tags_that_are_not_closed_take_linear_time() {
        let start = Instant::now();
        let different: String = (0..200_000).map(|number| format!("<a{number}>")).collect();
        for end in [different, "<a>".repeat(1_000_000), format!("{}>", "<".repeat(3_000_000))] {
            let found = fields(&format!("<doc>\n<url>甲</url>\n{end}</doc>"));
            assert_eq!(found.len(), 1);
        }
        // Generous, because other tests run at the same time.
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}
