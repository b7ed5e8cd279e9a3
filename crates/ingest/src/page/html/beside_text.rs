//! Finds the text of an article that stands beside the element that an extractor takes for the
//! article: a lead above it, and paragraphs between and below its parts.

use super::amount::{is_links_only, is_prose};
use super::line_view::View;
use super::non_text::is_line_of_tags;
use super::other_parts::is_paragraph;
use crate::page::line::{Line, Part};
use crate::page::page_words::page_words;
use crate::text::punctuation::is_sentence_end;

/// Minimum characters of a paragraph beside the text.
const MIN_PARAGRAPH: usize = 10;
/// Maximum lines between the text and a paragraph below it, and between two of these.
const MAX_LINES_BETWEEN: usize = 6;

/// The numbers of the lines of text beside the article, whose lines are `kept`.
///
/// Above the text, any paragraph below the title counts, unless its element is marked as something
/// else. Below the text and between its parts, so do those that stand directly in the elements
/// around the text; boxes beside it are rarely text of the article.
pub(super) fn lines_beside(kept: &[bool], view: &View<'_>) -> Vec<usize> {
    let is_text = |line: &usize| kept[*line] && is_prose(&view.lines[*line]);
    let Some(first) = (0..kept.len()).find(is_text) else { return Vec::new() };
    let last = (0..kept.len()).rfind(is_text).unwrap_or(first);
    let title = view.title.filter(|title| *title < first);
    let nesting = view.nesting;
    let article = nesting.around(first, last);
    // The smallest element that has the title, too; without a title, the one around the article.
    let whole = title
        .map_or_else(|| nesting.parent(article).unwrap_or(0), |title| nesting.around(title, last));
    let outside: Vec<usize> = title.into_iter().chain([first]).collect();
    let marked = nesting.marked_lines(&outside);
    let title_is_in_header = title.is_some_and(|title| view.lines[title].part != Part::Main);
    let may_be_text = |number: usize| {
        let line = &view.lines[number];
        let is_main = line.part == Part::Main || title_is_in_header && number < first;
        is_main && !marked[number] && is_paragraph_beside(line)
    };
    let around: Vec<usize> = {
        let to_whole = nesting.and_around(nesting.of(last)).take_while(|c| *c != whole);
        to_whole.chain([whole]).collect()
    };
    let is_in_flow = |number: usize| around.contains(&nesting.of(number));
    let mut beside = Vec::new();
    let top = title.map_or_else(|| nesting.lines(whole).start, |title| title + 1);
    beside.extend((top..first).filter(|line| {
        !kept[*line] && may_be_text(*line) && (title.is_some() || is_in_flow(*line))
    }));
    beside.extend(
        (first..last).filter(|line| !kept[*line] && may_be_text(*line) && is_in_flow(*line)),
    );
    // Headings that are text if a paragraph follows.
    let mut headings = Vec::new();
    let mut before = last;
    for number in last + 1..nesting.lines(whole).end {
        let line = &view.lines[number];
        if number - before > MAX_LINES_BETWEEN + 1 || ends_article(line) || marked[number] {
            break;
        }
        if kept[number] || !is_in_flow(number) {
            continue;
        }
        if line.heading > 0 {
            headings.push(number);
        } else if may_be_text(number) {
            beside.append(&mut headings);
            beside.push(number);
            before = number;
        }
    }
    beside
}

/// Whether a line is a paragraph, not a notice to readers. It may be short if it is a sentence.
fn is_paragraph_beside(line: &Line<'_>) -> bool {
    let text = line.text.trim_end_matches(['”', '」', '』', '）', ')', '"']);
    let is_sentence = || {
        line.links.is_empty()
            && text.ends_with(|c: char| is_sentence_end(c) && !c.is_ascii())
            && text.chars().nth(MIN_PARAGRAPH - 1).is_some()
    };
    (is_paragraph(line) || is_sentence()) && !is_notice(&line.text)
}

/// Whether a paragraph speaks to the reader about the site, not about the news. Its beginning shows
/// this; later, news may have such words, too.
fn is_notice(text: &str) -> bool {
    /// How many characters of a paragraph are searched.
    const CHARS: usize = 60;
    let end = text.char_indices().nth(CHARS).map_or(text.len(), |(at, _)| at);
    let beginning = &text[..end];
    page_words().begins_with_notice(text)
        || page_words().is_button_line(text)
        || NOTICES.iter().any(|notice| beginning.contains(notice))
}

/// What notices to readers contain, in both scripts.
const NOTICES: [&str; 62] = [
    "版权所有",
    "版權所有",
    "版权归",
    "版權歸",
    "版权声明",
    "版權聲明",
    "著作权法",
    "著作權法",
    "授权",
    "授權",
    "转载",
    "轉載",
    "侵权",
    "侵權",
    "免责",
    "免責",
    "联系我们",
    "聯繫我們",
    "聯絡我們",
    "关注我们",
    "關注我們",
    "关注公众号",
    "公众号",
    "公眾號",
    "二维码",
    "二維碼",
    "扫码",
    "掃碼",
    "扫一扫",
    "掃一掃",
    "打开APP",
    "打開APP",
    "下载APP",
    "下載APP",
    "客户端",
    "客戶端",
    "本站",
    "本网站",
    "本網站",
    "阅读原文",
    "閱讀原文",
    "阅读全文",
    "閱讀全文",
    "点击查看",
    "點擊查看",
    "点击阅读",
    "點擊閱讀",
    "点击下载",
    "點擊下載",
    "请点击",
    "請點擊",
    "更多精彩",
    "欢迎订阅",
    "歡迎訂閱",
    "欢迎投稿",
    "歡迎投稿",
    "不代表本",
    "浏览器",
    "瀏覽器",
    "请登录",
    "請登入",
    "JavaScript",
];

/// Whether no text of the article can follow a line: it is a notice, a heading of another part, or
/// leads to other pages.
fn ends_article(line: &Line<'_>) -> bool {
    let words = page_words();
    line.part != Part::Main
        || is_links_only(line)
        || is_line_of_tags(line)
        || words.begins_with_notice(&line.text)
        || words.heading_of_remarks(&line.text, 4).is_some()
}
