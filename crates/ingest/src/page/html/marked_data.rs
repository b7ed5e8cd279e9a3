//! Collects what the attributes of elements in the text of a page state: dates (`datetime`,
//! `title`, and microdata and RDFa: `<span itemprop="datePublished" content="…">`), names of
//! authors and publishers, and which elements are marked as titles.

use html5gum::StartTag;

use super::date_precision::stated_moment;
use super::stated_data::{MAX_ITEMS, StatedData, attribute, cut};
use crate::record::Moment;

/// Properties with the time of publication, in lower case and without a prefix such as `schema:`.
const PUBLISHED: [&str; 5] = ["datepublished", "published", "issued", "created", "pubdate"];
/// The property of Dublin Core that can have it, too.
const DUBLIN_CORE_DATE: &str = "date";
/// Attributes of programs that show a date in a form such as `3天前`.
const DATA: [&[u8]; 6] = [
    b"data-time",
    b"data-timestamp",
    b"data-date",
    b"data-datetime",
    b"data-pubtime",
    b"data-publish-time",
];
/// Names of the elements whose attribute `title` can be the time that their text shows in another
/// form, such as `3天前`.
const TIME_ELEMENTS: [&str; 8] = ["time", "abbr", "span", "em", "i", "small", "a", "p"];

impl StatedData {
    /// Collects what the attributes of an element in the text state.
    pub(super) fn add_marked(&mut self, name: &str, tag: &StartTag<usize>) {
        if tag.attributes.is_empty() {
            return;
        }
        let properties = properties(tag);
        if tag.attributes.contains_key(&b"itemscope"[..]) {
            let is =
                |names: &[&str]| properties.iter().any(|property| names.contains(&&**property));
            self.item = match () {
                () if is(&["author", "creator"]) => Some("author"),
                () if is(&["publisher"]) => Some("publisher"),
                () => None,
            };
        }
        // The text of an element that has no `content` is the name of the item.
        if properties.iter().any(|property| property == "name")
            && !tag.attributes.contains_key(&b"content"[..])
        {
            self.item = None;
        }
        if self.title_elements.len() < MAX_ITEMS && is_marked_as_title(tag, &properties) {
            self.title_elements.push(tag.span.end);
        }
        // WeChat shows the account that published an article in this element.
        if attribute(tag, b"id").is_some_and(|id| id == "js_name") {
            self.account_element.get_or_insert(tag.span.end);
        }
        if let Some(content) = attribute(tag, b"content").map(|content| cut(&content)) {
            self.add_properties(tag, &properties, &content);
        }
        if self.times.len() < MAX_ITEMS
            && let Some(time) = time_of(name, tag, &properties)
        {
            self.times.push(time);
        }
    }

    /// Collects the content of an element under its properties, if they name a person or an outlet.
    fn add_properties(&mut self, tag: &StartTag<usize>, properties: &[String], content: &str) {
        if content.is_empty() || self.metas.len() >= MAX_ITEMS {
            return;
        }
        self.add_name_of_item(tag, content);
        for property in properties {
            if matches!(&**property, "author" | "creator" | "publisher" | "headline") {
                let name: &str = if property == "creator" { "author" } else { property };
                self.metas.push((name.to_owned(), content.to_owned()));
            }
        }
    }

    /// Collects the name of the author or publisher whose element was opened last, from an element
    /// with `itemprop="name"`.
    pub(super) fn add_name_of_item(&mut self, tag: &StartTag<usize>, content: &str) {
        let is_name = attribute(tag, b"itemprop").is_some_and(|value| value == "name");
        if is_name && let Some(item) = self.item.take() {
            self.metas.push((item.to_owned(), cut(content)));
        }
    }
}

/// The properties of an element: values of `itemprop` and `property`, in lower case and without
/// prefixes such as `schema:` or `article:`, but `dc:date` without the colon.
fn properties(tag: &StartTag<usize>) -> Vec<String> {
    let values = [&b"itemprop"[..], b"property"].into_iter().filter_map(|key| attribute(tag, key));
    let mut properties = Vec::new();
    for value in values {
        for property in value.to_ascii_lowercase().split_ascii_whitespace() {
            let bare = property.rsplit(['/', '#', ':']).next().unwrap_or(property);
            let is_dublin_core = property.starts_with("dc");
            properties.push(if bare == DUBLIN_CORE_DATE && is_dublin_core {
                PUBLISHED[0].to_owned()
            } else {
                cut(bare)
            });
        }
    }
    properties
}

