//! Dates in typed text: years, months and days.

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;

use super::analyze::MatchMode;

/// Numbers in this range are taken for years.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

/// Finds years, months and days in folded text: `2024`, `2020年3月`, `2023年3月10日`, `2023-03`,
/// `2023/3`, `2023-03-10`, `2023/3/10`. Each comes with its range of characters and the days that
/// it stands for.
pub(super) fn dates(text: &str) -> Vec<(Range<usize>, MatchMode)> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        match date_at(&chars, at) {
            Some((end, mode)) => {
                found.push((at..end, mode));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// The date that starts at character `start`, and its end.
fn date_at(chars: &[char], start: usize) -> Option<(usize, MatchMode)> {
    if start.checked_sub(1).is_some_and(|before| is_word_part(&chars[before])) {
        return None;
    }
    let (4, year) = number(chars, start, 4)? else { return None };
    if !YEARS.contains(&year) {
        return None;
    }
    let after = start + 4;
    let (end, month, day) = match chars.get(after) {
        Some('年') => named_parts(chars, after + 1),
        Some(sign @ ('-' | '/' | '.')) => separated_parts(chars, after, *sign)?,
        _ => (after, None, None),
    };
    // What named parts follow is no part of the date: `2023年.`.
    if !matches!(chars.get(after), Some('年')) && chars.get(end).is_some_and(is_word_part) {
        return None;
    }
    let part = |part: Option<i16>| i8::try_from(part.unwrap_or(1)).unwrap_or(0);
    let length = match (month, day) {
        (None, _) => 1.year(),
        (_, None) => 1.month(),
        _ => 1.day(),
    };
    let from = Date::new(year, part(month), part(day)).ok()?;
    Some((end, MatchMode::Dated(from, from.checked_add(length).ok()?)))
}

/// Whether a number beside `c` is part of a longer word, number or date.
fn is_word_part(c: &char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/' | ',')
}

/// The number of at most `max_digits` digits at `at`: how many it has, and its value.
fn number(chars: &[char], at: usize, max_digits: usize) -> Option<(usize, i16)> {
    let of_text = chars.get(at..).unwrap_or_default().iter();
    let digits: String = of_text.take(max_digits).take_while(|c| c.is_ascii_digit()).collect();
    let more = chars.get(at + digits.len()).is_some_and(char::is_ascii_digit);
    (!digits.is_empty() && !more).then(|| (digits.len(), digits.parse().unwrap_or(0)))
}

/// The end of a date, its month and its day.
type Parts = (usize, Option<i16>, Option<i16>);

/// The parts after `2023年`: `3月`, `3月10日`.
fn named_parts(chars: &[char], at: usize) -> Parts {
    let named = |at: usize, names: [char; 2]| {
        let (digits, value) = number(chars, at, 2)?;
        let name = chars.get(at + digits)?;
        names.contains(name).then_some((at + digits + 1, value))
    };
    let Some((after_month, month)) = named(at, ['月', '月']) else { return (at, None, None) };
    match named(after_month, ['日', '号']) {
        Some((end, day)) => (end, Some(month), Some(day)),
        None => (after_month, Some(month), None),
    }
}

/// The parts after `2023`: `-03`, `/3`, `-03-10`, `/3/10`, `.3.10`. A month without a day has two
/// digits after a hyphen, and `2023.3` is a number.
fn separated_parts(chars: &[char], at: usize, sign: char) -> Option<Parts> {
    let (month_digits, month) = number(chars, at + 1, 2)?;
    let after_month = at + 1 + month_digits;
    if chars.get(after_month) == Some(&sign) {
        let (day_digits, day) = number(chars, after_month + 1, 2)?;
        return Some((after_month + 1 + day_digits, Some(month), Some(day)));
    }
    (sign == '/' || sign == '-' && month_digits == 2).then_some((after_month, Some(month), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_years_months_and_days() {
        let of = |text: &str| -> Vec<String> {
            dates(text)
                .into_iter()
                .map(|(chars, mode)| match mode {
                    MatchMode::Dated(from, until) => format!("{chars:?} {from} {until}"),
                    other => panic!("{other:?}"),
                })
                .collect()
        };
        assert_eq!(of("btc 2024"), ["4..8 2024-01-01 2025-01-01"]);
        assert_eq!(of("2020年3月 比特币"), ["0..7 2020-03-01 2020-04-01"]);
        assert_eq!(of("2023年12月31日"), ["0..11 2023-12-31 2024-01-01"]);
        assert_eq!(
            of("2021年比特币2022年"),
            ["0..5 2021-01-01 2022-01-01", "8..13 2022-01-01 2023-01-01"]
        );
        assert_eq!(of("2024-05"), ["0..7 2024-05-01 2024-06-01"]);
        assert_eq!(
            of("2024/5 2024/12"),
            ["0..6 2024-05-01 2024-06-01", "7..14 2024-12-01 2025-01-01"]
        );
        assert_eq!(
            of("2023-05-17 2023/5/17"),
            ["0..10 2023-05-17 2023-05-18", "11..20 2023-05-17 2023-05-18"]
        );
        assert_eq!(of("2023.5.17"), ["0..9 2023-05-17 2023-05-18"]);
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
            assert_eq!(of(none), Vec::<String>::new(), "{none}");
        }
        assert_eq!(of("2023年13月"), Vec::<String>::new());
    }
}
