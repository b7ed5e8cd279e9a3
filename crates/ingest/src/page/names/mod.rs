//! Names of people and outlets: which texts can be names, and what a text without a label beside a
//! date is. Text pages and HTML pages follow the same rules.

pub(crate) mod list;
pub(crate) mod unlabelled;
pub(crate) mod value;

use crate::fields::placeholder::is_placeholder;
use crate::page::page_words::page_words;
use crate::text::punctuation::is_han;

/// Maximum Chinese characters of a person or a group of people without a separator.
const MAX_PERSON_HAN: usize = 12;

/// Whether a text beside a byline is a button or a counter, or certainly not the name of a person
/// or an outlet: it has no letters, is a single character, or is a time such as `3小时前`.
pub(crate) fn is_button_or_not_a_name(text: &str) -> bool {
    let has_letters = text.chars().any(char::is_alphabetic);
    !has_letters
        || text.chars().count() == 1
        || text.ends_with("前") && text.contains(|c: char| c.is_ascii_digit())
        || page_words().has_button(text)
}

/// Whether a text can be the name of an outlet.
pub(crate) fn is_outlet(text: &str) -> bool {
    const MAX_CHARS: usize = 24;
    /// Ends of labels, which the time or the place follows.
    const ENDS_OF_LABELS: [&str; 6] = ["时间", "時間", "日期", "属地", "屬地", "登录"];
    let words = page_words();
    is_name_like(text, MAX_CHARS)
        && !ENDS_OF_LABELS.iter().any(|end| text.ends_with(end))
        && !words.is_event(text)
        && !words.is_device(text)
        && !words.is_count(text)
        && !words.is_city(text)
        && !words.is_section(text)
}

/// Whether a text in an element that is marked as the author can be the name of a person.
pub(crate) fn is_marked_person(text: &str) -> bool {
    let is_short = text.is_ascii() || text.chars().count() <= 10;
    let words = page_words();
    is_short
        && is_person(text)
        && !is_certain_outlet(text)
        && !words.is_section(text)
        && !words.has_word_about_authors(text)
}

/// Whether a text can be the name of an author, or of several.
pub(crate) fn is_person(text: &str) -> bool {
    const MAX_CHARS: usize = 40;
    let separators = [' ', '\u{3000}', '、', '/', '·', '•', '・', '‧', '&', ','];
    let mut parts = text.split(separators);
    is_name_like(text, MAX_CHARS)
        && parts.all(|part| part.chars().filter(|c| is_han(*c)).count() <= MAX_PERSON_HAN)
        && !text.contains('@')
        && !is_address(text)
        && !page_words().is_company(text)
}

/// Whether a text ends as names of outlets do, is a well-known outlet, or is a web address.
pub(crate) fn is_certain_outlet(text: &str) -> bool {
    let words = page_words();
    words.ends_as_outlet(text) || words.is_site(text) || is_address(text)
}

/// Whether a part of a title is the name of a site or outlet.
pub(crate) fn is_masthead(text: &str) -> bool {
    page_words().ends_as_masthead(text) || is_address(text)
}

/// Whether a text is a Chinese name of two to four characters.
pub(crate) fn is_chinese_name(text: &str) -> bool {
    (2..=4).contains(&text.chars().count())
        && text.chars().all(is_han)
        && !page_words().is_nobody(text)
        && !is_button_or_not_a_name(text)
        && !is_certain_outlet(text)
}

/// Whether a text can be a name: it has 2 to `max_chars` characters, and is no sentence, button or
/// number.
fn is_name_like(text: &str, max_chars: usize) -> bool {
    let is_foreign = |c: char| {
        let signs = ['。', '，', '！', '？', '!', '?', ';', '；', ':', '：', '<', '>', '"', '='];
        signs.contains(&c)
    };
    let chars = text.chars().count();
    (2..=max_chars).contains(&chars)
        && text.chars().any(char::is_alphabetic)
        && has_few_digits(text)
        && !text.contains(is_foreign)
        && !page_words().is_nobody(text)
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
        for name in
            ["前天", "举报", "326", "1307人参与", "3小时前", "他说，这", "字号：A-", "网络整理"]
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
            "用二十年时间走遍了长江沿岸",
            "江城市信息技术有限公司",
        ] {
            assert!(!is_person(name), "{name}");
        }
        for name in ["Article information", "Follow", "Share this article", "About the", "政治中心"]
        {
            assert!(!is_marked_person(name), "{name}");
        }
    }
}
