//! The name in a value: without labels, brackets, buttons and places around it.

use std::borrow::Cow;

use super::{is_certain_outlet, is_chinese_name, is_person};
use crate::page::labels::without_separators;
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_bar, is_colon, is_comma, is_han, is_space};

/// The name in a value that a page states: without a label, brackets and what follows the name.
pub(crate) fn bare_name(value: &str) -> &str {
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
            || matches!(c, '·' | '/' | '\u{ff0f}' | ';' | '\u{ff1b}' | ',' | '\u{ff0c}')
    };
    let value = value.trim_matches(is_around_name);
    let value = before_brackets(value).trim_matches(is_around_name);
    if page_words().is_people(value) {
        return value;
    }
    // A Chinese name has no spaces: what follows a space is a button or the next field, unless all
    // parts are names.
    let mut parts = value.split([' ', '\u{3000}', '\u{a0}', '|', '\u{ff5c}']);
    match parts.next() {
        Some(first)
            if first.chars().any(is_han)
                && !(is_chinese_name(first) && parts.all(is_chinese_name)) =>
        {
            before_brackets(first)
        }
        _ => value,
    }
}

/// The name of a person in a value such as `某报记者 王小明`.
pub(crate) fn person_name(value: &str) -> &str {
    let after_role = after_job_title(value).map(|(_, name)| bare_name(name));
    match after_role {
        Some(name) if is_person(name) => name,
        _ => bare_name(value),
    }
}

/// Splits `江城晚报记者汪洋` into the outlet and the name of the person who works there.
pub(crate) fn outlet_and_person(value: &str) -> Option<(&str, &str)> {
    let (outlet, person) = after_job_title(value)?;
    let (outlet, person) = (bare_name(outlet), bare_name(person));
    (is_certain_outlet(outlet) && page_words().is_people(person)).then_some((outlet, person))
}

/// Splits a value at its last job title, which belongs to neither part.
fn after_job_title(value: &str) -> Option<(&str, &str)> {
    let titles = ["记者", "記者", "作者", "评论员", "評論員", "通讯员", "通訊員", "特约", "特約"];
    let found = titles.iter().filter_map(|title| Some((value.rfind(title)?, title.len())));
    let (at, length) = found.max_by_key(|(at, length)| at + length)?;
    Some((&value[..at], &value[at + length..]))
}

/// A value without blanks inside Chinese names, as newspapers set them to fill a line: `王　伟` is
/// `王伟`, and `欧阳明 李 娜` is `欧阳明 李娜`.
pub(crate) fn with_joined_names(value: &str) -> Cow<'_, str> {
    let is_separator = |c: char| is_space(c) || is_comma(c) || matches!(c, '、' | '/');
    let is_single_han = |part: &str| part.chars().count() == 1 && part.chars().all(is_han);
    if !value.split(is_separator).any(is_single_han) {
        return Cow::Borrowed(value);
    }
    let mut joined = String::with_capacity(value.len());
    let mut follows_surname = false;
    for part in value.split_inclusive(is_separator) {
        let name = part.trim_end_matches(is_separator);
        if name.is_empty() && part.chars().all(is_space) {
            // One more space does not end a name.
            continue;
        }
        if follows_surname && is_single_han(name) {
            joined.truncate(joined.trim_end().len());
            follows_surname = false;
        } else {
            let is_open = name.len() == part.len() || part[name.len()..].chars().all(is_space);
            follows_surname = is_open && page_words().is_surname(name);
        }
        joined.push_str(part);
    }
    Cow::Owned(joined)
}

/// A value without words such as `發布` or `報道`, and without buttons, at its end.
pub(crate) fn without_words_of_reporting(mut value: &str) -> &str {
    while let Some((front, last)) = value.rsplit_once(is_space)
        && (page_words().is_word_of_reporting(last) || page_words().is_button_line(last))
        && !without_separators(front).is_empty()
    {
        value = without_separators(front);
    }
    value
}

/// The name of an outlet in a value such as `來自示例財經（記者 王小明）`, `示例財經 【打印】` or
/// `示例新聞 上海`.
pub(crate) fn outlet_name(value: &str) -> &str {
    let value = ["來自", "来自"].iter().find_map(|from| value.strip_prefix(from)).unwrap_or(value);
    let value = without_city(without_words_of_reporting(before_brackets(value)));
    // What follows the name of an outlet: buttons and counters.
    let is_extra = |part: &str| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        part.is_empty()
            || page_words().has_button(part)
            || page_words().is_button_line(part)
            || page_words().is_count(part)
    };
    let mut ends = value.char_indices().filter(|(_, c)| is_space(*c)).map(|(at, _)| at);
    let end = ends.find(|end| {
        let outlet = &value[..*end];
        outlet.contains(is_han) && value[*end..].split(is_space).all(is_extra)
    });
    value[..end.unwrap_or(value.len())].trim()
}

