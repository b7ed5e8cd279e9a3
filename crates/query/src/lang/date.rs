//! Periods as people type them, read against a fixed clock.
//!
//! A period is a half-open interval of civil days: `2023-05` is a month, `7d` is today and the six
//! days before. This module knows nothing of queries, time zones or the real clock. [`date_parts`]
//! reads the numbers of a date; this module adds counts of units (`7d`), words (`today`) and
//! limits.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use wensou_ingest::{DatePart, DateParts, date_parts};

use super::chars::fold_width_and_case;
use super::suggest::closest;

/// The day that relative dates are counted from. Tests and `--as-of` set it; nothing in this crate
/// reads the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The civil day in the archive's time zone.
    pub today: Date,
}

/// A half-open interval of whole civil days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Days {
    /// The first day of the interval.
    pub from: Date,
    /// The first day after the interval.
    pub until: Date,
}

/// Why a text is not a period or a range of periods.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// The text does not have the form of a date, or names a day that does not exist.
    #[error("`{text}` is not a date{}", reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default())]
    NotADate {
        /// What was typed.
        text: String,
        /// What is wrong, if the text is almost a date.
        reason: Option<String>,
        /// The word that was probably meant.
        meant: Option<&'static str>,
    },
    /// `3m`: minutes or months.
    #[error("`{text}` could be minutes or months")]
    Ambiguous {
        /// What was typed.
        text: String,
        /// The number before the unit.
        count: String,
    },
    /// The end of a range is before its start.
    #[error("the range `{text}` ends before it starts")]
    Reversed {
        /// What was typed.
        text: String,
        /// The same range with its ends swapped.
        swapped: String,
    },
    /// A comparison without a date, such as `>=` alone.
    #[error("no date after `{sign}`")]
    NoDateAfterSign {
        /// The comparison sign as typed.
        sign: String,
    },
}

/// The years that can be typed. Others are taken for typing errors. The limits also keep all date
/// arithmetic in bounds.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1000..=2999;

/// The words that are suggested for mistyped ones. [`keyword`] also knows their Chinese names.
const KEYWORDS: &[&str] =
    &["today", "yesterday", "this-month", "last-month", "this-year", "last-year"];

/// Why a text is not a period, as in "there is no month 13"; `None` if the text does not even have
/// the form of a period.
type Reason = Option<String>;

/// Reads one period: `2023`, `2023-05`, `2023-05-17`, `2023/5/17`, `20230517`, `2023-Q2`,
/// `2023年5月17日`, `today`, `上月`, `7d`, `3个月`… in any width and case.
///
/// # Errors
///
/// [`DateError::NotADate`] or [`DateError::Ambiguous`].
///
/// ```
/// # use wensou_query::lang::{Clock, parse_period};
/// let clock = Clock { today: "2023-05-17".parse().unwrap() };
/// let week = parse_period("7d", &clock).unwrap();
/// assert_eq!(week.from.to_string(), "2023-05-11");
/// assert_eq!(week.until.to_string(), "2023-05-18");
/// ```
pub fn parse_period(text: &str, clock: &Clock) -> Result<Days, DateError> {
    let folded = fold_width_and_case(text);
    let not_a_date = |reason: Reason| DateError::NotADate {
        text: text.to_owned(),
        reason,
        meant: closest(&folded, KEYWORDS.iter().copied()),
    };
    if let Some(days) = keyword(&folded, clock.today) {
        return Ok(days);
    }
    let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = folded.split_at(digits);
    let days = match unit {
        "m" if digits > 0 => {
            return Err(DateError::Ambiguous { text: text.to_owned(), count: count.to_owned() });
        }
        "年" if digits == 4 => absolute(&folded),
        "d" | "天" | "w" | "周" | "週" | "mo" | "月" | "个月" | "個月" | "y" | "年"
            if digits > 0 =>
        {
            backward(count, unit, clock.today)
        }
        _ => absolute(&folded),
    };
    days.map_err(not_a_date)
}

/// The days that a word stands for.
fn keyword(word: &str, today: Date) -> Option<Days> {
    let month =
        |of: Date| Some(Days { from: of.first_of_month(), until: day_after(of.last_of_month()) });
    let year =
        |of: Date| Some(Days { from: of.first_of_year(), until: day_after(of.last_of_year()) });
    let day = |of: Date| Some(Days { from: of, until: day_after(of) });
    match word {
        "today" | "今天" => day(today),
        "yesterday" | "昨天" => day(today.saturating_sub(1.day())),
        "this-month" | "本月" => month(today),
        "last-month" | "上月" => month(today.saturating_sub(1.month())),
        "this-year" | "今年" => year(today),
        "last-year" | "去年" => year(today.saturating_sub(1.year())),
        _ => None,
    }
}