/// The date that an element states in an attribute, and whether the element is marked as the time
/// of publication.
fn time_of(name: &str, tag: &StartTag<usize>, properties: &[String]) -> Option<(String, bool)> {
    /// Maximum bytes of a `title` that is a date.
    const MAX_TITLE: usize = 40;
    let has_property = || properties.iter().any(|property| PUBLISHED.contains(&&**property));
    // Other marks are the attribute `pubdate`, and classes such as `published`.
    let has_mark = || {
        let is_mark = |value: &str| value.to_ascii_lowercase().contains("publ");
        tag.attributes.contains_key(&b"pubdate"[..])
            || attribute(tag, b"itemprop").is_some_and(|value| is_mark(&value))
            || attribute(tag, b"class").is_some_and(|value| is_mark(&value))
    };
    if name == "time"
        && let Some(value) = attribute(tag, b"datetime")
    {
        return Some((cut(&value), has_mark() || has_property()));
    }
    if has_property()
        && let Some(value) = attribute(tag, b"content").or_else(|| attribute(tag, b"datetime"))
    {
        return Some((cut(&value), true));
    }
    if name == "time"
        && let Some(value) = attribute(tag, b"content")
    {
        return Some((cut(&value), has_mark()));
    }
    let is_time = |value: &str| matches!(stated_moment(value), Some(Moment::Time(_)));
    let data = DATA.iter().filter_map(|key| attribute(tag, key)).find(|value| is_time(value));
    if let Some(value) = data {
        return Some((cut(&value), has_mark()));
    }
    let title = attribute(tag, b"title").filter(|_| TIME_ELEMENTS.contains(&name))?;
    // Unix time would be no text for readers, and may be the number of anything.
    let is_number = |title: &str| title.bytes().all(|byte| byte.is_ascii_digit());
    let is_of_date = |c: char| {
        c.is_ascii_digit() || c.is_ascii_punctuation() || "TZ 年月日號号时時分秒".contains(c)
    };
    let is_day = |title: &str| {
        title.starts_with(|c: char| c.is_ascii_digit())
            && title.len() <= MAX_TITLE
            && title.chars().all(is_of_date)
            && !is_number(title)
            && matches!(stated_moment(title), Some(Moment::Day(_) | Moment::Time(_)))
    };
    is_day(title.trim()).then(|| (cut(&title), has_mark()))
}

/// Whether an element is marked as the title of the article, by its class, id or property.
fn is_marked_as_title(tag: &StartTag<usize>, properties: &[String]) -> bool {
    /// Maximum bytes of a value that is searched.
    const MAX_VALUE: usize = 200;
    /// Words in the classes of other titles.
    const OTHERS: [&str; 14] = [
        "sub", "site", "side", "widget", "section", "column", "blog", "nav", "logo", "list",
        "relate", "comment", "recom", "block",
    ];
    let is_title = |name: &str| {
        let is_word = |word: &str| matches!(word, "tit" | "bt" | "biaoti" | "headline");
        (name.ends_with("title") || name.split(['-', '_']).next_back().is_some_and(is_word))
            && !OTHERS.iter().any(|word| name.contains(word))
    };
    let has_name = |value: &str| {
        value.len() <= MAX_VALUE
            && value.to_ascii_lowercase().split_ascii_whitespace().any(is_title)
    };
    properties.iter().any(|property| property == "headline")
        || [&b"class"[..], b"id"]
            .iter()
            .any(|key| attribute(tag, key).is_some_and(|value| has_name(&value)))
}

#[cfg(test)]
mod tests {
    use super::super::lines;

    fn data(html: &str) -> super::StatedData {
        lines::read(html).stated_data
    }

    #[test]
    fn dates_in_attributes_are_collected() {
        for (html, marked) in [
            (
                "<time itemprop=datePublished content='2022-12-21T17:33:00+08:00'>12月21日</time>",
                true,
            ),
            ("<span itemprop=datePublished content='2022-12-21T17:33:00+08:00'></span>", true),
            ("<span property='schema:datePublished' content='2022-12-21 17:33'></span>", true),
            ("<span property='dc:date dc:created' content='2022-12-21 17:33'>x</span>", true),
            ("<abbr class=published title='2022-12-21T17:33:00+08:00'>x</abbr>", true),
            ("<time class=published datetime='2022-12-21T17:33:00+08:00'>x</time>", true),
            ("<time title='2022-12-21 17:33:00'>3天前</time>", false),
            ("<span title='2022-12-21 17:33:00'>3天前</span>", false),
        ] {
            let times = data(html).times;
            assert_eq!(times.len(), 1, "{html}");
            assert_eq!(times[0].1, marked, "{html}");
        }
        for html in [
            "<span itemprop=dateModified content='2022-12-21 17:33'>x</span>",
            "<a title='2022-12-21 会议纪要'>x</a>",
            "<a title='1620267720'>x</a>",
            "<td property='date' content='2022-12-21'>x</td>",
        ] {
            assert_eq!(data(html).times, [], "{html}");
        }
    }

    #[test]
    fn names_of_items_are_collected() {
        let html = "<div itemprop=author itemscope><meta itemprop=name content=王小明></div>\
            <div itemprop=publisher itemscope><div itemprop=logo itemscope></div></div>\
            <meta itemprop=name content=题目><span itemprop=author content=李四></span>";
        let metas = data(html).metas;
        let authors: Vec<&str> =
            metas.iter().filter(|(name, _)| name == "author").map(|(_, value)| &**value).collect();
        assert_eq!(authors, ["王小明", "李四"]);
        assert!(metas.iter().all(|(name, _)| name != "publisher"));
    }
}
