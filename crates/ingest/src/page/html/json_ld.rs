//! The article's fields in JSON-LD, which may be a single object, an array, or an object with the
//! field `@graph`, whose objects name each other by their `@id`.

use serde_json::Value;

use self::values::{NamesById, address, text_of, texts_of};
use super::date_precision::stated_moment;
use super::letters::{MAX_TITLE_BYTES, letters_and_digits};
use super::relaxed_json;
use super::script::in_script;
use crate::page::names::is_person;
use crate::record::Moment;

mod values;

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
    /// The whole text of the article, which may be HTML.
    pub(super) body: Option<String>,
}

/// What the rest of the page states, by which its own article is told from others.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnPage<'p> {
    pub(super) address: Option<&'p str>,
    pub(super) title: Option<&'p str>,
}

/// Reads all JSON-LD of a page: first the page's own article, in whichever script it stands, then
/// what is stated of the page.
pub(super) fn read(texts: &[String], page: OwnPage<'_>) -> JsonLd {
    let mut found = JsonLd::default();
    let mut values = Vec::new();
    let mut broken = Vec::new();
    for text in texts {
        let text = text.trim().trim_end_matches(';');
        // Line breaks in strings, comments and superfluous commas are frequent, and several objects
        // may follow each other.
        match serde_json::from_str::<Value>(text) {
            Ok(value) => values.push(value),
            Err(_) => match relaxed_json::values(text) {
                Some(found) => values.extend(found),
                None => broken.push(text),
            },
        }
    }
    let names = NamesById::of(&values);
    let (mut articles, others): (Vec<&Value>, Vec<&Value>) =
        objects(&values).into_iter().partition(|object| is_article(object));
    let title = page.title.filter(|title| title.len() <= MAX_TITLE_BYTES);
    let title = letters_and_digits(title.unwrap_or_default());
    // The sort is stable: of articles that are alike in this, the first is the page's own.
    articles.sort_by_cached_key(|article| std::cmp::Reverse(page.likeness(article, &title)));
    let own_headline = articles.first().and_then(|own| headline_of(own));
    for article in articles {
        // Another object can describe the page's own article, too, unless the headlines differ.
        let is_other = own_headline
            .as_ref()
            .is_some_and(|own| headline_of(article).is_some_and(|other| other != *own));
        if !is_other {
            found.take(article, &names);
        }
    }
    let (broken_articles, other_broken): (Vec<&str>, Vec<&str>) =
        broken.into_iter().partition(|text| text.contains("Article\""));
    broken_articles.into_iter().for_each(|text| found.take_broken(text));
    others.into_iter().for_each(|object| found.take(object, &names));
    other_broken.into_iter().for_each(|text| found.take_broken(text));
    found
}

impl OwnPage<'_> {
    /// How much an article is like that of this page: 2 if it has the page's address, 1 if the
    /// page's title, reduced to its [`letters_and_digits`], contains its headline or the other way
    /// round.
    fn likeness(self, article: &Value, title: &str) -> u8 {
        let is_address = |url: &str| self.address == Some(url);
        let mut addresses = ["url", "@id", "mainEntityOfPage"].iter();
        if addresses.any(|key| article.get(*key).and_then(address).is_some_and(is_address)) {
            return 2;
        }
        let headline = headline_of(article).unwrap_or_default();
        let is_alike = !headline.is_empty()
            && !title.is_empty()
            && (title.contains(&headline) || headline.contains(title));
        u8::from(is_alike)
    }
}

/// The headline of an object, reduced to its [`letters_and_digits`].
fn headline_of(object: &Value) -> Option<String> {
    object.get("headline").and_then(text_of).map(letters_and_digits)
}

