//! Dates in the attributes, bylines and addresses of web pages. In bylines, other words may stand
//! between the day and the time, and a colon between the time and its zone.

use jiff::civil::{Date as Day, DateTime};

use crate::date::calendar::Calendar;
use crate::date::cursor::Cursor;
use crate::record::Moment;
use crate::text::punctuation::is_colon;

/// The first year that a number in an address can mean.
const FIRST_YEAR_OF_ADDRESS: u32 = 1990;

/// How many characters after a day are searched for the start of a time.
const CHARS_BEFORE_TIME: usize = 20;
/// Maximum characters between a day and its time, if words stand there.
const MAX_WORD_CHARS: usize = 16;
/// Parts of the words that may stand between a day and its time, besides the Chinese names of UTC:
/// weekdays, words such as 北京时间, and GMT and UTC.
const PARTS_OF_WORDS: [&str; 7] = ["星期", "周", "週", "时间", "時間", "GMT", "UTC"];
/// Names of the zone UTC, which may stand between a day and its time. The Chinese ones, which are
/// names of places, too, must stand there alone or with another word.
const NAMES_OF_UTC: [&str; 4] = ["格林尼治", "格林威治", "GMT", "UTC"];

/// The date at the start of a text, with the time if a time follows, and the length of both in
/// bytes. Unlike for [`parse_prefix`](super::parse_prefix), other words may stand between day and
/// time, and a colon before the zone. As there, the text of a time that does not exist, such as
/// 24:00, is part of the date, whose moment is the day alone.
pub(crate) fn at_start(text: &str) -> Option<(Moment, usize)> {
    let found = super::parse_prefix(text)?;
    let moment = found.moment?;
    let Moment::Day(day) = moment else {
        let after = &text[found.bytes..];
        // A month or year has no zone: `2019年9月-10月` is a range.
        let is_time = matches!(moment, Moment::Time(_));
        let bytes = if is_time { zone_bytes(after) } else { 0 };
        return Some((converted_from_zone(moment, &after[..bytes]), found.bytes + bytes));
    };
    // The time can follow without a space, or after a weekday, a comma or the name of a zone.
    let remaining = &text[found.bytes..];
    let time_start = remaining
        .char_indices()
        .take(CHARS_BEFORE_TIME)
        .find(|(_, c)| c.is_ascii_digit())
        .map_or(remaining.len(), |(at, _)| at);
    let between = &remaining[..time_start];
    let is_separator =
        |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '(' | ')' | '（' | '）');
    let has_word = PARTS_OF_WORDS.iter().any(|word| between.contains(word))
        || NAMES_OF_UTC.contains(&between.trim_matches(is_separator));
    let may_precede_time = between.chars().all(|c| is_separator(c) || matches!(c, 'T' | '-'))
        || has_word && between.chars().count() <= MAX_WORD_CHARS;
    // In `UTC+09:00`, an offset follows, not a time.
    let is_offset = NAMES_OF_UTC.iter().any(|name| {
        between.trim_end_matches(['+', '-', '−']).ends_with(name)
            && between.ends_with(['+', '-', '−'])
    });
    let may_precede_time = may_precede_time && !is_offset;
    match time_of_day(&remaining[time_start..]).filter(|_| may_precede_time) {
        Some((time, bytes)) => {
            let moment = with_time(day, time);
            let is_utc = NAMES_OF_UTC.iter().any(|name| between.contains(name));
            let moment = if is_utc { converted_from_zone(moment, "Z") } else { moment };
            Some((moment, found.bytes + time_start + bytes))
        }
        None => Some((moment, found.bytes)),
    }
}

