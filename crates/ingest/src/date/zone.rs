//! Time zones that are stated after a time of day.

use jiff::civil::{Date as Day, DateTime, Weekday};

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// How many minutes it is ahead of UTC; negative if it is behind.
    Fixed(i32),
    /// The same for the winter of a zone of the USA, such as `ET`, which has summer time.
    American(i32),
}

impl Zone {
    /// How many minutes the zone is ahead of UTC at a local time.
    pub(super) fn minutes_at(self, time: DateTime) -> i32 {
        match self {
            Self::Fixed(minutes) => minutes,
            Self::American(minutes) if is_american_summer(time) => minutes + 60,
            Self::American(minutes) => minutes,
        }
    }
}

/// Whether it is summer time in the USA, by the rules since 1987. It begins and ends on a Sunday at
/// two in the morning.
fn is_american_summer(time: DateTime) -> bool {
    let sunday = |month, nth| {
        let first = Day::new(time.year(), month, 1).ok()?;
        Some(first.nth_weekday_of_month(nth, Weekday::Sunday).ok()?.at(2, 0, 0, 0))
    };
    let (from, to) = if time.year() >= 2007 {
        (sunday(3, 2), sunday(11, 1))
    } else {
        (sunday(4, 1), sunday(10, -1))
    };
    from.zip(to).is_some_and(|(from, to)| from <= time && time < to)
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
}
