//! The footer of a page: Tags line, category and stubs of related articles. Determines where the
//! body ends.

use crate::date;
use crate::page::boilerplate::{is_ad, site};
use crate::page::line::Line;
use crate::text::punctuation::{is_colon, is_comma, is_sentence_end};
use crate::title::Title;

/// Maximum characters of a category below the Tags line.
const MAX_CATEGORY: usize = 20;
/// Maximum characters of a category directly above the first stub, where no Tags line precedes it.
const MAX_CATEGORY_ABOVE_STUB: usize = 10;

/// The Tags line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagsLine {
    /// The page gives the tags separately.
    Separate(Vec<String>),
    /// One string that has to be split.
    Concatenated(String),
}

/// The stub of a related article: title line with tag suffix, and snippet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Stub {
    pub(crate) title: String,
    pub(crate) snippet: String,
}

/// The contents of a page's footer.
#[derive(Debug, Default)]
pub(crate) struct Footer {
    pub(crate) tags: Option<TagsLine>,
    pub(crate) category: Option<String>,
    pub(crate) stubs: Vec<Stub>,
    /// Index of the first line after the body.
    pub(crate) body_end: usize,
    /// Line range of a Tags line that stands above the text of the article, with the lines of tag
    /// links after it.
    pub(crate) tags_above_body: Option<(usize, usize)>,
}

