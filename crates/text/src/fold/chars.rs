//! Folds a text: most characters one by one, in a fast loop over bytes, and sequences such as those
//! with combining marks by the Unicode algorithm.
//!
//! The fold table has an entry for each character: the distance in code points to the character
//! that it folds to (see [`at_distance`]), or a special entry. With `EXPAND`, the character folds
//! to several characters; with `JOIN`, it combines with the character before it, or vanishes.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::fold::accents::{ligature, without_accent};
use crate::fold::ellipsis::without_leaders;
use crate::tables::ignorable::is_ignorable;
use crate::tables::{EXPAND, JOIN, at_distance, fold_entry, fold_entry_of_code};

/// A sequence of characters that are folded together, because they do not fold to one character
/// each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) original_bytes: Range<usize>,
    pub(super) folded_bytes: Range<usize>,
}

/// Appends the fold of `text` to `out`. Passes to `report` every sequence that is not folded
/// character by character, with its ranges in `text` and `out`.
pub(super) fn fold_into(text: &str, out: &mut String, mut report: impl FnMut(Sequence)) {
    let mut block = [0; BLOCK];
    // The byte offsets in `text` and in `out` of the last character that was folded singly. A
    // combining mark that follows is composed with this character.
    let mut last_single = None;
    let mut at = 0;
    loop {
        let singly = fold_singly(&text.as_bytes()[at..], &mut block);
        if singly.written > 0 {
            last_single = Some((at + singly.last_read, out.len() + singly.last_written));
            // `fold_singly` writes only valid characters, so this never fails.
            out.push_str(simdutf8::basic::from_utf8(&block[..singly.written]).unwrap_or_default());
            at += singly.read;
            if singly.written > FULL {
                // `fold_singly` has stopped only because the block was full.
                continue;
            }
        }
        let Some(c) = text[at..].chars().next() else { break };
        let entry = fold_entry(c);
        if entry == EXPAND || entry == JOIN {
            let (start, folded_from) = match last_single {
                Some(last) if entry == JOIN => last,
                _ => (at, out.len()),
            };
            out.truncate(folded_from);
            let end = sequence_end(text, at + c.len_utf8());
            fold_sequence(&text[start..end], out);
            report(Sequence { original_bytes: start..end, folded_bytes: folded_from..out.len() });
            last_single = None;
            at = end;
        } else {
            last_single = Some((at, out.len()));
            out.push(at_distance(c, entry));
            at += c.len_utf8();
        }
    }
}

/// The size of the block that [`fold_singly`] writes to, in bytes.
const BLOCK: usize = 768;
/// [`fold_singly`] stops when it has written more bytes than this.
const FULL: usize = BLOCK - 4;

/// How far [`fold_singly`] has come.
struct FoldedSingly {
    /// The number of bytes read.
    read: usize,
    /// The number of bytes written.
    written: usize,
    /// Where the last character begins in the bytes read.
    last_read: usize,
    /// Where the last character begins in the bytes written.
    last_written: usize,
}

/// Folds the beginning of a text, as long as each character is ASCII, or has three bytes and folds
/// to one character of one or three bytes. Nearly all characters are of these kinds. Also stops
/// when `block` has fewer than four free bytes, or `bytes` fewer than four remaining ones.
///
/// Unchanged characters are written one by one, like all others. Copying runs of them at once would
/// need an unpredictable branch for each character of Traditional text.
fn fold_singly(bytes: &[u8], block: &mut [u8; BLOCK]) -> FoldedSingly {
    let mut remaining = bytes;
    let mut written = 0;
    // A character of three bytes is read and written as a number of four bytes, of which the fourth
    // is not used.
    while written <= FULL
        && let (Some(target), Some(four)) =
            (block[written..].first_chunk_mut::<4>(), remaining.first_chunk::<4>())
    {
        if four[0] < 0x80 {
            target[0] = four[0].to_ascii_lowercase();
            written += 1;
            remaining = &remaining[1..];
            continue;
        }
        if four[0] & 0xf0 != 0xe0 {
            break;
        }
        let code = code_point_of_three_bytes(*four);
        // With `EXPAND` or `JOIN` as the distance, the sum is in neither range.
        match code.wrapping_add_signed(fold_entry_of_code(code)) {
            ascii @ ..0x80 => {
                target[0] = ascii as u8;
                written += 1;
            }
            code @ 0x800..0x1_0000 => {
                // The three bytes of the character in UTF-8, the first one in the lowest bits.
                let following = (code << 2 & 0x3f00) | (code << 16 & 0x3f_0000);
                *target = (0x80_80e0 | code >> 12 | following).to_le_bytes();
                written += 3;
            }
            _ => break,
        }
        remaining = &remaining[3..];
    }
    let read = bytes.len() - remaining.len();
    let last = |bytes: &[u8]| bytes.iter().rposition(|b| b & 0xc0 != 0x80).unwrap_or_default();
    FoldedSingly {
        read,
        written,
        last_read: last(&bytes[..read]),
        last_written: last(&block[..written]),
    }
}

/// The code point of a character of three bytes. The fourth byte may be any: it is there so that
/// the bytes can be read as one number.
#[inline(always)]
pub(super) fn code_point_of_three_bytes(four: [u8; 4]) -> u32 {
    let bytes = u32::from_le_bytes(four);
    (bytes & 0xf) << 12 | (bytes >> 2 & 0xfc0) | (bytes >> 16 & 0x3f)
}

/// The end of a sequence whose first character ends at byte `from`. All characters from there on
/// that join the one before them belong to the sequence.
fn sequence_end(text: &str, from: usize) -> usize {
    text[from..]
        .char_indices()
        .find(|(_, c)| fold_entry(*c) != JOIN)
        .map_or(text.len(), |(offset, _)| from + offset)
}

/// Folds a sequence by the Unicode algorithm, because the table folds only single characters. Lower
/// case is applied before composition, because `ẖ` has a composed form and `H̱` has none.
fn fold_sequence(sequence: &str, out: &mut String) {
    let chars = sequence.chars().map(without_leaders);
    let decomposed = chars.nfkd().flat_map(char::to_lowercase).filter(|c| !is_ignorable(*c));
    out.extend(
        decomposed
            .map(|c| match fold_entry(c) {
                EXPAND | JOIN => c,
                distance => at_distance(c, distance),
            })
            .nfc()
            .flat_map(|c| {
                let first = c.nfd().next().unwrap_or(c);
                let letters = ligature(first);
                // The fold drops the accents of letters below U+0250 later, see `without_accents`.
                let letter = if c < '\u{250}' { c } else { without_accent(c) };
                letters.unwrap_or_default().chars().chain(letters.is_none().then_some(letter))
            }),
    );
}

/// Whether a character of a folded text joins the one before it.
pub(super) fn is_join(c: char) -> bool {
    fold_entry(c) == JOIN
}
