//! Reads the dates that dumps, feeds, messages and front matter state.

use jiff::civil::{DateTime, datetime};
use serde_json::Value;

use super::placeholder::is_placeholder;
use crate::date;
use crate::record::Moment;

/// What a value states about the date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatedDate {
    /// Nothing, or the null date.
    None,
    Moment(Moment),
    /// It has a form that is not understood.
    Unread(String),
}

/// Maximum characters that are kept of a date that is reported because it is not understood.
const MAX_UNREAD_CHARS: usize = 100;

/// The times that programs write for a missing date: the zero of Unix time, and that of SQL and of
/// spreadsheets.
const ZERO_TIMES: [DateTime; 2] =
    [datetime(1970, 1, 1, 0, 0, 0, 0), datetime(1900, 1, 1, 0, 0, 0, 0)];
/// Time zones are from 12 hours behind UTC to 14 hours ahead of it. All differ from it by a
/// multiple of 15 minutes.
const ZONES: std::ops::RangeInclusive<i64> = -12 * 3600..=14 * 3600;
const ZONE_STEP: i64 = 900;

/// Reads a date from a value: a text, a number, or an object such as `{"$date": …}`, possibly
/// nested. `None` if it is of another type.
pub(crate) fn of_value(value: &Value) -> Option<StatedDate> {
    let mut value = value;
    // No known form has more than three levels of nesting.
    for _ in 0..4 {
        value = match value {
            Value::Object(fields) => {
                let keys = ["$date", "$numberLong", "value", "date", "iso", "_seconds", "seconds"];
                keys.into_iter().find_map(|key| fields.get(key))?
            }
            Value::Array(values) => values.first()?,
            other => {
                return match other {
                    Value::String(text) => Some(of_text(text)),
                    Value::Number(number) => Some(of_text(&number.to_string())),
                    Value::Null => Some(StatedDate::None),
                    _ => None,
                };
            }
        };
    }
    None
}

/// Reads a date from a text.
pub(crate) fn of_text(text: &str) -> StatedDate {
    let text = text.trim();
    if is_null(text) {
        return StatedDate::None;
    }
    match stated_date(text) {
        Some(moment) if is_null_date(moment) => StatedDate::None,
        Some(moment) => StatedDate::Moment(moment),
        None => StatedDate::Unread(text.chars().take(MAX_UNREAD_CHARS).collect()),
    }
}

/// Whether a moment stands for no date: it is the zero of Unix time or of SQL, as a clock of any
/// time zone shows it, or the second before. Programs write these for a missing date; times on
/// these two nights are rarely meant. A day without a time is no null date: newspapers appeared on
/// the 1st of January 1970.
pub(crate) fn is_null_date(moment: Moment) -> bool {
    let Moment::Time(time) = moment else { return false };
    ZERO_TIMES.iter().any(|zero| {
        let seconds = time.duration_since(*zero).as_secs();
        let is_whole = |seconds: i64| ZONES.contains(&seconds) && seconds % ZONE_STEP == 0;
        is_whole(seconds) || is_whole(seconds + 1)
    })
}

/// Whether a text says that there is no date.
fn is_null(text: &str) -> bool {
    let digits_are_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
    let words = ["", "nat", "unknown", "-", "無", "无"];
    is_placeholder(text)
        || words.contains(&text.to_ascii_lowercase().as_str())
        || text.contains('0') && digits_are_zero && !text.contains(char::is_alphabetic)
        || ["1900/1/1", "1900-01-01", "0001-01-01"].into_iter().any(|null| {
            // A time may follow, and no further digit: the 15th is a date.
            text.strip_prefix(null)
                .is_some_and(|end| !end.starts_with(|c: char| c.is_ascii_digit()))
        })
}

