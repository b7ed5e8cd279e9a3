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
/// characters and the days that it stands for. Before 年, 月, 日 and 号, Chinese numerals may stand for
/// the digits: `二〇二三年五月十七日`.
pub(super) fn dates(text: &str) -> Vec<(Range<usize>, MatchMode)> {
    let (in_digits, offsets) = with_digits(text);
    let found = dates_in_digits(&in_digits).into_iter();
    found.map(|(chars, mode)| (offsets[chars.start]..offsets[chars.end], mode)).collect()
}

/// The text with digits for the Chinese numerals of years, months and days. Also, for each
/// character of the result and for its end, the offset of the character in `text` that it stands
/// for; of a numeral, that of its first character.
fn with_digits(text: &str) -> (String, Vec<usize>) {
    let chars: Vec<char> = text.chars().collect();
    let (mut in_digits, mut offsets) = (String::with_capacity(text.len()), Vec::new());
    let mut at = 0;
    while at < chars.len() {
        if let Some((length, number)) = numeral_of_date(&chars[at..]) {
            let digits = number.to_string();
            offsets.extend(digits.bytes().map(|_| at));
            in_digits.push_str(&digits);
            at += length;
            continue;
        }
        // A numeral that is no part of a date is passed as a whole, because no numeral starts in
        // the middle of another one.
        let numerals = chars[at..].iter().take_while(|c| is_numeral(**c)).count();
        let until = at + numerals.max(1);
        offsets.extend(at..until);
        in_digits.extend(&chars[at..until]);
        at = until;
    }
    offsets.push(at);
    (in_digits, offsets)
}

/// The Chinese digits from 0 to 9.
const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// The value of a Chinese digit. `○` and the letter `o` are zero, as typed with an input method
/// that has no `〇`.
fn digit(c: char) -> Option<u32> {
    let at = DIGITS.iter().position(|digit| *digit == c);
    let zero = matches!(c, '零' | '○' | 'o' | '0').then_some(0);
    at.and_then(|at| u32::try_from(at).ok()).or(zero)
}

/// Whether a character is a Chinese numeral that dates have.
pub(super) fn is_numeral(c: char) -> bool {
    digit(c).is_some() && !c.is_ascii() || matches!(c, '十' | '廿' | '卅' | '百' | '千' | '万')
}

/// The numeral of a year, month or day at the start of a text: its length in characters, and its
/// value.
fn numeral_of_date(chars: &[char]) -> Option<(usize, u32)> {
    if !is_numeral(*chars.first()?) {
        return None;
    }
    if let [a, b, c, d, '年', ..] = *chars
        && let Some(year) =
            [a, b, c, d].into_iter().try_fold(0, |sum, c| Some(sum * 10 + digit(c)?))
    {
        return Some((4, year));
    }
    let length = chars.iter().take_while(|c| is_numeral(**c)).count();
    let is_unit = |c: &char| matches!(c, '月' | '日' | '号');
    chars.get(length).filter(|c| is_unit(c))?;
    let units = |c: char| digit(c).filter(|units| *units > 0);
    let value = match chars[..length] {
        ['十'] => 10,
        ['廿'] => 20,
        ['卅'] => 30,
        [c] => units(c)?,
        ['十', c] => 10 + units(c)?,
        ['廿', c] => 20 + units(c)?,
        ['卅', c] => 30 + units(c)?,
        [tens, '十'] => units(tens)? * 10,
        [tens, '十', c] => units(tens)? * 10 + units(c)?,
        _ => return None,
    };
    Some((length, value))
}

/// As [`dates`], for numbers in digits.
fn dates_in_digits(text: &str) -> Vec<(Range<usize>, MatchMode)> {
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
        assert_eq!(dates_in("在二〇二三年五月十七日"), ["1..11 2023-05-17 2023-05-18"]);
        assert_eq!(
            dates_in("二○二三年 二oo八年"),
            ["0..5 2023-01-01 2024-01-01", "6..11 2008-01-01 2009-01-01"]
        );
        assert_eq!(dates_in("2023年五月廿五日會"), ["0..10 2023-05-25 2023-05-26"]);
        assert_eq!(dates_in("共二十三人 2023年十月"), ["6..13 2023-10-01 2023-11-01"]);
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
