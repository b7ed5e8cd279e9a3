//! The well-known keys of dumps and front matter, which are also names of columns in tables.

use super::field::Field;
use super::key_table::KEYS;
use crate::page::labels::{Label, Labels};

/// Prefixes that dumps of databases put before well-known keys, as in `news_title`.
const PREFIXES: [&str; 6] = ["news", "article", "post", "doc", "item", "page"];

/// Added to the rank of a key with a prefix, so that it comes after all keys without one.
const PREFIXED_RANK: u16 = 1000;

/// Added to the rank of a key that is a label of pages, so that it comes after all known keys.
const LABEL_RANK: u16 = 2000;

/// The field of a key and its rank among the keys of the field: the smaller, the better.
pub(crate) fn meaning(key: &str) -> Option<(Field, u16)> {
    let key: String = without_note(key)
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' ' | '\u{feff}' | '"' | '\u{3000}'))
        .flat_map(char::to_lowercase)
        .collect();
    let exact = |key: &str| {
        KEYS.iter().find_map(|(field, keys)| {
            let rank = keys.iter().position(|known| *known == key)?;
            Some((*field, u16::try_from(rank).ok()?))
        })
    };
    let without_prefix = || {
        let short = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix))?;
        // A site has kinds of its own: `post_kind` does not say whether a record is a flash item.
        exact(short).filter(|(field, _)| *field != Field::Kind)
    };
    exact(&key)
        .or_else(|| without_prefix().map(|(field, rank)| (field, rank + PREFIXED_RANK)))
        .or_else(|| of_label(&key))
}

/// A key without a note in brackets, as tables have in their headers: `發布日期(UTC+8)`.
fn without_note(key: &str) -> &str {
    let open = key
        .trim_end()
        .strip_suffix([')', '\u{ff09}'])
        .and_then(|key| key.find(['(', '\u{ff08}']).filter(|open| *open > 0));
    // A note can say that the value is something else: a number of characters, a time of another
    // zone.
    let is_other = |note: &str| {
        let note = note.to_ascii_uppercase();
        let is_zone = ["UTC", "GMT", "EST", "EDT", "PST", "PDT"].iter().any(|z| note.contains(z));
        is_zone && !note.contains("+8") && !note.contains("+08")
            || ["數", "数", "COUNT", "NUMBER"].iter().any(|word| note.contains(word))
    };
    match open {
        Some(open) if !is_other(&key[open..]) => key[..open].trim_end(),
        _ => key,
    }
}

/// The meaning of a key in Chinese that is a label in the bylines of pages.
fn of_label(key: &str) -> Option<(Field, u16)> {
    // As keys, these name a text: in bylines, its writer.
    let is_text = matches!(key, "文字" | "译文" | "譯文" | "原作" | "口述" | "采访" | "採訪");
    if key.is_ascii() || key.chars().nth(1).is_none() || is_text {
        return None;
    }
    Some(match Labels::builtin().whole(key)? {
        Label::Author | Label::Reporter => (Field::Author, LABEL_RANK),
        Label::Translator => (Field::Translator, LABEL_RANK),
        Label::Editor => (Field::Editor, LABEL_RANK),
        Label::Source => (Field::Source, LABEL_RANK),
        Label::Category => (Field::Category, LABEL_RANK),
        Label::Title => (Field::Title, LABEL_RANK),
        Label::Link => (Field::Url, LABEL_RANK),
        Label::Time => (Field::Date, LABEL_RANK),
        // Counts only if no other date is stated.
        Label::Updated => (Field::Date, LABEL_RANK + 1),
        Label::Writer | Label::Counter | Label::Other => return None,
    })
}

/// Whether the key with this meaning may hold only a summary of the text.
pub(crate) fn is_summary(field: Field, rank: u16) -> bool {
    /// The first key of a summary among the keys of the text.
    const FIRST: &str = "description";
    if field != Field::Text {
        return false;
    }
    let is_text = |(known, _): &&(Field, &[&str])| *known == Field::Text;
    let first = KEYS.iter().find(is_text).and_then(|(_, keys)| {
        let first = keys.iter().position(|key| *key == FIRST)?;
        u16::try_from(first).ok()
    });
    first.is_some_and(|first| rank % PREFIXED_RANK >= first)
}

/// Whether a key is well known.
pub(crate) fn is_known(key: &str) -> bool {
    meaning(key).is_some()
}

/// Whether a key stands for a title.
pub(crate) fn is_title(key: &str) -> bool {
    meaning(key).is_some_and(|(field, _)| field == Field::Title)
}

/// Whether a key stands for a title or a text.
pub(crate) fn is_title_or_text(key: &str) -> bool {
    meaning(key).is_some_and(|(field, _)| matches!(field, Field::Title | Field::Text))
}

/// Whether JSON that begins with `head` has a key that stands for a title or a text.
pub(crate) fn has_title_or_text_key(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let mut strings = head.split('"');
    // A string is a key if a colon follows it.
    let mut last = strings.next();
    for piece in strings {
        if piece.trim_start().starts_with(':') && last.is_some_and(is_title_or_text) {
            return true;
        }
        last = Some(piece);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_well_known_keys_stand_for_their_fields() {
        let of = |key| meaning(key).map(|(field, _)| field);
        for (key, field) in [
            ("publish_time", Field::Date),
            ("pubDate", Field::Date),
            ("Created At", Field::Date),
            ("source_name", Field::Source),
            ("news_content", Field::Text),
            ("articleTitle", Field::Title),
            ("標籤", Field::Tags),
            ("_id", Field::Id),
            ("\u{feff}title", Field::Title),
            ("标题（必填）", Field::Title),
            ("發布日期(UTC+8)", Field::Date),
            ("信息来源", Field::Source),
            ("最後更新時間", Field::Date),
        ] {
            assert_eq!(of(key), Some(field), "{key}");
        }
        for key in ["views", "閱讀量", "文", "(title)"] {
            assert_eq!(of(key), None, "{key}");
        }
        assert!(has_title_or_text_key(b"{\"a\":1, \"Content\" : \"x\"}"));
        assert!(!has_title_or_text_key(b"{\"a\":\"title\"}"));
    }

    #[test]
    fn no_key_has_two_meanings() {
        let mut keys: Vec<&str> = KEYS.iter().flat_map(|(_, keys)| keys.iter().copied()).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