/// The date that a text states.
fn stated_date(text: &str) -> Option<Moment> {
    let whole = text.split('.').next().unwrap_or_default();
    let is_number = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number, whole.len()) {
        // `from_epoch` takes seconds or milliseconds; programs also count micro- and nanoseconds.
        // Fractions of seconds were cut off above.
        (true, 16) => date::from_epoch(whole.parse::<i64>().ok()? / 1_000),
        (true, 19) => date::from_epoch(whole.parse::<i64>().ok()? / 1_000_000),
        (true, 9..=13) => date::from_epoch(whole.parse().ok()?),
        // So few digits are no date; a year alone is not taken for one.
        (true, ..=7) => None,
        _ => date::parse_any(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};
    use serde_json::json;

    #[test]
    fn dates_in_all_forms_are_read() {
        // Times are those of China, UTC+8: 21:06:07Z is 05:06:07 of the next day.
        let time = |h, m, s| StatedDate::Moment(Moment::Time(datetime(2021, 3, 4, h, m, s, 0)));
        let day = StatedDate::Moment(Moment::Day(date(2021, 3, 4)));
        for (value, expected) in [
            (json!("2021-03-04 05:06"), time(5, 6, 0)),
            (json!("2021-03-04T05:06:07+08:00"), time(5, 6, 7)),
            (json!("2021-03-03T21:06:07Z"), time(5, 6, 7)),
            (json!("2021-03-03T21:06:07.123Z"), time(5, 6, 7)),
            (json!("2021-03-04 05:06:07 +0800"), time(5, 6, 7)),
            (json!("1614805567"), time(5, 6, 7)),
            (json!("1614805567.25"), time(5, 6, 7)),
            (json!(1_614_805_567), time(5, 6, 7)),
            (json!(1_614_805_567.0), time(5, 6, 7)),
            (json!(1_614_805_567_000_i64), time(5, 6, 7)),
            (json!(1_614_805_567_000_000_i64), time(5, 6, 7)),
            (json!("20210304"), day.clone()),
            (json!(20_210_304), day.clone()),
            (json!("20210304050607"), time(5, 6, 7)),
            (json!("2021年3月4日"), day.clone()),
            (json!("Thu, 04 Mar 2021 05:06:07 +0800"), time(5, 6, 7)),
            (json!("Wed, 03 Mar 2021 21:06:07 GMT"), time(5, 6, 7)),
            // A wrong day of the week does not matter: this was a Wednesday.
            (json!("Mon, 03 Mar 2021 21:06:07 GMT"), time(5, 6, 7)),
            (json!("Thu Mar 04 05:06:07 +0800 2021"), time(5, 6, 7)),
            (json!("Thu Mar  4 05:06:07 2021"), time(5, 6, 7)),
            (json!("March 4, 2021"), day.clone()),
            (json!("4 Mar 2021"), day.clone()),
            (json!({"$date": "2021-03-03T21:06:07Z"}), time(5, 6, 7)),
            (json!({"$date": 1_614_805_567_000_i64}), time(5, 6, 7)),
            (json!({"$date": {"$numberLong": "1614805567000"}}), time(5, 6, 7)),
            (json!({"value": "2021-03-04", "provenance": "stated"}), day),
            (json!(null), StatedDate::None),
            (json!(""), StatedDate::None),
            (json!("0000-00-00 00:00:00"), StatedDate::None),
            (json!(0), StatedDate::None),
            (json!("1900/1/1 0:00:00"), StatedDate::None),
            // The zeros of Unix time and of SQL, in several time zones, and the second before.
            (json!("1970-01-01T00:00:00Z"), StatedDate::None),
            (json!("1970-01-01T08:00:00+08:00"), StatedDate::None),
            (json!("1969-12-31T19:00:00-05:00"), StatedDate::None),
            (json!("1970-01-01 08:00:00"), StatedDate::None),
            (json!("1970-01-01 05:30:00"), StatedDate::None),
            (json!("1969-12-31 16:00"), StatedDate::None),
            (json!("1969-12-31 23:59:59"), StatedDate::None),
            (json!("1900-01-01T00:00:00+09:00"), StatedDate::None),
            (json!({"$date": "1970-01-01T00:00:00.000Z"}), StatedDate::None),
            (json!("NaN"), StatedDate::None),
            // Newspapers appeared on these days.
            (json!("1970-01-01"), StatedDate::Moment(Moment::Day(date(1970, 1, 1)))),
            (json!("1970-01-02"), StatedDate::Moment(Moment::Day(date(1970, 1, 2)))),
            (
                json!("1970-01-01 09:07"),
                StatedDate::Moment(Moment::Time(datetime(1970, 1, 1, 9, 7, 0, 0))),
            ),
            (json!("1900/1/15"), StatedDate::Moment(Moment::Day(date(1900, 1, 15)))),
            (json!("soon"), StatedDate::Unread("soon".to_owned())),
            (json!("2021"), StatedDate::Unread("2021".to_owned())),
        ] {
            assert_eq!(of_value(&value), Some(expected), "{value}");
        }
        assert_eq!(of_value(&json!(true)), None);
        assert_eq!(of_value(&json!({"a": 1})), None);
    }
}
