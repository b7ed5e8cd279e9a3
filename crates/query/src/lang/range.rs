//! Parses the values of `date:`, `since:` and `until:`: a period (a day, a month, a year), a
//! range of periods, or a comparison with a period.

use std::fmt;
use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;

use super::ast::DateFilter;
use super::chars::fold_width_and_case;
use super::date::{Clock, DateError, Days, YEARS, parse_period};
use super::suggest::closest;

/// A [`DateError`], and the part of the value that it is about, as a range of characters.
pub(super) type RangeError = (DateError, Range<usize>);

/// Parses the value of `date:`.
pub(super) fn parse_range(text: &str, clock: &Clock) -> Result<DateFilter, RangeError> {
    let folded = fold_width_and_case(text);
    match folded.as_str() {
        "none" => return Ok(DateFilter::None),
        "any" => return Ok(DateFilter::Any),
        "inferred" => return Ok(DateFilter::Inferred),
        _ => {}
    }
    let chars: Vec<char> = folded.chars().collect();
    let typed = |range: Range<usize>| -> String {
        text.chars().skip(range.start).take(range.len()).collect()
    };
    let period = |range: Range<usize>| {
        parse_period(&typed(range.clone()), clock).map_err(|error| (error, range))
    };

    if let Some(length) = comparison(&chars) {
        let after = length..chars.len();
        if after.is_empty() {
            let sign = typed(0..length);
            return Err((DateError::NoDateAfterSign { sign }, 0..length));
        }
        let days = period(after)?;
        return Ok(match &folded[..length] {
            ">=" => since(days),
            ">" => DateFilter::Range { from: Some(days.until), until: None },
            "<" => DateFilter::Range { from: None, until: Some(days.from) },
            _ => until(days),
        });
    }

    let Some(sign) = range_sign(&chars) else {
        let Days { from, until } = period(0..chars.len()).map_err(suggest_keyword)?;
        return Ok(DateFilter::Range { from: Some(from), until: Some(until) });
    };
    let period_unless_empty =
        |range: Range<usize>| (!range.is_empty()).then(|| period(range)).transpose();
    let from = period_unless_empty(0..sign.start)?;
    let to = period_unless_empty(sign.end..chars.len())?;
    match (from, to) {
        (None, None) => Ok(DateFilter::Any),
        (Some(from), Some(to)) if from.from >= to.until => {
            let swapped =
                [typed(sign.end..chars.len()), typed(sign.clone()), typed(0..sign.start)].concat();
            Err((DateError::Reversed { text: text.to_owned(), swapped }, 0..chars.len()))
        }
        (from, to) => Ok(DateFilter::Range {
            from: from.map(|days| days.from),
            until: to.map(|days| days.until),
        }),
    }
}

/// The filter of `since:`: dates from the first day of the period on.
pub(super) fn since(days: Days) -> DateFilter {
    DateFilter::Range { from: Some(days.from), until: None }
}

/// The filter of `until:`: dates up to and including the last day of the period.
pub(super) fn until(days: Days) -> DateFilter {
    DateFilter::Range { from: None, until: Some(days.until) }
}

/// The length of `>=`, `>`, `<=` or `<` at the start.
fn comparison(chars: &[char]) -> Option<usize> {
    match chars {
        ['<' | '>', '=', ..] => Some(2),
        ['<' | '>', ..] => Some(1),
        _ => None,
    }
}

/// The range of the first range sign, such as `..` or `~`, in characters.
fn range_sign(chars: &[char]) -> Option<Range<usize>> {
    let min_length = |c: char| match c {
        '…' | '~' => 1,
        '.' | '。' => 2,
        _ => usize::MAX,
    };
    (0..chars.len()).find_map(|start| {
        let length = chars[start..].iter().take_while(|c| **c == chars[start]).count();
        (length >= min_length(chars[start])).then(|| start..start + length)
    })
}

/// Suggests `none`, `any` or `inferred` if one of them may have been meant. Only `date:` takes
/// these words, so [`parse_period`] does not suggest them.
fn suggest_keyword((error, at): RangeError) -> RangeError {
    match error {
        DateError::NotADate { text, reason, meant } => {
            let meant =
                meant.or_else(|| closest(&fold_width_and_case(&text), ["none", "any", "inferred"]));
            (DateError::NotADate { text, reason, meant }, at)
        }
        error => (error, at),
    }
}

/// Writes a value of `date:` that parses to this filter, with absolute days.
impl fmt::Display for DateFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::None => f.write_str("none"),
            Self::Any | Self::Range { from: None, until: None } => f.write_str("any"),
            Self::Inferred => f.write_str("inferred"),
            // `from` is outside the years that can be typed, so it is the day after the last of
            // them: `date:>2999-12-31`.
            Self::Range { from: Some(from), until: None } if !YEARS.contains(&from.year()) => {
                write!(f, ">{}", last_day(from))
            }
            Self::Range { from: Some(from), until: None } => write!(f, "{from}.."),
            Self::Range { from: None, until: Some(until) } => match last_day(until) {
                last if YEARS.contains(&last.year()) => write!(f, "..{last}"),
                _ => write!(f, "<{until}"),
            },
            Self::Range { from: Some(from), until: Some(until) } => write_days(f, from, until),
        }
    }
}

/// Writes a range with two ends in its shortest form: as a day, a year, a month, or two days.
fn write_days(f: &mut fmt::Formatter<'_>, from: Date, until: Date) -> fmt::Result {
    let last = last_day(until);
    if from == last {
        write!(f, "{from}")
    } else if from == from.first_of_year() && last == from.last_of_year() {
        write!(f, "{:04}", from.year())
    } else if from == from.first_of_month() && last == from.last_of_month() {
        write!(f, "{:04}-{:02}", from.year(), from.month())
    } else {
        write!(f, "{from}..{last}")
    }
}

/// The last day of a range that ends before `until`.
fn last_day(until: Date) -> Date {
    until.saturating_sub(1.day())
}
