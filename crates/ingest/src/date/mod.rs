//! The grammar of dates: the one place that reads years, months, days and times of day.
//!
//! The parsers of pages, dumps, feeds and messages call it with texts, and the parser of queries
//! with what is typed. A query's periods (`7d`, `last-month`, `2023-Q2`) and ranges, and which
//! years it admits, are in `wensou-query`, which takes the numbers of each date from
//! [`date_parts`]. What a field of a dump may hold instead of a date, such as a count of seconds,
//! is in `fields::stated_date`. Numbers that are words of a text are in `wensou-text`.
//!
//! This module reads whole dates, with the time if one is stated, in texts and in values that are
//! stated to be dates; its submodules read the parts of a date.
//!
//! | module | what it reads |
//! |---|---|
//! | `parts` | year, month and day as numbers, in the order in which Chinese states them |
//! | `calendar`, `time_of_day` | the day in all its forms; the time of day and its zone |
//! | `zone` | the names of time zones, and how far each is from UTC |
//! | `usual` | the usual date of a page, quickly |
//! | `parsed_date` | no text: it makes a moment of year, month, day and time of day |
//! | `beginning` | values of dumps that begin with a date, before other words |
//! | `web` | attributes, bylines and addresses of web pages |
//! | `partial` | incomplete dates, such as those without a year: recognised, but not understood |
//! | `cursor`, `numeral`, `words` | characters, numbers and words |
//!
//! | form | examples |
//! |---|---|
//! | numbers | `2023/3/14 13:02:32`, `2024-04-21`, `2024.4.21`, `20230517`, `202305171000` |
//! | Taiwan's years | `113/03/04`, `113-03-04`, `113.03.04`, `113年3月4日`, not in running text |
//! | Chinese | `2024年03月04日10:00`, `二〇二四年三月四日`, `民國113年3月4日 下午3點05分` |
//! | with a time zone | `2023-05-17 22:20 美東時間`, `北京時間2023年5月17日10:20`, `10:20 UTC+8` |
//! | English | `March 4, 2024`, `4 March 2024`, `Wed Nov 27 21:09:36 2013`, RFC 822 |
//! | ISO 8601 | `2023-03-14T05:02:32Z`, `2023-03-14T13:02:32+0800` |
//! | month or day first | `4/27/2021 12:48:57 PM`, `27/4/2021`, `27.4.2021` |
//! | month or year only | `2023-05`, `2023年5月`, `May 2023`, `1987年` |
//!
//! Digits and letters may be full-width, a weekday may stand before or after the day, and a time
//! may come first. A time with a time zone is converted to the archive's, UTC+8. Years from 1800 to
//! 2099 are plausible; 1900/1/1 is the archive's null date, which stands for no date. `3/4/2021` is
//! read as the 4th of March if AM or PM follows, because Americans write so; otherwise it is not
//! understood. The words are in `data/tables/date_words.tsv`.

mod beginning;
mod calendar;
mod cursor;
mod numeral;
mod parsed_date;
mod partial;
mod parts;
mod time_of_day;
mod usual;
mod web;
mod words;
mod zone;

use jiff::civil::DateTime;

use crate::date::calendar::{Calendar, take_calendar};
use crate::date::cursor::Cursor;
use crate::date::parsed_date::{archive_time, parsed_date, plausible_moment};
use crate::date::time_of_day::{TimeOfDay, take_after_day, take_time_of_day};
use crate::date::words::words;
use crate::date::zone::{Zone, take_zone_before_day};
use crate::record::Moment;
use crate::text::punctuation::closing;

pub(crate) use beginning::at_beginning;
pub(crate) use parsed_date::ParsedDate;
pub(crate) use partial::{day_at_end, is_partial, mentions_day, starts_with_part};
pub use parts::{DatePart, DateParts, date_parts};
pub(crate) use web::{at_start, in_address, in_value};

/// The longest text that can be a date as a whole, in bytes.
const MAX_BYTES: usize = 100;

/// The first year of the web. An earlier date in running text is history, not the date of its page.
const FIRST_YEAR_OF_WEB: i16 = 1990;

