//! The names in what a page or a record states as its authors.

use super::value::with_joined_names;
use crate::page::labels::Labels;
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_bar, is_colon, is_comma, is_han, is_space};

/// The single names in a statement of authors, without roles, employers and notes in brackets, in
/// order.
///
/// ```
/// use wensou_ingest::names_in;
///
/// assert_eq!(names_in("張偉 李 娜"), ["張偉", "李娜"]);
/// assert_eq!(names_in("新華社記者 趙敏、錢進（實習）"), ["趙敏", "錢進"]);
/// assert_eq!(names_in("By Jane Doe and John Smith"), ["Jane Doe", "John Smith"]);
/// ```
#[must_use]
pub fn names_in(stated: &str) -> Vec<String> {
    let joined = with_joined_names(stated);
    let without_notes = without_brackets(&joined);
    let is_separator = |c: char| {
        is_comma(c)
            || is_bar(c)
            || is_colon(c)
            || matches!(c, '、' | ';' | '\u{ff1b}' | '/' | '\u{ff0f}' | '&' | '\u{ff06}')
    };
    let mut names: Vec<String> = Vec::new();
    for part in without_notes.split(is_separator) {
        for part in part.split(" and ") {
            if part.contains(is_han) {
                part.split(is_space)
                    .filter_map(chinese_name)
                    .for_each(|name| add(&mut names, name));
            } else {
                add(&mut names, without_latin_role(part.trim()));
            }
        }
    }
    names
}

fn add(names: &mut Vec<String>, name: &str) {
    if !name.is_empty() && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// The name in a word such as `記者陳大文`; `None` for a word that is a role, with or without an
/// employer, or a city with a word of reporting.
fn chinese_name(word: &str) -> Option<&str> {
    let labels = Labels::builtin();
    let words = page_words();
    // 文 is a label, too, but ends names as well: 陳大文.
    let ends_in_role =
        labels.at_end(word).is_some_and(|(_, at)| at > 0 && word[at..].chars().nth(1).is_some());
    let is_role = labels.whole(word).is_some() || ends_in_role;
    // `台北報導`; `騰訊` is a name.
    let is_report = ["報導", "報道", "报道", "报导"].iter().any(|end| word.ends_with(end));
    if word.is_empty() || is_role || is_report && words.ends_in_word_of_reporting(word) {
        return None;
    }
    let after_role = labels.longest_at(word).map(|(_, bytes)| &word[bytes..]);
    Some(after_role.filter(|name| words.is_people(name)).unwrap_or(word))
}

/// A name in Latin letters without a role before it, as in `By Jane Doe`.
fn without_latin_role(name: &str) -> &str {
    match Labels::builtin().longest_at(name) {
        Some((_, bytes)) if name[bytes..].starts_with(is_space) => name[bytes..].trim(),
        _ => name,
    }
}

/// A text without brackets and what is in them.
fn without_brackets(text: &str) -> String {
    let is_open = |c: char| matches!(c, '(' | '\u{ff08}' | '[' | '【');
    let is_closed = |c: char| matches!(c, ')' | '\u{ff09}' | ']' | '】');
    // A bracket that is not closed has been cut off.
    if text.matches(is_open).count() != text.matches(is_closed).count() {
        return text.replace(|c| is_open(c) || is_closed(c), " ");
    }
    let mut depth = 0_u32;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if is_open(c) => depth += 1,
            c if is_closed(c) => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_employers_and_notes_are_no_names() {
        for (stated, names) in [
            ("張偉 李娜", &["張偉", "李娜"][..]),
            ("何平　呂方", &["何平", "呂方"]),
            ("記者 王磊", &["王磊"]),
            ("本報記者 楊柳 通訊員 朱晨", &["楊柳", "朱晨"]),
            ("財經組記者 許志明", &["許志明"]),
            ("記者陳大文/台北報導", &["陳大文"]),
            ("作者:褚健", &["褚健"]),
            ("沈洋 編輯 韓梅", &["沈洋", "韓梅"]),
            ("秦風、尤佳(實習)", &["秦風", "尤佳"]),
            ("By Jane Doe", &["Jane Doe"]),
            ("文/孫麗", &["孫麗"]),
            ("林知遠", &["林知遠"]),
            ("約翰·史密斯", &["約翰·史密斯"]),
            ("PackyMcCormick,NotBoring", &["PackyMcCormick", "NotBoring"]),
            ("（記者 王磊、李娜", &["王磊", "李娜"]),
            ("騰訊", &["騰訊"]),
            ("", &[]),
        ] {
            assert_eq!(names_in(stated), names, "{stated}");
        }
    }
}
