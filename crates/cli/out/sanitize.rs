//! Text from pages is untrusted: what a terminal would act on is shown, not sent.

use std::borrow::Cow;

/// Replaces every character that a terminal acts on: C0 and C1 controls by their pictures or
/// U+FFFD, and the bidirectional controls, which can make a line read as what it is not, by U+FFFD.
/// Line feeds and tabs become blanks. The number of characters stays the same.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == c) {
        return Cow::Borrowed(text);
    }
    text.chars().map(shown).collect::<String>().into()
}

/// The same for a text of several lines: line feeds stay.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || shown(c) == c) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if c == '\n' { c } else { shown(c) }).collect::<String>().into()
}

fn shown(c: char) -> char {
    match c {
        '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_gets_through() {
        let hostile = "紅\u{1b}[31m色\u{7}\u{9b}2J\u{202e}字\u{2066}\r\n\t\u{7f}";
        let shown = line(hostile);
        assert_eq!(shown, "紅␛[31m色␇\u{fffd}2J\u{fffd}字\u{fffd}   ␡");
        assert_eq!(shown.chars().count(), hostile.chars().count());
        assert_eq!(lines("一\n二\r"), "一\n二 ");
        assert!(matches!(line("比特幣 BTC 🚀"), Cow::Borrowed(_)));
    }
}
