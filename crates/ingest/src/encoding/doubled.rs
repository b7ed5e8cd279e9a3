//! Reads text back that was decoded as Windows-1252 or Latin-1 twice, and saved as UTF-8 each time.
//!
//! The first misreading turns every byte of Chinese text into a Latin letter or sign, the second
//! one turns each of these into two or three others, such as `Ã¤` for `ä` and `â€™` for `’`.

use crate::encoding::restore::{Misreading, latin_byte, read_back};

/// Minimum number of such groups in a line that is read back.
const MIN_GROUPS: usize = 4;
/// Minimum number of groups in a line that is mojibake although it cannot be read back.
const MIN_KEPT_GROUPS: usize = 8;
/// What stands for a lost character, see `restore::is_hole`.
const HOLE: char = '\u{fffd}';

/// `line` read back, with the number of characters that are lost; `None` if that gives no Chinese.
pub(crate) fn read_doubled(line: &str) -> Option<(String, usize)> {
    let once = Undone::new(line);
    if once.groups < MIN_GROUPS {
        return None;
    }
    let can_begin_passage = |c| matches!(c, '\u{e2}'..='\u{f0}');
    let (text, lost) = read_back(&once.text, Misreading::Latin1, can_begin_passage)?;
    // Letters that are left are parts of characters of which another part is lost.
    let left = text.chars().filter(|c| ('\u{c0}'..='\u{ff}').contains(c)).count();
    Some((text, lost + left))
}

/// Whether a line is text that was decoded as Windows-1252 or Latin-1 and saved as UTF-8, so that
/// it hardly has other characters than those of the groups. No language writes them one after the
/// other.
pub(crate) fn is_misread_latin(line: &str, non_ascii: usize) -> bool {
    // A quick check: most groups begin with a letter whose first byte is C3.
    if memchr::memchr_iter(0xc3, line.as_bytes()).nth(MIN_GROUPS - 1).is_none() {
        return false;
    }
    let groups = Undone::new(line).groups;
    groups >= MIN_KEPT_GROUPS && groups * 4 >= non_ascii
}

/// A line of which one misreading was undone.
struct Undone {
    text: String,
    /// The number of groups that were read as one character.
    groups: usize,
}

impl Undone {
    fn new(line: &str) -> Self {
        let mut undone = Self { text: String::with_capacity(line.len()), groups: 0 };
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            let length = match c {
                '\u{c2}'..='\u{cb}' => 2,
                '\u{e2}' => 3,
                _ => 1,
            };
            let mut bytes = [0; 3];
            let group = std::iter::once(c).chain(chars.clone()).take(length);
            let count = group.zip(&mut bytes).map_while(|(c, byte)| {
                *byte = latin_byte(c)?;
                Some(())
            });
            let count = count.count();
            let read = std::str::from_utf8(&bytes[..length]).ok().filter(|_| count == length);
            match read.and_then(|read| read.chars().next()).filter(|c| latin_byte(*c).is_some()) {
                Some(read) if length > 1 => {
                    undone.text.push(read);
                    undone.groups += 1;
                    chars.by_ref().take(length - 1).for_each(drop);
                }
                _ if length > 1 => undone.text.push(HOLE),
                _ => undone.text.push(c),
            }
        }
        undone
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    /// What becomes of text that is decoded as Windows-1252.
    fn misread(text: &str) -> String {
        WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn text_that_was_misread_twice_is_read_back() {
        let text = "这是一段双重错误编码的文字，应当被修复“或者”被指出来 OK";
        let twice = misread(&misread(text));
        assert_eq!(read_doubled(&twice), Some((text.to_owned(), 0)));
        let line = format!("前文 {twice}");
        assert_eq!(read_doubled(&line), Some((format!("前文 {text}"), 0)));
    }

    #[test]
    fn text_that_was_misread_twice_is_noticed_if_bytes_without_a_character_are_lost() {
        // Windows-1252 has no character for five bytes, which some programs leave out.
        let lossy = |text: &str| -> String {
            let is_lost =
                |c: &char| matches!(c, '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}');
            misread(text).chars().filter(|c| !is_lost(c)).collect()
        };
        let line =
            lossy(&lossy("这是一段双重错误编码的文字，应当被修复或者被指出来，没有人能读懂它。"));
        let (text, lost) = read_doubled(&line).unwrap();
        assert!(text.contains("这是一段") && lost > 0, "{text}");
    }

    #[test]
    fn accented_letters_and_signs_are_sound() {
        for line in [
            "D\u{e9}j\u{e0} vu, \u{e9}t\u{e9} \u{e0} No\u{eb}l: \u{ab}\u{a0}\u{c2}ge\u{a0}\u{bb} \u{2013} \u{c3}",
            "N\u{c3}O \u{c9} S\u{c3}O PAULO, N\u{c3}O, IRM\u{c3}, AMANH\u{c3}, MA\u{c7}\u{c3}",
            "\u{c4}\u{d6}\u{dc}\u{e4}\u{f6}\u{fc}\u{df}\u{c4}\u{d6}\u{dc}",
        ] {
            assert_eq!(read_doubled(line), None, "{line}");
            assert!(
                !is_misread_latin(line, line.chars().filter(|c| !c.is_ascii()).count()),
                "{line}"
            );
        }
        assert!(is_misread_latin(&misread(&"\u{e9}t\u{e9} ".repeat(4)), 16));
    }
}
