//! Reads feeds: RSS in all versions, and Atom.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_html5_entity, unescape_with};
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::elements::{self, inner_text};
use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::html_text::html_lines;
use crate::fields::key_reader::RawFields;

/// Maximum number of categories of one item.
const MAX_CATEGORIES: usize = 100;

/// Passes every item or entry to `sink`.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    let mut site = None;
    elements::each(file, &["item", "entry"], sink, |text, prefix| {
        let site = site.get_or_insert_with(|| feed_title(prefix));
        let mut fields = fields(text);
        if let Some(site) = &*site {
            fields.entry("site").or_insert_with(|| Value::String(site.clone()));
        }
        fields
    })
}

/// The title of the feed, from the text before its items.
fn feed_title(prefix: &[u8]) -> Option<String> {
    let prefix = String::from_utf8_lossy(prefix);
    let title = inner_text(&prefix, "title")?.trim();
    let title = title.strip_prefix("<![CDATA[").and_then(|title| title.strip_suffix("]]>"));
    let title = title.map_or_else(
        || with_references_resolved(inner_text(&prefix, "title").unwrap_or_default()),
        Cow::from,
    );
    let title = title.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

/// What an element directly below an item says.
#[derive(Default)]
struct Child {
    name: String,
    text: String,
    /// The text of an inner element that names the person or outlet: `<name>` in `<author>`,
    /// `<title>` in `<source>`.
    inner_name: String,
    /// The names of the open elements inside this child.
    open: Vec<String>,
    /// The byte offset in the item at which its content begins.
    from: usize,
    /// Whether its content is XHTML, whose tags are not escaped.
    is_xhtml: bool,
}

/// The fields of an item.
fn fields(item: &str) -> RawFields {
    let mut reader = Reader::from_str(item);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut fields = RawFields::new();
    let mut child: Option<Child> = None;
    // Whether the start tag of the item has been read.
    let mut is_inside = false;
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let Ok(event) = reader.read_event() else { break };
        match event {
            Event::Eof => break,
            Event::Start(_) if !is_inside => is_inside = true,
            Event::Start(tag) => {
                let from = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                match &mut child {
                    Some(child) => child.open.push(name_of(&tag)),
                    None => child = Some(begin_child(&tag, from, &mut fields)),
                }
            }
            Event::Empty(tag) if child.is_none() => {
                // Only the attributes matter: the element has no content.
                let from = 0;
                begin_child(&tag, from, &mut fields);
            }
            Event::End(_) => match &mut child {
                Some(child) if !child.open.is_empty() => {
                    child.open.pop();
                }
                Some(_) => {
                    if let Some(child) = child.take() {
                        finish_child(child, item.get(..before).unwrap_or(item), &mut fields);
                    }
                }
                None => break,
            },
            Event::Text(text) => add_text(&mut child, &text),
            Event::CData(text) => add_text(&mut child, &text),
            Event::GeneralRef(name) => {
                add_text(&mut child, &with_references_resolved(&format!("&{};", &*name)));
            }
            _ => {}
        }
    }
    drop_redundant(&mut fields);
    fields
}

/// Drops fields that another field of the item makes redundant.
fn drop_redundant(fields: &mut RawFields) {
    // A field, and the fields that are dropped if the item has it.
    let replacements = [
        ("content", ["description", "summary", "media:description"]),
        ("pubDate", ["updated", "date", "modified"]),
        ("published", ["updated", "date", "modified"]),
    ];
    for (better, others) in replacements {
        if fields.contains_key(better) {
            others.into_iter().for_each(|other| drop(fields.remove(other)));
        }
    }
}

/// The name of an element, without the namespaces that feeds commonly use; `content` for every
/// element of the namespace `content:`.
fn name_of(tag: &BytesStart<'_>) -> String {
    let mut name = tag.name().as_ref().to_owned();
    for prefix in ["dc:", "dcterms:", "content:", "atom:"] {
        if let Some(local) = name.strip_prefix(prefix) {
            name = if prefix == "content:" { "content".to_owned() } else { local.to_owned() };
        }
    }
    name
}

/// Begins a child, and adds to the fields what the attributes of the child say.
fn begin_child(tag: &BytesStart<'_>, from: usize, fields: &mut RawFields) -> Child {
    let attribute = |name: &str| {
        let mut attributes = tag.attributes();
        let mut found = attributes.with_checks(false).flatten();
        let value = found.find(|attribute| attribute.key.as_ref() == name)?.value;
        Some(with_references_resolved(&value).into_owned())
    };
    let name = name_of(tag);
    match name.as_str() {
        // The other links lead to comments, enclosures and the feed itself.
        "link" if attribute("rel").is_none_or(|rel| rel == "alternate") => {
            if let Some(address) = attribute("href") {
                fields.entry("link").or_insert(Value::String(address));
            }
        }
        "category" => {
            if let Some(term) = attribute("label").or_else(|| attribute("term")) {
                add_category(term, fields);
            }
        }
        _ => {}
    }
    let is_xhtml = attribute("type").is_some_and(|kind| kind == "xhtml");
    Child { name, from, is_xhtml, ..Child::default() }
}

