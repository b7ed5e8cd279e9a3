//! Reads feeds: RSS in all versions, and Atom.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::elements::{self, Content};
use super::feed_head::{FeedHead, with_references_resolved};
use super::feed_kind;
use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::html_text::html_lines;
use crate::fields::key_reader::RawFields;

/// Maximum number of categories of one item.
const MAX_CATEGORIES: usize = 100;
/// Maximum number of authors of one item.
const MAX_AUTHORS: usize = 10;
/// What describes a video or a recording, and the element that groups what is said of one.
const DESCRIPTION: &str = "media:description";
const GROUP: &str = "media:group";

/// Passes every item or entry to `sink`.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    let mut head = None;
    elements::each(file, &["item", "entry"], sink, |text, prefix| {
        let head = head.get_or_insert_with(|| FeedHead::of(prefix));
        let mut fields = fields(text);
        if let Some(kind) = feed_kind::take_other_kind(&mut fields) {
            return Content::OtherKind(kind);
        }
        add_from_head(head, &mut fields);
        Content::Record(fields)
    })
}

/// The key under which the base address that an item states is kept.
const BASE: &str = "xml:base";

/// Adds to an item what the feed states for all of its items.
fn add_from_head(head: &FeedHead, fields: &mut RawFields) {
    if let Some(title) = &head.title {
        fields.entry("site").or_insert_with(|| Value::String(title.clone()));
    }
    let has_author = ["author", "creator"].iter().any(|key| fields.contains_key(*key));
    if let Some(author) = head.author.as_ref().filter(|_| !has_author) {
        fields.insert("author".to_owned(), Value::String(author.clone()));
    }
    let base = fields.remove(BASE);
    if let Some(Value::String(link)) = fields.get_mut("link")
        && let Some(address) = head.address(base.as_ref().and_then(Value::as_str), link)
    {
        *link = address;
    }
}

/// What an element directly below an item says.
#[derive(Default)]
struct Child {
    name: String,
    text: String,
    /// The text of an inner element that names the person or outlet, or describes a video:
    /// `<name>` in `<author>`, `<title>` in `<source>`, `<media:description>` in `<media:group>`.
    inner_name: String,
    /// The names of the open elements inside this child.
    open: Vec<String>,
    /// The byte offset in the item at which its content begins.
    from: usize,
    /// Whether its content is XHTML, whose tags are not escaped.
    is_xhtml: bool,
    /// Whether a `<guid>` may be the address of the item.
    is_address: bool,
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
            Event::Start(tag) if !is_inside => {
                is_inside = true;
                if let Some(base) = attribute(&tag, BASE) {
                    fields.insert(BASE.to_owned(), Value::String(base));
                }
            }
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

/// Drops fields that another field of the item makes redundant, after the fields have been taken
/// that stand in for one that is missing.
fn drop_redundant(fields: &mut RawFields) {
    let texts = ["content", "description", "summary", "excerpt"];
    if !texts.iter().any(|key| fields.contains_key(*key))
        && let Some(text) = fields.remove(DESCRIPTION).or_else(|| fields.remove("itunes:summary"))
    {
        fields.insert("description".to_owned(), text);
    }
    if let Some(address) = fields.remove("guid") {
        fields.entry("link").or_insert(address);
    }
    // A field, and the fields that are dropped if the item has it.
    let replacements: [(&str, &[&str]); 3] = [
        ("content", &["description", "summary", "media:description", "excerpt"]),
        ("pubDate", &["updated", "date", "modified"]),
        ("published", &["updated", "date", "modified"]),
    ];
    for (better, others) in replacements {
        if fields.contains_key(better) {
            others.iter().for_each(|other| drop(fields.remove(*other)));
        }
    }
}

/// The name of an element, without the namespaces that feeds commonly use; `content` for every
/// element of the namespace `content:`, and likewise `excerpt`.
fn name_of(tag: &BytesStart<'_>) -> String {
    let mut name = tag.name().as_ref().to_owned();
    for prefix in ["dc:", "dcterms:", "content:", "excerpt:", "atom:"] {
        if let Some(local) = name.strip_prefix(prefix) {
            let is_text = matches!(prefix, "content:" | "excerpt:");
            name = if is_text { prefix.trim_end_matches(':') } else { local }.to_owned();
        }
    }
    name
}

/// The value of an attribute, with its character references resolved.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let mut found = attributes.with_checks(false).flatten();
    let value = found.find(|attribute| attribute.key.as_ref() == name)?.value;
    Some(with_references_resolved(&value).into_owned())
}

