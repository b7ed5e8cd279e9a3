//! Tells whether a decoded file is text or binary data.

use crate::encoding::clutter::terminal_controls;
use crate::encoding::detect::is_frequent;
use crate::encoding::restore::latin_byte;
use crate::text::punctuation::is_han;

/// How many of the first characters of a text show whether it is binary data.
const SAMPLE_CHARS: usize = 16 << 10;
/// Minimum number of consecutive characters, none of which is a control character, that count as
/// sound text. Random bytes hardly have any such run, however they are decoded.
const MIN_SOUND_RUN: usize = 24;
/// Fewer characters than half of this are too few to show that a file is a damaged page.
const MIN_DAMAGED_CHARS: usize = 128;

/// Whether a decoded text is really binary data. Pages have hardly any control characters and few
/// NUL characters, except for mojibake: if UTF-8 is decoded as Latin-1, its bytes 80 to 9F become
/// control characters. Damage in one part of a page does not make it binary: most of its characters
/// are still in runs without any. `replaced` says whether U+FFFD stands for bytes of the file;
/// otherwise it is a character of the file, and shows only that text was lost before.
pub(super) fn is_binary(text: &str, replaced: bool) -> bool {
    if !has_control(text.as_bytes(), replaced) {
        return false;
    }
    // Zeros before or after a text only fill up its file, unless it has other control characters.
    let is_padded = text.starts_with('\0') || text.ends_with('\0');
    let text = text.trim_matches('\0');
    let sample = text.char_indices().nth(SAMPLE_CHARS).map_or(text, |(end, _)| &text[..end]);
    let is_bad = |c: char| is_counted_control(c) || replaced && c == '\u{fffd}';
    let (mut control, mut all) = (0_usize, 0_usize);
    for c in sample.chars().filter(|c| *c != '\0') {
        all += 1;
        control += usize::from(is_bad(c));
    }
    control -= controls_of_mojibake(sample) + terminal_controls(sample);
    // More than a tenth of the characters; in a text of fewer than 50 characters, more than five.
    let is_mostly_control = control * 10 > all.max(50);
    let other_controls = control * 100 > all;
    all == 0
        || (is_mostly_control
            || is_padded && other_controls
            || has_too_many_nuls(text, other_controls))
            && sound_chars(sample, is_bad) * 2 <= all.max(MIN_DAMAGED_CHARS)
}

/// Whether [`is_binary`] counts a character.
fn is_counted_control(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
}

/// The number of characters in runs without bad ones or NUL characters that are long enough and
/// look like text, not like the names of symbols in a program.
fn sound_chars(text: &str, is_bad: impl Fn(char) -> bool) -> usize {
    text.split(|c| c == '\0' || is_bad(c)).filter_map(sound_run).sum()
}

/// The number of characters in a run, if it is long enough and is Chinese or consists of words: an
/// eighth of the characters are frequent Chinese ones, or half are letters and a sixteenth spaces.
fn sound_run(run: &str) -> Option<usize> {
    let count = |is_wanted: fn(&char) -> bool| run.chars().filter(is_wanted).count();
    let all = count(|_| true);
    let is_text = || {
        count(|c| is_han(*c) && is_frequent(*c)) * 8 >= all
            || count(|c| *c == ' ') * 16 >= all && count(|c| c.is_alphabetic()) * 2 >= all
    };
    (all >= MIN_SOUND_RUN && is_text()).then_some(all)
}

/// The number of control characters that are a part of a character of UTF-8 that was decoded as
/// Latin-1 or Windows-1252.
fn controls_of_mojibake(text: &str) -> usize {
    let (mut controls, mut chars) = (0, text.chars());
    while let Some(c) = chars.next() {
        let length = match c {
            '\u{c2}'..='\u{df}' => 2,
            '\u{e0}'..='\u{ef}' => 3,
            '\u{f0}'..='\u{f4}' => 4,
            _ => continue,
        };
        let mut bytes = [c as u8, 0, 0, 0];
        let following = || chars.clone().take(length - 1);
        for (c, byte) in following().zip(&mut bytes[1..]) {
            *byte = latin_byte(c).unwrap_or_default();
        }
        // Only bytes from 80 to BF continue a character.
        if std::str::from_utf8(&bytes[..length]).is_ok() {
            controls += following().filter(|c| is_counted_control(*c)).count();
            chars.by_ref().take(length - 1).for_each(drop);
        }
    }
    controls
}

