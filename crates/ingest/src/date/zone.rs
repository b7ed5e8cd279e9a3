//! Time zones that are stated beside a time of day: their words, and how far they are from UTC.

use jiff::civil::{Date as Day, DateTime, Weekday};

use crate::date::cursor::Cursor;
use crate::date::words::DateWord;
use crate::text::punctuation::is_colon;

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// How many minutes it is ahead of UTC; negative if it is behind.
    Fixed(i32),
    /// The same for the winter of a zone of the USA, such as `ET`, which has summer time.
    American(i32),
    /// The same for the winter of a zone of Europe, such as 倫敦時間.
    European(i32),
    /// The same for the winter of a zone of Australia, such as 悉尼時間.
    Southern(i32),
}

impl Zone {
    /// How many minutes the zone is ahead of UTC at a local time.
    pub(super) fn minutes_at(self, time: DateTime) -> i32 {
        let (minutes, is_summer) = match self {
            Self::Fixed(minutes) => (minutes, false),
            Self::American(minutes) => (minutes, is_american_summer(time)),
            Self::European(minutes) => (minutes, is_european_summer(time, minutes)),
            Self::Southern(minutes) => (minutes, is_southern_summer(time)),
        };
        if is_summer { minutes + 60 } else { minutes }
    }
}

/// The zone that a word names.
pub(super) fn named_zone(word: DateWord) -> Option<Zone> {
    Some(match word {
        DateWord::Zone(minutes) => Zone::Fixed(i32::from(minutes)),
        DateWord::AmericanZone(minutes) => Zone::American(i32::from(minutes)),
        DateWord::EuropeanZone(minutes) => Zone::European(i32::from(minutes)),
        DateWord::SouthernZone(minutes) => Zone::Southern(i32::from(minutes)),
        _ => return None,
    })
}

/// Takes the name of a zone in Chinese that stands before a date, and what separates it from the
/// date, as in `北京時間2023年5月17日10:20`. A Latin abbreviation there may be a word of the text.
pub(super) fn take_zone_before_day(cursor: &mut Cursor<'_>) -> Option<Zone> {
    let mut inner = *cursor;
    if inner.peek().is_none_or(|c| c.is_ascii()) {
        return None;
    }
    let zone = inner.take_word(named_zone)?;
    inner.skip_spaces();
    inner.take(|c| is_colon(c) || matches!(c, ',' | '\u{ff0c}'));
    inner.skip_spaces();
    *cursor = inner;
    Some(zone)
}

/// The `nth` Sunday of a month, at `hour`; the last but `-nth - 1` if it is negative.
fn sunday(year: i16, month: i8, nth: i8, hour: i8) -> Option<DateTime> {
    let first = Day::new(year, month, 1).ok()?;
    Some(first.nth_weekday_of_month(nth, Weekday::Sunday).ok()?.at(hour, 0, 0, 0))
}

/// Whether it is summer time in the USA, by the rules since 1987. It begins and ends on a Sunday at
/// two in the morning.
fn is_american_summer(time: DateTime) -> bool {
    let year = time.year();
    let (from, to) = if year >= 2007 {
        (sunday(year, 3, 2, 2), sunday(year, 11, 1, 2))
    } else {
        (sunday(year, 4, 1, 2), sunday(year, 10, -1, 2))
    };
    from.zip(to).is_some_and(|(from, to)| from <= time && time < to)
}

/// Whether it is summer time in a zone of Europe that is `minutes` ahead of UTC in winter, by the
/// rules since 1996. It begins and ends everywhere at the same moment, 1:00 UTC.
fn is_european_summer(time: DateTime, minutes: i32) -> bool {
    // The local time at 1:00 UTC, in winter time; the clock goes from there to an hour later.
    let hour = i8::try_from(1 + minutes / 60).unwrap_or(1);
    let (from, to) = (sunday(time.year(), 3, -1, hour), sunday(time.year(), 10, -1, hour + 1));
    from.zip(to).is_some_and(|(from, to)| from <= time && time < to)
}

/// Whether it is summer time in the south-east of Australia, by the rules since 2008.
fn is_southern_summer(time: DateTime) -> bool {
    let (to, from) = (sunday(time.year(), 4, 1, 3), sunday(time.year(), 10, 1, 2));
    from.zip(to).is_some_and(|(from, to)| from <= time || time < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn american_zones_have_summer_time() {
        for (month, day, hour, minutes) in [
            (3, 4, 10, -300),
            (3, 10, 1, -300),
            (3, 10, 3, -240),
            (7, 1, 0, -240),
            (11, 3, 3, -300),
            (12, 1, 0, -300),
        ] {
            let time = jiff::civil::datetime(2024, month, day, hour, 0, 0, 0);
            assert_eq!(Zone::American(-300).minutes_at(time), minutes, "{time}");
            assert_eq!(Zone::Fixed(480).minutes_at(time), 480);
        }
    }

    #[test]
    fn european_and_australian_zones_have_summer_time() {
        for (month, day, hour, paris, sydney) in [
            (1, 15, 12, 60, 660),
            (3, 31, 1, 60, 660),
            (3, 31, 3, 120, 660),
            (4, 7, 4, 120, 600),
            (7, 1, 0, 120, 600),
            (10, 6, 4, 120, 660),
            (10, 27, 2, 120, 660),
            (10, 27, 4, 60, 660),
        ] {
            let time = jiff::civil::datetime(2024, month, day, hour, 0, 0, 0);
            assert_eq!(Zone::European(60).minutes_at(time), paris, "{time}");
            assert_eq!(Zone::Southern(600).minutes_at(time), sydney, "{time}");
        }
    }
}
