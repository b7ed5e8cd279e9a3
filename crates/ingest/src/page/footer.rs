//! The footer of a page: Tags line, category and stubs of related articles. Determines where the
//! body ends.
//!
//! What stands below a Tags line is left out only if it looks like a footer by itself. Many sites
//! put their tags above the text or between its paragraphs.

use std::ops::Range;

use crate::date;
use crate::page::boilerplate::{is_ad, site};
use crate::page::byline;
use crate::page::labels::Labels;
use crate::page::line::{Line, Part};
use crate::page::page_words::page_words;
use crate::page::tags_line::{self, TagsLine};
use crate::text::punctuation::{is_colon, is_comma, is_sentence_end};
use crate::title::Title;

/// Maximum characters of a category below the Tags line.
const MAX_CATEGORY: usize = 20;
/// Maximum characters of a category directly above the first stub, where no Tags line precedes it.
const MAX_CATEGORY_ABOVE_STUB: usize = 10;
/// Maximum lines of a stub above its date: the title, the lines of the snippet, and a category.
const MAX_STUB_LINES: usize = 10;
/// Maximum lines of a footer below its last date.
const MAX_LINES_WITHOUT_DATE: usize = 12;
/// How many lines below the Tags line can be bylines or buttons.
const MAX_BYLINES: usize = 4;

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
    /// The lines between the Tags line and the category that are bylines and buttons.
    pub(crate) bylines: Range<usize>,
}

