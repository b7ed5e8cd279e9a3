//! Points in time as people type them, read against a fixed clock.
//!
//! A point is a half-open interval of civil days: `2023-05` is a month, `7d` is today and the six
//! days before. This module knows nothing of queries, time zones or the real clock.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::chars::fold_str;
use super::suggest::closest;

/// What "today" is. Tests and `--as-of` set it; nothing in this crate reads the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The civil day in the archive's time zone.
    pub today: Date,
}

/// Whole civil days, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Days {
    /// The first day inside.
    pub from: Date,
    /// The first day after.
    pub until: Date,
}

/// Why a text is not a point or range of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// It does not have the form of a date, or names a day that does not exist.
    #[error("`{text}` is not a date{}", reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default())]
    NotADate {
        /// What was typed.
        text: String,
        /// What is wrong with it, if it is almost a date.
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
    /// A comparison without a date.
    #[error("no date after `{sign}`")]
    Missing {
        /// The sign as typed.
        sign: String,
    },
}

/// Years outside are taken for typing errors. The limits also keep all date arithmetic in bounds.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1000..=2999;

const KEYWORDS: &[&str] =
    &["today", "yesterday", "this-month", "last-month", "this-year", "last-year"];

/// Reads one point: `2023`, `2023-05`, `2023-05-17`, `2023/5/17`, `20230517`, `2023-Q2`,
/// `2023年5月17日`, `today`, `上月`, `7d`, `3个月`… in any width and case.
///
/// # Errors
///
/// [`DateError::NotADate`] or [`DateError::Ambiguous`].
///
/// ```
/// # use wensou_query::lang::{Clock, parse_point};
/// let clock = Clock { today: "2023-05-17".parse().unwrap() };
/// let week = parse_point("7d", &clock).unwrap();
/// assert_eq!(week.from.to_string(), "2023-05-11");
/// assert_eq!(week.until.to_string(), "2023-05-18");
/// ```
pub fn parse_point(text: &str, clock: &Clock) -> Result<Days, DateError> {
    let folded = fold_str(text);
    let wrong = |reason: Option<String>| DateError::NotADate {
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
    days.map_err(wrong)
}

/// The days that a word stands for.
fn keyword(word: &str, today: Date) -> Option<Days> {
    let month =
        |of: Date| Some(Days { from: of.first_of_month(), until: next(of.last_of_month()) });
    let year = |of: Date| Some(Days { from: of.first_of_year(), until: next(of.last_of_year()) });
    let day = |of: Date| Some(Days { from: of, until: next(of) });
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

/// The last `count` units of time, including today.
fn backward(count: &str, unit: &str, today: Date) -> Result<Days, Option<String>> {
    let far = || Some("that is too far back".to_owned());
    let count: i32 = count.parse().ok().filter(|count| *count < 1_000_000).ok_or_else(far)?;
    if count == 0 {
        return Err(Some("count from 1, which is today".to_owned()));
    }
    let back = match unit {
        "d" | "天" => count.days(),
        "w" | "周" | "週" => (count * 7).days(),
        "y" | "年" if count < 10_000 => count.years(),
        "mo" | "月" | "个月" | "個月" if count < 100_000 => count.months(),
        _ => return Err(far()),
    };
    let from = today.checked_sub(back).map_err(|_| far())?;
    if !YEARS.contains(&from.year()) {
        return Err(far());
    }
    Ok(Days { from: next(from), until: next(today) })
}

/// A year, quarter, month or day given by number.
fn absolute(text: &str) -> Result<Days, Option<String>> {
    let parts = parts(text).ok_or(None)?;
    let [year, month_and_day @ ..] = parts.as_slice() else { return Err(None) };
    let year = number(year, 4..=4).ok_or(None)?;
    if !YEARS.contains(&year) {
        return Err(Some(format!("years run from {} to {}", YEARS.start(), YEARS.end())));
    }
    match month_and_day {
        [] => Ok(Days { from: date(year, 1, 1), until: date(year + 1, 1, 1) }),
        [quarter] if quarter.starts_with('q') => {
            let quarter = number(&quarter[1..], 1..=1).ok_or(None)?;
            if !(1..=4).contains(&quarter) {
                return Err(Some("quarters are Q1 to Q4".to_owned()));
            }
            Ok(months(year, quarter * 3 - 2, 3))
        }
        [month] => Ok(months(year, month_number(month)?, 1)),
        [month, day] => {
            let month = month_number(month)?;
            let day = number(day, 1..=2).ok_or(None)?;
            let first = months(year, month, 1).from;
            if !(1..=i16::from(first.days_in_month())).contains(&day) {
                let last = first.days_in_month();
                return Err(Some(format!("{year}-{month:02} has days 1 to {last}")));
            }
            let from = first.saturating_add((day - 1).days());
            Ok(Days { from, until: next(from) })
        }
        _ => Err(None),
    }
}

/// The year, month and day of a date as far as they are given, whatever separates them.
fn parts(text: &str) -> Option<Vec<&str>> {
    if let Some((year, remaining)) = text.split_once('年') {
        let Some((month, day)) = remaining.split_once('月') else {
            return remaining.is_empty().then(|| vec![year]);
        };
        if day.is_empty() {
            return Some(vec![year, month]);
        }
        return day.strip_suffix(['日', '号', '號']).map(|day| vec![year, month, day]);
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(vec![&text[..4], &text[4..6], &text[6..]]);
    }
    if text.get(4..5) == Some("q") {
        return Some(vec![&text[..4], &text[4..]]);
    }
    Some(text.split(if text.contains('/') { '/' } else { '-' }).collect())
}

/// `count` whole months from the first day of `month`, which is 1 to 12.
fn months(year: i16, month: i16, count: i16) -> Days {
    let from = date(year, 1, 1).saturating_add((month - 1).months());
    Days { from, until: from.saturating_add(count.months()) }
}

fn month_number(text: &str) -> Result<i16, Option<String>> {
    let month = number(text, 1..=2).ok_or(None)?;
    if (1..=12).contains(&month) {
        Ok(month)
    } else {
        Err(Some(format!("there is no month {month}")))
    }
}

/// The value of ASCII digits, if their number lies within `length`.
fn number(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let plain = length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn next(day: Date) -> Date {
    day.saturating_add(1.day())
}