/// The date in the value of an attribute or of a field.
pub(crate) fn in_value(value: &str) -> Option<Moment> {
    let value = value.trim();
    if value.len() >= 8 && value.bytes().all(|b| b.is_ascii_digit()) {
        return in_digits(value);
    }
    let with_offset = || {
        // `2019-09-07T13:43:45+0800`: an offset without a colon.
        let (front, zone) = value.split_at_checked(value.len().checked_sub(5)?)?;
        let digits = zone.strip_prefix(['+', '-'])?;
        let is_offset = front.contains('T') && digits.bytes().all(|b| b.is_ascii_digit());
        let (hours, minutes) = digits.split_at_checked(2)?;
        let zone = &zone[..1];
        is_offset.then(|| super::parse_any(&format!("{front}{zone}{hours}:{minutes}"))).flatten()
    };
    super::parse_any(value)
        .or_else(with_offset)
        .or_else(|| at_start(value).map(|(moment, _)| moment))
}

/// A date in the path of an address, such as `/2019-09/26/` or `/20190926/`.
pub(crate) fn in_address(url: &str) -> Option<Moment> {
    let path = url.split_once("://").map_or(url, |(_, remaining)| remaining);
    let path = &path[path.find('/')?..];
    let path = path.split(['?', '#']).next()?;
    // The runs of digits in the path, each with its offset.
    let mut numbers = Vec::new();
    let mut at = 0;
    for piece in path.split(|c: char| !c.is_ascii_digit()) {
        if !piece.is_empty() {
            numbers.push((at, piece));
        }
        at += piece.len() + 1;
    }
    let day_of = |year: &str, month: &str, day: &str| {
        let [year, month, day] = [year.parse().ok()?, month.parse().ok()?, day.parse().ok()?];
        let is_year = year >= FIRST_YEAR_OF_ADDRESS;
        let calendar = Calendar::of(year, Some(month), Some(day));
        is_year.then(|| super::parsed_date::moment(&calendar, None)).flatten()
    };
    // The number after number `i`, if only one character stands between them.
    let adjacent = |i: usize| {
        let (at, number) = numbers[i];
        numbers.get(i + 1).filter(|(next, _)| *next == at + number.len() + 1)
    };
    (0..numbers.len()).find_map(|i| match numbers[i].1 {
        number if number.len() == 8 => day_of(&number[..4], &number[4..6], &number[6..]),
        number if number.len() == 6 => adjacent(i)
            .filter(|(_, next)| next.len() == 2)
            .and_then(|(_, next)| day_of(&number[..4], &number[4..], next)),
        number if number.len() == 4 => {
            let (_, month) = *adjacent(i)?;
            if month.len() == 4 {
                return day_of(number, &month[..2], &month[2..]);
            }
            let (_, last) = *adjacent(i + 1)?;
            day_of(number, month, last).filter(|_| month.len() <= 2 && last.len() <= 2)
        }
        _ => None,
    })
}

/// The date in a value of eight or more digits: `20190907`, seconds or milliseconds since 1970 (10
/// or 13 digits), `201909071343` or `20190907134345`. Values with other numbers of digits are no
/// dates.
fn in_digits(value: &str) -> Option<Moment> {
    let dashed = |value: &str| format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..8]);
    match value.len() {
        8 => super::parse_any(&dashed(value)),
        10 | 13 => super::from_epoch(value.parse().ok()?),
        12 | 14 => {
            let (hour, minute) = (&value[8..10], &value[10..12]);
            let second = value.get(12..14).unwrap_or("00");
            super::parse_any(&format!("{}T{hour}:{minute}:{second}", dashed(value)))
        }
        _ => None,
    }
}

/// The hour, minute and second at the start of a text, and their length in bytes.
fn time_of_day(text: &str) -> Option<([i8; 3], usize)> {
    let mut cursor = Cursor::new(text);
    let mut numbers = [0; 3];
    for (index, number) in numbers.iter_mut().enumerate() {
        let mut inner = cursor;
        let value = match index {
            0 => inner.take_two_digits(1),
            _ => inner.take(is_colon).and_then(|_| inner.take_two_digits(2)),
        };
        match value {
            Some(value) => *number = i8::try_from(value).ok()?,
            None if index == 2 => break,
            None => return None,
        }
        cursor = inner;
    }
    Some((numbers, cursor.offset()))
}

