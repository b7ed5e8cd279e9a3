//! Dates in typed text: years, months and days.

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;

use super::analyze::MatchMode;

/// Numbers in this range are taken for years.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

/// Finds years, months and days in folded text: `2024`, `2020年3月`, `2023年3月10日`. Each comes with
/// its range of characters and the days that it stands for.
pub(super) fn dates(text: &str) -> Vec<(Range<usize>, MatchMode)> {
    let chars: Vec<char> = text.chars().collect();
    let number = |at: usize, max_digits: usize| {
        let digits: String =
            chars[at..].iter().take(max_digits).take_while(|c| c.is_ascii_digit()).collect();
        let more = chars.get(at + digits.len()).is_some_and(char::is_ascii_digit);
        (!digits.is_empty() && !more).then(|| (digits.len(), digits.parse::<i16>().unwrap_or(0)))
    };
    let sign = |at: usize, sign: char| chars.get(at) == Some(&sign);
    // A number beside one of these is part of a longer word, number or date.
    let is_word_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/' | ',');
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        at += 1;
        if start > 0 && is_word_part(&chars[start - 1]) {
            continue;
        }
        let Some((4, year)) = number(start, 4) else { continue };
        if !YEARS.contains(&year) {
            continue;
        }
        let mut end = start + 4;
        let (mut month, mut day) = (None, None);
        if sign(end, '年') {
            end += 1;
            if let Some((digits, value)) = number(end, 2)
                && sign(end + digits, '月')
            {
                month = Some(value);
                end += digits + 1;
                if let Some((digits, value)) = number(end, 2)
                    && (sign(end + digits, '日') || sign(end + digits, '号'))
                {
                    day = Some(value);
                    end += digits + 1;
                }
            }
        } else if chars.get(end).is_some_and(is_word_part) {
            continue;
        }
        let part = |part: Option<i16>| i8::try_from(part.unwrap_or(1)).unwrap_or(0);
        let length = match (month, day) {
            (None, _) => 1.year(),
            (_, None) => 1.month(),
            _ => 1.day(),
        };
        if let Ok(from) = Date::new(year, part(month), part(day))
            && let Ok(until) = from.checked_add(length)
        {
            found.push((start..end, MatchMode::Dated(from, until)));
            at = end;
        }
    }
    found
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
        for none in ["2024-05", "v2024", "20245", "1024", "2020.5", "a-2024", "年2", "2024/5"] {
            assert_eq!(of(none), Vec::<String>::new(), "{none}");
        }
        assert_eq!(of("2023年13月"), Vec::<String>::new());
    }
}
