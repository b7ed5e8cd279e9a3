//! Finds the bracketed dates that end flash items: `[2023/3/14 13:02:32]`.

use crate::date::{self, ParsedDate};
use crate::record::Moment;

/// A date in brackets.
pub(crate) struct Stamp {
    /// Byte offset of the opening bracket.
    pub(crate) open: usize,
    /// Byte offset after the closing bracket.
    pub(crate) end: usize,
    /// The date; `None` if it is a null date (such as 1900/1/1, which sites print for no date), is
    /// impossible or ambiguous, or has a year before 1800 or after 2099.
    pub(crate) moment: Option<Moment>,
}

/// All bracketed dates of a text that state the day.
pub(crate) fn stamps(text: &str) -> impl Iterator<Item = Stamp> + '_ {
    openings(text).filter_map(|open| {
        let inner = open + text[open..].chars().next().map_or(1, char::len_utf8);
        let spaces = text[inner..].len() - text[inner..].trim_start().len();
        let found = date::parse_prefix(&text[inner + spaces..]).filter(ParsedDate::has_day)?;
        let date_end = inner + spaces + found.bytes;
        let after = text[date_end..].trim_start();
        let close = after.chars().next().filter(|c| is_closing(*c))?;
        let end = text.len() - after.len() + close.len_utf8();
        Some(Stamp { open, end, moment: found.moment })
    })
}

/// Offsets of opening brackets. Most paragraphs have none, so the search works on bytes, which is
/// fast.
fn openings(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    // The first bytes of full-width brackets are also those of other characters.
    let is_opening =
        |at: &usize| bytes[*at] == b'[' || text[*at..].starts_with(['\u{ff3b}', '【', '〔']);
    memchr::memchr3_iter(b'[', 0xe3, 0xef, bytes).filter(is_opening)
}

fn is_closing(c: char) -> bool {
    matches!(c, ']' | '\u{ff3d}' | '】' | '〕')
}

/// The text before the bracketed date that ends a line. Only full stops and spaces may follow the
/// date; `None` if there is no such date.
pub(crate) fn text_before_final_stamp(text: &str) -> Option<&str> {
    let is_space_or_stop = |c: char| c.is_whitespace() || matches!(c, '。' | '.');
    if !text.trim_end_matches(is_space_or_stop).ends_with(is_closing) {
        return None;
    }
    let stamp = stamps(text).last()?;
    let after = &text[stamp.end..];
    after.trim_matches(is_space_or_stop).is_empty().then(|| text[..stamp.open].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn a_date_in_any_kind_of_bracket_is_a_stamp() {
        let of = |text| stamps(text).last().map(|stamp| stamp.moment);
        assert_eq!(of("甲[2019/8/10]"), Some(Some(Moment::Day(date(2019, 8, 10)))));
        assert_eq!(
            of("甲\u{ff3b}2022-01-30 09:22\u{ff3d}"),
            Some(Some(Moment::Time(datetime(2022, 1, 30, 9, 22, 0, 0))))
        );
        assert_eq!(of("甲[1900/1/1 0:00:00]"), Some(None));
        assert_eq!(of("甲[1]"), None);
    }

    proptest! {
        #[test]
        fn brackets_are_found_by_bytes_as_by_characters(
            parts in prop::collection::vec(prop::sample::select(vec![
                "[", "]", "\u{ff3b}", "\u{ff3d}", "【", "】", "〔", "〕", "2022/1/30 9:22:03", "2019-8-10", " ", "。",
                "、", "「", "\u{ff0c}", "甲", "a", ".", "\u{a0}",
            ]), 0..14),
        ) {
            let text = parts.concat();
            let brackets = ['[', '\u{ff3b}', '【', '〔'];
            let wanted: Vec<usize> = text.match_indices(brackets).map(|(at, _)| at).collect();
            prop_assert_eq!(openings(&text).collect::<Vec<_>>(), wanted);
            let last = stamps(&text).last().filter(|stamp| {
                text[stamp.end..].chars().all(|c| c.is_whitespace() || matches!(c, '。' | '.'))
            });
            let wanted = last.map(|stamp| text[..stamp.open].trim_end());
            prop_assert_eq!(text_before_final_stamp(&text), wanted);
        }
    }
}
