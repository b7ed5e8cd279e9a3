//! A shortcut for the usual date of a page, `2023/3/14 13:02:32`, which footers and flash items
//! have by the dozen. Where it has a result, the grammar in the other modules has the same.

use crate::date::calendar::Calendar;
use crate::date::parsed_date::{ParsedDate, parsed_date};
use crate::date::time_of_day::TimeOfDay;

/// Parses a date with hour, minute and second in ASCII digits, if the text ends right after it or
/// `]` follows it.
pub(super) fn parse(text: &str) -> Option<ParsedDate> {
    let bytes = text.as_bytes();
    let separator = *bytes.get(4).filter(|b| matches!(b, b'/' | b'-'))?;
    let (year, at) = number(bytes, 0, 4)?;
    let (month, at) = number(bytes, at + 1, 1)?;
    let at = at + usize::from(bytes.get(at) == Some(&separator));
    let (day, at) = number(bytes, at, 1).filter(|_| bytes[at - 1] == separator)?;
    let (hour, at) = number(bytes, at + 1, 1).filter(|_| bytes.get(at) == Some(&b' '))?;
    let (minute, at) = number(bytes, at + 1, 2).filter(|_| bytes.get(at) == Some(&b':'))?;
    let (second, end) = number(bytes, at + 1, 2).filter(|_| bytes.get(at) == Some(&b':'))?;
    if !matches!(bytes.get(end), None | Some(b']')) {
        return None;
    }
    let time_of_day = TimeOfDay { hour, minute, second, is_american: false, zone: None };
    Some(parsed_date(&Calendar::of(year, Some(month), Some(day)), Some(time_of_day), end))
}

/// The number at byte `from`, and where it ends. It has `min_digits` to two digits, or exactly four
/// if `min_digits` is 4.
fn number(bytes: &[u8], from: usize, min_digits: usize) -> Option<(u32, usize)> {
    let max_digits = min_digits.max(2);
    let digits = bytes.get(from..)?.iter().take(max_digits).take_while(|b| b.is_ascii_digit());
    let (value, count) = digits
        .fold((0, 0), |(value, count), digit| (value * 10 + u32::from(digit - b'0'), count + 1));
    let digit_follows = bytes.get(from + count).is_some_and(u8::is_ascii_digit);
    (count >= min_digits && !digit_follows).then_some((value, from + count))
}