/// The last `count` units of time up to and including today: `7d` is today and the six days before.
/// The limits of `count` keep each unit in the range that jiff accepts; beyond that range, `days`,
/// `months` and `years` panic.
fn backward(count: &str, unit: &str, today: Date) -> Result<Days, Reason> {
    let too_far = || Some("that is too far back".to_owned());
    let count: i32 = count.parse().ok().filter(|count| *count < 1_000_000).ok_or_else(too_far)?;
    if count == 0 {
        let one = match unit {
            "d" | "天" => "today",
            "w" | "周" | "週" => "the week up to today",
            "y" | "年" => "the year up to today",
            _ => "the month up to today",
        };
        return Err(Some(format!("count from 1, which is {one}")));
    }
    let back = match unit {
        "d" | "天" => count.days(),
        "w" | "周" | "週" => (count * 7).days(),
        "y" | "年" if count < 10_000 => count.years(),
        "mo" | "月" | "个月" | "個月" if count < 100_000 => count.months(),
        _ => return Err(too_far()),
    };
    let from = today.checked_sub(back).map_err(|_| too_far())?;
    if !YEARS.contains(&from.year()) {
        return Err(too_far());
    }
    Ok(Days { from: day_after(from), until: day_after(today) })
}

/// A year, quarter, month or day given by number.
fn absolute(text: &str) -> Result<Days, Reason> {
    let parts = date_parts(text).filter(|parts| has_form_of_period(parts, text)).ok_or(None)?;
    let year = to_i16(parts.year);
    if !YEARS.contains(&year) {
        return Err(Some(format!("years run from {} to {}", YEARS.start(), YEARS.end())));
    }
    if let Some(quarter) = after_year(&parts, text).strip_prefix('q') {
        return of_quarter(year, quarter);
    }
    let month = parts.month.map(to_i16);
    let is_whole = last_part(&parts).end == text.len();
    // A month that does not exist is named only if the text ends with it, or if a day follows it:
    // `2023-13x` does not have the form of a period.
    if let Some(month) = month.filter(|month| !(1..=12).contains(month))
        && (is_whole || parts.day.is_some())
    {
        return Err(Some(format!("there is no month {month}")));
    }
    if !is_whole {
        return Err(None);
    }
    match (month, parts.day.map(to_i16)) {
        (None, _) => Ok(Days { from: date(year, 1, 1), until: date(year + 1, 1, 1) }),
        (Some(month), None) => Ok(months(year, month, 1)),
        (Some(month), Some(day)) => {
            let first = months(year, month, 1).from;
            if !(1..=i16::from(first.days_in_month())).contains(&day) {
                let last = first.days_in_month();
                return Err(Some(format!("{year}-{month:02} has days 1 to {last}")));
            }
            let from = first.saturating_add((day - 1).days());
            Ok(Days { from, until: day_after(from) })
        }
    }
}

/// Whether the numbers that a text begins with have the form of a period: `2023-05`,
/// `2023/5/17` and `2023年5月17日` do, `2023.05` and `2023年5月17` do not.
fn has_form_of_period(parts: &DateParts, text: &str) -> bool {
    match (parts.year.unit, parts.sign) {
        (Some(_), _) => {
            last_part(parts).end == text.len() && parts.day.is_none_or(|day| day.unit.is_some())
        }
        (None, Some(sign)) => matches!(sign, '-' | '/'),
        // `20230517`: eight digits and nothing else.
        (None, None) if parts.day.is_some() => text.len() == parts.year.digits + 4,
        (None, None) => {
            let remaining = &text[parts.year.end..];
            remaining.is_empty() || remaining.starts_with(['-', '/', 'q'])
        }
    }
}

/// The last number of a date: its day, month or year.
fn last_part(parts: &DateParts) -> DatePart {
    parts.day.or(parts.month).unwrap_or(parts.year)
}

/// What follows the year, without the sign before it.
fn after_year<'t>(parts: &DateParts, text: &'t str) -> &'t str {
    let remaining = &text[parts.year.end..];
    remaining.strip_prefix(['-', '/']).unwrap_or(remaining)
}

/// The days of a quarter, given what follows the `q` of `2023-Q2`.
fn of_quarter(year: i16, quarter: &str) -> Result<Days, Reason> {
    let [digit @ b'0'..=b'9'] = quarter.as_bytes() else { return Err(None) };
    match i16::from(digit - b'0') {
        quarter @ 1..=4 => Ok(months(year, quarter * 3 - 2, 3)),
        _ => Err(Some("quarters are Q1 to Q4".to_owned())),
    }
}

/// The value of a number of at most four digits; a greater one gives a value that no year, month or
/// day has.
fn to_i16(part: DatePart) -> i16 {
    i16::try_from(part.value).unwrap_or(i16::MAX)
}

/// `count` whole months from the first day of `month`, which is 1 to 12.
fn months(year: i16, month: i16, count: i16) -> Days {
    let from = date(year, 1, 1).saturating_add((month - 1).months());
    Days { from, until: from.saturating_add(count.months()) }
}

fn day_after(day: Date) -> Date {
    day.saturating_add(1.day())
}
