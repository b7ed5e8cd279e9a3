//! Words by which the lines of a page are told apart, from `data/tables/page_words.tsv`: buttons,
//! parts of breadcrumbs, endings of outlets, surnames, cities.

mod names;
mod remarks;

use std::sync::OnceLock;

pub(crate) use self::remarks::Remarks;
use crate::date;
use crate::text::punctuation::{is_bar, is_colon, is_sentence_end, is_space};
use crate::text::word_table::{WordTable, rows};

const TABLE: &str = include_str!("../../../../data/tables/page_words.tsv");

/// Maximum characters of a word that ends an outlet's name or a notice.
const MAX_ENDING: usize = 10;

/// The words of the table, by kind. The kind is the first column of the table, and the fields have
/// the names of the kinds.
#[derive(Debug, Default)]
pub(crate) struct PageWords {
    /// Buttons, such as `收藏`.
    control: WordTable<()>,
    /// Beginnings of notices to readers, such as `掃一掃`.
    prefix: WordTable<()>,
    /// Endings of notices to readers, such as `APP`.
    target: WordTable<()>,
    /// Beginnings of notices below the text, such as `版權所有`.
    notice: WordTable<()>,
    /// Headings below the text, such as `延伸閱讀`.
    heading: WordTable<()>,
    /// Words of reporting, which stand after a date, a name or a city in a byline, such as `發布`.
    published: WordTable<()>,
    /// Endings of the names of outlets, such as `日報`.
    outlet: WordTable<()>,
    /// Chinese surnames, such as `歐陽`.
    surname: WordTable<()>,
    /// Labels of breadcrumbs, such as `當前位置`.
    location: WordTable<()>,
    /// First steps of breadcrumbs, such as `首頁`.
    home: WordTable<()>,
    /// Cities, provinces and countries from which reports are sent.
    city: WordTable<()>,
    /// Sections of sites, such as `要聞`.
    section: WordTable<()>,
    /// Headings of lists of other articles and of comments, such as `相關閱讀`.
    related: WordTable<()>,
    /// Comments of readers, such as `評論`, in headings.
    remark: WordTable<()>,
    /// Replies, which are comments or the posts of a forum, in headings.
    reply: WordTable<()>,
    /// Words that stand beside these in headings, such as `網友` and `最新`.
    of_remarks: WordTable<()>,
    /// Units, counters, parts of the day and time zones, which name nobody, such as `分鐘`.
    unit: WordTable<()>,
    /// What a date is the date of, if not of the publication, such as `註冊時間`.
    event: WordTable<()>,
    /// Endings of labels of a time, such as `日期`.
    moment: WordTable<()>,
    /// Words in labels of the time of publication, such as `發稿`.
    publishing: WordTable<()>,
    /// Outlets and sites whose names do not end as those of outlets do, such as `網易`.
    site: WordTable<()>,
    /// Parts of buttons and counters, such as `收藏`.
    button: WordTable<()>,
    /// What stands where a name could, but is no name, such as `佚名`.
    nobody: WordTable<()>,
    /// Parts of labels and links beside an author, such as `專欄`.
    about: WordTable<()>,
    /// Endings of the parts of a newsroom, after a section, as in `政治中心`.
    desk: WordTable<()>,
    /// Endings of companies and authorities, such as `公司`.
    company: WordTable<()>,
    /// English words that are no part of a name, such as `Follow`.
    interface: WordTable<()>,
    /// Endings of what a platform says of an account, such as `领域创作者`.
    account: WordTable<()>,
    /// Beginnings of what a post was sent with, such as `iPhone`.
    device: WordTable<()>,
    /// Endings of the names of sites at the end of titles: fewer than those of outlets, because a
    /// headline can end in `公司`.
    masthead: WordTable<()>,
    /// Titles of pages that name no article, such as `新聞詳情`.
    untitled: WordTable<()>,
}