/// The text before the bracket with which a value ends, or in which it has been cut off:
/// `江城晚报(武汉)` is `江城晚报`. A bracket around the whole value, or around an account, stays.
fn before_brackets(value: &str) -> &str {
    let is_open = |c: char| matches!(c, '(' | '\u{ff08}' | '【' | '[');
    let is_closed = |c: char| matches!(c, ')' | '\u{ff09}' | '】' | ']');
    let Some(open) = value.find(is_open).filter(|open| *open > 0) else { return value };
    let inner = value[open..].trim_start_matches(is_open);
    let is_at_end = inner.find(is_closed).is_none_or(|end| {
        inner[end..].trim_matches(|c: char| is_closed(c) || is_space(c)).is_empty()
            || inner[end..].contains(is_open)
    });
    let is_account = inner.get(..2).is_some_and(|id| id.eq_ignore_ascii_case("id"));
    let front = value[..open].trim_end();
    if is_at_end && !is_account && front.chars().nth(1).is_some() { front } else { value }
}

/// The name of an outlet without a city after it, as in `示例新聞 上海`.
fn without_city(value: &str) -> &str {
    match value.rsplit_once(is_space) {
        Some((outlet, city))
            if page_words().is_city(without_from(city)) && outlet.contains(is_han) =>
        {
            outlet.trim_end()
        }
        _ => value,
    }
}

/// A text without `來自` or the like before it.
pub(super) fn without_from(text: &str) -> &str {
    let from = ["來自", "来自", "發自", "发自", "發布於", "发布于", "發佈於", "IP屬地", "IP属地"];
    let from = from.iter().chain(&["發表於", "发表于", "於", "于", "IP 属地", "IP 屬地"]);
    let city = from.into_iter().find_map(|from| text.strip_prefix(from)).unwrap_or(text);
    city.strip_suffix(['市', '省']).filter(|short| short.chars().count() > 1).unwrap_or(city)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_the_name_ends() {
        for value in ["来源：新华网", "来源：新华网；", "新华网;"] {
            assert_eq!(bare_name(value), "新华网", "{value}");
        }
        assert_eq!(bare_name("证券市场红周刊 举报"), "证券市场红周刊");
        assert_eq!(bare_name("John Smith"), "John Smith");
        assert_eq!(bare_name("王小明 李小红"), "王小明 李小红");
        assert_eq!(bare_name("王　伟"), "王　伟");
        assert_eq!(bare_name("[新浪]"), "新浪");
        assert_eq!(bare_name("江城晚报(武汉"), "江城晚报");
        assert_eq!(bare_name("江城晚报(武汉) 0人参与"), "江城晚报");
        assert_eq!(bare_name("汪洋,"), "汪洋");
        assert_eq!(person_name("某某网专栏作者 王小明"), "王小明");
        assert_eq!(person_name("示例报记者王小明 李四"), "王小明 李四");
    }

    #[test]
    fn names_of_outlets_end_before_brackets_buttons_and_cities() {
        for value in [
            "示例财经 【打印】 【关闭】",
            "示例财经（记者 王小明）",
            "示例财经　参与评论 0 人",
            "来自示例财经",
            "示例财经(武汉)",
            "示例财经 上海",
            "示例财经 报道",
        ] {
            assert_eq!(outlet_name(value), "示例财经", "{value}");
        }
        for value in ["示例財經(ID:example)", "Example Daily", "(示例)", "示例（上海）報"]
        {
            assert_eq!(outlet_name(value), value);
        }
        assert_eq!(outlet_and_person("江城晚报记者汪洋"), Some(("江城晚报", "汪洋")));
        assert_eq!(outlet_and_person("记者汪洋"), None);
    }

    #[test]
    fn blanks_inside_names_are_removed() {
        for (value, joined) in [
            ("王　伟", "王伟"),
            ("欧阳明 李 娜", "欧阳明 李娜"),
            ("徐 靖、王 明", "徐靖、王明"),
            ("王　 伟", "王伟"),
            ("John Smith", "John Smith"),
            ("王小明 李四", "王小明 李四"),
        ] {
            assert_eq!(with_joined_names(value), joined, "{value}");
        }
    }
}
