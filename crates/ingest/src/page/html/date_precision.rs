//! Reads the dates that attributes and scripts of a page state, and compares how precise dates are.

use jiff::civil::{DateTime, date};

use crate::date::in_value;
use crate::fields::stated_date::is_null_date;
use crate::record::Moment;

/// The date in the value of an attribute or of a field; `None` for a null date. The day on which
/// Unix time begins is one, too: programs write it for a missing date. Only the text of a page can
/// state it.
pub(super) fn stated_moment(value: &str) -> Option<Moment> {
    in_value(value)
        .filter(|moment| !is_null_date(*moment) && *moment != Moment::Day(date(1970, 1, 1)))
}

/// Whether a moment has no time of day: it is a day, month or year, or a midnight, which stands for
/// a day.
pub(super) fn lacks_time(moment: Moment) -> bool {
    match moment {
        Moment::Day(_) | Moment::Month(_) | Moment::Year(_) => true,
        Moment::Time(time) => time.time() == jiff::civil::Time::midnight(),
    }
}

/// `by`, if it adds the time of day to `moment`: both are on one day, and only `by` has a time
/// other than midnight.
pub(super) fn refined(moment: Moment, by: Moment) -> Option<Moment> {
    let midnight = |time: &DateTime| time.time() == jiff::civil::Time::midnight();
    let day = match moment {
        Moment::Day(day) => day,
        Moment::Time(time) if midnight(&time) => time.date(),
        Moment::Time(_) | Moment::Month(_) | Moment::Year(_) => return None,
    };
    match by {
        Moment::Time(time) if time.date() == day && !midnight(&time) => Some(by),
        _ => None,
    }
}