/// Reads the footer of a page whose body begins at line `from`. `category` is the category that the
/// header states.
pub(crate) fn read(
    lines: &[Line<'_>],
    from: usize,
    category: Option<&str>,
    labels: &Labels,
) -> Footer {
    let mut footer = Footer { body_end: lines.len(), ..Footer::default() };
    let tags = (from..lines.len()).rev().find(|&i| tags_line::tags_value(&lines[i].text).is_some());
    if let Some(line_number) = tags {
        let after;
        (footer.tags, after) = tags_line::read(lines, line_number);
        let has_text_above = lines[from..line_number].iter().any(|line| is_sentence(&line.text));
        let bylines = if has_text_above { count_of_bylines(&lines[after..], labels) } else { 0 };
        if is_footer(&lines[after + bylines..], has_text_above) {
            footer.body_end = line_number;
            footer.bylines = after..after + bylines;
            let with_category = true;
            footer.read_below_body(&lines[after + bylines..], with_category);
            return footer;
        }
        // Some sites put the tags above the text, or between its paragraphs.
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
    /// Reads stubs from the lines below the body, and the category from the first of these lines if
    /// `with_category` says that it may stand there.
    fn read_below_body(&mut self, lines: &[Line<'_>], with_category: bool) {
        let mut lines = without_ads(lines);
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

/// The lines below a Tags line without placeholders of advertisements and the names of sites.
fn without_ads<'a, 'l>(lines: &'a [Line<'l>]) -> Vec<&'a Line<'l>> {
    lines.iter().filter(|line| !is_ad(&line.text) && site(&line.text).is_none()).collect()
}

/// The number of lines of `lines` that are bylines or buttons, up to the first other line.
fn count_of_bylines(lines: &[Line<'_>], labels: &Labels) -> usize {
    let is_byline = |text: &str| {
        date::parse_line(text).is_some()
            || byline::read(text, labels).is_some_and(|reading| reading.is_certain())
            || page_words().is_button_line(text)
    };
    lines.iter().take(MAX_BYLINES).take_while(|line| is_byline(&line.text)).count()
}

/// Whether the lines below a Tags line are a footer by themselves, and not text of the article:
/// stubs, a category, notices, and lines that are no sentences. `has_text_above` says whether text
/// stands above the Tags line; without it, the text can only be below.
fn is_footer(lines: &[Line<'_>], has_text_above: bool) -> bool {
    let mut lines = without_ads(lines);
    // The surroundings of an HTML page are never text.
    lines.retain(|line| line.part == Part::Main);
    let mut start = 0;
    for (number, line) in lines.iter().enumerate() {
        let Some(found) = date::parse_line(&line.text) else { continue };
        if !is_stub(&lines[start..number], found.is_null, start == 0, has_text_above) {
            return false;
        }
        start = number + 1;
    }
    is_end_of_footer(&lines[start..], has_text_above || start > 0)
}

/// Whether the lines above a date in a footer are a stub: a title that has a tag suffix, or that
/// the null date or no sentence follows. The first of several stubs may follow a category.
fn is_stub(lines: &[&Line<'_>], has_null_date: bool, is_first: bool, has_text_above: bool) -> bool {
    if lines.len() > MAX_STUB_LINES {
        return false;
    }
    let Some(first) = lines.first() else { return has_text_above };
    // A title below a sentence is that of the first stub, below the text.
    if let Some(title) = lines.iter().position(|line| is_title_of_stub(&line.text)) {
        return title == 0 || is_first && title == 1 && !is_sentence(&first.text);
    }
    has_null_date && !is_sentence(&first.text)
        || has_text_above && !lines.iter().any(|line| is_sentence(&line.text))
}

/// Whether the lines below the last date of a footer belong to the footer: a stub that was cut off,
/// notices, and a few lines that are no sentences.
fn is_end_of_footer(lines: &[&Line<'_>], has_footer_above: bool) -> bool {
    if let Some(title) = lines.iter().position(|line| is_title_of_stub(&line.text)) {
        let is_short = lines.len() - title <= MAX_STUB_LINES;
        return is_short && !lines[..title].iter().any(|line| is_sentence(&line.text));
    }
    if !has_footer_above {
        // Below a Tags line without text above it, only a category is no text.
        return match lines {
            [] => true,
            [line] => is_category(&line.text, MAX_CATEGORY),
            _ => false,
        };
    }
    let mut follows_heading = false;
    lines.len() <= MAX_LINES_WITHOUT_DATE
        && lines.iter().all(|line| {
            if page_words().begins_with_notice(&line.text) {
                follows_heading |= page_words().begins_with_heading(&line.text);
                return true;
            }
            // The titles below a heading such as `延伸閱讀` may have commas.
            let is_title = follows_heading && !line.text.contains('。');
            is_title && !line.text.ends_with('.') || !is_sentence(&line.text)
        })
}

/// Whether a line is the title of a stub: it has a tag suffix, and is no sentence.
fn is_title_of_stub(text: &str) -> bool {
    !text.contains('。') && Title::split(text).has_tag_suffix()
}

/// Whether a line may be a sentence or a part of one: it has more characters than a link, or marks
/// of a sentence.
fn is_sentence(text: &str) -> bool {
    /// Maximum characters of a line without marks that is no sentence.
    const MAX_CHARS: usize = 40;
    let is_punctuation =
        |c: char| is_comma(c) || matches!(c, ';' | '\u{ff1b}' | '”' | '」') || is_sentence_end(c);
    text.contains(is_punctuation) || text.ends_with('.') || text.chars().count() > MAX_CHARS
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
/// neither a sentence, a label with a value, a notice nor a date.
fn is_category(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars
        && !text.ends_with(['.', ';'])
        && !text.contains(|c| is_colon(c) || is_sentence_end(c))
        && !page_words().begins_with_notice(text)
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
        (read(&layout.lines, 0, category, Labels::builtin()), layout.lines.len())
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
    fn sentences_below_a_tags_line_are_text() {
        let first = "央行昨日宣布調整利率。";
        let second = "學者指出,影響有限";
        let remaining = [second, "2024-03-04", "小標題", first, second];
        for tags in ["標籤:財經", "关键词:央行、利率", "Tags: bank"] {
            for lines in 1..=remaining.len() {
                for above in ["", first] {
                    let text = format!("{above}\n{tags}\n{}", remaining[..lines].join("\n"));
                    let (footer, all) = of(&text, None);
                    assert_eq!((footer.body_end, footer.stubs.len()), (all, 0), "{text}");
                    assert!(footer.tags.is_some() && footer.tags_above_body.is_some(), "{text}");
                }
            }
            let (footer, all) = of(&format!("{first}\n{tags}\n{second}\n{STUBS}"), None);
            assert_eq!((footer.body_end, all - 7), (3, 3), "the stubs below the text are left out");
            assert_eq!(footer.stubs.len(), 2);
        }
    }

    #[test]
    fn bylines_links_and_notices_below_a_tags_line_are_no_text() {
        for below in [
            "責任編輯:李四",
            "2024-03-04",
            "(責任編輯:李四)\n分享到: 微信 微博",
            "延伸閱讀\n央行升息,房市受影響\n利率半碼",
            "央行升息半碼\n利率半碼",
            "免責聲明:本文僅代表作者觀點,不構成投資建議。",
            "利率半碼\n2024-03-03\n房市\n2024-03-02",
            "瑞波幣\n標題_FLOW:FLO\n被截斷的摘要。",
        ] {
            let (footer, _) = of(&format!("正文。\n標籤:財經\n{below}"), None);
            assert_eq!(footer.body_end, 1, "{below}");
        }
    }
}
