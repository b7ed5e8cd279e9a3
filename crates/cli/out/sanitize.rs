//! Makes untrusted text from pages harmless by replacing the characters that a terminal acts on.

use std::borrow::Cow;

/// `text` without characters that a terminal acts on. Line ends and tabs become spaces. Other C0
/// controls become control pictures, such as `␛`. C1 controls become U+FFFD, and so do characters
/// that can disguise a line, such as bidirectional controls. The number of characters stays the
/// same.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| harmless(c) == c) {
        return Cow::Borrowed(text);
    }
    text.chars().map(harmless).collect::<String>().into()
}

/// Like [`line()`], but keeps line feeds.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || harmless(c) == c) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if c == '\n' { c } else { harmless(c) }).collect::<String>().into()
}

/// Like [`line()`], but keeps line feeds and tabs, for tables that this program prints.
pub(crate) fn table(text: &str) -> Cow<'_, str> {
    let kept = |c: char| matches!(c, '\n' | '\t') || harmless(c) == c;
    if text.chars().all(kept) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if kept(c) { c } else { harmless(c) }).collect::<String>().into()
}

/// Replaces every character of JSON text that a terminal acts on by its `\u` escape, so that the
/// value stays the same. Line feeds stay: this program's JSON has no other such characters outside
/// strings, and inside strings they are escaped already.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    let kept = |c: char| c == '\n' || harmless(c) == c;
    if text.chars().all(kept) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if kept(c) {
            out.push(c);
        } else {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            units.iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out.into()
}

/// Like [`table`], but keeps the escape sequences of the styles that this program uses. This is a
/// second line of defence: text that should have been sanitized and was not can at worst use one of
/// these styles.
pub(crate) fn styled(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return table(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut remainder = text;
    while let Some(at) = remainder.find('\u{1b}') {
        out.push_str(&table(&remainder[..at]));
        // An escape character that does not begin one of our styles becomes a control picture, and
        // the text after it is treated like any other.
        let length = style_length(&remainder[at..]).unwrap_or(1);
        let escape = &remainder[at..at + length];
        out.push_str(if length > 1 { escape } else { "\u{241b}" });
        remainder = &remainder[at + length..];
    }
    out.push_str(&table(remainder));
    out.into()
}

/// The length in bytes of the style's escape sequence that a text begins with; `None` if it begins
/// with none that this program uses.
fn style_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\u{1b}[")?;
    let end = inside.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
    // The codes for reset, bold, dimmed; red, green, yellow, cyan.
    let ours = |code: &str| matches!(code, "0" | "1" | "2" | "31" | "32" | "33" | "36");
    let is_ours = inside[end..].starts_with('m') && inside[..end].split(';').all(ours);
    is_ours.then_some("\u{1b}[".len() + end + 1)
}

/// The character to print for `c`: `c` itself, unless a terminal acts on it.
fn harmless(c: char) -> char {
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
        let harmless = line(hostile);
        assert_eq!(harmless, "紅␛[31m色␇\u{fffd}2J\u{fffd}字\u{fffd}   ␡");
        assert_eq!(harmless.chars().count(), hostile.chars().count());
        assert_eq!(lines("一\n二\r"), "一\n二 ");
        assert!(matches!(line("比特幣 BTC 🚀"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_table_keeps_its_tabs_and_lines() {
        assert_eq!(table("紅\u{1b}[31m\t色\u{202e}\r\n"), "紅␛[31m\t色\u{fffd} \n");
        assert!(matches!(table("紅\t色\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_the_same_value() {
        let hostile = "紅\u{1b}[31m色\u{7}\u{9b}2J\u{202e}字\u{2028}\u{7f}\u{feff}\u{e0041}\n\t🚀";
        let value = serde_json::json!({ hostile: [hostile] });
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let harmless = json(&text);
            assert!(harmless.chars().all(|c| c == '\n' || super::harmless(c) == c), "{harmless:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&harmless).unwrap(), value);
        }
        assert!(matches!(json("{\n\"紅\": \"🚀\"\n}"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_the_styles_of_this_program_stay() {
        let ours = "\u{1b}[1m\u{1b}[31m減半\u{1b}[0m\t\u{1b}[1;33mwarning\u{1b}[0m\n";
        assert_eq!(styled(ours), ours);
        // Concealed and blinking text, other spellings, clearing the screen, setting a title.
        for style in
            ["\u{1b}[8m", "\u{1b}[5m", "\u{1b}[m", "\u{1b}[1;8m", "\u{1b}[2J", "\u{1b}]0;x\u{7}"]
        {
            let text = format!("\u{1b}[2m{style}減m\u{1b}[0m");
            let harmless = styled(&text);
            // The two styles around `style` stay.
            assert_eq!(harmless.matches('\u{1b}').count(), 2, "{harmless:?}");
            assert!(!harmless.contains('\u{7}'), "{harmless:?}");
        }
        assert_eq!(styled("\u{1b}"), "␛");
    }
}