/// The table, read once.
pub(crate) fn page_words() -> &'static PageWords {
    static WORDS: OnceLock<PageWords> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = PageWords::default();
        for (_, fields) in rows(TABLE) {
            if let Some(table) = words.table(fields[0]) {
                fields[1..].iter().for_each(|word| table.add(word, ()));
            }
        }
        words
    })
}

impl PageWords {
    /// The words of a kind, by its name in the table.
    fn table(&mut self, kind: &str) -> Option<&mut WordTable<()>> {
        Some(match kind {
            "control" => &mut self.control,
            "prefix" => &mut self.prefix,
            "target" => &mut self.target,
            "notice" => &mut self.notice,
            "heading" => &mut self.heading,
            "published" => &mut self.published,
            "outlet" => &mut self.outlet,
            "surname" => &mut self.surname,
            "location" => &mut self.location,
            "home" => &mut self.home,
            "city" => &mut self.city,
            "section" => &mut self.section,
            "related" => &mut self.related,
            "remark" => &mut self.remark,
            "reply" => &mut self.reply,
            "of_remarks" => &mut self.of_remarks,
            "unit" => &mut self.unit,
            "event" => &mut self.event,
            "moment" => &mut self.moment,
            "publishing" => &mut self.publishing,
            "site" => &mut self.site,
            "button" => &mut self.button,
            "nobody" => &mut self.nobody,
            "about" => &mut self.about,
            "desk" => &mut self.desk,
            "company" => &mut self.company,
            "interface" => &mut self.interface,
            "account" => &mut self.account,
            "device" => &mut self.device,
            "masthead" => &mut self.masthead,
            "untitled" => &mut self.untitled,
            _ => return None,
        })
    }

