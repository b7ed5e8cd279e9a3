//! Rewrites labels in unusual forms to the usual one, `標題：`: those with spaces between their
//! characters (`標　題：`), and those in brackets (`【標題】`, `[標題] ：`).

use std::borrow::Cow;

use crate::date;
use crate::page::labels::{Label, Labels};
use crate::page::line::Line;
use crate::page::record_fields::{FieldKind, kind_of};
use crate::text::punctuation::{closing, is_colon, is_han, is_space};

/// How many lines at the top of a page may have such labels.
const MAX_TOP: usize = 24;
/// How many lines at its end may have such labels.
const MAX_END: usize = 4;
/// Maximum bytes of a line that may be a byline.
const MAX_BYTES: usize = 450;

/// Rewrites the labels of the lines at the top and at the end of a page.
pub(super) fn rewrite(lines: &mut [Line<'_>], labels: &Labels) {
    let top = lines.len().min(MAX_TOP);
    rewrite_bracketed(&mut lines[..top], labels);
    let end = lines.len().saturating_sub(MAX_END).max(MAX_TOP);
    for (number, line) in lines.iter_mut().enumerate() {
        if (number < MAX_TOP || number >= end)
            && let Some(text) = without_spaces_in_labels(&line.text, labels)
        {
            line.text = Cow::Owned(text);
        }
    }
}

/// What a word is as the label of a field.
fn meaning(name: &str, labels: &Labels) -> Option<FieldKind> {
    kind_of(name).or_else(|| labels.whole(name).map(FieldKind::Label))
}

/// A line without the spaces inside its labels; `None` if there are none.
fn without_spaces_in_labels(line: &str, labels: &Labels) -> Option<String> {
    if line.len() > MAX_BYTES {
        return None;
    }
    let mut rewritten = String::new();
    let mut from = 0;
    for (colon, _) in line.match_indices(is_colon) {
        if let Some((start, label)) = spaced_label_before(&line[from..colon], labels) {
            rewritten.push_str(&line[from..from + start]);
            rewritten.push_str(&label);
            from = colon;
        }
    }
    if from == 0 {
        return None;
    }
    rewritten.push_str(&line[from..]);
    Some(rewritten)
}

/// The label at the end of a text between whose characters spaces stand, and where it begins.
fn spaced_label_before(text: &str, labels: &Labels) -> Option<(usize, String)> {
    /// Maximum characters of such a label.
    const MAX_CHARS: usize = 6;
    // The characters, the last one first, and where they begin.
    let mut chars: Vec<(usize, char)> = Vec::new();
    let mut before = text;
    while chars.len() < MAX_CHARS {
        let trimmed = before.trim_end_matches(is_space);
        // A space stands before each of them but the first.
        if !chars.is_empty() && trimmed.len() == before.len() {
            break;
        }
        let Some((at, c)) = trimmed.char_indices().next_back().filter(|(_, c)| is_han(*c)) else {
            break;
        };
        chars.push((at, c));
        before = &trimmed[..at];
    }
    (2..=chars.len()).rev().find_map(|count| {
        let label: String = chars[..count].iter().rev().map(|(_, c)| *c).collect();
        meaning(&label, labels).is_some().then(|| (chars[count - 1].0, label))
    })
}

/// Rewrites the labels in brackets with which consecutive lines begin. Two of them are needed,
/// because titles of news stand in brackets, too. Between them, short words count as labels.
fn rewrite_bracketed(lines: &mut [Line<'_>], labels: &Labels) {
    let mut at = 0;
    while at < lines.len() {
        let known = |line: &Line<'_>| {
            bracketed(&line.text).is_some_and(|(name, value)| is_field(name, value, labels))
        };
        let is_label = |line: &&Line<'_>| bracketed(&line.text).is_some();
        let run = lines[at..].iter().take_while(is_label).count();
        let run = &mut lines[at..at + run];
        at += run.len() + 1;
        let first = run.iter().position(known);
        let last = run.iter().rposition(known);
        if let Some((first, last)) = first.zip(last).filter(|(first, last)| first < last) {
            for line in &mut run[first..=last] {
                if let Some((name, value)) = bracketed(&line.text) {
                    line.text = Cow::Owned(format!("{name}：{value}").trim_end().to_owned());
                }
            }
        }
    }
}

/// The short word in brackets with which a line begins, and the text after it.
fn bracketed(line: &str) -> Option<(&str, &str)> {
    /// Maximum characters of the word.
    const MAX_NAME: usize = 6;
    let open = line.chars().next()?;
    let close = match open {
        '〔' => '〕',
        '〈' => '〉',
        '<' => '>',
        '《' | '“' | '‘' => return None,
        _ => closing(open)?,
    };
    let (name, value) = line[open.len_utf8()..].split_once(close)?;
    let name = name.trim();
    let is_name = name.starts_with(char::is_alphabetic)
        && name.chars().all(char::is_alphanumeric)
        && (name.is_ascii() || name.chars().count() <= MAX_NAME);
    let value = value.trim_start();
    let value = value.strip_prefix(is_colon).unwrap_or(value).trim();
    // `<標題>甲</標題>`
    let before_end = value.strip_suffix('>').and_then(|value| value.strip_suffix(name));
    let before_end = before_end.and_then(|value| value.strip_suffix("</"));
    is_name.then(|| (name, before_end.unwrap_or(value).trim()))
}

/// Whether a word in brackets is the label of a field with this value. Words such as `評論`, which
/// are counters beside a colon, begin titles of news in brackets.
fn is_field(name: &str, value: &str, labels: &Labels) -> bool {
    match meaning(name, labels) {
        Some(FieldKind::Label(Label::Time | Label::Updated)) => {
            date::parse_prefix(value).is_some_and(|found| found.has_day())
        }
        // `【視頻】` and `【圖】` begin titles of news.
        Some(FieldKind::Label(
            Label::Counter | Label::Reporter | Label::Writer | Label::Other | Label::Category,
        ))
        | None => false,
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::line::text_layout;

    fn rewritten(text: &str) -> Vec<String> {
        let mut lines = text_layout(text).lines;
        rewrite(&mut lines, Labels::builtin());
        lines.into_iter().map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn spaces_inside_labels_are_left_out() {
        for (line, wanted) in [
            ("标  题: 測試", "标题: 測試"),
            ("作　者：王小明　　日　期：2024-03-04", "作者：王小明　　日期：2024-03-04"),
            ("来 源 ：示例网", "来源：示例网"),
            ("發 布 時 間：2024-03-04", "發布時間：2024-03-04"),
            ("測 試：甲", "測 試：甲"),
            ("他說 我 們：好", "他說 我 們：好"),
            ("作者：王小明", "作者：王小明"),
        ] {
            assert_eq!(rewritten(line), [wanted]);
        }
    }

    #[test]
    fn labels_in_brackets_are_rewritten_if_there_are_two() {
        assert_eq!(
            rewritten("【标题】測試\n【机关】甲\n[来源] 示例网\n【正文】：文字。"),
            ["标题：測試", "机关：甲", "来源：示例网", "正文：文字。"]
        );
        for text in
            ["【來源】甲\n文字。", "【快訊】甲\n【測試】乙", "【評論】甲\n【記者】乙\n【時間】丙"]
        {
            assert_eq!(rewritten(text), text.split('\n').collect::<Vec<_>>());
        }
    }
}
