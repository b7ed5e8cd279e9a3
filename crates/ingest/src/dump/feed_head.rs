//! What a feed states once for all of its items: its title, its author and its address.

use std::borrow::Cow;

use quick_xml::escape::{resolve_html5_entity, unescape_with};

use super::elements::inner_text;

/// What stands before the first item of a feed.
#[derive(Debug, Default)]
pub(super) struct FeedHead {
    pub(super) title: Option<String>,
    /// The author of an Atom feed, which is that of each entry without one.
    pub(super) author: Option<String>,
    /// The address that the addresses of the items are relative to.
    base: Option<String>,
}

impl FeedHead {
    /// Reads the text before the first item.
    pub(super) fn of(prefix: &[u8]) -> Self {
        let prefix = String::from_utf8_lossy(prefix);
        let is_atom = prefix.contains("<feed");
        let author = inner_text(&prefix, "author").filter(|_| is_atom);
        let is_web = |address: &String| address.starts_with("http");
        // The first attribute is that of the root element. Without one, the address of the site
        // stands for that of the feed, which the file does not tell.
        let base = attribute(&prefix, "xml:base=").filter(is_web);
        let site = || match is_atom {
            true => feed_address(&prefix).filter(is_web),
            false => text_of(&prefix, "link").filter(is_web),
        };
        Self {
            title: text_of(&prefix, "title"),
            author: author.and_then(|author| text_of(author, "name")),
            base: base.or_else(site),
        }
    }

    /// The address of an item, complete if it is relative. `item_base` is the base that the item
    /// itself states.
    pub(super) fn address(&self, item_base: Option<&str>, link: &str) -> Option<String> {
        let feed_base = self.base.as_deref();
        let item_base = item_base.map(|base| {
            feed_base.and_then(|feed| resolved(feed, base)).unwrap_or_else(|| base.to_owned())
        });
        resolved(item_base.as_deref().or(feed_base)?, link)
    }
}

/// The address of an Atom feed or of its site. Other links lead to hubs, and to other pages of the
/// feed.
fn feed_address(prefix: &str) -> Option<String> {
    let links = prefix.split("<link").skip(1).filter_map(|text| text.split('>').next());
    let is_own = |link: &&str| {
        attribute(link, "rel=").is_none_or(|rel| matches!(&*rel, "self" | "alternate"))
    };
    links.filter(is_own).find_map(|link| attribute(link, "href="))
}

/// The text of the first element of this name, without CDATA marks.
fn text_of(text: &str, name: &str) -> Option<String> {
    let inner = inner_text(text, name)?;
    let trimmed = inner.trim();
    let data = trimmed.strip_prefix("<![CDATA[").and_then(|data| data.strip_suffix("]]>"));
    let inner = data.map_or_else(|| with_references_resolved(inner), Cow::from);
    let inner = inner.trim();
    (!inner.is_empty()).then(|| inner.to_owned())
}

/// The value of the first attribute with this name; `start` is the name and `=`.
fn attribute(text: &str, start: &str) -> Option<String> {
    let value = &text[text.find(start)? + start.len()..];
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = value[1..].split(quote).next()?;
    Some(with_references_resolved(value).into_owned())
}

/// A text with its character references resolved, as far as they are known.
pub(super) fn with_references_resolved(text: &str) -> Cow<'_, str> {
    unescape_with(text, resolve_html5_entity).unwrap_or(Cow::Borrowed(text))
}

/// A relative address made complete (RFC 3986); `None` if it is complete, or if `base` is not.
fn resolved(base: &str, link: &str) -> Option<String> {
    let has_scheme = link.find(':').is_some_and(|at| !link[..at].contains(['/', '?', '#']));
    if has_scheme || link.is_empty() {
        return None;
    }
    let (scheme, after) = base.split_once("://")?;
    let host_bytes = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (origin, path) = base.split_at(scheme.len() + "://".len() + host_bytes);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if let Some(address) = link.strip_prefix("//") {
        return Some(format!("{scheme}://{address}"));
    }
    // Only the scheme was left out.
    let host = &after[..host_bytes];
    let is_host = link.strip_prefix(host).is_some_and(|path| path.starts_with('/'));
    if link.starts_with("www.") || is_host && host.contains('.') {
        return Some(format!("{scheme}://{link}"));
    }
    if link.starts_with('/') {
        return Some(format!("{origin}{link}"));
    }
    if link.starts_with(['?', '#']) {
        return Some(format!("{origin}{path}{link}"));
    }
    let mut folder = path.rfind('/').map_or("", |end| &path[..end]);
    let mut link = link;
    loop {
        if let Some(rest) = link.strip_prefix("./") {
            link = rest;
        } else if let Some(rest) = link.strip_prefix("../") {
            (link, folder) = (rest, folder.rfind('/').map_or("", |end| &folder[..end]));
        } else {
            return Some(format!("{origin}{folder}/{link}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_are_made_complete() {
        for (base, link, wanted) in [
            ("http://a.b/c/d", "e.html", Some("http://a.b/c/e.html")),
            ("http://a.b/c/d/", "../e.html?x=1:2", Some("http://a.b/c/e.html?x=1:2")),
            ("http://a.b", "./e", Some("http://a.b/e")),
            ("http://a.b", "../../e", Some("http://a.b/e")),
            ("https://a.b/c?d#e", "/f", Some("https://a.b/f")),
            ("https://a.b/c?d#e", "?f=1", Some("https://a.b/c?f=1")),
            ("https://a.b/c", "//d.e/f", Some("https://d.e/f")),
            ("https://a.b/c", "http://d.e/f", None),
            ("https://a.b/c", "mailto:x@y", None),
            ("c/d", "e", None),
            ("https://a.b/c", "", None),
        ] {
            assert_eq!(resolved(base, link).as_deref(), wanted, "{base} {link}");
        }
    }

    #[test]
    fn the_head_of_a_feed_is_read() {
        let atom = FeedHead::of(
            "<feed xmlns='x' xml:base='http://a.b/news/'><title>甲&amp;乙</title>\
             <author><name>編輯部</name><email>x@y</email></author><link href='http://c.d/'/>"
                .as_bytes(),
        );
        assert_eq!(atom.title.as_deref(), Some("甲&乙"));
        assert_eq!(atom.author.as_deref(), Some("編輯部"));
        assert_eq!(atom.address(None, "1.html").as_deref(), Some("http://a.b/news/1.html"));
        assert_eq!(atom.address(Some("2/"), "1").as_deref(), Some("http://a.b/news/2/1"));
        assert_eq!(atom.address(Some("http://e.f"), "1").as_deref(), Some("http://e.f/1"));
        let atom =
            "<feed><link rel='hub' href='http://hub.c/'/><link rel='self' href='http://a.b/x'/>";
        let atom = FeedHead::of(atom.as_bytes());
        assert_eq!(atom.address(None, "1.html").as_deref(), Some("http://a.b/1.html"));
        let rss = FeedHead::of(
            "<rss><channel><title><![CDATA[甲]]></title><link>http://a.b</link>\
             <author>x</author>"
                .as_bytes(),
        );
        assert_eq!((rss.title.as_deref(), rss.author.as_deref()), (Some("甲"), None));
        assert_eq!(rss.address(None, "/1").as_deref(), Some("http://a.b/1"));
        assert_eq!(FeedHead::of(b"<rss><link>x</link>").address(None, "/1"), None);
    }
}
