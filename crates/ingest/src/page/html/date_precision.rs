//! Compares how precisely the parts of a page state its date.

use jiff::civil::DateTime;

use crate::record::Moment;

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