/// Parses a date at the beginning of `text`.
pub(crate) fn parse_prefix(text: &str) -> Option<ParsedDate> {
    // Quick checks first: most texts cannot begin a date, and most dates are of the usual form.
    if !may_begin(text) {
        return None;
    }
    if let Some(parsed) = usual::parse(text) {
        return Some(parsed);
    }
    let mut cursor = Cursor::new(text);
    let zone = take_zone_before_day(&mut cursor);
    let digits = cursor.peek_digits().map_or(0, |number| number.digits);
    if digits == 0 && cursor.take_weekday().is_some() {
        cursor.skip_spaces();
        cursor.take(|c| matches!(c, ',' | '\u{ff0c}'));
        cursor.skip_spaces();
    }
    if let Some(parsed) = parse_day_then_time(cursor, zone) {
        return Some(parsed);
    }
    // The time may come first.
    if digits > 2 {
        return None;
    }
    let mut time_of_day = take_time_of_day(&mut cursor)?;
    time_of_day.zone = time_of_day.zone.or(zone);
    cursor.skip_spaces();
    cursor.take(|c| matches!(c, ',' | '\u{ff0c}'));
    cursor.skip_spaces();
    let calendar = take_calendar(&mut cursor).filter(|calendar| calendar.time_of_day.is_none())?;
    date_before_cursor(cursor, &calendar, Some(time_of_day))
}

/// Whether a date can begin with the first character of a text.
fn may_begin(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if first.is_ascii() {
        return first.is_ascii_digit() || first.is_ascii_alphabetic() && words().may_begin(first);
    }
    numeral::digit(first).is_some() || numeral::is_chinese(first) || words().may_begin(first)
}

/// Parses a day, month or year, and the time and weekday after it. `zone` is the time zone that
/// stands before the day.
fn parse_day_then_time(mut cursor: Cursor<'_>, zone: Option<Zone>) -> Option<ParsedDate> {
    let calendar = take_calendar(&mut cursor)?;
    // In the middle of a longer number there is no date.
    if cursor.char_before().is_some_and(|c| numeral::digit(c).is_some())
        && cursor.peek().is_some_and(|c| numeral::digit(c).is_some())
    {
        return None;
    }
    let time_of_day = calendar.time_of_day.or_else(|| {
        // A month or a year has no time.
        calendar.day?;
        take_after_day(&mut cursor)
    });
    let time_of_day =
        time_of_day.map(|time_of_day| TimeOfDay { zone: time_of_day.zone.or(zone), ..time_of_day });
    if time_of_day.is_none() {
        let mut weekday = cursor;
        weekday.take(|c| matches!(c, ',' | '\u{ff0c}'));
        weekday.skip_spaces();
        if weekday.take_weekday().is_some() {
            cursor = weekday;
        }
    }
    date_before_cursor(cursor, &calendar, time_of_day)
}

/// The date that ends at the cursor, unless it is a number that merely looks like a date.
fn date_before_cursor(
    cursor: Cursor<'_>,
    calendar: &Calendar,
    time_of_day: Option<TimeOfDay>,
) -> Option<ParsedDate> {
    let parsed = parsed_date(calendar, time_of_day, cursor.offset());
    // 8, 12 or 14 digits in a row are a date only if there is such a day in a plausible year.
    (parsed.moment.is_some() || !calendar.is_compact).then_some(parsed)
}

/// Parses a text that consists of a date and nothing else, without brackets around it.
pub(crate) fn parse_whole(text: &str) -> Option<ParsedDate> {
    // A quick check first, because every line of a footer is tried.
    if text.len() > MAX_BYTES {
        return None;
    }
    let text = text.trim();
    parse_prefix(text).filter(|found| found.bytes == text.len())
}

/// Parses a text that consists of a date in the usual form of the known layout, with seconds:
/// `2023/3/14 13:02:32` or `2023-3-14 13:02:32`.
pub(crate) fn parse_usual(text: &str) -> Option<ParsedDate> {
    usual::parse(text).filter(|found| found.bytes == text.len())
}

/// Parses a line that consists of a date and nothing else, and states the day.
pub(crate) fn parse_line(text: &str) -> Option<ParsedDate> {
    parse_whole(text).filter(ParsedDate::has_day)
}