/// The moment at hour, minute and second of a day; the day alone if there is no such time.
fn with_time(day: Day, [hour, minute, second]: [i8; 3]) -> Moment {
    let time = DateTime::new(day.year(), day.month(), day.day(), hour, minute, second, 0);
    time.map_or(Moment::Day(day), Moment::Time)
}

/// The length in bytes of the zone at the start of a text after a time, such as `Z`, `+0800` or
/// `:-05:00`, including a colon before the zone; 0 without a zone. A `-` without a colon begins the
/// end of a range, as in `10:00-11:00`, unless the four digits of an offset follow:
/// [`parse_prefix`] has already consumed any other `-` that certainly begins a zone.
///
/// [`parse_prefix`]: super::parse_prefix
fn zone_bytes(text: &str) -> usize {
    let zone = text.strip_prefix(':').unwrap_or(text);
    let bytes = match zone.as_bytes() {
        [b'-', ..] if zone.len() == text.len() && !is_offset_of_four_digits(&zone[1..]) => {
            return 0;
        }
        [b'Z', ..] => 1,
        [b'+' | b'-', remaining @ ..] => {
            1 + remaining.iter().take(5).take_while(|b| b.is_ascii_digit() || **b == b':').count()
        }
        _ => return 0,
    };
    text.len() - zone.len() + bytes
}

/// Whether a text begins with the hours and minutes of an offset, such as `0500`, and not with a
/// year or a time.
fn is_offset_of_four_digits(text: &str) -> bool {
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
    // No time zone is more than 14 hours from UTC.
    text.len() - after.len() == 4 && !after.starts_with(is_colon) && text.get(..2) <= Some("14")
}