/// Reads the footer of a page whose body begins at line `from`. `category` is the category that the
/// header states.
pub(crate) fn read(lines: &[Line<'_>], from: usize, category: Option<&str>) -> Footer {
    let mut footer = Footer { body_end: lines.len(), ..Footer::default() };
    let tags = (from..lines.len()).rev().find(|&i| tags_value(&lines[i].text).is_some());
    if let Some(line_number) = tags {
        let after = footer.take_tags(lines, line_number);
        if is_footer(&lines[after..]) {
            footer.body_end = line_number;
            let with_category = true;
            footer.read_below_body(&lines[after..], with_category);
            return footer;
        }
        // Some related sites put the tags above the text.
        footer.tags_above_body = Some((line_number, after));
    }
    let start = tags.map_or(from, |line_number| line_number + 1);
    if let Some(stub) = first_stub(&lines[start..]).map(|i| i + start) {
        let has_category_above = stub > start && {
            let above = &lines[stub - 1].text;
            Some(&**above) == category
                || category.is_none() && is_category(above, MAX_CATEGORY_ABOVE_STUB)
        };
        footer.body_end = if has_category_above { stub - 1 } else { stub };
        footer.read_below_body(&lines[footer.body_end..], has_category_above);
    }
    footer
}

impl Footer {
    /// Reads the Tags line and the lines of tag links after it; returns the line that follows.
    fn take_tags(&mut self, lines: &[Line<'_>], line_number: usize) -> usize {
        let line = &lines[line_number];
        let value = tags_value(&line.text).unwrap_or_default();
        let mut after = line_number + 1;
        self.tags = if !line.links.is_empty() {
            Some(TagsLine::Separate(line.links.clone()))
        } else if !value.is_empty() {
            Some(
                separated_tags(value)
                    .map_or_else(|| TagsLine::Concatenated(value.to_owned()), TagsLine::Separate),
            )
        } else {
            let mut separate = Vec::new();
            while let Some(next) = lines.get(after).filter(|next| next.tag_links_only) {
                separate.extend(next.links.iter().cloned());
                after += 1;
            }
            (!separate.is_empty()).then_some(TagsLine::Separate(separate))
        };
        after
    }

    /// Reads stubs from the lines below the body, and the category from the first of these lines if
    /// `with_category` says that it may stand there.
    fn read_below_body(&mut self, lines: &[Line<'_>], with_category: bool) {
        let mut lines: Vec<&Line<'_>> =
            lines.iter().filter(|line| !is_ad(&line.text) && site(&line.text).is_none()).collect();
        if with_category
            && let Some(first) = lines.first()
            && !Title::split(&first.text).has_tag_suffix()
            && is_category(&first.text, MAX_CATEGORY)
        {
            self.category = Some(first.text.clone().into_owned());
            lines.remove(0);
        }
        // The lines of a stub above its date.
        let mut group: Vec<&str> = Vec::new();
        for line in lines {
            if date::parse_line(&line.text).is_some() {
                self.add_stub(&mut group);
            } else {
                group.push(&line.text);
            }
        }
        // The last stub may be cut off before its date.
        if group.first().is_some_and(|title| Title::split(title).has_tag_suffix()) {
            self.add_stub(&mut group);
        }
    }

    /// Adds the stub of which `group` has the lines, and empties `group`.
    fn add_stub(&mut self, group: &mut Vec<&str>) {
        if let Some((title, snippet)) = group.split_first() {
            self.stubs.push(Stub { title: (*title).to_owned(), snippet: snippet.join("\n") });
        }
        group.clear();
    }
}

/// Labels of a Tags line.
const TAGS_LABELS: [&str; 13] = [
    "Tags",
    "Tag",
    "TAGS",
    "TAG",
    "tags",
    "標簽",
    "標籤",
    "标签",
    "本文標簽",
    "本文标签",
    "本文標籤",
    "關鍵詞",
    "关键词",
];

/// The text after `Tags:`; `None` for any other line.
fn tags_value(text: &str) -> Option<&str> {
    // A quick check first, because this runs on every line below the header.
    if !text.starts_with(['T', 't', '標', '标', '本', '關', '关']) {
        return None;
    }
    TAGS_LABELS.iter().find_map(|label| {
        let after_label = text.strip_prefix(label)?.trim_start();
        after_label.strip_prefix(is_colon).map(str::trim)
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

/// Whether the lines below a Tags line are a footer, and not the text of an article.
fn is_footer(lines: &[Line<'_>]) -> bool {
    let dates = lines.iter().filter(|line| date::parse_line(&line.text).is_some()).count();
    if dates > 0 {
        // A stub with its date has about eight lines at most. A date among more lines stands in an
        // article.
        return lines.len() <= dates * 8 + 8;
    }
    // Without dates, only a few short lines can be a footer.
    let long_lines = lines.iter().filter(|line| line.text.chars().count() > 60).count();
    long_lines <= 1 && lines.len() <= 12
}

/// Where the stubs begin, if no Tags line below the body shows it; `None` if there are none.
///
/// Looks at each line that is only a date, in order. If there is a title with a tag suffix in the
/// four lines above the date, the stubs begin with this title, or with the nearest of several.
/// Otherwise, if it is the null date, they begin two lines above it. Any other date is skipped.
fn first_stub(lines: &[Line<'_>]) -> Option<usize> {
    let has_tag_suffix = |i: usize| Title::split(&lines[i].text).has_tag_suffix();
    (0..lines.len()).filter(|&i| date::parse_line(&lines[i].text).is_some()).find_map(|dated| {
        let near = dated.saturating_sub(4)..dated;
        if let Some(title) = near.rev().find(|&i| has_tag_suffix(i)) {
            return Some(title);
        }
        // Bodies never contain the null date (1900/1/1, for no date): above it are the title and
        // the snippet of a stub. Other dates, even ambiguous and impossible ones, may stand in the
        // text of an article, which must not be taken for stubs.
        let is_null = date::parse_line(&lines[dated].text).is_some_and(|found| found.is_null);
        (is_null && dated >= 2).then(|| dated - 2)
    })
}

/// Whether a line can be the name of a category: it has at most `max_chars` characters, and is
/// neither a sentence nor a date.
fn is_category(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars
        && !text.ends_with(['.', ':', '\u{ff1a}', ';'])
        && !text.contains(is_sentence_end)
        && !text.contains(is_comma)
        && date::parse_line(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::line::text_layout;

    const STUBS: &str = "Flow集成Filecoin存儲服務_FLOW:FLO\n\nFilecoin已經成為合作伙伴.\n\n1900/1/1 0:00:00\n\
        拳皇泰森福瑞NFT售出_NFT:cnft.io\n\n據官方信息,拍賣完成.\n\n1900/1/1 0:00:00\nads\n";

    /// The footer of a text whose header states `category`, and the number of the text's lines.
    fn of(text: &str, category: Option<&str>) -> (Footer, usize) {
        let layout = text_layout(text);
        (read(&layout.lines, 0, category), layout.lines.len())
    }

    #[test]
    fn tags_category_and_stubs_are_read() {
        let (footer, _) = of(&format!("正文。\n\nTags:NFTcnft.io\n\n瑞波幣\n{STUBS}"), None);
        assert_eq!(footer.tags, Some(TagsLine::Concatenated("NFTcnft.io".to_owned())));
        assert_eq!(footer.category.as_deref(), Some("瑞波幣"));
        assert_eq!(footer.stubs.len(), 2);
        assert_eq!(footer.stubs[0].title, "Flow集成Filecoin存儲服務_FLOW:FLO");
        assert_eq!(footer.stubs[0].snippet, "Filecoin已經成為合作伙伴.");
        assert_eq!(footer.body_end, 1);
    }

    #[test]
    fn stubs_end_the_body_without_a_tags_line() {
        for (above, category) in [("瑞波幣\n", Some("瑞波幣")), ("瑞波幣\n", None), ("", None)]
        {
            let (footer, _) =
                of(&format!("第一段。\n\n第二段說完了。\n\n{above}{STUBS}"), category);
            assert_eq!(footer.body_end, 2, "{above} {category:?}");
            assert_eq!(footer.stubs.len(), 2);
        }
    }

    #[test]
    fn a_page_without_tags_line_and_stubs_has_no_footer() {
        for date in ["2023/3/14", "3/4/2024", "2023/13/45", "1750/1/1"] {
            let (footer, lines) =
                of(&format!("第一段。\n\n第二段說完了。\n\n{date}\n\n第三段。"), None);
            assert_eq!((footer.body_end, footer.stubs.len()), (lines, 0), "{date}");
        }
    }

    #[test]
    fn tags_above_the_text_do_not_end_the_body() {
        let long = "這一段很長,說了許多話,而且還要繼續說下去,直到它的長度超過六十個字為止,這樣就不會有人把它當作頁腳裡的一行短文字了,對吧。";
        let (footer, lines) = of(&format!("標簽:比特幣,以太坊\n{long}\n{long}\n"), None);
        assert_eq!(
            footer.tags,
            Some(TagsLine::Separate(vec!["比特幣".to_owned(), "以太坊".to_owned()]))
        );
        assert_eq!((footer.body_end, footer.tags_above_body), (lines, Some((0, 1))));
    }

    #[test]
    fn every_tags_label_is_recognised() {
        for label in TAGS_LABELS {
            assert_eq!(tags_value(&format!("{label} : 甲")), Some("甲"));
        }
    }
}
