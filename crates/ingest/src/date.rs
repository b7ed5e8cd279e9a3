//! Parses the dates of pages and dumps by hand, so that nothing implausible becomes a date.

use jiff::civil::{Date as Day, DateTime};
use jiff::tz::Offset;

use crate::punctuation::is_colon;
use crate::record::Moment;

/// The time zone of the archive's civil times: UTC+8.
const ARCHIVE_OFFSET: Offset = Offset::constant(8);

/// A date at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ParsedDate {
    /// `None` for the archive's null date and for impossible dates.
    pub(crate) moment: Option<Moment>,
    /// Length of the date in the text, in bytes.
    pub(crate) bytes: usize,
}

/// Parses a date such as `2023/3/14 13:02:32`, `2024-04-21` or `2023年5月10日` at the start of `text`.
pub(crate) fn parse_prefix(text: &str) -> Option<ParsedDate> {
    let bytes = text.as_bytes();
    let (year, at) = number(bytes, 0, 4, 4)?;
    let (separator, at) = separator(text, at)?;
    let (month, at) = number(bytes, at, 1, 2)?;
    let at = match separator {
        '年' => at + text.get(at..)?.strip_prefix('月').map(|_| '月'.len_utf8())?,
        separator => at + text.get(at..)?.strip_prefix(separator).map(|_| separator.len_utf8())?,
    };
    let (day, mut at) = number(bytes, at, 1, 2)?;
    if separator == '年' {
        at += '日'.len_utf8() * usize::from(text.get(at..)?.starts_with(['日', '號', '号']));
    } else if bytes.get(at).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let time = time_of_day(text, at);
    let end = time.map_or(at, |(_, end)| end);
    Some(ParsedDate { moment: moment(year, month, day, time.map(|(time, _)| time)), bytes: end })
}

/// Parses a line that consists of a date and nothing else.
pub(crate) fn parse_whole(text: &str) -> Option<ParsedDate> {
    let text = text.trim();
    parse_prefix(text).filter(|found| found.bytes == text.len())
}

/// Finds the first complete, plausible date in the first `chars` characters.
pub(crate) fn find_first(text: &str, chars: usize) -> Option<Moment> {
    let mut before = None;
    for (at, c) in text.char_indices().take(chars) {
        let digit_before = before.is_some_and(|b: char| b.is_ascii_digit());
        before = Some(c);
        if c.is_ascii_digit()
            && !digit_before
            && let Some(ParsedDate { moment: Some(moment), .. }) = parse_prefix(&text[at..])
        {
            return Some(moment);
        }
    }
    None
}

/// Parses the ISO 8601 date of a JSONL record; a time with an offset is converted to the archive's
/// time zone.
pub(crate) fn iso(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return plausible(civil(timestamp));
    }
    if let Ok(time) = text.parse::<DateTime>()
        && text.len() > 10
    {
        return plausible(time);
    }
    parse_whole(text).and_then(|found| found.moment)
}

/// Converts seconds or milliseconds since 1970.
pub(crate) fn epoch(number: i64) -> Option<Moment> {
    // As seconds, values this large lie thousands of years in the future.
    let seconds = if number.unsigned_abs() > 100_000_000_000 { number / 1000 } else { number };
    plausible(civil(jiff::Timestamp::from_second(seconds).ok()?))
}

/// The key by which moments are sorted: a day counts as its midnight.
pub(crate) fn sort_key(moment: Moment) -> DateTime {
    match moment {
        Moment::Day(day) => day.at(0, 0, 0, 0),
        Moment::Time(time) => time,
    }
}

fn civil(timestamp: jiff::Timestamp) -> DateTime {
    let time = ARCHIVE_OFFSET.to_datetime(timestamp);
    time.with().subsec_nanosecond(0).build().unwrap_or(time)
}

fn plausible(time: DateTime) -> Option<Moment> {
    let time = time.with().subsec_nanosecond(0).build().unwrap_or(time);
    year_is_plausible(time.year()).then_some(Moment::Time(time))
}

/// The web is younger than 1990, and the archive's null date is in 1900.
fn year_is_plausible(year: i16) -> bool {
    (1990..2100).contains(&year)
}

fn moment(year: u16, month: u16, day: u16, time: Option<[u16; 3]>) -> Option<Moment> {
    let day =
        Day::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
            .ok()
            .filter(|day| year_is_plausible(day.year()))?;
    let Some([hour, minute, second]) = time else { return Some(Moment::Day(day)) };
    let small = |n: u16| i8::try_from(n).unwrap_or(i8::MAX);
    let time = DateTime::new(
        day.year(),
        day.month(),
        day.day(),
        small(hour),
        small(minute),
        small(second),
        0,
    );
    // An invalid time such as 24:00 or 12:61 does not invalidate the day.
    Some(time.map_or(Moment::Day(day), Moment::Time))
}

