//! How long a part of a document is, in one byte: BM25 needs no more.

use crate::schema::Kind;

/// Numbers that [`length_of`] takes: the kind is one bit of it.
pub const KINDS_OF_LENGTH: usize = 256;

/// The bit of a code that says which kind.
const FLASH: u8 = 0x80;
/// Steps to the octave: a length is wrong by a sixteenth at most.
const STEPS: u32 = 8;

/// The kind of the document and the length of its part in key characters that a byte stands for.
#[must_use]
pub fn length_of(code: u8) -> (Kind, u32) {
    let kind = if code & FLASH == 0 { Kind::Article } else { Kind::Flash };
    let code = u32::from(code & !FLASH);
    let length = match code.checked_sub(2 * STEPS) {
        None => code,
        Some(over) => (STEPS + over % STEPS) << (over / STEPS + 1),
    };
    (kind, length)
}

/// The byte of a length: exact up to 16, then rounded down.
pub(super) fn code_of(kind: Kind, length: usize) -> u8 {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let code = if length < 2 * STEPS {
        length
    } else {
        let octave = length.ilog2() - STEPS.ilog2() - 1;
        2 * STEPS + octave * STEPS + ((length >> (octave + 1)) - STEPS)
    };
    let kind = if kind == Kind::Flash { FLASH } else { 0 };
    kind | (code.min(0x7F) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_wrong_by_an_eighth_at_most() {
        let mut last = 0;
        for length in (0..5000).chain((0..1000).map(|n| 5000 + n * 250)) {
            for kind in Kind::ALL {
                let (read, about) = length_of(code_of(kind, length));
                assert_eq!(read, kind);
                let about = about as usize;
                assert!(about <= length && length - about <= length / 8, "{length} {about}");
                assert!(about >= last);
                last = about;
            }
        }
        assert_eq!(length_of(code_of(Kind::Article, usize::MAX)).1, length_of(0x7F).1);
    }
}