/// Begins a child, and adds to the fields what the attributes of the child say.
fn begin_child(tag: &BytesStart<'_>, from: usize, fields: &mut RawFields) -> Child {
    let attribute = |name: &str| attribute(tag, name);
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
                match feed_kind::of_category(&term) {
                    Some(kind) => drop(fields.insert(feed_kind::KEY.to_owned(), kind.into())),
                    None => add_category(term, fields),
                }
            }
        }
        _ => {}
    }
    let is_xhtml = attribute("type").is_some_and(|kind| kind == "xhtml");
    let is_address = attribute("isPermaLink").is_none_or(|value| value != "false");
    Child { name, from, is_xhtml, is_address, ..Child::default() }
}

/// Adds text to the open child.
fn add_text(child: &mut Option<Child>, text: &str) {
    let Some(child) = child else { return };
    child.text.push_str(text);
    let name = match child.name.as_str() {
        "source" => "title",
        GROUP => DESCRIPTION,
        _ => "name",
    };
    if child.open.last().is_some_and(|open| open == name) {
        child.inner_name.push_str(text);
    }
}

/// Adds a child to the fields. `item` is the text of the item up to the end tag of the child.
fn finish_child(child: Child, item: &str, fields: &mut RawFields) {
    let Child { mut name, mut text, inner_name, .. } = child;
    if matches!(name.as_str(), "author" | "source" | "contributor" | GROUP)
        && !inner_name.is_empty()
    {
        text = inner_name;
        if name == GROUP {
            name = DESCRIPTION.to_owned();
        }
    }
    if child.is_xhtml {
        text = html_lines(item.get(child.from..).unwrap_or_default()).join("\n");
    }
    let text = text.trim();
    match name.as_str() {
        _ if text.is_empty() => {}
        "category" => add_category(text.to_owned(), fields),
        // Not an id for a record: it is often only the address of the item, or a number.
        "guid" if child.is_address && text.starts_with("http") => {
            fields.insert("guid".to_owned(), Value::String(text.to_owned()));
        }
        "guid" | "id" => {}
        // A mail address, and a name in parentheses.
        "author" if text.contains('@') => {
            let name = text.split_once('(').and_then(|(_, name)| name.split_once(')'));
            add_name("author", name.map_or(text, |(name, _)| name), fields);
        }
        "author" | "creator" => add_name(&name, text, fields),
        _ => {
            fields.entry(name).or_insert_with(|| Value::String(text.to_owned()));
        }
    }
}

/// Adds a name: an item may have several authors, each in an element of its own.
fn add_name(key: &str, name: &str, fields: &mut RawFields) {
    let names = fields.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(names) = names
        && names.len() < MAX_AUTHORS
        && !names.iter().any(|known| known == name)
    {
        names.push(Value::String(name.to_owned()));
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
        assert_eq!(fields["creator"], serde_json::json!(["張三"]));
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
        assert_eq!(fields["author"], serde_json::json!(["張三"]));
        assert_eq!(fields["content"], "乙\n丙");
        assert_eq!(fields["tags"], serde_json::json!(["幣"]));
    }

    #[test]
    fn what_an_item_states_elsewhere_stands_in_for_what_it_lacks() {
        let fields = super::fields(
            "<item><title>甲</title><guid>https://a.b/1</guid><media:group><media:title>乙\
             </media:title><media:description>丙</media:description></media:group>\
             <dc:creator>張三</dc:creator><dc:creator>李四</dc:creator></item>",
        );
        assert_eq!(
            (&fields["link"], &fields["description"]),
            (&"https://a.b/1".into(), &"丙".into())
        );
        assert_eq!(fields["creator"], serde_json::json!(["張三", "李四"]));
        let fields = super::fields(
            "<item><title>甲</title><guid isPermaLink=\"false\">https://a.b/1</guid>\
             <description>丁</description><media:content><media:description>丙\
             </media:description></media:content></item>",
        );
        assert_eq!((fields.get("link"), &fields["description"]), (None, &"丁".into()));
        let fields = super::fields(
            "<item><title>甲</title><excerpt:encoded><![CDATA[]]></excerpt:encoded>\
             <content:encoded><![CDATA[正文]]></content:encoded></item>",
        );
        assert_eq!(fields["content"], "正文");
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
