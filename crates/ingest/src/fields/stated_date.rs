//! Reads the dates that dumps, feeds, messages and front matter state.

use serde_json::Value;

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
        Some(moment) => StatedDate::Moment(moment),
        None => StatedDate::Unread(text.chars().take(MAX_UNREAD_CHARS).collect()),
    }
}

/// Whether a text says that there is no date.
fn is_null(text: &str) -> bool {
    let digits_are_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
    let words = ["", "null", "none", "nan", "nat", "n/a", "unknown", "-", "無", "无"];
    words.contains(&text.to_ascii_lowercase().as_str())
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
