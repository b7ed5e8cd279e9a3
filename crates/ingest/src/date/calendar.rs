//! Reads the calendar day of a date, in all forms that pages use.

use crate::date::cursor::{Cursor, ascii_sign, is_sign};
use crate::date::parts::{self, DatePart, DateParts, digits_before_last};
use crate::date::time_of_day::{self, TimeOfDay};
use crate::date::words::DateWord;
use crate::text::punctuation::is_comma;

/// A day, or only a month or a year, as precisely as the text states it. It includes the time of
/// day only if the time stands before the year, as in `Nov 27 21:09:36 2013`, or follows eight
/// digits directly or after a `T`, as in `20240304100000` or `20240304T1000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Calendar {
    pub(super) year: u32,
    pub(super) month: Option<u32>,
    pub(super) day: Option<u32>,
    pub(super) time_of_day: Option<TimeOfDay>,
    /// Whether the number taken for the month may be the day and the other way round, as in
    /// `3/4/2024`.
    pub(super) is_ambiguous: bool,
    /// Whether the date begins with 8, 12 or 14 digits in a row. They may be another number, so
    /// the date counts only if there is such a day and its year is plausible.
    pub(super) is_compact: bool,
}

impl Calendar {
    pub(super) fn of(year: u32, month: Option<u32>, day: Option<u32>) -> Self {
        Self { year, month, day, time_of_day: None, is_ambiguous: false, is_compact: false }
    }
}

