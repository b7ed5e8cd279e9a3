//! Dates in typed text: years, months and days. [`date_parts`] reads their numbers; which of them
//! are meant as a date is decided here.

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;
use wensou_ingest::{DatePart, DateParts, date_parts};

use super::analyze::MatchMode;

/// Numbers in this range are taken for years: 2024 is one, 1024 is not.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2099;

/// Finds years, months and days in folded text: `2024`, `2024年`, `2020年3月`, `2023年3月10日`,
/// `2023-03`, `2023/3`, `2023-03-10`, `2023/3/10`, `2023.3.10`. Each comes with its range of
/// characters and the days that it stands for.
pub(super) fn dates(text: &str) -> Vec<(Range<usize>, MatchMode)> {
    let mut found = Vec::new();
    // The offsets of the next character in bytes and in characters, and the character before it.
    let (mut byte, mut char, mut before) = (0, 0, None);
    while let Some(c) = text[byte..].chars().next() {
        let date = date_prefix(&text[byte..]).filter(|_| !before.is_some_and(is_word_part));
        let bytes = date.as_ref().map_or(c.len_utf8(), |(bytes, _)| *bytes);
        let passed = &text[byte..byte + bytes];
        let chars = passed.chars().count();
        found.extend(date.map(|(_, mode)| (char..char + chars, mode)));
        (byte, char, before) = (byte + bytes, char + chars, passed.chars().next_back());
    }
    found
}

/// The length in bytes of the date that a text begins with, and the days that the date stands for.
fn date_prefix(text: &str) -> Option<(usize, MatchMode)> {
    let parts = date_parts(text).filter(|parts| YEARS.contains(&parts.year.value))?;
    let (month, day) = month_and_day(&parts)?;
    let end = day.or(month).unwrap_or(parts.year).end;
    // `2023.` is taken for the start of a longer number. After 年, 月 or 日 the date has ended:
    // `2023年.`.
    if parts.year.unit.is_none() && text[end..].starts_with(is_word_part) {
        return None;
    }
    // A year without a month begins in January, and a month without a day on the first.
    let value = |part: Option<DatePart>| part.map_or(Some(1), |part| i8::try_from(part.value).ok());
    let length = match (month, day) {
        (None, _) => 1.year(),
        (_, None) => 1.month(),
        _ => 1.day(),
    };
    let year = i16::try_from(parts.year.value).ok()?;
    let from = Date::new(year, value(month)?, value(day)?).ok()?;
    Some((end, MatchMode::Dated(from, from.checked_add(length).ok()?)))
}

/// The month and day of a date; `None` if its numbers are not written as a date. Dates have `3月`,
/// `3月10日` or `3月10号` after 年, otherwise `-03`, `/3`, `-03-10`, `/3/10` or `.3.10` after the
/// year. A month without a day needs two digits after a hyphen. `2023.3` and eight digits in a row
/// are numbers.
fn month_and_day(parts: &DateParts) -> Option<(Option<DatePart>, Option<DatePart>)> {
    let DateParts { year, sign, month, day } = *parts;
    match (sign, month) {
        _ if year.unit.is_some() => {
            Some((month, day.filter(|day| matches!(day.unit, Some('日' | '号')))))
        }
        (Some(sign), Some(month)) if day.is_none() => {
            (sign == '/' || sign == '-' && month.digits == 2).then_some((Some(month), None))
        }
        (Some(_), _) | (None, None) => Some((month, day)),
        (None, Some(_)) => None,
    }
}

/// Whether a number that touches `c` is part of a longer word, number or date.
fn is_word_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/' | ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_months_and_days_are_dates_and_other_numbers_are_not() {
        let dates_in = |text: &str| -> Vec<String> {
            dates(text)
                .into_iter()
                .map(|(chars, mode)| match mode {
                    MatchMode::Dated(from, until) => format!("{chars:?} {from} {until}"),
                    other => panic!("{other:?}"),
                })
                .collect()
        };
        assert_eq!(dates_in("btc 2024"), ["4..8 2024-01-01 2025-01-01"]);
        assert_eq!(dates_in("2020年3月 比特币"), ["0..7 2020-03-01 2020-04-01"]);
        assert_eq!(dates_in("2023年12月31日"), ["0..11 2023-12-31 2024-01-01"]);
        assert_eq!(
            dates_in("2021年比特币2022年"),
            ["0..5 2021-01-01 2022-01-01", "8..13 2022-01-01 2023-01-01"]
        );
        assert_eq!(dates_in("2024-05"), ["0..7 2024-05-01 2024-06-01"]);
        assert_eq!(
            dates_in("2024/5 2024/12"),
            ["0..6 2024-05-01 2024-06-01", "7..14 2024-12-01 2025-01-01"]
        );
        assert_eq!(
            dates_in("2023-05-17 2023/5/17"),
            ["0..10 2023-05-17 2023-05-18", "11..20 2023-05-17 2023-05-18"]
        );
        assert_eq!(dates_in("2023.5.17"), ["0..9 2023-05-17 2023-05-18"]);
        for none in [
            "v2024",
            "20245",
            "1024",
            "2020.5",
            "a-2024",
            "年2",
            "2023-5",
            "2023-13",
            "2023/13",
            "2023/0",
            "2023-05-17-1",
            "2023-05-17T10",
            "2023-05/17",
            "2023.5.17.1",
            "2023-",
            "2023-0517",
        ] {
            assert_eq!(dates_in(none), Vec::<String>::new(), "{none}");
        }
        assert_eq!(dates_in("2023年13月"), Vec::<String>::new());
    }
}
