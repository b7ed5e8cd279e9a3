//! Parses labelled lines: `來源:…`, `原文作者:…原文編譯:…`, `文 | …`, `發布時間:…`, possibly several on one line.

use std::sync::OnceLock;

use foldhash::HashMap;

use crate::punctuation::{is_bar, is_colon, is_comma, is_stop};

/// The meaning of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Author,
    /// Translator or compiler: counts as the author if no other is named.
    Compiler,
    Source,
    Time,
    /// Editors, pictures, view counters: boilerplate.
    Other,
}

/// A label and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) label: Label,
    pub(crate) value: &'a str,
}

const LABELS: [(&str, Label); 84] = [
    ("Author", Label::Author),
    ("作者", Label::Author),
    ("原作者", Label::Author),
    ("原文作者", Label::Author),
    ("本文作者", Label::Author),
    ("文章作者", Label::Author),
    ("撰文", Label::Author),
    ("撰稿", Label::Author),
    ("作 者", Label::Author),
    ("文", Label::Author),
    ("編譯", Label::Compiler),
    ("编译", Label::Compiler),
    ("原文編譯", Label::Compiler),
    ("原文编译", Label::Compiler),
    ("編譯者", Label::Compiler),
    ("编译者", Label::Compiler),
    ("翻譯", Label::Compiler),
    ("翻译", Label::Compiler),
    ("原文翻譯", Label::Compiler),
    ("原文翻译", Label::Compiler),
    ("譯者", Label::Compiler),
    ("译者", Label::Compiler),
    ("來源", Label::Source),
    ("来源", Label::Source),
    ("原文來源", Label::Source),
    ("原文来源", Label::Source),
    ("本文來源", Label::Source),
    ("本文来源", Label::Source),
    ("文章來源", Label::Source),
    ("文章来源", Label::Source),
    ("內容來源", Label::Source),
    ("内容来源", Label::Source),
    ("信息來源", Label::Source),
    ("信息来源", Label::Source),
    ("新聞來源", Label::Source),
    ("新闻来源", Label::Source),
    ("稿源", Label::Source),
    ("出處", Label::Source),
    ("出处", Label::Source),
    ("Source", Label::Source),
    ("Time", Label::Time),
    ("Date", Label::Time),
    ("時間", Label::Time),
    ("时间", Label::Time),
    ("日期", Label::Time),
    ("發布時間", Label::Time),
    ("發佈時間", Label::Time),
    ("发布时间", Label::Time),
    ("發布日期", Label::Time),
    ("发布日期", Label::Time),
    ("發表時間", Label::Time),
    ("发表时间", Label::Time),
    ("發布于", Label::Time),
    ("发布于", Label::Time),
    ("更新時間", Label::Time),
    ("更新时间", Label::Time),
    ("圖片來源", Label::Other),
    ("图片来源", Label::Other),
    ("圖源", Label::Other),
    ("图源", Label::Other),
    ("圖", Label::Other),
    ("编辑", Label::Other),
    ("編輯", Label::Other),
    ("責任編輯", Label::Other),
    ("责任编辑", Label::Other),
    ("責編", Label::Other),
    ("责编", Label::Other),
    ("原標題", Label::Other),
    ("原标题", Label::Other),
    ("原文標題", Label::Other),
    ("原文标题", Label::Other),
    ("閱讀", Label::Other),
    ("阅读", Label::Other),
    ("瀏覽", Label::Other),
    ("浏览", Label::Other),
    ("點擊", Label::Other),
    ("点击", Label::Other),
    ("人氣", Label::Other),
    ("人气", Label::Other),
    ("出品", Label::Other),
    ("校對", Label::Other),
    ("校对", Label::Other),
    ("審校", Label::Other),
    ("排版", Label::Other),
];

/// The labels by first character, because some lines are searched at every position.
fn by_first() -> &'static HashMap<char, Vec<(&'static str, Label)>> {
    static TABLE: OnceLock<HashMap<char, Vec<(&'static str, Label)>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<char, Vec<_>> = HashMap::default();
        for (name, label) in LABELS {
            table.entry(name.chars().next().unwrap_or_default()).or_default().push((name, label));
        }
        table
    })
}

/// Whether a line begins with a label.
pub(crate) fn has_fields(line: &str) -> bool {
    label_at(line, 0, true).is_some()
}

