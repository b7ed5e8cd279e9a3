//! Columns: tie breaker, content hash, id number and date of each document.
//!
//! tantivy reads a whole column before it returns the first value, so verifying a column of tantivy
//! would cost as much as a search. Here a value is found by its offset, and only the page of the
//! value is verified.

use crate::pages::PageSlice;
use crate::term::DocId;

/// Length of a tie breaker, a content hash and an id number, in bytes.
pub(crate) const NUMBER_LEN: usize = 8;
/// The value for a document whose id is not `a` or `f` and twelve lower-case hexadecimal digits: an
/// id that a dump gave, or a generated id that was lengthened to be unique.
pub(crate) const NO_ID_NUMBER: u64 = u64::MAX;
/// Length of a date in bytes.
pub(crate) const DATE_LEN: usize = 5;
/// Added to a date, so that every date from the year -9999 to 9999 is a positive number of 40 bits.
/// 0 stands for no date.
const DATE_OFFSET: i64 = 1 << 39;

/// Encodes a date, in seconds since 1970-01-01T00:00:00, as a number of [`DATE_LEN`] bytes. A date
/// that is out of range is encoded as no date.
pub(crate) fn encode_date(date: Option<i64>) -> u64 {
    let number = date.and_then(|date| date.checked_add(DATE_OFFSET));
    number.filter(|number| (1..1 << 40).contains(number)).unwrap_or_default() as u64
}

/// Decodes the number of [`encode_date`]; `None` for 0.
pub(crate) fn decode_date(number: u64) -> Option<i64> {
    (number != 0).then(|| number as i64 - DATE_OFFSET)
}

/// The columns of a file. A page (4 KiB of the file) is verified when a value in it is first read,
/// which takes half a microsecond.
#[derive(Debug, Clone)]
pub struct Columns {
    pub(crate) tie_breakers: PageSlice,
    pub(crate) content_hashes: PageSlice,
    pub(crate) id_numbers: PageSlice,
    pub(crate) dates: PageSlice,
}

impl Columns {
    /// The number that orders documents with equal scores; `None` if the document does not exist,
    /// or if the page of the value is damaged.
    #[must_use]
    #[inline]
    pub fn tie_breaker(&self, doc: DocId) -> Option<u64> {
        self.tie_breakers.u64(doc as usize * NUMBER_LEN)
    }

    /// The hash of a document's stored record; `None` as for [`Columns::tie_breaker`].
    #[must_use]
    pub fn content_hash(&self, doc: DocId) -> Option<u64> {
        self.content_hashes.u64(doc as usize * NUMBER_LEN)
    }

    /// The number that stands for the id of a document. `None` if the id is not `a` or `f` and
    /// twelve hexadecimal digits, if the document does not exist, or if the page of the value is
    /// damaged.
    #[must_use]
    pub fn id_number(&self, doc: DocId) -> Option<u64> {
        self.id_numbers.u64(doc as usize * NUMBER_LEN).filter(|number| *number != NO_ID_NUMBER)
    }

    /// The date of a document in seconds since 1970-01-01T00:00:00, both in the time zone of the
    /// archive; `None` if the document has no date, if it does not exist, or if the page of the
    /// value is damaged.
    #[must_use]
    #[inline]
    pub fn date(&self, doc: DocId) -> Option<i64> {
        let at = doc as usize * DATE_LEN;
        let bytes: &[u8; DATE_LEN] = self.dates.get(at..at + DATE_LEN)?.try_into().ok()?;
        let [a, b, c, d, e] = *bytes;
        decode_date(u64::from_le_bytes([a, b, c, d, e, 0, 0, 0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_return_dates_and_numbers_as_written() {
        // The last two are the first second of the year -9999 and the last one of the year 9999.
        let dates = [None, Some(0), Some(-1), Some(-377_705_116_800), Some(253_402_300_799)];
        let bytes = dates
            .iter()
            .flat_map(|date| encode_date(*date).to_le_bytes()[..DATE_LEN].to_vec())
            .collect();
        let tie_breakers = [7_u64, u64::MAX].iter().flat_map(|tie| tie.to_le_bytes()).collect();
        let columns = Columns {
            tie_breakers: PageSlice::of(tie_breakers),
            content_hashes: PageSlice::of(vec![1; 16]),
            id_numbers: PageSlice::of(vec![0xFF; 16]),
            dates: PageSlice::of(bytes),
        };
        for (doc, date) in (0..).zip(dates) {
            assert_eq!(columns.date(doc), date);
        }
        assert_eq!(columns.tie_breaker(1), Some(u64::MAX));
        let eight_bytes_of_1 = u64::MAX / 255;
        assert_eq!((columns.content_hash(1), columns.id_number(1)), (Some(eight_bytes_of_1), None));
        // There are two tie breakers and five dates.
        assert_eq!((columns.tie_breaker(2), columns.date(5)), (None, None));
    }
}
