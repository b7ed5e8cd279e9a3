//! Reads the dates that dumps, feeds, messages and front matter state.

use jiff::civil::{Date as Day, DateTime, datetime};
use serde_json::Value;

use super::literal;
use super::placeholder::{is_nameless, is_null_word};
use crate::date;
use crate::page::byline;
use crate::page::labels::{Label, Labels};
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

/// Maximum bytes of a value with a date and other words, such as a label or a source.
const MAX_BYTES: usize = 300;
/// The years that a number of four digits can be.
const YEARS: std::ops::Range<i16> = 1800..2100;
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
/// nested or written as one text. `None` if it is of another type.
pub(crate) fn of_value(value: &Value, labels: &Labels) -> Option<StatedDate> {
    let written = value.as_str().and_then(literal::parsed);
    let mut value = written.as_ref().unwrap_or(value);
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
                    Value::String(text) => Some(of_text(text, labels)),
                    Value::Number(number) => Some(of_text(&number.to_string(), labels)),
                    Value::Null => Some(StatedDate::None),
                    _ => None,
                };
            }
        };
    }
    None
}

/// Reads a date from a text.
fn of_text(text: &str, labels: &Labels) -> StatedDate {
    let text = text.trim();
    if is_null(text) {
        return StatedDate::None;
    }
    match stated_date(text).or_else(|| among_words(text, labels)) {
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
    text.is_empty()
        || is_null_word(text)
        || is_nameless(text)
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
        // Ten digits may be a day and an hour. As seconds, these would be after the year 2030.
        (true, 10) if day_of_hour(whole).is_some() => day_of_hour(whole),
        (true, 9..=13) => date::from_epoch(whole.parse().ok()?),
        // Programs may write a number as `1987.0`, but `1987. 5. 6.` is a day.
        (true, 4) if matches!(&text[4..], "" | ".0") => year(whole),
        (true, 4) => date::parse_any(text),
        // So few digits are no date.
        (true, ..=7) => None,
        _ => date::parse_any(text),
    }
}

/// The day in ten digits that state a day and an hour, as in `2023051710`.
fn day_of_hour(digits: &str) -> Option<Moment> {
    let (day, hour) = digits.split_at_checked(8)?;
    let is_hour = hour.parse::<u8>().is_ok_and(|hour| hour < 24);
    let is_of_web = ("1990".."2030").contains(&&day[..4]);
    date::parse_any(day).filter(|_| is_hour && is_of_web)
}

/// The year that four digits state.
fn year(digits: &str) -> Option<Moment> {
    let year = digits.parse().ok().filter(|year| YEARS.contains(year))?;
    Some(Moment::Year(Day::new(year, 1, 1).ok()?))
}

/// The date in a value that has other words, too, such as a label, a source or a part of the day:
/// the value is read as the byline of a page would be.
fn among_words(text: &str, labels: &Labels) -> Option<Moment> {
    if text.len() > MAX_BYTES || !text.contains(char::is_numeric) {
        return None;
    }
    let label = labels.at_start(text).filter(|label| is_time(label.label));
    let bare = label.map_or(text, |label| text[label.value_start..].trim_start());
    let whole = || label.and_then(|_| stated_date(bare));
    whole().or_else(|| date::at_beginning(bare)).or_else(|| in_byline(text, labels))
}

fn is_time(label: Label) -> bool {
    matches!(label, Label::Time | Label::Updated)
}

/// The date that a byline states: that of publication, or else that of the last change. `None` if
/// it states several.
fn in_byline(text: &str, labels: &Labels) -> Option<Moment> {
    let reading = byline::read(text, labels).filter(|reading| reading.is_whole)?;
    let dates_of = |wanted: Label| -> Vec<Moment> {
        let fields = reading.fields.iter().filter(|field| field.label == wanted);
        fields.filter_map(|field| date::at_beginning(field.value)).collect()
    };
    let published = dates_of(Label::Time);
    let dates = if published.is_empty() { dates_of(Label::Updated) } else { published };
    let first = *dates.first()?;
    let is_same = |moment: &Moment| date::sort_key(*moment).date() == date::sort_key(first).date();
    dates.iter().all(is_same).then_some(first)
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
            (json!("\\N"), StatedDate::None),
            (json!("暂无"), StatedDate::None),
            (json!("2023051710"), StatedDate::Moment(Moment::Day(date(2023, 5, 17)))),
            (json!("2021"), StatedDate::Moment(Moment::Year(date(2021, 1, 1)))),
            (json!(1987.0), StatedDate::Moment(Moment::Year(date(1987, 1, 1)))),
            (json!(1987), StatedDate::Moment(Moment::Year(date(1987, 1, 1)))),
            (json!("1987-05"), StatedDate::Moment(Moment::Month(date(1987, 5, 1)))),
            (json!("1987年"), StatedDate::Moment(Moment::Year(date(1987, 1, 1)))),
            (json!("3021"), StatedDate::Unread("3021".to_owned())),
            (json!(20_210), StatedDate::Unread("20210".to_owned())),
        ] {
            assert_eq!(of_value(&value, Labels::builtin()), Some(expected), "{value}");
        }
        assert_eq!(of_value(&json!(true), Labels::builtin()), None);
        assert_eq!(of_value(&json!({"a": 1}), Labels::builtin()), None);
    }

    #[test]
    fn a_date_among_other_words_is_read_if_it_is_the_only_one() {
        let found = |text: &str| match of_value(&json!(text), Labels::builtin()) {
            Some(StatedDate::Moment(Moment::Time(time))) => time.to_string(),
            Some(StatedDate::Moment(Moment::Day(day))) => day.to_string(),
            Some(StatedDate::Unread(_)) => "unread".to_owned(),
            other => format!("{other:?}"),
        };
        for (text, expected) in [
            ("发布时间：2023-05-17 10:20", "2023-05-17T10:20:00"),
            ("發布於 2023年5月17日晚9時許", "2023-05-17T21:00:00"),
            ("Published: May 17, 2023", "2023-05-17"),
            ("发布时间：1684290036", "2023-05-17T10:20:36"),
            ("2023-05-17 来源：示例财经", "2023-05-17"),
            ("2023-05-17 10:20 来源：示例财经 作者：王小明 阅读：42", "2023-05-17T10:20:00"),
            ("来源：示例财经 2023-05-17 10:20", "2023-05-17T10:20:00"),
            ("发布时间：2023-05-17 更新时间：2023-05-18", "2023-05-17"),
            ("更新时间：2023-05-18 10:20", "2023-05-18T10:20:00"),
            ("['2023-05-17']", "2023-05-17"),
            ("{'$date': '2023-05-17'}", "2023-05-17"),
            ("2023-05-17 至 2023-05-20", "unread"),
            ("2023. 5. 17. 10:20", "2023-05-17T10:20:00"),
            ("3天前", "unread"),
            ("05-17 10:20", "unread"),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