/// Converts a time to the archive's time zone from the zone at the start of `text`. Without a zone
/// there, the time is already in the archive's.
fn converted_from_zone(moment: Moment, text: &str) -> Moment {
    let zone = &text[..zone_bytes(text)];
    let zone = zone.strip_prefix(':').unwrap_or(zone);
    let Moment::Time(time) = moment else { return moment };
    if zone.is_empty() {
        return moment;
    }
    let zone = match zone.len() {
        5 => format!("{}:{}", &zone[..3], &zone[3..]),
        _ => zone.to_owned(),
    };
    super::parse_any(&format!("{time}{zone}")).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    fn time(h: i8, m: i8, s: i8) -> Option<Moment> {
        Some(Moment::Time(datetime(2019, 9, 7, h, m, s, 0)))
    }

    #[test]
    fn dates_in_values_of_attributes_are_read_in_all_their_forms() {
        for value in [
            "2019-09-07T13:43:45+08:00",
            "2019-09-07T13:43:45+0800",
            "2019-09-07T05:43:45Z",
            "2019-09-07 13:43:45",
            "2019年09月07日 13:43:45",
            "2019年9月7日13:43:45",
            "2019-09-07-13:43:45",
            "Sat, 7 Sep 2019 05:43:45 GMT",
            "1567835025",
            "1567835025000",
            "20190907134345",
            "2019-09-07 13:43:45.0",
        ] {
            assert_eq!(in_value(value), time(13, 43, 45), "{value}");
        }
        assert_eq!(in_value("20190907"), Some(Moment::Day(date(2019, 9, 7))));
        assert_eq!(in_value("201909071343"), time(13, 43, 0));
        assert_eq!(in_value("soon"), None);
    }

    #[test]
    fn certain_words_may_stand_between_day_and_time_in_a_byline() {
        let day = Some(Moment::Day(date(2019, 9, 7)));
        let found = |text| at_start(text).map(|(moment, bytes)| (Some(moment), &text[bytes..]));
        assert_eq!(found("2019-09-07 13:43 来源"), Some((time(13, 43, 0), " 来源")));
        assert_eq!(found("2019年09月07日13:43"), Some((time(13, 43, 0), "")));
        assert_eq!(found("2019年9月7日 星期六 13:43"), Some((time(13, 43, 0), "")));
        for text in [
            "2019年9月7日, 格林尼治标准时间05:43",
            "2019年9月7日, 格林威治標準時間05:43",
            "2019年9月7日 GMT 05:43",
            "2019年9月7日 UTC 05:43",
            "2019年9月7日 格林威治 05:43",
            "2019年9月7日 格林尼治 05:43",
            "2019年9月7日，（格林尼治）05:43",
        ] {
            assert_eq!(found(text), Some((time(13, 43, 0), "")), "{text}: in the archive's time");
        }
        assert_eq!(
            found("2019-09-07 UTC+09:00"),
            Some((day, " UTC+09:00")),
            "no time, but an offset"
        );
        assert_eq!(found("2019年9月7日，公司有40人"), Some((day, "，公司有40人")));
        assert_eq!(
            found("2019年9月7日 康州格林威治 10:30"),
            Some((day, " 康州格林威治 10:30")),
            "no zone, but a town"
        );
        for text in ["2019年9月7日（当地时间）24:00 来源", "2019年9月7日 24:00 来源"]
        {
            assert_eq!(found(text), Some((day, " 来源")), "{text}: there is no such time");
        }
    }

    #[test]
    fn a_colon_may_stand_between_a_time_and_its_zone() {
        for value in ["2019-09-07T14:43:45:+0900", "2019-09-07 05:43:45:Z"] {
            assert_eq!(in_value(value), time(13, 43, 45), "{value}");
        }
        let found = |text| at_start(text).map(|(moment, bytes)| (Some(moment), &text[bytes..]));
        assert_eq!(found("2019-09-07 14:43:45:+09:00 来源"), Some((time(13, 43, 45), " 来源")));
        assert_eq!(found("2019-09-07 00:43:45:-0500"), Some((time(13, 43, 45), "")));
        assert_eq!(found("2019-09-07 13:43: 来源"), Some((time(13, 43, 0), ": 来源")));
    }

    #[test]
    fn the_end_of_a_range_is_no_zone_but_an_offset_of_four_digits_is() {
        let found = |text| at_start(text).map(|(moment, bytes)| (moment, &text[bytes..]));
        let month = Moment::Month(date(2019, 9, 1));
        assert_eq!(found("2019年9月-10月"), Some((month, "-10月")));
        for (text, (h, m, s), remaining) in [
            ("2019-09-07 13:43-14:00", (13, 43, 0), "-14:00"),
            ("2019-09-07 13:43:45-14:00:00", (13, 43, 45), "-14:00:00"),
            ("2019-09-07 13:43-2019-09-08 14:00", (13, 43, 0), "-2019-09-08 14:00"),
            ("2019-09-07 13:43-14000", (13, 43, 0), "-14000"),
            ("2019-09-07 13:43-1400：00", (13, 43, 0), "-1400：00"),
            ("2019-09-07 00:43-0500 来源", (13, 43, 0), " 来源"),
        ] {
            assert_eq!(found(text), time(h, m, s).map(|time| (time, remaining)), "{text}");
        }
    }

    #[test]
    fn a_date_in_the_path_of_an_address_is_found_and_other_numbers_are_not() {
        let day = Some(Moment::Day(date(2019, 9, 26)));
        for url in [
            "http://a.cn/2019-09-26/198678130.html",
            "https://a.cn/2019/09/26/1.html",
            "https://a.cn/2019/0926/1.html",
            "https://a.cn/n1/201909/26/c1-2.html",
            "https://a.cn/world/2019-09/26/c_1125327450.htm",
            "https://a.cn/t20190926_693227.shtml",
        ] {
            assert_eq!(in_address(url), day, "{url}");
        }
        for url in [
            "https://a.cn/",
            "https://20190926.cn/a",
            "https://a.cn/1/2/3",
            "https://a.cn/12345678",
        ] {
            assert_eq!(in_address(url), None, "{url}");
        }
    }
}
