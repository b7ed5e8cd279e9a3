//! [`ParsedDate`], and how the numbers of a date and a time become a [`Moment`].

use jiff::civil::{Date as Day, DateTime};
use jiff::tz::Offset;

use crate::date::calendar::Calendar;
use crate::date::time_of_day::TimeOfDay;
use crate::record::Moment;

/// The time zone in which dates of the archive are given: UTC+8.
pub(super) const ARCHIVE_OFFSET: Offset = Offset::constant(8);

/// A date that was parsed at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ParsedDate {
    /// `None` for null dates, for impossible dates, for years before 1800 or after 2099, and for
    /// dates such as `3/4/2024`, of which nobody knows which number is the month.
    pub(crate) moment: Option<Moment>,
    /// Whether it is a null date, which means that there is no date: 1900/1/1 (also `1900/01` and
    /// `1900年`, which begin on that day), or any day of the years 0 and 1.
    pub(crate) is_null: bool,
    /// Length of the date in the text, in bytes.
    pub(crate) bytes: usize,
}

impl ParsedDate {
    /// Whether a day is stated, not only a month or a year; also `true` for null dates and
    /// impossible dates.
    pub(crate) fn has_day(&self) -> bool {
        !matches!(self.moment, Some(Moment::Month(_) | Moment::Year(_)))
    }
}

/// The date that was read in the first `bytes` bytes of a text.
pub(super) fn parsed_date(
    calendar: &Calendar,
    time_of_day: Option<TimeOfDay>,
    bytes: usize,
) -> ParsedDate {
    let day = (calendar.year, calendar.month.unwrap_or(1), calendar.day.unwrap_or(1));
    let is_null = matches!(day, (1900, 1, 1) | (0 | 1, ..));
    let is_clear =
        !calendar.is_ambiguous || time_of_day.is_some_and(|time_of_day| time_of_day.is_american);
    let moment = (is_clear && !is_null).then(|| moment(calendar, time_of_day)).flatten();
    ParsedDate { moment, is_null, bytes }
}

/// A timestamp in the archive's time zone, without parts of a second.
pub(super) fn archive_time(timestamp: jiff::Timestamp) -> DateTime {
    let time = ARCHIVE_OFFSET.to_datetime(timestamp);
    time.with().subsec_nanosecond(0).build().unwrap_or(time)
}

/// The moment of a time, unless its year is implausible or its day is the null date.
pub(super) fn plausible_moment(time: DateTime) -> Option<Moment> {
    let is_null = time.year() == 1900 && time.month() == 1 && time.day() == 1;
    (year_is_plausible(time.year()) && !is_null).then_some(Moment::Time(time))
}

fn year_is_plausible(year: i16) -> bool {
    (1800..2100).contains(&year)
}

/// The moment that a date and a time state; `None` if there is no such day or the year is
/// implausible.
pub(super) fn moment(calendar: &Calendar, time_of_day: Option<TimeOfDay>) -> Option<Moment> {
    let year = i16::try_from(calendar.year).ok().filter(|year| year_is_plausible(*year))?;
    let small = |number: Option<u32>| i8::try_from(number.unwrap_or(1)).ok();
    let day = Day::new(year, small(calendar.month)?, small(calendar.day)?).ok()?;
    if calendar.month.is_none() {
        return Some(Moment::Year(day));
    }
    if calendar.day.is_none() {
        return Some(Moment::Month(day));
    }
    // An invalid time such as 24:00 or 12:61 does not invalidate the day.
    Some(time_of_day.and_then(|time_of_day| time_of(day, time_of_day)).unwrap_or(Moment::Day(day)))
}

/// The time on a day, in the archive's time zone.
fn time_of(day: Day, time_of_day: TimeOfDay) -> Option<Moment> {
    let small = |number: u32| i8::try_from(number).ok();
    let (hour, minute) = (small(time_of_day.hour)?, small(time_of_day.minute)?);
    let time = DateTime::new(
        day.year(),
        day.month(),
        day.day(),
        hour,
        minute,
        small(time_of_day.second)?,
        0,
    );
    let time = time.ok()?;
    let Some(zone) = time_of_day.zone else { return Some(Moment::Time(time)) };
    let offset = Offset::from_seconds(zone.minutes_at(time) * 60).ok()?;
    Some(Moment::Time(archive_time(offset.to_timestamp(time).ok()?)))
}
