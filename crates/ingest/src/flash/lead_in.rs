//! Phrases by which the title of a flash item is told from its text: those with which news begins,
//! and those before a colon that introduces speech or a list.

use crate::date;
use crate::text::punctuation::{is_colon, is_comma, is_han};

/// Whether a text begins with a lead-in typical of news: `據…報道,`, `…消息,`, `N月N日`,
/// `今天(9月28日)`.
pub(crate) fn has_lead_in(text: &str) -> bool {
    /// A clause of this many characters or more is too long for a lead-in.
    const TOO_LONG_CLAUSE_CHARS: usize = 28;
    let text = text.trim_start();
    /// A text that begins with one of these has a lead-in.
    const OPENINGS: [&str; 23] = [
        "據",
        "据",
        "今日",
        "今天",
        "昨日",
        "昨天",
        "近日",
        "日前",
        "記者",
        "记者",
        "當地時間",
        "当地时间",
        "北京時間",
        "北京时间",
        "今年",
        "消息",
        "官方",
        "本報",
        "本报",
        "最新",
        "剛剛",
        "刚刚",
        "此前",
    ];
    if OPENINGS.iter().any(|opening| text.starts_with(opening)) {
        return true;
    }
    if date::starts_with_part(text) {
        return true;
    }
    // Or the first clause ends with a word of reporting.
    let clause: String = text
        .chars()
        .take(TOO_LONG_CLAUSE_CHARS)
        .take_while(|c| !is_comma(*c) && !is_colon(*c))
        .collect();
    if clause.chars().count() >= TOO_LONG_CLAUSE_CHARS {
        return false;
    }
    const ENDINGS: [&str; 22] = [
        "報道", "报道", "報導", "报导", "消息", "訊", "讯", "獲悉", "获悉", "快訊", "快讯", "日電",
        "日电", "顯示", "显示", "宣布", "公告", "推特", "發推", "透露", "披露", "電",
    ];
    ENDINGS.iter().any(|ending| clause.ends_with(ending))
}

/// Whether a text mentions a day, by its number (`西班牙國家氣象局8日稱`) or by a word such as `今天`
/// or `近日`.
pub(crate) fn mentions_day(text: &str) -> bool {
    ["今天", "今日", "日前", "近日", "昨天", "昨日", "截至"].iter().any(|word| text.contains(word))
        || date::mentions_day(text)
}

/// The first `count` characters of a text.
pub(crate) fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// Whether a lead-in follows a colon inside a text, with a comma near its beginning, as in
/// `甲:6月18日消息,乙`. In a real title, no lead-in follows a colon.
pub(crate) fn contains_lead_in(title: &str) -> bool {
    title.char_indices().any(|(at, c)| {
        is_colon(c) && {
            let after = &title[at + c.len_utf8()..];
            let has_comma = after.chars().take(24).any(is_comma);
            has_comma && has_lead_in(after)
        }
    })
}

/// Whether a text before a colon ends with a word that introduces speech or a list: `他表示`,
/// `谷歌就提到`, `包括`.
pub(crate) fn ends_in_introducing_word(title: &str) -> bool {
    const WORDS: [&str; 46] = [
        "表示", "認為", "認爲", "认为", "指出", "提到", "聲稱", "声称", "說", "説", "说", "稱",
        "称", "補充", "补充", "強調", "强调", "寫道", "写道", "如下", "包括", "問", "问", "答",
        "道", "來看", "来看", "是", "即", "例如", "比如", "寫", "写", "介紹", "介绍", "顯示",
        "显示", "發現", "发现", "回應", "回应", "解釋", "解释", "以下", "為", "爲",
    ];
    WORDS.iter().any(|word| title.ends_with(word))
}

/// Whether a text begins as an item of a list in an article does, with a number or a bullet: `1.`,
/// `第一,`, `①`, `•`.
pub(crate) fn is_list_item(title: &str) -> bool {
    let digits = title.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits)
        && title[digits..].starts_with(['.', '、', ')', '\u{ff0e}', '\u{ff09}'])
        || title
            .starts_with(['❶', '❷', '❸', '❹', '❺', '①', '②', '③', '④', '⑤', '『', '•', '·', '-'])
        || title.starts_with('第')
            && title.chars().nth(1).is_some_and(|c| "一二三四五六七八九十".contains(c))
            && title.chars().nth(2).is_some_and(|c| !is_han(c) || matches!(c, '點' | '点' | '步'))
}
