//! The time of day in a date, and its time zone.

use jiff::civil::DateTime;

use crate::date::cursor::{Cursor, ascii_sign};
use crate::date::numeral;
use crate::date::words::{DateWord, PartOfDay};
use crate::date::zone::{Zone, named_zone};
use crate::record::Moment;
use crate::text::punctuation::{is_colon, is_comma};

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeOfDay {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    /// Whether AM or PM follows it in Latin letters, as Americans write.
    pub(super) is_american: bool,
    /// Its time zone; `None` if no zone is stated, so that it is the archive's.
    pub(super) zone: Option<Zone>,
}

/// Takes the time after a day, with the separators, weekday or zone between them. The cursor does
/// not move if no time follows.
pub(super) fn take_after_day(cursor: &mut Cursor<'_>) -> Option<TimeOfDay> {
    if let Some(time_of_day) = take_time_of_file_name(cursor) {
        return Some(time_of_day);
    }
    let mut inner = *cursor;
    let mut zone = None;
    // Skip at most four separators.
    for _ in 0..4 {
        let from = inner.offset();
        inner.skip_spaces();
        // `25/03/2024 - 10:00`, `2024. 3. 25. 10:00`
        let is_dash = inner.offset() > from && inner.remaining().starts_with("- ");
        let is_point = inner.remaining().starts_with(". ");
        let is_separator = |c: char| {
            is_comma(c)
                || matches!(c, 'T' | 't' | '·')
                || is_dash && c == '-'
                || is_point && c == '.'
        };
        let is_separated = inner.take(is_separator).is_some()
            || inner.take_weekday().is_some()
            || inner.take_word(|word| (word == DateWord::Joiner).then_some(())).is_some();
        zone = zone.or_else(|| inner.take_word(named_zone).or_else(|| in_brackets(&mut inner)));
        if !is_separated {
            break;
        }
    }
    inner.skip_spaces();
    // A part of the day or a Chinese numeral may directly follow the last digit of a day. A digit
    // cannot, because a day takes all digits of a run.
    let mut time_of_day = take_time_of_day(&mut inner)?;
    // But a Chinese numeral with 點 alone may begin a name instead, such as that of the outlet
    // 一點資訊.
    let taken = &cursor.remaining()[..inner.offset() - cursor.offset()];
    let is_one_o_clock = || taken.trim_start().starts_with('一');
    let is_bare_hour = (taken.starts_with(numeral::is_chinese) || is_one_o_clock())
        && taken.ends_with(['點', '点']);
    if is_bare_hour && inner.peek().is_some_and(char::is_alphabetic) {
        return None;
    }
    time_of_day.zone = time_of_day.zone.or(zone);
    *cursor = inner;
    Some(time_of_day)
}

/// Takes the name of a zone in brackets, as in `2024年3月4日（美東時間）10:00`.
fn in_brackets(cursor: &mut Cursor<'_>) -> Option<Zone> {
    let mut inner = *cursor;
    inner.take(|c| matches!(c, '(' | '\u{ff08}'))?;
    let zone = inner.take_word(named_zone)?;
    inner.take(|c| matches!(c, ')' | '\u{ff09}'))?;
    *cursor = inner;
    Some(zone)
}

/// Takes the time of a name of a file, which can have no colons: `_10-20-33` or `_102033`.
fn take_time_of_file_name(cursor: &mut Cursor<'_>) -> Option<TimeOfDay> {
    let mut inner = *cursor;
    inner.take(|c| c == '_')?;
    let (hour, minute, second) = match inner.take_digits(6, 6) {
        Some(number) => (number / 10_000, number / 100 % 100, number % 100),
        None => {
            let hour = inner.take_digits(2, 2)?;
            let sign = inner.take(|c| matches!(c, '-' | '_'))?;
            let minute = inner.take_digits(2, 2)?;
            inner.take(|c| c == sign)?;
            (hour, minute, inner.take_digits(2, 2)?)
        }
    };
    if inner.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return None;
    }
    *cursor = inner;
    Some(TimeOfDay { hour, minute, second, is_american: false, zone: None })
}