impl JsonLd {
    /// Takes from an object what is still missing.
    fn take(&mut self, object: &Value, names: &NamesById<'_>) {
        let text = |key: &str| object.get(key).and_then(text_of).map(str::to_owned);
        let date = |key: &str| text(key).and_then(|value| stated_moment(&value));
        let is_other = !is_article(object) && object.get("headline").is_none();
        self.published = self.published.or_else(|| date("datePublished"));
        self.pub_date = self.pub_date.or_else(|| date("pubDate"));
        // Breadcrumbs and the like state their own names and addresses.
        if is_other && object.get("datePublished").is_none() && object.get("pubDate").is_none() {
            return;
        }
        let set_if_missing = |slot: &mut Option<String>, value: Option<String>| {
            if slot.is_none() {
                *slot = value.filter(|value| !value.is_empty());
            }
        };
        set_if_missing(&mut self.headline, text("headline").or_else(|| text("title")));
        let publisher = object.get("publisher").and_then(|value| names.name(value));
        set_if_missing(&mut self.publisher, publisher.map(str::to_owned));
        set_if_missing(&mut self.section, text("articleSection"));
        let address = ["url", "mainEntityOfPage"].iter().find_map(|key| address(object.get(*key)?));
        set_if_missing(&mut self.url, address.map(str::to_owned));
        set_if_missing(&mut self.body, text("articleBody"));
        self.published = self.published.or_else(|| date("dateCreated"));
        if self.authors.is_empty() {
            let authors = object.get("author").map(|value| names.names(value)).unwrap_or_default();
            self.authors = authors.into_iter().filter(|name| is_person(name)).collect();
        }
        if self.keywords.is_empty() {
            self.keywords = texts_of(object.get("keywords"));
        }
    }

    /// Takes what is still missing from a text that is no valid JSON, by searching for the keys. If
    /// the text lists other things than breadcrumbs, nothing tells whose keys they are.
    fn take_broken(&mut self, text: &str) {
        let has_list = text.contains("itemListElement") && !text.contains("BreadcrumbList");
        if has_list || text.contains("\"ItemList\"") {
            return;
        }
        let date = |key| in_script(text, key, stated_moment);
        let string = |key| in_script(text, key, |value| Some(value.to_owned()));
        self.published = self.published.or_else(|| date("datePublished"));
        self.pub_date = self.pub_date.or_else(|| date("pubDate"));
        self.headline = self.headline.take().or_else(|| string("headline"));
    }
}

/// The objects that describe the page or its article: those at the top, in lists there and in
/// `@graph`, and the page or article that one of them names as its main entity; breadth first, at
/// most [`MAX_OBJECTS`]. Other fields, such as `itemListElement`, `hasPart`, `isPartOf`, `comment`
/// and `video`, hold descriptions of something else.
fn objects(values: &[Value]) -> Vec<&Value> {
    let mut objects = Vec::new();
    let mut queue: std::collections::VecDeque<&Value> = values.iter().collect();
    while let Some(value) = queue.pop_front() {
        if objects.len() >= MAX_OBJECTS {
            break;
        }
        match value {
            Value::Array(items) => queue.extend(items),
            Value::Object(fields) => {
                if is_of_page(value) {
                    objects.push(value);
                    let inner = ["mainEntity", "mainEntityOfPage"];
                    queue.extend(inner.iter().filter_map(|key| fields.get(*key)));
                }
                queue.extend(fields.get("@graph"));
            }
            _ => {}
        }
    }
    objects
}

/// Whether one of the types of an object passes a test; without a type, `without`.
fn has_type(object: &Value, without: bool, is_kind: impl Fn(&str) -> bool) -> bool {
    // A type may be an address, such as `https://schema.org/NewsArticle`.
    let is_kind = |kind: &str| is_kind(kind.rsplit(['/', '#', ':']).next().unwrap_or(kind));
    match object.get("@type") {
        Some(Value::String(kind)) => is_kind(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is_kind),
        _ => without,
    }
}

/// Whether an object describes an article or a page, and not a list, a comment, a video, a person
/// or the like. Search engines read objects without a type as descriptions of the page.
fn is_of_page(object: &Value) -> bool {
    let is_page = |kind: &str| kind.ends_with("Page") || kind == "CreativeWork";
    is_article(object) || has_type(object, true, is_page)
}

