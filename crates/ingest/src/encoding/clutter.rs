//! Removes from text pages what only programs understand: the colours and the overstruck letters of
//! a terminal, and byte order marks beyond the first.

use std::ops::Range;

use crate::encoding::edits::{Editor, Edits};

const ESCAPE: u8 = 0x1b;
const BACKSPACE: u8 = 0x8;
/// Maximum bytes of an escape sequence, except for one that carries an address or a title.
const MAX_SEQUENCE_BYTES: usize = 32;
/// Maximum bytes of such an address or title.
const MAX_STRING_BYTES: usize = 2048;
/// A byte order mark, and what becomes of one if UTF-8 is decoded in another encoding:
/// Windows-1252, Windows-1251, KOI8-R, MacRoman and CP437. No language writes these characters one
/// after the other.
const MARKS: [&str; 6] = [
    "\u{feff}",
    "\u{ef}\u{bb}\u{bf}",
    "\u{43f}\u{bb}\u{457}",
    "\u{41e}\u{2569}\u{a9}",
    "\u{d4}\u{aa}\u{f8}",
    "\u{2229}\u{2557}\u{2510}",
];
/// The second of [`MARKS`] is looked for in the whole text: files are joined with it inside.
const MISREAD_MARK: &str = MARKS[1];

/// The text without escape sequences of terminals, letters that are struck over, and additional
/// byte order marks; `None` if it has none of them.
pub(crate) fn without_clutter(text: &str) -> Option<(String, Edits)> {
    let mut editor = Editor::new(text);
    let mut at = 0;
    while let Some(bom) = MARKS.iter().find(|bom| text[at..].starts_with(**bom)) {
        editor.replace(at, at + bom.len(), "");
        at += bom.len();
    }
    // Few texts have either character, so look for them one after the other.
    let mut terminal = terminal_ranges(text).peekable();
    let starts = memchr::memmem::find_iter(text.as_bytes(), MISREAD_MARK);
    for misread in starts.map(|from| from..from + MISREAD_MARK.len()) {
        while let Some(range) = terminal.next_if(|range| range.start < misread.start) {
            at = removed(&mut editor, at, range);
        }
        at = removed(&mut editor, at, misread);
    }
    for range in terminal {
        at = removed(&mut editor, at, range);
    }
    editor.finish()
}

/// Removes a range, unless it begins before `at`, where the last removed range ended. Returns where
/// the last removed range ends.
fn removed(editor: &mut Editor<'_>, at: usize, range: Range<usize>) -> usize {
    if range.start < at {
        return at;
    }
    editor.replace(range.start, range.end, "");
    range.end
}

/// The number of control characters in a text that belong to what a terminal understands.
pub(super) fn terminal_controls(text: &str) -> usize {
    let is_control = |byte: &&u8| **byte < b' ' && !byte.is_ascii_whitespace();
    let in_range = |range: Range<usize>| text.as_bytes()[range].iter().filter(is_control).count();
    terminal_ranges(text).map(in_range).sum()
}

/// The ranges of escape sequences, and of letters with the backspace after them that lets the next
/// letter be struck over them, in order.
fn terminal_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    // In the encodings that switch by escape sequences (ISO 2022), these sequences are not a
    // terminal's.
    let switches = memchr::memmem::find(text.as_bytes(), b"\x1b$").is_some();
    let found = memchr::memchr2_iter(ESCAPE, BACKSPACE, text.as_bytes());
    let mut end = 0;
    found
        .filter(move |_| !switches)
        .filter_map(|at| match text.as_bytes()[at] {
            ESCAPE => Some(at..at + escape_sequence(&text.as_bytes()[at..])?),
            _ => overstruck(text, at),
        })
        .filter(move |range| {
            let is_next = range.start >= end;
            end = end.max(range.end);
            is_next
        })
}

