//! Collects what a page states outside its text: in `meta` elements, its canonical address,
//! `datetime` attributes, JSON-LD and other scripts. `metadata` chooses among these statements.

use html5gum::StartTag;

use crate::encoding::mended::Mended;

/// About how many are kept of each: `meta` elements, texts of JSON-LD, other scripts, and times.
const MAX_ITEMS: usize = 500;
/// Maximum bytes that are kept of a value.
const MAX_VALUE: usize = 2_000;
/// Maximum bytes of JSON-LD that are kept of a page.
const MAX_JSON: usize = 500_000;

/// What a page states in attributes and scripts.
#[derive(Debug, Default)]
pub(super) struct StatedData {
    /// The name of each `meta` element, in lower case without spaces, and the element's content. An
    /// element with several names is here once for each name.
    pub(super) metas: Vec<(String, String)>,
    /// The page's address, from its `link` element with `rel="canonical"`.
    pub(super) canonical: Option<String>,
    /// Texts of JSON-LD scripts.
    pub(super) json_ld: Vec<String>,
    /// Byte ranges of other scripts.
    pub(super) scripts: Vec<(usize, usize)>,
    /// Values of the `datetime` attributes of `time` elements, each with whether its element is
    /// marked as the time of publication.
    pub(super) times: Vec<(String, bool)>,
    /// Whether the last script that was opened is JSON-LD.
    is_json: bool,
}

/// The value of an attribute.
pub(super) fn attribute<'t>(
    tag: &'t StartTag<usize>,
    name: &[u8],
) -> Option<std::borrow::Cow<'t, str>> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(&value.value))
}

impl StatedData {
    /// Collects what a start tag states.
    pub(super) fn add_tag(&mut self, name: &str, tag: &StartTag<usize>) {
        match name {
            "meta" => self.add_meta(tag),
            "link" if self.canonical.is_none() && is_canonical(tag) => {
                self.canonical = attribute(tag, b"href").map(|href| cut(&href));
            }
            "script" => {
                let kind = attribute(tag, b"type");
                self.is_json =
                    kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"));
                if self.is_json && self.json_ld.len() < MAX_ITEMS {
                    self.json_ld.push(String::new());
                }
            }
            "time" if self.times.len() < MAX_ITEMS => {
                if let Some(value) = attribute(tag, b"datetime") {
                    let marked = tag.attributes.contains_key(&b"pubdate"[..])
                        || [&b"itemprop"[..], b"class"].iter().any(|name| {
                            attribute(tag, name)
                                .is_some_and(|value| value.to_ascii_lowercase().contains("publ"))
                        });
                    self.times.push((cut(&value), marked));
                }
            }
            _ => {}
        }
    }

    /// Collects the content of a `meta` element under each of its names.
    fn add_meta(&mut self, tag: &StartTag<usize>) {
        let Some(content) = attribute(tag, b"content") else { return };
        let content = content.trim();
        if content.is_empty() || self.metas.len() >= MAX_ITEMS {
            return;
        }
        for key in [&b"property"[..], b"name", b"itemprop"] {
            if let Some(name) = attribute(tag, key) {
                let name = name.to_ascii_lowercase();
                let name = cut(&name.split_whitespace().collect::<String>());
                self.metas.push((name, cut(content)));
            }
        }
    }

    /// Collects the text of a script, which stands at the bytes `start..end` of the page.
    pub(super) fn add_script(&mut self, text: &str, start: usize, end: usize) {
        if self.is_json {
            let total: usize = self.json_ld.iter().map(String::len).sum();
            if let Some(json) = self.json_ld.last_mut().filter(|_| total + text.len() <= MAX_JSON) {
                json.push_str(text);
            }
            return;
        }
        let count = self.scripts.len();
        match self.scripts.last_mut() {
            Some((_, last)) if *last == start => *last = end,
            _ if count < MAX_ITEMS => self.scripts.push((start, end)),
            _ => {}
        }
    }

    /// Repairs mojibake in the contents of `meta` elements and in JSON-LD.
    pub(super) fn repair_mojibake(&mut self) -> Mended {
        let contents = self.metas.iter_mut().map(|(_, content)| content);
        Mended::mend_all(contents.chain(&mut self.json_ld))
    }

    /// The first content of a `meta` element with one of these names, in the order of the names.
    pub(super) fn content(&self, names: &[&str]) -> Option<&str> {
        let with_name = |name: &&str| self.metas.iter().find(|(key, _)| key == name);
        names.iter().find_map(with_name).map(|(_, content)| content.as_str())
    }

    /// The contents of all `meta` elements with this name.
    pub(super) fn contents<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.metas.iter().filter(move |(key, _)| key == name).map(|(_, content)| content.as_str())
    }
}

fn is_canonical(tag: &StartTag<usize>) -> bool {
    attribute(tag, b"rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"))
}

/// The first [`MAX_VALUE`] bytes of a value, trimmed.
fn cut(value: &str) -> String {
    let end = (0..=value.len().min(MAX_VALUE)).rev().find(|at| value.is_char_boundary(*at));
    value[..end.unwrap_or(0)].trim().to_owned()
}