/// Parses `13:02:32` or `13:02` after spaces or a `T`; returns the time and its end.
fn time_of_day(text: &str, at: usize) -> Option<([u16; 3], usize)> {
    let after_day = text.get(at..)?;
    let spaces =
        after_day.len() - after_day.trim_start_matches([' ', '\u{a0}', '\u{3000}', 'T']).len();
    if spaces == 0 {
        return None;
    }
    let bytes = text.as_bytes();
    let (hour, at) = number(bytes, at + spaces, 1, 2)?;
    let at = colon(text, at)?;
    let (minute, at) = number(bytes, at, 2, 2)?;
    let seconds = colon(text, at).and_then(|at| number(bytes, at, 2, 2));
    let (second, at) = seconds.unwrap_or((0, at));
    Some(([hour, minute, second], at))
}

fn colon(text: &str, at: usize) -> Option<usize> {
    let c = text.get(at..)?.chars().next().filter(|c| is_colon(*c))?;
    Some(at + c.len_utf8())
}

fn separator(text: &str, at: usize) -> Option<(char, usize)> {
    let c = text.get(at..)?.chars().next().filter(|c| matches!(c, '/' | '-' | '.' | '年'))?;
    Some((c, at + c.len_utf8()))
}

fn number(bytes: &[u8], from: usize, min_digits: usize, max_digits: usize) -> Option<(u16, usize)> {
    let mut value = 0;
    let mut at = from;
    while at < from + max_digits
        && let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit())
    {
        value = value * 10 + u16::from(digit - b'0');
        at += 1;
    }
    (at - from >= min_digits).then_some((value, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    fn time(y: i16, m: i8, d: i8, h: i8, min: i8, s: i8) -> Option<Moment> {
        Some(Moment::Time(datetime(y, m, d, h, min, s, 0)))
    }

    #[test]
    fn dates_of_pages() {
        let moment = |text| parse_whole(text).map(|found| found.moment);
        assert_eq!(moment("2023/3/14 13:02:32"), Some(time(2023, 3, 14, 13, 2, 32)));
        assert_eq!(moment("2024-04-21 13:50"), Some(time(2024, 4, 21, 13, 50, 0)));
        assert_eq!(moment("2019/8/10"), Some(Some(Moment::Day(date(2019, 8, 10)))));
        assert_eq!(moment("2023年5月10日"), Some(Some(Moment::Day(date(2023, 5, 10)))));
        assert_eq!(moment("1900/1/1 0:00:00"), Some(None), "the null date is no date");
        assert_eq!(moment("2023/13/1"), Some(None));
        assert_eq!(moment("1989/1/1"), Some(None));
        assert_eq!(moment("2023/3/145"), None);
        assert_eq!(moment("2023/3/14 今天"), None);
    }

    #[test]
    fn a_broken_time_leaves_the_day() {
        assert_eq!(
            parse_whole("2023/3/14 25:00:00").map(|f| f.moment),
            Some(Some(Moment::Day(date(2023, 3, 14))))
        );
    }

    #[test]
    fn offsets_become_the_archives_time() {
        assert_eq!(iso("2023-03-14T05:02:32Z"), time(2023, 3, 14, 13, 2, 32));
        assert_eq!(iso("2023-03-14T13:02:32+09:00"), time(2023, 3, 14, 12, 2, 32));
        assert_eq!(iso("2023-03-14T13:02:32.5"), time(2023, 3, 14, 13, 2, 32));
        assert_eq!(iso("2023-03-14"), Some(Moment::Day(date(2023, 3, 14))));
        assert_eq!(iso("1900-01-01T00:00:00"), None);
        assert_eq!(iso("soon"), None);
        assert_eq!(epoch(1_678_770_152), time(2023, 3, 14, 13, 2, 32));
        assert_eq!(epoch(1_678_770_152_000), time(2023, 3, 14, 13, 2, 32));
    }

    #[test]
    fn a_date_inside_text() {
        assert_eq!(
            find_first("金色晨訊2023年5月10日隔夜", 20),
            Some(Moment::Day(date(2023, 5, 10)))
        );
        assert_eq!(find_first("5月10日隔夜重要動態", 20), None);
    }
}
