//! Parses days and spans of time from the command line.

use clap::ValueEnum;
use jiff::civil::Date;

/// The day that relative dates count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// This day.
    Day(Date),
    /// The day of the newest document that has a date.
    Newest,
}

impl std::str::FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "newest" {
            return Ok(Self::Newest);
        }
        text.parse()
            .map(Self::Day)
            .map_err(|_| "expected a day as YYYY-MM-DD, or `newest`".to_owned())
    }
}

/// The half-life of the preference for newer hits, in days, typed as `30d`, `8w`, `6mo` or `1y`. It
/// is the age at which a document has lost half of what age can take from its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HalfLife {
    pub(crate) days: i64,
}

impl std::str::FromStr for HalfLife {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "expected a number of days, weeks, months or years: 30d, 8w, 6mo, 1y".to_owned();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let days = match &text[digits..] {
            "d" => 1,
            "w" => 7,
            "mo" => 30,
            "y" => 365,
            _ => return Err(expected()),
        };
        let count: i64 = text[..digits].parse().map_err(|_| expected())?;
        let days = count.checked_mul(days).filter(|days| (1..=365_000).contains(days));
        days.map(|days| Self { days }).ok_or_else(expected)
    }
}

/// The time that a bar of the timeline spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    Day,
    /// From Monday
    Week,
    Month,
    Quarter,
    Year,
}
