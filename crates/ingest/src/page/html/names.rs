//! What can be the name of a person or of an outlet.

use crate::fields::placeholder::is_placeholder;
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_bar, is_colon, is_han};

/// Words of buttons and counters beside a byline.
const BUTTONS: [&str; 44] = [
    "原创",
    "原創",
    "举报",
    "舉報",
    "打印",
    "列印",
    "分享",
    "字号",
    "字號",
    "字体",
    "字體",
    "评论",
    "評論",
    "参与",
    "參與",
    "阅读",
    "閱讀",
    "浏览",
    "瀏覽",
    "收藏",
    "关注",
    "關注",
    "点击",
    "點擊",
    "点赞",
    "跟贴",
    "跟帖",
    "人气",
    "人氣",
    "微信",
    "微博",
    "朋友圈",
    "扫码",
    "掃碼",
    "扫一扫",
    "首页",
    "首頁",
    "下载",
    "下載",
    "订阅",
    "訂閱",
    "APP",
    "A+",
    "A-",
];

/// Words that stand where a name could, but are not names.
const NO_NAMES: [&str; 17] = [
    "前天",
    "昨天",
    "今天",
    "刚刚",
    "剛剛",
    "表示",
    "女儿",
    "女兒",
    "正文",
    "未知",
    "佚名",
    "匿名",
    "admin",
    "责任编辑",
    "責任編輯",
    "版权声明",
    "网络",
];

/// Names of channels, which stand where an outlet could.
const CHANNELS: [&str; 34] = [
    "新闻",
    "新聞",
    "要闻",
    "要聞",
    "时政",
    "時政",
    "国内",
    "國內",
    "国际",
    "國際",
    "社会",
    "社會",
    "财经",
    "財經",
    "股票",
    "科技",
    "体育",
    "體育",
    "娱乐",
    "娛樂",
    "军事",
    "軍事",
    "汽车",
    "房产",
    "教育",
    "健康",
    "文化",
    "历史",
    "生活",
    "国内新闻",
    "国际新闻",
    "社会新闻",
    "滚动新闻",
    "财经新闻",
];

/// Words that stand in labels and links beside an author, and are never part of a name.
const NO_AUTHORS: [&str; 16] = [
    "作者", "文章", "最近", "更多", "简介", "专栏", "编辑", "來源", "来源", "发布", "认证", "作品",
    "主页", "查看", "作家", "投稿",
];

/// Ends of the names of outlets.
const OUTLET_ENDINGS: [&str; 34] = [
    "网",
    "網",
    "报",
    "報",
    "社",
    "新闻",
    "新聞",
    "频道",
    "頻道",
    "日报",
    "日報",
    "晚报",
    "晚報",
    "时报",
    "時報",
    "周刊",
    "週刊",
    "杂志",
    "雜誌",
    "在线",
    "電視台",
    "电视台",
    "卫视",
    "衛視",
    "传媒",
    "傳媒",
    "科技",
    "财经",
    "財經",
    "客户端",
    "客戶端",
    "编辑部",
    "編輯部",
    "快讯",
];

/// Whether a text beside a byline is a button or a counter, or certainly not the name of a person
/// or an outlet: it has no letters, is a single character, or is a time such as `3小时前`.
pub(super) fn is_button_or_not_a_name(text: &str) -> bool {
    let has_letters = text.chars().any(char::is_alphabetic);
    !has_letters
        || text.chars().count() == 1
        || text.ends_with("前") && text.contains(|c: char| c.is_ascii_digit())
        || text.chars().count() <= 16 && BUTTONS.iter().any(|word| text.contains(word))
}

/// Whether a text can be the name of an outlet.
pub(super) fn is_outlet(text: &str) -> bool {
    const MAX_CHARS: usize = 24;
    /// Ends of labels, which the time or the place follows.
    const ENDS_OF_LABELS: [&str; 6] = ["时间", "時間", "日期", "属地", "屬地", "登录"];
    let words = page_words();
    is_name_like(text, MAX_CHARS)
        && !CHANNELS.contains(&text)
        && !ENDS_OF_LABELS.iter().any(|end| text.ends_with(end))
        && !words.is_event(text)
        && !words.is_count(text)
        && !words.is_city(text)
        && !words.is_section(text)
}

/// Whether a text in an element that is marked as the author can be the name of a person.
pub(super) fn is_marked_person(text: &str) -> bool {
    let is_short = text.is_ascii() || text.chars().count() <= 10;
    is_short
        && is_person(text)
        && !is_outlet_like(text)
        && !CHANNELS.contains(&text)
        && !NO_AUTHORS.iter().any(|word| text.contains(word))
}

/// Whether a text can be the name of an author, or of several.
pub(super) fn is_person(text: &str) -> bool {
    const MAX_CHARS: usize = 40;
    is_name_like(text, MAX_CHARS) && !text.contains('@') && !is_address(text)
}

/// Whether a text ends as names of outlets do, or is a web address.
pub(super) fn is_outlet_like(text: &str) -> bool {
    OUTLET_ENDINGS.iter().any(|end| text.ends_with(end)) || is_address(text)
}

