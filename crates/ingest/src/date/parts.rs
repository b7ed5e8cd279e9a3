//! Year, month and day as numbers, in the order in which Chinese and ISO 8601 state them.
//!
//! This is the part of the grammar that dates in pages and dates in queries share. What a date
//! means, and whether there is such a day, is decided by the callers.

use crate::date::cursor::{Cursor, ascii_sign};
use crate::date::numeral::Number;

/// A number in a date, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatePart {
    /// The number.
    pub value: u32,
    /// How many digits, or characters of a Chinese numeral, it has; 0 for the name of a month.
    pub digits: usize,
    /// The character that follows and says what is counted: 年, 月, 日, 号 or 號.
    pub unit: Option<char>,
    /// Where it ends, with its unit, in bytes of the text.
    pub end: usize,
}

/// A year, and the month and day that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateParts {
    /// The year.
    pub year: DatePart,
    /// The sign between the numbers, if there is one.
    pub sign: Option<char>,
    /// The month, if one follows the year.
    pub month: Option<DatePart>,
    /// The day, if one follows the month.
    pub day: Option<DatePart>,
}

/// Reads the date that `text` begins with: a year of four digits, with the month and the day that
/// follow, or eight digits. The date ends at a space, a Chinese numeral or the name of a month. The
/// numbers are not checked. The digits must be ASCII, as in folded text: for eight full-width
/// digits, [`DatePart::end`] would be wrong.
///
/// ```
/// use wensou_ingest::date_parts;
/// let found = date_parts("2023-05-17..").unwrap();
/// let day = found.day.unwrap();
/// assert_eq!((found.year.value, found.month.unwrap().value, day.value), (2023, 5, 17));
/// assert_eq!(day.end, 10);
/// ```
#[must_use]
pub fn date_parts(text: &str) -> Option<DateParts> {
    let mut cursor = Cursor::of_digits(text);
    if cursor.peek_digits()?.digits == 8 {
        let (value, _) = cursor.take_all_digits()?;
        let part = |skipped, count| DatePart {
            value: digits_before_last(value, skipped, count),
            digits: count as usize,
            unit: None,
            end: 8 - skipped as usize,
        };
        return Some(DateParts {
            year: part(4, 4),
            sign: None,
            month: Some(part(2, 2)),
            day: Some(part(0, 2)),
        });
    }
    let year = take_part(&mut cursor, |cursor| cursor.take_number(4, 4))?;
    let only_year = DateParts { year, sign: None, month: None, day: None };
    Some(take_after_year(&mut cursor, year).unwrap_or(only_year))
}

/// The value of the `count` digits of a number that stand before its last `skipped` digits.
pub(super) fn digits_before_last(number: u64, skipped: u32, count: u32) -> u32 {
    u32::try_from(number / 10_u64.pow(skipped) % 10_u64.pow(count)).unwrap_or(0)
}

/// Takes what follows a year: 年, and the month and day if they are there; or a sign and a month,
/// and the day if it is there. Moves the cursor past the last of them.
pub(super) fn take_after_year(cursor: &mut Cursor<'_>, year: DatePart) -> Option<DateParts> {
    let mut inner = *cursor;
    inner.skip_spaces();
    if let Some(unit) = inner.take(|c| c == '年') {
        *cursor = inner;
        let year = DatePart { unit: Some(unit), end: inner.offset(), ..year };
        let (month, day) = take_month_and_day(cursor);
        return Some(DateParts { year, sign: None, month, day });
    }
    let sign = inner.take_sign()?;
    inner.skip_spaces();
    let month = take_part(&mut inner, Cursor::take_month_number)?;
    *cursor = inner;
    inner.skip_spaces();
    let day = inner.take(|c| ascii_sign(c) == ascii_sign(sign)).and_then(|_| {
        inner.skip_spaces();
        take_part(&mut inner, |cursor| cursor.take_number(1, 2))
    });
    if day.is_some() {
        *cursor = inner;
    }
    Some(DateParts { year, sign: Some(sign), month: Some(month), day })
}

/// Takes the month and day after 年, as far as they are there. A day may lack its unit.
fn take_month_and_day(cursor: &mut Cursor<'_>) -> (Option<DatePart>, Option<DatePart>) {
    let mut inner = *cursor;
    inner.skip_spaces();
    let month = take_part(&mut inner, Cursor::take_number_below_100)
        .and_then(|month| take_unit(&mut inner, month, |c| c == '月'));
    let Some(month) = month else { return (None, None) };
    *cursor = inner;
    inner.skip_spaces();
    let Some(day) = take_part(&mut inner, Cursor::take_number_below_100) else {
        return (Some(month), None);
    };
    *cursor = inner;
    let with_unit = take_unit(&mut inner, day, |c| matches!(c, '日' | '號' | '号'));
    if with_unit.is_some() {
        *cursor = inner;
    }
    (Some(month), Some(with_unit.unwrap_or(day)))
}

fn take_part<'a>(
    cursor: &mut Cursor<'a>,
    take: impl Fn(&mut Cursor<'a>) -> Option<Number>,
) -> Option<DatePart> {
    let Number { value, digits, .. } = take(cursor)?;
    Some(DatePart { value, digits, unit: None, end: cursor.offset() })
}

/// Takes the unit of a number.
fn take_unit(
    cursor: &mut Cursor<'_>,
    part: DatePart,
    is_unit: impl Fn(char) -> bool,
) -> Option<DatePart> {
    cursor.skip_spaces();
    let unit = cursor.take(is_unit)?;
    Some(DatePart { unit: Some(unit), end: cursor.offset(), ..part })
}
