//! Filters on fields and dates, as tantivy queries. A filter decides what matches and never changes
//! a score.

use std::ops::Bound;

use jiff::civil::Date;
use tantivy::Term;
use tantivy::query::{AllQuery, InvertedIndexRangeQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use wensou_index::civil_seconds;

/// Documents with exactly this value in a text field.
pub(crate) fn exact(field: Field, value: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic))
}

/// Documents with this value in a numeric field.
pub(crate) fn number(field: Field, value: u64) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_u64(field, value), IndexRecordOption::Basic))
}

/// Documents with a date in `[from, until)`; the days are civil days in the archive's time zone.
pub(crate) fn dates(field: Field, from: Option<Date>, until: Option<Date>) -> Box<dyn Query> {
    let day = |day: Date| Term::from_field_i64(field, civil_seconds(day.at(0, 0, 0, 0)));
    // A range that is open at both ends would match undated documents as well.
    let lower = Bound::Included(from.map_or(Term::from_field_i64(field, i64::MIN), day));
    let upper = until.map_or(Bound::Unbounded, |until| Bound::Excluded(day(until)));
    Box::new(RangeQuery::new(lower, upper))
}

/// Documents with a value that starts with `prefix`.
pub(crate) fn prefix(field: Field, prefix: &str) -> Box<dyn Query> {
    let lower = Bound::Included(Term::from_field_text(field, prefix));
    let upper = match successor(prefix) {
        Some(upper) => Bound::Excluded(Term::from_field_text(field, &upper)),
        None if prefix.is_empty() => return Box::new(AllQuery),
        None => Bound::Unbounded,
    };
    Box::new(InvertedIndexRangeQuery::new(lower, upper))
}

/// The smallest string that is greater than every string starting with `prefix`, if there is one.
fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Strings compare as their UTF-8 bytes do, which is the order of their scalar values.
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_bounds_a_prefix() {
        assert_eq!(successor("btc").as_deref(), Some("btd"));
        assert_eq!(successor("比特").as_deref(), Some("比牺"));
        assert_eq!(successor("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10ffff}"), None);
        assert_eq!(successor(""), None);
    }
}