/// Whether a text is a Chinese name of two to four characters.
pub(super) fn is_chinese_name(text: &str) -> bool {
    (2..=4).contains(&text.chars().count())
        && text.chars().all(is_han)
        && !NO_NAMES.contains(&text)
        && !is_button_or_not_a_name(text)
        && !is_outlet_like(text)
}

/// The name in a value that a page states: without a label, brackets and what follows the name.
pub(super) fn bare_name(value: &str) -> &str {
    let mut value = value.trim();
    for label in ["来源", "來源", "作者", "来自", "來自"] {
        let separators = [':', '\u{ff1a}', ' ', '\u{3000}', '\u{a0}'];
        if let Some(after) = value.strip_prefix(label).filter(|after| after.starts_with(separators))
        {
            value = after.trim_start_matches(separators);
        }
    }
    let is_around_name = |c: char| {
        let is_bracket = matches!(c, '[' | ']' | '【' | '】' | '(' | ')' | '（' | '）');
        is_bracket
            || is_bar(c)
            || is_colon(c)
            || c.is_whitespace()
            || matches!(c, '·' | '/' | '\u{ff0f}' | ';' | '\u{ff1b}')
    };
    let value = value.trim_matches(is_around_name);
    // A Chinese name has no spaces: what follows a space is a button or the next field, unless all
    // parts are names.
    let mut parts = value.split([' ', '\u{3000}', '\u{a0}', '|', '\u{ff5c}']);
    match parts.next() {
        Some(first)
            if first.chars().any(is_han)
                && !(is_chinese_name(first) && parts.all(is_chinese_name)) =>
        {
            first
        }
        _ => value,
    }
}

/// The name of a person in a value such as `某报记者 王小明`.
pub(super) fn person_name(value: &str) -> &str {
    let after_role =
        ["记者", "記者", "作者", "评论员", "評論員", "通讯员", "通訊員", "特约", "特約"]
            .iter()
            .filter_map(|role| value.rfind(role).map(|at| at + role.len()))
            .max();
    match after_role.map(|at| bare_name(&value[at..])) {
        Some(name) if is_person(name) => name,
        _ => bare_name(value),
    }
}

/// Whether a text can be a name: it has 2 to `max_chars` characters, and is no sentence, button or
/// number.
fn is_name_like(text: &str, max_chars: usize) -> bool {
    let chars = text.chars().count();
    (2..=max_chars).contains(&chars)
        && text.chars().any(char::is_alphabetic)
        && has_few_digits(text)
        && !text.contains(|c: char| {
            matches!(
                c,
                '。' | '，'
                    | '！'
                    | '？'
                    | '!'
                    | '?'
                    | ';'
                    | '；'
                    | ':'
                    | '：'
                    | '<'
                    | '>'
                    | '"'
                    | '='
            )
        })
        && !NO_NAMES.contains(&text)
        && !is_placeholder(text)
        && !is_button_or_not_a_name(text)
}

/// Whether a text has at most two digits, as the name `36氪` has, or digits are less than half of
/// its characters. Ids of editors and counters have more.
fn has_few_digits(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits <= 2 || digits * 2 < text.chars().count()
}

/// Whether a text is a web address, or ends as the names of domains do.
fn is_address(text: &str) -> bool {
    let end = text.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    text.contains("://")
        || end.is_some_and(|end| matches!(&*end, "com" | "cn" | "net" | "org" | "tw" | "hk"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_outlets_and_people_are_distinguished_from_other_words() {
        for name in ["每日经济新闻", "EETOP", "TNW中文站", "CSDN", "36氪"] {
            assert!(is_outlet(name), "{name}");
        }
        for name in ["分鐘", "1.2万", "A03", "5 min read", "注册时间", "北京", "最后登录"]
        {
            assert!(!is_outlet(name), "{name}");
        }
        for name in ["前天", "举报", "326", "1307人参与", "3小时前", "他说，这", "字号：A-"]
        {
            assert!(!is_outlet(name), "{name}");
        }
        for name in ["王小明", "John Smith", "kingname", "甲小乙 丙丁"] {
            assert!(is_person(name), "{name}");
        }
        for name in [
            "104363",
            "name, email@gmail.com",
            "表示",
            "女儿",
            "CSDN.NET",
            "admin",
            "None",
            "nan",
            "N/A",
            "${author}",
            "{{article.author}}",
        ] {
            assert!(!is_person(name), "{name}");
        }
    }

    #[test]
    fn values_end_where_the_name_ends() {
        for value in ["来源：新华网", "来源：新华网；", "新华网;"] {
            assert_eq!(bare_name(value), "新华网", "{value}");
        }
        assert_eq!(bare_name("证券市场红周刊 举报"), "证券市场红周刊");
        assert_eq!(bare_name("John Smith"), "John Smith");
        assert_eq!(bare_name("王小明 李小红"), "王小明 李小红");
        assert_eq!(bare_name("[新浪]"), "新浪");
        assert_eq!(person_name("某某网专栏作者 王小明"), "王小明");
        assert_eq!(person_name("示例报记者王小明 李四"), "王小明 李四");
    }
}