/// Takes a time such as `13:02:32`, `下午1點02分` or `1:02 PM EST`.
pub(super) fn take_time_of_day(cursor: &mut Cursor<'_>) -> Option<TimeOfDay> {
    let mut inner = *cursor;
    let mut part = inner.take_word(part_of_day);
    // `晚9人` has no time, but `晚9時` has one.
    let is_short_part = inner.offset() - cursor.offset() == '晚'.len_utf8();
    inner.skip_spaces();
    let (hour, minute, second, is_surely_time) = take_numbers(&mut inner)?;
    let mut is_american = false;
    let mut after = inner;
    after.skip_spaces();
    let is_latin = after.peek().is_some_and(|c| c.is_ascii_alphabetic());
    if part.is_none()
        && is_latin
        && let Some(found) = after.take_word(part_of_day)
    {
        (part, is_american, inner) = (Some(found), true, after);
    }
    // `3 PM` is a time, but a lone `3` is not.
    if !is_surely_time && (part.is_none() || is_short_part) {
        return None;
    }
    let hour = part.map_or(hour, |part| hour_in_part(hour, part));
    let zone = take_zone(&mut inner, second.is_some());
    *cursor = inner;
    Some(TimeOfDay { hour, minute, second: second.unwrap_or(0), is_american, zone })
}

/// The hour of the day, from 0 to 23, for an hour in a part of the day; 24 if it may be that of the
/// next day, too. 24 is no valid hour, so the date becomes one without a time.
fn hour_in_part(hour: u32, part: PartOfDay) -> u32 {
    match (part, hour) {
        (PartOfDay::Morning, 12) => 0,
        (PartOfDay::Noon, 0..10)
        | (PartOfDay::Afternoon, 0..12)
        | (PartOfDay::Evening, 5..12)
        | (PartOfDay::Night, 6..12) => hour + 12,
        (PartOfDay::Evening, 0..5 | 12) | (PartOfDay::Night, 12) => 24,
        _ => hour,
    }
}

/// The moment of a time that the part of the day follows, if `after` is nothing else, as in
/// `10:20 下午`. Only the day remains if the hour may be that of the next day.
pub(super) fn in_part_after(time: DateTime, after: &str) -> Moment {
    let mut cursor = Cursor::new(after);
    cursor.skip_spaces();
    let part = cursor.take_word(part_of_day).filter(|_| cursor.remaining().trim().is_empty());
    let Some(part) = part else { return Moment::Time(time) };
    let hour = u32::try_from(time.hour()).map_or(24, |hour| hour_in_part(hour, part));
    let in_part = i8::try_from(hour).ok().and_then(|hour| time.with().hour(hour).build().ok());
    in_part.map_or(Moment::Day(time.date()), Moment::Time)
}

/// Takes hour, minute and second. The last value is `true` if the hour has minutes or a unit (時,
/// 點) after it; a number without either may be something else than an hour.
fn take_numbers(cursor: &mut Cursor<'_>) -> Option<(u32, u32, Option<u32>, bool)> {
    let hour = cursor.take_value_below_100()?;
    let mut inner = *cursor;
    inner.skip_spaces();
    if inner.take(|c| matches!(c, '時' | '时' | '點' | '点')).is_some() {
        *cursor = inner;
        inner.skip_spaces();
        let half_past = inner.take(|c| c == '半').map(|_| 30);
        if half_past.is_some() || inner.take(|c| c == '整').is_some() {
            *cursor = inner;
            return Some((hour, half_past.unwrap_or(0), None, true));
        }
        let minute = take_number_with_unit(&mut inner, '分', cursor);
        let second = minute.and_then(|_| {
            inner.skip_spaces();
            take_number_with_unit(&mut inner, '秒', cursor)
        });
        return Some((hour, minute.unwrap_or(0), second, true));
    }
    let mut inner = *cursor;
    let Some(minute) = inner.take(is_colon).and_then(|_| inner.take_digits(2, 2)) else {
        // `PM2.5` is no hour in the afternoon.
        let mut after = *cursor;
        let is_fraction =
            after.take(|c| ascii_sign(c) == '.').is_some() && after.peek_digits().is_some();
        return (!is_fraction).then_some((hour, 0, None, false));
    };
    *cursor = inner;
    let second = inner.take(is_colon).and_then(|_| inner.take_digits(2, 2));
    if second.is_some() {
        *cursor = inner;
        // Fractions of a second are skipped.
        if inner.take(|c| c == '.' || c == ',').is_some() && inner.take_digits(1, 9).is_some() {
            *cursor = inner;
        }
    }
    Some((hour, minute, second, true))
}