/// Parses a value that is stated to be a date, in any form that is known: a date of a page, an ISO
/// 8601 or RFC 2822 time, or seconds or milliseconds since 1970; possibly in quotes or brackets.
/// `None` for the null date, for implausible years, and for what is not understood.
pub(crate) fn parse_any(text: &str) -> Option<Moment> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let text = inside_brackets(text);
    if text.len() > MAX_BYTES {
        return None;
    }
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return plausible_moment(archive_time(timestamp));
    }
    if let Some(parsed) = parse_whole(text) {
        return parsed.moment;
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return plausible_moment(archive_time(zoned.timestamp()));
    }
    let seconds = text.split_once('.').map_or(text, |(seconds, _)| seconds);
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    // Fewer than nine digits would be a time before March 1973; they are more likely a number of
    // something else.
    (is_number && seconds.len() >= 9).then(|| from_epoch(seconds.parse().ok()?)).flatten()
}

/// Whether a value that is stated to be a date says that there is none: it is empty, has nothing
/// but zeros and separators, or begins with a null date, see [`ParsedDate::is_null`].
pub(crate) fn is_null(text: &str) -> bool {
    let text = inside_brackets(text.trim());
    text.bytes().all(|b| matches!(b, b'0' | b'-' | b'/' | b':' | b' '))
        || parse_prefix(text).is_some_and(|parsed| parsed.is_null)
}

/// The text without brackets or quotation marks around it.
pub(crate) fn inside_brackets(text: &str) -> &str {
    let mut chars = text.chars();
    let (Some(open), Some(close)) = (chars.next(), chars.next_back()) else { return text };
    let is_enclosed = closing(open) == Some(close)
        || matches!((open, close), ('〔', '〕') | ('(', '\u{ff09}') | ('\u{ff08}', ')'));
    let inner = chars.as_str();
    if is_enclosed && !closes_early(inner, open, close) { inner.trim() } else { text }
}

/// Whether the bracket `open` that stands before `inner` is closed inside it, as the first one in
/// `[甲] [乙]` is.
fn closes_early(inner: &str, open: char, close: char) -> bool {
    let mut depth = 0_usize;
    for c in inner.chars() {
        if c == open {
            depth += 1;
        } else if c == close {
            if depth == 0 {
                return true;
            }
            depth -= 1;
        }
    }
    false
}

/// Finds the first date that begins in the first `chars` characters of running text and can be the
/// date of its page: it is plausible, states the day, and is not before 1990.
pub(crate) fn find_first(text: &str, chars: usize) -> Option<Moment> {
    let mut before = None;
    for (at, c) in text.char_indices().take(chars) {
        let follows_word = before.is_some_and(|b: char| b.is_ascii_alphanumeric());
        before = Some(c);
        let is_capitalised = || {
            c.is_ascii_uppercase()
                && text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_lowercase)
        };
        // How dates with a year begin: 2024, 二〇二四, 一九九九, 民國113, March 4, 2024.
        let may_begin_date = c.is_ascii_digit()
            || matches!(c, '二' | '民')
            || text[at..].starts_with("一九")
            || is_capitalised();
        if may_begin_date
            && !follows_word
            // In running text, `113/03/04` may be something else.
            && !has_three_digits(&text[at..])
            && let Some(parsed) = parse_prefix(&text[at..])
            && let Some(moment) = parsed.moment.filter(|_| parsed.has_day())
            && sort_key(moment).year() >= FIRST_YEAR_OF_WEB
        {
            return Some(moment);
        }
    }
    None
}

/// Whether a text begins with a number of three digits.
fn has_three_digits(text: &str) -> bool {
    text.bytes().take(4).take_while(u8::is_ascii_digit).count() == 3
}

/// Whether a text is the name of a time zone, or another word that belongs to a date.
pub(crate) fn is_word_of_date(text: &str) -> bool {
    words().meaning_of(text).is_some()
}

/// Converts a number of seconds or milliseconds since 1970, UTC. Zero is no date.
pub(crate) fn from_epoch(number: i64) -> Option<Moment> {
    // As seconds, values this large lie thousands of years in the future.
    let seconds = if number.unsigned_abs() > 100_000_000_000 { number / 1000 } else { number };
    let timestamp = jiff::Timestamp::from_second(seconds).ok().filter(|_| number != 0)?;
    plausible_moment(archive_time(timestamp))
}

/// The key by which moments are sorted: a day, month or year counts as its first second.
pub(crate) fn sort_key(moment: Moment) -> DateTime {
    match moment {
        Moment::Day(day) | Moment::Month(day) | Moment::Year(day) => day.at(0, 0, 0, 0),
        Moment::Time(time) => time,
    }
}

#[cfg(test)]
mod tests;
