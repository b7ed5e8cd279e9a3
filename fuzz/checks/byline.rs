//! The laws of the grammar of dates and bylines.

use wensou_ingest::{Moment, fuzz_entry};

/// The greatest length in bytes of a line that can be a byline and nothing else: `MAX_BYTES` in
/// `crates/ingest/src/page/byline/mod.rs`.
const MAX_BYLINE_BYTES: usize = 450;

/// Panics if `data`, read as dates and bylines line by line, breaks a law.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for line in text.lines() {
        check_dates(line);
        let trimmed = line.trim();
        if let Some((values, is_only_byline)) = fuzz_entry::byline(trimmed) {
            let line_range = trimmed.as_bytes().as_ptr_range();
            for value in values {
                assert_eq!(value, value.trim());
                let range = value.as_bytes().as_ptr_range();
                let is_part = line_range.start <= range.start && range.end <= line_range.end;
                assert!(value.is_empty() || is_part, "a value is a part of its line");
            }
            assert!(!is_only_byline || trimmed.len() <= MAX_BYLINE_BYTES, "a longer line is text");
        }
    }
}

/// Checks the laws of the date at the start of a line, and of a line that is only a date.
fn check_dates(line: &str) {
    if let Some((moment, bytes)) = fuzz_entry::date_prefix(line) {
        assert!(bytes > 0 && line.is_char_boundary(bytes));
        let alone = fuzz_entry::date_prefix(&line[..bytes]);
        assert_eq!(alone, Some((moment, bytes)), "the same date without the text after it");
    }
    if let Some(moment) = fuzz_entry::date_value(line) {
        let printed = match moment {
            Moment::Day(day) => day.to_string(),
            Moment::Time(time) => time.to_string(),
            Moment::Month(day) => day.strftime("%Y-%m").to_string(),
            // A number alone is not read as a year.
            Moment::Year(day) => day.strftime("%Y年").to_string(),
        };
        assert_eq!(
            fuzz_entry::date_value(&printed),
            Some(moment),
            "a printed date is parsed as itself"
        );
    }
}
