//! Collects what a page states outside its text: in `meta` elements, its canonical address,
//! attributes of other elements (`marked_data`), JSON-LD and other scripts. `metadata` chooses
//! among these statements.

use html5gum::StartTag;

use crate::encoding::mended::Mended;
use crate::fields::placeholder::is_placeholder;

/// About how many are kept of each: `meta` elements, texts of JSON-LD, other scripts, times, and
/// elements that are marked as titles.
pub(super) const MAX_ITEMS: usize = 500;
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
    /// The address of the first `base` element, against which relative addresses are resolved.
    pub(super) base: Option<String>,
    /// Texts of JSON-LD scripts.
    pub(super) json_ld: Vec<String>,
    /// Byte ranges of other scripts.
    pub(super) scripts: Vec<(usize, usize)>,
    /// Dates in the attributes of elements, each with whether its element is marked as the time of
    /// publication.
    pub(super) times: Vec<(String, bool)>,
    /// For each of `times`, the number of its line.
    pub(super) time_lines: Vec<usize>,
    /// Where the elements begin that are marked as titles: bytes after their start tags.
    pub(super) title_elements: Vec<usize>,
    /// Where the element begins that has the name of the publishing account: the byte after its
    /// start tag.
    pub(super) account_element: Option<usize>,
    /// Whose name an `itemprop="name"` is: that of the author or publisher whose element was opened
    /// last, under the name of a `meta` element that states it.
    pub(super) item: Option<&'static str>,
    /// What is kept of the last script that was opened.
    last_script: LastScript,
}

/// What is kept of a script.
#[derive(Debug, Clone, Copy, Default)]
enum LastScript {
    /// Its range.
    #[default]
    Range,
    /// Its text, which is the last one of [`StatedData::json_ld`].
    JsonLd,
    /// Nothing more: it is JSON-LD beyond the limits.
    Nothing,
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
                let is_json =
                    kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"));
                self.last_script = match is_json {
                    false => LastScript::Range,
                    true if self.json_ld.len() < MAX_ITEMS => {
                        self.json_ld.push(String::new());
                        LastScript::JsonLd
                    }
                    true => LastScript::Nothing,
                };
            }
            "base" if self.base.is_none() => {
                self.base = attribute(tag, b"href").map(|href| cut(&href));
            }
            "html" | "body" | "head" | "title" => {}
            _ => self.add_marked(name, tag),
        }
    }

    /// Collects the content of a `meta` element under each of its names, unless it states nothing.
    fn add_meta(&mut self, tag: &StartTag<usize>) {
        let Some(content) = attribute(tag, b"content") else { return };
        let content = content.trim();
        if content.is_empty() || is_placeholder(content) || self.metas.len() >= MAX_ITEMS {
            return;
        }
        self.add_name_of_item(tag, content);
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
        match self.last_script {
            LastScript::Range => self.add_range(start, end),
            LastScript::JsonLd => self.add_json_ld(text),
            LastScript::Nothing => {}
        }
    }

    /// Adds the byte range of a script, or of the next part of it.
    fn add_range(&mut self, start: usize, end: usize) {
        let count = self.scripts.len();
        match self.scripts.last_mut() {
            Some((_, last)) if *last == start => *last = end,
            _ if count < MAX_ITEMS => self.scripts.push((start, end)),
            _ => {}
        }
    }

    /// Adds the next part of a JSON-LD script. Keeps nothing after a part that is beyond the limit.
    fn add_json_ld(&mut self, text: &str) {
        let total: usize = self.json_ld.iter().map(String::len).sum();
        match self.json_ld.last_mut() {
            Some(json) if total + text.len() <= MAX_JSON => json.push_str(text),
            _ => self.last_script = LastScript::Nothing,
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
pub(super) fn cut(value: &str) -> String {
    let end = (0..=value.len().min(MAX_VALUE)).rev().find(|at| value.is_char_boundary(*at));
    value[..end.unwrap_or(0)].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::html::lines;

    #[test]
    fn further_scripts_do_not_change_the_last_json_ld_that_is_kept() {
        let script = |number: usize| {
            format!("<script type=\"application/ld+json\">{{\"position\":{number}}}</script>")
        };
        let html: String = (0..MAX_ITEMS + 2).map(script).collect();
        let json_ld = lines::read(&html).stated_data.json_ld;
        assert_eq!(json_ld.len(), MAX_ITEMS);
        let last = json_ld.last().unwrap();
        assert_eq!(*last, format!("{{\"position\":{}}}", MAX_ITEMS - 1));
    }
}