/// Whether the NUL characters of a text show that it is binary data: they are more than half of it,
/// or they are in more than one separate run for every ten other bytes, or the text has other
/// control characters, too. `other_controls` says whether these are more than 1 in 100 of the
/// characters besides NUL.
fn has_too_many_nuls(text: &str, other_controls: bool) -> bool {
    let (mut nuls, mut runs, mut before) = (0_usize, 0_usize, 0);
    for at in memchr::memchr_iter(0, text.as_bytes()) {
        runs += usize::from(nuls == 0 || at > before + 1);
        nuls += 1;
        before = at;
    }
    nuls > 0 && (other_controls || nuls * 2 > text.len() || runs * 10 > text.len() - nuls)
}

/// Whether UTF-8 text may contain a character that [`is_binary`] counts; U+FFFD is one if
/// `replaced`. It looks at every byte of every page, so the loop is written without branches.
fn has_control(bytes: &[u8], replaced: bool) -> bool {
    let is_control = |b: u8| b < b' ' && !(b'\t'..=b'\r').contains(&b) || b == 0x7f;
    bytes.iter().fold(false, |found, b| found | is_control(*b))
        || memchr::memchr_iter(0xc2, bytes).any(|at| bytes.get(at + 1).is_some_and(|b| *b < 0xa0))
        || replaced && memchr::memmem::find(bytes, "\u{fffd}".as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_character_is_noticed() {
        for c in ('\0'..='\u{ffff}').filter(|c| c.is_control() && !c.is_whitespace()) {
            assert!(has_control(format!("首頁{c}頁").as_bytes(), false), "{c:?}");
            assert!(is_binary(&c.to_string().repeat(30), false), "{c:?}");
        }
        assert!(has_control("首\u{fffd}".as_bytes(), true));
        assert!(!has_control("首\u{fffd}".as_bytes(), false));
        assert!(!has_control("首頁 \t\r\n> 瑞波幣·Info，\u{a0}".as_bytes(), false));
    }

    #[test]
    fn controls_that_mojibake_has_do_not_show_binary_data() {
        let latin1 = |text: &str| -> String { text.bytes().map(char::from).collect() };
        let text = "这是一段双重错误编码的文字，应当被修复或者被指出来，因为没有人能读懂它。";
        let (once, twice) = (latin1(text), latin1(&latin1(text)));
        for misread in [&*once, &twice, &format!("标题\n\n{once}\n")] {
            assert!(
                has_control(misread.as_bytes(), false) && !is_binary(misread, false),
                "{misread}"
            );
        }
        // The same control characters in any other order are binary data.
        let mut sorted: Vec<char> = once.chars().collect();
        sorted.sort_unstable();
        assert!(is_binary(&String::from_iter(sorted), false));
        assert!(is_binary(&format!("{once}{}", "\u{1}".repeat(30)), false));
    }

    #[test]
    fn damage_in_one_part_does_not_make_a_page_binary() {
        let sound = "这一段文字是完好的，里面没有任何控制字符，应当照样读出来。\n".repeat(6);
        let controls = "\u{1}\u{2}\u{7f}\0\u{3}".repeat(10);
        for page in [
            format!("{sound}{controls}{sound}"),
            format!("{}{sound}", "\0".repeat(4000)),
            format!("{sound}{}", "\0".repeat(4000)),
            format!("{sound}{}{sound}", "\0".repeat(4000)),
            "标题\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_owned(),
        ] {
            assert!(!is_binary(&page, false), "{page:?}");
        }
        let lost = "\u{fffd}".repeat(100);
        let page = format!("{sound}{lost}");
        assert!(!is_binary(&page, true) && !is_binary(&page, false));
        // U+FFFD in a valid file is not a sign of binary data; invalid bytes are.
        assert!(!is_binary(&format!("标题{lost}"), false));
        assert!(is_binary(&format!("标题{lost}"), true));
        assert!(is_binary("\0\u{1}\u{2}\u{3}标题", false));
        // The strings of a program are not most of it.
        let program = format!("a string of a program, 30 long{}", "\u{1}\u{2}".repeat(40));
        assert!(is_binary(&program.repeat(20), false));
    }
}
