//! Time zones as people write them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Offset, TimeZone};
use wensou_query::lang::closest;

/// The offset of the westernmost time zone, in seconds.
const FARTHEST_WEST: i32 = -12 * 60 * 60;
/// The offset of the easternmost time zone, in seconds.
const FARTHEST_EAST: i32 = 14 * 60 * 60;

/// The time zone of "today": a name of the time zone database, or a fixed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The current day in this zone.
    pub(crate) fn today(&self) -> Date {
        self.zone.to_datetime(jiff::Timestamp::now()).date()
    }
}

/// UTC+8, because the dates of the archive are in Chinese time, wherever it is read.
impl Default for Zone {
    fn default() -> Self {
        Self { name: "+08:00".to_owned(), zone: TimeZone::fixed(Offset::constant(8)) }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim();
        let fail = |cure: String| format!("`{name}` is not a time zone: {cure}");
        if let Some(offset) = normalised_offset(name) {
            let zone = DateTimeParser::new().parse_time_zone(&offset);
            let zone = zone.map_err(|_| fail("an offset is written like +08:00".to_owned()))?;
            let seconds = zone.to_fixed_offset().map_or(0, Offset::seconds);
            if !(FARTHEST_WEST..=FARTHEST_EAST).contains(&seconds) {
                return Err(fail("offsets are from -12:00 to +14:00".to_owned()));
            }
            return Ok(Self { name: offset, zone });
        }
        // Accept names of the database only. jiff can also parse POSIX zones, whose sign is
        // reversed: `UTC+8` would be eight hours west.
        TimeZone::get(name).map(|zone| Self { name: name.to_owned(), zone }).map_err(|_| {
            let known: Vec<_> = jiff::tz::db().available().collect();
            match closest(name, known.iter().map(jiff::tz::TimeZoneName::as_str)) {
                Some(meant) => fail(format!("did you mean `{meant}`?")),
                None => fail(
                    "write a name such as Asia/Shanghai, or an offset such as +08:00".to_owned(),
                ),
            }
        })
    }
}

/// Normalises `+8`, `+0800`, `UTC+8` and the like to `+08:00`; `None` without a sign.
fn normalised_offset(text: &str) -> Option<String> {
    let signed = ["UTC", "GMT"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let unsigned = signed.strip_prefix(['+', '-', '−'])?;
    let sign = if signed.starts_with('+') { '+' } else { '-' };
    let padded = match unsigned.split(':').next() {
        Some(hours) if hours.len() == 1 => format!("0{unsigned}"),
        _ => unsigned.to_owned(),
    };
    let minutes = if padded.len() == 2 { ":00" } else { "" };
    let lacks_colon = padded.len() == 4 && padded.bytes().all(|b| b.is_ascii_digit());
    let padded = if lacks_colon { format!("{}:{}", &padded[..2], &padded[2..]) } else { padded };
    Some(format!("{sign}{padded}{minutes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_positive_offset_is_east_of_greenwich_in_every_spelling() {
        for text in ["+8", "+08", "+0800", "+8:00", "+08:00", "UTC+8", "GMT+08:00", " +08:00 "] {
            assert_eq!(text.parse(), Ok(Zone::default()), "{text}");
        }
        assert_eq!("-3:30".parse::<Zone>().map(|zone| zone.to_string()), Ok("-03:30".to_owned()));
    }

    #[test]
    fn unknown_names_and_impossible_offsets_are_refused() {
        assert_eq!("Asia/Shanghai".parse::<Zone>().map(|z| z.name), Ok("Asia/Shanghai".to_owned()));
        assert!("Asia/Shangai".parse::<Zone>().is_err_and(|e| e.contains("`Asia/Shanghai`")));
        // Among them: no sign, offsets of no zone, and a POSIX zone, whose sign is reversed.
        for wrong in
            ["", "8", "+99:00", "+25:00", "-13:00", "+14:30", "+8x", "CST-8", "Middle/Earth", "+"]
        {
            assert!(wrong.parse::<Zone>().is_err_and(|e| e.contains("not a time zone")), "{wrong}");
        }
    }
}
