//! Values that stand where a program had none: `undefined`, `nan`, a template that was not filled
//! in, such as `{{author}}`, or words that say so, such as `不詳`.

/// Words that programs write for a missing value, in lower case.
const WORDS: [&str; 12] = [
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "n/a",
    "(null)",
    "(none)",
    "<null>",
    "[object object]",
    "[object undefined]",
    "nonetype",
];

/// Further words for null that only dumps have, in lower case: `\N` is that of MySQL.
const NULL_WORDS: [&str; 5] = ["nat", "\\n", "-", "--", "[]"];

/// Words that people write for a value that is missing or unknown.
const MISSING: [&str; 14] = [
    "不详",
    "不詳",
    "不明",
    "无",
    "無",
    "暂无",
    "暫無",
    "未知",
    "没有",
    "沒有",
    "未填写",
    "未填寫",
    "未标注",
    "未標註",
];
/// What may stand before or after such a word, as in `暂无来源` or `作者不详`.
const SUBJECTS: [&str; 14] = [
    "来源", "來源", "作者", "记者", "記者", "编辑", "編輯", "标签", "標籤", "分类", "分類", "数据",
    "信息", "資料",
];

/// What templates enclose their variables in.
const TEMPLATES: [(&str, &str); 6] =
    [("{{", "}}"), ("${", "}"), ("#{", "}"), ("{%", "%}"), ("<%", "%>"), ("@{", "}")];

/// Whether a value is a placeholder, and states nothing.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    // Longer values are texts, which may be about templates.
    if value.len() > 200 {
        return false;
    }
    let is_template = |(open, close): &(&str, &str)| {
        value.strip_prefix(open).is_some_and(|inner| inner.ends_with(close))
    };
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word)) || TEMPLATES.iter().any(is_template)
}

/// Whether a value of a dump is a placeholder.
pub(crate) fn is_null_word(value: &str) -> bool {
    let value = value.trim();
    is_placeholder(value) || NULL_WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Whether a value that should be a name or a date says that it is missing or unknown. A title or a
/// text may be such a word.
pub(crate) fn is_nameless(value: &str) -> bool {
    let value = value.trim().trim_matches(['(', ')', '\u{ff08}', '\u{ff09}']);
    if value.eq_ignore_ascii_case("unknown") {
        return true;
    }
    // Four characters, or a subject and three: longer values are not looked at.
    if value.len() > 18 {
        return false;
    }
    MISSING.contains(&value)
        || MISSING.iter().any(|word| {
            let subject = value.strip_prefix(word).or_else(|| value.strip_suffix(word));
            subject.is_some_and(|subject| SUBJECTS.contains(&subject))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_and_templates_are_placeholders_and_names_are_not() {
        for value in [
            "undefined",
            "NULL",
            "None",
            "NaN",
            "N/A",
            "${author}",
            "{{source}}",
            "{{ article.author }}",
            "{% block author %}",
            "<%= author %>",
            "#{author}",
            "[object Object]",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["", "Nan Li", "王小明", "{36氪}", "Noneh", "模板{{x}}的用法"] {
            assert!(!is_placeholder(value), "{value}");
        }
        assert!(is_null_word("\\N") && is_null_word("NaT") && !is_null_word("Nat Li"));
    }

    #[test]
    fn words_for_what_is_unknown_are_no_names() {
        for value in ["不详", "無", "暂无", "未知", "作者不详", "暂无来源", "（未知）", "Unknown"]
        {
            assert!(is_nameless(value), "{value}");
        }
        for value in ["", "无锡日报", "未知大陆", "王小明", "来源", "無名氏"] {
            assert!(!is_nameless(value), "{value}");
        }
    }
}