/// Takes a day, or only a month or a year, in any form.
pub(super) fn take_calendar(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    type Form = fn(&mut Cursor<'_>) -> Option<Calendar>;
    // The number of digits at the beginning determines the possible forms.
    let forms: &[Form] = match cursor.peek_digits().map(|number| number.digits) {
        None => &[era_year_first, chinese_year_first, month_name_first],
        Some(1 | 2) => &[day_first, small_numbers_first],
        Some(3) => &[roc_year_first],
        Some(4) => &[year_first],
        Some(8 | 12 | 14) => &[compact],
        Some(_) => &[],
    };
    forms.iter().find_map(|form| {
        let mut inner = *cursor;
        let found = form(&mut inner)?;
        *cursor = inner;
        Some(found)
    })
}

/// `民國113年3月4日`, `西元2024年3月4日`, `民國113/3/4`.
fn era_year_first(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let year_before_era = cursor.take_word(|word| match word {
        DateWord::Era(year) => u32::try_from(year).ok(),
        _ => None,
    })?;
    cursor.skip_spaces();
    let year = match cursor.take_digits(1, 4) {
        Some(year) => year,
        None => cursor.take_chinese()?.value,
    };
    after_year(cursor, year_before_era + year)
}

/// `2024-03-04`, `2024年3月4日`, `2024-Mar-04`, `2024-03`, `1987年`.
fn year_first(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let year = cursor.take_digits(4, 4)?;
    after_year(cursor, year)
}

/// `113/03/04`, `113-03-04`, `113.03.04`, `113年3月4日`: a year of the Republic of China without its
/// era, as pages in Taiwan state it.
fn roc_year_first(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    /// The year before the first year of the era.
    const YEAR_BEFORE_ERA: u32 = 1911;
    let year = cursor.take_digits(3, 3).filter(|year| (1..=150).contains(year))?;
    let year_part = DatePart { value: year, digits: 3, unit: None, end: cursor.offset() };
    let DateParts { sign, month, day, .. } = parts::take_after_year(cursor, year_part)?;
    let (month, day) = month.zip(day)?;
    // Numbers with hyphens or points may be those of telephones and versions, so they must have two
    // digits.
    let is_date = match sign.map(ascii_sign) {
        None => day.unit.is_some(),
        Some('/') => month.digits > 0,
        Some(_) => month.digits == 2 && day.digits == 2,
    };
    let exists = (1..=12).contains(&month.value) && (1..=31).contains(&day.value);
    let more_follows = cursor.peek().is_some_and(|c| is_sign(c) || c.is_ascii_digit());
    (is_date && exists && !more_follows)
        .then(|| Calendar::of(YEAR_BEFORE_ERA + year, Some(month.value), Some(day.value)))
}

/// `二〇二四年三月四日`.
fn chinese_year_first(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let year = cursor.take_chinese().filter(|number| number.digits == 4 && number.value >= 1000)?;
    cursor.peek().filter(|c| *c == '年')?;
    after_year(cursor, year.value)
}

/// Takes the month and the day that follow a year, as far as they are stated.
fn after_year(cursor: &mut Cursor<'_>, year: u32) -> Option<Calendar> {
    if let Some(found) = month_name_after_year(cursor, year) {
        return Some(found);
    }
    // `take_after_year` does not look at the number of digits of the year.
    let year_part = DatePart { value: year, digits: 0, unit: None, end: cursor.offset() };
    let DateParts { sign, month, day, .. } = parts::take_after_year(cursor, year_part)?;
    let value = |part: DatePart| part.value;
    let found = Calendar::of(year, month.map(value), day.map(value));
    let (Some(sign), Some(month), None) = (sign, month, day) else { return Some(found) };
    // `2024-3` could mean anything, and `2024.03` could be a number.
    let is_month = month.digits == 2 && ascii_sign(sign) != '.';
    let more_follows = cursor.peek().is_some_and(|c| is_sign(c) || c.is_ascii_digit());
    (is_month && !more_follows).then_some(found)
}

/// ` March 4`, after a year.
fn month_name_after_year(cursor: &mut Cursor<'_>, year: u32) -> Option<Calendar> {
    let mut inner = *cursor;
    inner.skip_spaces();
    if inner.offset() == cursor.offset() {
        return None;
    }
    let month = inner.take_month()?;
    inner.skip_spaces();
    let day = inner.take_digits(1, 2)?;
    take_ordinal(&mut inner);
    *cursor = inner;
    Some(Calendar::of(year, Some(month), Some(day)))
}

/// `20240304`, `202403041000`, `20240304100000`.
fn compact(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let (value, digits) = cursor.take_all_digits()?;
    let part = |skipped, count| digits_before_last(value, skipped, count);
    // The number of digits after the day: 0, or the 4 or 6 digits of the time.
    let time_digits = u32::try_from(digits).ok()?.checked_sub(8)?;
    if !matches!(digits, 8 | 12 | 14) {
        return None;
    }
    let time_of_day = (time_digits > 0).then(|| TimeOfDay {
        hour: part(time_digits - 2, 2),
        minute: part(time_digits - 4, 2),
        second: if time_digits == 6 { part(0, 2) } else { 0 },
        is_american: false,
        zone: None,
    });
    let time_of_day = time_of_day.or_else(|| compact_time_of_day(cursor));
    let (year, month) = (part(time_digits + 4, 4), part(time_digits + 2, 2));
    let day = Calendar::of(year, Some(month), Some(part(time_digits, 2)));
    Some(Calendar { time_of_day, is_compact: true, ..day })
}

/// `T100000Z` or `T1000Z`, after a compact day.
fn compact_time_of_day(cursor: &mut Cursor<'_>) -> Option<TimeOfDay> {
    let mut inner = *cursor;
    inner.take(|c| c == 'T')?;
    let (number, has_seconds) = match inner.take_digits(6, 6) {
        Some(number) => (number, true),
        None => (inner.take_digits(4, 4)? * 100, false),
    };
    let zone = time_of_day::take_zone(&mut inner, has_seconds);
    *cursor = inner;
    let (hour, minute, second) = (number / 10_000, number / 100 % 100, number % 100);
    Some(TimeOfDay { hour, minute, second, is_american: false, zone })
}

/// `March 4, 2024`, `Nov 27 21:09:36 2013`, `May 2023`.
fn month_name_first(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let month = cursor.take_month()?;
    cursor.skip_spaces();
    cursor.take(is_comma);
    cursor.skip_spaces();
    if let Some(year) = cursor.take_digits(4, 4) {
        return Some(Calendar::of(year, Some(month), None));
    }
    let day = cursor.take_digits(1, 2)?;
    take_ordinal(cursor);
    cursor.skip_spaces();
    cursor.take(|c| is_comma(c) || c == '.');
    cursor.skip_spaces();
    if let Some(year) = cursor.take_digits(4, 4) {
        return Some(Calendar::of(year, Some(month), Some(day)));
    }
    let time_of_day = time_of_day::take_time_of_day(cursor)?;
    cursor.skip_spaces();
    let year = cursor.take_digits(4, 4)?;
    Some(Calendar { time_of_day: Some(time_of_day), ..Calendar::of(year, Some(month), Some(day)) })
}

/// `4 March 2024`, `4th of March, 2024`, `04-Mar-2024`.
fn day_first(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let day = cursor.take_digits(1, 2)?;
    take_ordinal(cursor);
    cursor.skip_spaces();
    if cursor.remaining().starts_with("of ") {
        cursor.take(|c| c == 'o');
        cursor.take(|c| c == 'f');
        cursor.skip_spaces();
    }
    let separator = cursor.take_sign();
    let month = cursor.take_month()?;
    cursor.skip_spaces();
    match separator {
        Some(separator) => cursor.take(|c| ascii_sign(c) == ascii_sign(separator)),
        None => cursor.take(is_comma),
    };
    cursor.skip_spaces();
    let year = cursor.take_digits(4, 4)?;
    Some(Calendar::of(year, Some(month), Some(day)))
}

/// `4/27/2021`, `27/4/2021`, `27.4.2021`. If points separate the numbers, the day comes first.
fn small_numbers_first(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let first = cursor.take_digits(1, 2)?;
    let separator = cursor.take_sign()?;
    let second = cursor.take_digits(1, 2)?;
    cursor.take(|c| ascii_sign(c) == ascii_sign(separator))?;
    let year = cursor.take_digits(4, 4)?;
    let is_day_first = ascii_sign(separator) == '.' || first > 12;
    let (month, day) = if is_day_first { (second, first) } else { (first, second) };
    let is_ambiguous = !is_day_first && second <= 12 && first != second;
    Some(Calendar { is_ambiguous, ..Calendar::of(year, Some(month), Some(day)) })
}

/// Takes `st`, `nd`, `rd` or `th`, after a day.
fn take_ordinal(cursor: &mut Cursor<'_>) {
    let ending = cursor.remaining().get(..2).unwrap_or_default();
    if ["st", "nd", "rd", "th"].iter().any(|ordinal| ending.eq_ignore_ascii_case(ordinal)) {
        cursor.take(|_| true);
        cursor.take(|_| true);
    }
}
