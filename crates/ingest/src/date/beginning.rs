//! Values that are stated to be dates and begin with one, before other words: `2023年5月17日早上`.

use jiff::civil::Date as Day;

use crate::date::numeral;
use crate::date::partial::mentions_day;
use crate::date::{at_start, parse_prefix, sort_key, time_of_day};
use crate::record::Moment;

/// The date with which a value begins, unless the value goes on with a number or has a second date:
/// of a range, nobody knows which date is meant. A hyphen and a small number after a time may be a
/// time zone or the end of a range, so that only the day is certain.
pub(crate) fn at_beginning(text: &str) -> Option<Moment> {
    let (moment, bytes) = at_start(text)?;
    let after = &text[bytes..];
    let day = sort_key(moment).date();
    if continues_date(moment, after) || has_other_date(after, day) {
        return None;
    }
    Some(match moment {
        _ if is_hyphen_and_number(after) => Moment::Day(day),
        Moment::Time(time) => time_of_day::in_part_after(time, after),
        moment => moment,
    })
}

/// Whether what follows a date is a part of the same number or address, so that both together are
/// something else.
fn continues_date(moment: Moment, after: &str) -> bool {
    let mut chars = after.chars();
    let Some(first) = chars.next() else { return false };
    let is_digit = |c: char| numeral::digit(c).is_some();
    let signs = if matches!(moment, Moment::Time(_)) { "" } else { "-/." };
    is_digit(first)
        || signs.contains(first) && chars.next().is_some_and(is_digit)
        // `1987k` is no year. Letters may follow the character 年, 月 or 日.
        || matches!(moment, Moment::Month(_) | Moment::Year(_)) && first.is_ascii_alphanumeric()
}

/// Whether a text has a date of another day than `day`, in which the year may be missing.
fn has_other_date(text: &str, day: Day) -> bool {
    if mentions_day(text) && !text.contains('年') {
        return true;
    }
    let mut before = None;
    text.char_indices().any(|(at, c)| {
        let is_start = numeral::digit(c).is_some() || numeral::is_chinese(c);
        let follows_number = before
            .replace(c)
            .is_some_and(|b| numeral::digit(b).is_some() || b.is_ascii_alphabetic());
        is_start
            && !follows_number
            && parse_prefix(&text[at..])
                .and_then(|found| found.moment)
                .is_some_and(|other| sort_key(other).date() != day)
    })
}

/// Whether a text is a hyphen and one or two digits.
fn is_hyphen_and_number(text: &str) -> bool {
    let number = text.trim().strip_prefix(['-', '\u{2212}', '\u{2013}']).map(str::trim_start);
    number.is_some_and(|number| {
        (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::assert_summaries;

    #[test]
    fn a_value_that_begins_with_its_only_date_is_that_date() {
        let found = |text: &str| match at_beginning(text) {
            Some(Moment::Time(time)) => time.to_string(),
            Some(Moment::Day(day)) => day.to_string(),
            Some(Moment::Month(day)) => day.strftime("%Y-%m").to_string(),
            Some(Moment::Year(day)) => day.strftime("%Y").to_string(),
            None => "none".to_owned(),
        };
        assert_summaries(
            &[
                ("2023年5月17日早上", "2023-05-17"),
                ("2023年5月17日 午間", "2023-05-17"),
                ("2023年5月17日晚9時許", "2023-05-17T21:00:00"),
                ("2023年5月17日晚9人", "2023-05-17"),
                ("2023-05-17T10", "2023-05-17"),
                ("2023. 5. 17.", "2023-05-17"),
                ("2023. 5. 17. 10:20", "2023-05-17T10:20:00"),
                ("2023-05-17_10-20-33", "2023-05-17T10:20:33"),
                ("20230517_102033", "2023-05-17T10:20:33"),
                ("2023年5月中旬", "2023-05"),
                ("2023年第二季度", "2023"),
                ("2023-05-17 10:20 +8", "2023-05-17T10:20:00"),
                ("2023-05-17 10:20 +9", "2023-05-17T09:20:00"),
                ("2023-05-17 10:20 -5", "2023-05-17"),
                ("2023-05-17 10:20 ~ 11:30", "2023-05-17T10:20:00"),
                ("2023-05-17 10:20:33 下午", "2023-05-17T22:20:33"),
                ("2023-05-17 10:20 上午", "2023-05-17T10:20:00"),
                ("2023-05-17 10:20-11:30", "2023-05-17T10:20:00"),
                ("2023-05-17 (2023年5月17日)", "2023-05-17"),
                ("2023-05-17 來源:示例財經", "2023-05-17"),
                ("2023-05-17 至 2023-05-20", "none"),
                ("2023年5月17日至20日", "none"),
                ("2023年5月17日-6月3日", "none"),
                ("2023-05-17-18", "none"),
                ("2023年-2024年", "none"),
                ("示例 2023-05-17", "none"),
            ],
            found,
        );
    }
}
