//! What a line looks like on its own: a sentence of an article, or a label or notice of the site.

use wensou_text::t2s;

use crate::text::punctuation::{is_comma, is_sentence_end};

/// The kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// Short, or a list of short parts, and without the punctuation of a sentence: a menu item, a
    /// heading, a name, a menu in one line.
    Label,
    /// Speaks of the site itself: copyright, disclaimer, a request to follow it.
    Notice,
    /// Anything else.
    Sentence,
}

/// Maximum characters of a label, unless it is a list such as `A | B | C`.
const MAX_LABEL_CHARS: usize = 40;
/// Minimum number of parts of a list, such as the items of a menu in one line.
const MIN_LIST_PARTS: usize = 3;
/// Maximum characters of each part of a list.
const MAX_LIST_PART_CHARS: usize = 12;
/// Maximum characters of a notice.
const MAX_NOTICE_CHARS: usize = 130;
/// An ASCII line with at least this many words of two or more characters is no label, even if it
/// has no punctuation.
const MIN_WORDS: usize = 8;

/// Words of notices, in Simplified characters and lower case.
const NOTICE_WORDS: [&str; 36] = [
    "版权",
    "转载",
    "免责",
    "声明",
    "本站",
    "本网",
    "本平台",
    "投资建议",
    "不构成",
    "侵权",
    "公众号",
    "扫码",
    "扫一扫",
    "下载app",
    "客户端",
    "订阅",
    "关注我们",
    "联系我们",
    "加入我们",
    "关于我们",
    "备案",
    "许可证",
    "举报",
    "客服",
    "责任编辑",
    "责编",
    "copyright",
    "all rights reserved",
    "icp",
    "©",
    "微信",
    "微博",
    "点赞",
    "推荐阅读",
    "相关阅读",
    "广告",
];

impl LineKind {
    /// The kind of a line, by its length, its punctuation and its words.
    pub(crate) fn of(line: &str) -> Self {
        // A character has at most four bytes.
        if line.len() > MAX_NOTICE_CHARS * 4 {
            return Self::Sentence;
        }
        let chars = line.chars().count();
        let is_list = || {
            let parts = line.split(['|', '·', '/', '\u{ff5c}', '>', ' ', '\u{3000}', '\t']);
            let (count, longest) =
                parts.filter(|part| !part.is_empty()).fold((0, 0), |(count, longest), part| {
                    (count + 1, longest.max(part.chars().count()))
                });
            count >= MIN_LIST_PARTS && longest <= MAX_LIST_PART_CHARS
        };
        let has_punctuation =
            line.contains(|c| is_sentence_end(c) || is_comma(c) || matches!(c, ';' | '\u{ff1b}'));
        let words = || line.split_ascii_whitespace().filter(|word| word.len() > 1).count();
        let is_english = || line.is_ascii() && (words() >= MIN_WORDS || line.ends_with('.'));
        if !has_punctuation && !is_english() && (chars <= MAX_LABEL_CHARS || is_list()) {
            return Self::Label;
        }
        if chars <= MAX_NOTICE_CHARS {
            let folded = t2s(line).to_lowercase();
            if NOTICE_WORDS.iter().any(|word| folded.contains(word)) {
                return Self::Notice;
            }
        }
        Self::Sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_notices_and_sentences_are_told_apart() {
        for line in [
            "首頁",
            "AD",
            "閱讀:42",
            "關於我們 | 聯繫我們 | 廣告服務 | 加入我們 | 網站地圖 | 友情鏈接 | 意見反饋",
            "01異軍突起的開源模型",
            "Bitcoin News",
        ] {
            assert_eq!(LineKind::of(line), LineKind::Label, "{line}");
        }
        for line in [
            "免責聲明:本文僅代表作者個人觀點,與本站無關。",
            "Copyright 2014-2024 example.org, Inc. All Rights Reserved.",
            "关注我们的公众号，获取更多资讯。",
        ] {
            assert_eq!(LineKind::of(line), LineKind::Notice, "{line}");
        }
        for line in [
            "比特幣上漲。",
            "他說,這還不夠",
            "The price of bitcoin rose again today.",
            &"很長".repeat(30),
        ] {
            assert_eq!(LineKind::of(line), LineKind::Sentence, "{line}");
        }
    }
}
