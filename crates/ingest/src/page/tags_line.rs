//! The Tags line of a page: a label such as `Tags:` or `關鍵詞:` with the tags after it, or in the
//! lines of tag links below it.

use crate::page::line::Line;
use crate::text::punctuation::{is_colon, is_comma, is_han, is_space};

/// The Tags line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagsLine {
    /// The page gives the tags separately.
    Separate(Vec<String>),
    /// One string that has to be split.
    Concatenated(String),
}

impl TagsLine {
    /// Separates a line that has one tag, or spaces between short tags in Chinese.
    pub(crate) fn separate_at_spaces(&mut self) {
        /// Maximum characters of a tag in Chinese.
        const MAX_TAG_CHARS: usize = 6;
        let Self::Concatenated(line) = self else { return };
        let is_tag = |tag: &str| tag.chars().all(is_han) && tag.chars().count() <= MAX_TAG_CHARS;
        // Capitals in a row may be several tickers.
        let is_one_word = line.bytes().all(|b| b.is_ascii_alphanumeric())
            && (line.len() <= 5 || line.bytes().any(|b| b.is_ascii_lowercase()));
        let words = || line.split(is_space).filter(|word| !word.is_empty());
        if is_one_word || words().all(is_tag) {
            *self = Self::Separate(words().map(str::to_owned).collect());
        }
    }
}

/// Labels of a Tags line. The case of Latin letters does not matter.
const LABELS: [&str; 28] = [
    "Tags",
    "Tag",
    "Keywords",
    "Keyword",
    "標簽",
    "標籤",
    "标签",
    "本文標簽",
    "本文标签",
    "本文標籤",
    "文章標簽",
    "文章标签",
    "文章標籤",
    "新聞標籤",
    "新闻标签",
    "相關標籤",
    "相关标签",
    "關鍵詞",
    "关键词",
    "關鍵字",
    "关键字",
    "本文關鍵詞",
    "本文关键词",
    "本文關鍵字",
    "文章關鍵詞",
    "文章关键词",
    "新聞關鍵字",
    "相關關鍵字",
];

/// The text after `Tags:`; `None` for any other line, also for a sentence that begins with the word
/// of a label.
pub(crate) fn tags_value(text: &str) -> Option<&str> {
    // A quick check first, because this runs on every line below the header.
    if !text.starts_with(['T', 't', 'K', 'k', '標', '标', '本', '文', '新', '相', '關', '关'])
    {
        return None;
    }
    LABELS.iter().find_map(|label| {
        let (start, after_label) = text.split_at_checked(label.len())?;
        let value = after_label.trim_start().strip_prefix(is_colon)?.trim();
        (start.eq_ignore_ascii_case(label) && !value.contains('。')).then_some(value)
    })
}

/// Reads the Tags line at `line_number` and the lines of tag links after it; returns the tags, and
/// the number of the line that follows.
pub(crate) fn read(lines: &[Line<'_>], line_number: usize) -> (Option<TagsLine>, usize) {
    let line = &lines[line_number];
    let value = tags_value(&line.text).unwrap_or_default();
    let mut after = line_number + 1;
    let tags = if !line.links.is_empty() {
        Some(TagsLine::Separate(line.links.clone()))
    } else if !value.is_empty() {
        Some(of_value(value))
    } else {
        let mut separate = Vec::new();
        while let Some(next) = lines.get(after).filter(|next| next.tag_links_only) {
            separate.extend(next.links.iter().cloned());
            after += 1;
        }
        (!separate.is_empty()).then_some(TagsLine::Separate(separate))
    };
    (tags, after)
}

/// The tags after the label of a Tags line.
pub(crate) fn of_value(value: &str) -> TagsLine {
    separated_tags(value)
        .map_or_else(|| TagsLine::Concatenated(value.to_owned()), TagsLine::Separate)
}

/// The tags of several lines; `None` if there are no lines.
pub(crate) fn joined(lines: Vec<TagsLine>) -> Option<TagsLine> {
    lines.into_iter().reduce(|one, other| {
        let tags = [one, other].into_iter().flat_map(|line| match line {
            TagsLine::Separate(tags) => tags,
            TagsLine::Concatenated(tag) => vec![tag],
        });
        TagsLine::Separate(tags.collect())
    })
}

/// The tags in the text of a Tags line, if separators stand between them; then no corpus statistics
/// are needed to split the line.
fn separated_tags(value: &str) -> Option<Vec<String>> {
    /// A longer part is no tag: it is several tags without separators, or a sentence.
    const MAX_TAG_CHARS: usize = 30;
    let parts: Vec<String> = value
        .split(|c| is_comma(c) || matches!(c, '、' | '|' | ';' | '\u{ff1b}' | '/' | '#' | '\t'))
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    let are_short = parts.iter().all(|part| part.chars().count() <= MAX_TAG_CHARS);
    (parts.len() > 1 && are_short).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_recognised() {
        for label in LABELS {
            assert_eq!(tags_value(&format!("{label} : 甲")), Some("甲"));
            assert_eq!(tags_value(&format!("{}：甲", label.to_uppercase())), Some("甲"));
        }
    }

    #[test]
    fn sentences_are_no_tags() {
        for text in ["關鍵詞:轉型,是今年的主題。", "標籤的故事", "Tagsoup: a parser", "文章:甲"]
        {
            assert_eq!(tags_value(text), None, "{text}");
        }
    }
}