/// The fields of a line that begins with a label; empty for any other line.
pub(crate) fn fields(line: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let Some((mut label, mut from)) = label_at(line, 0, true) else { return fields };
    // Labels stand near the beginning, so long paragraphs are not searched to the end.
    let limit = line.char_indices().nth(200).map_or(line.len(), |(at, _)| at);
    let mut at = from;
    while at < limit {
        let is_separate = line[..at].ends_with([' ', '\u{3000}', '\u{a0}']) || at == from;
        if let Some((next, after)) = label_at(line, at, is_separate) {
            fields.push(Field { label, value: clean(&line[from..at]) });
            (label, from) = (next, after);
            at = after;
        } else {
            at += line[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    fields.push(Field { label, value: clean(&line[from..]) });
    fields
}

/// Whether a value can be a name: short, and not a sentence.
pub(crate) fn is_name(value: &str) -> bool {
    value.chars().count() <= 40
        && !value.contains(is_stop)
        && !value.contains([';', '\u{ff1b}'])
        && value.matches(is_comma).count() <= 3
}

fn clean(value: &str) -> &str {
    value.trim().trim_end_matches(|c| is_comma(c) || is_bar(c) || matches!(c, '/' | ';')).trim_end()
}

/// The label at `at` and the offset of its value.
fn label_at(line: &str, at: usize, separate: bool) -> Option<(Label, usize)> {
    let from_here = &line[at..];
    let first = from_here.chars().next()?;
    if first.is_ascii() && !first.is_ascii_uppercase() {
        return None;
    }
    by_first()
        .get(&first)?
        .iter()
        .filter_map(|(name, label)| {
            let after = from_here.strip_prefix(name)?;
            let spaces = after.len() - after.trim_start_matches([' ', '\u{3000}']).len();
            let delimiter = after[spaces..].chars().next()?;
            let one = name.chars().count() == 1;
            // `文:` is not a byline; `文 |` and `文/` are. A label without a space before it needs a
            // colon.
            let is_label = if one {
                separate && (is_bar(delimiter) || matches!(delimiter, '/' | '\u{ff0f}'))
            } else {
                is_colon(delimiter) || separate && is_bar(delimiter)
            };
            // Inside running text, a one-character label is just text.
            (is_label && (separate || !one))
                .then(|| (*label, at + name.len() + spaces + delimiter.len_utf8()))
        })
        .max_by_key(|(_, end)| *end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label_values(line: &str) -> Vec<(Label, &str)> {
        fields(line).into_iter().map(|field| (field.label, field.value)).collect()
    }

    #[test]
    fn one_field_or_more_on_a_line() {
        assert_eq!(label_values("來源:阿爾法工場"), [(Label::Source, "阿爾法工場")]);
        assert_eq!(
            label_values("原文作者:PackyMcCormick,NotBoring原文編譯:Sleepy,BlockBeats"),
            [(Label::Author, "PackyMcCormick,NotBoring"), (Label::Compiler, "Sleepy,BlockBeats")]
        );
        assert_eq!(
            label_values("來源:師天浩 圖片來源:由無界AI工具生成"),
            [(Label::Source, "師天浩"), (Label::Other, "由無界AI工具生成")]
        );
        assert_eq!(label_values("文 | 張三"), [(Label::Author, "張三")]);
        assert_eq!(
            label_values("Author: Time:1900/1/1 0:00:00"),
            [(Label::Author, ""), (Label::Time, "1900/1/1 0:00:00")]
        );
        assert_eq!(
            label_values("發布時間:2024-04-21 13:50:48"),
            [(Label::Time, "2024-04-21 13:50:48")]
        );
    }

    #[test]
    fn running_text_has_no_fields() {
        assert_eq!(label_values("文件顯示,來源:不明"), []);
        assert_eq!(label_values("文:言文"), []);
        assert_eq!(label_values("最近,正在進行AI大戰的各個大廠"), []);
    }

    #[test]
    fn every_label_is_found_by_its_first_character() {
        for (name, label) in LABELS {
            let delimiter = if name.chars().count() == 1 { " |" } else { ":" };
            assert_eq!(label_values(&format!("{name}{delimiter}甲乙")), [(label, "甲乙")]);
        }
    }
}