    /// The text after the label of a breadcrumb and its colon.
    pub(crate) fn after_breadcrumb_label<'a>(&self, text: &'a str) -> Option<&'a str> {
        let (_, bytes) = self.location.longest_at(text)?;
        text[bytes..].trim_start().strip_prefix(is_colon)
    }

    /// Whether a text begins with the first step of a breadcrumb.
    pub(crate) fn begins_with_home_step(&self, text: &str) -> bool {
        self.home.longest_at(text).is_some()
    }

    /// Whether a text is the first step of a breadcrumb.
    pub(crate) fn is_home_step(&self, text: &str) -> bool {
        self.home.meaning_of(text).is_some()
    }

    /// Whether a text is a word of reporting, such as `發布` or `報導`.
    pub(crate) fn is_word_of_reporting(&self, text: &str) -> bool {
        self.published.meaning_of(text).is_some()
    }

    /// Whether a short text ends with a word of reporting, as in `台北報導`.
    pub(crate) fn ends_in_word_of_reporting(&self, text: &str) -> bool {
        /// Maximum characters of the text. A longer one may be a sentence.
        const MAX_TEXT: usize = 12;
        /// Characters of the longest Chinese word of reporting.
        const MAX_WORD: usize = 4;
        text.chars().count() <= MAX_TEXT && self.published.longest_ending(text, MAX_WORD).is_some()
    }

    /// Whether a line beside a title consists of buttons only, with or without numbers, or is a
    /// notice.
    pub(crate) fn is_button_line(&self, text: &str) -> bool {
        // Two quick checks. First: longer lines are text.
        if text.len() > 200 {
            return false;
        }
        // Second: most lines begin with a character that begins no button and no notice, or with
        // a longer word than buttons and notices: one of more than 60 bytes, which are 20 Chinese
        // characters.
        let first = text.split(|c| is_space(c) || is_bar(c) || matches!(c, '/' | '·')).next();
        if !text
            .chars()
            .next()
            .is_some_and(|c| c.is_ascii() || self.control.may_begin(c) || self.prefix.may_begin(c))
            || first.is_some_and(|first| first.len() > 60)
        {
            return false;
        }
        let is_button = |token: &str| {
            let token = token.trim_matches(|c: char| is_colon(c) || "()[]【】+".contains(c));
            self.control.meaning_of(token).is_some()
                || token.ends_with("APP")
                || token.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation())
        };
        let mut tokens = text
            .split(|c| is_space(c) || is_bar(c) || matches!(c, '/' | '·' | '>' | '、'))
            .filter(|token| !token.is_empty())
            .peekable();
        let has_word = text.chars().any(char::is_alphabetic);
        // `2023-05-17 10:20 分享` is a byline.
        let has_date = || date::mentions_day(text) || date::find_first(text, usize::MAX).is_some();
        let has_buttons = has_word && tokens.peek().is_some() && tokens.all(is_button);
        has_buttons && !has_date() || self.is_notice(text)
    }

    /// Whether a line is a notice to readers such as `正在閱讀:…` or `掃一掃下載示例APP`.
    fn is_notice(&self, text: &str) -> bool {
        let Some((_, bytes)) = self.prefix.longest_at(text) else { return false };
        let remaining = text[bytes..].trim();
        text.chars().count() <= 40
            && !text.contains(is_sentence_end)
            && (remaining.is_empty()
                || remaining.starts_with(is_colon)
                || self.target.longest_ending(remaining, MAX_ENDING).is_some())
    }

    /// Whether a line below the text is, or begins with, a heading such as `延伸閱讀`.
    pub(crate) fn begins_with_heading(&self, text: &str) -> bool {
        let text = text.trim_start_matches(['【', '[', '■', '●']);
        let has_heading = self.heading.longest_at(text).is_some_and(|(_, bytes)| {
            let after = &text[bytes..];
            after.is_empty()
                || after.starts_with(|c| is_colon(c) || is_space(c) || matches!(c, '】' | ']'))
        });
        has_heading || self.is_heading_of_other_part(text, 4)
    }

    /// Whether a line below the text is a notice such as `轉載請註明出處`, or a heading.
    pub(crate) fn begins_with_notice(&self, text: &str) -> bool {
        self.notice.longest_at(text).is_some() || self.begins_with_heading(text)
    }

    /// Whether a line is the heading of a list of other articles or of comments, such as
    /// `相關閱讀 >>` or `網友評論(12)`, or leads to the next article, as in `下一篇：…`.
    /// Its words have at least `min_chars` characters.
    pub(crate) fn is_heading_of_other_part(&self, text: &str, min_chars: usize) -> bool {
        let is_around =
            |c: char| !c.is_alphanumeric() || c.is_ascii_digit() || matches!(c, '條' | '条');
        let text = text.trim_start_matches(is_around);
        let Some((_, bytes)) = self.related.longest_at(text) else { return false };
        if text[..bytes].chars().count() < min_chars {
            return false;
        }
        let after = text[bytes..].trim_start();
        let is_heading = after.trim_start_matches(is_around).is_empty()
            || after.starts_with(is_colon) && text.starts_with(['上', '下', '前', '後', '后']);
        // `最近更新：2024-03-04` is a byline. A date is looked for last, because that is slow.
        is_heading && !date::mentions_day(after) && date::find_first(after, usize::MAX).is_none()
    }

    /// Whether a text consists of units and counters, with or without numbers and signs, such as
    /// `1.2万`, `5 min read`, `A03` or `★★★`: it names nobody.
    pub(crate) fn is_count(&self, text: &str) -> bool {
        let mut remaining = text;
        loop {
            remaining = remaining.trim_start_matches(|c: char| !c.is_alphabetic());
            let Some(first) = remaining.chars().next() else { return true };
            let latin = remaining.bytes().take_while(u8::is_ascii_alphabetic).count();
            let unit = self.unit.longest_at(remaining).map(|(_, bytes)| bytes);
            // A single Latin letter belongs to the number of a page, as in `A03`.
            match unit.or((latin == 1).then_some(1)) {
                Some(bytes) if bytes > 0 => remaining = &remaining[bytes.max(first.len_utf8())..],
                _ => return false,
            }
        }
    }

    /// Whether a text before a date says that it is the date of something else than the
    /// publication: a word such as `註冊時間`, alone or at the end of a label; or another text that
    /// ends as labels of a time do and has no word of publication, such as `講座時間`.
    pub(crate) fn is_event(&self, text: &str) -> bool {
        /// Maximum characters of a label. A longer text may be a sentence.
        const MAX_LABEL: usize = 16;
        /// Characters of the shortest and of the longest word of an event that ends a label.
        const ENDINGS: std::ops::RangeInclusive<usize> = 3..=6;
        let text = text.trim_end_matches(is_colon).trim();
        if self.event.meaning_of(text).is_some() {
            return true;
        }
        // `美東時間` is a zone.
        if text.chars().nth(MAX_LABEL).is_some() || date::is_word_of_date(text) {
            return false;
        }
        let ending = self.event.longest_ending(text, *ENDINGS.end());
        if ending.is_some_and(|(_, at)| ENDINGS.contains(&text[at..].chars().count())) {
            return true;
        }
        let Some((_, end)) = self.moment.longest_ending(text, *ENDINGS.end()) else { return false };
        let has_word_of_publishing = text[..end]
            .char_indices()
            .any(|(at, _)| self.publishing.longest_at(&text[at..end]).is_some());
        end > 0 && !has_word_of_publishing
    }

    /// Whether the title of a page names no article, such as `無標題文檔` or `Document`.
    pub(crate) fn is_untitled(&self, title: &str) -> bool {
        self.untitled.meaning_of(title.trim()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_kind() {
        for (number, fields) in rows(TABLE) {
            assert!(fields.len() >= 2, "line {number}");
            assert!(PageWords::default().table(fields[0]).is_some(), "line {number}");
        }
    }

    #[test]
    fn people_and_outlets_are_distinguished() {
        let words = page_words();
        for name in
            ["王小明", "李四", "歐陽修", "欧阳修", "John Smith", "王小明、李四", "約翰·史密斯"]
        {
            assert!(words.is_people(name), "{name}");
            assert!(!words.is_outlet(name), "{name}");
        }
        for name in ["示例社區", "示例星球", "中央社", "新华网", "Example Daily"] {
            assert!(words.is_outlet(name), "{name}");
        }
        for text in ["您好", "從會上獲悉", "比特幣", "", "the end", "王小明說今天天氣很好"]
        {
            assert!(!words.is_people(text), "{text}");
        }
    }

    #[test]
    fn counters_and_headings_of_other_parts_are_recognised() {
        let words = page_words();
        for text in
            ["分鐘", "1.2万", "A03", "第A03版", "★★★", "»", "5 min read", "3条评论", "上午", "GMT"]
        {
            assert!(words.is_count(text), "{text}");
        }
        for text in ["36氪", "第一财经", "人民日报", "天下杂志", "V2EX", "周刊", "A5创业网"]
        {
            assert!(!words.is_count(text), "{text}");
        }
        for text in
            ["相关阅读", "延伸閱讀：", "【推荐阅读】", "网友评论(12)", "3条评论", "下一篇：某地"]
        {
            assert!(words.is_heading_of_other_part(text, 2), "{text}");
        }
        assert!(!words.is_heading_of_other_part("评论", 4));
        for text in ["评论员文章", "相关部门回应", "热门城市房价下跌", "推荐：某地", "2024"]
        {
            assert!(!words.is_heading_of_other_part(text, 2), "{text}");
        }
    }

    #[test]
    fn buttons_and_notices_are_distinguished_from_text() {
        let words = page_words();
        for line in [
            "AD",
            "評論 點擊收藏",
            "分享到:",
            "正在閱讀:",
            "正在阅读：测试标题",
            "掃一掃下載示例APP",
            "字號: 大 中 小",
            "大",
        ] {
            assert!(words.is_button_line(line), "{line}");
        }
        // `A` is no button, and a number without a word is no button line.
        for line in ["A+ 打印 收藏", "掃碼支付新規出臺", "下載量創新高", "分享經濟的未來", "2023"]
        {
            assert!(!words.is_button_line(line), "{line}");
        }
    }
}
