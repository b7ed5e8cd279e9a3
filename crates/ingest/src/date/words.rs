//! The words of dates, from `data/tables/date_words.tsv`.

use std::sync::OnceLock;

use crate::text::word_table::{WordTable, rows};

const TABLE: &str = include_str!("../../../../data/tables/date_words.tsv");

/// The meaning of a word in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateWord {
    /// The name of a month, 1 to 12.
    Month(u8),
    /// The name of a day of the week.
    Weekday,
    /// The part of the day that a time belongs to.
    PartOfDay(PartOfDay),
    /// How many minutes a time zone is ahead of UTC; negative if it is behind.
    Zone(i16),
    /// How many minutes an American time zone is ahead of UTC in winter; in summer it is an hour
    /// more.
    AmericanZone(i16),
    /// The same for a zone of Europe.
    EuropeanZone(i16),
    /// The same for a zone of Australia.
    SouthernZone(i16),
    /// The year before the first year of an era.
    Era(i16),
    /// A word between day and time, such as `at`.
    Joiner,
}

/// The part of the day that a time on a twelve-hour clock face belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartOfDay {
    Morning,
    /// 中午: 12 is noon, 1 is 13:00, 11 is before noon.
    Noon,
    Afternoon,
    /// 晚上: 8 is 20:00. But 12 and the hours after it may be those before or after the day, so of
    /// such a date only the day is read.
    Evening,
    /// 深夜: as [`Self::Evening`], but the small hours up to 5 are those of the day: 2 is 02:00.
    Night,
}

/// The table, read once.
pub(super) fn words() -> &'static WordTable<DateWord> {
    static WORDS: OnceLock<WordTable<DateWord>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = WordTable::default();
        for (_, fields) in rows(TABLE) {
            let [kind, value, names @ ..] = &fields[..] else { continue };
            if let Some(meaning) = meaning(kind, value) {
                names.iter().for_each(|name| words.add(name, meaning));
            }
        }
        words
    })
}

fn meaning(kind: &str, value: &str) -> Option<DateWord> {
    Some(match kind {
        "month" => DateWord::Month(value.parse().ok()?),
        "weekday" => DateWord::Weekday,
        "half" => DateWord::PartOfDay(match value {
            "am" => PartOfDay::Morning,
            "noon" => PartOfDay::Noon,
            "pm" => PartOfDay::Afternoon,
            "evening" => PartOfDay::Evening,
            "night" => PartOfDay::Night,
            _ => return None,
        }),
        "zone" => DateWord::Zone(minutes_ahead(value)?),
        "american" => DateWord::AmericanZone(minutes_ahead(value)?),
        "european" => DateWord::EuropeanZone(minutes_ahead(value)?),
        "southern" => DateWord::SouthernZone(minutes_ahead(value)?),
        "era" => DateWord::Era(value.parse().ok()?),
        "joiner" => DateWord::Joiner,
        _ => return None,
    })
}

/// The minutes of an offset such as `-05:00`.
fn minutes_ahead(offset: &str) -> Option<i16> {
    let (hours, minutes) = offset.split_once(':')?;
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(hours * 60 + if hours < 0 { -minutes } else { minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_meaning_and_words() {
        for (number, fields) in rows(TABLE) {
            assert!(fields.len() >= 3 && meaning(fields[0], fields[1]).is_some(), "line {number}");
        }
    }

    #[test]
    fn zones_are_read_as_minutes_ahead_of_utc() {
        assert_eq!(words().meaning_of("EST"), Some(DateWord::Zone(-300)));
        assert_eq!(words().meaning_of("IST"), Some(DateWord::Zone(330)));
    }
}
