//! The laws of the fold and of its map back to the original.

use wensou_text::{Folded, Key, fold, key_of};

/// The number of adjacent characters whose offsets are checked one by one, so that the check is
/// quick.
const CHECKED_CHARS: usize = 24;

/// Panics if `data`, read as text, breaks a law.
pub fn check(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let folded = Folded::new(text);
    assert_eq!(folded.as_str(), fold(text), "both functions fold alike");
    assert_eq!(fold(folded.as_str()), folded.as_str(), "the fold of a fold");
    let char_count = folded.as_str().chars().count();
    assert_eq!(folded.char_count(), char_count);
    check_offsets(text, &folded, data, char_count);
    check_key(text, &folded);
    // The fold has no context, except that some characters compose with the one before them. A
    // Chinese character does not, so a text can be cut before it: the pieces fold by themselves.
    let (left, right) = text.split_at(boundary(text, number(data, 4) % (text.len() + 1)));
    let right = format!("中{right}");
    assert_eq!(fold(left) + &fold(&right), fold(&format!("{left}{right}")), "no context");
}

/// Checks that characters of the folded text map back to the text that they come from. `data`
/// chooses the characters.
fn check_offsets(text: &str, folded: &Folded<'_>, data: &[u8], char_count: usize) {
    let from = number(data, 1) % (char_count + 1);
    let mut last = folded.original_bytes(from..from);
    for (at, c) in folded.as_str().chars().enumerate().skip(from).take(CHECKED_CHARS) {
        let bytes = folded.original_bytes(at..at + 1);
        assert!(text.get(bytes.clone()).is_some_and(|piece| !piece.is_empty()), "not empty");
        assert!(last.start <= bytes.start && last.end <= bytes.end, "in order");
        // Between the ranges of two adjacent characters is at most text that the fold drops.
        assert!(bytes.start <= last.end || fold(&text[last.end..bytes.start]).is_empty());
        assert_eq!(folded.slice(at..at + 1).chars().next(), Some(c));
        last = bytes;
    }
    assert!(
        from + CHECKED_CHARS < char_count || fold(&text[last.end..]).is_empty(),
        "nothing is left out"
    );
    for pick in 0..4 {
        let start = number(data, pick) % (char_count + 1);
        // The range may end one character past the end, which counts as the end.
        let end = start + number(data, pick + 2) % (char_count + 2 - start);
        let bytes = folded.original_bytes(start..end);
        let refolded = fold(text.get(bytes).expect("on character boundaries"));
        let piece = folded.slice(start..end);
        assert!(refolded.contains(piece), "the fold of the original contains the piece");
    }
}

/// Checks the key and its map back to the folded text.
fn check_key(text: &str, folded: &Folded<'_>) {
    let key = Key::new(folded);
    let length = key.chars().len();
    assert_eq!(key.chars(), key_of(text));
    for (start, end) in [(0, length), (length / 3, length / 2), (length / 2, length / 2 + 1)] {
        let within = start < end && end <= length;
        if within {
            assert_eq!(key.range_of(key.folded_range(start..end)), start..end);
        }
    }
}

/// A number below 65,536 from two bytes of the input. `at` chooses the bytes, so that one input
/// gives several numbers.
fn number(data: &[u8], at: usize) -> usize {
    let byte = |at: usize| data.get(at % data.len().max(1)).map_or(0, |byte| usize::from(*byte));
    byte(at) << 8 | byte(data.len() / 2 + at)
}

/// The last character boundary that is not after `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