/// Whether the type of an object is some kind of article.
fn is_article(object: &Value) -> bool {
    has_type(object, false, |kind| {
        let is_posting = kind.ends_with("Posting") && kind != "JobPosting";
        kind.ends_with("Article") || kind == "article" || is_posting || kind.ends_with("Report")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> JsonLd {
        read(&[text.to_owned()], OwnPage { address: None, title: None })
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
    fn names_are_found_by_their_ids() {
        let graph = |author: &str| {
            format!(
                r##"{{"@graph":[{{"@type":"Article","headline":"甲","author":{author},
                "publisher":{{"@id":"https://a.cn/#org"}},"mainEntityOfPage":{{"@id":"https://a.cn/1"}}}},
                {{"@type":"WebPage","@id":"https://a.cn/1","author":{{"@id":"_:b","name":"李四"}}}},
                {{"@type":["Person"],"@id":"#p","name":"王小明"}},
                {{"@type":"Organization","@id":"https://a.cn/#org","name":"示例网"}}]}}"##
            )
        };
        for (author, wanted) in [
            (r##"{"@id":"#p"}"##, &["王小明"][..]),
            (r##"[{"@id":"#p"},{"@id":"_:b"}]"##, &["王小明", "李四"]),
            (r##""#p""##, &["王小明"]),
            (r##"{"@id":"#q"}"##, &[]),
            (r##"{"@id":"https://a.cn/q"}"##, &[]),
        ] {
            let found = of(&graph(author));
            assert_eq!(found.authors, wanted, "{author}");
            assert_eq!(found.publisher.as_deref(), Some("示例网"));
            assert_eq!(found.url.as_deref(), Some("https://a.cn/1"));
        }
    }

    #[test]
    fn json_that_is_not_quite_valid_is_read() {
        for text in [
            "{\"@type\":\"NewsArticle\",\"headline\":\"甲\",\"author\":\"王小明\",}",
            "<!-- {\"@type\":\"NewsArticle\",\"author\":[\"王小明\"]} -->",
            "//<![CDATA[\n{\"@type\":\"NewsArticle\",\"author\":{\"name\":\"王小明\"}}\n//]]>",
            "{\"@type\":\"NewsArticle\",\"author\":{\"name\":\"王小明\n\"},\"description\":\"一\n\"二\"。\"}",
        ] {
            assert_eq!(of(text).authors, ["王小明"], "{text}");
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

    #[test]
    fn descriptions_of_something_else_are_not_taken_for_the_article() {
        let other = r#"{"@type":"NewsArticle","headline":"别的","datePublished":"2020-01-01",
            "author":{"name":"王五"}}"#;
        for text in [
            format!(r#"{{"@type":"ItemList","itemListElement":[{other}]}}"#),
            format!(
                r#"{{"@type":"ItemList","itemListElement":[{{"@type":"ListItem","item":{other}}}]}}"#
            ),
            format!(r#"{{"@type":"ItemList","itemListElement":[{other},]}}"#),
            format!(
                r#"{{"@type":"CollectionPage","mainEntity":{{"@type":"ItemList","itemListElement":[{other}]}}}}"#
            ),
            format!(
                r#"{{"@type":"WebPage","hasPart":[{other}],"isPartOf":{other},"relatedLink":{other}}}"#
            ),
            format!(r#"{{"@graph":[{{"@type":"BreadcrumbList","itemListElement":[{other}]}}]}}"#),
            other.replace("NewsArticle", "VideoObject"),
            other.replace("NewsArticle", "Comment"),
            other.replace("NewsArticle", "Review"),
            other.replace("NewsArticle", "JobPosting"),
            other.replace("NewsArticle", "http://schema.org/Person"),
        ] {
            let found = of(&text);
            assert_eq!((found.published, found.headline), (None, None), "{text}");
            assert!(found.authors.is_empty(), "{text}");
        }
    }

    #[test]
    fn the_article_counts_before_the_page_and_the_one_that_is_like_the_page_before_others() {
        let day = |day| Some(Moment::Day(jiff::civil::date(2023, 1, day)));
        let page = r#"{"@type":"WebPage","datePublished":"2023-01-01"}"#.to_owned();
        let article = |headline: &str, url: &str, day: u8| {
            format!(
                r#"{{"@type":"NewsArticle","headline":"{headline}","url":"{url}",
                "datePublished":"2023-01-{day:02}"}}"#
            )
        };
        let published = |texts: &[String]| {
            let page =
                OwnPage { address: Some("http://a/3"), title: Some("居民收入_示例网") };
            read(texts, page).published
        };
        assert_eq!(published(&[page.clone(), article("居民", "", 2)]), day(2));
        assert_eq!(published(std::slice::from_ref(&page)), day(1), "the page's own date");
        let [other, own] = [article("别的", "http://a/2", 2), article("居民收入", "", 3)];
        assert_eq!(published(&[other.clone(), own]), day(3), "by its headline");
        let own = article("收入的话", "http://a/3", 4);
        assert_eq!(published(&[other, own]), day(4), "by its address");
        let nested = format!(r#"{{"@type":"WebPage","mainEntity":{}}}"#, article("甲", "", 5));
        assert_eq!(published(&[page, nested]), day(5), "as the main entity");
    }
}
