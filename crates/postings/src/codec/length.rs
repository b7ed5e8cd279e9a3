//! Length codes: the length of a field and the kind of its document in one byte, as BM25 needs
//! them.
//!
//! Lengths up to 15 are exact. A greater length is rounded down: between two powers of two there
//! are eight codes.

use crate::term::Kind;

/// The number of length codes, of both kinds together.
pub const LENGTH_CODES: usize = 256;

/// The bit of a code that is set for flash items.
const FLASH: u8 = 0x80;
/// The number of codes between two adjacent powers of two. So a length is rounded down by at most
/// an eighth, unless it is far above the greatest length that has a code.
const STEPS: u32 = 8;

/// Decodes a length code: the kind of the document, and the length of the field in key characters,
/// rounded down as [`encode_length`] does.
///
/// ```
/// use wensou_postings::{Kind, decode_length, encode_length};
///
/// assert_eq!(decode_length(encode_length(Kind::Flash, 12)), (Kind::Flash, 12));
/// assert_eq!(decode_length(encode_length(Kind::Article, 1000)), (Kind::Article, 960));
/// ```
#[must_use]
pub fn decode_length(code: u8) -> (Kind, u32) {
    let kind = if code & FLASH == 0 { Kind::Article } else { Kind::Flash };
    let code = u32::from(code & !FLASH);
    let length = match code.checked_sub(2 * STEPS) {
        None => code,
        Some(over) => (STEPS + over % STEPS) << (over / STEPS + 1),
    };
    (kind, length)
}

/// Encodes a length in key characters. Lengths over 15 are rounded down by at most an eighth;
/// lengths over 245,760 are all encoded as 245,760.
#[must_use]
pub fn encode_length(kind: Kind, length: usize) -> u8 {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let code = if length < 2 * STEPS {
        length
    } else {
        // The number of doublings from 16 to the greatest power of two that is not over the length.
        let octave = length.ilog2() - STEPS.ilog2() - 1;
        2 * STEPS + octave * STEPS + ((length >> (octave + 1)) - STEPS)
    };
    let kind = if kind == Kind::Flash { FLASH } else { 0 };
    let greatest_code = u32::from(!FLASH);
    kind | (code.min(greatest_code) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_at_most_an_eighth_too_short() {
        let mut last = 0;
        for length in (0..5000).chain((0..1000).map(|n| 5000 + n * 250)) {
            for kind in Kind::ALL {
                let (decoded_kind, decoded) = decode_length(encode_length(kind, length));
                assert_eq!(decoded_kind, kind);
                let decoded = decoded as usize;
                assert!(decoded <= length && length - decoded <= length / 8, "{length} {decoded}");
                assert!(decoded >= last);
                last = decoded;
            }
        }
        let greatest_code_of_articles = 0x7F;
        assert_eq!(
            decode_length(encode_length(Kind::Article, usize::MAX)),
            decode_length(greatest_code_of_articles)
        );
    }
}