/// The length of the escape sequence that `bytes` begins with.
fn escape_sequence(bytes: &[u8]) -> Option<usize> {
    let is_parameter = |byte: &u8| (b' '..=b'?').contains(byte);
    match bytes.get(1)? {
        // Colours and movements: parameters, then a letter.
        b'[' => {
            let parameters = bytes.iter().skip(2).take(MAX_SEQUENCE_BYTES);
            let end = 2 + parameters.take_while(|byte| is_parameter(byte)).count();
            bytes.get(end).filter(|byte| (b'@'..=b'~').contains(*byte)).map(|_| end + 1)
        }
        // Addresses of links and titles of windows, up to BEL or ESC and a backslash.
        b']' => {
            let string = &bytes[..bytes.len().min(MAX_STRING_BYTES)];
            let end = 2 + string.get(2..)?.iter().position(|byte| *byte < b' ')?;
            match (string[end], bytes.get(end + 1)) {
                (0x7, _) => Some(end + 1),
                (ESCAPE, Some(b'\\')) => Some(end + 2),
                _ => None,
            }
        }
        // The choice of a character set.
        b'(' | b')' => bytes.get(2).filter(|byte| byte.is_ascii_alphanumeric()).map(|_| 3),
        b'7' | b'8' | b'=' | b'>' | b'c' | b'M' => Some(2),
        _ => None,
    }
}

/// The range of a character and of the backspace after it at `at`, if the same character follows or
/// the first one is a line under the second one.
fn overstruck(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].chars().next_back()?;
    let after = text[at + 1..].chars().next()?;
    let is_overstruck = before == after && !before.is_control() || before == '_' && after > ' ';
    is_overstruck.then(|| at - before.len_utf8()..at + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(text: &str) -> String {
        without_clutter(text).map_or_else(|| text.to_owned(), |(text, _)| text)
    }

    #[test]
    fn codes_of_terminals_are_removed() {
        for (text, wanted) in [
            ("第四次\u{1b}[1;31m减半\u{1b}[0m完成", "第四次减半完成"),
            ("\u{1b}[K减\u{1b}[38;2;255;100;0m半\u{1b}(B\u{1b}[m", "减半"),
            ("\u{1b}]8;;http://a.b/c\u{1b}\\减半\u{1b}]8;;\u{7}", "减半"),
            ("N\u{8}NA\u{8}A減\u{8}減_\u{8}半", "NA減半"),
        ] {
            assert_eq!(cleaned(text), wanted);
        }
        for text in
            ["减半\u{1b}", "减半\u{1b}[", "减\u{1b}[1;3", "\u{8}减", "减\u{8}半", "a\u{1b}]b"]
        {
            assert_eq!(without_clutter(text), None, "{text:?}");
        }
        // ISO-2022-CN switches between character sets by escape sequences.
        assert_eq!(without_clutter("\u{1b}$)A\u{e}VPND\u{f}\u{1b}(B"), None);
    }

    #[test]
    fn byte_order_marks_are_removed() {
        for bom in MARKS {
            assert_eq!(cleaned(&format!("{bom}标题")), "标题");
            assert_eq!(cleaned(&format!("\u{feff}{bom}标题")), "标题");
        }
        assert_eq!(cleaned("标题\n\u{ef}\u{bb}\u{bf}正文"), "标题\n正文");
    }

    #[test]
    fn codes_of_terminals_are_no_sign_of_binary_data() {
        assert_eq!(terminal_controls("减\u{1b}[1m半\u{1b}[0m\u{1}a\u{8}a"), 3);
    }

    proptest! {
        #[test]
        fn every_character_leads_back_to_itself(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "甲", "乙", "a", "\u{1b}", "[1m", "]8;;", "\u{7}", "\u{8}", "_", "\u{ef}\u{bb}\u{bf}",
                    "\u{feff}", "\n",
                ]), 0..12),
        ) {
            let text = parts.concat();
            if let Some((clean, edits)) = without_clutter(&text) {
                for (at, c) in clean.char_indices() {
                    prop_assert!(text[edits.original_of(at)..].starts_with(c));
                }
            }
        }
    }
}
