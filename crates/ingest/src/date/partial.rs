//! Recognises dates that may be incomplete, such as those without a year. They become no
//! [`Moment`](crate::record::Moment); they only show what a text is, such as a byline or the
//! lead-in of news.

use crate::text::punctuation::{is_colon, is_space};

/// Maximum bytes of a text that [`is_partial`] accepts.
const MAX_BYTES: usize = 24;

/// Whether a text looks like a date that may lack the year, such as `03-04 10:00`.
pub(crate) fn is_partial(text: &str) -> bool {
    let is_part =
        |c: char| c.is_ascii_digit() || is_space(c) || is_colon(c) || "-/月日".contains(c);
    text.len() <= MAX_BYTES
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(is_part)
        && text.contains(|c: char| is_colon(c) || "-/月".contains(c))
}

/// Whether a text starts with a number and 年, 月 or 日, as dates do: `6月18日`, `18日`, `2022年6月`.
pub(crate) fn starts_with_part(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&digits) && text[digits..].starts_with(['月', '日', '年'])
}

/// Whether a text mentions a day by its number: `西班牙國家氣象局8日稱`.
pub(crate) fn mentions_day(text: &str) -> bool {
    text.match_indices('日').any(|(at, _)| text[..at].ends_with(|c: char| c.is_ascii_digit()))
}

/// The byte offset of the day at the end of a text, with its month and year if they are stated:
/// that of `3月4日` in `北京3月4日`.
pub(crate) fn day_at_end(text: &str) -> Option<usize> {
    let is_part = |c: char| {
        c.is_numeric()
            || c == ' '
            || matches!(c, '年' | '月' | '日')
            || "〇零廿卅".contains(c)
            || "一二三四五六七八九十".contains(c)
    };
    let day = text.strip_suffix('日')?;
    let start = day.trim_end_matches(is_part).len();
    (!day[start..].trim().is_empty()).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_date_may_lack_the_year_or_the_day() {
        for text in ["03-04 10:00", "3/4", "3月4日", "10:00", "10：00", "3月4日 10：00"] {
            assert!(is_partial(text), "{text}");
        }
        for text in ["2024", "3 4", "4日", "：00", "北京3月4日", "1-2-3-4-5-6-7-8-9-10-11-12"]
        {
            assert!(!is_partial(text), "{text}");
        }
    }
}