/// Takes a number and its unit from `inner`. If both are there, sets `end` to the cursor after
/// them.
fn take_number_with_unit<'a>(
    inner: &mut Cursor<'a>,
    unit: char,
    end: &mut Cursor<'a>,
) -> Option<u32> {
    let number = inner.take_value_below_100()?;
    inner.skip_spaces();
    inner.take(|c| c == unit)?;
    *end = *inner;
    Some(number)
}

fn part_of_day(word: DateWord) -> Option<PartOfDay> {
    match word {
        DateWord::PartOfDay(part) => Some(part),
        _ => None,
    }
}

/// Takes a time zone after a time: `Z`, `+08:00`, `GMT+8`, `(CST)`. A number that may be the end of
/// a range of times (`10:00-11:00`) is a zone only after seconds.
pub(super) fn take_zone(cursor: &mut Cursor<'_>, after_seconds: bool) -> Option<Zone> {
    let mut inner = *cursor;
    inner.skip_spaces();
    let has_spaces = inner.offset() > cursor.offset();
    let is_open = inner.take(|c| matches!(c, '(' | '\u{ff08}')).is_some();
    let mut zone = inner.take_word(named_zone);
    let mut after_offset = inner;
    let is_unnamed = zone.is_none();
    // An offset may follow the name of UTC or GMT, as in `GMT+8`, but of no other zone.
    if zone.is_none_or(|zone| zone == Zone::Fixed(0))
        && (after_seconds || zone.is_some() || inner.remaining().starts_with('+'))
        && let Some(minutes) = take_offset(&mut after_offset, is_unnamed, has_spaces)
    {
        (zone, inner) = (Some(Zone::Fixed(minutes)), after_offset);
    }
    let zone = zone?;
    if is_open {
        inner.take(|c| matches!(c, ')' | '\u{ff09}'))?;
    } else {
        // `+0800 (CST)`: the comment repeats the zone.
        let mut comment = inner;
        comment.skip_spaces();
        if comment.take(|c| c == '(').is_some()
            && comment.take_word(named_zone).is_some()
            && comment.take(|c| c == ')').is_some()
        {
            inner = comment;
        }
    }
    *cursor = inner;
    Some(zone)
}

/// Takes an offset, `+08:00`, `+0800`, `+08` or `+8`. If no name of a zone precedes it
/// (`is_unnamed`), hours alone are accepted only with two digits and no space before the sign, or
/// for the zones of Chinese and Japanese pages at the end of the text: `+5` there may be a number
/// of answers.
fn take_offset(cursor: &mut Cursor<'_>, is_unnamed: bool, has_spaces: bool) -> Option<i32> {
    let mut inner = *cursor;
    let sign = inner.take(|c| matches!(c, '+' | '-' | '\u{2212}'))?;
    let number = inner.peek_digits()?;
    let (hours, minutes) = match number.digits {
        4 => {
            inner.take_digits(4, 4)?;
            (number.value / 100, number.value % 100)
        }
        1 | 2 => {
            inner.take_digits(1, 2)?;
            let mut with_minutes = inner;
            match with_minutes.take(is_colon).and_then(|_| with_minutes.take_digits(2, 2)) {
                Some(minutes) => {
                    inner = with_minutes;
                    (number.value, minutes)
                }
                None if is_unnamed
                    && (has_spaces || number.digits == 1)
                    && !(inner.remaining().is_empty() && matches!(number.value, 8 | 9)) =>
                {
                    return None;
                }
                None => (number.value, 0),
            }
        }
        _ => return None,
    };
    let number_continues = inner.peek().is_some_and(|c| is_colon(c) || c.is_ascii_digit());
    // No time zone is more than 14 hours from UTC.
    if hours > 14 || minutes > 59 || number_continues {
        return None;
    }
    *cursor = inner;
    let minutes = i32::try_from(hours * 60 + minutes).ok()?;
    Some(if sign == '+' { minutes } else { -minutes })
}
