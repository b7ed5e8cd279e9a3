//! Chooses the tags of an HTML page.

use super::letters::letters_and_digits;
use super::metadata::Parts;
use super::non_text::is_line_of_tags;
use super::whitespace::one_line;
use crate::fields::placeholder::is_placeholder;
use crate::page::line::Line;
use crate::page::tags_line::{TagsLine, read, tags_value};
use crate::text::punctuation::{is_colon, is_han};

/// Maximum number of tags that are kept.
const MAX_TAGS: usize = 40;
/// Maximum characters of a tag.
const MAX_TAG: usize = 24;

impl Parts<'_> {
    /// The tags: those that links and lines with a label show, then those that `meta` elements and
    /// JSON-LD state. `title` is the title of the article, which is no tag.
    pub(super) fn tags(&self, title: Option<&str>) -> Vec<String> {
        let stated_data = self.stated_data;
        let lines = || self.layout.lines.iter().filter(|line| is_line_of_tags(line));
        let linked = lines().flat_map(|line| line.links.iter().map(String::as_str));
        let after_label = self.layout.lines.iter().flat_map(links_after_label);
        let labelled = lines().filter(|line| line.links.is_empty()).flat_map(labelled_tags);
        let single =
            stated_data.contents("article:tag").chain(stated_data.contents("og:article:tag"));
        let keywords = ["keywords", "news_keywords", "tags"]
            .into_iter()
            .flat_map(|name| stated_data.contents(name))
            .flat_map(keywords);
        let json = self.json.keywords.iter().map(String::as_str);
        let title = title.map(letters_and_digits);
        let mut tags: Vec<String> = Vec::new();
        let stated =
            linked.chain(after_label).chain(single).chain(json).chain(keywords).map(str::to_owned);
        let first: Vec<String> = labelled.collect();
        for tag in first.into_iter().chain(stated).map(|tag| bare_tag(&tag)) {
            let is_tag = !tag.is_empty()
                && tag.chars().count() <= MAX_TAG
                && !is_placeholder(&tag)
                && title.as_deref() != Some(&letters_and_digits(&tag))
                && !tags.contains(&tag);
            if is_tag && tags.len() < MAX_TAGS {
                tags.push(tag);
            }
        }
        tags
    }
}

/// A tag without the signs around it: `#树莓派`, `#大桥#`.
fn bare_tag(tag: &str) -> String {
    let is_sign = |c: char| c == '#' || c == '\u{ff03}' || c.is_whitespace();
    let bare = tag.trim_start_matches(is_sign);
    // A sign at the end alone belongs to the tag: `C#`.
    let bare =
        if bare.len() < tag.trim_start().len() { bare.trim_end_matches(is_sign) } else { bare };
    one_line(bare)
}

/// The texts of the links behind a label of tags that stands within a line, as in
/// `分类：旅行 标签：杭州、茶园`.
fn links_after_label<'l>(line: &'l Line<'_>) -> impl Iterator<Item = &'l str> {
    /// Maximum bytes of the line.
    const MAX_BYTES: usize = 600;
    /// Maximum characters of the label.
    const MAX_LABEL: usize = 8;
    let text = &*line.text;
    let has_links = !line.links.is_empty() && text.len() <= MAX_BYTES && !is_line_of_tags(line);
    let searched = if has_links { text } else { "" };
    let mut starts = searched.match_indices(is_colon);
    let label = starts.find_map(|(colon, _)| {
        // The text before may end without a separator: `旅行标签：杭州`.
        let starts = text[..colon].char_indices().rev().take(MAX_LABEL).map(|(at, _)| at);
        starts.filter(|at| tags_value(&text[*at..]).is_some()).last()
    });
    let mut from = label.unwrap_or(text.len());
    line.links.iter().map(String::as_str).filter(move |link| {
        let found = text[from..].find(link).map(|at| from + at + link.len());
        from = found.unwrap_or(from);
        found.is_some()
    })
}

/// The tags in a line such as `关键词：大桥 渡口`.
fn labelled_tags(line: &Line<'_>) -> Vec<String> {
    let (tags, _) = read(std::slice::from_ref(line), 0);
    match tags {
        Some(TagsLine::Separate(tags)) => tags,
        Some(mut line @ TagsLine::Concatenated(_)) => {
            line.separate_at_spaces();
            match line {
                TagsLine::Separate(tags) => tags,
                TagsLine::Concatenated(tag) => vec![tag],
            }
        }
        None => Vec::new(),
    }
}

/// The keywords in a `meta` element. Where no other separators stand between them, spaces separate
/// keywords in Chinese.
fn keywords(value: &str) -> Vec<&str> {
    let is_separator = |c: char| matches!(c, ',' | '，' | '、' | ';' | '；' | '|' | '｜');
    let parts: Vec<&str> = value.split(is_separator).collect();
    let words = || value.split_whitespace();
    let are_chinese = || words().all(|word| word.contains(is_han));
    if parts.len() == 1 && are_chinese() { words().collect() } else { parts }
}

/// Whether a line states tags behind a label, and nothing else.
pub(super) fn has_labelled_tags(line: &Line<'_>) -> bool {
    /// Maximum characters of the line.
    const MAX_CHARS: usize = 60;
    // A heading such as `關鍵詞：元宇宙` belongs to the text.
    line.heading == 0
        && line.text.chars().nth(MAX_CHARS).is_none()
        && tags_value(&line.text).is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_spaces_are_no_part_of_tags() {
        for (tag, wanted) in
            [("#大桥", "大桥"), ("# 树莓派", "树莓派"), ("#大桥#", "大桥"), ("C#", "C#")]
        {
            assert_eq!(bare_tag(tag), wanted);
        }
        assert_eq!(keywords("大桥 渡口"), ["大桥", "渡口"]);
        assert_eq!(keywords("machine learning"), ["machine learning"]);
        assert_eq!(keywords("大桥 渡口，江城"), ["大桥 渡口", "江城"]);
    }
}