/// Adds text to the open child.
fn add_text(child: &mut Option<Child>, text: &str) {
    let Some(child) = child else { return };
    child.text.push_str(text);
    let name = if child.name == "source" { "title" } else { "name" };
    if child.open.last().is_some_and(|open| open == name) {
        child.inner_name.push_str(text);
    }
}

/// Adds a child to the fields. `item` is the text of the item up to the end tag of the child.
fn finish_child(child: Child, item: &str, fields: &mut RawFields) {
    let Child { name, mut text, inner_name, .. } = child;
    if matches!(name.as_str(), "author" | "source" | "contributor") && !inner_name.is_empty() {
        text = inner_name;
    }
    if child.is_xhtml {
        text = html_lines(item.get(child.from..).unwrap_or_default()).join("\n");
    }
    let text = text.trim();
    match name.as_str() {
        _ if text.is_empty() => {}
        "category" => add_category(text.to_owned(), fields),
        // Not an id for a record: it is often only the address of the item, or a number.
        "guid" | "id" => {}
        // A mail address, and a name in parentheses.
        "author" if text.contains('@') => {
            let name = text.split_once('(').and_then(|(_, name)| name.split_once(')'));
            let name = name.map_or(text, |(name, _)| name).to_owned();
            fields.entry("author").or_insert(Value::String(name));
        }
        _ => {
            fields.entry(name).or_insert_with(|| Value::String(text.to_owned()));
        }
    }
}

/// Adds a category to the tags.
fn add_category(text: String, fields: &mut RawFields) {
    let tags = fields.entry("tags").or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(tags) = tags
        && tags.len() < MAX_CATEGORIES
    {
        tags.push(Value::String(text));
    }
}

/// A text with its character references resolved, as far as they are known.
fn with_references_resolved(text: &str) -> Cow<'_, str> {
    unescape_with(text, resolve_html5_entity).unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_rss_items_and_atom_entries_are_read() {
        let rss = "<item><title>甲&amp;乙 &mdash; A & B</title><link>https://a.b/?x=1&amp;y=2</link>\
            <description><![CDATA[<p>丙</p>]]></description><content:encoded>&lt;p&gt;丁&lt;/p&gt;\
            </content:encoded><pubDate>Thu, 04 Mar 2021 05:06:07 +0800</pubDate>\
            <dc:creator>張三</dc:creator><category>比特幣</category><category>以太坊</category>\
            <source url=\"https://c.d\">示例報</source><guid>https://a.b/1</guid></item>";
        let fields = super::fields(rss);
        assert_eq!(fields["title"], "甲&乙 — A & B");
        assert_eq!(fields["link"], "https://a.b/?x=1&y=2");
        assert!(!fields.contains_key("description"), "the content replaces it");
        assert_eq!(fields["content"], "<p>丁</p>");
        assert_eq!(fields["creator"], "張三");
        assert_eq!(fields["source"], "示例報");
        assert_eq!(fields["tags"], serde_json::json!(["比特幣", "以太坊"]));
        let atom = "<entry><title type=\"html\">&lt;b&gt;甲&lt;/b&gt;</title>\
            <link rel=\"self\" href=\"https://x\"/><link href=\"https://a.b/1\"/>\
            <author><name>張三</name><email>a@b.c</email></author><category term=\"幣\"/>\
            <content type=\"xhtml\"><div><p>乙</p><p>丙</p></div></content>\
            <updated>2021-03-04T05:06:07Z</updated></entry>";
        let fields = super::fields(atom);
        assert_eq!(fields["title"], "<b>甲</b>");
        assert_eq!(fields["link"], "https://a.b/1");
        assert_eq!(fields["author"], "張三");
        assert_eq!(fields["content"], "乙\n丙");
        assert_eq!(fields["tags"], serde_json::json!(["幣"]));
    }

    #[test]
    fn a_broken_item_is_read_as_far_as_possible() {
        let fields = super::fields("<item><title>甲</title><description>乙<br>丙</item>");
        assert_eq!(fields["title"], "甲");
        // Neither deep nesting nor an open tag may cause a panic.
        super::fields(&"<a>".repeat(100_000));
        super::fields("<item");
    }
}
